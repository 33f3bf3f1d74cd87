//! `gapless demo`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::gapless::{Place, parse};

#[test]
fn it_prints_a_line_that_works_and_leaves_nothing_behind() {
    let place = Place::new();
    let scratch = place.path("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let mut command = place.command(&["demo", "--listen", "127.0.0.1:0"]);
    let mut child = command.env("TMPDIR", &scratch).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    output.read_line(&mut url).unwrap();
    assert!(url.starts_with("http://"), "{url}");
    let mut lines = Vec::new();
    while lines.iter().filter(|line: &&String| line.contains("curl")).count() < 6 {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "{lines:?}");
        lines.push(line);
    }
    let shown = |part: &str| {
        let line = lines.iter().find(|line| line.contains(part)).expect("such a line");
        let line = line.trim().split("     ").next().unwrap();
        line.trim().to_owned()
    };
    let run = |line: &str| {
        let ran = Command::new("sh").args(["-c", line]).output().expect("a shell");
        parse(&String::from_utf8(ran.stdout).unwrap())
    };
    let number = run(&shown("reference=order-4711"));
    assert_eq!((&number["object"], &number["state"]), (&"number".into(), &"held".into()));
    let gaps = run(&shown("/v1/gaps"));
    assert_eq!(gaps["data"].as_array().unwrap().len(), 2, "{gaps}");
    let proof = run(&shown("/v1/trail/verify"));
    assert_eq!(proof["valid"], true, "{proof}");
    assert!(proof["numbers"].as_u64().unwrap() > 300, "{proof}");

    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    output.read_to_end(&mut Vec::new()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}
