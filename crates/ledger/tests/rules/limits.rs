//! What is out of its range is refused under its name, with the range or the remedy.

use std::collections::BTreeMap;

use ledger::command::{Action, Advance, Item, NewSeries, SeriesChange, SeriesRef, SettingsChange};
use ledger::model::HouseStyle::Yearly;
use ledger::model::Metadata;

use super::script::Script;

/// What an action is refused with: the parameter and the message.
#[track_caller]
fn refused(action: Action) -> (String, String) {
    let refusal = Script::open(Yearly).decide(action).expect_err("a refusal");
    (refusal.param.expect("a parameter"), refusal.message)
}

fn item(metadata: Metadata) -> Item {
    Item { metadata, ..Item::default() }
}

fn with(metadata: &[(&str, &str)]) -> Action {
    let pairs = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Action::Issue(vec![item(pairs.collect())])
}

#[test]
fn metadata_says_which_key_and_what_to_do() {
    let (name, value) = ("n".repeat(41), "v".repeat(501));
    for (action, param, says) in [
        (with(&[(&name, "x")]), "metadata", ["longer than 40 characters", "Shorten it"]),
        (with(&[(" ", "x")]), "metadata", ["is empty", "Give it a name"]),
        (with(&[("a\u{7}", "x")]), "metadata", ["control character", "Take it out"]),
        (with(&[("k", &value)]), "metadata[k]", ["longer than 500 characters", "Shorten it"]),
        (with(&[("k", "\u{0}")]), "metadata[k]", ["control character", "Take it out"]),
    ] {
        let (found, message) = refused(action);
        assert_eq!(found, param, "{message}");
        assert!(says.iter().all(|word| message.contains(word)), "{says:?} in {message}");
    }
    let many: Metadata = (0..51).map(|at| (format!("k{at}"), "v".to_owned())).collect();
    let (param, message) = refused(Action::Issue(vec![item(many)]));
    assert_eq!(param, "metadata");
    assert!(message.contains("more than 50") && message.contains("Leave some out"), "{message}");
    let blank = Metadata::from([("k".to_owned(), "\u{0}".to_owned())]);
    let (param, _) = refused(Action::Issue(vec![Item::default(), item(blank)]));
    assert_eq!(param, "items[1][metadata][k]");
}

#[test]
fn the_first_ordinal_is_one_or_more() {
    let invoices = || SeriesRef::Name("invoices".to_owned());
    let settings = SettingsChange { starting_number: Some(0), ..SettingsChange::default() };
    let change = SeriesChange { starting_number: Some(0), ..SeriesChange::default() };
    let at_once = SeriesChange {
        first_ordinal: Some(0),
        reset: Some(numbering::Reset::Never),
        pattern: Some("INV-{seq}".to_owned()),
        ..SeriesChange::default()
    };
    let new = NewSeries {
        name: "a".to_owned(),
        pattern: "A-{seq}".to_owned(),
        reset: None,
        scope: None,
        prefix: String::new(),
        kinds: BTreeMap::new(),
        starting_number: Some(0),
        default: false,
    };
    for (action, param) in [
        (Action::ChangeSettings(settings), "starting_number"),
        (Action::ChangeSeries(invoices(), change), "starting_number"),
        (Action::ChangeSeries(invoices(), at_once), "first_ordinal"),
        (Action::CreateSeries(new), "starting_number"),
    ] {
        let (found, message) = refused(action);
        assert_eq!(found, param, "{message}");
        let range = "Give a whole number from 1 to 999999999999999.";
        assert!(message.contains(param) && message.contains(range), "{message}");
    }
}

#[test]
fn ranges_are_told_as_they_are() {
    let far = SettingsChange { max_future_days: Some(36_526), ..SettingsChange::default() };
    let (param, message) = refused(Action::ChangeSettings(far));
    assert_eq!(param, "max_future_days");
    assert!(message.contains("from 0 to 36525"), "{message}");
    let (param, message) = refused(Action::Advance(Advance {
        series: SeriesRef::Name("invoices".to_owned()),
        date: None,
        customer: None,
        parent: None,
        next: 2_000_000_000,
        reason: "a lost book".to_owned(),
    }));
    assert_eq!(param, "next");
    assert!(message.contains("Give 1000000001 or less"), "{message}");
    let items = vec![Item::default(); 10_001];
    let (param, message) = refused(Action::Issue(items));
    assert_eq!(param, "items");
    assert!(message.contains("between 1 and 10000") && message.contains("10001"), "{message}");
}
