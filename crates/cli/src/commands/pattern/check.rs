//! `gapless pattern check`: whether a pattern can be used, and what it prints.

use clap::Args;
use jiff::civil::Date;
use numbering::{
    CollidingNumber, Collision, Diagnostic, Format, FormatError, Ordinal, Pattern, Relation, Reset,
    Scope, Severity, Texts, TokenKind, UnknownReset, UnknownScope, collision, limits::ORDINAL_MAX,
};
use serde_json::{Value, json};

use super::FiscalYear;
use crate::date;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Check that a pattern can never print one number twice
///
/// Proves that no two numbers of the pattern can be the same text, or shows two that would be.
/// Prints what the pattern gives, and how long a number can become.
#[derive(Debug, Args)]
#[command(
    after_help = "Tokens: {seq} {seq:5} {year} {year:2} {end_year} {month} {quarter} {week} \
    {day}\n        {prefix} {customer} {invoice} {kind}; {{ and }} are braces.\n\n\
    Example:\n  gapless pattern check 'INV/{year}/{seq:5}' --reset yearly"
)]
pub(crate) struct Arguments {
    /// The pattern
    pattern: String,
    /// never, yearly, fiscal_year, quarterly, monthly, weekly or daily [default: by the tokens]
    #[arg(long, value_parser = reset)]
    reset: Option<Reset>,
    /// account, customer or parent: whose counter it is [default: by the tokens]
    #[arg(long, value_parser = scope)]
    scope: Option<Scope>,
    /// What {prefix} prints
    #[arg(long, default_value = "")]
    prefix: String,
    /// A text that {kind} may print; once for each kind
    #[arg(long, value_name = "TEXT")]
    kind_text: Vec<String>,
    /// Another pattern of the same ledger, present or former; once for each
    #[arg(long, value_name = "PATTERN")]
    beside: Vec<String>,
    /// The date of the examples
    #[arg(long, value_name = "DATE", value_parser = date::parse, default_value = "2026-11-03")]
    date: Date,
    #[command(flatten)]
    fiscal_year: FiscalYear,
}

/// Prints the verdict.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let (_, remarks) = Pattern::parse_lossy(&arguments.pattern);
    let pattern: Pattern =
        arguments.pattern.parse().map_err(|error| refusal(&FormatError::Pattern(error)))?;
    let format = format(arguments, pattern);
    let scope = arguments.scope.unwrap_or_else(|| scope_of(&format.pattern));
    format.validate_for(scope).map_err(|error| refusal(&error))?;
    for other in &arguments.beside {
        check_beside(arguments, &format, other)?;
    }
    let warnings: Vec<&Diagnostic> =
        remarks.iter().filter(|remark| remark.severity == Severity::Warning).collect();
    let examples = examples(&format, arguments.date)?;
    output.either(
        || to_json(&format, scope, &examples, &warnings),
        || to_text(&format, scope, &examples, &warnings),
    )?;
    Ok(Ending::Done)
}

fn format(arguments: &Arguments, pattern: Pattern) -> Format {
    Format {
        reset: arguments.reset.unwrap_or_else(|| pattern.default_reset()),
        fiscal_year_start: arguments.fiscal_year.start(),
        prefix: arguments.prefix.clone(),
        kind_texts: arguments.kind_text.clone(),
        ..Format::of(pattern)
    }
}

fn check_beside(arguments: &Arguments, format: &Format, other: &str) -> Result<(), Failure> {
    let pattern: Pattern =
        other.parse().map_err(|error| refusal(&FormatError::Pattern(error)).about("beside"))?;
    let other = Format { reset: pattern.default_reset(), ..self::format(arguments, pattern) };
    match collision(format, &other, Relation::OtherSeries) {
        Some(found) => Err(refusal(&FormatError::Collision(found.into()))),
        None => Ok(()),
    }
}

fn scope_of(pattern: &Pattern) -> Scope {
    [Scope::Parent, Scope::Customer]
        .into_iter()
        .find(|scope| scope.token().is_some_and(|token| pattern.has(token)))
        .unwrap_or(Scope::Account)
}

/// The first number of the period, one beyond every usual width, the first of the next period,
/// and the last there can be.
fn examples(format: &Format, date: Date) -> Result<Vec<(Date, u64, String)>, Failure> {
    let next = format.next_period(&format.period(date)).map(|period| period.from);
    let kind = format.kind_texts.first().map_or("", String::as_str);
    let texts = Texts { customer: "CUST", invoice: "INV-1", kind };
    [(Some(date), 1), (Some(date), 2), (Some(date), 100_000), (next, 1), (Some(date), ORDINAL_MAX)]
        .into_iter()
        .filter_map(|(date, ordinal)| Some((date?, ordinal)))
        .map(|(date, value)| {
            let ordinal = Ordinal::new(value);
            let refuse = |message: String| Failure::refused("pattern_invalid", message);
            let ordinal = ordinal.map_err(|error| refuse(error.to_string()))?;
            let text = format.render(date, ordinal, &texts);
            Ok((date, value, text.map_err(|error| refuse(error.to_string()))?))
        })
        .collect()
}

fn to_json(
    format: &Format,
    scope: Scope,
    examples: &[(Date, u64, String)],
    warnings: &[&Diagnostic],
) -> Value {
    let example = |(date, ordinal, number): &(Date, u64, String)| {
        let date = date.to_string();
        json!({ "date": date, "ordinal": ordinal, "number": number })
    };
    let warning = |remark: &&Diagnostic| {
        let span = [remark.span.start, remark.span.end];
        json!({ "message": remark.message, "span": span })
    };
    json!({
        "pattern": format.pattern.to_string(),
        "valid": true,
        "reset": format.reset.as_str(),
        "scope": scope.as_str(),
        "length_max": format.max_length(),
        "examples": examples.iter().map(example).collect::<Vec<_>>(),
        "warnings": warnings.iter().map(warning).collect::<Vec<_>>(),
    })
}

fn to_text(
    format: &Format,
    scope: Scope,
    examples: &[(Date, u64, String)],
    warnings: &[&Diagnostic],
) -> String {
    let mut text = format!(
        "{} can be used: no two of its numbers are the same.\n\n  reset    {}\n  scope    {}\n  \
         longest  {} characters\n\n",
        format.pattern,
        format.reset,
        scope,
        format.max_length()
    );
    for (date, ordinal, number) in examples {
        text.push_str(&format!("  {date}  {ordinal:>15}  {number}\n"));
    }
    for warning in warnings {
        text.push_str(&format!("\nwarning: {warning}\n"));
    }
    if format.pattern.has(TokenKind::Customer) {
        text.push_str("\n{customer} prints each customer's own prefix; CUST is an example.\n");
    }
    text
}

fn refusal(error: &FormatError) -> Failure {
    let code = match error {
        FormatError::Collision(_) => "pattern_collision",
        _ => "pattern_invalid",
    };
    let failure = Failure::refused(code, error.to_string()).about("pattern");
    match error.collision() {
        Some(found) => failure.with("collision", collision_json(found)),
        None => failure,
    }
}

fn collision_json(found: &Collision) -> Value {
    let number = |number: &CollidingNumber| {
        json!({
            "number": number.text,
            "date": number.date.to_string(),
            "ordinal": number.ordinal.get(),
            "scope": number.scope,
            "description": number.description,
        })
    };
    json!([number(&found.first), number(&found.second)])
}

fn reset(text: &str) -> Result<Reset, UnknownReset> {
    text.parse()
}

fn scope(text: &str) -> Result<Scope, UnknownScope> {
    text.parse()
}
