//! What stands around every page: who asks, where they are, and how they like to read.

use std::fmt::Display;

use engine::LedgerView;
use jiff::civil::Date;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, Mode, ObjectKind};
use ledger::money::{Currency, Decimal};
use ledger::role::{Right, Role};
use numbering::Reset;

use crate::assets;
use crate::catalogue::Language;
use crate::shown::Writing;

/// Everything that a page needs beside what it is about. Templates call it `f`.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) writing: Writing,
    /// `light`, `dark`, or empty for what the system says.
    pub(crate) theme: String,
    /// Proves that a form came from one of our pages.
    pub(crate) csrf: String,
    /// The path that was asked for, with its query: where to go back to.
    pub(crate) path: String,
    /// What happened just before.
    pub(crate) message: Option<String>,
    /// Who is signed in.
    pub(crate) who: Option<Who>,
    /// What the page is called.
    pub(crate) title: String,
    /// The entry of the menu that it belongs to.
    pub(crate) section: &'static str,
}

/// Who is signed in, as the frame shows it.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) account: String,
    pub(crate) mode: Mode,
    pub(crate) ledger: LedgerId,
}

/// An entry of the menu.
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    pub(crate) key: &'static str,
    pub(crate) section: &'static str,
}

const MENU: [Entry; 9] = [
    entry("/", "nav.dashboard", "dashboard"),
    entry("/invoices", "nav.invoices", "invoices"),
    entry("/customers", "nav.customers", "customers"),
    entry("/numbers", "nav.numbers", "numbers"),
    entry("/series", "nav.series", "series"),
    entry("/gaps", "nav.gaps", "gaps"),
    entry("/locks", "nav.locks", "locks"),
    entry("/trail", "nav.trail", "trail"),
    entry("/settings", "nav.settings", "settings"),
];

/// What only administrators see.
const ADMINISTERED: [Entry; 2] = [
    entry("/developers", "nav.developers", "developers"),
    entry("/people", "nav.people", "people"),
];

const fn entry(path: &'static str, key: &'static str, section: &'static str) -> Entry {
    Entry { path, key, section }
}

impl Frame {
    /// The text of a key.
    pub(crate) fn t<'a>(&self, key: &'a str) -> &'a str {
        self.writing.language.text(key)
    }

    /// The text of a key with one thing put in.
    pub(crate) fn t1(&self, key: &str, first: impl Display) -> String {
        self.writing.language.with(key, &[&first])
    }

    /// The text of a key with two things put in.
    pub(crate) fn t2(&self, key: &str, first: impl Display, second: impl Display) -> String {
        self.writing.language.with(key, &[&first, &second])
    }

    /// The word for something of a family, such as a state; itself where it has none.
    pub(crate) fn word(&self, family: &str, word: &str) -> String {
        let key = format!("{family}.{word}");
        self.writing.language.find(&key).map_or_else(|| word.to_owned(), str::to_owned)
    }

    pub(crate) fn date(&self, date: &Date) -> String {
        self.writing.date(*date)
    }

    pub(crate) fn day(&self, at: &At) -> String {
        self.writing.day(*at)
    }

    pub(crate) fn time(&self, at: &At) -> String {
        self.writing.time(*at)
    }

    pub(crate) fn money(&self, amount: &i64, currency: &Currency) -> String {
        self.writing.money(*amount, *currency)
    }

    pub(crate) fn unit(&self, amount: &Decimal, currency: &Currency) -> String {
        self.writing.unit(*amount, *currency)
    }

    pub(crate) fn decimal(&self, number: &Decimal) -> String {
        self.writing.decimal(*number)
    }

    pub(crate) fn count(&self, count: &u64) -> String {
        self.writing.count(*count)
    }

    /// `EUR`.
    pub(crate) fn currency(&self, currency: &Currency) -> String {
        currency.text().to_ascii_uppercase()
    }

    /// When counting starts again, in words.
    pub(crate) fn reset(&self, reset: &Reset) -> String {
        self.word("reset", &reset.to_string())
    }

    /// The id of a customer, for an address.
    pub(crate) fn customer_id(&self, customer: &ObjectId) -> String {
        let ledger = self.who.as_ref().map(|who| who.ledger).unwrap_or_default();
        customer.text(ObjectKind::Customer, ledger)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.writing.language.tag()
    }

    pub(crate) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    /// Whether documents are trials here.
    pub(crate) fn is_test(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.mode == Mode::Test)
    }

    /// An address in the same mode.
    pub(crate) fn at(&self, path: &str) -> String {
        let mode = if self.is_test() { Mode::Test } else { Mode::Live };
        address(mode, path)
    }

    /// The same page, or the dashboard of the other mode.
    pub(crate) fn other_mode(&self) -> String {
        address(if self.is_test() { Mode::Live } else { Mode::Test }, "/")
    }

    /// The address of a file that pages are made with.
    pub(crate) fn asset(&self, name: &str) -> String {
        format!("/assets/{name}?{}", *assets::VERSION)
    }

    pub(crate) fn menu(&self) -> impl Iterator<Item = &'static Entry> {
        let administered: &[Entry] = if self.may_administer() { &ADMINISTERED } else { &[] };
        MENU.iter().chain(administered)
    }

    pub(crate) fn may_issue(&self) -> bool {
        self.may(Right::Issue)
    }

    pub(crate) fn may_keep_books(&self) -> bool {
        self.may(Right::KeepBooks)
    }

    pub(crate) fn may_administer(&self) -> bool {
        self.may(Right::Administer)
    }

    fn may(&self, right: Right) -> bool {
        self.who.as_ref().is_some_and(|who| who.role.may(right))
    }

    /// The same frame around a page with this title.
    pub(crate) fn titled(mut self, title: impl Into<String>, section: &'static str) -> Frame {
        self.title = title.into();
        self.section = section;
        self
    }
}

/// The address of a page in a mode.
pub(crate) fn address(mode: Mode, path: &str) -> String {
    match mode {
        Mode::Live => path.to_owned(),
        Mode::Test if path == "/" => "/test".to_owned(),
        Mode::Test => format!("/test{path}"),
    }
}

impl Who {
    pub(crate) fn new(name: &str, role: Role, head: &LedgerView) -> Who {
        let (account, mode) = (head.row.name.clone(), head.row.mode);
        Who { name: name.to_owned(), role, account, mode, ledger: head.row.id }
    }
}
