//! Requests about the lines of a draft, and what all lines and items have in common.

use ledger::command::document::{LineChange, MetadataChange, NewLine, RemovedLine};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;
use ledger::model::document::Span;
use ledger::money::{Currency, Decimal, QUANTITY_PLACES, UNIT_AMOUNT_PLACES};

use super::{ID_CHARS_MAX, PROSE_CHARS_MAX, line_id, metadata_change, tax_rates};
use crate::error::{Problem, RimCode};
use crate::params::{Fields, Params};

/// The names of what a line is for and costs.
pub(super) const LINE: [&str; 10] = [
    "amount",
    "description",
    "discountable",
    "metadata",
    "period",
    "price_data",
    "pricing",
    "quantity",
    "quantity_decimal",
    "tax_rates",
];
/// Lines in one request.
const LINES_MAX: usize = 250;
const QUANTITY_MAX: u64 = 1_000_000_000_000;

/// What a line costs, with the currency that its price names.
pub(super) struct Priced {
    pub(super) line: LineChange,
    pub(super) currency: Option<Currency>,
}

/// Reads lines that are to be added to a draft, and what changes of its metadata.
///
/// # Errors
/// See [`Problem`].
pub fn added_lines(
    params: Params<'_>,
    ledger: LedgerId,
) -> Result<(Vec<NewLine>, MetadataChange), Problem> {
    let known = [&LINE[..], &["invoice_item"]].concat();
    each_line(params, &known, |line| {
        let item = line.object("invoice_item", ObjectKind::InvoiceItem, ledger)?;
        let line = priced(line, ledger, None)?.line;
        Ok(NewLine { item, line })
    })
}

/// Reads lines of a draft that change, and what changes of its metadata.
///
/// # Errors
/// See [`Problem`].
pub fn updated_lines(
    params: Params<'_>,
    ledger: LedgerId,
) -> Result<(Vec<(ObjectId, LineChange)>, MetadataChange), Problem> {
    let known = [&LINE[..], &["id"]].concat();
    each_line(params, &known, |line| {
        let id = needed_line(line, ledger)?;
        Ok((id, priced(line, ledger, None)?.line))
    })
}

/// Reads lines that are to be taken off a draft, and what changes of its metadata.
///
/// # Errors
/// See [`Problem`].
pub fn removed_lines(
    params: Params<'_>,
    ledger: LedgerId,
) -> Result<(Vec<RemovedLine>, MetadataChange), Problem> {
    each_line(params, &["behavior", "id"], |line| {
        let unassign = |word: &str| match word {
            "unassign" => Some(true),
            "delete" => Some(false),
            _ => None,
        };
        let unassign = line.word("behavior", unassign, "delete or unassign")?;
        let unassign = unassign.ok_or_else(|| line.missing("behavior"))?;
        Ok(RemovedLine { line: needed_line(line, ledger)?, unassign })
    })
}

/// Reads what changes of one line of a draft.
///
/// # Errors
/// See [`Problem`].
pub fn line_change(params: Params<'_>, ledger: LedgerId) -> Result<LineChange, Problem> {
    Ok(priced(&mut params.fields(&LINE)?, ledger, None)?.line)
}

/// Reads what a line or an item is for and costs; `unit_field` is where a unit amount may stand
/// beside `price_data`.
pub(super) fn priced(
    fields: &mut Fields<'_>,
    ledger: LedgerId,
    unit_field: Option<&str>,
) -> Result<Priced, Problem> {
    for other in ["quantity", "quantity_decimal", "price_data"].into_iter().chain(unit_field) {
        fields.exclusive("amount", other)?;
    }
    fields.exclusive("quantity", "quantity_decimal")?;
    if let Some(field) = unit_field {
        fields.exclusive("price_data", field)?;
    }
    no_price(fields)?;
    let mut line = LineChange {
        amount: fields.amount("amount")?,
        description: fields
            .clearable("description", |f| f.long_text("description", PROSE_CHARS_MAX))?,
        discountable: fields.flag("discountable")?,
        metadata: metadata_change(fields, "metadata")?,
        period: period(fields)?,
        quantity: quantity(fields)?,
        tax_rates: tax_rates(fields, "tax_rates", ledger)?,
        ..LineChange::default()
    };
    line.unit_amount = match unit_field {
        Some(field @ "unit_amount") => fields.amount(field)?.map(Decimal::from),
        Some(field) => fields.decimal(field, UNIT_AMOUNT_PLACES)?,
        None => None,
    };
    let currency = price_data(fields, &mut line)?;
    Ok(Priced { line, currency })
}

/// Prices are not kept here, so none can be named.
fn no_price(fields: &mut Fields<'_>) -> Result<(), Problem> {
    let Some(mut pricing) = fields.nested("pricing", &["price"])? else { return Ok(()) };
    let price = pricing.needed_text("price", ID_CHARS_MAX)?;
    let message = format!(
        "No such price: {price:?}. Prices are not kept here; send `amount`, or `quantity` with a \
         unit amount.",
    );
    Err(Problem::of(ledger::Code::ResourceMissing, &pricing.name("price"), message))
}

fn price_data(fields: &mut Fields<'_>, line: &mut LineChange) -> Result<Option<Currency>, Problem> {
    const KNOWN: [&str; 6] = [
        "currency",
        "product",
        "product_data",
        "tax_behavior",
        "unit_amount",
        "unit_amount_decimal",
    ];
    let Some(mut price) = fields.nested("price_data", &KNOWN)? else { return Ok(None) };
    price.exclusive("unit_amount", "unit_amount_decimal")?;
    let currency = price.currency("currency")?.ok_or_else(|| price.missing("currency"))?;
    // Products are not kept here: a product's id says nothing, and its name is what the line says.
    price.text("product", ID_CHARS_MAX)?;
    if let Some(mut product) = price.nested("product_data", &["name"])? {
        let name = product.needed_text("name", PROSE_CHARS_MAX)?;
        line.description.get_or_insert(Some(name));
    }
    if price.text("tax_behavior", ID_CHARS_MAX)?.is_some_and(|word| word != "unspecified") {
        return price.refuse(
            "tax_behavior",
            "is kept by each tax rate here. Leave it out, and name the rates in `tax_rates`.",
        );
    }
    let whole = price.amount("unit_amount")?.map(Decimal::from);
    let decimal = price.decimal("unit_amount_decimal", UNIT_AMOUNT_PLACES)?;
    line.unit_amount = whole.or(decimal);
    match line.unit_amount {
        Some(_) => Ok(Some(currency)),
        None => Err(price.missing("unit_amount")),
    }
}

fn quantity(fields: &mut Fields<'_>) -> Result<Option<Decimal>, Problem> {
    let whole = fields.integer("quantity", 0..=QUANTITY_MAX)?.map(Decimal::from);
    let decimal = fields.decimal("quantity_decimal", QUANTITY_PLACES)?;
    if decimal.is_some_and(|d| d < Decimal::ZERO || d > Decimal::from(QUANTITY_MAX)) {
        return fields
            .refuse("quantity_decimal", format_args!("must be from 0 to {QUANTITY_MAX}."));
    }
    Ok(whole.or(decimal))
}

fn period(fields: &mut Fields<'_>) -> Result<Option<Span>, Problem> {
    let Some(mut period) = fields.nested("period", &["end", "start"])? else { return Ok(None) };
    let end = period.instant("end")?.ok_or_else(|| period.missing("end"))?;
    let start = period.instant("start")?.ok_or_else(|| period.missing("start"))?;
    if end < start {
        return period.refuse("end", "is before the `start` of the period.");
    }
    Ok(Some(Span { start, end }))
}

fn needed_line(line: &mut Fields<'_>, ledger: LedgerId) -> Result<ObjectId, Problem> {
    let text = line.needed_text("id", ID_CHARS_MAX)?;
    line_id(&text, ledger, &line.name("id"))
}

fn each_line<T>(
    params: Params<'_>,
    known: &[&str],
    read: impl Fn(&mut Fields<'_>) -> Result<T, Problem>,
) -> Result<(Vec<T>, MetadataChange), Problem> {
    let mut fields = params.fields(&["invoice_metadata", "lines"])?;
    let lines = fields.items("lines", known)?.ok_or_else(|| fields.missing("lines"))?;
    if lines.is_empty() {
        let message = "`lines` is empty. Give at least one line.";
        return Err(Problem::of(RimCode::ParameterInvalidEmpty, "lines", message));
    }
    if lines.len() > LINES_MAX {
        return fields.refuse("lines", format_args!("has more than {LINES_MAX} entries."));
    }
    let lines = lines.into_iter().map(|mut line| read(&mut line)).collect::<Result<_, _>>()?;
    Ok((lines, metadata_change(&mut fields, "invoice_metadata")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: LedgerId = LedgerId(3);

    fn change(form: &str) -> Result<LineChange, Problem> {
        line_change(Params::from_form(form)?, LEDGER)
    }

    #[test]
    fn a_line_costs_an_amount_or_so_many_times_something() {
        assert_eq!(change("amount=-500").unwrap().amount, Some(-500));
        let line = change(
            "quantity_decimal=1.5&price_data[currency]=eur&price_data[unit_amount_decimal]=0.05\
             &price_data[product_data][name]=Water&period[start]=1&period[end]=2",
        )
        .unwrap();
        assert_eq!(line.unit_amount.unwrap().to_string(), "0.05");
        assert_eq!(line.quantity.unwrap().to_string(), "1.5");
        assert_eq!(line.description, Some(Some("Water".to_owned())));
        assert_eq!(line.period.unwrap().end.seconds(), 2);
        for (form, code, param) in [
            ("amount=1&quantity=2", "parameters_exclusive", "quantity"),
            ("quantity=1&quantity_decimal=2", "parameters_exclusive", "quantity_decimal"),
            ("quantity=-1", "parameter_invalid_integer", "quantity"),
            ("quantity_decimal=-1", "parameter_invalid", "quantity_decimal"),
            ("price_data[unit_amount]=1", "parameter_missing", "price_data[currency]"),
            ("price_data[currency]=eur", "parameter_missing", "price_data[unit_amount]"),
            (
                "price_data[currency]=eur&price_data[unit_amount]=1&price_data[product_data][x]=1",
                "parameter_unknown",
                "price_data[product_data][x]",
            ),
            ("pricing[price]=price_1", "resource_missing", "pricing[price]"),
            ("period[start]=2&period[end]=1", "parameter_invalid", "period[end]"),
            ("period[start]=2", "parameter_missing", "period[end]"),
            ("tax_rates[]=txr_1", "resource_missing", "tax_rates[0]"),
        ] {
            let problem = change(form).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }

    #[test]
    fn lines_are_named_by_their_place() {
        let id = ObjectId(5).line_text(LEDGER);
        let form = format!("lines[0][id]={id}&lines[0][behavior]=unassign&invoice_metadata[a]=b");
        let (lines, metadata) = removed_lines(Params::from_form(&form).unwrap(), LEDGER).unwrap();
        assert_eq!(lines, [RemovedLine { line: ObjectId(5), unassign: true }]);
        assert_eq!(metadata.entries.len(), 1);
        let updated = |form: &str| updated_lines(Params::from_form(form).unwrap(), LEDGER);
        for (form, code, param) in [
            ("", "parameter_missing", "lines"),
            ("lines=", "parameter_invalid_array", "lines"),
            ("lines[0][amount]=5", "parameter_missing", "lines[0][id]"),
            ("lines[0][id]=il_1", "resource_missing", "lines[0][id]"),
            ("lines[0][amount]=x", "parameter_missing", "lines[0][id]"),
            ("lines[0][what]=x", "parameter_unknown", "lines[0][what]"),
            ("lines[0]=x", "parameter_invalid_object", "lines[0]"),
        ] {
            let problem = updated(form).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let added = format!("lines[0][id]={id}");
        let problem = added_lines(Params::from_form(&added).unwrap(), LEDGER).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("lines[0][id]"));
    }
}
