//! The product: the whole path from a request to an answer whose number is on disk.

pub(crate) mod batch;
mod child;
mod database;
pub(crate) mod deliveries;
mod drafts;
pub(crate) mod hot;
pub(crate) mod invoices;
pub(crate) mod large;
pub(crate) mod postgres;
pub(crate) mod size;

use std::rc::Rc;

use anyhow::{Result, ensure};

use crate::part::{Figure, Sample, Time};
use crate::request::Orders;
use crate::server::Server;
use database::Database;

/// A database with a server on it.
struct Product {
    // Stopped before the database goes.
    server: Server,
    database: Database,
}

impl Product {
    fn serve(database: Database) -> Result<Self> {
        Ok(Self { server: Server::product(database.engine())?, database })
    }

    /// Sends what `write` writes of `orders`, and makes sure that every answer is a number.
    fn load(
        &self,
        connections: usize,
        time: Time,
        orders: &Rc<Orders>,
        write: impl Fn(&Orders, &mut Vec<u8>) + 'static,
    ) -> Result<Sample> {
        let before = self.database.tally()?;
        let sender = Rc::clone(orders);
        let request = move |buffer: &mut Vec<u8>| write(&sender, buffer);
        let sent_before = orders.sent();
        let mut sample = self.server.load(connections, time, request)?;
        let done = self.database.tally()?.since(before);
        let sent = orders.sent() - sent_before;
        ensure!(
            sample.errors > 0 || done.numbers == sent,
            "{sent} orders were sent and {} numbers given",
            done.numbers
        );
        sample.figures.insert(Figure::CommitNumbers, done.per_commit(done.numbers as f64));
        sample.figures.insert(Figure::CommitMs, done.per_commit(done.commit_ms));
        sample.figures.insert(Figure::LogBytes, done.log_bytes / done.numbers as f64);
        Ok(sample)
    }
}
