//! One request against receivers that behave as they are told.

mod addresses;
mod answers;
mod encrypted;

use std::time::Duration;

use bytes::Bytes;
use ledger::model::Mode;
use testkit::sink::Sink;
use webhooks::client::{Client, ClientOptions, Failure, Message, Target};

/// The limit of a whole request in these tests.
const LIMIT: Duration = Duration::from_millis(700);

fn options() -> ClientOptions {
    ClientOptions { connect_limit: LIMIT, whole_limit: LIMIT, ..ClientOptions::default() }
}

fn message() -> Message {
    Message { signature: "t=1,v1=00".to_owned(), body: Bytes::from_static(br#"{"id":"evt_1"}"#) }
}

fn target(url: &str) -> Target {
    Target::parse(url, Mode::Test).expect(url)
}

async fn post(client: &Client, sink: &Sink) -> Result<u16, Failure> {
    client.post(&target(&sink.url("/hooks?a=b")), &message()).await
}
