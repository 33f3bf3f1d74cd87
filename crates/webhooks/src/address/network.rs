//! A range of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// All addresses that begin with the same bits.
///
/// ```
/// use webhooks::address::Network;
///
/// let network: Network = "10.20.0.0/16".parse()?;
/// assert!(network.contains("10.20.255.1".parse()?));
/// assert!(!network.contains("10.21.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// How many bits are the same.
    bits: u8,
}

/// A text is no network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{text}' is no network: {problem}; expected one like 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError {
    text: String,
    problem: &'static str,
}

impl Network {
    pub(super) const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
        Network { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    pub(super) const fn v6(address: [u16; 8], bits: u8) -> Network {
        let [a, b, c, d, e, f, g, h] = address;
        Network { first: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), bits }
    }

    /// Whether an address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let rest = 32u32.saturating_sub(u32::from(self.bits));
                (first.to_bits() ^ address.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let rest = 128u32.saturating_sub(u32::from(self.bits));
                (first.to_bits() ^ address.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads an address with the number of bits that count, or a single address.
    fn from_str(text: &str) -> Result<Network, NetworkError> {
        let fail = |problem| NetworkError { text: text.to_owned(), problem };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| fail("the address cannot be read"))?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits.map(str::parse) {
            None => most,
            Some(Ok(bits)) if bits <= most => bits,
            Some(_) => return Err(fail("the number behind the slash is no count of its bits")),
        };
        let network = Network { first, bits };
        if network.lowest() != first {
            return Err(fail("bits behind the counted ones are set"));
        }
        Ok(network)
    }
}

impl Network {
    fn lowest(&self) -> IpAddr {
        match self.first {
            IpAddr::V4(first) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() & mask))
            }
            IpAddr::V6(first) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() & mask))
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_reads_back_and_holds_its_ends_only() {
        for (text, first, last, before, behind) in [
            ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("172.16.0.0/12", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.6", "192.0.2.8"),
            ("fc00::/7", "fc00::", "fdff:ffff::1", "fbff:ffff::", "fe00::"),
        ] {
            let network: Network = text.parse().expect(text);
            assert_eq!(network.to_string(), text);
            let holds = |address: &str| network.contains(address.parse().expect(address));
            assert!(holds(first) && holds(last), "{text}");
            assert!(!holds(before) && !holds(behind), "{text}");
        }
        let all: Network = "0.0.0.0/0".parse().expect("all of them");
        assert!(all.contains(IpAddr::V4(Ipv4Addr::BROADCAST)));
        assert!(!all.contains(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        let one: Network = "fd00::1".parse().expect("one of them");
        assert_eq!(one.to_string(), "fd00::1/128");
    }

    #[test]
    fn what_is_no_network_is_told_with_the_remedy() {
        for text in ["", "ten", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "fd00::/129", "10.1/8"] {
            let error = text.parse::<Network>().expect_err(text).to_string();
            assert!(error.contains("expected one like"), "{error}");
        }
        let error = "10.1.0.0/8".parse::<Network>().expect_err("set bits").to_string();
        assert!(error.contains("bits behind"), "{error}");
    }
}
