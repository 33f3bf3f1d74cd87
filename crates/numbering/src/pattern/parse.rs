//! The parser. It never fails: it returns what it made out, and remarks.

use super::{Diagnostic, Part, Pattern, Severity, Span, Token, TokenKind, YearDigits};
use crate::{
    characters,
    limits::{PATTERN_CHARS_MAX, SEQ_WIDTH_MAX},
};

// pattern ::= ( literal | "{{" | "}}" | token )*
pub(super) fn parse(text: &str) -> (Option<Pattern>, Vec<Diagnostic>) {
    let mut parser = Parser { text, at: 0, parts: Vec::new(), remarks: Vec::new() };
    parser.check_length();
    while parser.at < text.len() {
        parser.piece();
    }
    parser.check_seq();
    // Errors in the order of the text, so that the first is the leftmost.
    parser.remarks.sort_by_key(|remark| remark.span.start);
    let Parser { parts, remarks, .. } = parser;
    let pattern = Pattern { parts };
    (pattern.has(TokenKind::Seq).then_some(pattern), remarks)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    parts: Vec<Part>,
    remarks: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn piece(&mut self) {
        let rest = &self.text[self.at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            self.literal(if rest.starts_with('{') { '{' } else { '}' });
            self.at += 2;
        } else if rest.starts_with('{') {
            self.token();
        } else if let Some(c) = rest.chars().next() {
            let span = Span { start: self.at, end: self.at + c.len_utf8() };
            self.at = span.end;
            if c == '}' {
                self.error(span, "'}' closes nothing; write '}}' for a brace".into());
            } else if !characters::is_allowed(c) {
                self.error(span, characters::refusal(c));
            } else {
                self.literal(c);
                if characters::breaks_file_names(c) {
                    let message = format!("'{c}' breaks file names; files are named by the slug");
                    self.remark(span, message, Severity::Warning);
                }
            }
        }
    }

    // token ::= "{" word ( ":" argument )? "}"
    fn token(&mut self) {
        let start = self.at;
        let inside = start + 1;
        let body_len = self.text[inside..].find(['{', '}']).unwrap_or(self.text.len() - inside);
        let close = inside + body_len;
        let body = &self.text[inside..close];
        if !self.text[close..].starts_with('}') {
            self.at = close;
            let message = match body {
                "" => format!("expected a token after '{{', one of {}", words()),
                _ => format!("expected '}}' after '{body}'"),
            };
            self.error(Span { start, end: close }, message);
            return;
        }
        self.at = close + 1;
        let (word, argument) = match body.split_once(':') {
            Some((word, argument)) => (word, Some(argument)),
            None => (body, None),
        };
        let Some(kind) = TokenKind::ALL.into_iter().find(|kind| kind.word() == word) else {
            let span = Span { start: inside, end: inside + word.len() };
            let found =
                if word.is_empty() { "no token".into() } else { format!("no token '{word}'") };
            self.error(span, format!("{found}; expected one of {}", words()));
            return;
        };
        let argument_span = Span { start: inside + word.len() + 1, end: close };
        match token_of(kind, argument) {
            Ok(token) => self.add(token, Span { start, end: self.at }),
            Err(message) => {
                // An empty argument has no extent of its own: point at the colon.
                let Span { start, end } = argument_span;
                let start = if start == end { start - 1 } else { start };
                self.error(Span { start, end }, message);
            }
        }
    }

    fn add(&mut self, token: Token, span: Span) {
        let kind = token.kind();
        let again = kind.is_single()
            && self.parts.iter().any(|part| matches!(part, Part::Token(t) if t.kind() == kind));
        if again {
            self.error(span, format!("{kind} a second time; expected it once"));
        } else {
            self.parts.push(Part::Token(token));
        }
    }

    fn literal(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Literal(text)) => text.push(c),
            _ => self.parts.push(Part::Literal(c.into())),
        }
    }

    fn check_length(&mut self) {
        let count = self.text.chars().count();
        if let Some((start, _)) = self.text.char_indices().nth(PATTERN_CHARS_MAX) {
            let message = format!("expected at most {PATTERN_CHARS_MAX} characters, found {count}");
            self.error(Span { start, end: self.text.len() }, message);
        }
    }

    fn check_seq(&mut self) {
        let found = self.parts.iter().any(|part| matches!(part, Part::Token(Token::Seq { .. })));
        // Any other error may well be the reason that there is none.
        let broken = self.remarks.iter().any(|remark| remark.severity == Severity::Error);
        if !found && !broken {
            let message = "expected {seq}, the place of the counter, or {seq:5} for five digits";
            self.error(Span { start: 0, end: self.text.len() }, message.into());
        }
    }

    fn error(&mut self, span: Span, message: String) {
        self.remark(span, message, Severity::Error);
    }

    fn remark(&mut self, span: Span, message: String, severity: Severity) {
        self.remarks.push(Diagnostic { span, message, severity });
    }
}

// argument ::= width (for seq) | "2" | "4" (for years)
fn token_of(kind: TokenKind, argument: Option<&str>) -> Result<Token, String> {
    match (kind, argument) {
        (TokenKind::Seq, None) => Ok(Token::Seq { width: 0 }),
        (TokenKind::Seq, Some(text)) => width(text)
            .map(|width| Token::Seq { width })
            .ok_or_else(|| format!("expected a width (0-{SEQ_WIDTH_MAX}) after ':'")),
        (TokenKind::Year, _) => year_digits(argument).map(Token::Year),
        (TokenKind::EndYear, _) => year_digits(argument).map(Token::EndYear),
        (_, Some(_)) => Err(format!("expected '}}' after '{}'; {kind} takes nothing", kind.word())),
        (TokenKind::Month, None) => Ok(Token::Month),
        (TokenKind::Quarter, None) => Ok(Token::Quarter),
        (TokenKind::Week, None) => Ok(Token::Week),
        (TokenKind::Day, None) => Ok(Token::Day),
        (TokenKind::Prefix, None) => Ok(Token::Prefix),
        (TokenKind::Customer, None) => Ok(Token::Customer),
        (TokenKind::Invoice, None) => Ok(Token::Invoice),
        (TokenKind::Kind, None) => Ok(Token::Kind),
    }
}

// width ::= digit digit?
fn width(text: &str) -> Option<u8> {
    let shape = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|width| shape && *width <= SEQ_WIDTH_MAX)
}

fn year_digits(argument: Option<&str>) -> Result<YearDigits, String> {
    match argument {
        None | Some("4") => Ok(YearDigits::Four),
        Some("2") => Ok(YearDigits::Two),
        Some(_) => Err("expected 2 or 4 digits after ':'".into()),
    }
}

fn words() -> String {
    TokenKind::ALL.map(|kind| kind.to_string()).join(" ")
}
