//! What the numbers were measured on.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use testkit::postgres::Installation;

use crate::stage::Stage;

/// How often the disk is asked; the median counts.
const SYNCS: usize = 101;

/// What a database writes at a time.
const PAGE_BYTES: usize = 4096;

/// The facts as pairs of a word and a value, asked for before anything is measured: what else the
/// machine does is then seen, and the disk is idle.
pub(crate) fn facts(stage: &Stage) -> Result<Vec<(&'static str, String)>> {
    let directory = std::env::temp_dir();
    let cores = std::thread::available_parallelism()?;
    let mut facts = vec![
        ("processor", processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned())),
        ("cores", cores.to_string()),
        ("memory", memory().unwrap_or_else(|| "unknown".to_owned())),
        ("kernel", kernel().unwrap_or_else(|| std::env::consts::OS.to_owned())),
        ("file system of the databases", file_system(&directory)),
        ("a page written and synced", format!("{:.2} ms", sync_ms(&directory)?)),
        ("load when it began", load()),
        ("connections", stage.connections().to_string()),
    ];
    if let Some(installation) = Installation::find() {
        facts.push(("PostgreSQL", installation.version()?));
    }
    Ok(facts)
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory() -> Option<String> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: f64 = line.trim().split(' ').next()?.parse().ok()?;
    Some(format!("{:.0} GiB", kibibytes / (1 << 20) as f64))
}

fn kernel() -> Option<String> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(format!("Linux {}", release.trim()))
}

/// How many threads of anybody wanted a core or the disk during the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("unknown").to_owned()
}

/// The type of the file system that `directory` is on: on one in memory, a sync costs nothing.
fn file_system(directory: &Path) -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    type_at(&mounts, directory).unwrap_or("unknown").to_owned()
}

/// The type of the innermost mount that holds `directory`.
fn type_at<'a>(mounts: &'a str, directory: &Path) -> Option<&'a str> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .filter(|(place, _)| directory.starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind)
}

/// How long the disk takes to have a page for certain.
fn sync_ms(directory: &Path) -> Result<f64> {
    let path = directory.join(format!("gapless-sync-{}", std::process::id()));
    let times = File::create(&path).and_then(|mut file| {
        let mut times = Vec::with_capacity(SYNCS);
        for _ in 0..SYNCS {
            let begin = Instant::now();
            file.write_all(&[1; PAGE_BYTES])?;
            file.sync_data()?;
            times.push(begin.elapsed());
        }
        Ok(times)
    });
    fs::remove_file(&path).context("the file for measuring the disk could not be removed")?;
    let mut times: Vec<Duration> = times.context("the disk could not be measured")?;
    times.sort();
    Ok(times[SYNCS / 2].as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_decides() {
        let mounts = "a / ext4 rw 0 0\nb /var tmpfs rw 0 0\nc /var/lib/x xfs rw 0 0\n";
        assert_eq!(type_at(mounts, Path::new("/var/lib")), Some("tmpfs"));
        assert_eq!(type_at(mounts, Path::new("/variable")), Some("ext4"));
        assert_eq!(type_at("", Path::new("/")), None);
    }

    #[test]
    fn a_sync_takes_time_and_leaves_nothing() {
        assert!(sync_ms(&std::env::temp_dir()).unwrap() > 0.0);
        let name = format!("gapless-sync-{}", std::process::id());
        assert!(!std::env::temp_dir().join(name).exists());
    }
}
