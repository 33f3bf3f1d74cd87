//! Where the password comes from.
//!
//! The first of these that there is wins:
//!
//! 1. the password in the address (`postgres://user:password@…` or `?password=`),
//! 2. the file that `GAPLESS_DATABASE_PASSWORD_FILE` names, as secrets of containers are given; a
//!    line end behind the password is not part of it,
//! 3. `PGPASSWORD`,
//! 4. the line of the password file (`?passfile=`, `PGPASSFILE`, `~/.pgpass`) that fits host, port,
//!    database and user. As in libpq, it is used only when nobody but its owner may read it.
//!
//! Files are read at each connection, so that a changed password is taken without a restart.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::endpoint::{Endpoint, Host};

/// The variable that names a file with nothing but the password.
pub(super) const FILE_VARIABLE: &str = "GAPLESS_DATABASE_PASSWORD_FILE";

/// What must not be seen: it has no `Display`, and its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    /// A secret; an empty text is none.
    pub(super) fn new(text: String) -> Option<Secret> {
        Some(Secret(text)).filter(|secret| !secret.0.is_empty())
    }

    /// The secret itself, for whoever sends it.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Where to look for a password.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// It is in the address.
    Address(Secret),
    /// A file holds nothing else.
    File(PathBuf),
    /// `PGPASSWORD` is set.
    Variable(Secret),
    /// A file in the form of `.pgpass`; it may be missing.
    List(PathBuf),
    /// There is nowhere to look.
    Nowhere,
}

/// A password, or none, and how that came about: words for an error, without the password.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) secret: Option<Secret>,
    pub(super) account: String,
}

impl Source {
    /// The password for one server.
    ///
    /// Fails with a sentence when a file that was named for nothing else cannot be used.
    pub(super) fn find(
        &self,
        endpoint: &Endpoint,
        database: &str,
        user: &str,
    ) -> Result<Found, String> {
        let found = |secret: &Secret, account: &str| Found {
            secret: Some(secret.clone()),
            account: account.to_owned(),
        };
        match self {
            Source::Address(secret) => Ok(found(secret, "the password is the address's")),
            Source::Variable(secret) => Ok(found(secret, "the password is that of PGPASSWORD")),
            Source::File(path) => {
                let secret = whole_file(path)?;
                let shown = path.display();
                Ok(found(&secret, &format!("the password is that of {FILE_VARIABLE}={shown}")))
            }
            Source::List(path) => Ok(in_list(path, endpoint, database, user)),
            Source::Nowhere => Ok(Found { secret: None, account: "no password was given".into() }),
        }
    }
}

fn whole_file(path: &Path) -> Result<Secret, String> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        format!("The file {shown} that {FILE_VARIABLE} names cannot be read: {error}.")
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Secret::new(line.to_owned()).ok_or_else(|| {
        format!("The file {shown} that {FILE_VARIABLE} names is empty: write the password into it.")
    })
}

fn in_list(path: &Path, endpoint: &Endpoint, database: &str, user: &str) -> Found {
    let shown = path.display();
    let none = |account: String| Found { secret: None, account };
    let is_open = match fs::metadata(path) {
        Ok(file) if !file.is_file() => {
            return none(format!("the password file {shown} is no plain file"));
        }
        Ok(file) => file.permissions().mode() & 0o077 != 0,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return none(format!("no password was given, and there is no password file {shown}"));
        }
        Err(error) => return none(format!("the password file {shown} cannot be read: {error}")),
    };
    if is_open {
        return none(format!(
            "the password file {shown} was not used, because others than its owner may read or \
             write it (`chmod 0600 {shown}`)"
        ));
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return none(format!("the password file {shown} cannot be read: {error}")),
    };
    let wanted = Wanted { endpoint, database, user };
    for line in text.lines() {
        if let Some(secret) = wanted.in_line(line) {
            return Found {
                secret: Secret::new(secret),
                account: format!("the password is that of the password file {shown}"),
            };
        }
    }
    none(format!("no line of the password file {shown} fits host, port, database and user"))
}

/// Whom a line of a password file must fit.
struct Wanted<'a> {
    endpoint: &'a Endpoint,
    database: &'a str,
    user: &'a str,
}

impl Wanted<'_> {
    /// The password of a line that fits: `host:port:database:user:password`.
    fn in_line(&self, line: &str) -> Option<String> {
        if line.starts_with('#') {
            return None;
        }
        let (host, rest) = field(line)?;
        let (port, rest) = field(rest)?;
        let (database, rest) = field(rest)?;
        let (user, rest) = field(rest)?;
        let is = |field: &str, value: &str| field == "*" || field == value;
        let fits = self.is_host(&host)
            && is(&port, &self.endpoint.port.to_string())
            && is(&database, self.database)
            && is(&user, self.user);
        fits.then(|| unescape(rest).0)
    }

    fn is_host(&self, field: &str) -> bool {
        let is_ours = match &self.endpoint.host {
            Host::Name(name) => field == name,
            // libpq's word for the directory that sockets are in when none is named.
            Host::Socket(directory) => {
                field == "localhost" || Path::new(field) == directory.as_path()
            }
        };
        field == "*" || is_ours
    }
}

/// The text before the first colon that no backslash escapes, and what is behind it. A backslash
/// before a star makes it no wildcard.
fn field(text: &str) -> Option<(String, &str)> {
    let (field, length) = unescape(text);
    let rest = text.get(length..)?.strip_prefix(':')?;
    Some((if text[..length] == *"\\*" { "\\*".to_owned() } else { field }, rest))
}

/// Reads up to a colon, or to the end: the text, and how many bytes it took.
fn unescape(text: &str) -> (String, usize) {
    let mut read = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => return (read, at),
            '\\' => read.extend(characters.next().map(|(_, escaped)| escaped)),
            other => read.push(other),
        }
    }
    (read, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(host: &str) -> Endpoint {
        Endpoint { host: Host::of(host), address: None, port: 5432 }
    }

    fn written(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passwords");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (directory, path)
    }

    fn find(source: &Source, host: &str) -> Found {
        source.find(&endpoint(host), "books", "app").unwrap()
    }

    #[test]
    fn the_first_line_that_fits_wins() {
        let table = [
            ("h:5432:books:app:p", "h", Some("p")),
            ("other:5432:books:app:p", "h", None),
            ("h:5433:books:app:p\nh:5432:books:app:q", "h", Some("q")),
            ("*:*:*:*:p", "h", Some("p")),
            ("*:*:*:else:p\n*:*:*:app:q\n*:*:*:*:r", "h", Some("q")),
            ("#h:5432:books:app:p", "h", None),
            ("h:5432:books:app:p\\:q\\\\r", "h", Some("p:q\\r")),
            ("h:5432:books:app:p:behind", "h", Some("p")),
            ("h:5432:books:app", "h", None),
            ("\\*:5432:books:app:p", "h", None),
            ("/run/pg:5432:books:app:p", "/run/pg", Some("p")),
            ("localhost:*:*:*:p", "/run/pg", Some("p")),
            ("\\:\\:1:*:*:*:p", "::1", Some("p")),
        ];
        for (text, host, secret) in table {
            let (_kept, path) = written(text, 0o600);
            let found = find(&Source::List(path), host);
            assert_eq!(found.secret.as_ref().map(Secret::text), secret, "{text}");
        }
    }

    #[test]
    fn a_password_file_that_others_may_read_is_not_used_and_says_so() {
        for (mode, is_used) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            let (_kept, path) = written("*:*:*:*:hunter2", mode);
            let found = find(&Source::List(path), "h");
            assert_eq!(found.secret.is_some(), is_used, "{mode:o}");
            assert_eq!(found.account.contains("chmod 0600"), !is_used, "{mode:o}");
            assert!(!format!("{found:?}").contains("hunter2"));
        }
        let missing = find(&Source::List("/nowhere/.pgpass".into()), "h");
        assert!(missing.secret.is_none() && missing.account.contains("/nowhere/.pgpass"));
    }

    #[test]
    fn a_file_with_nothing_but_the_password_loses_its_line_end_alone() {
        for (text, secret) in
            [("p", "p"), ("p\n", "p"), ("p\r\n", "p"), (" p \n\n", " p \n"), ("p:q", "p:q")]
        {
            let (_kept, path) = written(text, 0o644);
            assert_eq!(find(&Source::File(path), "h").secret.unwrap().text(), secret, "{text:?}");
        }
        let (_kept, empty) = written("\n", 0o600);
        for (path, word) in [(empty, "is empty"), ("/nowhere/secret".into(), "cannot be read")] {
            let refused = Source::File(path).find(&endpoint("h"), "books", "app").unwrap_err();
            assert!(refused.contains(word) && refused.contains(FILE_VARIABLE), "{refused}");
        }
    }
}
