//! What an address comes to, without a server.

use super::*;

/// Variables that are set, with their values.
type Set<'a> = &'a [(&'a str, &'a str)];

/// Reads with these variables and no others.
fn parse(url: &str, set: Set) -> Result<Location, String> {
    let environment = |name: &str| {
        set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    Location::parse(url, &environment).map_err(|error| error.to_string())
}

fn refused(url: &str, set: Set) -> String {
    parse(url, set).err().unwrap_or_else(|| panic!("{url} was taken"))
}

#[test]
fn an_address_is_shown_whole_and_without_its_secrets() {
    let app = [("USER", "app")];
    let table: [(&str, Set, &str); 17] = [
        ("postgres://app:p@h/x", &[], "postgres://app@h:5432/x"),
        ("postgresql://app@h:7/x", &[], "postgres://app@h:7/x"),
        ("postgres://h", &app, "postgres://app@h:5432/app"),
        ("postgres://h/x?user=u&password=p", &app, "postgres://u@h:5432/x"),
        ("postgres://u:p@h/x?user=v&dbname=y", &[], "postgres://v@h:5432/y"),
        ("postgres://u@a,b:7,[::1]:8/x", &[], "postgres://u@a:5432,b:7,[::1]:8/x"),
        ("postgres://u@a,b/x?port=7", &[], "postgres://u@a:7,b:7/x"),
        ("postgres://u@a,b/x?port=7,8", &[], "postgres://u@a:7,b:8/x"),
        ("postgres://u@a/x?host=b,c", &[], "postgres://u@b:5432,c:5432/x"),
        ("postgres://u@/x?host=/sock&port=7", &[], "postgres://u@/x?host=/sock&port=7"),
        ("postgres://u@%2Fsock/x", &[], "postgres://u@/x?host=/sock&port=5432"),
        ("postgres://u@/x?hostaddr=10.0.0.1", &[], "postgres://u@10.0.0.1:5432/x"),
        ("postgres://u@a/x?hostaddr=::1", &[], "postgres://u@a:5432 (::1)/x"),
        ("postgres://", &[("PGHOST", "h"), ("PGUSER", "u")], "postgres://u@h:5432/u"),
        (
            "postgres:///x",
            &[("PGHOST", "h"), ("PGPORT", "7"), ("LOGNAME", "u")],
            "postgres://u@h:7/x",
        ),
        ("postgres://u@h", &[("PGDATABASE", "x"), ("PGPASSWORD", "p")], "postgres://u@h:5432/x"),
        ("postgres://u@h:9/x", &[("PGHOST", "g"), ("PGPORT", "7")], "postgres://u@h:9/x"),
    ];
    for (url, set, shown) in table {
        let location = parse(url, set).unwrap();
        assert_eq!(location.shown(), shown, "{url}");
        assert_eq!(format!("{location:?}"), format!("Location({shown:?})"));
    }
}

#[test]
fn what_is_not_said_has_a_good_default() {
    let location = parse("postgres://u@h", &[]).unwrap();
    let config = &location.config;
    assert_eq!(location.patience, Duration::from_secs(5));
    assert_eq!(location.target, None);
    assert_eq!(config.get_application_name(), Some("gapless"));
    assert!(config.get_keepalives());
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(5));
    assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(1)));
    assert_eq!(config.get_keepalives_retries(), Some(5));
    assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(10)));
    assert_eq!(config.get_options(), None);
    assert_eq!(location.tls.mode(), tls::Mode::Prefer);
}

#[test]
fn what_is_said_is_taken() {
    let url = "postgres://u@h/x?options=-c%20search_path%3Dbooks&connect_timeout=2\
               &application_name=desk&keepalives=1&keepalives_idle=60&keepalives_interval=0\
               &keepalives_count=0&tcp_user_timeout=0&target_session_attrs=standby\
               &channel_binding=require&sslmode=require&gssencmode=disable&sslcompression=0\
               &client_encoding=UTF8&load_balance_hosts=random&sslsni=0";
    let location = parse(url, &[]).unwrap();
    let config = &location.config;
    assert_eq!(config.get_options(), Some("-c search_path=books"));
    assert_eq!(config.get_application_name(), Some("desk"));
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(60));
    assert_eq!(config.get_keepalives_interval(), None);
    assert_eq!(config.get_keepalives_retries(), None);
    assert_eq!(config.get_tcp_user_timeout(), None);
    assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
    assert_eq!(location.target, Some(Target::Standby));
    assert_eq!(location.patience, Duration::from_secs(2));
    assert_eq!(location.tls.mode(), tls::Mode::Require);
    assert!(location.is_shuffled);
}

#[test]
fn modes_are_chosen_as_libpq_chooses_them() {
    for (query, mode) in [
        ("sslmode=disable", tls::Mode::Disable),
        ("sslmode=allow", tls::Mode::Allow),
        ("sslmode=prefer", tls::Mode::Prefer),
        ("sslmode=require", tls::Mode::Require),
        ("sslmode=verify-ca", tls::Mode::VerifyAuthority),
        ("sslmode=verify-full", tls::Mode::VerifyFull),
        ("sslrootcert=system", tls::Mode::VerifyFull),
        ("ssl=true", tls::Mode::Require),
        ("ssl=true&sslmode=verify-full", tls::Mode::VerifyFull),
        ("sslnegotiation=direct&sslmode=require", tls::Mode::Require),
    ] {
        let location = parse(&format!("postgres://u@h/x?{query}"), &[]).unwrap();
        assert_eq!(location.tls.mode(), mode, "{query}");
    }
    let set = [("PGSSLMODE", "verify-ca")];
    assert_eq!(parse("postgres://u@h", &set).unwrap().tls.mode(), tls::Mode::VerifyAuthority);
}

#[test]
fn what_cannot_be_is_refused_with_the_remedy_and_without_the_password() {
    for (url, words) in [
        ("postgres://u:hunter2@h:port/x", "1 to 65535"),
        ("postgres://u:hunter2@h:0/x", "1 to 65535"),
        ("postgres://u:hunter2@h:65536/x", "1 to 65535"),
        // What was meant as a password stands where a port is expected.
        ("postgres://u:hunter2", "%2F"),
        ("postgres://u:hunter2/x", "%2F"),
        ("postgres://:hunter2@h/x", "names no user"),
        ("postgres://u:hunter2@a,b,c/x?port=1,2", "as many as there are hosts"),
        ("postgres://u:hunter2@a,b/x?hostaddr=::1", "as many as there are hosts"),
        ("postgres://u:hunter2@a/x?hostaddr=b", "numeric"),
        ("postgres://u:hunter2@h/x?connect_timeout=0", "from 1 to 3600"),
        ("postgres://u:hunter2@h/x?sslmode=always", "one of disable, allow, prefer"),
        ("postgres://u:hunter2@h/x?sslmode=require&sslrootcert=system", "`verify-full`"),
        ("postgres://u:hunter2@h/x?sslnegotiation=direct", "`require`"),
        ("postgres://u:hunter2@h/x?sslcompression=1", "one of 0"),
        ("postgres://u:hunter2@h/x?gssencmode=require", "one of disable, prefer"),
        ("postgres://u:hunter2@h/x?client_encoding=LATIN1", "one of UTF8"),
        ("postgres://u:hunter2@h/x?sslkey=a", "sslcert"),
        ("postgres://u:hunter2@h/x?ssl_min_protocol_version=TLSv1", "TLSv1.2"),
        ("postgres://u:hunter2@h/x?target_session_attrs=master", "primary"),
        ("postgres://u:hunter2@h/x?pgbouncer=true", "unknown parameter `pgbouncer`"),
    ] {
        let refused = refused(url, &[]);
        assert!(refused.contains(words), "{url}: {refused}");
        assert!(!refused.contains("hunter2"), "{url}: {refused}");
    }
}

#[test]
fn the_password_is_looked_for_in_order() {
    let file = ("GAPLESS_DATABASE_PASSWORD_FILE", "/run/secrets/password");
    let list = ("PGPASSFILE", "/etc/passwords");
    let variable = ("PGPASSWORD", "hunter2");
    let home = ("HOME", "/users/app");
    let all = [file, list, variable, home];
    let table: [(&str, Set, &str); 8] = [
        ("postgres://u:hunter2@h", &all, "Address"),
        ("postgres://u@h/x?password=hunter2", &all, "Address"),
        ("postgres://u@h", &all, "File(\"/run/secrets/password\")"),
        ("postgres://u@h", &[list, variable, home], "Variable"),
        ("postgres://u@h/x?passfile=/p", &[list, home], "List(\"/p\")"),
        ("postgres://u@h", &[list, home], "List(\"/etc/passwords\")"),
        ("postgres://u@h", &[home], "List(\"/users/app/.pgpass\")"),
        ("postgres://u@h", &[], "Nowhere"),
    ];
    for (url, set, source) in table {
        let location = parse(url, set).unwrap();
        let found = format!("{:?}", location.password);
        assert!(found.starts_with(source), "{url}: {found}");
        assert!(!found.contains("hunter2") && !format!("{location:?}").contains("hunter2"));
        assert!(!format!("{:?}", location.config).contains("hunter2"));
        assert!(!location.shown().contains("hunter2"));
    }
}
