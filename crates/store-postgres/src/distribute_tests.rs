//! Spreading, on a server that plays Citus: its catalogue and its functions, which only note what
//! they are told.

use std::collections::BTreeSet;

use ledger::id::LedgerId;
use store::{Store, StoreError};

use super::{Distribution, EVERYWHERE, FIRST, WITH_THEIR_LEDGER, statements};
use crate::testing::Database;
use crate::trip::values;

/// What of Citus is used, with a note of each call.
const PLAYED: &str = "
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        VALUES (99999, 'citus', 10, 2200, false, '12.1-1');
    CREATE TABLE call (id serial, what text);
    CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod \"char\", partkey text,
        colocationid integer, repmodel \"char\");
    CREATE TABLE pg_dist_shard (logicalrelid regclass, shardid serial, shardminvalue text,
        shardmaxvalue text);
    CREATE FUNCTION column_to_column_name(table_name regclass, key text) RETURNS text
        STRICT LANGUAGE sql AS 'SELECT $2';
    CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO call (what) VALUES ('reference ' || table_name);
        INSERT INTO pg_dist_partition VALUES (table_name, 'n', NULL, 1, 't');
    END $$;
    CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text,
        distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default',
        shard_count integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO call (what) VALUES (table_name || ' by ' || distribution_column || ' with '
            || colocate_with || ', ' || current_setting('citus.multi_shard_modify_mode'));
        IF table_name = 'outcome'::regclass AND to_regclass('trouble') IS NOT NULL THEN
            RAISE EXCEPTION 'a worker is away';
        END IF;
        IF colocate_with <> 'none' THEN
            PERFORM 1 FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass;
            IF NOT FOUND THEN RAISE EXCEPTION '% is not distributed', colocate_with; END IF;
        END IF;
        INSERT INTO pg_dist_partition VALUES (table_name, 'h', distribution_column, 2, 's');
        INSERT INTO pg_dist_shard (logicalrelid, shardminvalue, shardmaxvalue)
            VALUES (table_name, '-2147483648', '-1'), (table_name, '0', '2147483647');
    END $$;
    CREATE FUNCTION truncate_local_data_after_distributing_table(function_param regclass)
        RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO call (what) VALUES ('cleared ' || function_param);
    END $$;
";

/// A database of Gapless on a server that plays Citus.
fn played() -> Database {
    let database = Database::new();
    drop(database.store());
    database.session().say(PLAYED).expect("a server that plays Citus");
    database
}

fn calls(database: &Database) -> Vec<String> {
    let sql = "SELECT c.what FROM call c ORDER BY c.id";
    database.session().all(sql, values![], |fields| fields.string()).expect("read")
}

fn refused(result: Result<Distribution, StoreError>) -> String {
    match result {
        Err(StoreError::Unusable(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_table_of_a_real_database_has_its_place() {
    let database = Database::new();
    drop(database.store());
    let sql = "SELECT t.table_name::text FROM information_schema.tables t \
               WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE'";
    let session = database.session();
    let tables = session.all(sql, values![], |fields| fields.string()).expect("read");
    let tables: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    let placed: BTreeSet<&str> = EVERYWHERE.into_iter().chain(WITH_THEIR_LEDGER).collect();
    assert_eq!(tables, placed);
    // What is spread by its ledger knows it, and tells rows apart by it: the servers do not ask
    // each other.
    let sql = "SELECT c.relname::text FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
               JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
               WHERE s.nspname = current_schema() AND i.indisunique AND NOT EXISTS ( \
                   SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid \
                   AND a.attnum = ANY(i.indkey) AND a.attname = 'ledger_id')";
    let apart = session.all(sql, values![], |fields| fields.string()).expect("read");
    let apart: BTreeSet<&str> = apart.iter().map(String::as_str).collect();
    // The way to a person names the ledger that it leads to.
    let without = EVERYWHERE.into_iter().filter(|table| *table != "person_route");
    assert_eq!(apart, without.collect());
}

#[test]
fn without_citus_nothing_is_changed() {
    let database = Database::new();
    let message = refused(database.store().distribute());
    assert!(message.contains("CREATE EXTENSION citus"), "{message}");
}

#[test]
fn all_tables_are_spread_once_and_ledgers_then_have_groups() {
    let database = played();
    let store = database.store();
    assert_eq!(store.group(LedgerId(1)), None);
    let done = store.distribute().expect("spread");
    assert_eq!((done.citus.as_str(), done.was_done()), ("12.1-1", false));
    assert_eq!(done.copied, EVERYWHERE);
    assert_eq!(done.spread, WITH_THEIR_LEDGER);
    let calls_then = calls(&database);
    assert_eq!(calls_then[0], "reference account_route");
    let (first, behind) = (EVERYWHERE.len(), EVERYWHERE.len() + 1);
    assert_eq!(calls_then[first], "ledger by ledger_id with none, sequential");
    for (call, table) in calls_then[behind..].iter().zip(&WITH_THEIR_LEDGER[1..]) {
        assert_eq!(*call, format!("{table} by ledger_id with ledger, sequential"));
    }
    let cleared = calls_then.iter().filter(|call| call.starts_with("cleared ")).count();
    assert_eq!(cleared, EVERYWHERE.len() + WITH_THEIR_LEDGER.len());
    // Whoever opens it from now on keeps the ledgers of two servers apart.
    let again = database.store();
    let groups: BTreeSet<_> = (1..50).map(|id| again.group(LedgerId(id))).collect();
    assert_eq!(groups, [Some(0), Some(1)].into());
    let done = again.distribute().expect("spread already");
    assert!(done.was_done(), "{done:?}");
    let more = calls(&database).split_off(calls_then.len());
    assert!(more.iter().all(|call| call.starts_with("cleared ")), "{more:?}");
}

#[test]
fn what_fails_half_way_leaves_nothing_and_what_is_missing_is_added() {
    let database = played();
    let session = database.session();
    session.say("CREATE TABLE trouble ()").expect("trouble");
    let error = database.store().distribute().expect_err("a refusal");
    assert!(error.to_string().contains("a worker is away"), "{error}");
    assert_eq!(calls(&database), [""; 0]);
    session.say("DROP TABLE trouble; SELECT create_reference_table('key_route')").expect("said");
    let done = database.store().distribute().expect("spread");
    let others: Vec<_> = EVERYWHERE.into_iter().filter(|table| *table != "key_route").collect();
    assert_eq!(done.copied, others);
    assert_eq!(done.spread, WITH_THEIR_LEDGER);
}

#[test]
fn what_is_spread_in_another_way_is_told() {
    for (table, row) in [
        ("key_route", "'key_route', 'h', 'key_id', 2, 's'"),
        ("gap", "'gap', 'h', 'gap_id', 2, 's'"),
        ("gap", "'gap', 'n', NULL, 1, 't'"),
        ("gap", "'gap', 'h', 'ledger_id', 3, 's'), ('ledger', 'h', 'ledger_id', 2, 's'"),
    ] {
        let database = played();
        let insert = format!(
            "INSERT INTO pg_dist_partition \
             (logicalrelid, partmethod, partkey, colocationid, repmodel) VALUES ({row})"
        );
        database.session().say(&insert).expect("said");
        let message = refused(database.store().distribute());
        assert!(message.contains(&format!("undistribute_table('{table}')")), "{message}");
        assert_eq!(calls(&database), [""; 0]);
    }
}

#[test]
fn nothing_lies_with_a_table_that_comes_later() {
    let all = Distribution {
        citus: String::new(),
        copied: EVERYWHERE.to_vec(),
        spread: WITH_THEIR_LEDGER.to_vec(),
    };
    let statements = statements(&all);
    let place = |what: &str| statements.iter().position(|said| said.contains(what));
    let first = place(&format!("'{FIRST}', 'ledger_id'")).expect("the first");
    assert!(statements[..first].iter().all(|said| said.contains("create_reference_table")));
    assert!(statements[first + 1..].iter().all(|said| said.contains("colocate_with => 'ledger'")));
}
