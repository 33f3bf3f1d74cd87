//! What the tests need of the machine, installed where this may be done, else named.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::step::{Outcome, program, say};

/// Where Debian and its relatives install PostgreSQL's programs, outside PATH.
const POSTGRES_ROOT: &str = "/usr/lib/postgresql";

/// Whether tests can start a PostgreSQL server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Postgres {
    /// They can.
    Found,
    /// They cannot; this is what to do.
    Absent(String),
}

/// SQLite is compiled from C; without a compiler nothing works and nothing can be left out.
pub(super) fn c_compiler() -> Outcome {
    let named = std::env::var_os("CC").is_some();
    if named || ["cc", "gcc", "clang"].into_iter().any(is_in_path) {
        return Outcome::Passed;
    }
    let packages = ["gcc", "libc6-dev"];
    match install(&packages) {
        Outcome::Passed => Outcome::Passed,
        _ => Outcome::Failed(format!("no C compiler: {}", remedy(&packages))),
    }
}

/// Finds PostgreSQL's server, or installs it.
pub(super) fn postgres() -> Postgres {
    let packages = ["postgresql"];
    let found = || is_in_path("initdb") || has_initdb(Path::new(POSTGRES_ROOT));
    if found() || (install(&packages) == Outcome::Passed && found()) {
        return Postgres::Found;
    }
    let remedy = remedy(&packages);
    say(format!("    PostgreSQL is absent: {remedy}"));
    Postgres::Absent(remedy)
}

fn remedy(packages: &[&str]) -> String {
    let list = packages.join(" ");
    format!("`apt-get install {list}` as root, or what your system calls it")
}

fn is_in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
}

/// Whether a version below `root` has the program that makes a cluster.
fn has_initdb(root: &Path) -> bool {
    let versions = fs::read_dir(root).into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}

/// Installs packages of the system, when this user may and nobody needs to be asked.
fn install(packages: &[&str]) -> Outcome {
    if !is_in_path("apt-get") {
        return Outcome::Skipped("this system has no apt-get".to_owned());
    }
    let Some(prefix) = privilege() else {
        return Outcome::Skipped("this user may not install packages".to_owned());
    };
    say(format!("    installing {}", packages.join(" ")));
    let updated = program(apt_get(prefix).arg("update"));
    if updated != Outcome::Passed {
        return updated;
    }
    program(apt_get(prefix).args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// The words before a command that make it root's; none for root itself.
fn privilege() -> Option<&'static [&'static str]> {
    let identity = Command::new("id").arg("-u").output().ok()?;
    if identity.stdout.trim_ascii() == b"0" {
        return Some(&[]);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["--non-interactive", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    sudo.status().is_ok_and(|status| status.success()).then_some(&["sudo", "--non-interactive"])
}

fn apt_get(prefix: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_without_programs_is_no_installation() {
        let name = format!("gapless-needs-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        assert!(!has_initdb(&root));
        fs::create_dir_all(root.join("15/bin")).unwrap();
        let before = has_initdb(&root);
        fs::write(root.join("15/bin/initdb"), "").unwrap();
        let after = has_initdb(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!((before, after), (false, true));
    }

    #[test]
    fn the_command_to_install_is_whole() {
        let shown = |command: Command| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let tail = "env DEBIAN_FRONTEND=noninteractive apt-get --quiet";
        assert_eq!(shown(apt_get(&[])), tail);
        assert_eq!(shown(apt_get(&["sudo"])), format!("sudo {tail}"));
        assert!(remedy(&["postgresql"]).contains("apt-get install postgresql"));
    }
}
