//! Real time: who was answered before somebody else asked has the lower ordinal.

use super::{Given, Request, Violation};

/// A request with a number, as far as time goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed<'a> {
    pub(super) request: &'a Request,
    pub(super) given: &'a Given,
    /// When it was first asked.
    pub(super) asked: u64,
    /// When its number was first answered; `None` when it is known from the register alone.
    pub(super) answered: Option<u64>,
}

/// Finds a violation for each request that somebody who asked after its answer has undercut.
///
/// Within a sequence, in the order of ordinals, it is enough to know the latest asking among the
/// lower ordinals: if that is after an answer, the pair is out of order.
pub(super) fn check(mut timed: Vec<Timed<'_>>, violations: &mut Vec<Violation>) {
    timed.sort_by(|a, b| {
        (&a.given.sequence, a.given.ordinal).cmp(&(&b.given.sequence, b.given.ordinal))
    });
    for sequence in timed.chunk_by(|a, b| a.given.sequence == b.given.sequence) {
        let mut latest: Option<&Timed<'_>> = None;
        for one in sequence {
            if let (Some(answered), Some(later)) = (one.answered, latest)
                && answered < later.asked
            {
                violations.push(Violation::OutOfOrder {
                    earlier: one.request.clone(),
                    higher: one.given.clone(),
                    later: later.request.clone(),
                    lower: later.given.ordinal,
                });
            }
            if latest.is_none_or(|known| known.asked < one.asked) {
                latest = Some(one);
            }
        }
    }
}
