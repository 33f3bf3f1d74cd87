//! Connections to the database that are ended at random during load.

use std::thread::sleep;
use std::time::{Duration, Instant};

use testkit::postgres::{Durability, TemporaryCluster};

use crate::stage::{Stage, is_full};

/// Ends one connection of a client, whichever.
pub(crate) const END_ONE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() \
                       ORDER BY random() LIMIT 1";
const PAUSE: Duration = Duration::from_millis(40);

#[test]
fn connections_may_be_ended_at_any_moment() {
    let during = Duration::from_secs(if is_full() { 30 } else { 4 });
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let stage = Stage::on(&cluster.url());
    let hammer = stage.hammer(during + Duration::from_secs(1));
    let (begun, mut ended) = (Instant::now(), 0);
    while begun.elapsed() < during {
        ended += u32::from(cluster.ask(END_ONE).expect("an administrator") == "t");
        sleep(PAUSE);
    }
    assert!(ended > 20, "only {ended} connections were ended");
    let report = stage.assert_proved(hammer);
    // Who writes is not told: the commit is looked for on another connection. Who reads is
    // asked again on another one, unless that is ended too.
    let interruptions = report["interruptions"].as_u64().expect("a count");
    assert!(interruptions <= u64::from(ended), "{ended} were ended: {report}");
    assert!(report["longest_silence_ms"].as_f64() < Some(5_000.0), "{report}");
}
