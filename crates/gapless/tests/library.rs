//! The library as a program uses it.

use gapless::{Error, Gapless, Issue, Mode, Options, State};

struct File {
    database: String,
    _folder: tempfile::TempDir,
}

fn file() -> File {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("invoices.db");
    File { database: format!("sqlite:{}", path.display()), _folder: folder }
}

fn order(reference: &str) -> Issue {
    let date = "2026-03-01".parse().expect("a date");
    Issue::invoice().reference(reference).date(date)
}

#[test]
fn numbers_go_on_after_the_program_ends() -> Result<(), Error> {
    let file = file();
    let gapless = Gapless::open(&file.database)?;
    let first = gapless.issue(order("a").customer("cus_1").metadata("channel", "shop"))?;
    drop(gapless);
    let gapless = Gapless::open(&file.database)?;
    assert_eq!(gapless.issue(order("b"))?.text, "INV-2026-00002");
    assert_eq!(gapless.issue(order("a"))?, first, "the same reference, the same number");
    assert_eq!((first.ordinal, first.state), (1, State::Held));
    assert_eq!((first.series.as_str(), first.period.as_str()), ("invoices", "2026"));
    assert_eq!(format!("{first:>16}"), "  INV-2026-00001");
    Ok(())
}

#[test]
fn the_test_ledger_counts_on_its_own() -> Result<(), Error> {
    let file = file();
    let live = Gapless::open(&file.database)?;
    live.issue(order("a"))?;
    drop(live);
    let options = Options { mode: Mode::Test, ..Options::default() };
    let test = Gapless::open_with(&file.database, options)?;
    assert_eq!(test.numbers().count(), 0);
    assert_eq!(test.issue(order("a"))?.text, "INV-2026-00001");
    Ok(())
}

#[test]
fn all_numbers_are_listed_over_many_pages_and_verified() -> Result<(), Error> {
    let file = file();
    let gapless = Gapless::open(&file.database)?;
    let issued = gapless.issue_all((0..1_203).map(|n| order(&n.to_string())))?;
    let mut listed = gapless.numbers().collect::<Result<Vec<_>, _>>()?;
    listed.reverse();
    assert_eq!(listed, issued);
    let report = gapless.verify()?;
    assert!(report.holds(), "{report:#?}");
    assert_eq!(report.numbers, 1_203);
    Ok(())
}

#[test]
fn what_is_wrong_is_said() -> Result<(), Error> {
    let file = file();
    let gapless = Gapless::open(&file.database)?;
    let kind = gapless.issue(Issue::of_kind("No Kind")).expect_err("no kind");
    assert_eq!((kind.code(), kind.field()), (Some("parameter_invalid"), Some("kind")));
    let series = gapless.preview(order("a").series("nowhere")).expect_err("no series");
    assert_eq!(series.code(), Some("resource_missing"));
    let second = Gapless::open(&file.database).expect_err("it is in use");
    assert_eq!(second.code(), None);
    let other = Gapless::open("mysql://app@nowhere/x").expect_err("of no known kind");
    assert!(other.to_string().contains("sqlite:"), "{other}");
    assert_eq!(gapless.issue(order("a"))?.ordinal, 1, "none of it took a number");
    Ok(())
}
