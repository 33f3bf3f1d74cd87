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
