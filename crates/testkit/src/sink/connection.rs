//! One connection to a sink.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Received, Reply, Shared};

/// Bytes of a request's head, at most.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const GIGABYTE: usize = 1 << 30;
static CHUNK: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// Takes connections for ever.
pub(super) async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let number = shared.connected();
            // Whoever is disconnected by a client has nobody to tell.
            let _ = serve(stream, number, &shared).await;
        });
    }
}

async fn serve(mut stream: TcpStream, number: u64, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    while let Some(received) = request(&mut stream, &mut buffer, number).await? {
        let reply = shared.take(received);
        let kept = answer(&mut stream, reply).await;
        shared.answered();
        if !kept? {
            return Ok(());
        }
    }
    Ok(())
}

/// The next request; `None` when the client has ended the connection between two.
async fn request(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    connection: u64,
) -> io::Result<Option<Received>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if buffer.len() > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if stream.read_buf(buffer).await? == 0 {
            let is_between = buffer.is_empty();
            return if is_between { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let mut received = read_head(&buffer[..head], connection)?;
    let length = received.header("content-length").and_then(|value| value.parse().ok());
    let end = head + length.unwrap_or(0usize);
    while buffer.len() < end {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    received.body = buffer[head..end].to_vec();
    received.at = Instant::now();
    buffer.drain(..end);
    Ok(Some(received))
}

fn read_head(bytes: &[u8], connection: u64) -> io::Result<Received> {
    let head = std::str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut lines = head.split("\r\n");
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok(Received { index: 0, connection, path, headers, body: Vec::new(), at: Instant::now() })
}

/// Does as told; says whether the connection goes on.
async fn answer(stream: &mut TcpStream, reply: Reply) -> io::Result<bool> {
    match reply {
        Reply::Status(status) => whole(stream, status, "").await?,
        Reply::Redirect(url) => whole(stream, 302, &format!("Location: {url}\r\n")).await?,
        Reply::Late(status, pause) => {
            tokio::time::sleep(pause).await;
            whole(stream, status, "").await?;
        }
        Reply::Hang => std::future::pending::<()>().await,
        Reply::HangUp => return Ok(false),
        Reply::HangUpInHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le").await?;
            return Ok(false);
        }
        Reply::HangUpInBody(status) => {
            let part = format!("HTTP/1.1 {status} So\r\nContent-Length: 100\r\n\r\nhalf");
            stream.write_all(part.as_bytes()).await?;
            return Ok(false);
        }
        Reply::Gigabyte(status) => {
            // In chunks: a length told before would be reason enough to read none of it.
            let head = format!("HTTP/1.1 {status} So\r\nTransfer-Encoding: chunked\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            for _ in 0..GIGABYTE / CHUNK.len() {
                stream.write_all(format!("{:x}\r\n", CHUNK.len()).as_bytes()).await?;
                stream.write_all(&CHUNK).await?;
                stream.write_all(b"\r\n").await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Reply::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await?;
            loop {
                stream.write_all(&CHUNK).await?;
            }
        }
        Reply::Trickle(status) => {
            // Without a length, which alone would keep a client from reading.
            let head = format!("HTTP/1.1 {status} So\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Reply::Nonsense => {
            stream.write_all(b"220 mail.example.com ESMTP\r\n\r\n").await?;
            return Ok(false);
        }
    }
    Ok(true)
}

async fn whole(stream: &mut TcpStream, status: u16, headers: &str) -> io::Result<()> {
    let text = format!("HTTP/1.1 {status} So\r\n{headers}Content-Length: 2\r\n\r\nok");
    stream.write_all(text.as_bytes()).await
}
