//! Trails that were written stay readable: the bytes of one value of each change are fixed.

use jiff::civil::date;
use numbering::{Format, Period, Scope};

use super::*;
use crate::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, ScopeKey, SequenceId,
    SeriesId, UserId,
};
use crate::model::{
    At, Cause, DateOrder, FormatVersion, GapCause, GapRow, HouseStyle, KeyHash, Kind, KindText,
    Level, Mode, NumberOn, SequenceEnds, SeriesRow, Settings, Warning,
};
use crate::role::Role;

/// What was written, as `shapes.txt` has it: the word of each change, and its bytes below.
const WRITTEN: &str = include_str!("shapes.txt");

#[test]
fn every_change_is_written_and_read_as_ever() {
    let changes = changes();
    let lines = changes.iter().map(|change| (change.what(), change.to_bytes()));
    let text: String = lines.map(|(word, bytes)| shown(word, &bytes)).collect();
    let text = format!("{text}{}", shown("line", &issued().to_bytes()));
    let text = format!("{text}{}", shown("renumbered line", &renumbered().to_bytes()));
    assert_eq!(text.trim_end(), WRITTEN.trim_end(), "a shape that was written has changed");

    let mut written = WRITTEN.split("\n\n").map(bytes_of);
    for change in changes {
        let bytes = written.next().expect("bytes of each change");
        assert_eq!(Change::read(&bytes), Ok(change));
    }
    assert_eq!(IssuedLine::read(&written.next().expect("those of a line")), Ok(issued()));
    let line = written.next().expect("those of a renumbered line");
    assert_eq!(RenumberedLine::read(&line), Ok(renumbered()));
}

#[test]
fn no_change_is_left_out() {
    let next = u8::try_from(changes().len()).expect("few");
    let unknown = Change::read(&[1, u8::MAX >> 1]);
    assert_eq!(Change::read(&[1, next]), unknown, "a change has no bytes in shapes.txt");
    assert_ne!(Change::read(&[1, next - 1]), unknown);
}

/// A word and bytes, as they stand in the file.
fn shown(word: &str, bytes: &[u8]) -> String {
    let lines = bytes.chunks(40).map(|chunk| {
        let hex: String = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}\n")
    });
    format!("{word}\n{}\n", lines.collect::<String>())
}

fn bytes_of(shown: &str) -> Vec<u8> {
    let hex: String = shown.lines().skip(1).collect();
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("a byte")).collect()
}

/// One of each, in the order of the variants.
fn changes() -> Vec<Change> {
    let defaults = vec![(Kind::invoice(), Level::Customer, SeriesId(2))];
    let mut changes = vec![
        Change::LedgerOpened {
            account: AccountId("acct_1".to_owned()),
            name: "Books & Sons".to_owned(),
            mode: Mode::Live,
            settings: settings(),
            series: vec![series()],
            defaults: defaults.clone(),
        },
        Change::SettingsChanged {
            settings: settings(),
            series: vec![series()],
            defaults: defaults.clone(),
        },
        Change::SeriesChanged { series: Box::new(series()), defaults: defaults.clone() },
        Change::NumbersIssued {
            opened: vec![opened()],
            prefixes: vec![(CustomerId("cus_1".to_owned()), "AF004D11".to_owned())],
            lines: vec![issued()],
        },
        Change::NumberVoided {
            position: Position(300),
            cause: Cause::Cancelled,
            reason: "wrong customer".to_owned(),
        },
        Change::SequenceAdvanced {
            opened: Some(opened()),
            prefixes: vec![(CustomerId("cus_1".to_owned()), "AF004D11".to_owned())],
            sequence: SequenceId(4),
            gap: Some(gap()),
            reason: "a pad of forms was lost".to_owned(),
            date: date(2026, 7, 1),
        },
        Change::GapExplained { gap: GapId(5), text: "found burnt".to_owned() },
        Change::LocksMoved {
            lock_date: Some(date(2026, 1, 31)),
            hard_lock_date: None,
            reason: Some("the auditor has it".to_owned()),
        },
        Change::KeyCreated {
            key: KeyId(6),
            role: Role::Clerk,
            name: "till".to_owned(),
            hash: KeyHash([3; 32]),
            hint: "abcd".to_owned(),
        },
        Change::KeyRevoked { key: KeyId(6) },
        Change::NumbersImported {
            series: vec![series()],
            defaults,
            opened: vec![opened()],
            gaps: vec![gap()],
            count: 25_900,
            digest: Hash([7; 32]),
        },
    ];
    changes.extend(of_documents());
    changes.extend(of_people());
    changes.push(closed());
    changes
}

fn closed() -> Change {
    Change::PeriodClosed {
        from: date(2026, 1, 1),
        to: date(2026, 1, 31),
        explanations: vec![(GapId(5), "found burnt".to_owned())],
        gaps: 1,
        missing: 9,
        voids: 2,
        digest: Hash([6; 32]),
    }
}

fn of_documents() -> Vec<Change> {
    vec![
        Change::DocumentNumbered {
            series: Some(Box::new(series())),
            opened: vec![opened()],
            prefixes: vec![(CustomerId("cus_1".to_owned()), "AF004D11".to_owned())],
            lines: vec![issued()],
            document: ObjectId(88),
            digest: Hash([8; 32]),
            draft: true,
        },
        Change::DocumentFinalized {
            position: Position(301),
            document: ObjectId(88),
            digest: Hash([9; 32]),
        },
        Change::CustomerNamed {
            customer: CustomerId("cus_1".to_owned()),
            prefix: "ACME".to_owned(),
            former: Some("AF004D11".to_owned()),
        },
        Change::VersionChanged { version: "2019-12-03".to_owned(), drafts_numbered: true },
        Change::EndpointChanged {
            endpoint: ObjectId(91),
            url: "https://example.com/hook".to_owned(),
            enabled: true,
        },
        Change::AccountChanged { name: "Books & Sons".to_owned() },
    ]
}

fn of_people() -> Vec<Change> {
    let ann = Person {
        name: "Ann".to_owned(),
        email: "ann@example.com".to_owned(),
        role: Role::Clerk,
        disabled: false,
    };
    let now = Person { role: Role::Accountant, disabled: true, ..ann.clone() };
    vec![
        Change::UserCreated { user: UserId(600), person: ann.clone(), has_password: true },
        Change::UserChanged { user: UserId(600), former: ann, now },
        Change::PasswordSet { user: UserId(600) },
        Change::DocumentReset {
            position: Position(301),
            document: ObjectId(88),
            reason: "the address was wrong".to_owned(),
        },
        Change::DocumentDeleted {
            position: Position(301),
            document: ObjectId(88),
            gap: gap(),
            reason: "made by mistake".to_owned(),
        },
        Change::SeriesTaught {
            series: Box::new(series()),
            opened: Some(opened()),
            sequence: SequenceId(4),
            gap: Some(gap()),
            document: ObjectId(88),
            reason: Some("the old forms are used up".to_owned()),
        },
        Change::NumberRedated {
            position: Position(301),
            sequence: SequenceId(4),
            document: ObjectId(88),
            before: date(2026, 7, 1),
            date: date(2026, 7, 2),
        },
        Change::NumbersRenumbered {
            resequence: ObjectId(9),
            reverted: false,
            reason: "two were exchanged".to_owned(),
            series: Some(Box::new(series())),
            sequences: vec![SequenceEnds {
                id: SequenceId(4),
                before: (700, 709),
                after: (700, 710),
            }],
            gaps: vec![moved_gap()],
            count: 1,
            digest: Hash([7; 32]),
        },
    ]
}

fn settings() -> Settings {
    Settings {
        style: HouseStyle::Stripe,
        level: Level::Customer,
        time_zone: "Europe/Berlin".to_owned(),
        fiscal_year_start: "04-01".parse().expect("a day"),
        number_on: NumberOn::Finalize,
        date_order: DateOrder::Refuse,
        max_future_days: 366,
        lock_date: Some(date(2025, 12, 31)),
        hard_lock_date: Some(date(2024, 12, 31)),
    }
}

fn series() -> SeriesRow {
    let format = Format::of("{kind}{year}-{end_year}/{seq:5}".parse().expect("a pattern"));
    let format = Format {
        fiscal_year_start: "04-01".parse().expect("a day"),
        prefix: "R-".to_owned(),
        kind_texts: vec!["I".to_owned()],
        ..format
    };
    SeriesRow {
        ledger: LedgerId(1),
        id: SeriesId(2),
        name: "invoices".to_owned(),
        kinds: vec![KindText { kind: Kind::invoice(), text: "I".to_owned() }],
        scope: Scope::Customer,
        versions: vec![FormatVersion {
            from: Period::ALL.from,
            first_period_to: Some(date(2026, 4, 1)),
            first_ordinal: Some(70),
            format: format.clone(),
        }],
        former: vec![Format { prefix: "A-".to_owned(), ..format }],
        starting_number: 700,
        first_date: Some(date(2025, 5, 1)),
        first_period: Some(date(2025, 4, 1)),
        last_date: Some(date(2026, 3, 1)),
        own: true,
        archived: false,
        planned: true,
    }
}

fn opened() -> OpenedSequence {
    OpenedSequence {
        id: SequenceId(4),
        series: SeriesId(2),
        scope: ScopeKey("cus_1".to_owned()),
        period_from: date(2026, 4, 1),
        period_to: date(2027, 4, 1),
        first: 700,
    }
}

fn gap() -> LeftGap {
    LeftGap {
        id: GapId(5),
        sequence: SequenceId(4),
        from: 701,
        to: 709,
        first_text: "I2026-2027/00701".to_owned(),
        last_text: "I2026-2027/00709".to_owned(),
        date: date(2026, 6, 30),
    }
}

fn issued() -> IssuedLine {
    IssuedLine {
        position: Position(301),
        sequence: SequenceId(4),
        ordinal: 700,
        text: "I2026-2027/00700".to_owned(),
        occupied: false,
        kind: Kind::invoice(),
        date: date(2026, 7, 1),
        reference: Some("order-1".to_owned()),
        customer: Some(CustomerId("cus_1".to_owned())),
        parent: Some(Position(9)),
        metadata: [("project".to_owned(), "bridge".to_owned())].into(),
        reissue_of: Some(Position(300)),
        slug_rank: 2,
        warning: Some(Warning::DateOrder),
    }
}

fn renumbered() -> RenumberedLine {
    RenumberedLine {
        position: Position(301),
        sequence: SequenceId(4),
        document: Some(ObjectId(12)),
        from: Numbered { ordinal: 700, text: "I/700".to_owned(), slug_rank: 0 },
        to: Numbered { ordinal: 701, text: "I-701".to_owned(), slug_rank: 1 },
    }
}

fn moved_gap() -> MovedGap {
    let left = gap();
    let before = GapRow {
        ledger: LedgerId(7),
        id: left.id,
        sequence: left.sequence,
        from: left.from,
        to: left.to,
        first_text: left.first_text,
        last_text: left.last_text,
        date: left.date,
        cause: GapCause::Skipped,
        at: At(5),
        actor: "operator".to_owned(),
        index: 3,
        explanation: None,
    };
    MovedGap { before: Some(before.clone()), after: Some(GapRow { from: 702, ..before }) }
}
