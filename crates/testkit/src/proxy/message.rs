//! Just enough of PostgreSQL's protocol to see a `COMMIT` and its answer.

use std::collections::HashSet;
use std::io::{self, Read};

use super::extend;

/// The longest message that is led on, in bytes; PostgreSQL's own limit is the same.
const LENGTH_MAX: usize = 1 << 30;

const VERSION_3: u32 = 3 << 16;
const WANTS_TLS: u32 = 80_877_103;
const WANTS_GSSAPI: u32 = 80_877_104;

/// What a client begins with.
pub(super) enum Opening {
    /// It wants encryption, and waits for a letter.
    Encryption,
    /// It wants to talk.
    Startup(Vec<u8>),
    /// Anything else, such as the wish to cancel: nothing that is understood follows.
    Other(Vec<u8>),
}

impl Opening {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        extend(from, &mut bytes, 8)?;
        let word = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let (length, code) = (word(0) as usize, word(4));
        if code == WANTS_TLS || code == WANTS_GSSAPI {
            return Ok(Self::Encryption);
        }
        extend(from, &mut bytes, checked(length)?.saturating_sub(8))?;
        // Later minor versions are answered by servers that do not know them.
        let is_startup = code >> 16 == VERSION_3 >> 16;
        Ok(if is_startup { Self::Startup(bytes) } else { Self::Other(bytes) })
    }
}

/// A message behind the opening: a letter, its length, and what it says.
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        extend(from, &mut bytes, 5)?;
        let length = u32::from_be_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
        extend(from, &mut bytes, checked(length as usize)?.saturating_sub(4))?;
        Ok(Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the server has answered all that was asked up to a point.
    pub(super) fn is_ready(&self) -> bool {
        self.0[0] == b'Z'
    }

    /// Whether it is a plain query that begins a transaction.
    pub(super) fn is_begin(&self) -> bool {
        self.0[0] == b'Q'
            && self.0[5..].get(..5).is_some_and(|sql| sql.eq_ignore_ascii_case(b"begin"))
    }

    /// The texts that it begins with, each up to a zero byte.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.0[5..].split(|byte| *byte == 0)
    }
}

/// What a client has asked on a connection.
#[derive(Default)]
pub(super) struct Asked {
    /// Statements and portals, by name, that are a `COMMIT`.
    statements: HashSet<Vec<u8>>,
    portals: HashSet<Vec<u8>>,
    /// Which question the last message belongs to; the opening is the first, with 0.
    question: u64,
    /// Whether the next message begins another question.
    has_ended: bool,
    /// Which question is being answered.
    answered: u64,
    /// The question whose answer the client does not get.
    kept: Option<u64>,
    /// Whether the client gets no answer any more, though the server goes on.
    is_late: bool,
    /// Whether the server has ended the connection.
    has_server_ended: bool,
}

impl Asked {
    /// Takes a message of the client's into account; says whether it is a `COMMIT`.
    pub(super) fn note(&mut self, message: &Message) -> bool {
        if !matches!(message.0[0], b'p' | b'd' | b'c' | b'f') {
            self.question += u64::from(self.has_ended || self.question == 0);
            self.has_ended = matches!(message.0[0], b'Q' | b'S' | b'F');
        }
        let mut texts = message.texts().map(<[u8]>::to_vec);
        let mut text = || texts.next().unwrap_or_default();
        match message.0[0] {
            b'Q' => is_commit(&text()),
            b'P' => {
                let (name, sql) = (text(), text());
                put(&mut self.statements, name, is_commit(&sql));
                false
            }
            b'B' => {
                let (portal, statement) = (text(), text());
                let is_commit = self.statements.contains(&statement);
                put(&mut self.portals, portal, is_commit);
                false
            }
            b'E' => self.portals.contains(&text()),
            _ => false,
        }
    }

    /// The client is not to get the answer to the question that was noted last.
    pub(super) fn keep_answer(&mut self) {
        self.kept = Some(self.question);
    }

    /// The client is not to get any answer from now on.
    pub(super) fn keep_all(&mut self) {
        self.is_late = true;
    }

    /// Whether the client is gone and the server goes on.
    pub(super) fn is_late(&self) -> bool {
        self.is_late
    }

    /// The server has ended the connection.
    pub(super) fn ended(&mut self) {
        self.has_server_ended = true;
    }

    /// Whether the server has answered everything, or never will.
    pub(super) fn is_answered(&self) -> bool {
        self.has_server_ended || self.answered > self.question
    }

    /// Whether what the server says now is not for the client.
    pub(super) fn is_kept(&self) -> bool {
        self.is_late || self.kept == Some(self.answered)
    }

    /// The server has answered a question to its end.
    pub(super) fn answered(&mut self) {
        self.answered += 1;
    }
}

fn put(set: &mut HashSet<Vec<u8>>, name: Vec<u8>, is_in: bool) {
    if is_in {
        set.insert(name);
    } else {
        set.remove(&name);
    }
}

/// Whether the last statement of a text ends a transaction as it was wished.
fn is_commit(sql: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sql);
    let text = text.trim().trim_end_matches(';').trim_end();
    let last = text.rsplit(';').next().unwrap_or_default().trim();
    let first = last.split_whitespace().next().unwrap_or_default();
    let prepared = last.split_whitespace().nth(1).unwrap_or_default();
    (first.eq_ignore_ascii_case("commit") && !prepared.eq_ignore_ascii_case("prepared"))
        || last.eq_ignore_ascii_case("end")
}

fn checked(length: usize) -> io::Result<usize> {
    if length > LENGTH_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no message of PostgreSQL's"));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(letter: u8, body: &[u8]) -> Message {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        let bytes = [&[letter], &length[..], body].concat();
        Message::read(&mut &bytes[..]).unwrap()
    }

    #[test]
    fn a_commit_is_seen_in_whatever_dress() {
        let plain =
            |sql: &str| Asked::default().note(&message(b'Q', format!("{sql}\0").as_bytes()));
        for sql in
            ["COMMIT", "commit;", " Commit work ; ", "INSERT INTO t VALUES (1); COMMIT", "END"]
        {
            assert!(plain(sql), "{sql}");
        }
        for sql in ["ROLLBACK", "COMMIT PREPARED 'x'", "SELECT 'COMMIT'", "COMMIT; SELECT 1", ""] {
            assert!(!plain(sql), "{sql}");
        }
        let mut asked = Asked::default();
        assert!(!asked.note(&message(b'P', b"s1\0COMMIT\0\0\0")));
        assert!(!asked.note(&message(b'B', b"\0s1\0\0\0\0\0\0\0")));
        assert!(asked.note(&message(b'E', b"\0\0\0\0\0")));
        // The same name, another statement.
        assert!(!asked.note(&message(b'P', b"s1\0SELECT 1\0\0\0")));
        assert!(!asked.note(&message(b'B', b"\0s1\0\0\0\0\0\0\0")));
        assert!(!asked.note(&message(b'E', b"\0\0\0\0\0")));
    }

    #[test]
    fn only_the_answer_to_the_commit_is_kept() {
        for is_plain in [true, false] {
            let mut asked = Asked::default();
            asked.answered();
            asked.note(&message(b'Q', b"SELECT 1\0"));
            if is_plain {
                asked.note(&message(b'Q', b"COMMIT\0"));
                asked.keep_answer();
            } else {
                asked.note(&message(b'P', b"\0COMMIT\0\0\0"));
                asked.note(&message(b'B', b"\0\0\0\0\0\0\0\0"));
                assert!(asked.note(&message(b'E', b"\0\0\0\0\0")));
                asked.keep_answer();
                asked.note(&message(b'S', b""));
            }
            assert!(!asked.is_kept(), "the answer before it");
            asked.answered();
            assert!(asked.is_kept(), "the answer itself");
        }
    }

    #[test]
    fn what_is_too_long_is_no_message() {
        assert!(Message::read(&mut &b"Q\xff\xff\xff\xff"[..]).is_err());
        assert!(Opening::read(&mut &b"\xff\xff\xff\xff\0\x03\0\0"[..]).is_err());
    }
}
