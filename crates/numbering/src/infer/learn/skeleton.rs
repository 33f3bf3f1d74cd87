//! Grouping numbers by what is left of them without digits.

use std::collections::HashMap;

use super::Example;

/// The rows of the examples that may be read, grouped by letters and separators; the largest
/// group first, then in order of appearance.
pub(super) fn groups(
    examples: &[Example<'_>],
    may_be_read: impl Fn(&str) -> bool,
) -> Vec<Vec<usize>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut skeleton = String::new();
    for (row, example) in examples.iter().enumerate() {
        if !may_be_read(example.number) {
            continue;
        }
        write_skeleton(example.number, &mut skeleton);
        let group = match known.get(skeleton.as_str()) {
            Some(group) => *group,
            None => {
                known.insert(skeleton.clone(), groups.len());
                groups.push(Vec::new());
                groups.len() - 1
            }
        };
        groups[group].push(row);
    }
    groups.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
    groups
}

fn write_skeleton(number: &str, skeleton: &mut String) {
    skeleton.clear();
    for c in number.chars() {
        if !c.is_ascii_digit() {
            skeleton.push(c.to_ascii_lowercase());
        } else if !skeleton.ends_with('0') {
            skeleton.push('0');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_group_and_digits_do_not() {
        let numbers = ["7", "INV-1", "inv-22", "INV/1", "536365", "INV-333", "A1-2B"];
        let examples = numbers.map(|number| Example { number, date: None });
        assert_eq!(groups(&examples, |_| true), [vec![1, 2, 5], vec![0, 4], vec![3], vec![6]]);
    }
}
