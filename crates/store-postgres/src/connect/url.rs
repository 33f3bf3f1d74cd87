//! Reading the address of a database: `postgres://user:password@host:port,…/database?name=value&…`.
//!
//! Cut into the same pieces as libpq does. Nothing that is refused is repeated in the error, unless
//! it is certain that it cannot be a piece of a password.

use super::password::Secret;

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What an address says, decoded, before it is known what it means.
#[derive(Debug, Default)]
pub(super) struct Address {
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    /// Hosts in order, each with its port; none of them may be left out in the text.
    pub(super) hosts: Vec<(String, Option<String>)>,
    pub(super) database: Option<String>,
    /// Names and values behind the `?`, in order.
    pub(super) parameters: Vec<(String, String)>,
}

/// Cuts an address; what is wrong is said in a sentence.
pub(super) fn read(url: &str) -> Result<Address, String> {
    let rest = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)).ok_or(
        "The database's address does not begin with `postgres://`. Write it as \
         `postgres://user@host:5432/database`.",
    )?;
    let mut address = Address::default();
    // As in libpq, a password may hold `:`, `?` and `#` as they are, but neither `/` nor `@`.
    let rest = match rest.find(['@', '/']) {
        Some(at) if rest.as_bytes()[at] == b'@' => {
            let (user, password) = match rest[..at].split_once(':') {
                Some((user, password)) => (user, decode(password, "password")?),
                None => (&rest[..at], String::new()),
            };
            address.user = Some(decode(user, "user")?).filter(|user| !user.is_empty());
            address.password = Secret::new(password);
            &rest[at + 1..]
        }
        _ => rest,
    };
    if rest.contains('@') {
        return Err("The database's address has an `@` where none may stand. In a password write \
                    `%40` for `@`, `%2F` for `/` and `%3A` for `:`."
            .to_owned());
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    address.database = Some(decode(database, "database")?).filter(|name| !name.is_empty());
    address.hosts = hosts.split(',').map(host).collect::<Result<_, _>>()?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(
            "A parameter of the database's address has no value. Write `?name=value&name=value`.",
        )?;
        let value = decode(value, "parameters")?;
        address.parameters.push((decode(name, "parameters")?, value));
    }
    Ok(address)
}

/// One host with its port, where it has one.
fn host(text: &str) -> Result<(String, Option<String>), String> {
    let (name, rest) = match text.strip_prefix('[') {
        Some(rest) => rest
            .split_once(']')
            .ok_or("An IPv6 address in the database's address has no `]`. Write `[::1]:5432`.")?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match rest.strip_prefix(':') {
        Some(port) => Some(port.to_owned()).filter(|port| !port.is_empty()),
        None if rest.is_empty() => None,
        None => {
            return Err(
                "Behind the `]` of an IPv6 address only a port may stand: `[::1]:5432`.".to_owned()
            );
        }
    };
    Ok((decode(name, "host")?, port))
}

/// Decodes `%20` and the like.
fn decode(text: &str, part: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(|| {
            format!(
                "The {part} in the database's address has a `%` that two hexadecimal digits do not \
                 follow. Write `%25` for `%`."
            )
        })?;
        bytes.push(byte);
        rest = &behind[2..];
    }
    let decoded = String::from_utf8(bytes).ok().filter(|decoded| !decoded.contains('\0'));
    decoded.ok_or_else(|| format!("The {part} in the database's address is no text in UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_as_libpq_cuts_it() {
        // user, hosts with ports, database, parameters
        let table = [
            ("postgres://", "", ":", "", ""),
            ("postgresql://localhost", "", "localhost:", "", ""),
            ("postgres://localhost:5433", "", "localhost:5433", "", ""),
            ("postgres://localhost:", "", "localhost:", "", ""),
            ("postgres://localhost/books", "", "localhost:", "books", ""),
            ("postgres://app@localhost", "app", "localhost:", "", ""),
            ("postgres://app:secret@localhost", "app", "localhost:", "", ""),
            ("postgres://a:1,b:2,c/x", "", "a:1 b:2 c:", "x", ""),
            ("postgres://[::1]:7,[fe80::2]/x", "", "::1:7 fe80::2:", "x", ""),
            ("postgres://%2Frun%2Fpg:7/x", "", "/run/pg:7", "x", ""),
            ("postgres:///x?host=/run/pg&port=7", "", ":", "x", "host=/run/pg port=7"),
            ("postgres://h?sslmode=require", "", "h:", "", "sslmode=require"),
            ("postgres://h/?options=-c%20a%3Db&x=", "", "h:", "", "options=-c a=b x="),
            ("postgres://%C3%A4%40b@h/%C3%BC", "ä@b", "h:", "ü", ""),
        ];
        for (url, user, hosts, database, parameters) in table {
            let address = read(url).unwrap();
            let shown: Vec<String> = address
                .hosts
                .iter()
                .map(|(host, port)| format!("{host}:{}", port.as_deref().unwrap_or("")))
                .collect();
            let pairs: Vec<String> =
                address.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(address.user.as_deref().unwrap_or(""), user, "{url}");
            assert_eq!(shown.join(" "), hosts, "{url}");
            assert_eq!(address.database.as_deref().unwrap_or(""), database, "{url}");
            assert_eq!(pairs.join(" "), parameters, "{url}");
        }
    }

    #[test]
    fn a_password_is_decoded_and_may_hold_what_libpq_lets_it() {
        for (url, password) in [
            ("postgres://app@h", None),
            ("postgres://app:@h", None),
            ("postgres://app:s:e?c#r@h", Some("s:e?c#r")),
            ("postgres://app:%40%2F%3A%25@h", Some("@/:%")),
        ] {
            let found = read(url).unwrap().password;
            assert_eq!(found.as_ref().map(Secret::text), password, "{url}");
        }
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        for (url, remedy) in [
            ("hunter2", "postgres://user@host"),
            ("mysql://app:hunter2@h/x", "postgres://user@host"),
            ("postgres://app:hun@ter2@h/x", "%40"),
            ("postgres://app:hun/ter2@h/x", "%2F"),
            ("postgres://app:12/hunter2@h", "%2F"),
            ("postgres://app:hunter2%@h/x", "%25"),
            ("postgres://app:hunter2%4@h/x", "%25"),
            ("postgres://app:hunter2%zz@h/x", "%25"),
            ("postgres://app:hunter2%ff@h/x", "UTF-8"),
            ("postgres://app:hunter2%00@h/x", "UTF-8"),
            ("postgres://app:hunter2@[::1/x", "[::1]:5432"),
            ("postgres://app:hunter2@[::1]5432/x", "[::1]:5432"),
            ("postgres://app:hunter2@h/x?sslmode", "?name=value"),
            ("postgres://app:hunter2@h/x?a=%", "%25"),
        ] {
            let refused = read(url).unwrap_err();
            assert!(refused.contains(remedy), "{url}: {refused}");
            for piece in ["hunter2", "hun", "ter2"] {
                assert!(!refused.contains(piece), "{url}: {refused}");
            }
        }
    }
}
