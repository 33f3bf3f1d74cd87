//! (d): many numbers a request.

use std::rc::Rc;

use anyhow::Result;

use super::Product;
use super::database::{BATCH_ITEMS, Database};
use crate::part::{Part, Sample, Time};
use crate::request::{Orders, Retries, Series};
use crate::stage::Stage;

/// Enough that a request waits while another is worked on.
pub(super) const CONNECTIONS: usize = 4;

pub(crate) fn open(_stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create()?;
    let orders = Orders::new(database.secret(), Retries::Reference, Series::Default);
    Ok(Box::new(Batches { product: Product::serve(database)?, orders }))
}

struct Batches {
    product: Product,
    orders: Rc<Orders>,
}

impl Part for Batches {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let sample = self.product.load(CONNECTIONS, time, &self.orders, write)?;
        Ok(Sample { rate: sample.rate * BATCH_ITEMS as f64, ..sample })
    }
}

/// Writes the request of a whole batch.
pub(super) fn write(orders: &Orders, buffer: &mut Vec<u8>) {
    orders.write_batch(BATCH_ITEMS, buffer);
}
