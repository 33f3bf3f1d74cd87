//! What becomes of each kind of answer.

use std::time::{Duration, Instant};

use testkit::sink::{Reply, Sink};
use webhooks::client::{Awaited, Client, Failure};

use crate::{LIMIT, message, options, post, target};

fn sink(reply: Reply) -> Sink {
    Sink::start(move |_| reply.clone()).expect("a port")
}

#[tokio::test]
async fn a_request_arrives_as_it_was_meant() {
    let sink = sink(Reply::Status(200));
    assert_eq!(post(&Client::new(options()), &sink).await, Ok(200));
    let received = sink.received();
    let [one] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(one.path, "/hooks?a=b");
    assert_eq!(one.body, message().body);
    let header = |name: &str| one.header(name).unwrap_or_default();
    assert_eq!(header("stripe-signature"), "t=1,v1=00");
    assert_eq!(header("content-type"), "application/json; charset=utf-8");
    assert_eq!(header("host"), sink.address().to_string());
    assert!(header("user-agent").starts_with("Gapless/"), "{}", header("user-agent"));
}

#[tokio::test]
async fn every_status_is_answered_and_the_connection_kept() {
    for status in [200, 201, 204, 299, 400, 404, 410, 429, 500, 503] {
        let sink = sink(Reply::Status(status));
        let client = Client::new(options());
        for _ in 0..3 {
            assert_eq!(post(&client, &sink).await, Ok(status));
        }
        // A 204 has no body, so the one that the sink sends is no answer to anything.
        if status != 204 {
            assert_eq!(sink.connections(), 1, "{status}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_followed_nowhere() {
    let elsewhere = sink(Reply::Status(200));
    let url = elsewhere.url("/stolen");
    let first = Sink::start(move |_| Reply::Redirect(url.clone())).expect("a port");
    assert_eq!(post(&Client::new(options()), &first).await, Ok(302));
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn who_never_answers_is_given_up_in_time() {
    for reply in [Reply::Hang, Reply::Late(200, Duration::from_secs(60))] {
        let sink = sink(reply);
        let begun = Instant::now();
        let failure = post(&Client::new(options()), &sink).await;
        assert_eq!(failure, Err(Failure::TimedOut { what: Awaited::Answer, limit: LIMIT }));
        assert!(begun.elapsed() < LIMIT * 3, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn who_hangs_up_has_not_answered() {
    for reply in [Reply::HangUp, Reply::HangUpInHead, Reply::Nonsense, Reply::EndlessHead] {
        let sink = sink(reply.clone());
        let failure = post(&Client::new(options()), &sink).await;
        assert!(matches!(failure, Err(Failure::Broken(_))), "{reply:?}: {failure:?}");
        assert_eq!(sink.count(), 1, "{reply:?}: sent again at once");
    }
}

#[tokio::test]
async fn a_status_is_an_answer_whatever_comes_behind_it() {
    for reply in [Reply::Gigabyte(200), Reply::Trickle(200), Reply::HangUpInBody(200)] {
        let sink = sink(reply.clone());
        let client = Client::new(options());
        let begun = Instant::now();
        assert_eq!(post(&client, &sink).await, Ok(200), "{reply:?}");
        assert!(begun.elapsed() < LIMIT * 3, "{reply:?}: {:?}", begun.elapsed());
        // What was not read to its end is not used again.
        assert_eq!(post(&client, &sink).await, Ok(200), "{reply:?}");
        assert_eq!(sink.connections(), 2, "{reply:?}");
    }
}

#[tokio::test]
async fn a_gigabyte_takes_no_memory() {
    let before = resident_kb();
    let sink = sink(Reply::Gigabyte(500));
    let client = Client::new(options());
    for _ in 0..20 {
        assert_eq!(post(&client, &sink).await, Ok(500));
    }
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KB");
}

/// Memory of this process, as far as the system tells.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_kept_connection_that_the_receiver_closed_is_replaced() {
    // Every second request of a connection is met by its end.
    let sink = Sink::start(|received| match received.index {
        1 => Reply::HangUp,
        _ => Reply::Status(200),
    });
    let sink = sink.expect("a port");
    let client = Client::new(options());
    assert_eq!(post(&client, &sink).await, Ok(200));
    assert_eq!(post(&client, &sink).await, Ok(200), "sent again over a new connection");
    assert_eq!((sink.count(), sink.connections()), (3, 2));
}

#[tokio::test]
async fn a_receiver_that_was_away_is_found_again() {
    let first = sink(Reply::Status(200));
    let client = Client::new(options());
    assert_eq!(post(&client, &first).await, Ok(200));
    let (address, url) = (first.address(), first.url("/hooks"));
    drop(first);
    let failure = client.post(&target(&url), &message()).await;
    assert!(matches!(failure, Err(Failure::Unreachable(_))), "{failure:?}");
    let again = Sink::start_at(address, |_| Reply::Status(201)).expect("the same port");
    assert_eq!(post(&client, &again).await, Ok(201));
}
