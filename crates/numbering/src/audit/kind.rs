//! The texts by which kinds on one counter are told apart.

use crate::{Part, Token, infer::learn::Learned};

/// The side of the number on which the text of the kind stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// In front of everything.
    Front,
    /// Behind everything.
    Back,
}

/// Whether two formats are written alike but for the text at one side: `Some(None)` when they
/// are alike altogether and differ in width.
pub(super) fn sides_alike(one: &Learned, other: &Learned) -> Option<Option<Side>> {
    let (one, other) = (&one.shape, &other.shape);
    if one == other {
        return Some(None);
    }
    let front = one.right == other.right && without_front(&one.left) == without_front(&other.left);
    let back = one.left == other.left && without_back(&one.right) == without_back(&other.right);
    match (front, back) {
        (true, _) => Some(Some(Side::Front)),
        (false, true) => Some(Some(Side::Back)),
        (false, false) => None,
    }
}

fn without_front(parts: &[Part]) -> &[Part] {
    match parts {
        [Part::Literal(_), rest @ ..] => rest,
        all => all,
    }
}

fn without_back(parts: &[Part]) -> &[Part] {
    match parts {
        [rest @ .., Part::Literal(_)] => rest,
        all => all,
    }
}

/// What `{kind}` prints for each of some formats, and what stands around it for all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KindTexts {
    pub(super) texts: Vec<String>,
    before: String,
    after: String,
}

/// Splits the texts at one side of the formats into what differs and what does not.
pub(super) fn kind_texts(formats: &[Learned], members: &[usize], side: Side) -> KindTexts {
    let whole: Vec<&str> = members
        .iter()
        .map(|&format| {
            let shape = &formats[format].shape;
            let part = match side {
                Side::Front => shape.left.first(),
                Side::Back => shape.right.last(),
            };
            if let Some(Part::Literal(text)) = part { text.as_str() } else { "" }
        })
        .collect();
    split(&whole)
}

/// What all texts begin and end with is common, as far as it goes without cutting a word.
fn split(texts: &[&str]) -> KindTexts {
    let first = texts.first().copied().unwrap_or_default();
    let starts = |length: usize| texts.iter().all(|text| text.starts_with(&first[..length]));
    let boundary = |length: usize| first[..length].ends_with(|c: char| !c.is_alphanumeric());
    let before = cuts(first).filter(|at| starts(*at) && boundary(*at)).max().unwrap_or(0);
    let rests: Vec<&str> = texts.iter().map(|text| &text[before..]).collect();
    let first = rests.first().copied().unwrap_or_default();
    let whole_words = |at: usize| {
        let common = &first[at..];
        common.starts_with(|c: char| !c.is_alphanumeric()) || rests.contains(&common)
    };
    let ends = |at: usize| rests.iter().all(|text| text.ends_with(&first[at..]));
    let from = cuts(first).filter(|at| ends(*at) && whole_words(*at)).min().unwrap_or(first.len());
    let after = &first[from..];
    KindTexts {
        texts: rests.iter().map(|text| text[..text.len() - after.len()].to_owned()).collect(),
        before: texts.first().map_or("", |text| &text[..before]).to_owned(),
        after: after.to_owned(),
    }
}

/// Every place where a text can be cut, its ends included.
fn cuts(text: &str) -> impl Iterator<Item = usize> + '_ {
    (0..=text.len()).filter(|at| text.is_char_boundary(*at))
}

impl KindTexts {
    /// The parts of the pattern of them all.
    pub(super) fn parts(&self, main: &Learned, side: Side) -> Vec<Part> {
        let marked = [
            Part::Literal(self.before.clone()),
            Part::Token(Token::Kind),
            Part::Literal(self.after.clone()),
        ];
        let parts = main.shape.parts(main.width);
        match side {
            Side::Front => {
                marked.into_iter().chain(without_front(&parts).iter().cloned()).collect()
            }
            Side::Back => without_back(&parts).iter().cloned().chain(marked).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &[&str]) -> String {
        let split = split(texts);
        format!("{}<{}>{}", split.before, split.texts.join("|"), split.after)
    }

    #[test]
    fn what_differs_is_the_kind() {
        assert_eq!(shown(&["", "C", "A"]), "<|C|A>");
        assert_eq!(shown(&["INV/", "CN/"]), "<INV|CN>/");
        assert_eq!(shown(&["INV/", "RINV/"]), "<|R>INV/");
        assert_eq!(shown(&["INV", "CNV"]), "<INV|CNV>");
        assert_eq!(shown(&["SHOP1-INV-", "SHOP1-CN-"]), "SHOP1-<INV|CN>-");
        assert_eq!(shown(&["Ä-", "Ö-"]), "<Ä|Ö>-");
    }
}
