//! `gapless pdf`, and templates that do not work. What holds with and without a typesetter.

use std::fs;

use crate::gapless::Place;

#[test]
fn samples_of_every_kind_are_printed() {
    let place = Place::new();
    let told = place.json(&["pdf", "sample", "--output", "samples"]);
    let files: Vec<&str> =
        told["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert_eq!(files, ["samples/invoice.pdf", "samples/credit-note.pdf", "samples/draft.pdf"]);
    for file in files {
        let printed = fs::read(place.path(file)).unwrap();
        assert!(printed.starts_with(b"%PDF-1."), "{file}");
    }
}

#[test]
fn templates_that_are_not_there_stop_a_server_before_it_starts() {
    let place = Place::new();
    let words = ["serve", "--listen", "127.0.0.1:0", "--templates", "nowhere"];
    let error = place.refused(&words, 2, "template_invalid");
    assert_eq!(error["param"], "templates");
    assert!(!place.path("gapless.db").exists(), "nothing was set up");
}
