//! Which column of a file is which.

use super::{Column, Sheet};
use crate::failure::Failure;

/// What a column is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The document's number.
    Number,
    /// The document's date.
    Date,
    /// The document's kind.
    Kind,
    /// The document's name in its own system.
    Reference,
    /// Whom it is for.
    Customer,
    /// Where the document is in its life.
    Status,
}

impl Wanted {
    /// The flag that names the column.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Wanted::Number => "--number-column",
            Wanted::Date => "--date-column",
            Wanted::Kind => "--kind-column",
            Wanted::Reference => "--reference-column",
            Wanted::Customer => "--customer-column",
            Wanted::Status => "--status-column",
        }
    }

    /// The names that such columns usually have, the most telling first.
    fn usual_names(self) -> &'static [&'static str] {
        match self {
            Wanted::Number => &[
                "number",
                "invoice number",
                "invoice no",
                "invoice nr",
                "invoice",
                "document number",
                "document no",
                "doc no",
                "rechnungsnummer",
                "rechnungsnr",
                "belegnummer",
                "numero",
                "numero facture",
                "facture",
                "nummer",
                "no",
                "nr",
                "name",
                "invoice id",
            ],
            Wanted::Date => &[
                "date",
                "invoice date",
                "document date",
                "issue date",
                "issued",
                "order date",
                "rechnungsdatum",
                "belegdatum",
                "datum",
                "date facture",
                "fecha",
                "created",
                // Stripe's export: a number is given when a draft is finalized.
                "finalized at utc",
                "date utc",
                "created utc",
                // Odoo's.
                "invoice bill date",
                "accounting date",
            ],
            Wanted::Kind => &["kind", "type", "document type", "invoice type", "move type"],
            Wanted::Reference => &[
                "reference",
                "ref",
                "order",
                "order id",
                "order number",
                "order no",
                "order nr",
                "id",
                "bestellung",
                "bestellnummer",
                "auftrag",
                "auftragsnummer",
            ],
            Wanted::Customer => &["customer", "customer id", "client", "kunde", "kundennummer"],
            Wanted::Status => &["status", "state"],
        }
    }
}

impl Sheet {
    /// The column that a flag names, or else the one with a usual name.
    pub(crate) fn find(
        &self,
        wanted: Wanted,
        named: Option<&str>,
    ) -> Result<Option<Column>, Failure> {
        if let Some(name) = named {
            return self.named(wanted, name).map(Some);
        }
        let usual = wanted.usual_names().iter().find(|name| self.has(name));
        usual.map(|name| self.named(wanted, name)).transpose()
    }

    /// Like [`Sheet::find`], for a column that must be there.
    pub(crate) fn find_needed(
        &self,
        wanted: Wanted,
        named: Option<&str>,
    ) -> Result<Column, Failure> {
        self.find(wanted, named)?.ok_or_else(|| {
            let flag = wanted.flag();
            self.refuse_whole(format!(
                "no column with a usual name for this; name one of them with {flag}: {}",
                self.columns.join(", ")
            ))
            .about(param(flag))
        })
    }

    fn named(&self, wanted: Wanted, name: &str) -> Result<Column, Failure> {
        let mut places = (0..self.columns.len()).filter(|place| same(&self.columns[*place], name));
        let flag = wanted.flag();
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(Column(place)),
            (Some(_), Some(_)) => Err(self
                .refuse_whole(format!("two columns are called '{name}'; rename one of them"))
                .about(param(flag))),
            (None, _) => Err(self
                .refuse_whole(format!(
                    "no column '{name}' as {flag} says; the columns are: {}",
                    self.columns.join(", ")
                ))
                .about(param(flag))),
        }
    }
}

/// Whether two headings are the same but for case and what stands between the words.
pub(super) fn same(first: &str, second: &str) -> bool {
    plain(first) == plain(second)
}

/// The separator of a file's fields: the one of `,` `;` and tab that its first line has most.
pub(super) fn separator(text: &str) -> u8 {
    let mut counts = [(0usize, b','), (0, b';'), (0, b'\t')];
    let mut is_inside = false;
    for byte in text.trim_start().bytes().take_while(|byte| *byte != b'\n') {
        is_inside ^= byte == b'"';
        if let Some(count) = counts.iter_mut().find(|(_, separator)| *separator == byte)
            && !is_inside
        {
            count.0 += 1;
        }
    }
    let most = counts.iter().map(|(count, _)| *count).max().unwrap_or(0);
    counts.iter().find(|(count, _)| *count == most).map_or(b',', |(_, separator)| *separator)
}

fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn param(flag: &str) -> String {
    flag.trim_start_matches('-').replace('-', "_")
}
