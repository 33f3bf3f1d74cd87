//! The request that every server is sent: one number for one order of another system.

use std::io::Write;

/// Where numbers are asked for.
pub(crate) const PATH: &str = "/v1/numbers";

/// Writes the request of a connection in its iteration; no reference is sent twice.
pub(crate) fn write(connection: usize, iteration: u64, buffer: &mut Vec<u8>) {
    const BODY: &str = "date=2026-11-20&reference=order-";
    let digits = digits(connection as u64) + digits(iteration) + 1;
    let length = BODY.len() + digits;
    let written = write!(
        buffer,
        "POST {PATH} HTTP/1.1\r\n\
         host: 127.0.0.1\r\n\
         authorization: Bearer sk_test_000000000000000000000000\r\n\
         content-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n\
         \r\n\
         {BODY}{connection}-{iteration}"
    );
    debug_assert!(written.is_ok(), "a vector takes what is written");
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |digits| digits as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_the_bodys() {
        for (connection, iteration) in [(0, 0), (9, 10), (63, 99_999), (100, 1_000_000)] {
            let mut buffer = Vec::new();
            write(connection, iteration, &mut buffer);
            let text = String::from_utf8(buffer).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.ends_with(&format!("content-length: {}", body.len())), "{text}");
            assert!(body.ends_with(&format!("order-{connection}-{iteration}")));
        }
    }
}
