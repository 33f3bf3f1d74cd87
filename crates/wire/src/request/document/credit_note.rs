//! Requests about credit notes.

use ledger::command::document::{MetadataChange, NewCreditLine, NewCreditNote, Set};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;
use ledger::model::document::CreditReason;
use ledger::money::{Decimal, UNIT_AMOUNT_PLACES};

use super::{
    ID_CHARS_MAX, PROSE_CHARS_MAX, line_id, metadata_change, new_metadata, prose, tax_rates,
};
use crate::error::Problem;
use crate::params::{Fields, Params};
use crate::request::list::{PAGING, Paging, paging};

const REASON_WORDS: &str = "duplicate, fraudulent, order_change or product_unsatisfactory";
const LINES_MAX: usize = 250;
const QUANTITY_MAX: u64 = 1_000_000_000_000;

/// Reads a credit note that is to be made, or shown; `secret` opens its PDF.
///
/// # Errors
/// See [`Problem`].
pub fn new_credit_note(
    params: Params<'_>,
    ledger: LedgerId,
    secret: String,
) -> Result<NewCreditNote, Problem> {
    read(&mut params.fields(&KNOWN)?, ledger, secret)
}

/// Reads a credit note of which a page of lines is to be shown; `id` reads their ids.
///
/// # Errors
/// See [`Problem`].
pub fn previewed_lines(
    params: Params<'_>,
    ledger: LedgerId,
    id: impl Fn(&str, &str) -> Result<ObjectId, Problem>,
) -> Result<(NewCreditNote, Paging<ObjectId>), Problem> {
    let mut fields = params.fields(&[&KNOWN[..], &PAGING[..]].concat())?;
    let paging = paging(&mut fields, id)?;
    Ok((read(&mut fields, ledger, String::new())?, paging))
}

const KNOWN: [&str; 10] = [
    "amount",
    "credit_amount",
    "effective_at",
    "invoice",
    "lines",
    "memo",
    "metadata",
    "out_of_band_amount",
    "reason",
    "refund_amount",
];

fn read(
    fields: &mut Fields<'_>,
    ledger: LedgerId,
    secret: String,
) -> Result<NewCreditNote, Problem> {
    fields.exclusive("amount", "lines")?;
    let amount = fields.positive_amount("amount")?;
    let credit_amount = fields.positive_amount("credit_amount")?;
    let effective_at = fields.instant("effective_at")?;
    let invoice = fields.object("invoice", ObjectKind::Invoice, ledger)?;
    let invoice = invoice.ok_or_else(|| fields.missing("invoice"))?;
    let lines = lines(fields, ledger)?;
    if amount.is_none() && lines.is_empty() {
        return Err(fields.missing("amount"));
    }
    Ok(NewCreditNote {
        invoice,
        amount,
        lines,
        credit_amount,
        effective_at,
        memo: fields.long_text("memo", PROSE_CHARS_MAX)?,
        metadata: new_metadata(fields)?,
        out_of_band_amount: fields.positive_amount("out_of_band_amount")?,
        reason: fields.word("reason", CreditReason::parse, REASON_WORDS)?,
        refund_amount: fields.positive_amount("refund_amount")?,
        secret,
    })
}

/// Reads what changes of the words of a credit note.
///
/// # Errors
/// See [`Problem`].
pub fn credit_note_change(params: Params<'_>) -> Result<(Set<String>, MetadataChange), Problem> {
    let mut fields = params.fields(&["memo", "metadata"])?;
    Ok((prose(&mut fields, "memo")?, metadata_change(&mut fields, "metadata")?))
}

fn lines(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<Vec<NewCreditLine>, Problem> {
    const KNOWN: [&str; 9] = [
        "amount",
        "description",
        "invoice_line_item",
        "metadata",
        "quantity",
        "tax_rates",
        "type",
        "unit_amount",
        "unit_amount_decimal",
    ];
    let lines = fields.items("lines", &KNOWN)?.unwrap_or_default();
    if lines.len() > LINES_MAX {
        return fields.refuse("lines", format_args!("has more than {LINES_MAX} entries."));
    }
    lines.into_iter().map(|fields| line(fields, ledger)).collect()
}

fn line(mut fields: Fields<'_>, ledger: LedgerId) -> Result<NewCreditLine, Problem> {
    let of_invoice = |word: &str| match word {
        "invoice_line_item" => Some(true),
        "custom_line_item" => Some(false),
        _ => None,
    };
    let words = "invoice_line_item or custom_line_item";
    let of_invoice = fields.word("type", of_invoice, words)?;
    let of_invoice = of_invoice.ok_or_else(|| fields.missing("type"))?;
    fields.exclusive("unit_amount", "unit_amount_decimal")?;
    fields.exclusive("amount", "quantity")?;
    let invoice_line = match fields.text("invoice_line_item", ID_CHARS_MAX)? {
        Some(text) => Some(line_id(&text, ledger, &fields.name("invoice_line_item"))?),
        None => None,
    };
    match (of_invoice, invoice_line) {
        (true, None) => return Err(fields.missing("invoice_line_item")),
        (false, Some(_)) => {
            let message = "belongs to lines of type `invoice_line_item`. Change `type`, or leave \
                           it out.";
            return fields.refuse("invoice_line_item", message);
        }
        _ => {}
    }
    let whole = fields.positive_amount("unit_amount")?.map(Decimal::from);
    let decimal = fields.decimal("unit_amount_decimal", UNIT_AMOUNT_PLACES)?;
    Ok(NewCreditLine {
        invoice_line,
        amount: fields.positive_amount("amount")?,
        quantity: fields.integer("quantity", 0..=QUANTITY_MAX)?.map(Decimal::from),
        unit_amount: whole.or(decimal),
        description: fields.long_text("description", PROSE_CHARS_MAX)?,
        tax_rates: tax_rates(&mut fields, "tax_rates", ledger)?,
        metadata: new_metadata(&mut fields)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: LedgerId = LedgerId(3);

    #[test]
    fn an_amount_or_lines_of_an_invoice() {
        let invoice = ObjectId(7).text(ObjectKind::Invoice, LEDGER);
        let line = ObjectId(8).line_text(LEDGER);
        let read = |rest: &str| {
            let form = format!("invoice={invoice}&{rest}");
            new_credit_note(Params::from_form(&form).unwrap(), LEDGER, "s".to_owned())
        };
        assert_eq!(read("amount=100&reason=duplicate").unwrap().amount, Some(100));
        let form = format!(
            "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]={line}\
                     &lines[0][quantity]=1&out_of_band_amount=5&memo=Sorry"
        );
        let note = read(&form).unwrap();
        assert_eq!(note.lines[0].invoice_line, Some(ObjectId(8)));
        assert_eq!((note.out_of_band_amount, note.memo.as_deref()), (Some(5), Some("Sorry")));
        let custom = "lines[0][type]=custom_line_item";
        for (rest, code, param) in [
            ("", "parameter_missing", "amount"),
            ("amount=-1", "parameter_invalid_integer", "amount"),
            ("amount=1&lines[0][amount]=1", "parameters_exclusive", "lines"),
            ("lines[0][amount]=1", "parameter_missing", "lines[0][type]"),
            (
                "lines[0][type]=invoice_line_item",
                "parameter_missing",
                "lines[0][invoice_line_item]",
            ),
            (
                &format!("{custom}&lines[0][invoice_line_item]={line}"),
                "parameter_invalid",
                "lines[0][invoice_line_item]",
            ),
            (
                &format!("{custom}&lines[0][unit_amount]=1&lines[0][unit_amount_decimal]=2"),
                "parameters_exclusive",
                "lines[0][unit_amount_decimal]",
            ),
            ("amount=1&reason=bored", "parameter_invalid", "reason"),
        ] {
            let problem = read(rest).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }
}
