//! Everything that can happen to two servers and their database, at random, one upon the other.

use std::thread::sleep;
use std::time::{Duration, Instant};

use testkit::postgres::{Durability, Mode, TemporaryCluster};
use testkit::random::Random;

use crate::backends::END_ONE;
use crate::processes::signal;
use crate::stage::{Stage, is_full};

/// Names a seed that failed before.
const SEED: &str = "GAPLESS_CHAOS_SEED";

#[test]
fn whatever_happens_nothing_answered_is_lost() {
    let during = Duration::from_secs(if is_full() { 120 } else { 5 });
    let seed = match std::env::var(SEED) {
        Ok(seed) => seed.parse().expect("a seed is a number"),
        Err(_) => u64::from(std::process::id()),
    };
    let mut random = Random::new(seed);
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let mut stage = Stage::on(&cluster.url());
    let test = stage.hammer(during + Duration::from_secs(1));
    let live = stage.hammer_with(&stage.keys.live, during, &["--live"]);
    let begun = Instant::now();
    let mut story = format!("{SEED}={seed}");
    while begun.elapsed() < during {
        let what = happen(&mut random, &cluster, &mut stage);
        story.push_str(&format!("\n{:>8.2?} {what}", begun.elapsed()));
        sleep(Duration::from_millis(random.below(400)));
    }
    stage.tell(&story);
    let report = stage.assert_kept(live, &[]);
    assert_eq!(report["verified"], true, "{story}");
    stage.assert_proved(test);
}

fn happen(random: &mut Random, cluster: &TemporaryCluster, stage: &mut Stage) -> String {
    let which = random.below(2) as usize;
    match random.below(8) {
        0 | 1 => {
            stage.kill(which);
            format!("server {which} was killed and started again")
        }
        2 => {
            let frozen = Duration::from_millis(random.below(if is_full() { 7_000 } else { 900 }));
            let process = stage.server(which).process();
            signal(process, "-STOP");
            sleep(frozen);
            signal(process, "-CONT");
            format!("server {which} was frozen for {frozen:?}")
        }
        3 => {
            cluster.stop(Mode::Immediate);
            sleep(Duration::from_millis(random.below(500)));
            cluster.start_again().expect("the database comes up again");
            "the database was stopped and started again".to_owned()
        }
        4 => {
            let ended = cluster.terminate_clients().expect("an administrator");
            format!("all {ended} connections were ended")
        }
        _ => {
            cluster.ask(END_ONE).expect("an administrator");
            "a connection was ended".to_owned()
        }
    }
}
