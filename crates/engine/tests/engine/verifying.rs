//! A ledger is proved while it goes on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use engine::Progress;
use ledger::Action;
use ledger::command::{Item, SeriesChange, SeriesRef, Void};
use ledger::id::{GapId, KeyId, Position};
use ledger::model::Cause;

use crate::stage::{Stage, busy, order};

#[test]
fn what_goes_on_meanwhile_is_no_finding() {
    let stage = Stage::new();
    stage.import(busy::import()).expect("it is imported");
    for action in busy::actions() {
        stage.run(action).expect("done");
    }
    // More than a page of numbers in one sequence, and of sequences and customers.
    for part in 0..5 {
        let orders = (0..1_000).map(|n| order(&format!("{part}-{n}"))).collect();
        stage.run(Action::Issue(orders)).expect("numbers");
    }
    let customers = (0..1_200).map(|n| busy::of(&format!("many-{n}"))).collect::<Vec<_>>();
    for part in customers.chunks(600) {
        stage.run(Action::Issue(part.to_vec())).expect("numbers");
    }
    let (done, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| goes_on(&stage, &done, &rounds));
        let mut walks = 0;
        while (walks < 3 || rounds.load(Ordering::Relaxed) < 24) && !writing.is_finished() {
            let report = stage.engine.verify(stage.live(), &Progress::default());
            let report = report.expect("a report");
            if !report.holds() {
                done.store(true, Ordering::Relaxed);
                panic!("{report:#?}");
            }
            walks += 1;
        }
        done.store(true, Ordering::Relaxed);
    });
    stage.assert_holds();
}

/// Does everything that can be done, until it is done.
fn goes_on(stage: &Stage, done: &AtomicBool, rounds: &AtomicU64) {
    let series = SeriesRef::Name("customers".to_owned());
    while !done.load(Ordering::Relaxed) {
        let round = rounds.fetch_add(1, Ordering::Relaxed) + 1;
        let run = |action| stage.run(action).expect("done");
        let reference = format!("round-{round}");
        let given = stage.issue(order(&reference)).expect("a number").row.position;
        for number in [given, Position(3_000 + round)] {
            let reason = "spoilt".to_owned();
            run(Action::Void(Void { number, cause: Cause::Unused, reason }));
        }
        run(Action::Issue(vec![Item { reissue: true, ..order(&reference) }]));
        run(Action::Issue(vec![busy::of(&format!("new-{round}")), busy::of("cus_b")]));
        run(busy::skip("cus_a", 20 + 3 * round));
        run(Action::ExplainGap(GapId(2), format!("found in round {round}")));
        let pattern = format!("C/{{customer}}/{{seq:{}}}", 3 + round % 3);
        let change = SeriesChange { pattern: Some(pattern), ..SeriesChange::default() };
        run(Action::ChangeSeries(series.clone(), change));
        run(Action::CreateKey(busy::key(10 + round)));
        run(Action::RevokeKey(KeyId(10 + round)));
    }
}
