//! One command about documents on its way: what it reads, writes and tells.

use std::sync::Arc;

use crate::books::Books;
use crate::command::Command;
use crate::command::document::DocumentCommand;
use crate::decide::tell::{Told, tell};
use crate::decide::{Halt, ledger, refuse_param};
use crate::id::{CustomerId, LedgerId, ObjectId};
use crate::model::document::{
    CreditNote, Customer, Invoice, InvoiceItem, TaxRate, WebhookEndpoint,
};
use crate::model::{At, EventBody, LedgerRow, Object, ObjectKind, ObjectRow, Subject};
use crate::outcome::{ObjectView, Outcome};
use crate::refusal::Code;
use crate::role::Role;

/// The name of the parameter that stands in an address.
pub(super) const ID: &str = "id";

/// What a command about documents works with.
pub(super) struct Desk<'a> {
    pub(super) books: &'a mut Books,
    pub(super) command: &'a Command,
    pub(super) role: Role,
    pub(super) document: &'a DocumentCommand,
    pub(super) ledger: LedgerRow,
}

/// A body that is one kind of object.
pub(super) trait Body: Clone {
    const KIND: ObjectKind;

    fn of(object: &Object) -> Option<&Self>;

    fn into_object(self) -> Object;
}

macro_rules! bodies {
    ($($kind:ident: $body:ty = |$value:ident| $wrapped:expr;)+) => {
        $(impl Body for $body {
            const KIND: ObjectKind = ObjectKind::$kind;

            fn of(object: &Object) -> Option<&Self> {
                match object {
                    Object::$kind(body) => Some(body),
                    _ => None,
                }
            }

            fn into_object(self) -> Object {
                let $value = self;
                Object::$kind($wrapped)
            }
        })+
    };
}

bodies! {
    Customer: Customer = |body| body;
    TaxRate: TaxRate = |body| body;
    InvoiceItem: InvoiceItem = |body| body;
    Invoice: Invoice = |body| Box::new(body);
    CreditNote: CreditNote = |body| Box::new(body);
    WebhookEndpoint: WebhookEndpoint = |body| body;
}

/// An object that was read, and its body to be changed.
pub(super) struct Opened<B> {
    pub(super) row: Arc<ObjectRow>,
    pub(super) body: B,
}

impl<B> Opened<B> {
    pub(super) fn id(&self) -> ObjectId {
        self.row.id
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        books: &'a mut Books,
        command: &'a Command,
        role: Role,
        document: &'a DocumentCommand,
    ) -> Result<Desk<'a>, Halt> {
        let ledger = ledger(books, command.ledger)?;
        Ok(Desk { books, command, role, document, ledger })
    }

    pub(super) fn now(&self) -> At {
        self.command.at
    }

    /// The next id of an object, a line or a revision.
    pub(super) fn next(&mut self) -> ObjectId {
        self.ledger.last_object += 1;
        ObjectId(self.ledger.last_object)
    }

    /// An object that is there and not deleted. `param` names it where it is not; [`ID`] for the
    /// one in the address.
    pub(super) fn open<B: Body>(&self, id: ObjectId, param: &str) -> Result<Opened<B>, Halt> {
        let found = self.books.objects.read(&(self.ledger.id, id))?;
        let found = found.filter(|row| !row.deleted);
        match found.and_then(|row| Some((row, B::of(&row.body)?))) {
            Some((row, body)) => Ok(Opened { row: Arc::clone(row), body: body.clone() }),
            None => missing(B::KIND, id, self.ledger.id, param),
        }
    }

    /// Asks for objects that are read one by one later, so that one round loads them all.
    pub(super) fn ask(&self, ids: impl IntoIterator<Item = ObjectId>) {
        for id in ids {
            self.books.objects.probe(&(self.ledger.id, id));
        }
    }

    /// Writes a new object.
    pub(super) fn add<B: Body>(&mut self, id: ObjectId, body: B) -> ObjectRow {
        let row = ObjectRow {
            ledger: self.ledger.id,
            id,
            created: self.now(),
            revision: id.0,
            deleted: false,
            body: body.into_object(),
        };
        self.write(row)
    }

    /// Writes a changed object.
    pub(super) fn put<B: Body>(&mut self, before: &ObjectRow, body: B) -> ObjectRow {
        let revision = self.next().0;
        let body = body.into_object();
        self.write(ObjectRow { revision, body, ..before.clone() })
    }

    /// Deletes an object: its row stays, and nobody finds it.
    pub(super) fn delete(&mut self, before: &ObjectRow) -> ObjectRow {
        let revision = self.next().0;
        self.write(ObjectRow { revision, deleted: true, ..before.clone() })
    }

    fn write(&mut self, row: ObjectRow) -> ObjectRow {
        self.books.write_object(row.clone());
        self.save();
        row
    }

    /// Writes the head, after it was changed.
    pub(super) fn save(&mut self) {
        self.books.ledgers.write(self.ledger.id, self.ledger.clone());
    }

    /// Tells of an object, in an event of its own.
    pub(super) fn tell(&mut self, kind: &str, view: &ObjectView) -> Result<(), Halt> {
        self.tell_changed(kind, view, None)
    }

    /// Tells of an object that was otherwise before.
    pub(super) fn tell_changed(
        &mut self,
        kind: &str,
        view: &ObjectView,
        before: Option<&ObjectRow>,
    ) -> Result<(), Halt> {
        let subject = Subject::Object(view.row.kind(), view.row.id);
        // A round that is lost need not write what nobody will see.
        let body = (!self.books.is_missing_any()).then(|| {
            let before = before.map(|row| super::view::with_customer(self.books, row.clone()).body);
            EventBody { view: view.clone(), before }.to_bytes()
        });
        tell(self.books, self.command, &mut self.ledger, Told { kind, subject, body })
    }

    /// An object with what is needed to show it.
    pub(super) fn view(&self, row: ObjectRow) -> Result<ObjectView, Halt> {
        super::view::view_in(self.books, &self.ledger, self.now(), row)
    }

    /// The answer that shows an object.
    pub(super) fn show(&self, view: ObjectView) -> Outcome {
        Outcome::Object(Box::new(view))
    }

    /// Tells of an object and answers with it.
    pub(super) fn told(&mut self, kind: &str, row: ObjectRow) -> Result<Outcome, Halt> {
        let view = self.view(row)?;
        self.tell(kind, &view)?;
        Ok(self.show(view))
    }

    /// Tells that an object changed, if it did, and answers with it.
    pub(super) fn changed<B: Body + PartialEq>(
        &mut self,
        kind: &str,
        before: &Arc<ObjectRow>,
        body: B,
    ) -> Result<Outcome, Halt> {
        if B::of(&before.body) == Some(&body) {
            return Ok(self.show(self.view(ObjectRow::clone(before))?));
        }
        let row = self.put(before, body);
        let view = self.view(row)?;
        self.tell_changed(kind, &view, Some(before))?;
        Ok(self.show(view))
    }

    /// What the register calls a customer.
    pub(super) fn customer_id(&self, id: ObjectId) -> CustomerId {
        CustomerId(id.text(ObjectKind::Customer, self.ledger.id))
    }
}

pub(super) fn missing<T>(
    kind: ObjectKind,
    id: ObjectId,
    ledger: LedgerId,
    param: &str,
) -> Result<T, Halt> {
    let message = format!(
        "No such {}: '{}'. Check the id, and that the key is of the same account and mode.",
        kind.text(),
        id.text(kind, ledger)
    );
    refuse_param(Code::ResourceMissing, param, message)
}
