//! The languages that documents are printed in.

/// A language with its words, and with its way of writing amounts and dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

/// Every word that a document prints by itself. What stands in braces is filled in.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) invoice: &'static str,
    pub(crate) credit_note: &'static str,
    pub(crate) draft: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) void: &'static str,
    /// Across every sheet of the test mode.
    pub(crate) test: &'static str,
    /// Beside it, in a sentence.
    pub(crate) test_note: &'static str,
    pub(crate) invoice_number: &'static str,
    pub(crate) credit_note_number: &'static str,
    pub(crate) date: &'static str,
    pub(crate) due: &'static str,
    pub(crate) credits: &'static str,
    pub(crate) replaces: &'static str,
    pub(crate) replaced_by: &'static str,
    pub(crate) reason: &'static str,
    /// In the order of `CreditReason::ALL`.
    pub(crate) reasons: [&'static str; 4],
    pub(crate) bill_to: &'static str,
    pub(crate) ship_to: &'static str,
    pub(crate) description: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) tax: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) subtotal: &'static str,
    pub(crate) total: &'static str,
    pub(crate) total_excluding_tax: &'static str,
    /// A tax that is added: `{tax}` is its name and percentage, `{base}` what it is a share of.
    pub(crate) tax_added: &'static str,
    /// A tax that amounts include.
    pub(crate) tax_included: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) credited: &'static str,
    pub(crate) amount_paid: &'static str,
    pub(crate) amount_due: &'static str,
    pub(crate) off_the_invoice: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) to_balance: &'static str,
    pub(crate) out_of_band: &'static str,
    pub(crate) headline_due: &'static str,
    pub(crate) headline_due_on: &'static str,
    pub(crate) headline_paid: &'static str,
    pub(crate) headline_credited: &'static str,
    pub(crate) reverse_charge: &'static str,
    pub(crate) page: &'static str,
    pub(crate) download: &'static str,
}

impl Language {
    /// Every one.
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its tag, as in BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// The language of a tag, whatever its region: `de-AT` is German. `None` for one without words
    /// here.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of several tags that has words here.
    pub fn first_of<'t>(tags: impl IntoIterator<Item = &'t str>) -> Option<Language> {
        tags.into_iter().find_map(Language::of_tag)
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }
}

static ENGLISH: Words = Words {
    invoice: "Invoice",
    credit_note: "Credit note",
    draft: "Draft",
    paid: "Paid",
    void: "Void",
    test: "TEST",
    test_note: "This is a trial from the test mode. Nothing is owed.",
    invoice_number: "Invoice number",
    credit_note_number: "Credit note number",
    date: "Date of issue",
    due: "Date due",
    credits: "Credits invoice",
    replaces: "Replaces invoice",
    replaced_by: "Replaced by invoice",
    reason: "Reason",
    reasons: ["Duplicate", "Fraudulent", "Order change", "Product unsatisfactory"],
    bill_to: "Bill to",
    ship_to: "Ship to",
    description: "Description",
    quantity: "Qty",
    unit: "Unit price",
    tax: "Tax",
    amount: "Amount",
    subtotal: "Subtotal",
    total: "Total",
    total_excluding_tax: "Total excluding tax",
    tax_added: "{tax} on {base}",
    tax_included: "{tax} on {base}, included",
    balance: "Applied balance",
    credited: "Credited",
    amount_paid: "Amount paid",
    amount_due: "Amount due",
    off_the_invoice: "Taken off the amount due",
    refunded: "Refunded",
    to_balance: "Put on the balance",
    out_of_band: "Settled otherwise",
    headline_due: "{amount} due",
    headline_due_on: "{amount} due {date}",
    headline_paid: "{amount} paid {date}",
    headline_credited: "{amount} credited {date}",
    reverse_charge: "Tax to be paid on reverse charge basis.",
    page: "Page {page} of {pages}",
    download: "Download PDF",
};

static GERMAN: Words = Words {
    invoice: "Rechnung",
    // Not „Gutschrift“: in German tax law that is an invoice which the customer writes.
    credit_note: "Rechnungskorrektur",
    draft: "Entwurf",
    paid: "Bezahlt",
    void: "Storniert",
    test: "TEST",
    test_note: "Dies ist eine Probe aus dem Testmodus. Es ist nichts zu zahlen.",
    invoice_number: "Rechnungsnummer",
    credit_note_number: "Korrekturnummer",
    date: "Ausstellungsdatum",
    due: "Fällig am",
    credits: "Zur Rechnung",
    replaces: "Ersetzt Rechnung",
    replaced_by: "Ersetzt durch Rechnung",
    reason: "Grund",
    reasons: ["Doppelt berechnet", "Betrug", "Geänderte Bestellung", "Mangelhafte Ware"],
    bill_to: "Rechnung an",
    ship_to: "Lieferung an",
    description: "Beschreibung",
    quantity: "Menge",
    unit: "Einzelpreis",
    tax: "Steuer",
    amount: "Betrag",
    subtotal: "Zwischensumme",
    total: "Gesamtbetrag",
    total_excluding_tax: "Gesamtbetrag ohne Steuer",
    tax_added: "{tax} auf {base}",
    tax_included: "{tax} auf {base}, enthalten",
    balance: "Verrechneter Saldo",
    credited: "Gutgeschrieben",
    amount_paid: "Bezahlt",
    amount_due: "Zu zahlen",
    off_the_invoice: "Vom offenen Betrag abgezogen",
    refunded: "Erstattet",
    to_balance: "Dem Saldo gutgeschrieben",
    out_of_band: "Anderweitig ausgeglichen",
    headline_due: "{amount} zu zahlen",
    headline_due_on: "{amount} fällig am {date}",
    headline_paid: "{amount} bezahlt am {date}",
    headline_credited: "{amount} gutgeschrieben am {date}",
    reverse_charge: "Steuerschuldnerschaft des Leistungsempfängers.",
    page: "Seite {page} von {pages}",
    download: "PDF herunterladen",
};

/// A text with what stands in braces filled in.
pub(crate) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else { break };
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = behind;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_may_choose_every_one() {
        assert_eq!(Language::ALL.map(Language::tag), ledger::model::Branding::LANGUAGES);
    }

    #[test]
    fn a_region_does_not_matter() {
        assert_eq!(Language::of_tag("de-AT"), Some(Language::German));
        assert_eq!(Language::of_tag("EN_us"), Some(Language::English));
        assert_eq!(Language::of_tag("den"), None);
        assert_eq!(Language::first_of(["fr", "de", "en"]), Some(Language::German));
        assert_eq!(Language::first_of([]), None);
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let values = [("tax", "{base} 5 %"), ("base", "1")];
        assert_eq!(filled("{tax} on {base}.", &values), "{base} 5 % on 1.");
        assert_eq!(filled("none", &values), "none");
    }

    #[test]
    fn both_languages_fill_in_the_same() {
        let texts = |words: &'static Words| {
            let Words { tax_added, tax_included, headline_due, headline_due_on, .. } = words;
            let Words { headline_paid, headline_credited, page, .. } = words;
            let all = [tax_added, tax_included, headline_due, headline_due_on];
            all.into_iter().chain([headline_paid, headline_credited, page]).copied()
        };
        for (english, german) in texts(&ENGLISH).zip(texts(&GERMAN)) {
            for name in ["{tax}", "{base}", "{amount}", "{date}", "{page}", "{pages}"] {
                assert_eq!(english.contains(name), german.contains(name), "{english} {german}");
            }
        }
    }
}
