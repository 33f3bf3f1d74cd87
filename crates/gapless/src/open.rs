//! Opening a database and asking it for numbers.

use std::fmt;

use engine::{Engine, EngineError, EngineOptions, NewAccount, Progress, StoreAccess, VerifyReport};
use ledger::id::LedgerId;
use ledger::model::{HouseStyle, Mode};
use ledger::{Action, Actor, Outcome};
use numbering::FiscalYearStart;
use store::Create;

use crate::database::DatabaseUrl;
use crate::error::Error;
use crate::issue::Issue;
use crate::number::Number;
use crate::numbers::Numbers;

/// An open database with one account.
#[derive(Clone)]
pub struct Gapless {
    engine: Engine,
    ledger: LedgerId,
}

/// How a new database is set up, and which ledger is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The live ledger, or the test ledger beside it.
    pub mode: Mode,
    /// The account's name, when it is new.
    pub name: String,
    /// The style that its numbers start with, when it is new.
    pub style: HouseStyle,
    /// IANA name of its zone, when it is new; UTC when missing.
    pub time_zone: Option<String>,
    /// First day of its fiscal year, when it is new; 1 January when missing.
    pub fiscal_year_start: Option<FiscalYearStart>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            mode: Mode::Live,
            name: String::new(),
            style: HouseStyle::default(),
            time_zone: None,
            fiscal_year_start: None,
        }
    }
}

impl Gapless {
    /// Opens the live ledger of a database such as `sqlite:invoices.db`, and makes both when they
    /// are not there.
    ///
    /// # Errors
    /// The file is no database of Gapless, cannot be written, is in use by another process, has
    /// several accounts, or has none but what a move left that was stopped.
    pub fn open(database: &str) -> Result<Gapless, Error> {
        Gapless::open_with(database, Options::default())
    }

    /// Opens a database as the options say.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let database = format!("sqlite:{}", folder.path().join("invoices.db").display());
    /// use gapless::{Gapless, HouseStyle, Issue, Options};
    ///
    /// let options = Options { style: HouseStyle::Slashed, ..Options::default() };
    /// let gapless = Gapless::open_with(&database, options)?;
    /// let number = gapless.issue(Issue::invoice().date("2026-03-01".parse()?))?;
    /// assert_eq!(number.text, "INV/2026/00001");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Gapless::open`], or an option does not hold.
    pub fn open_with(database: &str, options: Options) -> Result<Gapless, Error> {
        let database: DatabaseUrl = database.parse()?;
        let store = database.open(Create::WhenMissing, StoreAccess::Write)?;
        let engine = Engine::start(store, EngineOptions::default())?;
        let ledger = match engine::wait(engine.default_account()) {
            Ok(account) => account.ledger(options.mode),
            Err(EngineError::NoAccount) => {
                let new = NewAccount {
                    name: options.name,
                    style: options.style,
                    time_zone: options.time_zone,
                    fiscal_year_start: options.fiscal_year_start,
                    ..NewAccount::default()
                };
                engine::wait(engine.open_first_account(new))?.ledger(options.mode)
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Gapless { engine, ledger })
    }

    /// Gives a document its number. When this returns, the number is on disk.
    ///
    /// # Errors
    /// A rule refuses it (see [`Error::code`]), or the database failed. After a failure, ask again
    /// with the same reference: it gives the same number if there is one.
    pub fn issue(&self, issue: Issue) -> Result<Number, Error> {
        self.issue_all([issue])?.pop().ok_or_else(none_came)
    }

    /// Gives numbers to several documents, at most 10,000: to all, or to none.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let database = format!("sqlite:{}", folder.path().join("invoices.db").display());
    /// use gapless::{Gapless, Issue};
    ///
    /// let gapless = Gapless::open(&database)?;
    /// let march = "2026-03-01".parse()?;
    /// let orders = ["order-1", "order-2", "order-1"];
    /// let issues = orders.map(|order| Issue::invoice().reference(order).date(march));
    /// let numbers = gapless.issue_all(issues)?;
    /// let texts: Vec<_> = numbers.iter().map(|number| number.text.as_str()).collect();
    /// assert_eq!(texts, ["INV-2026-00001", "INV-2026-00002", "INV-2026-00001"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Gapless::issue`].
    pub fn issue_all(&self, issues: impl IntoIterator<Item = Issue>) -> Result<Vec<Number>, Error> {
        let items: Vec<_> = issues.into_iter().map(Issue::into_item).collect::<Result<_, _>>()?;
        let actor = Actor::Operator("library".to_owned());
        let command = self.engine.command(self.ledger, actor, Action::Issue(items));
        match self.engine.execute_blocking(command)? {
            Outcome::Issued(views) => Ok(views.into_iter().map(Number::from).collect()),
            other => Err(EngineError::Defect(format!("issuing came to {other:?}")).into()),
        }
    }

    /// The number that a document would get now. Nothing is taken.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let database = format!("sqlite:{}", folder.path().join("invoices.db").display());
    /// use gapless::{Gapless, Issue};
    ///
    /// let gapless = Gapless::open(&database)?;
    /// let issue = Issue::credit_note().date("2026-03-01".parse()?);
    /// let previewed = gapless.preview(issue.clone())?;
    /// assert_eq!(previewed.text, gapless.issue(issue)?.text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Whatever [`Gapless::issue`] would refuse.
    pub fn preview(&self, issue: Issue) -> Result<Number, Error> {
        let items = vec![issue.into_item()?];
        let view = self.engine.preview_items(self.ledger, items).wait()?.pop();
        view.map(Number::from).ok_or_else(none_came)
    }

    /// All numbers, newest given first, read page by page.
    pub fn numbers(&self) -> Numbers<'_> {
        Numbers::new(self)
    }

    /// Walks the whole ledger and its trail, and says what does not hold.
    ///
    /// # Errors
    /// The database failed. What does not hold is no error but a finding.
    pub fn verify(&self) -> Result<VerifyReport, Error> {
        Ok(self.engine.verify(self.ledger, &Progress::default())?)
    }

    /// The engine below, for everything else: settings, series, voiding, gaps, locks, the trail.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The ledger in use, for the engine's calls.
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }
}

impl fmt::Debug for Gapless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gapless").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

fn none_came() -> Error {
    EngineError::Defect("issuing came to no number".to_owned()).into()
}
