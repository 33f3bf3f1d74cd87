//! Cookies: the session, what was chosen to look at, and a message for the next page.

use axum::http::HeaderMap;

use crate::app::App;

/// The cookies of a request, and the names that they have here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cookies {
    pairs: Vec<(String, String)>,
    /// Whether they travel by TLS alone.
    pub(crate) is_secure: bool,
}

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Opens the session.
    Session,
    /// Proves that a form came from a page that was shown before anybody was signed in.
    Guest,
    /// A message that the next page shows once.
    Message,
    /// The language that was chosen.
    Language,
    /// Light or dark, where that was chosen.
    Theme,
}

impl Cookies {
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Cookies {
        let values = headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Cookies { pairs: pairs.collect(), is_secure: app.is_secure(headers) }
    }

    /// What a cookie says; `None` where it is missing or empty.
    pub(crate) fn get(&self, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        let found = self.pairs.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The header that sets a cookie; an empty value takes it away.
    pub(crate) fn set(&self, cookie: Cookie, value: &str) -> String {
        let age = if value.is_empty() { 0 } else { cookie.seconds() };
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
            self.name(cookie)
        )
    }

    /// With `__Host-` no other host of the domain can set it; browsers take that by TLS alone.
    fn name(&self, cookie: Cookie) -> String {
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}gapless_{}", cookie.word())
    }
}

impl Cookie {
    fn word(self) -> &'static str {
        match self {
            Cookie::Session => "session",
            Cookie::Guest => "guest",
            Cookie::Message => "message",
            Cookie::Language => "language",
            Cookie::Theme => "theme",
        }
    }

    /// How long it is kept. The session ends earlier where whoever keeps it says so.
    fn seconds(self) -> u32 {
        match self {
            Cookie::Session => 30 * 24 * 60 * 60,
            Cookie::Guest => 24 * 60 * 60,
            Cookie::Message => 60,
            Cookie::Language | Cookie::Theme => 365 * 24 * 60 * 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_of_other_sites() {
        let plain = Cookies::default();
        let set = plain.set(Cookie::Session, "abc");
        assert!(set.starts_with("gapless_session=abc; Path=/; HttpOnly; SameSite=Lax"), "{set}");
        assert!(!set.contains("Secure"));
        let secure = Cookies { is_secure: true, ..Cookies::default() };
        let set = secure.set(Cookie::Session, "abc");
        assert!(
            set.starts_with("__Host-gapless_session=abc") && set.ends_with("; Secure"),
            "{set}"
        );
        assert!(secure.set(Cookie::Session, "").contains("Max-Age=0"));
    }
}
