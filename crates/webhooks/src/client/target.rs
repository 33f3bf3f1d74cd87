//! Where an endpoint's URL leads.

use std::net::IpAddr;

use hyper::Uri;
use hyper::http::uri::Scheme;
use ledger::model::Mode;

use super::failure::Failure;
use crate::address::AddressRules;

/// A URL that a request can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(super) origin: Origin,
    /// The host with its port where that is not the scheme's own, as the request names it.
    pub(super) authority: String,
    /// What is asked for there: the path with the query.
    pub(super) path: String,
}

/// What a connection can be used for again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) is_tls: bool,
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// What was allowed when the address was checked.
    pub(super) mode: ledger::model::Mode,
}

impl Target {
    /// Reads a URL for an endpoint of this mode.
    ///
    /// # Errors
    /// [`Failure::Url`] when it is no URL with a host, names a user, or is not encrypted for a live
    /// endpoint.
    pub fn parse(url: &str, mode: Mode) -> Result<Target, Failure> {
        let uri: Uri = url.parse().map_err(|_| Failure::Url("it cannot be read as a URL"))?;
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(Failure::Url("it begins with neither https:// nor http://")),
        };
        if mode == Mode::Live && !is_tls {
            return Err(Failure::Url("live endpoints are reached by https:// only"));
        }
        let authority = uri.authority().ok_or(Failure::Url("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(Failure::Url("it names a user; events are proven by their signature"));
        }
        let named = authority.host();
        let host = named.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(named);
        if host.is_empty() {
            return Err(Failure::Url("it names no host"));
        }
        let usual = if is_tls { 443 } else { 80 };
        let port = match authority.as_str()[named.len()..].strip_prefix(':') {
            None | Some("") => usual,
            Some(_) => authority.port_u16().unwrap_or_default(),
        };
        if port == 0 {
            return Err(Failure::Url("its port is none from 1 to 65535"));
        }
        let authority = if port == usual { named.to_owned() } else { format!("{named}:{port}") };
        let host = host.to_ascii_lowercase();
        let path = match uri.path_and_query().map_or("/", |path| path.as_str()) {
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        Ok(Target { origin: Origin { is_tls, host, port, mode }, authority, path })
    }
}

/// Why events would never be sent to a URL of an endpoint of this mode, as far as the URL itself
/// tells: where a name leads is looked at when they are sent.
///
/// # Errors
/// What is wrong with it, for whoever typed it.
pub fn check_url(url: &str, mode: Mode, rules: &AddressRules) -> Result<(), Failure> {
    let Origin { host, .. } = Target::parse(url, mode)?.origin;
    let Ok(address) = host.parse() else { return Ok(()) };
    match rules.refusal(address, mode) {
        Some(what) => Err(Failure::Forbidden { host, address, what }),
        None => Ok(()),
    }
}

impl Origin {
    /// The address, where the URL names one.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (bool, String, u16, String, String) {
        let target = Target::parse(url, Mode::Test).expect(url);
        let Origin { is_tls, host, port, .. } = target.origin;
        (is_tls, host, port, target.authority, target.path)
    }

    #[test]
    fn a_url_is_taken_apart() {
        let of = |is_tls, host: &str, port, authority: &str, path: &str| {
            (is_tls, host.to_owned(), port, authority.to_owned(), path.to_owned())
        };
        for (url, expected) in [
            ("https://example.com", of(true, "example.com", 443, "example.com", "/")),
            ("https://Example.COM:443/a", of(true, "example.com", 443, "Example.COM", "/a")),
            ("http://h:8080/a?b=c", of(false, "h", 8080, "h:8080", "/a?b=c")),
            ("https://[::1]:1/x", of(true, "::1", 1, "[::1]:1", "/x")),
            ("http://127.0.0.1/x#y", of(false, "127.0.0.1", 80, "127.0.0.1", "/x")),
            ("https://h?q", of(true, "h", 443, "h", "/?q")),
            ("https://h:/", of(true, "h", 443, "h", "/")),
        ] {
            assert_eq!(parts(url), expected, "{url}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused_with_its_reason() {
        for (url, problem) in [
            ("", "cannot be read"),
            ("/hooks", "begins with neither"),
            ("example.com", "begins with neither"),
            ("ftp://example.com/", "begins with neither"),
            ("file:///etc/passwd", "cannot be read"),
            ("https://", "cannot be read"),
            ("https://user:pass@example.com/", "names a user"),
            ("https://example.com:0/", "its port"),
            ("https://example.com:99999/", "its port"),
            ("https://example.com:x/", "its port"),
            ("https://exa mple.com/", "cannot be read"),
            ("https://exam\u{e4}ple.com/", "cannot be read"),
            ("https://example.com/\r\nX: y", "cannot be read"),
        ] {
            let failure = Target::parse(url, Mode::Test).expect_err(url).to_string();
            assert!(failure.contains(problem), "{url}: {failure}");
        }
        let failure = Target::parse("http://example.com/", Mode::Live).expect_err("not encrypted");
        assert!(failure.to_string().contains("https:// only"), "{failure}");
        assert!(Target::parse("https://example.com/", Mode::Live).is_ok());
    }

    #[test]
    fn an_address_in_a_url_is_checked_as_the_connection_would() {
        let network = "10.20.0.0/16".parse().expect("a network");
        let rules = AddressRules { allowed: vec![network] };
        for (url, live, test) in [
            ("https://example.com/", true, true),
            ("http://example.com/", false, true),
            ("https://localhost/", true, true),
            ("https://127.0.0.1/", false, true),
            ("http://[::1]:9/", false, true),
            ("https://10.0.0.1/", false, false),
            ("https://10.20.0.1/", true, true),
            ("https://169.254.169.254/latest", false, false),
            ("https://[::ffff:192.168.0.1]/", false, false),
            ("https://[64:ff9b::a00:1]/", false, false),
            ("https://93.184.216.34/", true, true),
            ("https://user@example.com/", false, false),
            ("https://example.com:0/", false, false),
        ] {
            let check = |mode| check_url(url, mode, &rules).is_ok();
            assert_eq!((check(Mode::Live), check(Mode::Test)), (live, test), "{url}");
        }
        let failure = check_url("https://10.0.0.1/", Mode::Live, &rules).expect_err("private");
        assert!(failure.to_string().contains("a private address"), "{failure}");
    }
}
