//! What is said when a server cannot be used: where it was tried, as whom, and what to do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use store_postgres::Use;
use testkit::postgres::{Durability, Settings, TemporaryCluster};

use crate::{ask, url};

const ONE: &str = "SELECT '1'";

#[test]
fn a_server_s_refusal_says_where_and_what_to_do() {
    let settings = Settings::new(Durability::None).access("host postgres all 127.0.0.1/32 trust");
    let cluster = TemporaryCluster::start_with(&settings).unwrap();
    cluster.execute("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0").unwrap();
    let place = format!("localhost:{}", cluster.port());
    let base = format!("postgres://postgres@{place}");
    cluster.create_database("closed").unwrap();
    for (url, words) in [
        (url(&cluster, "absent", ""), ["role \"absent\" does not exist", "pg_hba.conf"]),
        (url(&cluster, "crowd", ""), ["too many connections", "max_connections"]),
        (format!("{base}/closed"), ["no pg_hba.conf entry", "sslmode=require"]),
        (url(&cluster, "postgres", "options=-c%20nothing%3D1"), ["nothing", "(42704)"]),
    ] {
        let error = ask(&url, &[], Use::Write, ONE).unwrap_err();
        for word in words.into_iter().chain([place.as_str(), "cannot connect to database"]) {
            assert!(error.contains(word), "{url}: {error} has no {word}");
        }
    }
    let open = TemporaryCluster::for_test(Durability::None);
    let error = ask(&open.url_of("absent"), &[], Use::Write, ONE).unwrap_err();
    assert!(error.contains("database absent as postgres"), "{error}");
    assert!(error.contains("createdb absent"), "{error}");
}

#[test]
fn a_host_that_cannot_be_reached_says_why() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    for (url, words) in [
        (format!("postgres://u@127.0.0.1:{free}/x"), "nobody listens there. Start the server"),
        ("postgres://u@nowhere.invalid/x".to_owned(), "nowhere.invalid:5432: no such host"),
        (
            "postgres://u@/x?host=/nowhere&port=7".to_owned(),
            "/nowhere/.s.PGSQL.7: there is no such",
        ),
    ] {
        let error = ask(&url, &[], Use::Write, ONE).unwrap_err();
        assert!(error.contains(words), "{url}: {error}");
        assert!(error.contains("database x as u"), "{url}: {error}");
    }
}

/// Takes one connection, hears what it says, and answers with these bytes.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let serve = |mut stream: TcpStream| {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(&answer);
        };
        listener.incoming().flatten().for_each(serve);
    });
    format!("postgres://u@127.0.0.1:{port}/x?sslmode=disable")
}

#[test]
fn a_server_that_starts_up_or_is_none_is_told_apart() {
    let fields = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    let starting = [b"E", &length[..], fields].concat();
    let error = ask(&answering(starting), &[], Use::Write, ONE).unwrap_err();
    assert!(error.contains("starting up. Wait until the server is up"), "{error}");

    let error = ask(&answering(Vec::new()), &[], Use::Write, ONE).unwrap_err();
    assert!(error.contains("closed"), "{error}");
    let web = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    let error = ask(&answering(web), &[], Use::Write, ONE).unwrap_err();
    assert!(error.contains("cannot connect to database x as u: 127.0.0.1"), "{error}");
}
