//! Patterns: learning one from a number, and checking one before it is used.

use engine::EngineError;
use ledger::batch::{Batch, Step};
use ledger::command::{Item, NewSeries, SeriesChange, SeriesRef};
use ledger::model::At;
use ledger::{Action, Actor, Answer, Code, Command, Outcome};
use numbering::infer::{Candidate, InferError};
use numbering::{FiscalYearStart, Format, Pattern, Scope, TokenKind, infer};
use store::Reader;
use wire::answer::{self, CheckAnswer, InferenceAnswer, InferredPattern, Made};
use wire::request::{self, PatternCheck};
use wire::{ErrorCode, Problem, RimCode};

use super::series::post;
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const FISCAL_START: Param =
    optional("fiscal_year_start", Kind::Text, "First day of the fiscal year, MM-DD");
const FISCAL_END: Param =
    optional("fiscal_year_end", Kind::Text, "Last day of the fiscal year, MM-DD, instead");

const INFER: &[Param] = &[
    needed("number", Kind::Text, "A number that was given"),
    needed("date", Kind::Date, "Its document's date"),
    optional("for", Kind::Date, "The date of a document whose number is asked for besides"),
    FISCAL_START,
    FISCAL_END,
];

const RESETS: Kind =
    Kind::Words(&["never", "yearly", "fiscal_year", "quarterly", "monthly", "weekly", "daily"]);

const CHECK: &[Param] = &[
    needed("pattern", Kind::Clearable, "The pattern, maybe half typed"),
    optional("reset", RESETS, "When it starts again; what the tokens say when missing"),
    optional("scope", Kind::Words(&["account", "customer", "parent"]), "What is counted apart"),
    optional("prefix", Kind::Clearable, "What {prefix} prints"),
    optional("kinds", Kind::Texts, "Kinds of documents, with what {kind} prints for each"),
    optional("series", Kind::Text, "The series whose pattern it would become"),
    optional("date", Kind::Date, "The date of the example; today when missing"),
];

pub(super) static ROUTES: &[Route] = &[
    post(
        "/v1/patterns/infer",
        "infer_pattern",
        "Learn the pattern of a number",
        "pattern_inference",
        INFER,
        |call| Box::pin(learn(call)),
    ),
    post(
        "/v1/patterns/check",
        "check_pattern",
        "Check a pattern as if it were saved; nothing is saved",
        "pattern_check",
        CHECK,
        |call| Box::pin(check(call)),
    ),
];

async fn learn(call: Call) -> Result<Reply, Failure> {
    let asked = request::pattern_inference(call.params()?)?;
    let fiscal = fiscal_year(&call, asked.fiscal_year_start).await?;
    let (number, date) = (asked.example.number.as_str(), asked.example.date);
    let found = infer::infer(number, date, fiscal).map_err(refused)?;
    let next = asked.next_for.map(|day| infer::next(number, date, day, fiscal)).transpose();
    let next = next.map_err(refused)?;
    let answer = InferenceAnswer::new(
        number,
        inferred(&found.best),
        found.alternatives.iter().map(inferred).collect(),
        &found.explanation,
        next.as_deref(),
    );
    Ok(Reply::of(answer::to_json(&answer)))
}

fn inferred(candidate: &Candidate) -> InferredPattern<'_> {
    let Candidate { pattern, reset, ordinal, reason } = candidate;
    InferredPattern::new(pattern, *reset, ordinal.get(), reason)
}

fn refused(error: InferError) -> Problem {
    let code: ErrorCode = match &error {
        InferError::DateMismatch(_) => Code::NumberDateMismatch.into(),
        InferError::OrdinalOverflow => Code::OrdinalOverflow.into(),
        InferError::Unreadable(_) => RimCode::NumberUnreadable.into(),
        InferError::Pattern(_) | InferError::Render(_) => Code::PatternInvalid.into(),
    };
    Problem::of(code, "number", sentence(&error.to_string()))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

async fn fiscal_year(
    call: &Call,
    asked: Option<FiscalYearStart>,
) -> Result<FiscalYearStart, Failure> {
    match asked {
        Some(start) => Ok(start),
        None => Ok(call.engine.locks(call.ledger()).await?.fiscal_year_start),
    }
}

async fn check(call: Call) -> Result<Reply, Failure> {
    let asked = request::pattern_check(call.params()?, call.ledger())?;
    let (pattern, diagnostics) = Pattern::parse_lossy(&asked.pattern);
    let commands = commands(&call, &asked);
    let tried = call.engine.read(move |reader| try_out(reader, commands.clone())).await?;
    let [saved, issued] = tried;
    let problem = saved.err().map(Problem::from);
    let example = match &issued {
        Ok(Outcome::Issued(views)) => views.first().map(|view| view.row.text.as_str()),
        _ => None,
    };
    let made = pattern.as_ref().map(|pattern| {
        let reset = asked.reset.unwrap_or_else(|| pattern.default_reset());
        let format = Format {
            reset,
            prefix: asked.prefix.clone(),
            kind_texts: asked.kinds.values().cloned().collect(),
            ..Format::of(pattern.clone())
        };
        let scope = asked.scope.unwrap_or_else(|| scope_of(pattern));
        Made { pattern, reset, scope, max_length: format.max_length(), example }
    });
    let answer = CheckAnswer::new(made, &diagnostics, problem.as_ref());
    Ok(Reply::of(answer::to_json(&answer)))
}

fn scope_of(pattern: &Pattern) -> Scope {
    if pattern.has(TokenKind::Invoice) {
        Scope::Parent
    } else if pattern.has(TokenKind::Customer) {
        Scope::Customer
    } else {
        Scope::Account
    }
}

/// Saving the pattern, and then giving a number with it.
fn commands(call: &Call, asked: &PatternCheck) -> [Command; 2] {
    let at: At = call.engine.now();
    let (series, save) = match &asked.series {
        Some(series) => (
            series.clone(),
            Action::ChangeSeries(
                series.clone(),
                SeriesChange {
                    pattern: Some(asked.pattern.clone()),
                    reset: asked.reset,
                    prefix: Some(asked.prefix.clone()),
                    kinds: Some(asked.kinds.clone()).filter(|kinds| !kinds.is_empty()),
                    ..SeriesChange::default()
                },
            ),
        ),
        None => {
            let name = format!("check {}", call.engine.ids().base62(NAME_CHARS));
            let new = NewSeries {
                name: name.clone(),
                pattern: asked.pattern.clone(),
                reset: asked.reset,
                scope: asked.scope,
                prefix: asked.prefix.clone(),
                kinds: asked.kinds.clone(),
                starting_number: None,
                default: false,
            };
            (SeriesRef::Name(name), Action::CreateSeries(new))
        }
    };
    let item = Item {
        series: Some(series),
        date: asked.date,
        kind: asked.kinds.keys().next().cloned(),
        ..Item::default()
    };
    let command = |action| Command {
        ledger: call.ledger(),
        actor: Actor::Operator("check".to_owned()),
        at,
        idempotency: None,
        action,
    };
    [command(save), command(Action::Issue(vec![item]))]
}

const NAME_CHARS: usize = 20;

type Tried = Result<Outcome, ledger::Refusal>;

/// Decides commands on what is there now, and forgets what came of it.
fn try_out(reader: &mut dyn Reader, commands: [Command; 2]) -> Result<[Tried; 2], EngineError> {
    let mut batch = Batch::new(commands.into());
    loop {
        match batch.step() {
            Step::Load(misses) => {
                let found = reader.load(&misses)?;
                batch.fill(misses, found);
            }
            Step::Done(decided) => {
                let mut answers = decided.answers.into_iter().map(|Answer { result, .. }| result);
                let (Some(saved), Some(issued)) = (answers.next(), answers.next()) else {
                    return Err(EngineError::Defect("a check was put off".to_owned()));
                };
                return Ok([saved, issued]);
            }
        }
    }
}
