//! Every text that the pages show, in each language.
//!
//! A language is a file of lines `key = text`, with `{1}` and `{2}` for what differs. Tests see to
//! it that all languages have the same keys, and that every key is used.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

type Texts = HashMap<&'static str, &'static str>;

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../texts/en.txt")));
static GERMAN: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../texts/de.txt")));

impl Language {
    /// Every language.
    pub(crate) const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its tag, as in `lang="en"`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What it calls itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    pub(crate) fn of_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The best one for a browser, by the order of its `Accept-Language`.
    pub(crate) fn accepted(header: &str) -> Option<Language> {
        let tags =
            header.split(',').map(|range| range.split([';', '-']).next().unwrap_or_default());
        tags.filter_map(|tag| Language::of_tag(&tag.trim().to_ascii_lowercase())).next()
    }

    /// The text of a key. A key that is missing shows itself; a test finds it.
    pub(crate) fn text(self, key: &str) -> &str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key, if it has one: for words that come from elsewhere.
    pub(crate) fn find(self, key: &str) -> Option<&'static str> {
        self.texts().get(key).copied()
    }

    /// The text of a key with what differs put in.
    pub(crate) fn with(self, key: &str, values: &[&dyn Display]) -> String {
        let mut text = self.text(key).to_owned();
        // From the last to the first: what is put in is not looked at again.
        for (place, value) in values.iter().enumerate().rev() {
            let mark = format!("{{{}}}", place + 1);
            if let Some((before, behind)) = text.split_once(&mark) {
                text = format!("{before}{value}{behind}");
            }
        }
        text
    }

    fn texts(self) -> &'static Texts {
        match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }
}

fn read(file: &'static str) -> Texts {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" = ")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(language: Language) -> BTreeSet<&'static str> {
        language.texts().keys().copied().collect()
    }

    fn sources(directory: &Path, text: &mut String) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Everything between double quotes that looks like a key.
    fn named() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        sources(&root.join("src"), &mut text);
        sources(&root.join("templates"), &mut text);
        let is_key = |word: &&str| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(&b);
            word.contains('.') && word.bytes().all(plain)
        };
        text.split('"').filter(is_key).map(str::to_owned).collect()
    }

    #[test]
    fn every_language_says_everything() {
        assert!(keys(Language::English).len() > 100);
        assert_eq!(keys(Language::English), keys(Language::German));
        for language in Language::ALL {
            let file = match language {
                Language::English => include_str!("../texts/en.txt"),
                Language::German => include_str!("../texts/de.txt"),
            };
            let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            assert_eq!(lines.count(), language.texts().len(), "a key stands twice in {language:?}");
            for key in keys(language) {
                let marks = |language: Language| {
                    let text = language.text(key);
                    ["{1}", "{2}", "{3}"].map(|mark| text.matches(mark).count())
                };
                assert_eq!(marks(Language::English), marks(Language::German), "{key}");
                assert!(!language.text(key).trim().is_empty(), "{key}");
            }
        }
    }

    /// Keys whose last word comes from elsewhere, such as a state.
    const FAMILIES: [&str; 14] = [
        "state.",
        "cause.",
        "role.",
        "reset.",
        "part.",
        "what.",
        "mark.",
        "style.",
        "kind.",
        "tax_exempt.",
        "series_name.",
        "date_order.",
        "level.",
        "number_on.",
    ];

    #[test]
    fn every_key_is_used_and_every_key_that_is_used_is_there() {
        let (known, named) = (keys(Language::English), named());
        for key in &known {
            let in_family = FAMILIES.iter().any(|family| key.starts_with(family));
            assert!(in_family || named.contains(*key), "{key} is never used");
        }
        let sections: BTreeSet<&str> =
            known.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
        for key in named {
            let section = key.split('.').next().unwrap_or_default();
            let a_file =
                [".html", ".csv", ".ndjson", ".css", ".rs"].iter().any(|end| key.ends_with(end));
            let a_key = sections.contains(section) && !a_file && !key.ends_with('.');
            assert!(!a_key || known.contains(key.as_str()), "{key} is in no language");
        }
    }

    #[test]
    fn what_differs_is_put_in_once() {
        let text = Language::English.with("list.range", &[&"{2}", &7]);
        assert!(text.contains("{2}") && text.contains('7'), "{text}");
    }

    #[test]
    fn a_browser_gets_its_language() {
        assert_eq!(Language::accepted("fr, de-AT;q=0.9, en;q=0.8"), Some(Language::German));
        assert_eq!(Language::accepted("*"), None);
    }
}
