//! The words that an address and the environment may use, and what becomes of each.

/// What becomes of a word of libpq's.
enum Meaning {
    /// It is understood, in the address and from this variable; no variable when empty.
    Known(&'static str),
    /// It is refused, because leaving it out would change what the user asked for; the remedy.
    Refused(&'static str, &'static str),
}

use Meaning::{Known, Refused};

const NO_REVOCATION: &str = "revoked certificates are not looked up; leave it out";
const NO_SERVICE: &str = "service files are not read; write the address itself";
const NO_GSSAPI: &str = "GSSAPI is not built in; use a password or a client certificate";
const NO_CHOICE: &str = "it is not built in; sslmode, sslrootcert and channel_binding choose";

/// Every parameter of libpq's, by name.
const WORDS: [(&str, Meaning); 46] = [
    ("application_name", Known("PGAPPNAME")),
    ("channel_binding", Known("PGCHANNELBINDING")),
    ("client_encoding", Known("")),
    ("connect_timeout", Known("PGCONNECT_TIMEOUT")),
    ("dbname", Known("PGDATABASE")),
    ("fallback_application_name", Known("")),
    ("gssdelegation", Refused("PGGSSDELEGATION", NO_GSSAPI)),
    ("gssencmode", Known("PGGSSENCMODE")),
    ("gsslib", Refused("PGGSSLIB", NO_GSSAPI)),
    ("host", Known("PGHOST")),
    ("hostaddr", Known("PGHOSTADDR")),
    ("keepalives", Known("")),
    ("keepalives_count", Known("")),
    ("keepalives_idle", Known("")),
    ("keepalives_interval", Known("")),
    ("krbsrvname", Refused("", NO_GSSAPI)),
    ("load_balance_hosts", Known("PGLOADBALANCEHOSTS")),
    ("max_protocol_version", Refused("PGMAXPROTOCOLVERSION", "it is always 3.0; leave it out")),
    ("min_protocol_version", Refused("PGMINPROTOCOLVERSION", "it is always 3.0; leave it out")),
    ("options", Known("PGOPTIONS")),
    ("passfile", Known("PGPASSFILE")),
    ("password", Known("PGPASSWORD")),
    ("port", Known("PGPORT")),
    ("replication", Refused("", "numbers are not issued over it; leave it out")),
    ("require_auth", Refused("PGREQUIREAUTH", NO_CHOICE)),
    ("requirepeer", Refused("PGREQUIREPEER", "it is not built in; leave it out")),
    ("service", Refused("PGSERVICE", NO_SERVICE)),
    ("servicefile", Refused("", NO_SERVICE)),
    ("ssl", Known("")),
    ("ssl_max_protocol_version", Known("PGSSLMAXPROTOCOLVERSION")),
    ("ssl_min_protocol_version", Known("PGSSLMINPROTOCOLVERSION")),
    ("sslcert", Known("PGSSLCERT")),
    ("sslcertmode", Refused("PGSSLCERTMODE", "leave it out; sslcert names a certificate to send")),
    ("sslcompression", Known("")),
    ("sslcrl", Refused("PGSSLCRL", NO_REVOCATION)),
    ("sslcrldir", Refused("PGSSLCRLDIR", NO_REVOCATION)),
    ("sslkey", Known("PGSSLKEY")),
    ("sslkeylogfile", Refused("", "keys of connections are not written out; leave it out")),
    ("sslmode", Known("PGSSLMODE")),
    ("sslnegotiation", Known("PGSSLNEGOTIATION")),
    ("sslpassword", Refused("", "encrypted keys are not read; decrypt it with `openssl pkey`")),
    ("sslrootcert", Known("PGSSLROOTCERT")),
    ("sslsni", Known("PGSSLSNI")),
    ("target_session_attrs", Known("PGTARGETSESSIONATTRS")),
    ("tcp_user_timeout", Known("")),
    ("user", Known("PGUSER")),
];

/// What was asked for: from the address, else from the environment.
#[derive(Default)]
pub(super) struct Parameters(Vec<Said>);

struct Said {
    name: &'static str,
    value: String,
    /// The variable that said it; the address when missing.
    variable: Option<&'static str>,
}

impl Parameters {
    /// Takes what an address says, and from the environment what it does not say. An empty value
    /// says nothing.
    pub(super) fn gather(
        spoken: &[(String, String)],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Parameters, String> {
        let mut parameters = Parameters::default();
        for (name, value) in spoken {
            let known = WORDS.iter().find(|(word, _)| word == name).ok_or_else(|| unknown(name))?;
            if let Refused(_, remedy) = known.1 {
                return Err(format!(
                    "The parameter `{name}` of the database's address is not supported: {remedy}."
                ));
            }
            parameters.0.retain(|said| said.name != known.0);
            parameters.0.push(Said { name: known.0, value: value.clone(), variable: None });
        }
        for (name, meaning) in &WORDS {
            let (Known(variable) | Refused(variable, _)) = *meaning;
            let set = Some(variable).filter(|variable| !variable.is_empty());
            let Some(value) = set.and_then(environment).filter(|value| !value.is_empty()) else {
                continue;
            };
            if let Refused(_, remedy) = meaning {
                return Err(format!("The variable {variable} is not supported: {remedy}."));
            }
            if parameters.said(name).is_none() {
                parameters.0.push(Said { name, value, variable: Some(variable) });
            }
        }
        parameters.0.retain(|said| !said.value.is_empty());
        Ok(parameters)
    }

    /// The value of a parameter, where it has one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.said(name).map(|said| said.value.as_str())
    }

    /// The value of a parameter that the address itself has.
    pub(super) fn spoken(&self, name: &str) -> Option<&str> {
        self.said(name).filter(|said| said.variable.is_none()).map(|said| said.value.as_str())
    }

    /// One of a few words.
    pub(super) fn choose<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let chosen = choices.iter().find(|(word, _)| *word == value).map(|(_, chosen)| *chosen);
        let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        chosen.map(Some).ok_or_else(|| self.refuse(name, &format!("one of {}", words())))
    }

    /// A whole number within limits.
    pub(super) fn number(
        &self,
        name: &str,
        limits: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.parse().ok().filter(|number| limits.contains(number));
        let wanted = || format!("a whole number from {} to {}", limits.start(), limits.end());
        number.map(Some).ok_or_else(|| self.refuse(name, &wanted()))
    }

    /// Says which parameter, or which variable, is to be something else.
    pub(super) fn refuse(&self, name: &str, wanted: &str) -> String {
        match self.said(name).and_then(|said| said.variable) {
            Some(variable) => format!("The variable {variable} must be {wanted}."),
            None => {
                format!("The parameter `{name}` of the database's address must be {wanted}.")
            }
        }
    }

    fn said(&self, name: &str) -> Option<&Said> {
        self.0.iter().find(|said| said.name == name)
    }
}

/// Nothing is known by this name; the nearest known one is offered.
fn unknown(name: &str) -> String {
    let alike = |word: &str| {
        let stem = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
        stem(word) == stem(name)
    };
    let known = WORDS.iter().filter(|(_, meaning)| matches!(meaning, Known(_)));
    let known: Vec<&str> = known.map(|(word, _)| *word).collect();
    match known.iter().copied().find(|word| alike(word)) {
        Some(word) => {
            format!("The database's address has an unknown parameter `{name}`. Write `{word}`.")
        }
        None => format!(
            "The database's address has an unknown parameter `{name}`. There are {}.",
            known.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(spoken: &[(&str, &str)], set: &[(&str, &str)]) -> Result<Parameters, String> {
        let spoken: Vec<_> = spoken.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let environment = |name: &str| {
            set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        };
        Parameters::gather(&spoken, &environment)
    }

    #[test]
    fn the_address_wins_over_the_environment_and_the_last_word_over_the_first() {
        let set = [("PGSSLMODE", "allow"), ("PGUSER", "env"), ("PGHOST", "")];
        let found = gather(&[("sslmode", "require"), ("sslmode", "disable")], &set).unwrap();
        assert_eq!(found.get("sslmode"), Some("disable"));
        assert_eq!(found.get("user"), Some("env"));
        assert_eq!(found.spoken("user"), None);
        assert_eq!(found.get("host"), None);
    }

    #[test]
    fn what_is_unknown_or_not_supported_is_refused_by_name_with_the_remedy() {
        for (name, remedy) in [
            ("sslMode", "`sslmode`"),
            ("ssl_mode", "`sslmode`"),
            ("pool_size", "There are application_name"),
            ("service", "write the address itself"),
            ("sslcrl", "leave it out"),
            ("sslpassword", "openssl pkey"),
            ("requirepeer", "leave it out"),
        ] {
            let refused = gather(&[(name, "x")], &[]).err().unwrap();
            assert!(refused.contains(&format!("`{name}`")), "{refused}");
            assert!(refused.contains(remedy), "{refused}");
        }
        for variable in ["PGSERVICE", "PGSSLCRL", "PGREQUIREAUTH"] {
            let refused = gather(&[], &[(variable, "x")]).err().unwrap();
            assert!(refused.contains(variable), "{refused}");
        }
    }

    #[test]
    fn a_wrong_value_is_told_where_it_was_said() {
        let found = gather(&[("connect_timeout", "soon")], &[("PGSSLSNI", "2")]).unwrap();
        let refused = found.number("connect_timeout", 1..=60).unwrap_err();
        assert!(refused.contains("`connect_timeout`") && refused.contains("from 1 to 60"));
        let refused = found.choose("sslsni", &[("0", false), ("1", true)]).unwrap_err();
        assert!(refused.contains("PGSSLSNI") && refused.contains("one of 0, 1"), "{refused}");
    }

    #[test]
    fn words_stand_in_order_and_once() {
        assert!(WORDS.is_sorted_by(|(a, _), (b, _)| a < b));
    }
}
