//! What the tests need of the machine, installed where this may be done, else named with the
//! command that installs it. Nothing is left out because something is missing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages::{self, Package};
use crate::step::{Outcome, say};

/// Names the directory of PostgreSQL's programs to use, over all that the machine has. The tests
/// read it too.
const CHOSEN: &str = "GAPLESS_TEST_POSTGRES_BIN";

/// Where systems install PostgreSQL outside PATH: a directory, and what its entries begin with
/// before the version. The programs are in `bin` below that.
const POSTGRES_ROOTS: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
];

/// Some systems leave out of Python what makes environments of their own, or what fills them.
const PYTHON_FITS: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
/// The oldest that the library for Node runs on.
const NODE_FITS: &str = "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)";

/// The machine, as far as it matters.
pub(super) struct Machine {
    path: OsString,
    roots: Vec<(PathBuf, String)>,
    chosen: Option<PathBuf>,
    has_compiler_named: bool,
}

impl Machine {
    /// The machine that this runs on.
    pub(super) fn this() -> Self {
        let root = |(root, prefix): &(&str, &str)| (PathBuf::from(root), (*prefix).to_owned());
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            roots: POSTGRES_ROOTS.iter().map(root).collect(),
            chosen: std::env::var_os(CHOSEN).map(PathBuf::from),
            has_compiler_named: std::env::var_os("CC").is_some(),
        }
    }

    /// SQLite is compiled from C: without a compiler nothing works.
    pub(super) fn c_compiler(&self) -> Outcome {
        let found =
            || self.has_compiler_named || ["cc", "gcc", "clang"].iter().any(|n| self.has(n));
        self.need(Package::Compiler, "no C compiler", &found)
    }

    /// The server that tests start for themselves.
    pub(super) fn postgres(&self) -> Outcome {
        if let Some(directory) = &self.chosen {
            let shown = directory.display();
            if !has_programs(directory) {
                return Outcome::Failed(format!(
                    "{CHOSEN}={shown} has no programs `initdb` and `postgres`: name the directory \
                     that they are in, or unset it"
                ));
            }
            say(format!("    PostgreSQL is that of {shown}"));
            return Outcome::Passed;
        }
        self.need(Package::Postgres, "no PostgreSQL server", &|| self.has_postgres())
    }

    /// What the libraries for Python are installed and run with.
    pub(super) fn python(&self) -> Outcome {
        let found = || self.passes("python3", &["-c", PYTHON_FITS]);
        self.need(Package::Python, "no Python 3.11 or newer with `venv`", &found)
    }

    /// What the library for Node is installed and run with.
    pub(super) fn node(&self) -> Outcome {
        let found = || self.has("npm") && self.passes("node", &["--eval", NODE_FITS]);
        self.need(Package::Node, "no Node 20 or newer with npm", &found)
    }

    /// What the pages are looked at in.
    pub(super) fn chromium(&self) -> Outcome {
        self.need(Package::Chromium, "no Chromium", &|| self.has("chromium"))
    }

    /// What reads PDFs as others do.
    pub(super) fn poppler(&self) -> Outcome {
        let programs = ["pdftotext", "pdfinfo", "pdffonts"];
        let found = || programs.iter().all(|name| self.has(name));
        self.need(Package::Poppler, "no `pdftotext`, `pdfinfo` or `pdffonts`", &found)
    }

    /// Whether a program is in PATH.
    pub(super) fn has(&self, name: &str) -> bool {
        std::env::split_paths(&self.path).any(|directory| directory.join(name).is_file())
    }

    /// A command of this machine.
    pub(super) fn command(&self, words: &[String]) -> Command {
        let find = |name: &str| {
            let mut paths = std::env::split_paths(&self.path).map(|path| path.join(name));
            paths.find(|path| path.is_file()).unwrap_or_else(|| name.into())
        };
        let (name, arguments) = words.split_first().map_or(("", words), |(n, rest)| (n, rest));
        let mut command = Command::new(find(name));
        command.args(arguments).env("PATH", &self.path);
        command
    }

    /// Whether a program is there and says so.
    fn passes(&self, name: &str, arguments: &[&str]) -> bool {
        let words = [&[name], arguments].concat();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        self.command(&words).output().is_ok_and(|output| output.status.success())
    }

    fn need(&self, package: Package, absent: &str, found: &dyn Fn() -> bool) -> Outcome {
        if found() {
            return Outcome::Passed;
        }
        let tried = packages::install(self, package);
        if found() {
            return Outcome::Passed;
        }
        Outcome::Failed(format!("{absent}: {tried}"))
    }

    fn has_postgres(&self) -> bool {
        let linked = |directory: PathBuf| {
            let initdb = fs::canonicalize(directory.join("initdb")).ok()?;
            initdb.parent().map(has_programs)
        };
        let in_path = std::env::split_paths(&self.path).any(|path| linked(path) == Some(true));
        in_path || self.roots.iter().any(|(root, prefix)| has_version(root, prefix))
    }
}

fn has_programs(directory: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| directory.join(name).is_file())
}

/// Whether a version below `root` has the programs.
fn has_version(root: &Path, prefix: &str) -> bool {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let is_version = version.is_some_and(|version| version.parse::<u32>().is_ok());
        is_version && has_programs(&entry.path().join("bin"))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A machine of scripts in a directory of its own.
    struct Fake {
        root: PathBuf,
        machine: Machine,
    }

    impl Fake {
        /// A machine whose user has this id, and with `sudo` may become root without a password.
        fn new(user: u32, has_sudo: bool) -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("gapless-needs-{}-{count}", std::process::id());
            let root = std::env::temp_dir().join(name);
            fs::create_dir_all(root.join("bin")).unwrap();
            let machine = Machine {
                path: root.join("bin").into(),
                roots: vec![(root.join("versions"), String::new())],
                chosen: None,
                has_compiler_named: false,
            };
            let fake = Self { root, machine };
            fake.script("id", &format!("echo {user}"));
            fake.script("env", "shift; exec \"$@\"");
            if has_sudo {
                fake.script("sudo", "shift; [ \"$1\" = true ] && exit 0; exec \"$@\"");
            }
            fake
        }

        fn script(&self, name: &str, text: &str) {
            let path = self.root.join("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }

        /// A package manager that notes what it is told, and then does `work`.
        fn manager(&self, name: &str, work: &str) {
            let log = self.root.join("log");
            self.script(name, &format!("echo {name} \"$@\" >> '{}'\n{work}", log.display()));
        }

        /// What makes PostgreSQL's programs appear, as shell.
        fn appearing(&self) -> String {
            let bin = self.root.join("versions/15/bin");
            let bin = bin.display();
            format!("/bin/mkdir -p '{bin}' && : > '{bin}/initdb' && : > '{bin}/postgres'")
        }

        fn log(&self) -> String {
            fs::read_to_string(self.root.join("log")).unwrap_or_default()
        }
    }

    impl Drop for Fake {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.root);
        }
    }

    fn failure(outcome: Outcome) -> String {
        match outcome {
            Outcome::Failed(why) => why,
            other => panic!("it is absent, and yet: {other:?}"),
        }
    }

    #[test]
    fn a_version_without_programs_is_no_installation() {
        let fake = Fake::new(1000, false);
        let bin = fake.root.join("versions/15/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(fake.root.join("versions/common/bin")).unwrap();
        assert!(!fake.machine.has_postgres());
        fs::write(bin.join("initdb"), "").unwrap();
        assert!(!fake.machine.has_postgres());
        fs::write(bin.join("postgres"), "").unwrap();
        assert!(fake.machine.has_postgres());
        assert_eq!(fake.machine.postgres(), Outcome::Passed);
    }

    #[test]
    fn what_is_in_path_may_be_a_link() {
        let fake = Fake::new(1000, false);
        let bin = fake.root.join("elsewhere");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("initdb"), "").unwrap();
        std::os::unix::fs::symlink(bin.join("initdb"), fake.root.join("bin/initdb")).unwrap();
        assert!(!fake.machine.has_postgres());
        fs::write(bin.join("postgres"), "").unwrap();
        assert!(fake.machine.has_postgres());
    }

    #[test]
    fn each_manager_is_told_to_install_and_nobody_is_asked() {
        for (manager, told) in [
            (
                "apt-get",
                "apt-get --quiet update\n\
                 apt-get --quiet install --yes --no-install-recommends postgresql\n",
            ),
            ("dnf", "dnf install --assumeyes postgresql-server postgresql\n"),
            ("apk", "apk add --no-cache postgresql postgresql-client\n"),
        ] {
            for (user, has_sudo) in [(0, false), (1000, true)] {
                let fake = Fake::new(user, has_sudo);
                let work = format!("case \"$*\" in *postgresql*) {} ;; esac", fake.appearing());
                fake.manager(manager, &work);
                assert_eq!(fake.machine.postgres(), Outcome::Passed, "{manager} as {user}");
                assert_eq!(fake.log(), told, "{manager} as {user}");
            }
        }
    }

    #[test]
    fn brew_is_never_run_as_root() {
        let fake = Fake::new(1000, false);
        fake.manager("brew", &fake.appearing());
        assert_eq!(fake.machine.postgres(), Outcome::Passed);
        assert_eq!(fake.log(), "brew install --quiet postgresql@17\n");
        let fake = Fake::new(0, false);
        fake.manager("brew", &fake.appearing());
        let why = failure(fake.machine.postgres());
        assert!(why.contains("GAPLESS_TEST_POSTGRES_BIN"), "{why}");
        assert_eq!(fake.log(), "");
    }

    #[test]
    fn what_cannot_be_installed_is_a_failure_with_the_command() {
        let fake = Fake::new(1000, false);
        fake.manager("apt-get", "exit 0");
        let why = failure(fake.machine.postgres());
        let command = "sudo apt-get install postgresql";
        assert!(why.starts_with("no PostgreSQL server") && why.contains(command), "{why}");
        assert_eq!(fake.log(), "", "a user who may not install tried to");

        // It may, but the network is down.
        let fake = Fake::new(0, false);
        fake.manager("dnf", "exit 3");
        let why = failure(fake.machine.postgres());
        assert!(why.contains("`dnf install postgresql-server postgresql`"), "{why}");
        assert_eq!(fake.log().lines().count(), 1);

        let bare = Fake::new(0, false);
        let why = failure(bare.machine.postgres());
        assert!(why.contains("GAPLESS_TEST_POSTGRES_BIN"), "{why}");
        let why = failure(bare.machine.c_compiler());
        assert!(why.starts_with("no C compiler"), "{why}");
    }

    #[test]
    fn a_directory_that_was_chosen_is_the_only_one() {
        let mut fake = Fake::new(0, false);
        fake.manager("apt-get", &fake.appearing());
        let chosen = fake.root.join("chosen");
        fake.machine.chosen = Some(chosen.clone());
        let why = failure(fake.machine.postgres());
        assert!(why.contains("GAPLESS_TEST_POSTGRES_BIN") && why.contains("initdb"), "{why}");
        assert_eq!(fake.log(), "", "something was installed beside the choice");
        fs::create_dir(&chosen).unwrap();
        fs::write(chosen.join("initdb"), "").unwrap();
        fs::write(chosen.join("postgres"), "").unwrap();
        assert_eq!(fake.machine.postgres(), Outcome::Passed);
    }

    #[test]
    fn languages_must_be_new_enough() {
        type Need = fn(&Machine) -> Outcome;
        let needs: [(Need, &str, &str, &str); 2] = [
            (Machine::python, "python3", "no Python 3.11", "python3 python3-venv"),
            (Machine::node, "node", "no Node 20", "nodejs npm"),
        ];
        for (need, program, absent, packages) in needs {
            let fake = Fake::new(0, false);
            fake.script("npm", "");
            // What is there is too old, and so is what is installed.
            fake.script(program, "exit 1");
            fake.manager("apt-get", "");
            let why = failure(need(&fake.machine));
            assert!(why.starts_with(absent) && why.contains(packages), "{why}");
            assert_eq!(fake.log().lines().count(), 2, "{}", fake.log());
            let path = fake.root.join("bin").join(program);
            fake.manager("apt-get", &format!("printf '#!/bin/sh\n' > '{}'", path.display()));
            assert_eq!(need(&fake.machine), Outcome::Passed, "{program}");
        }
        let fake = Fake::new(1000, false);
        fake.script("node", "");
        assert!(failure(fake.machine.node()).contains("npm"), "Node alone installs nothing");
    }

    #[test]
    fn a_compiler_is_found_by_any_of_its_names() {
        for name in ["cc", "gcc", "clang"] {
            let fake = Fake::new(1000, false);
            fake.script(name, "");
            assert_eq!(fake.machine.c_compiler(), Outcome::Passed, "{name}");
        }
    }
}
