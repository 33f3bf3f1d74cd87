//! Changes that are set ahead: the date of a document chooses, never the clock.

use ledger::model::HouseStyle::Yearly;

use crate::script::check;

#[test]
fn a_planned_change_holds_for_documents_dated_from_its_day_on() {
    check(
        Yearly,
        "issue date=2026-11-01 -> INV-2026-00001
         change invoices from=2027-01-01 prefix=FAC- -> ok
         issue date=2026-11-02 -> INV-2026-00002
         issue date=2027-01-01 -> FAC-2027-00001
         now 2027-02-01 -> ok
         issue date=2026-12-31 -> INV-2026-00003
         issue -> FAC-2027-00002
         cancel invoices -> err resource_missing
         settings padding=3 -> ok
         issue -> FAC-2027-003",
    );
}

#[test]
fn where_only_the_print_changes_the_counter_goes_on() {
    check(
        Yearly,
        "issue date=2026-11-01 -> INV-2026-00001
         change invoices from=2026-12-01 prefix=FAC- -> ok
         issue date=2026-12-02 -> FAC-2026-00002
         issue date=2026-11-30 -> INV-2026-00003!date_order
         issue date=2026-12-01 -> FAC-2026-00004!date_order
         issue date=2027-01-01 -> FAC-2027-00001",
    );
    check(
        Yearly,
        "settings yearly_reset=false -> ok
         issue date=2026-11-01 -> INV-00001
         settings from=2026-12-15 padding=3 -> ok
         issue date=2026-12-15 -> INV-002
         issue date=2026-12-14 -> INV-00003!date_order
         settings from=2027-03-01 prefix=X- -> ok
         issue date=2027-02-28 -> INV-004
         issue date=2027-03-01 -> X-005",
    );
}

#[test]
fn another_reset_begins_to_count_on_its_day() {
    check(
        Yearly,
        "issue date=2026-11-01 -> INV-2026-00001
         change invoices from=2027-01-01 pattern=INV-{year}-{month}-{seq:3} -> ok
         issue date=2026-11-21 -> INV-2026-00002
         issue date=2027-01-05 -> INV-2027-01-001
         issue date=2027-02-05 -> INV-2027-02-001",
    );
    check(
        Yearly,
        "issue date=2026-11-01 -> INV-2026-00001
         change invoices from=2026-12-15 pattern=M{year}/{month}/{seq:3} first_ordinal=70 -> ok
         issue date=2026-12-14 -> INV-2026-00002
         issue date=2026-12-15 -> M2026/12/070
         issue date=2027-01-05 -> M2027/01/001",
    );
}

#[test]
fn a_plan_is_replaced_or_taken_back_until_it_is_used() {
    check(
        Yearly,
        "issue date=2026-11-01 -> INV-2026-00001
         change invoices from=2027-01-01 prefix=A- -> ok
         change invoices from=2027-01-01 prefix=B- -> ok
         settings prefix=C- -> err parameter_invalid
         settings fiscal=04-01 -> err parameter_invalid
         settings max_future_days=300 -> ok
         cancel invoices -> ok
         settings prefix=C- -> ok
         issue date=2027-01-01 -> C-2027-00001
         change invoices from=2027-01-01 prefix=D- -> err parameter_invalid
         change invoices from=2027-01-02 prefix=D- -> ok
         advance invoices date=2027-02-01 next=9 reason=x -> ok
         cancel invoices -> err resource_missing",
    );
}

#[test]
fn what_cannot_be_planned_is_refused_when_it_is_saved() {
    check(
        Yearly,
        "issue date=2026-11-10 -> INV-2026-00001
         issue kind=credit_note -> CN-2026-00001
         change invoices from=2026-11-10 prefix=A- -> err parameter_invalid
         change invoices from=2027-01-01 -> err parameter_missing
         change invoices from=2027-01-01 name=bills -> err parameter_invalid
         settings from=2027-01-01 time_zone=Europe/Berlin -> err parameter_invalid
         change invoices from=2027-01-01 pattern=CN-{year}-{seq:5} -> err pattern_collision
         change invoices from=2027-01-01 pattern=N{seq} reset=yearly -> err pattern_collision
         issue date=2027-01-01 -> INV-2027-00001",
    );
}

#[test]
fn a_series_without_a_number_can_be_planned_too() {
    check(
        Yearly,
        "settings starting_number=7 -> ok
         settings from=2027-01-01 prefix=NEW- -> ok
         issue date=2026-12-31 -> INV-2026-00007
         issue date=2027-01-01 -> NEW-2027-00001",
    );
    check(
        Yearly,
        "settings from=2027-01-01 prefix=NEW- -> ok
         issue date=2027-01-01 -> NEW-2027-00001
         issue date=2026-12-31 -> INV-2026-00001",
    );
}
