//! Where the machine keeps PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where systems install one directory for each version, outside PATH: a directory, and what its
/// entries begin with before the version. `cargo xtask test` looks in the same places.
const SYSTEM_ROOTS: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
];

/// Names the directory of the programs to use, over all that the machine has.
const CHOSEN: &str = "GAPLESS_TEST_POSTGRES_BIN";

/// What to do when there is none.
pub(super) const REMEDY: &str = "install it, for example with `apt-get install postgresql`";

/// Where it was looked for, as part of a sentence.
pub(super) fn searched() -> String {
    match std::env::var(CHOSEN) {
        Ok(directory) => format!("in {directory}, which {CHOSEN} names"),
        Err(_) => format!("in PATH or under {}", SYSTEM_ROOTS.map(|(root, _)| root).join(", ")),
    }
}

/// A directory with PostgreSQL's programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    programs: PathBuf,
}

impl Installation {
    /// The installation that `GAPLESS_TEST_POSTGRES_BIN` names; without it the one in PATH, else
    /// the newest of those that the system installs elsewhere.
    #[must_use]
    pub fn find() -> Option<Self> {
        if let Some(directory) = std::env::var_os(CHOSEN) {
            return Self::at(Path::new(&directory));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let in_path = std::env::split_paths(&path).find_map(|directory| Self::at(&directory));
        let newest = |(root, prefix): &(&str, &str)| Self::newest_below(Path::new(root), prefix);
        in_path.or_else(|| SYSTEM_ROOTS.iter().find_map(newest))
    }

    /// The whole path of one of the programs, such as `psql` or `pgbench`.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// The version as the server prints it: `postgres (PostgreSQL) 15.20`.
    ///
    /// # Errors
    ///
    /// When the server's program cannot be run.
    pub fn version(&self) -> std::io::Result<String> {
        let output = self.command("postgres").arg("--version").output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    pub(super) fn command(&self, name: &str) -> Command {
        Command::new(self.program(name))
    }

    /// The installation whose `initdb` is in `directory`, which may only hold links to it.
    fn at(directory: &Path) -> Option<Self> {
        let initdb = fs::canonicalize(directory.join("initdb")).ok()?;
        let programs = initdb.parent()?.to_path_buf();
        programs.join("postgres").is_file().then_some(Self { programs })
    }

    fn newest_below(root: &Path, prefix: &str) -> Option<Self> {
        let versions = fs::read_dir(root).ok()?.flatten();
        let mut found: Vec<(u32, Self)> = versions
            .filter_map(|entry| {
                let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((major, Self::at(&entry.path().join("bin"))?))
            })
            .collect();
        found.sort_by_key(|(major, _)| *major);
        found.pop().map(|(_, installation)| installation)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn install(programs: &Path) {
        fs::create_dir_all(programs).unwrap();
        for name in ["initdb", "postgres"] {
            fs::write(programs.join(name), "").unwrap();
        }
    }

    #[test]
    fn the_newest_version_wins_by_number_and_links_are_followed() {
        let name = format!("gapless-installation-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        install(&root.join("9/bin"));
        install(&root.join("15/bin"));
        fs::create_dir_all(root.join("16/bin")).unwrap();
        fs::create_dir_all(root.join("links")).unwrap();
        symlink(root.join("9/bin/initdb"), root.join("links/initdb")).unwrap();

        let real = fs::canonicalize(&root).unwrap();
        let newest = Installation::newest_below(&root, "").unwrap();
        let linked = Installation::at(&root.join("links")).unwrap();
        let none = Installation::newest_below(&root.join("links"), "");
        fs::remove_dir_all(&root).unwrap();

        assert_eq!(newest.program("psql"), real.join("15/bin/psql"));
        assert_eq!(linked.program("psql"), real.join("9/bin/psql"));
        assert_eq!(none, None);
    }
}
