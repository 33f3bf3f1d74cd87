//! Gaps and their days, and closing a period.

use jiff::civil::date;
use ledger::command::{Action, ClosePeriod};
use ledger::id::GapId;
use ledger::model::HouseStyle::Yearly;
use ledger::{Code, Outcome};

use super::script::{Script, check};

#[test]
fn a_gap_counts_as_the_latest_day_below_it_and_never_as_a_locked_one() {
    let mut script = Script::open(Yearly);
    script.check(
        "advance invoices date=2026-02-10 next=3 reason=pad -> ok
         advance invoices date=2026-02-10 next=5 reason=pad -> ok
         issue date=2026-03-10 -> INV-2026-00005^moved_forward
         issue date=2026-02-01 -> INV-2026-00006!date_order
         advance invoices date=2026-05-01 next=9 reason=pad -> ok
         lock date=2026-04-30 -> ok
         advance invoices date=2026-05-02 next=11 reason=pad -> ok",
    );
    let days = [1, 2, 3].map(|id| script.gap(id).date);
    // With no document below it a gap counts as the first day of its period.
    assert_eq!(days, [date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 10)]);
    assert_eq!(script.gap(4).date, date(2026, 5, 1), "the first day that is not locked");
}

#[test]
fn a_period_is_closed_when_all_is_explained() {
    check(
        Yearly,
        "issue ref=a date=2026-01-05 -> INV-2026-00001
         advance invoices date=2026-01-06 next=4 reason=pad -> ok
         issue ref=b date=2026-01-31 -> INV-2026-00004^moved_forward
         issue ref=c date=2026-02-01 -> INV-2026-00005
         advance invoices date=2026-02-02 next=8 reason=pad -> ok
         void b reason=twice -> ok
         close 2026-01-31 -> err period_unexplained
         close 2026-01-31 1=the+pad+got+wet 2=too -> err period_unexplained
         close 2026-01-31 1= -> err parameter_invalid
         close 2026-11-21 1=wet 2=wet -> err parameter_invalid
         issue date=2026-01-31 -> INV-2026-00008!date_order^moved_forward
         close 2026-01-31 1=the+pad+got+wet -> ok
         issue date=2026-01-31 -> err period_locked
         close 2026-01-31 -> err lock_backward
         explain 1 text=and+burnt -> ok
         explain 2 text=known -> ok
         close 2026-02-28 -> ok
         close 2026-03-31 -> ok",
    );
}

#[test]
fn a_refusal_names_every_gap_at_once() {
    let mut script = Script::open(Yearly);
    script.check(
        "issue date=2026-01-05 -> INV-2026-00001
         advance invoices date=2026-01-06 next=4 reason=pad -> ok
         issue date=2026-01-07 -> INV-2026-00004^moved_forward
         advance invoices date=2026-01-08 next=6 reason=pad -> ok",
    );
    let close = |explanations| ClosePeriod { end: date(2026, 1, 31), explanations };
    let none = script.decide(Action::ClosePeriod(close(Vec::new()))).expect_err("two gaps");
    assert_eq!(none.code, Code::PeriodUnexplained);
    for told in ["INV-2026-00002 to INV-2026-00003 (gap_", "INV-2026-00005 (gap_"] {
        assert!(none.message.contains(told), "{}", none.message);
    }
    let both = [1, 2].map(|id| (GapId(id), format!("gap {id}"))).to_vec();
    let Ok(Outcome::Closed(view)) = script.decide(Action::ClosePeriod(close(both))) else {
        panic!("both are explained");
    };
    assert_eq!((view.gaps, view.missing, view.explained, view.voids), (2, 3, 2, 0));
    assert_eq!(view.settings.lock_date, Some(date(2026, 1, 31)));
    let said = script.gap(2).explanation.clone().expect("explained");
    assert_eq!((said.text.as_str(), said.actor.as_str()), ("gap 2", "operator"));
}
