//! What may stand behind a date: a time of day, and the offset from UTC that it is told in.

use jiff::civil::Time;
use jiff::tz::Offset;

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    time: Time,
    /// Where it is said: the time is then that of one instant.
    pub(super) offset: Option<Offset>,
}

/// The largest offset that any place has or had, in minutes.
const OFFSET_MINUTES_MAX: i32 = 15 * 60 + 14;

impl Clock {
    /// The time itself, whole seconds of it. A leap second is the one before it.
    pub(super) fn time(self) -> Time {
        self.time
    }

    /// Reads `10:00`, `10:00:00.250`, with `AM` or `PM` behind it, or with `Z`, `UTC`, `GMT` or an
    /// offset such as `+02:00`. A word that is none of these makes the whole no time.
    pub(super) fn read(text: &str) -> Option<Clock> {
        let digits = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
        let (time, behind) = text.split_at(digits.count());
        let (mut parts, mut values) = (time.split(':'), [0; 3]);
        for (place, limit) in [24, 60, 61].into_iter().enumerate() {
            let part = match parts.next() {
                None if place == 2 => break,
                part => part?,
            };
            let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
            let is_whole = place == 2 || whole.len() == part.len();
            let is_plain = is_whole && !fraction.is_empty() && !fraction.contains('.');
            values[place] = number(whole).filter(|value| is_plain && *value < limit)?;
        }
        if parts.next().is_some() {
            return None;
        }
        let [hour, minute, second] = values;
        let time = Time::new(hour, minute, second.min(59), 0).ok()?;
        let is = |word: &&str| behind.trim().eq_ignore_ascii_case(word);
        let offset = match behind.trim() {
            "" => None,
            _ if ["AM", "PM"].iter().any(is) => None,
            _ if ["Z", "UTC", "GMT"].iter().any(is) => Some(Offset::UTC),
            shown => Some(offset(shown)?),
        };
        Some(Clock { time, offset })
    }
}

/// Reads `+02`, `+0200`, `+02:00`, or with `-`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let is_whole = hours.len() == 2 && minutes.len() == 2;
    let minutes = number(minutes).filter(|minutes| is_whole && *minutes < 60)?;
    let minutes = i32::from(number(hours)?) * 60 + i32::from(minutes);
    let seconds = Some(sign * minutes * 60).filter(|_| minutes <= OFFSET_MINUTES_MAX)?;
    Offset::from_seconds(seconds).ok()
}

/// One or two digits.
fn number(text: &str) -> Option<i8> {
    let is_short = (1..=2).contains(&text.len());
    let is_plain = is_short && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_an_offset() {
        for (text, expected) in [
            ("10:00", "10:00:00"),
            ("8:26:01 pm", "08:26:01"),
            ("23:59:60", "23:59:59"),
            ("10:00:00.250 +02:00", "10:00:00 +02"),
            ("10:00Z", "10:00:00 +00"),
            ("10:00 utc", "10:00:00 +00"),
            ("10:00:00-0930", "10:00:00 -09:30"),
            ("10:00:00+05", "10:00:00 +05"),
        ] {
            let clock = Clock::read(text).unwrap_or_else(|| panic!("{text}"));
            let offset = clock.offset.map(|offset| format!(" {offset}")).unwrap_or_default();
            assert_eq!(format!("{}{offset}", clock.time()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "10",
            "24:00",
            "10:60",
            "10:00:61",
            "10.5:00",
            "10:00.5",
            "10:00:00.",
            "10:00:00.1.2",
            "10:00:00:00",
            "100:00",
            "10:00 x",
            "10:00+1x",
            "10:00+2",
            "10:00+020",
            "10:00+02:0",
            "10:00+02:60",
            "10:00+20:00",
            "10:00+",
            "10:00+é",
            "10:00 PM +02:00",
        ] {
            assert_eq!(Clock::read(text), None, "{text}");
        }
    }
}
