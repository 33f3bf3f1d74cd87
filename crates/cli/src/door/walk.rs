//! Lists, read to their end.

use std::ops::ControlFlow;

use serde_json::Value;

use super::Listed;
use crate::failure::Failure;

/// Tells every object of a list, page by page, until its end or until `tell` breaks off. Lists go
/// from the newest to the oldest, and ids rise as texts in the order in which they were given.
///
/// # Errors
/// Those of `page` and `tell`; `database_unusable` where a page does not go on behind the one
/// before: over a damaged index the walk would have no end.
pub(crate) fn walk(
    what: &str,
    mut page: impl FnMut(Option<&str>) -> Result<Listed, Failure>,
    mut tell: impl FnMut(Value) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let mut last: Option<String> = None;
    loop {
        let Listed { data, has_more } = page(last.as_deref())?;
        let is_last = !has_more || data.is_empty();
        for object in data {
            let id = object["id"].as_str().map(str::to_owned);
            if id.is_none() || last.is_some() && last <= id {
                return Err(goes_back(what));
            }
            last = id;
            if tell(object)?.is_break() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// What is read page by page would have no end, or a hole.
pub(crate) fn goes_back(what: &str) -> Failure {
    let message = format!(
        "the {what} do not come in their order, or some are missing: the database is damaged; see \
         `gapless verify`, and go back to a backup"
    );
    Failure::service("database_unusable", message).about("database")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn walked(pages: &[&[&str]], until: &str) -> Result<Vec<String>, String> {
        let mut told = Vec::new();
        let mut next = pages.iter();
        let page = |_: Option<&str>| {
            let ids = next.next().copied().unwrap_or_default();
            let data = ids.iter().map(|id| json!({ "id": id })).collect();
            Ok(Listed { data, has_more: next.len() > 0 })
        };
        let walked = walk("gaps", page, |object| {
            let id = object["id"].as_str().unwrap_or_default().to_owned();
            let ends = id == until;
            told.push(id);
            Ok(if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        walked.map(|()| told).map_err(|failure| failure.message)
    }

    #[test]
    fn a_list_is_told_to_its_end() {
        assert_eq!(walked(&[&["d", "c"], &["b"]], "").unwrap(), ["d", "c", "b"]);
        assert_eq!(walked(&[&["d", "c"], &["b"]], "c").unwrap(), ["d", "c"]);
        assert_eq!(walked(&[&[]], "").unwrap(), [""; 0]);
    }

    #[test]
    fn a_list_that_does_not_go_on_is_refused() {
        for pages in [
            &[&["d", "c"][..], &["d", "c"], &["d", "c"]][..],
            &[&["d", "c"], &["c", "b"]],
            &[&["c", "d"]],
        ] {
            let told = walked(pages, "").unwrap_err();
            assert!(told.contains("the gaps do not come in their order"), "{told}");
        }
    }
}
