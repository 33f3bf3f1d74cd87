//! Series, in a database or behind a server.

use engine::SeriesView;
use ledger::command::SeriesChange;
use ledger::{Action, Outcome};
use serde_json::{Map, Value, json};
use wire::answer;

use super::database::{Database, defect, failure, to_value};
use super::server::{escaped, list};
use super::{Door, Listed};
use crate::failure::Failure;

impl Door {
    /// A page of series, newest first, behind the one with an id.
    pub(crate) fn series(&self, after: Option<&str>) -> Result<Listed, Failure> {
        match self {
            Door::Database(database) => database.all_series(),
            Door::Server(client) => list(client, "/v1/series", &[("starting_after", after)]),
        }
    }

    /// A series, by id or name.
    pub(crate) fn one_series(&self, which: &str) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => database.one_series(which),
            Door::Server(client) => client.get(&path(which)),
        }
    }

    /// Changes a series, which is then answered.
    pub(crate) fn change_series(
        &self,
        which: &str,
        change: SeriesChange,
    ) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => {
                database.changed(Action::ChangeSeries(database.series(which)?, change))
            }
            Door::Server(client) => client.post(&path(which), &parameters(&change)),
        }
    }

    /// Takes back what was planned of a series, which is then answered.
    pub(crate) fn cancel_plan(&self, which: &str) -> Result<Value, Failure> {
        match self {
            Door::Database(database) => {
                database.changed(Action::CancelPlan(database.series(which)?))
            }
            Door::Server(client) => {
                client.post(&format!("{}/cancel_plan", path(which)), &json!({}))
            }
        }
    }
}

impl Database {
    fn all_series(&self) -> Result<Listed, Failure> {
        let views = self.engine.series(self.ledger).wait().map_err(|error| failure(&error))?;
        let data = views.iter().rev().map(|view| self.shown(view)).collect::<Result<_, _>>()?;
        Ok(Listed { data, has_more: false })
    }

    fn one_series(&self, which: &str) -> Result<Value, Failure> {
        let found = self.engine.one_series(self.ledger, self.series(which)?).wait();
        self.shown(&found.map_err(|error| failure(&error))?)
    }

    fn changed(&self, action: Action) -> Result<Value, Failure> {
        match self.run(action)? {
            Outcome::Series(row) => to_value(&answer::Series::new(&row, self.mode)),
            other => Err(defect(&other)),
        }
    }

    fn shown(&self, view: &SeriesView) -> Result<Value, Failure> {
        let next = view.next.as_ref().ok().map(|next| next.row.text.as_str());
        to_value(&answer::Series::in_ledger(&view.row, self.mode, &view.default_for, next))
    }
}

fn path(which: &str) -> String {
    format!("/v1/series/{}", escaped(which))
}

/// What changes, as a request says it.
fn parameters(change: &SeriesChange) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("name", change.name.as_ref().map(|name| json!(name)));
    put("pattern", change.pattern.as_ref().map(|pattern| json!(pattern)));
    put("reset", change.reset.map(|reset| json!(reset.to_string())));
    put("prefix", change.prefix.as_ref().map(|prefix| json!(prefix)));
    put("starting_number", change.starting_number.map(|start| json!(start)));
    put("first_ordinal", change.first_ordinal.map(|first| json!(first)));
    put("default", change.default.map(|default| json!(default)));
    put("effective_from", change.effective_from.map(|from| json!(from.to_string())));
    Value::Object(fields)
}
