//! All numbers, page by page.

use engine::NumberQuery;
use ledger::id::Position;
use store::Page;

use crate::error::Error;
use crate::number::Number;
use crate::open::Gapless;

/// Numbers read at once.
const PAGE: u32 = 500;

/// The numbers of a ledger, newest given first; see [`Gapless::numbers`]. It ends after the first
/// error.
#[derive(Debug)]
pub struct Numbers<'a> {
    gapless: &'a Gapless,
    page: std::vec::IntoIter<(Position, Number)>,
    after: Option<Position>,
    ended: bool,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(gapless: &'a Gapless) -> Numbers<'a> {
        Numbers { gapless, page: Vec::new().into_iter(), after: None, ended: false }
    }

    fn turn(&mut self) -> Result<(), Error> {
        let page = Page { starting_after: self.after, ending_before: None, limit: PAGE };
        let (engine, ledger) = (self.gapless.engine(), self.gapless.ledger());
        let list = engine.numbers(ledger, NumberQuery::default(), page).wait()?;
        self.ended = !list.has_more;
        self.after = list.data.last().map(|view| view.row.position);
        let rows = list.data.into_iter().map(|view| (view.row.position, Number::from(view)));
        self.page = rows.collect::<Vec<_>>().into_iter();
        Ok(())
    }
}

impl Iterator for Numbers<'_> {
    type Item = Result<Number, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0
            && !self.ended
            && let Err(error) = self.turn()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.page.next().map(|(_, number)| Ok(number))
    }
}
