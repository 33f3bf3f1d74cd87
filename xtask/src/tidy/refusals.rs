//! Every code with which a request can be refused is in the table for its users.

use super::{File, Finding, Tree};

/// Where the codes are defined, in an enum with a function `text` that spells each.
const SOURCE: &str = "crates/ledger/src/refusal.rs";

/// Where users look a code up.
const TABLE: &str = "docs/errors.md";

/// The codes are where this rule looks for them, so that moving them cannot switch it off.
pub(super) fn codes_are_found(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.file("crates/ledger/Cargo.toml") else { return Vec::new() };
    match tree.file(SOURCE) {
        None => vec![manifest.finding(0, format!("the codes are not in {SOURCE}"))],
        Some(file) if codes(file).is_empty() => {
            vec![file.finding(0, "no code is spelled out in a function `text`")]
        }
        Some(_) => Vec::new(),
    }
}

/// Each code stands in the table, between backticks.
pub(super) fn codes_are_documented(tree: &Tree) -> Vec<Finding> {
    let Some(source) = tree.file(SOURCE) else { return Vec::new() };
    let table = tree.file(TABLE).map_or("", |file| file.text.as_str());
    codes(source)
        .into_iter()
        .filter(|(_, code)| !table.contains(&format!("`{code}`")))
        .map(|(line, code)| source.finding(line, format!("`{code}` is not in {TABLE}")))
        .collect()
}

/// The strings in the body of `fn text`, with their lines.
fn codes(file: &File) -> Vec<(usize, &str)> {
    let mut codes = Vec::new();
    let mut indent = None;
    for (number, line) in file.lines() {
        let text = line.trim_start();
        let own_indent = line.len() - text.len();
        match indent {
            None if text.contains("fn text(") => indent = Some(own_indent),
            Some(begin) if own_indent == begin && text == "}" => break,
            Some(_) if !text.starts_with("//") => {
                let strings = text.split('"').skip(1).step_by(2).filter(|text| is_code(text));
                codes.extend(strings.map(|code| (number, code)));
            }
            _ => {}
        }
    }
    codes
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: &str = r#"
impl Code {
    pub const fn text(self) -> &'static str {
        match self {
            // "not_a_code"
            Self::PatternInvalid => "pattern_invalid",
            Self::PeriodLocked => "period_locked",
        }
    }

    fn remedy(self) -> &'static str {
        "elsewhere"
    }
}
"#;

    #[test]
    fn a_code_without_a_row_is_found() {
        let table = "| `pattern_invalid` | 400 |\nperiod_locked without its marks\n";
        let tree = Tree::of(&[(SOURCE, CODES), (TABLE, table)]);
        let messages: Vec<Finding> = codes_are_documented(&tree);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert_eq!(messages[0].line, 7);
        assert!(messages[0].message.contains("`period_locked`"));
    }

    #[test]
    fn without_a_table_every_code_is_found() {
        assert_eq!(codes_are_documented(&Tree::of(&[(SOURCE, CODES)])).len(), 2);
    }

    #[test]
    fn codes_that_went_elsewhere_are_found() {
        let manifest = ("crates/ledger/Cargo.toml", "[package]\nname = \"ledger\"\n");
        assert_eq!(codes_are_found(&Tree::of(&[manifest])).len(), 1);
        assert_eq!(codes_are_found(&Tree::of(&[manifest, (SOURCE, "enum Code {}")])).len(), 1);
        assert_eq!(codes_are_found(&Tree::of(&[manifest, (SOURCE, CODES)])), []);
    }
}
