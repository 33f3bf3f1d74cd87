//! The rules, as tables of commands.

#[path = "rules/closing.rs"]
mod closing;
#[path = "rules/import_meanwhile.rs"]
mod import_meanwhile;
#[path = "rules/import_trail.rs"]
mod import_trail;
#[path = "rules/imports.rs"]
mod imports;
#[path = "rules/limits.rs"]
mod limits;
#[path = "rules/plans.rs"]
mod plans;
#[path = "rules/roles.rs"]
mod roles;
mod script;

use std::collections::BTreeMap;

use jiff::civil::date;
use ledger::command::{Action, Import, ImportLine, ImportSeries, Item, SeriesRef};
use ledger::model::HouseStyle::{Slashed, Stripe, Yearly};
use ledger::model::{Kind, KindText};
use ledger::{Code, Outcome};
use numbering::Format;
use script::{Script, check};

#[test]
fn the_worked_examples_print_exactly_by_settings_alone() {
    let start = "settings starting_number=42";
    check(Yearly, &format!("{start} -> ok\n issue -> INV-2026-00042"));
    check(Yearly, &format!("{start} yearly_reset=false -> ok\n issue -> INV-00042"));
    check(Yearly, &format!("{start} prefix=SI- padding=6 -> ok\n issue -> SI-2026-000042"));
    check(Yearly, &format!("{start} prefix= padding=0 -> ok\n issue -> 2026-42"));
    check(
        Yearly,
        &format!("{start} prefix=REC- padding=0 yearly_reset=false -> ok\n issue -> REC-42"),
    );
}

#[test]
fn padding_pads_and_never_truncates() {
    check(
        Yearly,
        "settings prefix= yearly_reset=false starting_number=99999 -> ok
         issue -> 99999
         issue -> 100000",
    );
}

#[test]
fn each_style_starts_with_its_own_numbers() {
    check(Slashed, "issue -> INV/2026/00001\n issue kind=credit_note -> CN/2026/00001");
    check(Stripe, "issue -> 7FE1103-0001\n issue kind=credit_note parent=1 -> 7FE1103-0001-CN-01");
    check(Yearly, "issue -> INV-2026-00001\n issue kind=credit_note -> CN-2026-00001");
}

#[test]
fn the_documents_date_chooses_the_period() {
    check(
        Yearly,
        "issue date=2025-12-31 -> INV-2025-00001
         issue date=2026-01-01 -> INV-2026-00001
         issue date=2025-06-30 -> INV-2025-00002!date_order
         issue date=2026-12-31 -> INV-2026-00002
         issue date=2026-12-30 -> INV-2026-00003!date_order",
    );
}

#[test]
fn today_is_found_in_the_accounts_zone() {
    check(
        Yearly,
        "settings time_zone=Pacific/Kiritimati -> ok
         settings max_future_days=0 -> ok
         issue date=2026-11-21 -> INV-2026-00001
         issue date=2026-11-22 -> err date_too_far
         settings time_zone=Mars/Olympus -> err parameter_invalid",
    );
}

#[test]
fn a_reference_gets_one_number() {
    check(
        Yearly,
        "issue ref=A date=2026-05-01 -> INV-2026-00001
         issue ref=A -> INV-2026-00001
         issue ref=A date=2026-05-01 -> INV-2026-00001
         issue ref=A date=2026-05-02 -> err reference_conflict
         issue ref=A series=credit_notes -> err reference_conflict
         issue ref=A kind=credit_note -> CN-2026-00001
         issue ref=A count=3 -> INV-2026-00001 INV-2026-00001 INV-2026-00001
         issue ref=B count=2 -> INV-2026-00002 INV-2026-00002
         issue ref=C -> INV-2026-00003",
    );
}

#[test]
fn a_void_keeps_its_number_and_a_reissue_is_another() {
    check(
        Yearly,
        "issue ref=A -> INV-2026-00001
         void A -> err parameter_missing
         void A reason=wrong+customer -> ok
         void A reason=again -> err already_void
         issue ref=A -> err reference_voided
         issue ref=A reissue=yes -> INV-2026-00002
         issue ref=A -> INV-2026-00002
         issue ref=A reissue=yes -> INV-2026-00002",
    );
}

#[test]
fn the_lock_date_itself_is_locked() {
    check(
        Yearly,
        "issue ref=A date=2026-03-31 -> INV-2026-00001
         lock date=2026-03-31 -> ok
         issue date=2026-03-31 -> err period_locked
         issue date=2026-04-01 -> INV-2026-00002
         issue ref=A -> INV-2026-00001
         void A reason=late -> err period_locked
         advance invoices date=2026-03-01 next=9 reason=x -> err period_locked
         lock date=2026-02-28 -> err parameter_missing
         lock date=2026-02-28 reason=mistake -> ok
         issue date=2026-03-31 -> INV-2026-00003!date_order
         lock hard=2026-06-30 -> ok
         lock hard=2026-05-31 -> err lock_backward
         issue date=2026-06-30 -> err period_locked",
    );
}

#[test]
fn dates_out_of_order_are_taken_warned_of_or_refused() {
    check(
        Yearly,
        "settings date_order=refuse -> ok
         issue date=2026-05-02 -> INV-2026-00001
         issue date=2026-05-01 -> err date_order
         issue date=2026-05-02 -> INV-2026-00002
         settings date_order=off -> ok
         issue date=2026-05-01 -> INV-2026-00003",
    );
}

#[test]
fn a_sequence_only_moves_forward_and_leaves_a_gap() {
    check(
        Yearly,
        "issue -> INV-2026-00001
         advance invoices next=10 -> err parameter_missing
         advance invoices next=10 reason=lost+forms -> ok
         issue -> INV-2026-00010^moved_forward
         advance invoices next=5 reason=x -> err advance_backward
         advance invoices next=11 reason=x -> ok
         issue count=2 -> INV-2026-00011 INV-2026-00012
         issue date=2027-01-01 -> INV-2027-00001
         settings starting_number=5 -> err starting_number_fixed
         advance invoices next=1000000000000000 reason=x -> err ordinal_overflow",
    );
}

#[test]
fn settings_change_what_comes_next_and_keep_the_counter() {
    check(
        Yearly,
        "issue date=2026-05-01 -> INV-2026-00001
         settings prefix=FAC- -> ok
         issue date=2026-05-02 -> FAC-2026-00002
         settings padding=3 -> ok
         issue date=2026-05-03 -> FAC-2026-003
         settings yearly_reset=false -> ok
         issue date=2026-05-04 -> FAC-004
         issue date=2027-02-01 -> FAC-005
         settings yearly_reset=true -> ok
         issue date=2027-02-02 -> FAC-2027-006
         issue date=2025-01-01 -> INV-2025-00001",
    );
}

#[test]
fn a_setting_holds_for_todays_documents_also_when_next_year_is_in_use() {
    check(
        Yearly,
        "issue date=2026-11-20 -> INV-2026-00001
         advance invoices date=2027-01-01 next=100 reason=prepare -> ok
         advance invoices date=2028-01-01 next=100 reason=typo -> err date_too_far
         settings prefix=NEW- -> ok
         issue date=2026-11-20 -> NEW-2026-00002
         issue date=2027-01-01 -> NEW-2027-00100^moved_forward",
    );
}

#[test]
fn a_new_reset_waits_for_its_boundary_unless_told_where_to_start() {
    check(
        Yearly,
        "issue date=2026-05-10 -> INV-2026-00001
         change invoices pattern=INV-{year}-{month}-{seq:4} -> ok
         issue date=2026-05-20 -> INV-2026-05-0002
         issue date=2026-06-01 -> INV-2026-06-0001
         change invoices pattern=R{year}{month}-{seq:2} first_ordinal=7 -> err parameter_invalid
         change invoices pattern=R{year}{month}{day}-{seq:2} first_ordinal=7 -> ok
         issue date=2026-06-02 -> R20260602-07
         issue date=2026-06-03 -> R20260603-01
         issue date=2026-06-01 -> INV-2026-06-0002",
    );
}

#[test]
fn a_reset_can_change_under_the_same_text() {
    check(
        Yearly,
        "issue date=2026-05-10 -> INV-2026-00001
         change invoices reset=never -> ok
         issue date=2027-05-10 -> INV-2027-00002
         issue date=2025-05-10 -> INV-2025-00001
         change invoices reset=yearly -> ok
         issue date=2027-06-01 -> INV-2027-00003
         issue date=2027-11-01 -> INV-2027-00004",
    );
    check(
        Yearly,
        "series m pattern=M{year}/{month}/{seq} -> ok
         issue series=m date=2026-05-10 -> M2026/05/1
         change m reset=yearly -> ok
         issue series=m date=2026-07-10 -> M2026/07/2
         change m reset=yearly first_ordinal=1 -> err parameter_invalid
         change m reset=monthly -> ok
         issue series=m date=2026-07-11 -> M2026/07/3
         issue series=m date=2026-08-11 -> M2026/08/1",
    );
}

/// The period that a number's series tells when the reference is asked for once more.
#[track_caller]
fn period_of(script: &mut Script, series: &str, reference: &str) -> (String, String) {
    let item = Item {
        series: Some(SeriesRef::Name(series.to_owned())),
        reference: Some(reference.to_owned()),
        ..Item::default()
    };
    let Ok(Outcome::Issued(views)) = script.decide(Action::Issue(vec![item])) else {
        panic!("{reference} has a number");
    };
    let period = views[0].period;
    (views[0].period_label.clone(), format!("{}..{}", period.from, period.to))
}

#[test]
fn a_reset_that_cuts_a_period_leaves_it_to_the_numbers_given_in_it() {
    let mut script = Script::open(Yearly);
    let year = ("2026".to_owned(), "2026-01-01..2027-01-01".to_owned());
    script.check(
        "series r pattern=R{year}-{seq:3} -> ok
         issue series=r ref=A date=2026-03-05 -> R2026-001
         change r pattern=R{year}-{month}-{seq:3} -> ok",
    );
    assert_eq!(period_of(&mut script, "r", "A"), year);
    script.check(
        "issue series=r ref=B date=2026-03-31 -> R2026-03-002
         issue series=r ref=C date=2026-04-01 -> R2026-04-001",
    );
    assert_eq!(period_of(&mut script, "r", "A"), year);
    assert_eq!(period_of(&mut script, "r", "B"), year);
    let april = ("2026-04".to_owned(), "2026-04-01..2026-05-01".to_owned());
    assert_eq!(period_of(&mut script, "r", "C"), april);
}

#[test]
fn a_stretched_period_ends_later_from_the_first_document_behind_its_old_end() {
    let mut script = Script::open(Yearly);
    let may = ("2026-05".to_owned(), "2026-05-01..2026-06-01".to_owned());
    let rest_of_year = ("2026".to_owned(), "2026-05-01..2027-01-01".to_owned());
    script.check(
        "series m pattern=M{year}/{month}/{seq} -> ok
         issue series=m ref=A date=2026-04-30 -> M2026/04/1
         issue series=m ref=B date=2026-05-10 -> M2026/05/1
         change m reset=yearly -> ok
         issue series=m ref=C date=2026-05-31 -> M2026/05/2",
    );
    assert_eq!(period_of(&mut script, "m", "B"), may);
    assert_eq!(period_of(&mut script, "m", "C"), may);
    script.check("issue series=m ref=D date=2026-06-01 -> M2026/06/3");
    for reference in ["B", "C", "D"] {
        assert_eq!(period_of(&mut script, "m", reference), rest_of_year);
    }
    let april = ("2026-04".to_owned(), "2026-04-01..2026-05-01".to_owned());
    assert_eq!(period_of(&mut script, "m", "A"), april);
}

#[test]
fn the_fiscal_year_of_a_default_series_is_the_accounts() {
    check(
        Yearly,
        "settings fiscal=04-01 -> ok
         issue date=2026-03-31 -> INV-2025-00001
         issue date=2026-04-01 -> INV-2026-00001
         settings fiscal=01-01 -> ok
         issue date=2026-12-31 -> INV-2026-00002
         issue date=2027-03-31 -> INV-2026-00003
         issue date=2027-04-01 -> INV-2027-00001",
    );
    check(
        Yearly,
        "issue date=2026-05-01 -> INV-2026-00001
         settings fiscal=07-01 -> err pattern_collision
         issue date=2026-08-01 -> INV-2026-00002
         settings fiscal=07-01 prefix=FY- -> ok
         issue date=2026-12-31 -> INV-2026-00003
         issue date=2027-01-01 -> FY-2026-00001
         issue date=2027-07-01 -> FY-2027-00001",
    );
}

#[test]
fn a_fiscal_year_that_a_series_does_not_show_changes_freely() {
    check(
        Stripe,
        "issue -> 7FE1103-0001
         series b pattern=B{seq:4} -> ok
         issue series=b -> B0001
         settings fiscal=04-01 -> ok
         issue -> 7FE1103-0002
         settings padding=5 -> ok
         issue -> 7FE1103-00003
         settings fiscal=01-01 -> ok
         settings padding=4 -> ok
         issue -> 7FE1103-0004
         issue series=b -> B0002",
    );
    check(
        Stripe,
        "series years pattern={year}-{seq:4} -> ok
         issue series=years -> 2026-0001
         settings fiscal=04-01 -> ok
         settings mode=customer -> err pattern_collision",
    );
}

#[test]
fn a_pattern_that_could_collide_is_refused() {
    check(
        Yearly,
        "series a pattern=A{seq} -> ok
         series b pattern=A{year}{seq:4} -> err pattern_collision
         series c pattern=C{year}-{seq:4} reset=monthly -> err pattern_collision
         series d pattern=D{seq:4} reset=yearly -> err pattern_collision
         series e pattern=E{year} -> err pattern_invalid
         series f pattern=F{customer}{seq:4} -> err pattern_collision
         series a pattern=G{seq} -> err resource_already_exists
         series h pattern=INV-{year}-{seq:5} -> err pattern_collision
         issue -> INV-2026-00001
         settings prefix=RE- -> ok
         issue -> RE-2026-00002
         series h pattern=INV-{year}-{seq:5} -> err pattern_collision
         change a pattern=A1{seq} -> ok",
    );
}

#[test]
fn a_format_that_comes_back_behind_another_counter_is_refused() {
    check(
        Yearly,
        "series aba pattern=ABA-{seq:5} -> ok
         issue series=aba date=2026-05-01 count=3 -> ABA-00001 ABA-00002 ABA-00003
         change aba pattern=ABA-{year}-{seq:5} -> ok
         issue series=aba date=2027-01-01 -> ABA-2027-00001
         change aba pattern=ABA-{seq:5} -> err pattern_collision
         change aba pattern=NEW-{year}-{seq:5} -> ok
         change aba pattern=ABA-{year}-{seq:5} -> ok
         issue series=aba date=2027-01-01 -> ABA-2027-00002",
    );
}

#[test]
fn the_default_of_customers_can_be_another_series() {
    check(
        Yearly,
        "series mine pattern={customer}-{year}-{seq:5} default=yes -> ok
         settings mode=customer -> ok
         issue customer=cus_1 -> AF004D11-2026-00001
         issue series=customer_invoices customer=cus_1 -> err pattern_collision
         series q pattern={invoice}-Q-{seq:2} scope=account -> err pattern_invalid
         lock hard=2206-01-01 -> err parameter_invalid",
    );
}

#[test]
fn the_prefixes_of_series_are_no_customers() {
    check(
        Yearly,
        "settings mode=customer -> ok
         issue -> err parameter_missing
         issue customer=cus_1 -> AF004D11-2026-00001
         settings prefix=X- -> err parameter_invalid
         settings mode=account -> ok
         issue customer=cus_1 -> INV-2026-00001
         settings prefix=AF004D11- -> err prefix_taken
         settings mode=customer -> ok
         issue customer=cus_1 -> AF004D11-2026-00002",
    );
}

#[test]
fn two_digits_of_the_year_tell_no_centuries_apart() {
    check(
        Yearly,
        "series a pattern=A-{year:2}-{seq} -> ok
         issue series=a date=2026-01-01 -> A-26-1
         issue series=a date=2124-01-01 -> err date_too_far
         settings max_future_days=36525 -> ok
         issue series=a date=2125-12-31 -> err period_ambiguous
         issue series=a date=2124-12-31 -> A-24-1",
    );
}

/// An imported list with a text that no pattern foresaw.
fn odd_import() -> Import {
    let line = |text: &str, ordinal, line| ImportLine {
        series: 0,
        text: text.to_owned(),
        ordinal,
        date: date(2026, 1, 5),
        kind: Kind::parse("receipt").expect("a kind"),
        reference: None,
        customer: None,
        metadata: BTreeMap::new(),
        line,
    };
    Import {
        series: vec![ImportSeries {
            name: "receipts".to_owned(),
            formats: vec![(None, Format::of("R{seq}".parse().expect("a pattern")))],
            kinds: vec![KindText {
                kind: Kind::parse("receipt").expect("a kind"),
                text: String::new(),
            }],
        }],
        lines: vec![line("R1", 1, 2), line("inv-2026-00002", 3, 3)],
    }
}

#[test]
fn a_series_that_came_with_the_style_is_checked_before_its_first_number() {
    check(
        Stripe,
        "series years pattern={year}-{seq:4} -> ok
         issue series=years -> 2026-0001
         issue series=customer_invoices customer=cus_1 -> err pattern_collision
         settings mode=customer -> err pattern_collision",
    );
}

#[test]
fn a_name_that_was_given_up_is_free_in_the_same_batch() {
    check(
        Yearly,
        "series a pattern=A{seq} -> ok
         change a name=b -> ok
         issue series=a -> err resource_missing
         series a pattern=X{seq} -> ok
         issue series=a -> X1
         issue series=b -> A1",
    );
}

#[test]
fn a_taken_text_makes_the_ordinal_occupied_and_steps_on() {
    let mut script = Script::open(Yearly);
    let outcome = script.import(odd_import()).expect("it is imported");
    let Outcome::Imported(view) = outcome else { panic!("{outcome:?}") };
    assert_eq!((view.numbers, view.gaps, view.missing), (2, 1, 1));
    script.check(
        "issue -> INV-2026-00001
         issue -> INV-2026-00003
         issue kind=receipt -> R4^imported",
    );
}

#[test]
fn a_list_is_imported_once() {
    let mut script = Script::open(Yearly);
    script.import(odd_import()).expect("it is imported");
    let again = script.import(odd_import()).expect_err("it is there");
    assert_eq!(again.code, Code::NumberTaken);
    assert!(again.message.contains("2 of 2 numbers are in the ledger already"), "{again}");
}

#[test]
fn an_import_that_does_not_fit_leaves_nothing() {
    let mut twice = odd_import();
    twice.lines.push(ImportLine { line: 4, ..twice.lines[0].clone() });
    let mut script = Script::open(Yearly);
    let refusal = script.import(twice).expect_err("it is refused");
    assert_eq!(refusal.code, Code::NumberTaken);
    assert!(refusal.message.contains("line 4: R1 is taken already"), "{refusal}");
    script.check("issue kind=receipt -> err kind_not_in_series");
}

#[test]
fn kinds_can_share_a_counter() {
    check(
        Yearly,
        "series shared pattern={kind}{seq} kinds=invoice:R,credit_note:C default=yes -> ok
         issue -> R1
         issue kind=credit_note -> C2
         issue kind=receipt -> err kind_not_in_series
         issue -> R3
         archive shared -> ok
         issue -> err series_archived",
    );
}

#[test]
fn every_customer_begins_with_the_starting_number_in_the_first_period() {
    check(
        Yearly,
        "
        now 2026-12-01 -> ok
        series C pattern={customer}-{year}-{seq:3} starting_number=700 -> ok
        issue series=C customer=ada date=2026-03-01 -> AE675901-2026-700
        issue series=C customer=bob date=2026-04-01 -> C25C3E36-2026-700
        issue series=C customer=ada date=2026-05-01 -> AE675901-2026-701
        issue series=C customer=bob date=2027-01-01 -> C25C3E36-2027-001
        issue series=C customer=eve date=2026-12-31 -> CEE28EE4-2026-700
        ",
    );
    check(
        Yearly,
        "
        now 2026-12-01 -> ok
        series C pattern={customer}-{year}-{seq:3} starting_number=700 -> ok
        advance C customer=ada date=2026-03-01 next=710 reason=lost+forms -> ok
        issue series=C customer=ada date=2026-03-01 -> AE675901-2026-710^moved_forward
        issue series=C customer=bob date=2026-04-01 -> C25C3E36-2026-700
        issue series=C customer=bob date=2027-01-01 -> C25C3E36-2027-001
        ",
    );
}

#[test]
fn a_kind_that_is_added_is_known_to_earlier_periods_too() {
    check(
        Yearly,
        "
        now 2026-03-01 -> ok
        series K pattern={kind}{year}-{seq:3} kinds=invoice:I,credit_note:C -> ok
        issue series=K date=2025-12-31 -> I2025-001
        issue series=K date=2026-01-31 -> I2026-001
        change K kinds=invoice:I,credit_note:C,debit_note:D -> ok
        issue series=K kind=debit_note date=2026-02-01 -> D2026-002
        issue series=K kind=debit_note date=2025-12-31 -> D2025-002
        ",
    );
}
