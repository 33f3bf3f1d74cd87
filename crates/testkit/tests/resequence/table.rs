//! Who gets which number: one row a case.

use jiff::civil::{Date, date};
use ledger::model::ProblemCode;
use numbering::infer::infer;
use numbering::{FiscalYearStart, Format};

use crate::shop::{Shop, by_date, on_every_store};

/// What a case comes to.
enum Expect {
    /// All selected numbers behind it, in the order of the selection.
    Numbers(&'static [&'static str]),
    Problem(ProblemCode),
}

struct Case {
    id: &'static str,
    existing: &'static [(&'static str, Date)],
    /// How many of them are selected, from the first on, and how many are left out before.
    selected: (usize, usize),
    by_date: bool,
    first: &'static str,
    expect: Expect,
}

use Expect::{Numbers, Problem};

const JANUARY: &[(&str, Date)] = &[
    ("INV/2024/00001", date(2024, 1, 5)),
    ("INV/2024/00002", date(2024, 1, 9)),
    ("INV/2024/00003", date(2024, 1, 7)),
    ("INV/2024/00004", date(2024, 1, 12)),
];

const fn keep(
    id: &'static str,
    existing: &'static [(&'static str, Date)],
    first: &'static str,
    expect: Expect,
) -> Case {
    Case { id, existing, selected: (0, existing.len()), by_date: false, first, expect }
}

/// The acceptance cases. Their ids are those that the documentation compares by.
const CASES: &[Case] = &[
    keep(
        "reseq-001",
        JANUARY,
        "INV/2024/00101",
        Numbers(&["INV/2024/00101", "INV/2024/00102", "INV/2024/00103", "INV/2024/00104"]),
    ),
    keep(
        "reseq-003",
        JANUARY,
        "FAC-2024-001",
        Numbers(&["FAC-2024-001", "FAC-2024-002", "FAC-2024-003", "FAC-2024-004"]),
    ),
    keep("reseq-004", JANUARY, "F0500", Numbers(&["F0500", "F0501", "F0502", "F0503"])),
    keep(
        "reseq-006",
        &[
            ("INV/2024/00001", date(2024, 1, 5)),
            ("INV/2024/00003", date(2024, 1, 7)),
            ("INV/2024/00007", date(2024, 1, 12)),
        ],
        "INV/2024/00001",
        Numbers(&["INV/2024/00001", "INV/2024/00002", "INV/2024/00003"]),
    ),
    Case {
        by_date: true,
        ..keep(
            "reseq-007",
            &[
                ("INV/2024/00003", date(2024, 1, 5)),
                ("INV/2024/00001", date(2024, 1, 5)),
                ("INV/2024/00002", date(2024, 1, 5)),
            ],
            "INV/2024/00001",
            Problem(ProblemCode::NothingSelected),
        )
    },
    keep(
        "reseq-009",
        &[("INV/9", date(2024, 1, 5)), ("INV/10", date(2024, 1, 5))],
        "INV/1",
        Numbers(&["INV/1", "INV/2"]),
    ),
    keep(
        "reseq-010",
        &[
            ("INV/2023/00008", date(2023, 12, 30)),
            ("INV/2023/00009", date(2023, 12, 31)),
            ("INV/2024/00001", date(2024, 1, 2)),
            ("INV/2024/00002", date(2024, 1, 3)),
        ],
        "INV/2023/00020",
        Numbers(&["INV/2023/00020", "INV/2023/00021", "INV/2024/00001", "INV/2024/00002"]),
    ),
    keep(
        "reseq-012",
        &[
            ("INV/2024/01/001", date(2024, 1, 5)),
            ("INV/2024/01/002", date(2024, 1, 9)),
            ("INV/2024/02/001", date(2024, 2, 7)),
        ],
        "INV/2024/00001",
        Numbers(&["INV/2024/00001", "INV/2024/00002", "INV/2024/00003"]),
    ),
    keep(
        "reseq-013",
        &[
            ("XMISC/2022-2023/00001", date(2023, 3, 1)),
            ("XMISC/2022-2023/00002", date(2023, 3, 2)),
            ("XMISC/2022-2023/00003", date(2023, 3, 3)),
            ("XMISC/2023-2024/00001", date(2023, 4, 1)),
            ("XMISC/2023-2024/00002", date(2023, 4, 2)),
        ],
        "XMISC/22-23/00001",
        Numbers(&[
            "XMISC/22-23/00001",
            "XMISC/22-23/00002",
            "XMISC/22-23/00003",
            "XMISC/23-24/00001",
            "XMISC/23-24/00002",
        ]),
    ),
    Case {
        by_date: true,
        ..keep(
            "reseq-015",
            &[
                ("XMISC/2019/10001", date(2019, 3, 5)),
                ("XMISC/2019/10002", date(2019, 3, 6)),
                ("XMISC/2019/10003", date(2019, 3, 7)),
                ("XMISC/2019/10004", date(2019, 3, 4)),
                ("XMISC/2019/10006", date(2019, 3, 5)),
            ],
            "XMISC/2019/10001",
            Numbers(&[
                "XMISC/2019/10002",
                "XMISC/2019/10004",
                "XMISC/2019/10005",
                "XMISC/2019/10001",
                "XMISC/2019/10003",
            ]),
        )
    },
    keep(
        "reseq-016",
        &[("0", date(2016, 1, 1)), ("2", date(2016, 1, 1))],
        "2",
        Numbers(&["2", "3"]),
    ),
    Case {
        selected: (0, 3),
        ..keep("reseq-018", JANUARY, "INV/2024/00002", Problem(ProblemCode::NumberTaken))
    },
    Case {
        selected: (2, 2),
        ..keep(
            "reseq-019",
            JANUARY,
            "INV/2024/00004",
            Numbers(&["INV/2024/00004", "INV/2024/00005"]),
        )
    },
    keep(
        "reseq-021",
        &[("INV/2025/00001", date(2025, 2, 1)), ("INV/2025/00002", date(2025, 2, 2))],
        "INV/2024/00001",
        Problem(ProblemCode::NumberDateMismatch),
    ),
    keep("reseq-022", JANUARY, "INV/2023-2024/00001", Problem(ProblemCode::NumberDateMismatch)),
];

#[test]
fn every_case_comes_to_its_numbers_or_its_problem() {
    on_every_store(|shop| {
        for case in CASES {
            // Each has a ledger of its own, since its numbers may be those of another.
            run(&shop.another(), case);
        }
    });
}

fn run(shop: &Shop, case: &Case) {
    let id = case.id;
    let fiscal = match id {
        "reseq-013" | "reseq-015" => "04-01".parse().expect("a day"),
        _ => FiscalYearStart::CALENDAR,
    };
    shop.fiscal_year(fiscal);
    let (text, day) = case.existing[0];
    let read = infer(text, day, fiscal).expect("it reads").best;
    let format =
        Format { fiscal_year_start: fiscal, reset: read.reset, ..Format::of(read.pattern) };
    shop.import(&format, case.existing);
    let (skipped, count) = case.selected;
    let texts: Vec<&str> =
        case.existing.iter().skip(skipped).take(count).map(|(text, _)| *text).collect();
    let asked = shop.asked(&texts, case.first);
    let asked = if case.by_date { by_date(asked) } else { asked };
    let before = asked.numbers.clone();
    let (resequence, known) = shop.preview(asked).unwrap_or_else(|e| panic!("{id}: {e}"));
    match case.expect {
        Numbers(expected) => {
            assert_eq!(known.problems, [], "{id}");
            shop.confirm(resequence).unwrap_or_else(|error| panic!("{id}: {error}"));
            let now: Vec<String> = before.iter().map(|number| shop.text(*number)).collect();
            assert_eq!(now, expected, "{id}");
            shop.assert_holds();
            shop.revert(resequence).unwrap_or_else(|error| panic!("{id}: {error}"));
            let now: Vec<String> = before.iter().map(|number| shop.text(*number)).collect();
            assert_eq!(now, texts, "{id}, taken back");
            shop.assert_holds();
        }
        Problem(code) => {
            let codes: Vec<_> = known.problem_counts.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes, [code], "{id}: {:?}", known.problems);
            assert!(shop.confirm(resequence).is_err(), "{id}");
        }
    }
}
