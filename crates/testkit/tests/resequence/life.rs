//! What becomes of a resequence, and of what it leaves behind.

use jiff::civil::date;
use ledger::command::{Item, LockMove};
use ledger::model::{GapCause, ProblemCode, ResequenceStatus, Resequencing};
use ledger::{Action, Code};
use numbering::Format;

use crate::shop::{Shop, by_date, kind, on_every_store, refused};

/// Five numbers of which the third is missing.
fn with_a_hole(shop: &Shop) {
    let format = Format::of("INV/{year}/{seq:5}".parse().expect("a pattern"));
    shop.import(
        &format,
        &[
            ("INV/2024/00001", date(2024, 1, 5)),
            ("INV/2024/00002", date(2024, 1, 6)),
            ("INV/2024/00004", date(2024, 1, 9)),
            ("INV/2024/00005", date(2024, 1, 8)),
        ],
    );
}

#[test]
fn a_gap_is_closed_and_what_is_left_behind_is_told() {
    on_every_store(|shop| {
        with_a_hole(shop);
        let asked = shop.asked(&["INV/2024/00004", "INV/2024/00005"], "INV/2024/00003");
        let id = shop.renumber(asked);
        let lines = shop.lines(id);
        let text = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            lines,
            [text("INV/2024/00004", "INV/2024/00003"), text("INV/2024/00005", "INV/2024/00004")]
        );
        let gaps = shop.gaps();
        let told: Vec<_> = gaps.iter().map(|gap| (gap.first_text.as_str(), gap.cause)).collect();
        // Nobody knows whether the last one was sent, so its number is not given again.
        assert_eq!(told, [("INV/2024/00005", GapCause::Renumbered)]);
        let found: Vec<_> = shop.with_text("inv/2024/00004").into_iter().map(|v| v.row).collect();
        assert_eq!(found.len(), 2, "the present holder and the former one");
        assert_eq!(found[0].text, "INV/2024/00004");
        assert_eq!(found[1].text, "INV/2024/00003");
        let next = Item { kind: Some(kind()), date: Some(date(2024, 3, 1)), ..Item::default() };
        let given = shop.run(Action::Issue(vec![next])).expect("a number");
        let ledger::Outcome::Issued(views) = given else { panic!("{given:?}") };
        assert_eq!(views[0].row.text, "INV/2024/00006");
        let (code, message) = refused(shop.revert(id));
        assert_eq!(code, Code::ChangedSince, "{message}");
        shop.assert_holds();
    });
}

#[test]
fn taking_it_back_brings_everything_back() {
    on_every_store(|shop| {
        with_a_hole(shop);
        let before = shop.gaps();
        let asked = shop.asked(&["INV/2024/00004", "INV/2024/00005"], "INV/2024/00007");
        let id = shop.renumber(by_date(asked));
        assert_eq!(
            shop.position("INV/2024/00007"),
            shop.with_text("INV/2024/00005")[0].row.position
        );
        assert_eq!(shop.gaps().len(), before.len() + 1);
        let known = shop.revert(id).expect("it is taken back");
        assert_eq!(known.status, ResequenceStatus::Reverted);
        assert_eq!(shop.gaps(), before);
        shop.assert_holds();
        let (code, _) = refused(shop.revert(id));
        assert_eq!(code, Code::StatusTransitionInvalid);
    });
}

#[test]
fn what_changed_since_the_preview_is_not_renumbered() {
    on_every_store(|shop| {
        with_a_hole(shop);
        let asked = |first: &str| shop.asked(&["INV/2024/00004", "INV/2024/00005"], first);
        let (one, _) = shop.preview(asked("INV/2024/00003")).expect("a preview");
        let (other, _) = shop.preview(asked("INV/2024/00011")).expect("another preview");
        shop.confirm(one).expect("the first one wins");
        let (code, message) = refused(shop.confirm(other));
        assert_eq!(code, Code::ChangedSince, "{message}");
        let known = shop.cancel(other).expect("it is given up");
        assert_eq!(known.status, ResequenceStatus::Canceled);
        assert_eq!(shop.lines(other), []);
        shop.assert_holds();
    });
}

#[test]
fn every_problem_is_told_at_once() {
    on_every_store(|shop| {
        with_a_hole(shop);
        let lock_date = Some(Some(date(2024, 1, 6)));
        shop.run(Action::MoveLocks(LockMove { lock_date, ..LockMove::default() })).expect("a lock");
        let asked = shop.asked(&["INV/2024/00001", "INV/2024/00002"], "INV/2024/00004");
        let (id, known) = shop.preview(asked).expect("a preview");
        let counts = [(ProblemCode::PeriodLocked, 2), (ProblemCode::NumberTaken, 2)];
        assert_eq!(known.problem_counts, counts);
        assert!(known.problems.iter().all(|problem| problem.number.is_some()));
        let (code, message) = refused(shop.confirm(id));
        assert_eq!(code, Code::StatusTransitionInvalid, "{message}");
        let nothing = Resequencing { reason: " ".to_owned(), ..Resequencing::default() };
        assert_eq!(refused(shop.preview(nothing)).0, Code::ParameterMissing);
        shop.assert_holds();
    });
}

#[test]
fn documents_of_this_server_show_their_new_numbers() {
    on_every_store(|shop| {
        let (first, second) = (shop.invoice(), shop.invoice());
        let before = shop.shown(second).number.expect("a number");
        let year = &before[4..8];
        assert_eq!(before, format!("INV-{year}-00002"));
        shop.send(first);
        let both = [shop.shown(first).number.expect("a number"), before.clone()];
        let texts: Vec<&str> = both.iter().map(String::as_str).collect();
        let start = format!("INV-{year}-00011");
        let (_, known) = shop.preview(shop.asked(&texts, &start)).expect("a preview");
        assert_eq!(known.problem_counts, [(ProblemCode::DocumentSent, 1)]);
        let asked = shop.asked(&[before.as_str()], &start);
        let id = shop.renumber(asked);
        let shown = shop.shown(second);
        assert_eq!(shown.number.as_deref(), Some(start.as_str()));
        assert_eq!(shown.numbering.map(|at| (at.ordinal, at.slug)), Some((11, start)));
        shop.revert(id).expect("it is taken back");
        assert_eq!(shop.shown(second).number, Some(before.clone()));
        // What nobody has seen is given again.
        let third = shop.invoice();
        let tail = shop.shown(third).number.expect("a number");
        assert_eq!(tail, format!("INV-{year}-00003"));
        let include = Resequencing { include_sent: true, ..shop.asked(&texts, texts[0]) };
        let (_, known) = shop.preview(include).expect("a preview");
        assert_eq!(known.problem_counts, [(ProblemCode::NothingSelected, 1)]);
        shop.assert_holds();
    });
}

#[test]
fn a_tail_that_nobody_has_seen_is_given_again() {
    on_every_store(|shop| {
        let papers = [shop.invoice(), shop.invoice(), shop.invoice()];
        let number = |at: usize| shop.shown(papers[at]).number.expect("a number");
        let (second, third) = (number(1), number(2));
        let id = shop.renumber(shop.asked(&[second.as_str()], &format!("{}00009", &third[..9])));
        shop.revert(id).expect("it is taken back");
        // 9 was freed again, and the counter goes on behind 3.
        let fourth = shop.shown(shop.invoice()).number.expect("a number");
        assert_eq!(fourth, format!("{}00004", &third[..9]));
        shop.assert_holds();
    });
}

#[test]
fn new_documents_follow_the_new_format_where_that_was_asked() {
    on_every_store(|shop| {
        with_a_hole(shop);
        let texts = ["INV/2024/00001", "INV/2024/00002", "INV/2024/00004", "INV/2024/00005"];
        let asked = Resequencing { follow: true, ..shop.asked(&texts, "FAC-2024-001") };
        let id = shop.renumber(asked);
        let next = |reference: &str| {
            let item = Item {
                kind: Some(kind()),
                date: Some(date(2024, 3, 1)),
                reference: Some(reference.to_owned()),
                ..Item::default()
            };
            match shop.run(Action::Issue(vec![item])).expect("a number") {
                ledger::Outcome::Issued(views) => views[0].row.text.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(next("a"), "FAC-2024-006");
        assert_eq!(refused(shop.revert(id)).0, Code::ChangedSince);
        shop.assert_holds();
    });
}
