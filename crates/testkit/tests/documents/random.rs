//! Many documents at random, and several commands on one document at once.

use std::collections::{BTreeMap, BTreeSet};

use ledger::command::SettingsChange;
use ledger::command::document::{
    CustomerChange, DocumentAction, InvoiceChange, NewCreditNote, NewInvoice, Waiting,
};
use ledger::id::ObjectId;
use ledger::model::HouseStyle::{Slashed, Stripe, Yearly};
use ledger::model::document::InvoiceStatus;
use ledger::model::{At, Level, NumberOn, Object, ObjectKind, State};
use ledger::trail::{Change, DocumentDigest, Hash};
use ledger::{Code, Outcome};
use testkit::random::Random;

use crate::office::{LEDGER, Office, eur};

struct Play {
    office: Office,
    random: Random,
    customers: Vec<ObjectId>,
    invoices: Vec<ObjectId>,
    items: Vec<ObjectId>,
    notes: Vec<ObjectId>,
}

impl Play {
    fn new(seed: u64) -> Play {
        let mut random = Random::new(seed);
        let style = *random.pick(&[Yearly, Slashed, Stripe]);
        let level = *random.pick(&[Level::Account, Level::Customer]);
        let mut office = Office::open(style, level);
        let customers = vec![office.customer()];
        let (invoices, items, notes) = (Vec::new(), Vec::new(), Vec::new());
        Play { office, random, customers, invoices, items, notes }
    }

    fn one(&mut self, of: ObjectKind) -> ObjectId {
        let list = match of {
            ObjectKind::Customer => &self.customers,
            ObjectKind::InvoiceItem => &self.items,
            ObjectKind::CreditNote => &self.notes,
            _ => &self.invoices,
        };
        match list.is_empty() {
            true => ObjectId(1),
            false => *self.random.pick(list),
        }
    }

    fn action(&mut self) -> DocumentAction {
        let invoice = self.one(ObjectKind::Invoice);
        match self.random.below(20) {
            0 => DocumentAction::CreateCustomer(Box::default()),
            1 => {
                let prefix = format!("P{}", self.random.below(12));
                let change = CustomerChange {
                    invoice_prefix: self.random.chance(1, 2).then_some(prefix),
                    next_invoice_sequence: Some(1 + self.random.below(30)),
                    balance: Some(self.random.below(400) as i64 - 200),
                    ..CustomerChange::default()
                };
                DocumentAction::UpdateCustomer(self.one(ObjectKind::Customer), Box::new(change))
            }
            2..=5 => self.draft(),
            6..=8 => self.item(),
            9 => DocumentAction::DeleteItem(self.one(ObjectKind::InvoiceItem)),
            10 => DocumentAction::DeleteInvoice(invoice, None),
            11..=13 => DocumentAction::Finalize(invoice, None),
            14 => DocumentAction::Pay(invoice, true),
            15 => DocumentAction::Void(invoice),
            16 => DocumentAction::MarkUncollectible(invoice),
            17 | 18 => {
                let amount = Some(1 + self.random.below(300) as i64);
                let refund_amount = self.random.chance(1, 2).then_some(amount).flatten();
                let new =
                    NewCreditNote { invoice, amount, refund_amount, ..NewCreditNote::default() };
                DocumentAction::CreateCreditNote(Box::new(new))
            }
            _ => DocumentAction::VoidCreditNote(self.one(ObjectKind::CreditNote)),
        }
    }

    fn draft(&mut self) -> DocumentAction {
        let day = self.random.below(900) as i64 - 800;
        let next = 1 + self.random.below(6);
        let number = match self.random.below(3) {
            0 => format!("INV-2026-{next:05}"),
            1 => format!("INV/2026/{next:05}"),
            _ => format!("7FE1103-{next:04}"),
        };
        let rest = InvoiceChange {
            number: self.random.chance(1, 4).then_some(Some(number)),
            effective_at: self
                .random
                .chance(1, 3)
                .then_some(Some(At(self.office.now.0 + day * 86_400_000))),
            ..InvoiceChange::default()
        };
        let revision_of = match self.random.chance(1, 5) {
            true => Some(self.one(ObjectKind::Invoice)),
            false => None,
        };
        let customer = match revision_of {
            Some(_) => None,
            None => Some(self.one(ObjectKind::Customer)),
        };
        let waiting = *self.random.pick(&[Waiting::Exclude, Waiting::Include, Waiting::Require]);
        let new = NewInvoice {
            customer,
            currency: customer.map(|_| eur()),
            waiting,
            revision_of,
            secret: "secret".to_owned(),
            rest,
        };
        DocumentAction::CreateInvoice(Box::new(new))
    }

    fn item(&mut self) -> DocumentAction {
        let amount = Some(self.random.below(1000) as i64 - 100);
        let line = ledger::command::document::LineChange { amount, ..Default::default() };
        let on_draft = self.random.chance(2, 3);
        let invoice = on_draft.then(|| self.one(ObjectKind::Invoice));
        let known = invoice.filter(|id| self.invoices.contains(id));
        let customer = match known {
            Some(id) => self.office.look(id).customer,
            None => self.one(ObjectKind::Customer),
        };
        let new =
            ledger::command::document::NewItem { customer, currency: Some(eur()), invoice, line };
        DocumentAction::CreateItem(Box::new(new))
    }

    /// A few commands in one batch.
    fn step(&mut self) {
        if self.random.chance(1, 30) {
            let number_on = Some(*self.random.pick(&[NumberOn::Finalize, NumberOn::Create]));
            let level = Some(*self.random.pick(&[Level::Account, Level::Customer]));
            self.office.settings(SettingsChange { number_on, level, ..SettingsChange::default() });
        }
        self.office.now.0 += self.random.below(3 * 86_400_000) as i64;
        let count = 1 + self.random.below(4);
        let actions: Vec<_> = (0..count).map(|_| self.action()).collect();
        let actions = actions.into_iter().map(|action| self.office.command(action)).collect();
        for result in self.office.together(actions) {
            let Ok(Outcome::Object(view)) = result else { continue };
            let list = match view.row.kind() {
                ObjectKind::Customer => &mut self.customers,
                ObjectKind::Invoice => &mut self.invoices,
                ObjectKind::InvoiceItem => &mut self.items,
                _ => &mut self.notes,
            };
            if !list.contains(&view.row.id) {
                list.push(view.row.id);
            }
        }
    }

    /// The digest that the trail holds of each document, the last where there are two.
    fn digests(&mut self) -> BTreeMap<ObjectId, Hash> {
        let page = self.office.reader().trail(LEDGER, 0, u32::MAX).expect("the trail");
        let read = |stored: &store::StoredEntry| Change::read(&stored.sealed.entry.body);
        let changes = page.entries.iter().map(read);
        let digest = |change| match change {
            Ok(Change::DocumentNumbered { document, digest, .. }) => Some((document, digest)),
            Ok(Change::DocumentFinalized { document, digest, .. }) => Some((document, digest)),
            _ => None,
        };
        changes.filter_map(digest).collect()
    }

    /// What must hold between documents and the register, beside the ten invariants.
    fn prove(&mut self) -> Seen {
        self.office.prove();
        let snapshot = testkit::snapshot::take(self.office.reader(), LEDGER).expect("it reads");
        let register = snapshot.expect("the ledger").numbers;
        let rows = self.office.reader().all_objects(LEDGER, ObjectId(0), u32::MAX).expect("rows");
        let digests = self.digests();
        let mut numbered = BTreeSet::new();
        let mut seen = Seen::default();
        for row in &rows {
            let (numbering, text, is_void) = match &row.body {
                Object::Invoice(invoice) => {
                    let sum: i64 = invoice.lines.iter().map(|line| line.amount).sum();
                    assert_eq!(invoice.totals.subtotal, sum);
                    assert!(invoice.amount_remaining >= 0 && invoice.pre_payment_credited >= 0);
                    let is_draft = invoice.status == InvoiceStatus::Draft;
                    assert!(is_draft || invoice.numbering.is_some(), "finalized, so numbered");
                    let is_void = invoice.status == InvoiceStatus::Void || row.deleted;
                    seen.revised += u32::from(invoice.latest_revision.is_some());
                    seen.balanced += u32::from(invoice.starting_balance != 0);
                    (&invoice.numbering, invoice.number.clone().unwrap_or_default(), is_void)
                }
                Object::CreditNote(note) => {
                    let is_void = note.voided_at.is_some();
                    (&note.numbering, note.number.clone(), is_void)
                }
                _ => continue,
            };
            let Some(numbering) = numbering else { continue };
            seen.typed += u32::from(numbering.typed);
            seen.void += u32::from(is_void);
            seen.deleted += u32::from(row.deleted);
            seen.credit_notes += u32::from(row.kind() == ObjectKind::CreditNote);
            let held = register.iter().find(|held| held.position == numbering.position);
            let held = held.expect("a number in the register");
            assert_eq!((&held.text, held.ordinal), (&text, numbering.ordinal));
            assert_eq!(held.reference, Some(row.text()));
            assert_eq!(held.state, if is_void { State::Void } else { State::Held });
            let is_draft = |body: &Object| match body {
                Object::Invoice(invoice) => invoice.status == InvoiceStatus::Draft,
                _ => false,
            };
            if !is_draft(&row.body) {
                let recorded = digests.get(&row.id).copied();
                assert_eq!(DocumentDigest::of(row), recorded, "{text} says something else now");
            }
            assert!(numbered.insert(numbering.position), "{text} is on two documents");
        }
        let held = register.iter().filter(|row| row.state != State::Occupied).count();
        assert_eq!(held, numbered.len(), "a number without a document");
        seen.occupied = (register.len() - held) as u32;
        seen
    }
}

/// How often something happened that a rule is about.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    typed: u32,
    void: u32,
    deleted: u32,
    revised: u32,
    balanced: u32,
    credit_notes: u32,
    occupied: u32,
}

#[test]
fn at_random_every_number_has_its_document_and_every_document_its_number() {
    let mut all = [0; 7];
    for seed in 0..60 {
        let mut play = Play::new(seed);
        for _ in 0..60 {
            play.step();
        }
        let seen = play.prove();
        let Seen { typed, void, deleted, revised, balanced, credit_notes, occupied } = seen;
        let counts = [typed, void, deleted, revised, balanced, credit_notes, occupied];
        all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
    }
    assert!(all.iter().all(|count| *count > 0), "a rule was never met: {all:?}");
}

/// Runs two commands on one document in one batch, in both orders; what each comes to.
fn race(
    status: InvoiceStatus,
    of: [fn(ObjectId) -> DocumentAction; 2],
) -> [Vec<Result<(), Code>>; 2] {
    [[0, 1], [1, 0]].map(|order| {
        let mut office = Office::open(Yearly, Level::Account);
        let customer = office.customer();
        let id = office.draft(customer);
        office.item(customer, Some(id), 1000);
        if status == InvoiceStatus::Open {
            office.finalize(id);
        }
        let actions = order.map(|place| office.command(of[place](id))).to_vec();
        let results = office.together(actions);
        office.prove();
        results.into_iter().map(|one| one.map(drop).map_err(|refusal| refusal.code)).collect()
    })
}

#[test]
fn of_two_commands_on_one_document_one_wins() {
    let finalize = |id| DocumentAction::Finalize(id, None);
    let delete = |id| DocumentAction::DeleteInvoice(id, None);
    let [first, second] = race(InvoiceStatus::Draft, [finalize, delete]);
    assert_eq!(first, [Ok(()), Err(Code::InvoiceNotEditable)]);
    assert_eq!(second, [Ok(()), Err(Code::ResourceMissing)]);
    let twice = race(InvoiceStatus::Draft, [finalize, finalize]);
    assert!(twice.iter().all(|came| *came == [Ok(()), Err(Code::InvoiceNotEditable)]));
    let pay = |id| DocumentAction::Pay(id, true);
    let both = race(InvoiceStatus::Open, [DocumentAction::Void, pay]);
    assert!(both.iter().all(|came| *came == [Ok(()), Err(Code::StatusTransitionInvalid)]));
}

#[test]
fn a_batch_asks_for_what_it_needs_in_few_rounds_however_long_it_is() {
    for (style, level) in [(Yearly, Level::Account), (Stripe, Level::Customer)] {
        let mut office = Office::open(style, level);
        let customers: Vec<_> = (0..8).map(|_| office.customer()).collect();
        let drafts: Vec<_> = (0..64).map(|place| office.draft(customers[place % 8])).collect();
        let finalize = |id: &ObjectId| office.command(DocumentAction::Finalize(*id, None));
        let actions: Vec<_> = drafts.iter().map(finalize).collect();
        let results = office.together(actions);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        // The ledger; the drafts and their series; customers and sequences; texts.
        assert_eq!(office.loads, 4, "{style:?} {level:?}");
    }
}
