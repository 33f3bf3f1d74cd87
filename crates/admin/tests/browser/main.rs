//! The pages in a real browser: every one is opened by every role, and looked at.
//!
//! The pictures lie below the build's directory, in `tmp/pictures`.

#[path = "../stage/mod.rs"]
mod stage;
mod year;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::role::Role;

use stage::{PASSWORD, Stage};

#[test]
fn every_page_is_fit_to_be_seen() {
    let tools = installed();
    let stage = Stage::new("Nordwind Handels GmbH");
    let pages = year::live(&stage);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    runtime.spawn(api::serve(listener, stage.router(), std::future::pending()));
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    drop(fs::remove_dir_all(&pictures));
    fs::create_dir_all(&pictures).expect("a directory for pictures");
    let text = |text: &str| format!("\"{text}\"");
    let list = |texts: Vec<String>| {
        let texts: Vec<String> = texts.iter().map(|one| text(one)).collect();
        format!("[{}]", texts.join(","))
    };
    let people = Role::ALL.map(|role| format!("{}@example.com", role.text()));
    let asked = format!(
        "{{\"url\":{},\"people\":{},\"password\":{},\"pages\":{},\"pictures\":{}}}",
        text(&url),
        list(people.to_vec()),
        text(PASSWORD),
        list(pages),
        text(&pictures.display().to_string()),
    );
    let mut node = Command::new("node");
    node.arg(sources().join("look.js")).env("GAPLESS_LOOK", asked);
    node.env("NODE_PATH", tools.join("node_modules"));
    finished(node);
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// What drives the browser, in the versions and with the digests of the lock file beside this.
fn installed() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&place).expect("a directory to install into");
    let lock = File::create(place.join("installing.lock")).expect("a file to lock");
    lock.lock().expect("nobody else installs it");
    let wanted = fs::read_to_string(sources().join("package-lock.json")).expect("a lock file");
    let mark = place.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|there| there == wanted) {
        return place;
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources().join(name), place.join(name)).expect("a copy");
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place);
    finished(npm);
    fs::write(mark, wanted).expect("a mark that it is whole");
    place
}

/// Runs a program that must succeed.
fn finished(mut program: Command) {
    let name = program.get_program().to_owned();
    let output = program.output().unwrap_or_else(|error| {
        panic!("{name:?}: {error}. `cargo xtask test` installs what is needed, or says how")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{name:?}: {}\n{out}\n{err}", output.status);
}
