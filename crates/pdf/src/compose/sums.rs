//! What lines add up to, and the taxes on them.

use ledger::id::ObjectId;
use ledger::model::Object;
use ledger::model::document::{LineTax, Totals};
use ledger::money::Currency;

use super::Scene;
use crate::language::filled;
use crate::paper::Sum;

impl Scene<'_> {
    pub(super) fn sum(&self, name: &str, amount: i64, currency: Currency) -> Sum {
        let value = self.language.money(amount, currency);
        Sum { name: name.to_owned(), value, strong: false }
    }

    /// Subtotal, taxes and total.
    pub(super) fn totals(&self, totals: &Totals, currency: Currency) -> Vec<Sum> {
        let words = self.language.words();
        let mut sums = vec![self.sum(words.subtotal, totals.subtotal, currency)];
        if totals.total_excluding_tax != totals.subtotal {
            let amount = totals.total_excluding_tax;
            sums.push(self.sum(words.total_excluding_tax, amount, currency));
        }
        for tax in &totals.taxes {
            let percentage = self.language.percentage(tax.percentage);
            let named = format!("{} {percentage}", self.tax_name(tax.rate));
            let base = self.language.money(tax.taxable, currency);
            let text = if tax.inclusive { words.tax_included } else { words.tax_added };
            let name = filled(text, &[("tax", &named), ("base", &base)]);
            sums.push(self.sum(&name, tax.amount, currency));
        }
        let total = self.sum(words.total, totals.total, currency);
        sums.push(Sum { strong: true, ..total });
        sums
    }

    /// The percentages of a line's taxes.
    pub(super) fn percentages(&self, taxes: &[LineTax]) -> String {
        let shown: Vec<String> =
            taxes.iter().map(|tax| self.language.percentage(tax.percentage)).collect();
        shown.join(" + ")
    }

    /// What documents call a tax.
    fn tax_name(&self, id: ObjectId) -> &str {
        let row = self.around.others.iter().find(|row| row.id == id);
        match row.map(|row| &row.body) {
            Some(Object::TaxRate(rate)) if !rate.display_name.is_empty() => &rate.display_name,
            _ => self.language.words().tax,
        }
    }
}
