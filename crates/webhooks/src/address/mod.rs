//! Which addresses a webhook may be sent to.
//!
//! An endpoint is a URL that somebody typed; without these rules it would be a way to have the
//! server call what only the server can reach. The rules are about addresses, never about names:
//! whoever connects resolves the name itself, asks here for every address that came of it, and
//! connects to one of those.

mod network;
mod tables;

pub use network::{Network, NetworkError};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ledger::model::Mode;

use tables::{Special, V4, V6};

/// What is allowed beyond public addresses.
#[derive(Clone, Debug, Default)]
pub struct AddressRules {
    /// Networks of the operator's own, allowed for every key.
    pub allowed: Vec<Network>,
}

impl AddressRules {
    /// Why an endpoint of this mode may not be at an address; `None` when it may.
    ///
    /// ```
    /// use ledger::model::Mode;
    /// use webhooks::address::AddressRules;
    ///
    /// let rules = AddressRules::default();
    /// let loopback = "127.0.0.1".parse()?;
    /// assert_eq!(rules.refusal(loopback, Mode::Live), Some("a loopback address"));
    /// assert_eq!(rules.refusal(loopback, Mode::Test), None);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    pub fn refusal(&self, address: IpAddr, mode: Mode) -> Option<&'static str> {
        // Written into IPv6, an IPv4 address is the same host.
        let address = address.to_canonical();
        let is_allowed = self.allowed.iter().any(|network| network.contains(address));
        let is_own = mode == Mode::Test && address.is_loopback();
        if is_allowed || is_own {
            return None;
        }
        match address {
            IpAddr::V4(address) => refusal_v4(address),
            IpAddr::V6(address) => refusal_v6(address),
        }
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let found = V4.iter().find(|(network, _)| network.contains(IpAddr::V4(address)));
    found.map(|(_, what)| *what)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let found = V6.iter().find(|(network, _)| network.contains(IpAddr::V6(address)));
    match found.map(|(_, special)| *special) {
        Some(Special::Refused(what)) => Some(what),
        // A translator or a relay leads to the IPv4 address that is inside.
        Some(Special::HoldsV4 { first_byte }) => refusal_v4(held_v4(address, first_byte)),
        Some(Special::Public) => None,
        None => Some("no address of the public internet"),
    }
}

/// The IPv4 address in four bytes of an IPv6 address.
fn held_v4(address: Ipv6Addr, first_byte: usize) -> Ipv4Addr {
    let mut bytes = [0; 4];
    let all = address.octets();
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = all.get(first_byte + place).copied().unwrap_or_default();
    }
    Ipv4Addr::from(bytes)
}

#[cfg(test)]
mod tests;
