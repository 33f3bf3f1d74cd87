//! What the tests in other languages need, installed below the build's directory, in the versions
//! and with the digests that the lock files beside them name.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What can be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// The library for Python.
    Python,
    /// The library for Node.
    Node,
    /// What generates requests from an OpenAPI document.
    Schemathesis,
}

impl Tool {
    /// The directory that it is installed in, once for each lock file and language: the first who
    /// asks waits for it, and so does whoever else asks meanwhile.
    pub(crate) fn installed(self) -> PathBuf {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdks");
        fs::create_dir_all(&root).expect("a directory to install into");
        let lock = File::create(root.join(self.name()).with_extension("lock"));
        let lock = lock.expect("a file to lock");
        lock.lock().expect("nobody else installs it");
        let place = root.join(self.name());
        let (mark, wanted) = (place.join("installed"), self.wanted());
        if fs::read_to_string(&mark).is_ok_and(|there| there == wanted) {
            return place;
        }
        if place.exists() {
            fs::remove_dir_all(&place).expect("what was installed before goes");
        }
        match self {
            Tool::Python | Tool::Schemathesis => self.install_with_pip(&place),
            Tool::Node => self.install_with_npm(&place),
        }
        fs::write(mark, wanted).expect("a mark that it is whole");
        place
    }

    fn name(self) -> &'static str {
        match self {
            Tool::Python => "python",
            Tool::Node => "node",
            Tool::Schemathesis => "schemathesis",
        }
    }

    fn lock_file(self) -> PathBuf {
        let name = match self {
            Tool::Python | Tool::Schemathesis => "requirements.txt",
            Tool::Node => "package-lock.json",
        };
        sources(self.name()).join(name)
    }

    /// What decides whether that which is there still does.
    fn wanted(self) -> String {
        let program = match self {
            Tool::Python | Tool::Schemathesis => "python3",
            Tool::Node => "node",
        };
        let mut version = Command::new(program);
        version.arg("--version");
        let lock = fs::read_to_string(self.lock_file()).expect("a lock file");
        format!("{}{lock}", finished(version))
    }

    fn install_with_pip(self, place: &Path) {
        let mut environment = Command::new("python3");
        environment.args(["-m", "venv"]).arg(place);
        finished(environment);
        let mut pip = Command::new(place.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]);
        pip.args(["--disable-pip-version-check", "--require-hashes", "--requirement"]);
        pip.arg(self.lock_file());
        finished(pip);
    }

    fn install_with_npm(self, place: &Path) {
        fs::create_dir_all(place).expect("a directory to install into");
        for name in ["package.json", "package-lock.json"] {
            fs::copy(sources(self.name()).join(name), place.join(name)).expect("a copy");
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(place);
        finished(npm);
    }
}

/// Where the files for a language are.
pub(crate) fn sources(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdks").join(name)
}

/// Runs a program that must succeed; returns what it printed.
pub(crate) fn finished(mut program: Command) -> String {
    let name = program.get_program().to_owned();
    let output = program.output().unwrap_or_else(|error| {
        panic!("{name:?}: {error}. `cargo xtask test` installs what is needed, or says how")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program:?}: {}\n{out}\n{err}", output.status);
    out
}
