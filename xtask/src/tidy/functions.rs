//! A function fits on a screen.

use super::{File, Finding, Tree};

/// Lines in a function, from its `fn` to its closing brace; blank lines and comments are free.
const FUNCTION_LINES_MAX: usize = 70;

/// Functions are short.
pub(super) fn short_enough(tree: &Tree) -> Vec<Finding> {
    tree.sources().flat_map(long_functions).collect()
}

/// Reads formatted Rust: the brace that closes a function stands under the line that opened it.
fn long_functions(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Vec<(usize, &str, usize)> = Vec::new();
    for (number, line) in file.lines() {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with("//") {
            continue;
        }
        for (_, _, length) in &mut open {
            *length += 1;
        }
        let indent = &line[..line.len() - text.len()];
        if begins_function(text) {
            // A function without a body, or with all of it in one line, never closes below.
            if !(text.ends_with(';') || text.ends_with('}')) {
                open.push((number, indent, 1));
            }
        } else if let Some(at) = open.iter().rposition(|(_, its, _)| *its == indent)
            && (text == "}" || text.ends_with(';') && is_only_signature(text))
        {
            let (begin, _, length) = open[at];
            open.truncate(at);
            if length > FUNCTION_LINES_MAX {
                let message = format!("a function of {length} lines, at most {FUNCTION_LINES_MAX}");
                findings.push(file.finding(begin, message));
            }
        }
    }
    findings
}

/// Whether a line begins a function: `fn` after nothing but the words that may stand before it.
fn begins_function(text: &str) -> bool {
    text.split_whitespace()
        .find(|word| {
            !matches!(*word, "pub" | "const" | "async" | "unsafe" | "extern")
                && !word.starts_with("pub(")
                && !word.starts_with('"')
        })
        .is_some_and(|word| word == "fn")
}

/// Whether a line ends a signature that has no body, as in a trait.
fn is_only_signature(text: &str) -> bool {
    text.starts_with(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        let tree = Tree::of(&[("a.rs", text)]);
        short_enough(&tree).into_iter().map(|finding| finding.line).collect()
    }

    fn function(lines: usize) -> String {
        format!("    pub(crate) async fn f(\n        a: u8,\n    ) {{\n{}    }}\n", {
            "        step();\n\n        // why\n".repeat(lines - 4)
        })
    }

    #[test]
    fn a_long_function_is_found_where_it_begins() {
        let fits = function(FUNCTION_LINES_MAX);
        let long = function(FUNCTION_LINES_MAX + 1);
        assert_eq!(found(&format!("impl A {{\n{fits}{long}}}\n")), [fits.lines().count() + 2]);
    }

    #[test]
    fn what_has_no_body_does_not_swallow_what_follows() {
        let declared = "trait A {\n    fn f(&self);\n    fn g(\n        &self,\n    );\n";
        let inline = "    fn h() {}\n";
        let rest = "    const X: u8 = 1;\n".repeat(FUNCTION_LINES_MAX);
        assert_eq!(found(&format!("{declared}{inline}{rest}}}\n")), [0_usize; 0]);
    }

    #[test]
    fn a_word_that_contains_fn_begins_nothing() {
        assert!(begins_function("pub const fn new() -> Self {"));
        assert!(!begins_function("let fn_name = 1;"));
        assert!(!begins_function("type Rule = fn(&Tree);"));
    }
}
