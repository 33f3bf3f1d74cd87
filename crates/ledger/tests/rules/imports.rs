//! What is imported, how it goes on, and what is refused: tables of lists.

use ledger::command::{Import, ImportLine, ImportSeries};
use ledger::model::HouseStyle::Yearly;
use ledger::model::{Kind, KindText};
use ledger::outcome::ImportView;
use ledger::{Code, Outcome, Refusal};
use numbering::Format;

use crate::script::Script;

/// A series: its name and kinds, then `from pattern reset` for each format, `-` for no day.
pub(crate) type Wanted<'a> = (&'a str, &'a str, &'a [&'a str]);

/// The import of some series with lines of `series text ordinal date kind`.
pub(crate) fn list(series: &[Wanted<'_>], lines: &str) -> Import {
    let series = series.iter().map(|(name, kinds, formats)| ImportSeries {
        name: (*name).to_owned(),
        formats: formats.iter().map(|text| format(text)).collect(),
        kinds: kinds
            .split(',')
            .map(|word| KindText { kind: kind(word), text: "".into() })
            .collect(),
    });
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).zip(2..);
    let line = |(text, line): (&str, u64)| {
        let words: Vec<&str> = text.split(' ').collect();
        let [series, text, ordinal, date, word] = words[..] else { panic!("{text}") };
        ImportLine {
            series: series.parse().unwrap(),
            text: text.to_owned(),
            ordinal: ordinal.parse().unwrap(),
            date: date.parse().unwrap(),
            kind: kind(word),
            reference: None,
            customer: None,
            metadata: Default::default(),
            line,
        }
    };
    Import { series: series.collect(), lines: lines.map(line).collect() }
}

fn format(text: &str) -> (Option<jiff::civil::Date>, Format) {
    let words: Vec<&str> = text.split(' ').collect();
    let [from, pattern, reset] = words[..] else { panic!("{text}") };
    let format = Format::of(pattern.parse().unwrap());
    (from.parse().ok(), Format { reset: reset.parse().unwrap(), ..format })
}

fn kind(word: &str) -> Kind {
    Kind::parse(word).unwrap()
}

pub(crate) fn take(script: &mut Script, import: Import) -> Result<ImportView, Refusal> {
    match script.import(import)? {
        Outcome::Imported(view) => Ok(*view),
        other => panic!("{other:?}"),
    }
}

/// Imports into a new ledger and goes on as the lines say.
#[track_caller]
fn check(series: &[Wanted<'_>], lines: &str, then: &str) -> ImportView {
    let mut script = Script::open(Yearly);
    let view = take(&mut script, list(series, lines)).unwrap();
    script.check(then);
    view
}

#[track_caller]
fn refused(series: &[Wanted<'_>], lines: &str) -> Refusal {
    let mut script = Script::open(Yearly);
    let refusal = take(&mut script, list(series, lines)).unwrap_err();
    script.check("issue date=2024-05-01 -> INV-2024-00001");
    refusal
}

#[test]
fn a_format_that_changed_is_one_series_with_two_versions() {
    let view = check(
        &[("x", "invoice", &["- F-{seq:4} never", "2024-01-01 INV/{year}/{seq:5} yearly"])],
        "0 F-0001 1 2023-03-01 invoice
         0 F-0003 3 2023-12-31 invoice
         0 INV/2024/00001 1 2024-01-01 invoice",
        "issue date=2024-02-01 -> INV/2024/00002^imported
         issue date=2025-02-01 -> INV/2025/00001
         issue date=2023-12-31 -> F-0004^imported
         issue date=2022-01-01 -> F-0005!date_order",
    );
    assert_eq!((view.series.len(), view.numbers, view.missing), (1, 3, 1));
    assert_eq!((view.series[0].name.as_str(), view.series[0].versions.len()), ("invoices", 2));
}

#[test]
fn a_format_that_took_over_the_counter_keeps_its_period_whole() {
    let series = ["- A-{seq:4} never", "- A-{seq:6} never"];
    let view = check(
        &[("x", "invoice", &series)],
        "0 A-0009 9 2024-01-01 invoice
         0 A-000012 12 2024-03-01 invoice",
        "issue date=2024-04-01 -> A-000013^imported
         issue date=2023-04-01 -> A-000014!date_order",
    );
    assert_eq!((view.missing, view.gaps), (2, 1), "the hole lies between the two formats");
    let row = &view.series[0];
    assert_eq!((row.versions.len(), row.former.len()), (1, 1));
}

#[test]
fn a_format_that_comes_back_is_found_by_date() {
    let years = "- A-{year}-{seq} yearly";
    check(
        &[(
            "x",
            "invoice",
            &[years, "2023-01-01 B-{seq} never", "2024-01-01 A-{year}-{seq} yearly"],
        )],
        "0 A-2022-1 1 2022-05-01 invoice
         0 B-1 1 2023-05-01 invoice
         0 A-2024-1 1 2024-05-01 invoice",
        "issue date=2024-06-01 -> A-2024-2^imported
         issue date=2023-06-01 -> B-2^imported
         issue date=2022-06-01 -> A-2022-2^imported",
    );
}

#[test]
fn history_may_repeat_a_text_in_another_period() {
    let repeats = "0 0001 1 2022-01-05 invoice
         0 0002 2 2022-02-05 invoice
         0 0001 1 2023-01-05 invoice
         0 0002 2 2023-02-05 invoice
         0 0003 3 2023-03-05 invoice";
    let on = ["- {seq:4} yearly", "2023-01-01 {seq:4} never"];
    check(
        &[("x", "invoice", &on)],
        repeats,
        "issue date=2023-04-01 -> 0004^imported
         issue date=2024-01-01 -> 0005
         issue date=2022-12-31 -> 0006^imported",
    );
    let new = ["- {seq:4} yearly", "2023-01-01 {year}-{seq:4} yearly"];
    check(
        &[("x", "invoice", &new)],
        repeats,
        "issue date=2023-04-01 -> 2023-0004^imported
         issue date=2024-01-01 -> 2024-0001
         issue date=2022-12-31 -> 0004^imported",
    );
}

#[test]
fn a_missing_number_is_told_as_it_would_have_been_printed() {
    let mut script = Script::open(Yearly);
    let formats = [
        "- OLD-{seq:4} never",
        "2023-01-01 F-{year}-{seq:3} yearly",
        "2023-01-01 N{year}/{seq} yearly",
    ];
    let lines = "0 OLD-0001 1 2022-01-05 invoice
         0 old-0003 3 2022-01-06 invoice
         0 OLD-0006 6 2022-01-07 invoice
         0 F-2023-001 1 2023-01-05 invoice
         0 F-2023-004 4 2023-02-05 invoice";
    take(&mut script, list(&[("x", "invoice", &formats)], lines)).unwrap();
    let told = [1, 2, 3].map(|id| script.gap(id)).map(|gap| (&*gap.first_text, &*gap.last_text));
    let expected =
        [("OLD-0002", "OLD-0002"), ("OLD-0004", "OLD-0005"), ("F-2023-002", "F-2023-003")];
    assert_eq!(told, expected);
    script.check("issue date=2023-03-05 -> N2023/5^imported");
}

#[test]
fn what_goes_on_behind_repeated_texts_can_be_changed() {
    let on = ["- {seq:4} yearly", "2023-01-01 {seq:4} never"];
    let repeats = "0 0001 1 2022-01-05 invoice
         0 0001 1 2023-01-05 invoice
         0 0002 2 2023-03-05 invoice";
    check(
        &[("x", "invoice", &on)],
        repeats,
        "settings padding=5 -> ok
         issue date=2023-04-01 -> 00003^imported
         settings fiscal=04-01 -> ok
         change invoices pattern={seq:6} -> ok
         issue date=2024-01-01 -> 000004
         settings mode=customer -> ok
         settings mode=account -> ok
         issue date=2024-02-01 -> 000005
         change invoices pattern={year}{seq:4} -> err pattern_collision",
    );
}

#[test]
fn what_goes_on_may_not_come_to_a_text_of_an_earlier_period() {
    let on = ["- {seq:4} yearly", "2023-01-01 {seq:4} never"];
    let refusal = refused(
        &[("x", "invoice", &on)],
        "0 0001 1 2022-01-05 invoice
         0 0007 7 2022-02-05 invoice
         0 0001 1 2023-01-05 invoice",
    );
    assert_eq!(refusal.code, Code::PatternCollision);
    assert!(refusal.message.contains("print 0007 again"), "{refusal}");
    let restarts = ["- {seq:4} yearly"];
    let one = "0 0001 1 2022-01-05 invoice";
    assert_eq!(refused(&[("x", "invoice", &restarts)], one).code, Code::PatternCollision);
}

#[test]
fn within_a_period_nothing_is_repeated() {
    let formats = ["- {seq:4} yearly", "2023-01-01 {seq:4} never"];
    for second in ["0 0001 2 2022-01-06 invoice", "0 1 1 2022-01-06 invoice"] {
        let lines = format!("0 0001 1 2022-01-05 invoice\n{second}");
        assert_eq!(refused(&[("x", "invoice", &formats)], &lines).code, Code::NumberTaken);
    }
}

#[test]
fn a_kind_goes_on_in_the_series_with_its_newest_number() {
    let (old, new) = (["- OLD-{seq} never"], ["- NEW-{seq} never"]);
    let series = [("old", "invoice", &old[..]), ("new", "invoice", &new[..])];
    let lines = "0 OLD-1 1 2024-01-01 invoice
         1 NEW-1 1 2024-01-02 invoice
         0 OLD-2 2 2024-01-03 invoice
         1 NEW-2 2 2024-01-04 invoice";
    let then = "issue date=2024-02-01 -> NEW-3^imported
         issue series=old date=2024-02-01 -> OLD-3^imported";
    let view = check(&series, lines, then);
    let names: Vec<&str> = view.series.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["old", "invoices"]);
    assert_ne!(view.series[0].id, view.series[1].id);
}

#[test]
fn a_series_that_gave_later_numbers_goes_on() {
    let mut script = Script::open(Yearly);
    script.check("issue date=2026-05-01 -> INV-2026-00001");
    let old = [("old", "invoice", &["- OLD-{seq} never"][..])];
    take(&mut script, list(&old, "0 OLD-1 1 2024-01-01 invoice")).unwrap();
    script.check("issue date=2026-05-02 -> INV-2026-00002\n issue series=old -> OLD-2^imported");
}

#[test]
fn a_series_with_a_kind_that_is_not_in_the_list_keeps_it() {
    let shared = "series shared pattern=S{seq} kinds=invoice,credit_note default=yes -> ok";
    let (old, notes) = (["- OLD-{seq} never"], ["- CN-{seq} never"]);
    let line = "0 OLD-1 1 2024-01-01 invoice";
    let mut script = Script::open(Yearly);
    script.check(shared);
    take(&mut script, list(&[("old", "invoice", &old)], line)).unwrap();
    script.check(
        "issue -> OLD-2^imported
         issue kind=credit_note -> S1
         issue series=shared -> S2",
    );

    // Where each of its kinds goes on in a series of the list, it becomes the first of them.
    let mut script = Script::open(Yearly);
    script.check(shared);
    let both = [("old", "invoice", &old[..]), ("notes", "credit_note", &notes[..])];
    let lines = format!("{line}\n1 CN-1 1 2024-01-01 credit_note");
    let view = take(&mut script, list(&both, &lines)).unwrap();
    let names: Vec<&str> = view.series.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["shared", "notes"]);
    script.check("issue -> OLD-2^imported\n issue kind=credit_note -> CN-2^imported");
}

#[test]
fn an_archived_series_takes_no_list() {
    let mut script = Script::open(Yearly);
    script.check("archive invoices -> ok");
    let old = [("old", "invoice", &["- OLD-{seq} never"][..])];
    take(&mut script, list(&old, "0 OLD-1 1 2024-01-01 invoice")).unwrap();
    script.check("issue -> OLD-2^imported\n issue series=invoices -> err series_archived");
}

#[test]
fn history_is_taken_into_locked_dates() {
    let mut script = Script::open(Yearly);
    script.check("lock date=2024-12-31 -> ok");
    let old = [("old", "invoice", &["- OLD-{seq} never"][..])];
    take(&mut script, list(&old, "0 OLD-1 1 2024-01-01 invoice")).unwrap();
    script.check(
        "issue date=2024-12-31 -> err period_locked\n issue date=2025-01-01 -> OLD-2^imported",
    );
}

#[test]
fn numbers_of_customers_are_refused() {
    let formats = ["- {customer}-{seq:4} never"];
    let refusal = refused(&[("x", "invoice", &formats)], "0 A-0001 1 2024-01-01 invoice");
    assert_eq!((refusal.code, refusal.param.as_deref()), (Code::PatternInvalid, Some("pattern")));
}
