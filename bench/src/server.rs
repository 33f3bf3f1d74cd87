//! An HTTP server inside this process, on 127.0.0.1 and a port of its own.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use axum::Router;
use axum::serve::ListenerExt;
use testkit::load::{self, LoadPlan};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::part::{Sample, Time};
use crate::request;

/// Serves until it is dropped, on threads of its own: one for each core.
pub(crate) struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Serves what `router` makes within the server's own runtime.
    pub(crate) fn start<F>(router: F) -> Result<Self>
    where
        F: AsyncFnOnce() -> Result<Router>,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (address, listener, router) = runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            anyhow::Ok((listener.local_addr()?, listener, router().await?))
        })?;
        let listener = listener.tap_io(|stream| {
            // Only a connection that is gone refuses, and then nobody waits for the answer.
            let _ = stream.set_nodelay(true);
        });
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// Sends requests for a number from `connections` clients.
    pub(crate) fn load(&self, connections: usize, time: Time) -> Result<Sample> {
        let report = load::run(LoadPlan {
            address: self.address,
            connections,
            warm_up: time.warm_up,
            duration: time.measured,
            request: request::write,
        })?;
        Ok(report.into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
