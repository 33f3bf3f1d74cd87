//! How often SQLite's store makes the disk sync.

use std::path::Path;

use jiff::civil::date;
use ledger::command::{Action, Actor, Command, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use store::Store;
use store::contract::drive;
use store_sqlite::{Access, Checkpoints, Create, Locking, OpenOptions, SqliteStore};
use testkit::vfs::{Disk, FileKind};

fn command(action: Action) -> Command {
    Command {
        ledger: LedgerId(1),
        actor: Actor::Operator("operator".to_owned()),
        at: At(1_795_176_000_000),
        idempotency: None,
        action,
    }
}

fn issue(reference: usize) -> Command {
    let reference = Some(format!("order-{reference}"));
    command(Action::Issue(vec![Item {
        date: Some(date(2026, 11, 20)),
        reference,
        ..Item::default()
    }]))
}

#[test]
fn a_batch_is_one_sync_of_the_log_whatever_its_size() {
    let disk = Disk::mount();
    let options = OpenOptions {
        create: Create::WhenMissing,
        access: Access::Write,
        lock: Locking::Unlocked,
        checkpoints: Checkpoints::BetweenBatches,
        vfs: Some(disk.name().to_owned()),
    };
    let store = SqliteStore::open(Path::new("/gapless.db"), options).expect("open");
    let mut writer = store.writer().expect("writer");
    let open = Action::Open(Open {
        account: AccountId("acct_1".to_owned()),
        name: String::new(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    });
    drive(&mut *writer, vec![command(open)]).expect("drive");
    let mut next = 0;
    for size in [1, 2, 48, 300] {
        let before = (disk.meter().counts(FileKind::Wal).syncs, disk.meter().syncs());
        let answers = drive(&mut *writer, (next..next + size).map(issue).collect()).expect("drive");
        assert!(answers.iter().all(|answer| answer.result.is_ok()));
        let after = (disk.meter().counts(FileKind::Wal).syncs, disk.meter().syncs());
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1), "a batch of {size}");
        next += size;
    }
    let before = disk.meter().syncs();
    drive(&mut *writer, vec![issue(3), issue(7)]).expect("drive");
    assert_eq!(disk.meter().syncs(), before, "what is known already writes nothing");
}
