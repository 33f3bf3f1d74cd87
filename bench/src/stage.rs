//! What several parts stand on, made when the first of them asks.

use std::cell::OnceCell;

use anyhow::Result;
use testkit::postgres::{Durability, TemporaryCluster};

/// Shared by the parts of one run and taken down at its end.
pub(crate) struct Stage {
    connections: u16,
    cluster: OnceCell<TemporaryCluster>,
}

impl Stage {
    pub(crate) fn new(connections: u16) -> Self {
        Self { connections, cluster: OnceCell::new() }
    }

    /// How many requests are under way at once.
    pub(crate) fn connections(&self) -> usize {
        usize::from(self.connections)
    }

    /// A PostgreSQL that syncs as it is installed to.
    pub(crate) fn cluster(&self) -> Result<&TemporaryCluster> {
        if let Some(cluster) = self.cluster.get() {
            return Ok(cluster);
        }
        let cluster = TemporaryCluster::start(Durability::Full)?;
        Ok(self.cluster.get_or_init(|| cluster))
    }
}
