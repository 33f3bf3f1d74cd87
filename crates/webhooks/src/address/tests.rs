use super::*;

/// Addresses that no key reaches but a test key its own machine's, and what is said of them.
const REFUSED: [(&str, &str); 52] = [
    ("0.0.0.0", "an unspecified address"),
    ("0.1.2.3", "an unspecified address"),
    ("10.0.0.1", "a private address"),
    ("10.255.255.255", "a private address"),
    ("100.64.0.1", "an address of a carrier's own network"),
    ("100.127.255.255", "an address of a carrier's own network"),
    ("127.0.0.1", "a loopback address"),
    ("127.255.255.254", "a loopback address"),
    // Where clouds tell machines their secrets.
    ("169.254.169.254", "a link-local address"),
    ("172.16.0.1", "a private address"),
    ("172.31.255.255", "a private address"),
    ("192.0.0.8", "an address for protocols"),
    ("192.0.2.1", "an address for documentation"),
    ("192.88.99.1", "a relay's address"),
    ("192.52.193.1", "a relay's address"),
    ("192.168.1.1", "a private address"),
    ("198.18.0.1", "an address for benchmarks"),
    ("198.19.255.255", "an address for benchmarks"),
    ("198.51.100.1", "an address for documentation"),
    ("203.0.113.1", "an address for documentation"),
    ("224.0.0.1", "a multicast address"),
    ("239.255.255.255", "a multicast address"),
    ("240.0.0.1", "a reserved address"),
    ("255.255.255.255", "a broadcast address"),
    ("::", "an unspecified address"),
    ("::1", "a loopback address"),
    // IPv4 in IPv6: mapped, and the old compatible form.
    ("::ffff:127.0.0.1", "a loopback address"),
    ("::ffff:10.0.0.1", "a private address"),
    ("::ffff:169.254.169.254", "a link-local address"),
    ("::127.0.0.1", "a reserved address"),
    ("::8.8.8.8", "a reserved address"),
    // Through a translator, and through a 6to4 relay.
    ("64:ff9b::7f00:1", "a loopback address"),
    ("64:ff9b::a9fe:a9fe", "a link-local address"),
    ("64:ff9b::a00:1", "a private address"),
    ("64:ff9b:1::1", "a translator's own address"),
    ("2002:7f00:1::", "a loopback address"),
    ("2002:a9fe:a9fe::1", "a link-local address"),
    ("2002:c0a8:101::1", "a private address"),
    ("100::1", "an address that discards"),
    ("2001::1", "a tunnel's address"),
    ("2001:2::1", "an address for benchmarks"),
    ("2001:10::1", "an address for protocols"),
    ("2001:db8::1", "an address for documentation"),
    ("3fff::1", "an address for documentation"),
    ("5f00::1", "an address for routing"),
    ("fc00::1", "a private address"),
    ("fd12:3456::1", "a private address"),
    ("fe80::1", "a link-local address"),
    ("fec0::1", "a private address"),
    ("ff02::1", "a multicast address"),
    ("4000::1", "no address of the public internet"),
    ("200::1", "a reserved address"),
];

const PUBLIC: [&str; 16] = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
];

fn of(text: &str) -> IpAddr {
    text.parse().expect(text)
}

#[test]
fn what_is_not_public_is_refused_for_live_keys() {
    let rules = AddressRules::default();
    for (address, what) in REFUSED {
        assert_eq!(rules.refusal(of(address), Mode::Live), Some(what), "{address}");
    }
    for address in PUBLIC {
        assert_eq!(rules.refusal(of(address), Mode::Live), None, "{address}");
    }
}

#[test]
fn test_keys_reach_the_own_machine_besides_and_nothing_else() {
    let rules = AddressRules::default();
    let own = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"];
    for address in own.iter().chain(&PUBLIC) {
        assert_eq!(rules.refusal(of(address), Mode::Test), None, "{address}");
    }
    for (address, what) in REFUSED.iter().filter(|(address, _)| !own.contains(address)) {
        assert_eq!(rules.refusal(of(address), Mode::Test), Some(*what), "{address}");
    }
}

#[test]
fn networks_of_the_operator_are_allowed_and_their_neighbours_are_not() {
    let allowed = ["10.20.0.0/16", "fd12:3456::/32"];
    let allowed = allowed.iter().map(|text| text.parse().expect(text)).collect();
    let rules = AddressRules { allowed };
    for address in ["10.20.0.1", "::ffff:10.20.3.4", "fd12:3456::1"] {
        assert_eq!(rules.refusal(of(address), Mode::Live), None, "{address}");
    }
    for address in ["10.21.0.1", "127.0.0.1", "fd12:3457::1", "64:ff9b::a14:1"] {
        assert!(rules.refusal(of(address), Mode::Live).is_some(), "{address}");
    }
}

#[test]
fn every_row_of_the_tables_tells_something_apart() {
    let rules = AddressRules::default();
    for (network, what) in V4 {
        let first = network.to_string();
        let first = first.split('/').next().expect("an address");
        assert_eq!(rules.refusal(of(first), Mode::Live), Some(what), "{network}");
    }
    for (network, special) in V6 {
        if let Special::Refused(what) = special {
            let held = REFUSED
                .iter()
                .any(|(address, said)| *said == what && network.contains(of(address)));
            assert!(held || network.to_string() == "100:0:0:1::/64", "{network}");
        }
    }
}
