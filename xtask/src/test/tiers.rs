//! The order of the tests, and which test binary belongs where.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// Test binaries with these names, in any crate, are tiers of their own, run in this order after
/// everything else: what each store must do, Stripe's own libraries against the server, the pages
/// in a browser, the seeded simulator, many clients at once, connections cut at their commit, and
/// processes killed under load.
const LATER: [&str; 7] =
    ["contract", "sdks", "browser", "simulation", "hammer", "commits", "kills"];

/// Tests that run together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tier {
    pub(super) name: &'static str,
    /// cargo's flags that select the tier's binaries; empty when there are none.
    pub(super) selection: Vec<String>,
}

/// The tiers of the repository at `root`.
pub(super) fn tiers(root: &Path) -> io::Result<Vec<Tier>> {
    let mut packages = vec![root.join("bench"), root.join("xtask")];
    for entry in fs::read_dir(root.join("crates"))? {
        packages.push(entry?.path());
    }
    let mut binaries = BTreeSet::new();
    for package in packages {
        binaries.extend(binaries_in(&package.join("tests"))?);
    }
    Ok(split(&binaries))
}

fn split(binaries: &BTreeSet<String>) -> Vec<Tier> {
    let select = |name: &str| ["--test".to_owned(), name.to_owned()];
    let early = binaries.iter().filter(|name| !LATER.contains(&name.as_str()));
    let mut unit = vec!["--lib".to_owned(), "--bins".to_owned()];
    unit.extend(early.flat_map(|name| select(name)));
    let mut tiers = vec![Tier { name: "unit", selection: unit }];
    for name in LATER {
        let found = binaries.contains(name);
        let selection = if found { select(name).to_vec() } else { Vec::new() };
        tiers.push(Tier { name, selection });
    }
    tiers
}

/// The test binaries that cargo makes of a package's directory of tests, which may be absent.
fn binaries_in(tests: &Path) -> io::Result<BTreeSet<String>> {
    let mut binaries = BTreeSet::new();
    if !tests.is_dir() {
        return Ok(binaries);
    }
    for entry in fs::read_dir(tests)? {
        let path = entry?.path();
        let is_binary = path.join("main.rs").is_file()
            || path.is_file() && path.extension().is_some_and(|ending| ending == "rs");
        if let (true, Some(name)) = (is_binary, path.file_stem().and_then(|name| name.to_str())) {
            binaries.insert(name.to_owned());
        }
    }
    Ok(binaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_binary_is_in_one_tier() {
        let binaries = ["kills", "contract", "load"].map(str::to_owned).into_iter().collect();
        let selections: Vec<(&str, String)> =
            split(&binaries).iter().map(|tier| (tier.name, tier.selection.join(" "))).collect();
        let expected = [
            ("unit", "--lib --bins --test load"),
            ("contract", "--test contract"),
            ("sdks", ""),
            ("browser", ""),
            ("simulation", ""),
            ("hammer", ""),
            ("commits", ""),
            ("kills", "--test kills"),
        ];
        assert_eq!(selections, expected.map(|(name, flags)| (name, flags.to_owned())));
    }

    #[test]
    fn the_tests_of_this_crate_are_found() {
        let unit = &tiers(&crate::repository()).unwrap()[0];
        assert!(unit.selection.contains(&"tidy".to_owned()), "{unit:?}");
    }

    #[test]
    fn what_is_no_binary_is_passed_over() {
        let name = format!("gapless-tiers-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        for path in ["a.rs", "b/main.rs", "c/part.rs", "d.json"] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let binaries = binaries_in(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(binaries.unwrap().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(binaries_in(&root).unwrap().is_empty());
    }
}
