//! Each check fails where it should, and nowhere else.

mod fixture;

use jiff::civil::date;

use self::fixture::{books, of, snapshot};
use super::replay::{WholeEntry, register};
use super::{Invariant, Snapshot, Told, check};
use crate::id::{CustomerId, Position, SequenceId};
use crate::model::{GapCause, IdempotencyKey, Mode, PrefixOwner, State, Warning};
use crate::outcome::Outcome;
use crate::refusal::{Code, Refusal};
use crate::role::Role;
use crate::trail::{Change, Hash};

/// What is violated after a change to a sound ledger, each invariant once, in order.
fn violated(change: impl FnOnce(&mut Snapshot)) -> Vec<Invariant> {
    let mut snapshot = snapshot();
    change(&mut snapshot);
    names(&snapshot)
}

fn names(snapshot: &Snapshot) -> Vec<Invariant> {
    let mut names: Vec<_> = check(snapshot, &[]).iter().map(|found| found.invariant).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn a_sound_ledger_violates_nothing() {
    let (snapshot, answers) = books();
    assert_eq!(check(&snapshot, &answers), []);
    let states: Vec<_> =
        State::ALL.iter().map(|state| of(&snapshot, |row| row.state == *state).count()).collect();
    assert!(states[0] > 20 && states[1] == 2 && states[3] == 1, "{states:?}");
    assert!(snapshot.gaps.iter().any(|gap| gap.cause == GapCause::Imported));
}

#[test]
fn complete_sees_a_lost_row_and_a_row_too_many() {
    let lost = violated(|snapshot| drop(snapshot.numbers.remove(3)));
    assert!(lost.contains(&Invariant::Complete), "{lost:?}");

    let last = violated(|snapshot| {
        let end = of(snapshot, |row| row.sequence == SequenceId(1)).count();
        snapshot.numbers.remove(end - 1);
    });
    assert!(last.contains(&Invariant::Complete), "{last:?}");

    let twice = violated(|snapshot| {
        let row = snapshot.numbers[2].clone();
        snapshot.numbers.insert(2, row);
    });
    assert!(twice.contains(&Invariant::Complete), "{twice:?}");

    let beyond = violated(|snapshot| snapshot.sequences[0].last -= 1);
    assert!(beyond.contains(&Invariant::Complete), "{beyond:?}");
}

#[test]
fn complete_sees_a_lost_gap_and_a_gap_over_numbers() {
    let lost = violated(|snapshot| drop(snapshot.gaps.remove(0)));
    assert!(lost.contains(&Invariant::Complete), "{lost:?}");
    let over = violated(|snapshot| snapshot.gaps[0].from -= 1);
    assert!(over.contains(&Invariant::Complete), "{over:?}");
    let again = violated(|snapshot| {
        let gap = snapshot.gaps[0].clone();
        snapshot.gaps.insert(0, gap);
    });
    assert!(again.contains(&Invariant::Complete), "{again:?}");
    let orphan = violated(|snapshot| drop(snapshot.sequences.remove(0)));
    assert!(orphan.contains(&Invariant::Complete), "{orphan:?}");
}

#[test]
fn unique_sees_one_text_twice_also_in_another_case() {
    let found = violated(|snapshot| {
        let text = snapshot.numbers[0].text.to_lowercase();
        snapshot.numbers[5].text = format!(" {text} ");
    });
    assert!(found.contains(&Invariant::Unique), "{found:?}");
    let occupied = |snapshot: &mut Snapshot| {
        let place = snapshot.numbers.iter().position(|row| row.state == State::Occupied);
        place.map(|place| &mut snapshot.numbers[place]).expect("an occupied ordinal").state =
            State::Held;
    };
    assert!(violated(occupied).contains(&Invariant::Unique));
}

#[test]
fn late_sees_an_ordinal_that_the_trail_gives_again() {
    let mut snapshot = snapshot();
    edit(&mut snapshot, |change| match change {
        Change::NumbersIssued { lines, .. } if lines[0].position == Position(12) => {
            lines[0].ordinal = 1;
            true
        }
        _ => false,
    });
    assert!(names(&snapshot).contains(&Invariant::Late));
}

#[test]
fn durable_sees_an_answer_that_is_not_there() {
    let (mut snapshot, answers) = books();
    let place = snapshot.numbers.iter().rposition(|row| row.sequence == SequenceId(1));
    let lost = snapshot.numbers.remove(place.expect("a row"));
    let told = check(&snapshot, &answers);
    let expected = format!("durable: {} was answered and is lost", lost.text);
    assert!(told.iter().any(|found| found.to_string() == expected), "{told:?}");

    let (mut snapshot, answers) = books();
    snapshot.numbers[0].date = date(2026, 1, 31);
    let told = check(&snapshot, &answers);
    assert!(told.iter().any(|found| found.invariant == Invariant::Durable), "{told:?}");

    let (mut snapshot, answers) = books();
    snapshot.gaps.retain(|gap| gap.cause == GapCause::Imported);
    let told = check(&snapshot, &answers);
    assert!(told.iter().any(|found| found.invariant == Invariant::Durable), "{told:?}");
}

#[test]
fn once_sees_a_reference_with_two_numbers() {
    let two = violated(|snapshot| {
        let reference = snapshot.numbers[0].reference.clone();
        assert!(reference.is_some());
        snapshot.numbers[1].reference = reference;
    });
    assert!(two.contains(&Invariant::Once), "{two:?}");

    let unvoided = violated(|snapshot| {
        let old =
            of(snapshot, |row| row.reissue_of.is_some()).next().and_then(|row| row.reissue_of);
        let place = snapshot.numbers.iter().position(|row| Some(row.position) == old);
        let row = &mut snapshot.numbers[place.expect("the first number")];
        (row.state, row.voided) = (State::Held, None);
    });
    assert!(unvoided.contains(&Invariant::Once), "{unvoided:?}");
}

#[test]
fn once_sees_a_key_with_two_answers_and_a_number_told_twice() {
    let (snapshot, mut answers) = books();
    let key = Some(IdempotencyKey([7; 16]));
    let refusal = Refusal::new(Code::PeriodLocked, "locked");
    answers.push(Told { key, result: Err(refusal.clone()) });
    assert_eq!(check(&snapshot, &answers), []);
    answers.push(Told { key, result: Err(Refusal { code: Code::DateTooFar, ..refusal }) });
    assert_eq!(check(&snapshot, &answers)[0].invariant, Invariant::Once);

    let (snapshot, mut answers) = books();
    let issued = answers.iter().find_map(|told| match &told.result {
        Ok(Outcome::Issued(views)) => Some(views.clone()),
        _ => None,
    });
    let mut views = issued.expect("an answer with numbers");
    views[0].row.ordinal += 1;
    answers.push(Told { key: None, result: Ok(Outcome::Issued(views)) });
    assert!(check(&snapshot, &answers).iter().any(|found| found.invariant == Invariant::Once));
}

#[test]
fn dated_sees_a_date_outside_its_period_and_a_period_that_moved() {
    let outside = violated(|snapshot| snapshot.numbers[0].date = date(2031, 1, 1));
    assert!(outside.contains(&Invariant::Dated), "{outside:?}");

    let moved = violated(|snapshot| {
        let row = &mut snapshot.sequences[0];
        row.period_from = row.period_from.tomorrow().expect("a next day");
    });
    assert!(moved.contains(&Invariant::Dated), "{moved:?}");

    let stretched = violated(|snapshot| {
        let id = snapshot.sequences[0].series;
        let series = snapshot.series.iter_mut().find(|row| row.id == id).expect("a series");
        series.versions[0].format.reset = numbering::Reset::Never;
    });
    assert!(stretched.contains(&Invariant::Dated), "{stretched:?}");
}

#[test]
fn same_sees_a_text_that_no_format_prints() {
    let other = violated(|snapshot| snapshot.numbers[0].text = "RECHNUNG 1".to_owned());
    assert!(other.contains(&Invariant::Same), "{other:?}");
    let other_year = violated(|snapshot| {
        let text = &mut snapshot.numbers[0].text;
        *text = text.replace("2026", "2027");
    });
    assert!(other_year.contains(&Invariant::Same), "{other_year:?}");
}

#[test]
fn collision_free_sees_two_series_with_one_pattern() {
    let same = violated(|snapshot| {
        let started: Vec<_> =
            (0..snapshot.series.len()).filter(|i| snapshot.series[*i].started()).collect();
        let versions = snapshot.series[started[0]].versions.clone();
        snapshot.series[started[1]].versions = versions;
    });
    assert!(same.contains(&Invariant::CollisionFree), "{same:?}");

    let ambiguous = violated(|snapshot| {
        let place = snapshot.series.iter().position(|row| row.started()).expect("a series");
        let format = &mut snapshot.series[place].versions[0].format;
        format.pattern = "{prefix}{seq:5}".parse().expect("a pattern");
    });
    assert!(ambiguous.contains(&Invariant::CollisionFree), "{ambiguous:?}");

    let one_prefix = violated(|snapshot| {
        let mut of_customers = snapshot.numbers.iter_mut().filter(|row| row.text.starts_with("C/"));
        let first = of_customers.next().expect("a customer's number").text.clone();
        let other = of_customers.find(|row| row.text[..10] != first[..10]).expect("another's");
        other.customer = Some(CustomerId("somebody".to_owned()));
        other.text.replace_range(..10, &first[..10]);
    });
    assert!(one_prefix.contains(&Invariant::CollisionFree), "{one_prefix:?}");
}

#[test]
fn recorded_sees_numbers_that_the_trail_tells_otherwise() {
    let metadata = violated(|snapshot| {
        snapshot.numbers[0].metadata.insert("a".to_owned(), "b".to_owned());
    });
    assert_eq!(metadata, [Invariant::Recorded]);
    let receipt = violated(|snapshot| snapshot.numbers[1].receipt.hash = Hash([1; 32]));
    assert_eq!(receipt, [Invariant::Recorded]);
    let reason = violated(|snapshot| {
        snapshot.numbers.iter_mut().filter_map(|row| row.voided.as_mut()).for_each(|voided| {
            voided.reason.push('!');
        });
    });
    assert_eq!(reason, [Invariant::Recorded]);
    let taken_back = violated(|snapshot| {
        snapshot.numbers.iter_mut().filter(|row| row.voided.is_some()).for_each(|row| {
            (row.state, row.voided) = (State::Held, None);
        });
    });
    assert!(taken_back.contains(&Invariant::Recorded), "{taken_back:?}");
    let half = violated(|snapshot| {
        let void = snapshot.numbers.iter_mut().find(|row| row.voided.is_some());
        void.expect("a void number").state = State::Held;
    });
    assert!(half.contains(&Invariant::Recorded), "{half:?}");
}

#[test]
fn recorded_sees_every_other_row_that_the_trail_tells_otherwise() {
    let explained = violated(|snapshot| {
        snapshot.gaps.iter_mut().for_each(|gap| gap.explanation = None);
    });
    let settings = violated(|snapshot| {
        let mut settings = (*snapshot.ledger.settings).clone();
        settings.max_future_days += 1;
        snapshot.ledger.settings = settings.into();
    });
    let defaults = violated(|snapshot| snapshot.ledger.set_defaults(Vec::new()));
    let name = violated(|snapshot| snapshot.series[0].name.push('x'));
    let sequence = violated(|snapshot| snapshot.sequences[0].last_date = None);
    let count = violated(|snapshot| snapshot.ledger.last_position += 1);
    let account = violated(|snapshot| snapshot.ledger.account.0.push('x'));
    let mode = violated(|snapshot| snapshot.ledger.mode = Mode::Live);
    let dates = violated(|snapshot| snapshot.series[0].last_date = None);
    let gap_text = violated(|snapshot| snapshot.gaps[0].first_text.push('x'));
    let rank = violated(|snapshot| snapshot.numbers[0].slug_rank = 2);
    let warning = violated(|snapshot| snapshot.numbers[0].warning = Some(Warning::DateOrder));
    for found in [explained, settings, defaults, name, sequence, count, account, mode] {
        assert_eq!(found, [Invariant::Recorded]);
    }
    for found in [dates, gap_text, rank, warning] {
        assert_eq!(found, [Invariant::Recorded]);
    }
    let lost = violated(|snapshot| drop(snapshot.series.pop()));
    assert!(lost.contains(&Invariant::Recorded), "{lost:?}");
}

#[test]
fn recorded_sees_people_that_the_trail_tells_otherwise() {
    let changes: [fn(&mut Snapshot); 8] = [
        |snapshot| snapshot.users[1].disabled = None,
        |snapshot| snapshot.users[1].role = Role::Administrator,
        |snapshot| snapshot.users[0].name.push('x'),
        |snapshot| snapshot.users[0].email.push('x'),
        |snapshot| snapshot.users[0].created.0 += 1,
        |snapshot| snapshot.users[0].password = None,
        |snapshot| snapshot.users[0].password.as_mut().expect("one").since.0 += 1,
        |snapshot| drop(snapshot.users.pop()),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        assert_eq!(violated(change), [Invariant::Recorded], "change {place}");
    }
}

#[test]
fn recorded_sees_keys_and_prefixes_that_the_trail_tells_otherwise() {
    let changes: [fn(&mut Snapshot); 13] = [
        |snapshot| snapshot.keys[0].revoked = None,
        |snapshot| snapshot.keys[0].role = Role::Administrator,
        |snapshot| snapshot.keys[0].name.push('x'),
        |snapshot| snapshot.keys[0].hash.0[0] ^= 1,
        |snapshot| snapshot.keys[0].hint.push('x'),
        |snapshot| drop(snapshot.keys.pop()),
        |snapshot| snapshot.customers[0].prefix.push('X'),
        |snapshot| snapshot.customers[0].id.0.push('x'),
        |snapshot| drop(snapshot.customers.pop()),
        |snapshot| drop(snapshot.prefixes.remove(0)),
        |snapshot| drop(snapshot.prefixes.pop()),
        |snapshot| snapshot.prefixes[0].0.push('X'),
        |snapshot| {
            let other = PrefixOwner::Customer(CustomerId("other".to_owned()));
            snapshot.prefixes.iter_mut().for_each(|(_, owner)| owner.clone_from(&other));
        },
    ];
    for (place, change) in changes.into_iter().enumerate() {
        assert_eq!(violated(change), [Invariant::Recorded], "change {place}");
    }
    // Customer and prefix changed together are still not those of the trail.
    let both = violated(|snapshot| {
        let customer = &mut snapshot.customers[0];
        let mut owned = snapshot.prefixes.iter_mut();
        let own = owned.find(|(prefix, _)| *prefix == customer.prefix).expect("its prefix");
        customer.prefix.push('X');
        own.0.clone_from(&customer.prefix);
    });
    assert_eq!(both, [Invariant::Recorded]);
}

#[test]
fn recorded_sees_a_broken_trail() {
    let skipped = violated(|snapshot| drop(snapshot.trail.remove(4)));
    assert!(skipped.contains(&Invariant::Recorded), "{skipped:?}");
    let cut = violated(|snapshot| drop(snapshot.trail.pop()));
    assert!(cut.contains(&Invariant::Recorded), "{cut:?}");
    let edited = violated(|snapshot| snapshot.trail[3].sealed.entry.actor.push('x'));
    assert_eq!(edited, [Invariant::Recorded]);
    let unreadable = violated(|snapshot| snapshot.trail[3].sealed.entry.body = vec![9]);
    assert!(unreadable.contains(&Invariant::Recorded), "{unreadable:?}");
}

#[test]
fn recorded_sees_lost_and_edited_lines() {
    let imported = |entry: &&mut WholeEntry| !entry.lines.is_empty();
    let lost = violated(|snapshot| {
        drop(snapshot.trail.iter_mut().find(imported).expect("an import").lines.pop());
    });
    assert!(lost.contains(&Invariant::Recorded), "{lost:?}");
    let edited = violated(|snapshot| {
        let lines = &mut snapshot.trail.iter_mut().find(imported).expect("an import").lines;
        let mut line = crate::trail::IssuedLine::read(&lines[0]).expect("a line");
        line.date = line.date.tomorrow().expect("a next day");
        lines[0] = line.to_bytes();
    });
    assert!(edited.contains(&Invariant::Recorded), "{edited:?}");
}

#[test]
fn never_clipped_sees_an_ordinal_that_its_text_does_not_print() {
    let clipped = violated(|snapshot| {
        let end = snapshot.numbers.iter().rposition(|row| row.sequence == SequenceId(1));
        snapshot.numbers[end.expect("a row")].ordinal = 100_001;
    });
    assert!(clipped.contains(&Invariant::NeverClipped), "{clipped:?}");
    let too_large = violated(|snapshot| {
        let end = snapshot.numbers.iter().rposition(|row| row.sequence == SequenceId(1));
        snapshot.numbers[end.expect("a row")].ordinal = numbering::limits::ORDINAL_MAX + 1;
    });
    assert!(too_large.contains(&Invariant::NeverClipped), "{too_large:?}");
}

#[test]
fn the_register_is_built_from_the_trail_alone() {
    let snapshot = snapshot();
    let (built, violations) = register(&snapshot.trail);
    assert_eq!(violations, []);
    let mut numbers: Vec<_> = built.numbers.into_values().collect();
    numbers.sort_by_key(|row| (row.sequence, row.ordinal));
    assert_eq!(numbers, snapshot.numbers);
    let series: Vec<_> = built.rest.series.into_values().collect();
    assert_eq!(series, snapshot.series);
    let mut gaps: Vec<_> = built.rest.gaps.into_values().collect();
    gaps.sort_by_key(|row| (row.sequence, row.from));
    assert_eq!(gaps, snapshot.gaps);
    assert_eq!(built.rest.keys.into_values().collect::<Vec<_>>(), snapshot.keys);
    assert_eq!(built.customers.into_values().collect::<Vec<_>>(), snapshot.customers);
    let sequences: Vec<_> = built.rest.sequences.into_values().collect();
    assert_eq!(sequences, snapshot.sequences);
    assert_eq!(built.rest.settings.as_ref(), Some(&*snapshot.ledger.settings));
}

/// Edits the first change of the trail that `edit` wants to, and seals the trail anew.
fn edit(snapshot: &mut Snapshot, mut edit: impl FnMut(&mut Change) -> bool) {
    let mut head = Hash::ZERO;
    let mut done = false;
    for entry in &mut snapshot.trail {
        let sealed = &mut entry.sealed;
        let mut change = Change::read(&sealed.entry.body).expect("a change");
        done = done || edit(&mut change);
        sealed.entry.body = change.to_bytes();
        sealed.hash = sealed.entry.hash_after(head);
        head = sealed.hash;
    }
    assert!(done, "no entry was edited");
    snapshot.ledger.trail_hash = head;
}
