//! The registries of addresses for special purposes, as IANA keeps them.

use super::Network;

/// What an IPv6 network means for a webhook.
#[derive(Clone, Copy, Debug)]
pub(super) enum Special {
    /// It is not for the public internet.
    Refused(&'static str),
    /// Its addresses hold an IPv4 address, beginning with this byte.
    HoldsV4 {
        /// Counted from 0.
        first_byte: usize,
    },
    /// It is the public internet's.
    Public,
}

use Special::{HoldsV4, Public, Refused};

/// IPv4 addresses that are no address of the public internet; the others are.
pub(super) const V4: [(Network, &str); 17] = [
    (Network::v4(0, 0, 0, 0, 8), "an unspecified address"),
    (Network::v4(10, 0, 0, 0, 8), "a private address"),
    (Network::v4(100, 64, 0, 0, 10), "an address of a carrier's own network"),
    (Network::v4(127, 0, 0, 0, 8), "a loopback address"),
    (Network::v4(169, 254, 0, 0, 16), "a link-local address"),
    (Network::v4(172, 16, 0, 0, 12), "a private address"),
    (Network::v4(192, 0, 0, 0, 24), "an address for protocols"),
    (Network::v4(192, 0, 2, 0, 24), "an address for documentation"),
    (Network::v4(192, 88, 99, 0, 24), "a relay's address"),
    (Network::v4(192, 168, 0, 0, 16), "a private address"),
    (Network::v4(198, 18, 0, 0, 15), "an address for benchmarks"),
    (Network::v4(198, 51, 100, 0, 24), "an address for documentation"),
    (Network::v4(203, 0, 113, 0, 24), "an address for documentation"),
    (Network::v4(224, 0, 0, 0, 4), "a multicast address"),
    (Network::v4(255, 255, 255, 255, 32), "a broadcast address"),
    (Network::v4(240, 0, 0, 0, 4), "a reserved address"),
    (Network::v4(192, 52, 193, 0, 24), "a relay's address"),
];

/// IPv6 addresses by purpose; the first network that holds an address tells. One that is in none
/// of them is not given to anybody yet. IPv4 addresses written as IPv6 (`::ffff:0:0/96`) never get
/// here.
pub(super) const V6: [(Network, Special); 20] = [
    (Network::v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Refused("an unspecified address")),
    (Network::v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Refused("a loopback address")),
    (Network::v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Refused("a reserved address")),
    (Network::v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), HoldsV4 { first_byte: 12 }),
    (Network::v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Refused("a translator's own address")),
    (Network::v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), Refused("an address that discards")),
    (Network::v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64), Refused("an address that discards")),
    (Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Refused("a tunnel's address")),
    (Network::v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Refused("an address for benchmarks")),
    (Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Refused("an address for protocols")),
    (Network::v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Refused("an address for documentation")),
    (Network::v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), HoldsV4 { first_byte: 2 }),
    (Network::v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Refused("an address for documentation")),
    (Network::v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3), Public),
    (Network::v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), Refused("an address for routing")),
    (Network::v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Refused("a private address")),
    (Network::v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Refused("a link-local address")),
    (Network::v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Refused("a private address")),
    (Network::v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Refused("a multicast address")),
    (Network::v6([0x200, 0, 0, 0, 0, 0, 0, 0], 7), Refused("a reserved address")),
];
