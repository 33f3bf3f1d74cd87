//! The rules, over the real tree.

#[test]
fn the_repository_is_tidy() {
    let findings = xtask::tidy::check(&xtask::repository()).unwrap();
    let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), list.join("\n"));
}
