//! Where a name may lead.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ledger::model::Mode;
use testkit::sink::{Reply, Sink};
use webhooks::address::AddressRules;
use webhooks::client::{
    Awaited, Client, ClientOptions, Failure, Resolve, Resolving, SystemResolver, Target,
};

use crate::{LIMIT, message, options, target};

/// Answers from a table, something else each time where it says so, and counts the questions.
#[derive(Default)]
struct Names {
    answers: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    asked: AtomicU64,
}

impl Names {
    fn of(answers: &[(&'static str, &[&[&str]])]) -> Arc<Names> {
        let read = |list: &&[&str]| list.iter().map(|one| one.parse().expect(one)).collect();
        let answers =
            answers.iter().map(|(name, lists)| (*name, lists.iter().map(read).collect())).collect();
        Arc::new(Names { answers, asked: AtomicU64::new(0) })
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Resolving {
        let times = self.asked.fetch_add(1, Ordering::SeqCst);
        let Some(lists) = self.answers.get(host) else { return Box::pin(std::future::pending()) };
        let list = lists[usize::try_from(times).expect("few") % lists.len()].clone();
        Box::pin(async move { Ok(list) })
    }
}

fn client(names: &Arc<Names>) -> Client {
    let resolver = Arc::clone(names) as Arc<dyn Resolve>;
    Client::new(ClientOptions { resolver, ..options() })
}

fn sink() -> Sink {
    Sink::start(|_| Reply::Status(200)).expect("a port")
}

#[tokio::test]
async fn a_name_is_connected_to_where_it_was_checked() {
    let sink = sink();
    // Asked a second time, the name leads elsewhere.
    let names = Names::of(&[("hooks.test", &[&["127.0.0.1"], &["10.0.0.1"]])]);
    let client = client(&names);
    let url = format!("http://hooks.test:{}/", sink.address().port());
    assert_eq!(client.post(&target(&url), &message()).await, Ok(200));
    assert_eq!(names.asked(), 1, "one look-up for one connection");
    let host = sink.received()[0].header("host").map(str::to_owned);
    assert_eq!(host, Some(format!("hooks.test:{}", sink.address().port())));
    // The kept connection leads where it was checked, so nothing is asked again.
    assert_eq!(client.post(&target(&url), &message()).await, Ok(200));
    assert_eq!(names.asked(), 1);
}

#[tokio::test]
async fn one_forbidden_address_spoils_the_name() {
    let sink = sink();
    let names = Names::of(&[("hooks.test", &[&["127.0.0.1", "169.254.169.254"]])]);
    let url = format!("http://hooks.test:{}/", sink.address().port());
    let failure = client(&names).post(&target(&url), &message()).await;
    let Err(Failure::Forbidden { address, what, .. }) = failure else { panic!("{failure:?}") };
    assert_eq!((address.to_string().as_str(), what), ("169.254.169.254", "a link-local address"));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn live_keys_do_not_reach_this_machine_by_any_spelling() {
    let sink = sink();
    let client = Client::new(ClientOptions { resolver: Arc::new(SystemResolver), ..options() });
    let port = sink.address().port();
    for host in
        ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0"]
    {
        let url = format!("https://{host}:{port}/");
        let target = Target::parse(&url, Mode::Live).expect(&url);
        let failure = client.post(&target, &message()).await;
        let is_refused =
            matches!(failure, Err(Failure::Forbidden { .. } | Failure::Unresolved { .. }));
        assert!(is_refused, "{host}: {failure:?}");
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn a_connection_of_a_test_key_is_not_used_for_a_live_one() {
    let sink = sink();
    let rules = AddressRules::default();
    let names = Names::of(&[("hooks.test", &[&["127.0.0.1"]])]);
    let resolver = Arc::clone(&names) as Arc<dyn Resolve>;
    let client = Client::new(ClientOptions { resolver, rules, ..options() });
    let url = format!("http://hooks.test:{}/", sink.address().port());
    assert_eq!(client.post(&target(&url), &message()).await, Ok(200));
    let url = format!("https://hooks.test:{}/", sink.address().port());
    let live = Target::parse(&url, Mode::Live).expect("a URL");
    let failure = client.post(&live, &message()).await;
    assert!(matches!(failure, Err(Failure::Forbidden { .. })), "{failure:?}");
}

#[tokio::test]
async fn an_address_that_does_not_answer_leaves_time_for_the_next() {
    let sink = sink();
    // Nobody listens there on this port, or at all.
    let names = Names::of(&[("hooks.test", &[&["127.0.0.2", "127.0.0.1"]])]);
    let url = format!("http://hooks.test:{}/", sink.address().port());
    assert_eq!(client(&names).post(&target(&url), &message()).await, Ok(200));
}

#[tokio::test]
async fn a_resolver_that_hangs_is_given_up_in_time() {
    let begun = Instant::now();
    let failure = client(&Names::of(&[])).post(&target("http://nowhere.test/"), &message()).await;
    assert_eq!(failure, Err(Failure::TimedOut { what: Awaited::Connection, limit: LIMIT }));
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1));
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let names = Names::of(&[("hooks.test", &[&[]])]);
    let failure = client(&names).post(&target("http://hooks.test/"), &message()).await;
    assert!(matches!(failure, Err(Failure::Unresolved { .. })), "{failure:?}");
}
