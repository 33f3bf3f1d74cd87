//! Statements, closings and explanations of numbers, from a database that this process has open.

use engine::{NumberQuery, Part};
use jiff::civil::Date;
use ledger::command::ClosePeriod;
use ledger::id::Position;
use ledger::{Action, Outcome};
use serde_json::{Map, Value};
use store::{DateRange, Page};
use wire::answer::ClosedPeriod;

use super::database::{Database, defect, failure, operator, to_value};
use super::{Format, StatementRequest, no_number};
use crate::failure::Failure;

impl Database {
    pub(super) fn statement(&self, asked: &StatementRequest) -> Result<Value, Failure> {
        let part = Part {
            series: asked.series.as_deref().map(|text| self.series(text)).transpose()?,
            date: DateRange { from: asked.from, to: asked.to },
            ..Part::default()
        };
        let view = self.engine.statement(self.ledger, part).wait();
        let view = view.map_err(|error| failure(&error))?;
        let statement = api::written::statement(&view);
        match asked.format {
            Format::Json => to_value(&statement),
            Format::Csv => Ok(Value::String(statement.to_csv())),
            Format::Html => Ok(Value::String(statement.to_html())),
        }
    }

    pub(super) fn close_period(
        &self,
        end: Date,
        given: &Map<String, Value>,
        dry_run: bool,
    ) -> Result<Value, Failure> {
        let mut explanations = Vec::with_capacity(given.len());
        for (id, text) in given {
            explanations.push((self.gap(id)?, text.as_str().unwrap_or_default().to_owned()));
        }
        let action = Action::ClosePeriod(ClosePeriod { end, explanations });
        let outcome = match dry_run {
            false => self.run(action)?,
            true => {
                let command = self.engine.command(self.ledger, operator(), action);
                self.engine.rehearse(command).wait().map_err(|error| failure(&error))?
            }
        };
        match outcome {
            Outcome::Closed(view) => to_value(&ClosedPeriod::new(&view, self.mode)),
            other => Err(defect(&other)),
        }
    }

    pub(super) fn why(&self, number: &str) -> Result<Value, Failure> {
        let position = match Position::parse(number) {
            Some((ledger, position)) if ledger == self.ledger => position,
            _ => self.position_of(number)?,
        };
        let why = self.engine.why(self.ledger, position).wait();
        let why = why.map_err(|error| failure(&error))?.ok_or_else(|| no_number(number))?;
        serde_json::from_slice(&api::written::why(&why, self.mode))
            .map_err(|error| Failure::service("defect", error.to_string()))
    }

    /// The number with a text: its present holder, else a former one.
    fn position_of(&self, number: &str) -> Result<Position, Failure> {
        let query = NumberQuery { number: Some(number.to_owned()), ..NumberQuery::default() };
        let page = Page { limit: 1, ..Page::default() };
        let found = self.engine.numbers(self.ledger, query, page).wait();
        let found = found.map_err(|error| failure(&error))?.data;
        found.first().map(|view| view.row.position).ok_or_else(|| no_number(number))
    }
}
