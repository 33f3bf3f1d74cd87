//! As much of an HTTP/1.1 answer as a client in a closed loop needs.

use std::io;

/// The head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// The head's own length, its empty line included.
    pub(super) bytes: usize,
    /// The length of the body that follows.
    pub(super) body_bytes: usize,
    /// Whether the server ends the connection after this answer.
    pub(super) closes: bool,
}

impl Head {
    /// Reads the head at the beginning of `received`; `None` while its end has not arrived.
    ///
    /// # Errors
    ///
    /// When it is not HTTP/1.1 or does not say how long its body is.
    pub(super) fn read(received: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return Ok(None);
        };
        let mut lines = received[..end].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let status = lines.next().and_then(status).ok_or_else(|| invalid("no status line"))?;
        let mut body_bytes = None;
        let mut closes = false;
        for line in lines {
            if let Some(value) = value(line, b"content-length:") {
                let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                body_bytes = Some(length.ok_or_else(|| invalid("a length that is no number"))?);
            } else if let Some(value) = value(line, b"connection:") {
                closes = value.eq_ignore_ascii_case(b"close");
            }
        }
        let body_bytes = match (body_bytes, status) {
            (Some(bytes), _) => bytes,
            (None, 204) => 0,
            (None, _) => return Err(invalid("an answer without content-length")),
        };
        Ok(Some(Self { status, bytes: end + 4, body_bytes, closes }))
    }
}

fn status(line: &[u8]) -> Option<u16> {
    let code = line.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(code).ok()?.parse().ok()
}

/// The value of a header line when its name is `name`, which ends with the colon.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = line.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then(|| rest.trim_ascii())
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_status_and_lengths() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Type: x\r\nCONTENT-LENGTH:  12 \r\n\r\n{\"a\"";
        let head = Head::read(text).unwrap().unwrap();
        assert_eq!(
            head,
            Head { status: 200, bytes: text.len() - 4, body_bytes: 12, closes: false }
        );
    }

    #[test]
    fn half_a_head_is_waited_for() {
        assert_eq!(Head::read(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n").unwrap(), None);
    }

    #[test]
    fn a_closing_server_is_heard() {
        let text = b"HTTP/1.1 503 Busy\r\nConnection: close\r\ncontent-length: 0\r\n\r\n";
        let head = Head::read(text).unwrap().unwrap();
        assert_eq!((head.status, head.closes), (503, true));
    }

    #[test]
    fn what_cannot_be_followed_is_an_error() {
        for text in [
            &b"SSH-2.0\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        ] {
            assert!(Head::read(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(Head::read(b"HTTP/1.1 204 Gone\r\n\r\n").unwrap().unwrap().body_bytes, 0);
    }
}
