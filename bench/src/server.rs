//! An HTTP server inside this process, on 127.0.0.1 and a port of its own.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use axum::Router;
use axum::serve::ListenerExt;
use engine::Engine;
use testkit::load::{self, LoadPlan, Requests};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::part::{Sample, Time};

/// Serves until it is dropped, on threads of its own: one for each core.
pub(crate) struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Serves what `router` makes within the server's own runtime, as axum does by itself.
    pub(crate) fn start<F>(router: F) -> Result<Self>
    where
        F: AsyncFnOnce() -> Result<Router>,
    {
        Self::serving(router, async |listener, router| {
            let listener = listener.tap_io(|stream| {
                // Only a connection that is gone refuses, and then nobody waits for the answer.
                let _ = stream.set_nodelay(true);
            });
            // It does not end by itself.
            drop(axum::serve(listener, router).await);
        })
    }

    /// Serves the product, as the product does.
    pub(crate) fn product(engine: &Engine) -> Result<Self> {
        Self::serving(
            async || Ok(api::router(engine.clone())),
            async |listener, router| {
                api::serve(listener, router, std::future::pending()).await;
            },
        )
    }

    fn serving<F, S, R>(router: F, serve: S) -> Result<Self>
    where
        F: AsyncFnOnce() -> Result<Router>,
        S: FnOnce(TcpListener, Router) -> R,
        R: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (address, listener, router) = runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            anyhow::Ok((listener.local_addr()?, listener, router().await?))
        })?;
        runtime.spawn(serve(listener, router));
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// Sends what `request` writes from `connections` clients.
    pub(crate) fn load(
        &self,
        connections: usize,
        time: Time,
        request: impl Fn(&mut Vec<u8>) + 'static,
    ) -> Result<Sample> {
        load(&[self.address], connections, time, request)
    }

    /// Sends requests that depend on the connection, or on what was answered before.
    pub(crate) fn send(
        &self,
        connections: usize,
        time: Time,
        requests: impl Requests + 'static,
    ) -> Result<Sample> {
        send(&[self.address], connections, time, requests)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Sends what `request` writes from `connections` clients to the servers that listen at these
/// addresses.
pub(crate) fn load(
    addresses: &[SocketAddr],
    connections: usize,
    time: Time,
    request: impl Fn(&mut Vec<u8>) + 'static,
) -> Result<Sample> {
    let requests = move |_connection: usize, _iteration: u64, buffer: &mut Vec<u8>| request(buffer);
    send(addresses, connections, time, requests)
}

/// The same with requests that depend on the connection, or on what was answered before.
pub(crate) fn send(
    addresses: &[SocketAddr],
    connections: usize,
    time: Time,
    requests: impl Requests + 'static,
) -> Result<Sample> {
    let report = load::run(LoadPlan {
        addresses: addresses.to_vec(),
        connections,
        warm_up: time.warm_up,
        duration: time.measured,
        requests,
    })?;
    Ok(report.into())
}
