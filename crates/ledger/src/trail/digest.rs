//! What the trail keeps of what a document says.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::Hash;
use crate::id::LedgerId;
use crate::model::document::{CreditNote, Invoice, LineTax, Totals};
use crate::model::{Object, ObjectKind, ObjectRow};
use crate::money::{Currency, Decimal};

const VERSION: u8 = 1;

/// The digest of a document: SHA-256 over its customer, date, currency, lines and totals.
///
/// ```text
/// version   1 byte, now 1
/// customer  text: the customer's id, cus_…
/// date      text: YYYY-MM-DD
/// currency  text: the code in lower case
/// lines     each: 1 byte, 1; text: the description; text: the quantity; text: the unit amount;
///           number: the amount; its taxes
/// total     1 byte, 0; number: the subtotal; number: the total; its taxes
/// taxes     number: how many; each: text: the percentage; 1 byte: 1 when inclusive, else 0;
///           number: the tax; number: what it is a percentage of
/// text      8 bytes of length, big-endian, then UTF-8
/// number    8 bytes, big-endian, two's complement
/// ```
///
/// Amounts are in minor units. A decimal is written without zeros at its end. What a line does not
/// have (a description, a quantity) is an empty text.
#[derive(Clone, Debug)]
pub struct DocumentDigest(Sha256);

impl DocumentDigest {
    /// The digest of a document as it is stored; `None` for one that has no place in the register
    /// yet, and for what is no document. Once it is finalized nothing changes it any more, so it is
    /// the one that the trail holds.
    pub fn of(row: &ObjectRow) -> Option<Hash> {
        match &row.body {
            Object::Invoice(invoice) => {
                let date = invoice.numbering.as_ref()?.date;
                Some(DocumentDigest::of_invoice(row.ledger, invoice, date))
            }
            Object::CreditNote(note) => {
                let date = note.numbering.as_ref()?.date;
                Some(DocumentDigest::of_credit_note(row.ledger, note, date))
            }
            _ => None,
        }
    }

    pub(crate) fn of_invoice(ledger: LedgerId, invoice: &Invoice, date: Date) -> Hash {
        let customer = invoice.customer.text(ObjectKind::Customer, ledger);
        let mut digest = DocumentDigest::new(&customer, date, invoice.currency);
        for line in &invoice.lines {
            let description = line.description.as_deref();
            let (quantity, unit_amount) = (Some(line.quantity), Some(line.unit_amount));
            digest.line(description, quantity, unit_amount, line.amount, &line.taxes);
        }
        digest.finish(&invoice.totals)
    }

    pub(crate) fn of_credit_note(ledger: LedgerId, note: &CreditNote, date: Date) -> Hash {
        let customer = note.customer.text(ObjectKind::Customer, ledger);
        let mut digest = DocumentDigest::new(&customer, date, note.currency);
        for line in &note.lines {
            let description = line.description.as_deref();
            digest.line(description, line.quantity, line.unit_amount, line.amount, &line.taxes);
        }
        digest.finish(&note.totals)
    }

    /// Begins with what stands at the head of a document.
    pub fn new(customer: &str, date: Date, currency: Currency) -> DocumentDigest {
        let mut digest = DocumentDigest(Sha256::new());
        digest.0.update([VERSION]);
        digest.text(customer);
        digest.text(&date.to_string());
        digest.text(&currency.text());
        digest
    }

    /// Takes the next line.
    pub fn line(
        &mut self,
        description: Option<&str>,
        quantity: Option<Decimal>,
        unit_amount: Option<Decimal>,
        amount: i64,
        taxes: &[LineTax],
    ) {
        self.0.update([1]);
        self.text(description.unwrap_or_default());
        for decimal in [quantity, unit_amount] {
            self.text(&decimal.map(|one| one.normalize().to_string()).unwrap_or_default());
        }
        self.number(amount);
        self.taxes(taxes);
    }

    /// Ends with what the lines add up to.
    pub fn finish(mut self, totals: &Totals) -> Hash {
        self.0.update([0]);
        self.number(totals.subtotal);
        self.number(totals.total);
        self.taxes(&totals.taxes);
        Hash(self.0.finalize().into())
    }

    fn taxes(&mut self, taxes: &[LineTax]) {
        self.number(i64::try_from(taxes.len()).unwrap_or(i64::MAX));
        for tax in taxes {
            self.text(&tax.percentage.normalize().to_string());
            self.0.update([u8::from(tax.inclusive)]);
            self.number(tax.amount);
            self.number(tax.taxable);
        }
    }

    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::ObjectId;

    fn digest(change: impl FnOnce(&mut Sample)) -> Hash {
        let mut sample = Sample { customer: "cus_1", day: 1, description: "Work", amount: 1190 };
        change(&mut sample);
        let currency = Currency::parse("eur").expect("a currency");
        let mut digest = DocumentDigest::new(sample.customer, date(2026, 5, sample.day), currency);
        let tax = LineTax {
            rate: ObjectId(1),
            percentage: Decimal::from(19),
            inclusive: true,
            amount: 190,
            taxable: 1000,
        };
        let one = Some(Decimal::new(10, 1));
        digest.line(Some(sample.description), one, one, sample.amount, &[tax]);
        digest.finish(&Totals { subtotal: 1190, total: 1190, ..Totals::default() })
    }

    struct Sample {
        customer: &'static str,
        day: i8,
        description: &'static str,
        amount: i64,
    }

    #[test]
    fn it_is_the_same_for_ever_and_another_for_another_document() {
        let known = digest(|_| {});
        assert_eq!(
            known.to_string(),
            "5adfaf3b4eec7ff8aa909bce2565a6435e571ec528e2c0d1403291aab833022d"
        );
        let others = [
            digest(|sample| sample.customer = "cus_2"),
            digest(|sample| sample.day = 2),
            digest(|sample| sample.description = "work"),
            digest(|sample| sample.amount = 1191),
        ];
        for other in others {
            assert_ne!(other, known);
        }
    }
}
