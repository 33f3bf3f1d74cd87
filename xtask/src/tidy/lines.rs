//! Rules about single lines.

use super::{File, Finding, Tree};

/// Characters in a line of Rust.
const LINE_CHARS_MAX: usize = 100;

// These are put together from halves so that this file does not break its own rules.
const LEFTOVERS: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("#[ign", "ore"),
];

const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Lines of Rust fit; addresses and rows of tables cannot be broken and may be longer.
pub(super) fn short_enough(tree: &Tree) -> Vec<Finding> {
    each_line(tree.sources(), |line| {
        let length = line.chars().count();
        (length > LINE_CHARS_MAX && !is_unbreakable(line))
            .then(|| format!("{length} characters in a line, at most {LINE_CHARS_MAX} fit"))
    })
}

/// What was put off is not in the tree.
pub(super) fn nothing_left_over(tree: &Tree) -> Vec<Finding> {
    each_line(tree.files(), |line| {
        let word = LEFTOVERS.into_iter().find(|word| has_word(line, word))?;
        Some(format!("`{word}` was left over: do it, or drop it"))
    })
}

/// Nothing depends on where somebody keeps files.
pub(super) fn no_machine_paths(tree: &Tree) -> Vec<Finding> {
    each_line(tree.files(), |line| {
        let path = MACHINE_PATHS.into_iter().find(|path| has_path(line, path))?;
        Some(format!("`{path}` is a place on one machine: take it from the environment"))
    })
}

fn each_line<'a>(
    files: impl Iterator<Item = &'a File>,
    judge: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    let judge = &judge;
    files
        .flat_map(|file| {
            file.lines().filter_map(move |(number, line)| Some(file.finding(number, judge(line)?)))
        })
        .collect()
}

fn is_unbreakable(line: &str) -> bool {
    let text = line.trim_start().trim_start_matches(['/', '!']).trim_start();
    text.starts_with('|') || line.contains("://")
}

/// Whether `word` stands in `line` and is no part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let open_end = word.ends_with(|last: char| !is_part(last));
        !before.is_some_and(is_part) && (open_end || !after.is_some_and(is_part))
    })
}

/// Whether `path` stands at the beginning of a path, not inside one or inside an address.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || "._-/}~".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Tree) -> Vec<Finding>, text: &str) -> Vec<usize> {
        rule(&Tree::of(&[("a.rs", text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_long_line_is_found() {
        let long = "x".repeat(LINE_CHARS_MAX + 1);
        let fits = "ä".repeat(LINE_CHARS_MAX);
        assert_eq!(found(short_enough, &format!("{fits}\n{long}\n{fits}")), [2]);
    }

    #[test]
    fn an_address_and_a_row_may_be_long() {
        let tail = "x".repeat(LINE_CHARS_MAX);
        let text = format!("// https://example.com/{tail}\n//! | a | {tail} |\n| {tail} |");
        assert_eq!(found(short_enough, &text), [0_usize; 0]);
    }

    #[test]
    fn each_leftover_is_found() {
        for word in LEFTOVERS {
            assert_eq!(found(nothing_left_over, &format!("fine\n    // {word} later")), [2]);
            assert_eq!(found(nothing_left_over, &format!("a{word}")), [0_usize; 0]);
        }
        let macro_call = concat!("to", "do!(\"later\")");
        assert_eq!(found(nothing_left_over, macro_call), [1]);
        let longer = format!("{}S", LEFTOVERS[0]);
        assert_eq!(found(nothing_left_over, &longer), [0_usize; 0]);
    }

    #[test]
    fn each_machine_path_is_found() {
        for path in MACHINE_PATHS {
            for text in [format!("open(\"{path}a\")"), format!("sqlite:{path}x.db")] {
                assert_eq!(found(no_machine_paths, &text), [1], "{text}");
            }
            let inside = format!("https://example.com{path}page and {{root}}{path}");
            assert_eq!(found(no_machine_paths, &inside), [0_usize; 0]);
        }
    }
}
