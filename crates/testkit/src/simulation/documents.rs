//! Drawing commands about documents, and holding what they leave against the model.

use std::collections::BTreeMap;

use ledger::Action;
use ledger::command::SeriesRef;
use ledger::command::document::{
    AccountChange, CustomerChange, DocumentAction, DocumentCommand, EndpointChange, InvoiceChange,
    LineChange, MetadataChange, NewCreditNote, NewInvoice, NewItem, NewLine, NewTaxRate,
    TaxRateChange, TeachingAsked, Waiting,
};
use ledger::id::{LedgerId, ObjectId, SeriesId};
use ledger::model::document::CollectionMethod;
use ledger::model::{ApiVersion, At, DeliveryRow, EventRow, ObjectKind, ObjectRow};
use ledger::money::{Currency, Decimal};
use store::{Reader, StoreError};

use super::world::{LEDGERS, World};

const DAY_MS: i64 = 86_400_000;

/// The objects that are there, by ledger and kind.
pub(super) type Known = BTreeMap<(LedgerId, ObjectKind), Vec<ObjectId>>;

/// Everything that documents leave in a ledger.
#[derive(Debug, PartialEq)]
pub(super) struct Left {
    pub(super) objects: Vec<ObjectRow>,
    events: Vec<EventRow>,
    deliveries: Vec<DeliveryRow>,
}

/// What documents have left in both ledgers.
pub(super) fn left(reader: &mut dyn Reader) -> Result<[Left; 2], StoreError> {
    let mut of = |ledger| {
        let first = ObjectId(0);
        Ok(Left {
            objects: reader.all_objects(ledger, first, u32::MAX)?,
            events: reader.all_events(ledger, first, u32::MAX)?,
            deliveries: reader.all_deliveries(ledger, (first, first), u32::MAX)?,
        })
    };
    Ok([of(LEDGERS[0])?, of(LEDGERS[1])?])
}

/// Where what is stored parts from the model, in short.
pub(super) fn difference(stored: &[Left; 2], model: &[Left; 2]) -> Option<String> {
    stored.iter().zip(model).find_map(|(stored, model)| {
        let parts = [
            first("objects", &stored.objects, &model.objects),
            first("events", &stored.events, &model.events),
            first("deliveries", &stored.deliveries, &model.deliveries),
        ];
        parts.into_iter().flatten().next()
    })
}

fn first<T: PartialEq + std::fmt::Debug>(what: &str, stored: &[T], model: &[T]) -> Option<String> {
    if stored == model {
        return None;
    }
    let place = stored.iter().zip(model).position(|(is, should)| is != should);
    Some(match place {
        Some(place) => format!("{what}: {:?}, in the model {:?}", stored[place], model[place]),
        None => format!("{what}: there are {}, in the model {}", stored.len(), model.len()),
    })
}

impl World {
    /// Takes note of what is there, so that commands meet it.
    pub(super) fn learn(&mut self, left: &[Left; 2]) {
        self.known.clear();
        for row in left.iter().flat_map(|left| &left.objects) {
            self.known.entry((row.ledger, row.kind())).or_default().push(row.id);
        }
    }

    pub(super) fn document(&mut self, ledger: LedgerId) -> Action {
        let action = match self.random.below(25) {
            0 | 1 => DocumentAction::CreateCustomer(Box::new(self.customer_change())),
            2 => {
                let id = self.one(ledger, ObjectKind::Customer);
                DocumentAction::UpdateCustomer(id, Box::new(self.customer_change()))
            }
            3 => self.tax_rate(),
            4..=6 => self.draft(ledger),
            7..=9 => self.invoice_item(ledger),
            10 => self.update(ledger),
            11..=14 => DocumentAction::Finalize(self.invoice(ledger), None),
            15..=18 => self.ending(ledger),
            19 | 20 => self.credit_note(ledger),
            21 => DocumentAction::VoidCreditNote(self.one(ledger, ObjectKind::CreditNote)),
            22 => self.endpoint(ledger),
            23 => self.account_change(),
            _ => self.version(),
        };
        Action::Document(Box::new(DocumentCommand {
            request: Some("req_simulated".to_owned()),
            idempotency_key: None,
            drafts_numbered: self.random.chance(1, 6),
            action,
        }))
    }

    /// The zone stays or becomes one in which it is another day for most of the time.
    fn account_change(&mut self) -> DocumentAction {
        let zones = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Nowhere/Land"];
        let zone = (*self.random.pick(&zones)).to_owned();
        let mut change = AccountChange {
            name: self.random.chance(1, 3).then(|| format!("Shop {}", self.random.below(4))),
            email: Some(self.random.chance(1, 2).then(|| "shop@example.com".to_owned())),
            ..AccountChange::default()
        };
        change.time_zone = self.random.chance(1, 4).then_some((zone, "time_zone"));
        DocumentAction::UpdateAccount(Box::new(change))
    }

    /// An object that is there, most often, or one that may not be.
    fn one(&mut self, ledger: LedgerId, kind: ObjectKind) -> ObjectId {
        match self.known.get(&(ledger, kind)) {
            Some(ids) if !self.random.chance(1, 30) => *self.random.pick(ids),
            _ => ObjectId(1 + self.random.below(50)),
        }
    }

    fn invoice(&mut self, ledger: LedgerId) -> ObjectId {
        self.one(ledger, ObjectKind::Invoice)
    }

    fn customer_change(&mut self) -> CustomerChange {
        let prefix = format!("P{}", self.random.below(9));
        CustomerChange {
            email: Some(Some("a@example.com".to_owned())).filter(|_| self.random.chance(1, 2)),
            invoice_prefix: self.random.chance(1, 4).then_some(prefix),
            next_invoice_sequence: self.random.chance(1, 4).then(|| 1 + self.random.below(40)),
            balance: self.random.chance(1, 6).then(|| self.random.below(900) as i64 - 700),
            ..CustomerChange::default()
        }
    }

    fn tax_rate(&mut self) -> DocumentAction {
        let display_name = Some("VAT".to_owned());
        DocumentAction::CreateTaxRate(Box::new(NewTaxRate {
            percentage: Decimal::new(self.random.below(300_000) as i64, 4),
            inclusive: self.random.chance(1, 2),
            rest: TaxRateChange { display_name, ..TaxRateChange::default() },
        }))
    }

    fn draft(&mut self, ledger: LedgerId) -> DocumentAction {
        let revision_of = self.random.chance(1, 6).then(|| self.invoice(ledger));
        let customer = match revision_of {
            Some(_) => None,
            None => Some(self.one(ledger, ObjectKind::Customer)),
        };
        let currency = Currency::parse(self.random.pick::<&str>(&["eur", "jpy"]));
        DocumentAction::CreateInvoice(Box::new(NewInvoice {
            customer,
            currency: currency.filter(|_| revision_of.is_none() && self.random.chance(1, 2)),
            waiting: *self.random.pick(&[Waiting::Exclude, Waiting::Include, Waiting::Require]),
            revision_of,
            secret: "secret".to_owned(),
            rest: self.invoice_change(ledger),
        }))
    }

    fn invoice_change(&mut self, ledger: LedgerId) -> InvoiceChange {
        let number =
            format!("INV-{}-{:05}", 2026 + self.random.below(2), 1 + self.random.below(30));
        let day = self.random.below(80) as i64 - 60;
        let at = At(self.at.0 + day * DAY_MS);
        let rate = self.one(ledger, ObjectKind::TaxRate);
        let sent = self.random.chance(1, 8);
        let taught = self.random.chance(1, 10).then(|| self.taught());
        let (number, teach) = match taught {
            Some((number, asked)) => (Some(Some(number)), Some(Some(asked))),
            None => (self.random.chance(1, 6).then_some(Some(number)), None),
        };
        InvoiceChange {
            collection_method: sent.then_some(CollectionMethod::SendInvoice),
            days_until_due: sent.then_some(Some(14)),
            number,
            teach,
            effective_at: self.random.chance(1, 3).then_some(Some(at)),
            default_tax_rates: self.random.chance(1, 8).then_some(vec![rate]),
            series: self
                .random
                .chance(1, 8)
                .then(|| Some(SeriesRef::Id(SeriesId(1 + self.random.below(5) as u32)))),
            ..InvoiceChange::default()
        }
    }

    /// A number that teaches its series, and why it leaves ordinals out.
    fn taught(&mut self) -> (String, TeachingAsked) {
        let head = *self.random.pick(&["T/2026/", "INV-2026-", "T2026/12/", "U-"]);
        let number = format!("{head}{:04}", 1 + self.random.below(60));
        let reason = self.random.chance(4, 5).then(|| self.reason());
        (number, TeachingAsked { pattern: None, reason })
    }

    fn line(&mut self, ledger: LedgerId) -> LineChange {
        let rate = self.one(ledger, ObjectKind::TaxRate);
        let tax_rates = self.random.chance(1, 6).then_some(vec![rate]);
        let (amount, quantity) = (self.random.below(5000) as i64 - 500, self.random.below(40));
        match self.random.chance(1, 2) {
            true => LineChange { amount: Some(amount), tax_rates, ..LineChange::default() },
            false => LineChange {
                quantity: Some(Decimal::new(quantity as i64, 1)),
                unit_amount: Some(Decimal::new(amount, 2)),
                tax_rates,
                ..LineChange::default()
            },
        }
    }

    fn invoice_item(&mut self, ledger: LedgerId) -> DocumentAction {
        let line = self.line(ledger);
        if self.random.chance(1, 3) {
            let item = self.random.chance(1, 3).then(|| self.one(ledger, ObjectKind::InvoiceItem));
            let lines = vec![NewLine { item, line }];
            return DocumentAction::AddLines(
                self.invoice(ledger),
                lines,
                MetadataChange::default(),
            );
        }
        let currency = Currency::parse(self.random.pick::<&str>(&["eur", "eur", "jpy"]));
        DocumentAction::CreateItem(Box::new(NewItem {
            customer: self.one(ledger, ObjectKind::Customer),
            currency,
            invoice: self.random.chance(1, 2).then(|| self.invoice(ledger)),
            line,
        }))
    }

    fn update(&mut self, ledger: LedgerId) -> DocumentAction {
        let item = self.one(ledger, ObjectKind::InvoiceItem);
        match self.random.below(3) {
            0 => DocumentAction::UpdateItem(item, Box::new(self.line(ledger))),
            1 => DocumentAction::DeleteItem(item),
            _ => {
                let change = self.invoice_change(ledger);
                DocumentAction::UpdateInvoice(self.invoice(ledger), Box::new(change))
            }
        }
    }

    fn ending(&mut self, ledger: LedgerId) -> DocumentAction {
        let id = self.invoice(ledger);
        match self.random.below(10) {
            0 | 1 => DocumentAction::Pay(id, self.random.chance(1, 2)),
            2 | 3 => DocumentAction::Void(id),
            4 => DocumentAction::MarkUncollectible(id),
            5 => DocumentAction::Send(id),
            6..=8 => DocumentAction::ResetToDraft(id, self.reason()),
            _ if self.random.chance(1, 6) => {
                DocumentAction::DeleteCustomer(self.one(ledger, ObjectKind::Customer))
            }
            _ => {
                let why = self.random.chance(2, 3).then(|| self.reason());
                DocumentAction::DeleteInvoice(id, why)
            }
        }
    }

    fn credit_note(&mut self, ledger: LedgerId) -> DocumentAction {
        let amount = Some(1 + self.random.below(900) as i64);
        let mut new =
            NewCreditNote { invoice: self.invoice(ledger), amount, ..NewCreditNote::default() };
        match self.random.below(3) {
            0 => new.refund_amount = amount,
            1 => new.credit_amount = amount,
            _ => {}
        }
        DocumentAction::CreateCreditNote(Box::new(new))
    }

    fn endpoint(&mut self, ledger: LedgerId) -> DocumentAction {
        let id = self.one(ledger, ObjectKind::WebhookEndpoint);
        let events = *self.random.pick(&["*", "invoice.*", "number.issued", "customer.updated"]);
        let change = EndpointChange {
            url: Some("https://example.com/hook".to_owned()),
            enabled_events: Some(vec![events.to_owned()]),
            disabled: self.random.chance(1, 4).then_some(true),
            ..EndpointChange::default()
        };
        match self.random.below(4) {
            0 => DocumentAction::UpdateEndpoint(id, Box::new(change)),
            1 => DocumentAction::DeleteEndpoint(id),
            2 => DocumentAction::Redeliver(ObjectId(1 + self.random.below(60)), None),
            _ => {
                let secret = "whsec_0123456789abcdef".to_owned();
                DocumentAction::CreateEndpoint(Box::new(change), secret)
            }
        }
    }

    fn version(&mut self) -> DocumentAction {
        let versions = ["2019-12-03", "2020-03-02", "2026-10-28.endive"];
        match self.random.chance(1, 2) {
            true => DocumentAction::RollBackApiVersion,
            false => {
                let name = *self.random.pick(&versions);
                let drafts_numbered = name < "2020-03-02";
                let name = name.to_owned();
                DocumentAction::SetApiVersion(ApiVersion { name, drafts_numbered })
            }
        }
    }
}
