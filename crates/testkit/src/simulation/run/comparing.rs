//! What store and model are compared by.

use ledger::Command;
use ledger::invariants::Snapshot;
use ledger::outcome::Answer;
use store::{Page, Store};

use super::super::documents;
use super::super::world::LEDGERS;
use super::{Run, Stop};
use crate::random::Random;

impl Run<'_> {
    /// What is remembered of keys, and what is known of customers.
    pub(super) fn compare_answers_kept(&mut self, commands: &[Command]) -> Result<(), Stop> {
        let misses = kept(commands);
        let mut stored = self.reader()?.load(&misses)?;
        let mut model = self.model.reader()?.load(&misses)?;
        for loaded in [&mut stored, &mut model] {
            loaded.outcomes.sort_by_key(|row| (row.ledger, row.key));
            loaded.customers.sort_by_key(|row| (row.ledger, row.id.clone()));
        }
        if stored.outcomes != model.outcomes {
            let mut pairs = stored.outcomes.iter().zip(&model.outcomes);
            let other = pairs.find(|(stored, model)| stored != model);
            let what = format!("other outcomes are remembered than in the model: {other:?}");
            return Err(what.into());
        }
        if stored.customers != model.customers {
            return Err("other customers are known than in the model".to_owned().into());
        }
        Ok(())
    }

    /// What documents have left.
    pub(super) fn compare_documents(&mut self) -> Result<(), Stop> {
        let stored = documents::left(&mut *self.reader()?)?;
        let model = documents::left(&mut *self.model.reader()?)?;
        self.world.learn(&model);
        documents::difference(&stored, &model).map_or(Ok(()), |what| Err(what.into()))
    }

    /// A page of a list, by a filter that the model answers too.
    pub(super) fn compare_lists(&mut self) -> Result<(), Stop> {
        let ledger = *self.trouble.pick(&LEDGERS);
        let filter = super::super::commands::filter(&mut self.trouble);
        let edge = |random: &mut Random| {
            random.chance(1, 2).then(|| ledger::id::Position(1 + random.below(40)))
        };
        let starting_after = edge(&mut self.trouble);
        let ending_before = edge(&mut self.trouble).filter(|_| starting_after.is_none());
        let limit = 1 + self.trouble.below(12) as u32;
        let page = Page { starting_after, ending_before, limit };
        let stored = self.reader()?.numbers(ledger, &filter, page)?;
        let model = self.model.reader()?.numbers(ledger, &filter, page)?;
        if stored != model {
            let positions = |page: &store::NumberPage| {
                let list: Vec<_> = page.rows.iter().map(|row| row.row.position.0).collect();
                (list, page.has_more)
            };
            let (is, should) = (positions(&stored), positions(&model));
            return Err(format!("{filter:?} {page:?} lists {is:?}, not {should:?}").into());
        }
        Ok(())
    }
}

fn kept(commands: &[Command]) -> ledger::Misses {
    let mut misses = ledger::Misses::default();
    for command in commands {
        if let Some((key, _)) = command.idempotency
            && !misses.outcomes.contains(&(command.ledger, key))
        {
            misses.outcomes.push((command.ledger, key));
        }
    }
    for ledger in LEDGERS {
        let customers = (0..5).map(|n| ledger::id::CustomerId(format!("cus_{n}")));
        misses.customers.extend(customers.map(|customer| (ledger, customer)));
    }
    misses
}

pub(super) fn compare_answers(answers: &[Answer], expected: &[Answer]) -> Result<(), String> {
    if answers == expected {
        return Ok(());
    }
    let place = answers.iter().zip(expected).position(|(is, should)| is != should);
    Err(match place {
        Some(place) => format!(
            "command {place} is answered {:?}, and one by one on the model {:?}",
            answers[place], expected[place]
        ),
        None => format!("{} answers for {} commands", answers.len(), expected.len()),
    })
}

/// Where two ledgers part, in short.
pub(super) fn difference(stored: &Option<Snapshot>, model: &Option<Snapshot>) -> String {
    let (Some(stored), Some(model)) = (stored, model) else {
        let there = |it: &Option<Snapshot>| if it.is_some() { "is there" } else { "is not there" };
        return format!("a ledger {} and in the model {}", there(stored), there(model));
    };
    let parts = [
        ("head", first(&[&stored.ledger], &[&model.ledger])),
        ("series", first(&stored.series, &model.series)),
        ("sequences", first(&stored.sequences, &model.sequences)),
        ("register", first(&stored.numbers, &model.numbers)),
        ("gaps", first(&stored.gaps, &model.gaps)),
        ("trail", first(&stored.trail, &model.trail)),
    ];
    let told = parts.into_iter().filter_map(|(name, part)| part.map(|it| format!("{name}: {it}")));
    told.collect::<Vec<_>>().join("; ")
}

fn first<T: PartialEq + std::fmt::Debug>(stored: &[T], model: &[T]) -> Option<String> {
    let place = stored.iter().zip(model).position(|(a, b)| a != b);
    match place {
        Some(place) => Some(format!("{:?} and in the model {:?}", stored[place], model[place])),
        None if stored.len() == model.len() => None,
        None => Some(format!("{} rows and in the model {}", stored.len(), model.len())),
    }
}
