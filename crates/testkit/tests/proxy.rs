//! The proxy cuts where it is told to, and nowhere else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use testkit::postgres::{Durability, TemporaryCluster};
use testkit::proxy::{Cut, Proxy};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

struct Stage {
    cluster: TemporaryCluster,
    proxy: Proxy,
}

impl Stage {
    fn new() -> Self {
        let cluster = TemporaryCluster::for_test(Durability::None);
        cluster.execute("CREATE TABLE kept (n int)").unwrap();
        let proxy = Proxy::start(SocketAddr::from(([127, 0, 0, 1], cluster.port()))).unwrap();
        Self { cluster, proxy }
    }

    /// What the server itself has, beside the proxy.
    fn kept(&self) -> String {
        self.cluster.ask("SELECT count(*) FROM kept").unwrap()
    }

    async fn client(&self) -> Result<Client, Error> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.proxy.address().port());
        let (client, connection) = config.user("postgres").connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// How a client says `COMMIT`.
#[derive(Clone, Copy, Debug)]
enum Dress {
    Plain,
    Prepared,
}

async fn commit(client: &Client, dress: Dress) -> Result<(), Error> {
    match dress {
        Dress::Plain => client.batch_execute("COMMIT").await,
        Dress::Prepared => client.execute("COMMIT", &[]).await.map(|_| ()),
    }
}

#[tokio::test]
async fn whatever_is_not_to_be_cut_passes() {
    let stage = Stage::new();
    let client = stage.client().await.unwrap();
    let large = "x".repeat(1 << 20);
    let row = client.query_one("SELECT $1::text || $2::text", &[&large, &"end"]).await.unwrap();
    assert_eq!(row.get::<_, String>(0).len(), large.len() + 3);
    for dress in [Dress::Plain, Dress::Prepared] {
        client.batch_execute("BEGIN; INSERT INTO kept VALUES (1)").await.unwrap();
        commit(&client, dress).await.unwrap();
    }
    assert_eq!((stage.kept().as_str(), stage.proxy.cuts()), ("2", 0));
    assert_eq!(stage.proxy.connections(), 1);
}

#[tokio::test]
async fn a_connection_is_cut_before_or_behind_its_commit_once() {
    let stage = Stage::new();
    let mut expected = 0;
    for (count, (dress, cut)) in [
        (Dress::Plain, Cut::BeforeCommit),
        (Dress::Plain, Cut::AfterCommit),
        (Dress::Prepared, Cut::BeforeCommit),
        (Dress::Prepared, Cut::AfterCommit),
    ]
    .into_iter()
    .enumerate()
    {
        let [client, other] = [stage.client().await.unwrap(), stage.client().await.unwrap()];
        stage.proxy.cut_next(cut);
        client.batch_execute("BEGIN").await.unwrap();
        client.execute("INSERT INTO kept VALUES (1)", &[]).await.unwrap();
        let error = commit(&client, dress).await.unwrap_err();
        assert!(error.as_db_error().is_none(), "{dress:?} {cut:?}: {error:?}");
        assert!(client.simple_query("SELECT 1").await.is_err(), "{dress:?} {cut:?}");
        expected += u32::from(cut == Cut::AfterCommit);
        assert_eq!(stage.kept(), expected.to_string(), "{dress:?} {cut:?}");
        assert_eq!(stage.proxy.cuts(), count as u64 + 1);
        // Others go on, and so does the next COMMIT.
        other.batch_execute("BEGIN; INSERT INTO kept VALUES (1); COMMIT").await.unwrap();
        expected += 1;
    }
    assert_eq!(stage.kept(), expected.to_string());
}

#[tokio::test]
async fn what_was_answered_before_the_commit_still_arrives() {
    let stage = Stage::new();
    let client = stage.client().await.unwrap();
    stage.proxy.cut_next(Cut::AfterCommit);
    // Sent together, without waiting for each other.
    let (begun, inserted, committed) = tokio::join!(
        client.batch_execute("BEGIN"),
        client.simple_query("INSERT INTO kept VALUES (1) RETURNING n"),
        client.batch_execute("COMMIT"),
    );
    begun.unwrap();
    let is_row = |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(_));
    assert!(inserted.unwrap().iter().any(is_row));
    assert!(committed.is_err());
    assert_eq!(stage.kept(), "1");
}

#[tokio::test]
async fn a_transaction_arrives_late_and_whole() {
    let stage = Stage::new();
    let client = stage.client().await.unwrap();
    stage.proxy.cut_next(Cut::Late(Duration::from_secs(1)));
    client.batch_execute("INSERT INTO kept VALUES (1)").await.unwrap();
    let (begun, inserted, committed) = tokio::join!(
        client.batch_execute("BEGIN"),
        client.simple_query("INSERT INTO kept VALUES (2)"),
        client.batch_execute("COMMIT"),
    );
    assert!(begun.is_err() && inserted.is_err() && committed.is_err());
    assert_eq!((stage.kept().as_str(), stage.proxy.cuts(), stage.proxy.late()), ("1", 1, 0));
    let begin = Instant::now();
    while stage.proxy.late() == 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "it never arrived");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(stage.kept(), "2");
    // Only the one.
    let client = stage.client().await.unwrap();
    client.batch_execute("BEGIN; INSERT INTO kept VALUES (3); COMMIT").await.unwrap();
    assert_eq!(stage.kept(), "3");
}

#[tokio::test]
async fn a_cut_can_be_taken_back_and_all_connections_severed() {
    let stage = Stage::new();
    let client = stage.client().await.unwrap();
    stage.proxy.cut_next(Cut::BeforeCommit);
    assert!(stage.proxy.spare() && !stage.proxy.spare());
    client.batch_execute("BEGIN; COMMIT").await.unwrap();
    stage.proxy.sever();
    assert!(client.batch_execute("SELECT 1").await.is_err());
    assert!(stage.client().await.unwrap().batch_execute("SELECT 1").await.is_ok());
    let address = stage.proxy.address();
    drop(stage.proxy);
    assert!(TcpStream::connect(address).is_err(), "the proxy still listens");
}

#[tokio::test]
async fn at_whichever_byte_it_is_cut_the_server_has_all_or_nothing() {
    let stage = Stage::new();
    let mut whole = 0;
    for byte in 0..90 {
        let client = stage.client().await.unwrap();
        client.execute("SELECT 1", &[]).await.unwrap();
        stage.cluster.execute("TRUNCATE kept").unwrap();
        stage.proxy.cut_next(Cut::AtByte(byte));
        let sql = "BEGIN; INSERT INTO kept VALUES (1), (2); COMMIT";
        let done = client.batch_execute(sql).await;
        stage.proxy.spare();
        // Nobody writes any more: the connection is gone, or its answer has come.
        stage.cluster.terminate_clients().unwrap();
        let kept = stage.kept();
        assert!(kept == "2" || (kept == "0" && done.is_err()), "{byte}: {kept}, {done:?}");
        whole += u32::from(kept == "2" && done.is_err());
    }
    assert!(whole > 0, "no cut fell between the commit and its answer");
}

#[test]
fn exactly_as_many_bytes_pass_as_were_allowed() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let proxy = Proxy::start(listener.local_addr().unwrap()).unwrap();
    let (send, received) = mpsc::channel();
    thread::spawn(move || {
        for mut server in listener.incoming().flatten() {
            let mut bytes = Vec::new();
            let _ = server.read_to_end(&mut bytes);
            send.send(bytes).unwrap();
        }
    });
    let startup = [&12_u32.to_be_bytes()[..], &[0, 3, 0, 0, b'u', 0, 0, 0]].concat();
    let query = b"Q\0\0\0\x0dSELECT 1\0";
    let said = [&startup[..], query].concat();
    for allowed in [0, 1, 11, 12, 13, 16, 25] {
        proxy.cut_next(Cut::AtByte(allowed));
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        client.write_all(&said).unwrap();
        let passed = received.recv().unwrap();
        assert_eq!(passed, said[..usize::try_from(allowed).unwrap()]);
        assert_eq!(client.read(&mut [0; 1]).unwrap_or(0), 0, "the client is cut off too");
    }
    assert_eq!(proxy.cuts(), 7);
}
