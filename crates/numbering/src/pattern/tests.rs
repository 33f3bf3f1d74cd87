use super::*;

#[test]
fn texts_and_their_parts() {
    let literal = |text: &str| Part::Literal(text.into());
    for (text, want) in [
        ("{seq}", vec![Part::Token(Token::Seq { width: 0 })]),
        ("INV-{seq:5}", vec![literal("INV-"), Part::Token(Token::Seq { width: 5 })]),
        ("{{{seq:15}}}", vec![literal("{"), Part::Token(Token::Seq { width: 15 }), literal("}")]),
        (
            "{year}{year:2}-{end_year:2}{seq}",
            vec![
                Part::Token(Token::Year(YearDigits::Four)),
                Part::Token(Token::Year(YearDigits::Two)),
                literal("-"),
                Part::Token(Token::EndYear(YearDigits::Two)),
                Part::Token(Token::Seq { width: 0 }),
            ],
        ),
    ] {
        let pattern: Pattern = text.parse().unwrap();
        assert_eq!(pattern.parts(), want, "{text}");
        assert_eq!(pattern.to_string(), text);
    }
}

#[test]
fn every_word_is_a_token() {
    for kind in TokenKind::ALL {
        let text = if kind == TokenKind::Seq { "{seq}".into() } else { format!("{kind}-{{seq}}") };
        let pattern: Pattern = text.parse().unwrap();
        assert!(pattern.has(kind), "{kind}");
        assert_eq!(pattern.to_string(), text);
    }
}

#[test]
fn the_shortest_text_is_printed() {
    for (text, want) in [
        ("{seq:0}", "{seq}"),
        ("{seq:05}", "{seq:5}"),
        ("{year:4}/{end_year:4}/{seq}", "{year}/{end_year}/{seq}"),
    ] {
        assert_eq!(text.parse::<Pattern>().unwrap().to_string(), want);
    }
}

#[test]
fn errors_say_where_and_what_was_expected() {
    let words = "{seq} {year} {end_year} {month} {quarter} {week} {day} {prefix} {customer} \
                 {invoice} {kind}";
    for (text, want) in [
        ("INV", "expected {seq}, the place of the counter, or {seq:5} for five digits at 0..3"),
        ("{seq:x}", "expected a width (0-15) after ':' at 5..6"),
        ("{seq:16}", "expected a width (0-15) after ':' at 5..7"),
        ("{seq:+5}", "expected a width (0-15) after ':' at 5..7"),
        ("{seq:}", "expected a width (0-15) after ':' at 4..5"),
        ("{year:3}{seq}", "expected 2 or 4 digits after ':' at 6..7"),
        ("{month:2}{seq}", "expected '}' after 'month'; {month} takes nothing at 7..8"),
        ("{yaer}{seq}", &format!("no token 'yaer'; expected one of {words} at 1..5")),
        ("{SEQ}", &format!("no token 'SEQ'; expected one of {words} at 1..4")),
        ("{}{seq}", &format!("no token; expected one of {words} at 1..1")),
        ("{seq}{", &format!("expected a token after '{{', one of {words} at 5..6")),
        ("{seq", "expected '}' after 'seq' at 0..4"),
        ("{seq}-{year", "expected '}' after 'year' at 6..11"),
        ("{seq}}", "'}' closes nothing; write '}}' for a brace at 5..6"),
        ("{seq}{seq}", "{seq} a second time; expected it once at 5..10"),
        ("{customer}{customer}{seq}", "{customer} a second time; expected it once at 10..20"),
        ("A\u{0}{seq}", "U+0000 is a control character; expected letters, digits or marks at 1..2"),
        ("é😀{seq}", "U+1F600 cannot be in a number; expected letters, digits or marks at 2..6"),
    ] {
        assert_eq!(text.parse::<Pattern>().unwrap_err().to_string(), want, "{text}");
    }
}

#[test]
fn the_longest_pattern() {
    let text = |literal: usize| format!("{}{{seq}}", "é".repeat(literal));
    assert!(text(115).parse::<Pattern>().is_ok());
    let error = text(116).parse::<Pattern>().unwrap_err();
    assert_eq!(error.to_string(), "expected at most 120 characters, found 121 at 236..237");
}

#[test]
fn half_typed_texts_are_previewed() {
    for (text, seen, remarks) in [
        ("INV-{seq:5}", Some("INV-{seq:5}"), 0),
        ("INV-{seq:5", None, 1),
        ("INV-{", None, 1),
        ("{seq}-{mon", Some("{seq}-"), 1),
        ("{seq}-{mon}-{year", Some("{seq}--"), 2),
        ("{year{seq}", Some("{seq}"), 1),
        ("", None, 1),
    ] {
        let (pattern, diagnostics) = Pattern::parse_lossy(text);
        assert_eq!(pattern.map(|it| it.to_string()).as_deref(), seen, "{text}");
        assert_eq!(diagnostics.len(), remarks, "{text} {diagnostics:?}");
        assert!(diagnostics.iter().all(|it| text.get(it.span.start..it.span.end).is_some()));
    }
}

#[test]
fn what_breaks_file_names_is_a_warning() {
    let (pattern, diagnostics) = Pattern::parse_lossy("INV/{seq}?");
    assert!(pattern.is_some());
    let remarks: Vec<_> = diagnostics.iter().map(|it| (it.severity, it.span.start)).collect();
    assert_eq!(remarks, [(Severity::Warning, 3), (Severity::Warning, 9)]);
    assert!("INV/{seq}?".parse::<Pattern>().is_ok());
}

#[test]
fn parts_make_patterns() {
    let pattern = Pattern::from_parts([
        Part::Literal("{a".into()),
        Part::Literal(String::new()),
        Part::Literal("b}".into()),
        Part::Token(Token::Seq { width: 3 }),
    ]);
    let pattern = pattern.unwrap();
    assert_eq!(pattern.to_string(), "{{ab}}{seq:3}");
    assert_eq!(pattern.parts().len(), 2);
    assert_eq!(pattern.seq_width(), 3);
    assert!(Pattern::from_parts([Part::Literal("a".into())]).is_err());
    let wide = Pattern::from_parts([Part::Token(Token::Seq { width: 16 })]);
    assert_eq!(wide.unwrap_err().message(), "expected a width (0-15) after ':'");
}

#[test]
fn tokens_speak_of_a_reset() {
    for (text, want) in [
        ("{seq}", Reset::Never),
        ("{prefix}{seq}", Reset::Never),
        ("{year}-{seq}", Reset::Yearly),
        ("{year}-{end_year}-{seq}", Reset::FiscalYear),
        ("{year}-{quarter}-{seq}", Reset::Quarterly),
        ("{year}-{end_year}-{month}-{seq}", Reset::Monthly),
        ("{year}-{week}-{seq}", Reset::Weekly),
        ("{year}{month}{day}{seq}", Reset::Daily),
    ] {
        assert_eq!(text.parse::<Pattern>().unwrap().default_reset(), want, "{text}");
    }
}
