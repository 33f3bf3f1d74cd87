//! Every statement that is run: none scans a table, and those of a batch name their ledgers.
//!
//! The suite runs them all on this thread, where they are noted. Then each is explained on a
//! database with a hundred thousand numbers, before its statistics are known and after.

use std::cell::RefCell;
use std::collections::BTreeMap;

use store::contract;

use crate::route;
use crate::session::{Session, Use};
use crate::table;
use crate::testing::Database;

thread_local! {
    /// Statements, and whether a writer ran them.
    static RUN: RefCell<BTreeMap<String, bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes a statement of this thread.
pub(crate) fn note(sql: &str, purpose: Use) {
    RUN.with_borrow_mut(|run| {
        let by_writer = purpose == Use::Write;
        match run.get_mut(sql) {
            Some(known) => *known |= by_writer,
            None => drop(run.insert(sql.to_owned(), by_writer)),
        }
    });
}

/// Small tables that every server of many has.
const EVERYWHERE: [&str; 5] =
    ["account_route", "key_route", "person_route", "user_session", "gapless_migration"];

#[test]
fn statements_go_by_an_index_and_name_their_ledgers() {
    contract::run(&|| Box::new(Database::new()));
    let run = RUN.take();
    assert!(run.len() > 80, "{} statements were noted", run.len());
    let batch: Vec<&String> = run
        .iter()
        .filter(|(sql, by_writer)| **by_writer && !is_aside(sql))
        .map(|(sql, _)| sql)
        .collect();
    assert!(batch.len() > 35, "{} statements of batches", batch.len());
    let mut faults: Vec<String> = batch.iter().filter_map(|sql| unrouted(sql)).collect();
    for count in [1, 100_000] {
        let database = Database::new();
        contract::fill(&database.store(), count);
        let session = database.session();
        // What a job changes it finds by its position, and then looks whether all is as it was.
        let judged = |sql: &String| batch.contains(&sql) && !sql.contains(" staged_change s ");
        for when in ["without statistics", "with statistics"] {
            for sql in run.keys().filter(|sql| !is_words(sql)) {
                let plan = plan(&session, sql);
                let fault =
                    fault(sql, &plan).or_else(|| judged(sql).then(|| passed_over(&plan)).flatten());
                let where_ = format!("{count} numbers, {when}");
                faults.extend(fault.map(|fault| format!("{where_}: {fault}\n{sql}\n{plan}")));
            }
            session.say("ANALYZE").expect("analyze");
        }
    }
    assert!(faults.is_empty(), "{} faults: {}", faults.len(), faults.join("\n\n"));
}

#[test]
fn faults_are_seen() {
    let database = Database::new();
    contract::fill(&database.store(), 10);
    let session = database.session();
    let seen = |sql: &str| fault(sql, &plan(&session, sql));
    let scan = "SELECT n.text FROM number n WHERE n.ordinal = 5";
    assert!(seen(scan).is_some_and(|fault| fault.contains("scan")), "{}", plan(&session, scan));
    let walk = "SELECT n.text FROM number n WHERE n.ledger_id = $1 AND n.slug_rank = 5";
    assert!(seen(walk).is_some_and(|fault| fault.contains("ledger")), "{}", plan(&session, walk));
    let sort = "SELECT t.hash FROM trail t WHERE t.ledger_id = $1 AND t.entry > $2 \
                AND t.entry < $3 ORDER BY t.hash LIMIT $4";
    assert!(seen(sort).is_some_and(|fault| fault.contains("sort")), "{}", plan(&session, sort));
    let passed = "SELECT 1 FROM sequence s WHERE s.ledger_id = $1 AND s.period_label = $2";
    assert!(passed_over(&plan(&session, passed)).is_some(), "{}", plan(&session, passed));
    for sql in [
        "SELECT 1 FROM number n JOIN trail t ON t.entry = n.entry WHERE n.ledger_id = $1",
        "SELECT 1 FROM unnest($1::bigint[]) k (c0) JOIN gap g ON g.ledger_id = k.c0",
        "INSERT INTO outcome (key, ledger_id) SELECT * FROM unnest($1::bytea[], $2::bigint[])",
        "UPDATE ledger l SET mode = 1",
    ] {
        assert!(unrouted(sql).is_some(), "{sql}");
    }
}

/// What is no part of a batch: forgetting, clearing away, setting up.
fn is_aside(sql: &str) -> bool {
    let is_step = ["CREATE ", "--"].iter().any(|start| sql.starts_with(start));
    is_step || sql.starts_with("DELETE ") || sql.contains("pg_catalog.")
}

/// What has no plan.
fn is_words(sql: &str) -> bool {
    let first = sql.split(' ').next().unwrap_or_default();
    ["BEGIN", "COMMIT", "ROLLBACK", "SET", "CREATE", "--"].contains(&first)
}

/// Why a statement cannot be sent to where its ledgers lie: a table of ledgers that it reads
/// without naming them, or rows to insert that do not begin with theirs.
fn unrouted(sql: &str) -> Option<String> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let is_ours = |word: &str| table::NAMES.contains(&word) && !EVERYWHERE.contains(&word);
    for (at, word) in words.iter().enumerate() {
        if !is_ours(word) || at == 0 {
            continue;
        }
        let named = match words[at - 1] {
            "INTO" => sql.contains("(ledger_id, ") && carries_ledger(sql),
            "FROM" | "JOIN" | "UPDATE" => {
                let alias = words.get(at + 1).copied().unwrap_or_default();
                sql.contains(&format!("{alias}.ledger_id = ANY($"))
                    || sql.contains(&format!("{alias}.ledger_id = $"))
            }
            _ => true,
        };
        if !named {
            return Some(format!("{word} is not named its ledgers\n{sql}"));
        }
    }
    None
}

fn carries_ledger(sql: &str) -> bool {
    let rows = [
        "* FROM unnest($1::bigint[]",
        "*, 0, 0::smallint FROM unnest($1::bigint[]",
        "k.c0, ",
        "s.ledger_id, ",
        "r.ledger_id, ",
    ];
    rows.iter().any(|rows| sql.contains(&format!(" SELECT {rows}")))
}

/// What is wrong with a statement's plan.
fn fault(sql: &str, plan: &str) -> Option<String> {
    let lines: Vec<&str> = plan.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        if ["Seq Scan on ", "Heap Scan on "].iter().any(|scan| table_of(line, scan).is_some()) {
            return Some(format!("a scan: {line}"));
        }
        // Nor is a whole ledger read: its numbers are found by more than the ledger.
        let condition = lines.get(at + 1).copied().unwrap_or_default();
        let table = table_of(line, " on ").filter(|table| !EVERYWHERE.contains(table));
        if line.contains("Index ") && table.is_some() && !condition.contains("ledger_id") {
            let is_by_time = ["outcome_at", "event_at"].iter().any(|index| line.contains(index));
            let by_time = is_by_time && sql.starts_with("DELETE ");
            // The few gaps that there are here are read rather than looked up.
            let closes_gaps = sql.starts_with("DELETE FROM gap g USING unnest");
            if !by_time && !closes_gaps {
                return Some(format!("a scan of a whole index: {line}"));
            }
        }
        let only_ledger = !condition.starts_with("Index Cond") || !condition.contains(" AND ");
        // A job that changes the few numbers there are here reads all of them.
        let is_whole = sql.starts_with("DELETE ") || sql.contains(" staged_change s ");
        if line.contains(" on number ") && only_ledger && !is_whole {
            return Some(format!("a whole ledger: {line}"));
        }
    }
    // A page is read in the order of its index; what has one reference is sorted.
    let sorted = lines.iter().any(|line| line.trim_start_matches("-> ").starts_with("Sort"));
    if sorted
        && sql.contains(" LIMIT ")
        && !sql.contains("reference BETWEEN")
        && !sql.contains("SKIP LOCKED")
    {
        return Some("a page that is sorted".to_owned());
    }
    // An index that a statement is written for is the one that is used.
    let (_, column) = sql.split_once(" AND (n.")?;
    let column = column.split(',').next().unwrap_or_default();
    let index = format!("number_{}", column.trim_end_matches("_id"));
    (!plan.contains(&index)).then(|| format!("{index} is not used"))
}

/// A condition that a statement of a batch does not find by an index, but compares row by row. Some
/// are allowed: few texts are occupied, few deliveries do not arrive, whoever locks rows looks
/// again at what the index says, and a head or an object is compared once it is found.
fn passed_over(plan: &str) -> Option<String> {
    let claims = plan.contains("Index Scan using delivery_ready on delivery r");
    let retries = plan.contains("Index Scan using delivery_open on delivery r");
    let filter = |line: &&str| {
        let again = claims && *line == "Filter: (state = 0)";
        let few = line.contains("(state <> 3)") || retries && line.contains("(attempts > 0)");
        let head = line.contains("(trail_count = ") && plan.contains("ledger_pkey on ledger l");
        let object = line.contains("(revision < ") && plan.contains("object_pkey on object o");
        line.starts_with("Filter: ") && !few && !again && !head && !object
    };
    plan.lines().map(str::trim).find(filter).map(|line| format!("rows passed over: {line}"))
}

/// Our table that is named behind some words in a step of a plan.
fn table_of<'a>(line: &'a str, behind: &str) -> Option<&'a str> {
    let table = line.split(behind).nth(1)?.split(' ').next()?;
    table::NAMES.contains(&table).then_some(table)
}

/// The plan of a statement, as it is sent, for any values.
fn plan(session: &Session, sql: &str) -> String {
    let sql = route::without(sql);
    let values = (1..).take_while(|n| sql.contains(&format!("${n}"))).count();
    let nulls = vec!["NULL"; values].join(", ");
    let given = if values == 0 { String::new() } else { format!("({nulls})") };
    session.say("SET plan_cache_mode = force_generic_plan").expect("set");
    session.say(&format!("PREPARE explained AS {sql}")).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE explained{given}");
    let lines = session.all_once(&explain).unwrap_or_else(|error| panic!("{sql}: {error}"));
    session.say("DEALLOCATE explained").expect("deallocate");
    lines.join("\n")
}
