//! What is shown where a page would be, when it cannot be.

use askama::Template;
use wire::Problem;

use crate::answer::Answer;
use crate::frame::Frame;
use crate::visit::{Visit, page_with_status};

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed<'a> {
    f: Frame,
    status: u16,
    message: &'a str,
}

/// The page of a problem. It is shown in the frame of a guest: what is wrong may be who asks.
pub(crate) fn answer(visit: &Visit, problem: &Problem) -> Answer {
    let status = problem.status();
    let title = match status {
        404 => "error.missing",
        403 => "error.forbidden",
        500.. => "error.server",
        _ => "error.refused",
    };
    let message = problem.message.as_str();
    let failed = Failed { f: visit.guest_frame(title), status, message };
    page_with_status(status, &failed)
        .unwrap_or_else(|problem| Answer::with_status(500, problem.message))
}
