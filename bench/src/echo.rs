//! (a): what HTTP alone costs on this machine.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;

use crate::part::{Part, Sample, Time};
use crate::request::{Orders, PATH};
use crate::server::Server;
use crate::stage::Stage;

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let server =
        Server::start(async || Ok(Router::new().route(PATH, post(async |body: Bytes| body))))?;
    Ok(Box::new(Echo { server, connections: stage.connections() }))
}

struct Echo {
    server: Server,
    connections: usize,
}

impl Part for Echo {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let orders = Orders::plain();
        self.server.load(self.connections, time, move |buffer| orders.write_one(buffer))
    }
}
