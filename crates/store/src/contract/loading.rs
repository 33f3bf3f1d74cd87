//! Every table that can be asked for, each with keys that are there and keys that are not.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::date;
use ledger::books::LedgerChange;
use ledger::id::{AccountId, GapId, KeyId, LedgerId, Position, ScopeKey, SequenceId, SeriesId};
use ledger::model::{
    At, Cause, CustomerRow, Documents, Explanation, GapCause, GapRow, KeyHash, KeyRow, Kind, Mark,
    Mode, NumberRow, PrefixOwner, SequenceKey, State, Voided, Warning,
};
use ledger::role::Role;
use ledger::{Changes, Loaded, Misses};

use super::sample::{LEDGER, NOON, account, customer, ledger, number, put, writer};
use super::{Case, Database};
use crate::Page;

pub(super) const CASES: &[Case] = &[
    ("heads, accounts, series and sequences", heads_accounts_series_and_sequences),
    ("numbers with everything in them", numbers_with_everything_in_them),
    ("the newest number of a reference", the_newest_number_of_a_reference),
    ("texts that could clash", texts_that_could_clash),
    ("keys, gaps, customers and prefixes", keys_gaps_customers_and_prefixes),
    ("rows that change", rows_that_change),
    ("accounts that are connected to another", accounts_that_are_connected),
    ("a thousand keys at once", a_thousand_keys_at_once),
];

const NOWHERE: LedgerId = LedgerId(9);

/// Commits rows, and loads what is asked for by a writer and by a reader, who must agree.
fn stored(database: &dyn Database, changes: &[Changes], misses: &Misses) -> Loaded {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    for changes in changes {
        put(&mut *writer, changes);
    }
    let by_reader = store.reader().expect("reader").load(misses).expect("load");
    writer.begin(&[LEDGER]).expect("begin");
    let by_writer = writer.load(misses).expect("load");
    writer.rollback().expect("rollback");
    assert_eq!(format!("{by_reader:?}"), format!("{by_writer:?}"));
    by_writer
}

fn heads_accounts_series_and_sequences(database: &dyn Database) {
    let changes = ledger();
    let key = |series, period_from| SequenceKey {
        ledger: LEDGER,
        series: SeriesId(series),
        scope: ScopeKey::default(),
        period_from,
    };
    let misses = Misses {
        ledgers: vec![NOWHERE, LEDGER],
        accounts: vec![(account(LEDGER), Mode::Live), (account(LEDGER), Mode::Test)],
        series: vec![(LEDGER, SeriesId(2)), (LEDGER, SeriesId(3)), (NOWHERE, SeriesId(1))],
        series_names: vec![(LEDGER, "orders".to_owned()), (LEDGER, "Orders".to_owned())],
        ledger_series: vec![NOWHERE, LEDGER],
        sequences: vec![key(1, date(2025, 1, 1)), key(2, date(2025, 1, 1))],
        places: vec![(LEDGER, SequenceId(3)), (LEDGER, SequenceId(4))],
        ..Misses::default()
    };
    let found = stored(database, std::slice::from_ref(&changes), &misses);
    assert_eq!(found.ledgers, [changes.ledgers[0].row.clone()]);
    assert_eq!(found.accounts, [((account(LEDGER), Mode::Live), LEDGER)]);
    assert_eq!(found.series, [(*changes.series[1]).clone()]);
    assert_eq!(found.series_names, [((LEDGER, "orders".to_owned()), SeriesId(2))]);
    assert_eq!(found.ledger_series, [(*changes.series[0]).clone(), (*changes.series[1]).clone()]);
    assert_eq!(found.sequences, [changes.sequences[0].clone()]);
    assert_eq!(found.places, [((LEDGER, SequenceId(3)), changes.sequences[2].key())]);
}

fn numbers_with_everything_in_them(database: &dyn Database) {
    let mut changes = ledger();
    let plain = number(1, 1, 1, "INV-2025-00001");
    let full = NumberRow {
        text: " №/7\u{1F4A1} ".to_owned(),
        slug_rank: 3,
        state: State::Void,
        kind: Kind::parse("pro_forma").expect("a kind"),
        date: jiff::civil::Date::MAX,
        created: At(-1),
        reference: Some("ref\u{0}\"'".to_owned()),
        customer: Some(customer("cüs")),
        parent: Some(Position(1)),
        metadata: [("a".to_owned(), "{\"\\".to_owned())].into(),
        voided: Some(Voided {
            cause: Cause::Unused,
            reason: "never sent".to_owned(),
            at: NOON,
            index: 12,
        }),
        reissue_of: Some(Position(1)),
        warning: Some(Warning::DateOrder),
        mark: Some(Mark::MovedForward),
        ..number(2, 1, 999_999_999_999_999, "")
    };
    let rest: Vec<_> = [State::Blank, State::Occupied]
        .into_iter()
        .zip(3..)
        .map(|(state, n)| NumberRow { state, ..number(n, 2, n, &format!("x-{n}")) })
        .collect();
    changes.new_numbers = vec![plain, full];
    changes.new_numbers.extend(rest);
    let mut numbers: Vec<_> = (1..=5).map(|position| (LEDGER, Position(position))).collect();
    numbers.push((NOWHERE, Position(1)));
    let misses = Misses { numbers, ..Misses::default() };
    let mut found = stored(database, std::slice::from_ref(&changes), &misses).numbers;
    found.sort_by_key(|row| row.position);
    assert_eq!(found, changes.new_numbers);
}

fn the_newest_number_of_a_reference(database: &dyn Database) {
    let mut changes = ledger();
    let invoice = Kind::invoice();
    let note = Kind::credit_note();
    for (position, kind, reference) in
        [(1, &invoice, "A"), (2, &note, "A"), (3, &invoice, "A"), (4, &invoice, "a")]
    {
        changes.new_numbers.push(NumberRow {
            kind: kind.clone(),
            reference: Some(reference.to_owned()),
            ..number(position, 1, position, &format!("INV-{position}"))
        });
    }
    let key = |kind: &Kind, reference: &str| (LEDGER, kind.clone(), reference.to_owned());
    let asked = vec![key(&invoice, "A"), key(&note, "A"), key(&note, "a"), key(&invoice, "B")];
    let misses = Misses { references: asked.clone(), ..Misses::default() };
    let mut found = stored(database, &[changes], &misses).references;
    found.sort();
    let mut expected = vec![(asked[0].clone(), Position(3)), (asked[1].clone(), Position(2))];
    expected.sort();
    assert_eq!(found, expected, "references are told apart by kind and by case");
}

fn texts_that_could_clash(database: &dyn Database) {
    let mut changes = ledger();
    let rows = [
        (1, "INV/2025/1", 0, State::Held),
        (2, "inv-2025-1", 1, State::Void),
        (3, "INV-2025-1", 2, State::Occupied),
        (4, "INV-2025-2", 0, State::Held),
    ];
    for (position, text, slug_rank, state) in rows {
        changes.new_numbers.push(NumberRow {
            slug_rank,
            state,
            ..number(position, 1, position, text)
        });
    }
    let asked = (LEDGER, NumberRow::slug_key("INV 2025 1"));
    let misses =
        Misses { texts: vec![asked.clone(), (LEDGER, "x".to_owned())], ..Misses::default() };
    let mut found = stored(database, &[changes], &misses).texts;
    found.sort_by_key(|(_, holder)| holder.position);
    let seen: Vec<_> = found
        .iter()
        .map(|(key, holder)| (key, holder.position.0, holder.text.as_str(), holder.slug_rank))
        .collect();
    assert_eq!(seen, [(&asked, 1, "INV/2025/1", 0), (&asked, 2, "inv-2025-1", 1)]);
}

fn keys_gaps_customers_and_prefixes(database: &dyn Database) {
    let mut changes = ledger();
    let key = KeyRow {
        id: KeyId(u64::MAX - 1),
        ledger: LEDGER,
        hash: KeyHash([7; 32]),
        role: Role::Auditor,
        name: "audit".to_owned(),
        hint: "abcd".to_owned(),
        created: NOON,
        revoked: Some(At(NOON.0 + 1)),
    };
    changes.keys = vec![key.clone()];
    changes.gaps = vec![gap(1, None), gap(2, Some("lost in the post"))];
    let row = |id: &str| CustomerRow { ledger: LEDGER, id: customer(id), prefix: "ACME".into() };
    changes.customers = vec![row("c"), row("d")];
    changes.prefixes = vec![
        (LEDGER, "ACME".to_owned(), PrefixOwner::Customer(customer("c"))),
        (LEDGER, "INV".to_owned(), PrefixOwner::Series(SeriesId(1))),
    ];
    let misses = Misses {
        keys: vec![(LEDGER, KeyId(1)), (LEDGER, key.id), (NOWHERE, key.id)],
        gaps: vec![(LEDGER, GapId(2)), (LEDGER, GapId(3)), (NOWHERE, GapId(1))],
        customers: vec![(LEDGER, customer("d")), (LEDGER, customer("D"))],
        prefixes: ["ACME", "INV", "acme"].map(|prefix| (LEDGER, prefix.to_owned())).to_vec(),
        ..Misses::default()
    };
    let found = stored(database, std::slice::from_ref(&changes), &misses);
    assert_eq!(found.keys, [key]);
    assert_eq!(found.gaps, [changes.gaps[1].clone()]);
    assert_eq!(found.customers, [row("d")]);
    let mut prefixes = found.prefixes;
    prefixes.sort_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<_> =
        changes.prefixes.iter().map(|(l, p, owner)| ((*l, p.clone()), owner.clone())).collect();
    assert_eq!(prefixes, expected);
}

/// A gap of ten ordinals in the second sequence.
pub(super) fn gap(id: u64, explanation: Option<&str>) -> GapRow {
    GapRow {
        ledger: LEDGER,
        id: GapId(id),
        sequence: SequenceId(2),
        from: id * 100,
        to: id * 100 + 9,
        first_text: format!("INV/2026/{:05}", id * 100),
        last_text: format!("INV/2026/{:05}", id * 100 + 9),
        date: date(2026, 1, 1).saturating_add((id as i64 % 5).days()),
        cause: GapCause::ALL[id as usize % 4],
        at: NOON,
        actor: "tester".to_owned(),
        index: id,
        explanation: explanation.map(|text| Explanation {
            text: text.to_owned(),
            actor: "auditor".to_owned(),
            at: At(NOON.0 + 5),
        }),
    }
}

fn rows_that_change(database: &dyn Database) {
    let mut first = ledger();
    first.new_numbers = vec![number(1, 1, 1, "A-1"), number(2, 1, 2, "A-2")];
    first.gaps = vec![gap(1, None)];
    let mut voided = first.new_numbers[1].clone();
    voided.state = State::Void;
    voided.voided =
        Some(Voided { cause: Cause::Cancelled, reason: "no".to_owned(), at: NOON, index: 0 });
    let mut sequence = first.sequences[0].clone();
    sequence.last = 2;
    sequence.last_date = Some(date(2025, 12, 31));
    sequence.mark = Some(Mark::Imported);
    // Two series that change names with each other.
    let mut series = [(*first.series[0]).clone(), (*first.series[1]).clone()];
    let name = std::mem::replace(&mut series[0].name, first.series[1].name.clone());
    series[1].name = name;
    let mut head = first.ledgers[0].row.clone();
    let expected = Some(head.head());
    head.last_position = 2;
    let second = Changes {
        ledgers: vec![ledger::books::LedgerChange { row: head.clone(), expected }],
        series: series.iter().cloned().map(std::sync::Arc::new).collect(),
        sequences: vec![sequence.clone()],
        changed_numbers: vec![voided.clone()],
        gaps: vec![gap(1, Some("now we know"))],
        ..Changes::default()
    };
    let misses = Misses {
        ledgers: vec![LEDGER],
        series_names: vec![(LEDGER, "orders".to_owned())],
        sequences: vec![sequence.key()],
        numbers: vec![(LEDGER, Position(1)), (LEDGER, Position(2))],
        gaps: vec![(LEDGER, GapId(1))],
        ..Misses::default()
    };
    let untouched = first.new_numbers[0].clone();
    let mut found = stored(database, &[first, second], &misses);
    found.numbers.sort_by_key(|row| row.position);
    assert_eq!(found.ledgers, [head]);
    assert_eq!(found.series_names, [((LEDGER, "orders".to_owned()), SeriesId(1))]);
    assert_eq!(found.sequences, [sequence]);
    assert_eq!(found.numbers, [untouched, voided]);
    assert_eq!(found.gaps, [gap(1, Some("now we know"))]);
}

fn a_thousand_keys_at_once(database: &dyn Database) {
    let mut changes = ledger();
    changes.new_numbers = (1..=1000)
        .map(|n| NumberRow {
            reference: Some(format!("order-{n}")),
            ..number(n, 2, n, &format!("INV/2026/{n:05}"))
        })
        .collect();
    let misses = Misses {
        numbers: (1..=2000).map(|n| (LEDGER, Position(n))).collect(),
        references: (1..=2000).map(|n| (LEDGER, Kind::invoice(), format!("order-{n}"))).collect(),
        texts: (1..=2000).map(|n| (LEDGER, format!("inv-2026-{n:05}"))).collect(),
        ..Misses::default()
    };
    let found = stored(database, &[changes], &misses);
    assert_eq!(
        (found.numbers.len(), found.references.len(), found.texts.len()),
        (1000, 1000, 1000)
    );
}

fn accounts_that_are_connected(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let of = |name: &str| AccountId(format!("acct_{name}"));
    let head = |id: u64, account: &str, mode, platform: Option<&str>| {
        let mut row = ledger().ledgers[0].row.clone();
        row.id = LedgerId(id);
        (row.account, row.mode) = (of(account), mode);
        let documents = Documents { platform: platform.map(of), ..(*row.documents).clone() };
        row.documents = Arc::new(documents);
        LedgerChange { row, expected: None }
    };
    let mut ledgers = vec![
        head(1, "shops", Mode::Live, None),
        head(2, "shops", Mode::Test, None),
        head(3, "alone", Mode::Live, None),
    ];
    for n in 0..5 {
        let (id, name) = (10 + 2 * n, format!("shop{n}"));
        ledgers.push(head(id, &name, Mode::Live, Some("shops")));
        ledgers.push(head(id + 1, &name, Mode::Test, Some("shops")));
    }
    ledgers.push(head(90, "other", Mode::Live, Some("alone")));
    let heads = ledgers.clone();
    put(&mut *writer, &Changes { ledgers, ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    let mut listed = |platform: &str, page: Page<LedgerId>| {
        let found = reader.connected(&of(platform), page).expect("read");
        for row in &found.rows {
            assert!(heads.iter().any(|change| change.row == *row), "{row:?}");
        }
        let ids: Vec<u64> = found.rows.iter().map(|row| row.id.0).collect();
        (ids, found.has_more)
    };
    let page = |after: Option<u64>, before: Option<u64>, limit| Page {
        starting_after: after.map(LedgerId),
        ending_before: before.map(LedgerId),
        limit,
    };
    assert_eq!(listed("shops", page(None, None, 10)), (vec![18, 16, 14, 12, 10], false));
    assert_eq!(listed("shops", page(None, None, 2)), (vec![18, 16], true));
    assert_eq!(listed("shops", page(Some(16), None, 2)), (vec![14, 12], true));
    assert_eq!(listed("shops", page(Some(12), None, 2)), (vec![10], false));
    assert_eq!(listed("shops", page(None, Some(12), 2)), (vec![16, 14], true));
    assert_eq!(listed("shops", page(None, Some(16), 2)), (vec![18], false));
    assert_eq!(listed("alone", page(None, None, 2)), (vec![90], false));
    assert_eq!(listed("shop0", page(None, None, 2)), (vec![], false));
    // A head that changes stays where it is.
    let before = &heads[3];
    let mut after = before.row.clone();
    after.trail_count += 1;
    let change = LedgerChange { row: after, expected: Some(before.row.head()) };
    put(&mut *writer, &Changes { ledgers: vec![change], ..Changes::default() });
    let found = reader.connected(&of("shops"), page(Some(12), None, 1)).expect("read");
    assert_eq!(found.rows[0].trail_count, before.row.trail_count + 1);
}
