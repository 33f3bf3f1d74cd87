//! Installing a package of the system, without asking anybody.

use std::process::Stdio;

use super::needs::Machine;
use crate::step::{Outcome, program, say};

/// What may have to be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Compiler,
    Postgres,
    Python,
    Node,
    Chromium,
    Poppler,
}

/// A package manager.
struct Manager {
    name: &'static str,
    /// Variables and words before `install` or `add`, as `env` takes them.
    before: &'static [&'static str],
    /// Whether its lists must be fetched first.
    updates: bool,
    install: &'static str,
    /// What keeps it from asking.
    quietly: &'static [&'static str],
    /// Whether root runs it; the other one must not be root.
    is_roots: bool,
    compiler: &'static [&'static str],
    postgres: &'static [&'static str],
    python: &'static [&'static str],
    node: &'static [&'static str],
    chromium: &'static [&'static str],
    poppler: &'static [&'static str],
}

/// In the order in which they are looked for; the server's package and that of its programs for
/// copies, where it is another.
const MANAGERS: [Manager; 4] = [
    Manager {
        name: "apt-get",
        before: &["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"],
        updates: true,
        install: "install",
        quietly: &["--yes", "--no-install-recommends"],
        is_roots: true,
        compiler: &["gcc", "libc6-dev"],
        postgres: &["postgresql"],
        python: &["python3", "python3-venv"],
        node: &["nodejs", "npm"],
        chromium: &["chromium", "fonts-dejavu-core", "fonts-liberation"],
        poppler: &["poppler-utils"],
    },
    Manager {
        name: "dnf",
        before: &["LC_ALL=C", "dnf"],
        updates: false,
        install: "install",
        quietly: &["--assumeyes"],
        is_roots: true,
        compiler: &["gcc", "glibc-devel"],
        postgres: &["postgresql-server", "postgresql"],
        python: &["python3"],
        node: &["nodejs", "npm"],
        chromium: &["chromium"],
        poppler: &["poppler-utils"],
    },
    Manager {
        name: "apk",
        before: &["LC_ALL=C", "apk"],
        updates: false,
        install: "add",
        quietly: &["--no-cache"],
        is_roots: true,
        compiler: &["gcc", "musl-dev"],
        postgres: &["postgresql", "postgresql-client"],
        python: &["python3"],
        node: &["nodejs", "npm"],
        chromium: &["chromium", "font-dejavu"],
        poppler: &["poppler-utils"],
    },
    Manager {
        name: "brew",
        before: &["NONINTERACTIVE=1", "brew"],
        updates: false,
        install: "install",
        quietly: &["--quiet"],
        is_roots: false,
        compiler: &["gcc"],
        postgres: &["postgresql@17"],
        python: &["python"],
        node: &["node"],
        chromium: &["chromium"],
        poppler: &["poppler"],
    },
];

impl Manager {
    fn packages(&self, package: Package) -> &'static [&'static str] {
        match package {
            Package::Compiler => self.compiler,
            Package::Postgres => self.postgres,
            Package::Python => self.python,
            Package::Node => self.node,
            Package::Chromium => self.chromium,
            Package::Poppler => self.poppler,
        }
    }

    /// What a person types.
    fn remedy(&self, package: Package, user: User) -> String {
        let sudo = if self.is_roots && user != User::Root { "sudo " } else { "" };
        format!("{sudo}{} {} {}", self.name, self.install, self.packages(package).join(" "))
    }
}

/// Who runs this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Root,
    /// May become root without a password.
    Sudoer,
    Other,
}

/// Tries to install a package; answers what a person is to do where it is absent afterwards.
pub(super) fn install(machine: &Machine, package: Package) -> String {
    let user = user(machine);
    let fits =
        |manager: &&Manager| machine.has(manager.name) && (manager.is_roots || user != User::Root);
    let Some(manager) = MANAGERS.iter().find(fits) else {
        return match package {
            Package::Compiler => "install one, or name it by CC".to_owned(),
            Package::Postgres => "install PostgreSQL 13 or newer, or name the directory of its \
                                  programs by GAPLESS_TEST_POSTGRES_BIN"
                .to_owned(),
            Package::Python => "install Python with `venv` and `pip`".to_owned(),
            Package::Node => "install Node with npm".to_owned(),
            Package::Chromium => "install Chromium".to_owned(),
            Package::Poppler => "install Poppler's programs".to_owned(),
        };
    };
    let remedy = manager.remedy(package, user);
    let prefix: &[&str] = match (manager.is_roots, user) {
        (false, _) | (true, User::Root) => &[],
        (true, User::Sudoer) => &["sudo", "--non-interactive"],
        (true, User::Other) => {
            return format!("this user may not install it: run `{remedy}`");
        }
    };
    let run = |words: &[&str]| {
        let words = [prefix, &["env"], manager.before, words].concat();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        program(machine.command(&words).stdin(Stdio::null()))
    };
    say(format!("    installing {}", manager.packages(package).join(" ")));
    if manager.updates {
        // Old lists may still do.
        let _ = run(&["update"]);
    }
    let words = [&[manager.install], manager.quietly, manager.packages(package)].concat();
    match run(&words) {
        Outcome::Failed(why) => format!("{why}: see why, and run `{remedy}`"),
        _ => format!("it is not where it was looked for, though `{remedy}` passed"),
    }
}

fn user(machine: &Machine) -> User {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let identity = machine.command(&words(&["id", "-u"])).output();
    if identity.is_ok_and(|identity| identity.stdout.trim_ascii() == b"0") {
        return User::Root;
    }
    let mut sudo = machine.command(&words(&["sudo", "--non-interactive", "true"]));
    let sudo = sudo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if sudo.is_ok_and(|status| status.success()) { User::Sudoer } else { User::Other }
}
