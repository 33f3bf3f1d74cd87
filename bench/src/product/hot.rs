//! (c), (e) and (f): one number a request.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use testkit::vfs::Shim;

use super::Product;
use super::database::Database;
use crate::part::{Part, Sample, Time};
use crate::request::{Orders, Retries, Series};
use crate::stage::Stage;

/// How many times as many connections "many" are.
const MANY: usize = 4;

/// Series to choose from in (e).
const SERIES: u64 = 1_000;

/// Numbers that are there before the latency is looked at.
const PRESENT: u64 = 1_000_000;

/// What is added to every sync in (f).
const SYNC_DELAY: Duration = Duration::from_millis(5);

pub(crate) fn by_reference(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    single(Database::create()?, stage.connections(), Retries::Reference, Series::Default)
}

pub(crate) fn by_key(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    single(Database::create()?, stage.connections(), Retries::Key, Series::Default)
}

pub(crate) fn many_by_reference(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let connections = MANY * stage.connections();
    single(Database::create()?, connections, Retries::Reference, Series::Default)
}

pub(crate) fn many_by_key(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let connections = MANY * stage.connections();
    single(Database::create()?, connections, Retries::Key, Series::Default)
}

pub(crate) fn on_a_million(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create()?;
    database.fill(PRESENT)?;
    single(database, stage.connections(), Retries::Reference, Series::Default)
}

pub(crate) fn any_series(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create()?;
    database.create_series(SERIES)?;
    single(database, stage.connections(), Retries::Reference, Series::AnyOf(SERIES))
}

pub(crate) fn slow_disk(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let shim = Shim::mount();
    let database = Database::create_on(&shim)?;
    shim.meter().delay_syncs(SYNC_DELAY);
    single(database, stage.connections(), Retries::Reference, Series::Default)
}

fn single(
    database: Database,
    connections: usize,
    retries: Retries,
    series: Series,
) -> Result<Box<dyn Part>> {
    let orders = Orders::new(database.secret(), retries, series);
    Ok(Box::new(Single { product: Product::serve(database)?, orders, connections }))
}

struct Single {
    product: Product,
    orders: Rc<Orders>,
    connections: usize,
}

impl Part for Single {
    fn round(&mut self, time: Time) -> Result<Sample> {
        self.product.load(self.connections, time, &self.orders, Orders::write_one)
    }
}
