//! The envelope of lists.

use serde::Serialize;

/// A page of objects.
#[derive(Serialize)]
pub struct List<'a, T> {
    object: &'static str,
    url: &'a str,
    has_more: bool,
    data: T,
}

impl<'a, T: Serialize> List<'a, T> {
    /// A page of what is at `url`; `data` is written as a JSON array.
    pub fn new(url: &'a str, has_more: bool, data: T) -> List<'a, T> {
        List { object: "list", url, has_more, data }
    }
}

/// A page of what was searched for.
#[derive(Serialize)]
pub struct SearchResult<'a, T> {
    object: &'static str,
    url: &'a str,
    has_more: bool,
    next_page: Option<&'a str>,
    data: T,
}

impl<'a, T: Serialize> SearchResult<'a, T> {
    /// A page of what is searched for at `url`, and where the next one begins.
    pub fn new(url: &'a str, next_page: Option<&'a str>, data: T) -> SearchResult<'a, T> {
        let has_more = next_page.is_some();
        SearchResult { object: "search_result", url, has_more, next_page, data }
    }
}
