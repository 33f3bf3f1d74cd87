//! The closed loop against servers that answer, refuse and break off.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use testkit::load::{self, LoadPlan, LoadReport, Requests};

/// Serves every connection with `serve` until the test's process ends.
fn server(serve: fn(TcpStream)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    address
}

/// Reads requests and answers each with what `answer` makes of its body.
fn answer_each(stream: TcpStream, answer: fn(&str) -> Option<String>) {
    stream.set_nodelay(true).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let Some(answer) = answer(std::str::from_utf8(&body).unwrap()) else { return };
        // In two pieces, as a network may bring it.
        let (first, second) = answer.split_at(answer.len() - answer.len() / 4);
        let mut send = |piece: &str| {
            thread::sleep(Duration::from_micros(200));
            writer.write_all(piece.as_bytes())
        };
        if send(first).and_then(|()| send(second)).is_err() {
            return;
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn run(address: SocketAddr) -> LoadReport {
    let request = |connection: usize, iteration: u64, buffer: &mut Vec<u8>| {
        let body = format!("{connection} {iteration}");
        let length = body.len();
        write!(buffer, "POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    };
    let warm_up = Duration::from_millis(50);
    let duration = Duration::from_millis(300);
    let addresses = vec![address];
    load::run(LoadPlan { addresses, connections: 4, warm_up, duration, requests: request }).unwrap()
}

/// Asks for a text, and then for what was answered.
#[derive(Default)]
struct Chain(RefCell<Vec<Option<String>>>);

impl Requests for Chain {
    fn write(&self, connection: usize, _iteration: u64, buffer: &mut Vec<u8>) {
        let mut chain = self.0.borrow_mut();
        let places = chain.len().max(connection + 1);
        chain.resize(places, None);
        let body = chain[connection].take().unwrap_or_else(|| format!("{connection}."));
        let length = body.len();
        write!(buffer, "POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    }

    fn answered(&self, connection: usize, body: &[u8]) {
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.starts_with(&format!("{connection}.")), "{body} for {connection}");
        self.0.borrow_mut()[connection] = Some(body);
    }
}

#[test]
fn an_answer_is_shown_to_the_connection_that_asked() {
    let address = server(|stream| {
        answer_each(stream, |body| (body.len() < 10).then(|| ok(&format!("{body}x"))));
    });
    let (addresses, requests) = (vec![address], Chain::default());
    let (warm_up, duration) = (Duration::ZERO, Duration::from_millis(300));
    let plan = LoadPlan { addresses, connections: 3, warm_up, duration, requests };
    let report = load::run(plan).unwrap();
    // Each connection is cut off once its text has grown to 10 bytes, and begins again.
    assert!(report.requests > 8 && report.errors > 0, "{report:?}");
}

#[test]
fn answers_are_counted_and_timed() {
    let report = run(server(|stream| answer_each(stream, |body| Some(ok(body)))));
    assert_eq!((report.errors, &report.first_error), (0, &None));
    assert!(report.requests > 0);
    assert!((report.rate - report.requests as f64 / report.seconds).abs() < 1e-6);
    assert!(report.p50_ms > 0.0 && report.p50_ms <= report.p99_ms);
    assert!(report.p99_ms <= report.max_ms && report.max_ms < 1_000.0);
}

#[test]
fn an_answer_longer_than_the_buffer_is_read_whole() {
    let report = run(server(|stream| answer_each(stream, |body| Some(ok(&body.repeat(50_000))))));
    assert_eq!((report.errors, &report.first_error), (0, &None));
    assert!(report.requests > 0);
}

#[test]
fn an_answer_takes_as_long_as_the_server() {
    let report = run(server(|stream| {
        answer_each(stream, |body| {
            thread::sleep(Duration::from_millis(20));
            Some(ok(body))
        });
    }));
    assert!(report.p50_ms >= 20.0, "{report:?}");
    assert!(report.requests <= 4 * 15, "more than a closed loop can have: {report:?}");
}

#[test]
fn another_status_is_an_error() {
    let report = run(server(|stream| {
        answer_each(stream, |_| {
            Some("HTTP/1.1 429 Slow down\r\ncontent-length: 0\r\n\r\n".to_owned())
        });
    }));
    assert_eq!(report.requests, 0);
    assert!(report.errors > 0);
    assert_eq!(report.first_error.as_deref(), Some("status 429"));
}

#[test]
fn a_lost_connection_is_an_error_and_is_made_again() {
    let report = run(server(|stream| {
        answer_each(stream, |body| (!body.ends_with('3')).then(|| ok(body)));
    }));
    assert!(report.errors > 0);
    assert!(report.requests > 0);
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let report = run(address);
    assert_eq!(report.requests, 0);
    assert!(report.errors > 0);
}
