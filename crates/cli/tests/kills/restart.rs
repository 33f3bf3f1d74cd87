//! The database's server is stopped like by a power cut, and started again.

use std::thread::sleep;
use std::time::Duration;

use testkit::postgres::{Durability, Mode, TemporaryCluster};

use crate::stage::{Stage, is_full};

#[test]
fn the_database_may_be_stopped_and_started_again() {
    let stops: u32 = if is_full() { 10 } else { 2 };
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let hammer = stage.hammer(Duration::from_secs(3) * stops);
    for stop in 0..stops {
        sleep(Duration::from_millis(1_200));
        cluster.stop(Mode::Immediate);
        let which = stop as usize % 2;
        let noticed = stage.await_ready(which, false);
        assert!(noticed < Duration::from_secs(5), "it said for {noticed:?} that it is ready");
        cluster.start_again().expect("the database comes up again");
        let back = stage.await_ready(which, true);
        assert!(back < Duration::from_secs(5), "it said for {back:?} that it is not ready");
    }
    let report = stage.assert_proved(hammer);
    assert!(report["longest_silence_ms"].as_f64() < Some(15_000.0), "{report}");
}
