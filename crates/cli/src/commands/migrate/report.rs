//! What was moved, as it is told.

use engine::MovedLedger;
use gapless::DatabaseUrl;
use serde_json::{Value, json};

use crate::table::{Align, Table, counted, grouped};

/// Ledgers shown to people, at most.
const SHOWN: usize = 100;

pub(super) fn value(source: &DatabaseUrl, target: &DatabaseUrl, moved: &[MovedLedger]) -> Value {
    let ledgers: Vec<Value> = moved.iter().map(ledger).collect();
    json!({
        "object": "move",
        "from": source.to_string(),
        "to": target.to_string(),
        "ledgers": ledgers,
    })
}

fn ledger(moved: &MovedLedger) -> Value {
    json!({
        "account": moved.account.0,
        "name": moved.name,
        "livemode": moved.mode == ledger::model::Mode::Live,
        "numbers": moved.numbers,
        "entries": moved.entries,
        "head": moved.head.to_string(),
        "moved": !moved.was_there,
    })
}

pub(super) fn text(source: &DatabaseUrl, target: &DatabaseUrl, moved: &[MovedLedger]) -> String {
    let fresh = moved.iter().filter(|moved| !moved.was_there).count() as u64;
    let before = moved.len() as u64 - fresh;
    let mut first = match fresh {
        0 => "Everything was moved before".to_owned(),
        fresh => format!("{} moved", counted(fresh, "ledger is", "ledgers are")),
    };
    if fresh > 0 && before > 0 {
        first.push_str(&format!(", {} there before", counted(before, "was", "were")));
    }
    format!(
        "{first}, and everything holds on both sides.\n\n{}\n{}",
        table(moved),
        farewell(source, target)
    )
}

fn table(moved: &[MovedLedger]) -> String {
    let mut table = Table::new(&[
        ("account", Align::Left),
        ("mode", Align::Left),
        ("numbers", Align::Right),
        ("entries", Align::Right),
        ("head", Align::Left),
    ]);
    for moved in moved.iter().take(SHOWN) {
        table.row([
            moved.account.0.clone(),
            moved.mode.text().to_owned(),
            grouped(moved.numbers),
            grouped(moved.entries),
            moved.head.to_string(),
        ]);
    }
    let mut text = table.render();
    let more = moved.len().saturating_sub(SHOWN) as u64;
    if more > 0 {
        text.push_str(&format!("  and {} more; --json tells all\n", grouped(more)));
    }
    text
}

/// Two databases that both give numbers would give each number twice.
fn farewell(source: &DatabaseUrl, target: &DatabaseUrl) -> String {
    let put_away = match source.file() {
        Some(_) => "Rename it, so that nobody\nissues from it by mistake, and keep it as a backup.",
        None => {
            "Take the right to connect\nto it away, so that nobody issues from it by mistake, and \
             keep it as a backup."
        }
    };
    // Shown without its parameters, the address of a server may not be enough to reach it.
    let serve = match target.file() {
        Some(_) => format!(":\n\n  gapless serve --database {target}"),
        None => ", by the whole URL that --to named:\n\n  gapless serve --database URL".to_owned(),
    };
    format!(
        "From now on use only {target}{serve}\n\nThe source was left as it is, and would give the \
         same numbers again. {put_away}\n"
    )
}

#[cfg(test)]
mod tests {
    use ledger::id::{AccountId, LedgerId};
    use ledger::model::Mode;
    use ledger::trail::Hash;

    use super::*;
    use crate::door::database_url;

    fn moved(was_there: bool) -> MovedLedger {
        MovedLedger {
            ledger: LedgerId(1),
            account: AccountId("acct_1".to_owned()),
            name: "Example".to_owned(),
            mode: Mode::Live,
            numbers: 19_323,
            entries: 7,
            head: Hash([0xab; 32]),
            last_object: 0,
            was_there,
        }
    }

    #[test]
    fn both_are_named_without_secrets_and_the_source_is_warned_of() {
        let source = database_url("sqlite:a.db").unwrap();
        let target = database_url("postgres://shop:secret@db.example/shop").unwrap();
        let told = text(&source, &target, &[moved(false)]);
        let serve = "shop, by the whole URL that --to named:\n\n  gapless serve --database URL\n";
        for part in ["1 ledger is moved", "19,323", "abab", "Rename it", serve] {
            assert!(told.contains(part), "{part} is missing in {told}");
        }
        assert!(!told.contains("secret"), "{told}");
        let again = text(&target, &source, &[moved(true)]);
        let both = text(&source, &target, &[moved(false), moved(true)]);
        assert!(both.starts_with("1 ledger is moved, 1 was there before, and "), "{both}");
        assert!(again.contains("  gapless serve --database sqlite:a.db\n"), "{again}");
        assert!(again.contains("moved before") && again.contains("right to connect"), "{again}");
        let json = value(&source, &target, &[moved(true)]);
        assert_eq!(json["ledgers"][0]["moved"], false);
        assert_eq!(json["ledgers"][0]["livemode"], true);
    }

    #[test]
    fn many_ledgers_are_counted() {
        let many = vec![moved(false); SHOWN + 1_234];
        let told = table(&many);
        assert!(told.ends_with("  and 1,234 more; --json tells all\n"), "{told}");
    }
}
