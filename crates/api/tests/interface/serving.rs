//! Connections: many, idle, cut short, and the end of the server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;

async fn start(app: &App) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { stopped.await.unwrap_or(()) };
    let serving = tokio::spawn(api::serve(listener, app.router.clone(), shutdown));
    (address, stop, serving)
}

fn post(app: &App, body: &str) -> String {
    format!(
        "POST /v1/numbers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        app.account.test_key,
        body.len(),
    )
}

async fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn what_was_accepted_is_answered_before_the_end() {
    let app = App::new().await;
    let (address, stop, serving) = start(&app).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut open = TcpStream::connect(address).await.unwrap();
    let request = post(&app, "reference=a");
    let (head, tail) = request.split_at(request.len() - 3);
    open.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!serving.is_finished(), "an open request is waited for");
    open.write_all(tail.as_bytes()).await.unwrap();
    let answer = read(&mut open).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("INV-2026-00001"), "{answer}");
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    assert_eq!(read(&mut idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_not_cut() {
    let app = App::new().await;
    let (address, _stop, _serving) = start(&app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = post(&app, &"a".repeat(2 << 20));
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    use ledger::model::HouseStyle;
    let patience = Duration::from_millis(50);
    let limits = api::Limits { body_patience: patience, ..api::Limits::default() };
    let app = App::with(HouseStyle::Yearly, limits).await;
    let (address, _stop, _serving) = start(&app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = post(&app, "reference=a");
    stream.write_all(&request.as_bytes()[..request.len() - 3]).await.unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("body_incomplete"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_at_once_get_numbers_without_a_hole() {
    let app = App::new().await;
    let (address, _stop, _serving) = start(&app).await;
    let clients: Vec<_> = (0..64)
        .map(|n| {
            let request = post(&app, &format!("reference=r{n}"));
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(request.as_bytes()).await.unwrap();
                let answer = read(&mut stream).await;
                let body = answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                body["ordinal"].as_u64().unwrap()
            })
        })
        .collect();
    let mut ordinals = Vec::new();
    for client in clients {
        ordinals.push(client.await.unwrap());
    }
    ordinals.sort_unstable();
    assert_eq!(ordinals, (1..=64).collect::<Vec<_>>());
}
