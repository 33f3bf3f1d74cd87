use super::*;

fn sheet(text: &str) -> Result<Sheet, Failure> {
    Sheet::of_bytes(Path::new("orders.csv"), text.as_bytes().to_vec())
}

fn refusal(bytes: &[u8]) -> String {
    match Sheet::of_bytes(Path::new("orders.csv"), bytes.to_vec()) {
        Ok(_) => panic!("{bytes:?} was accepted"),
        Err(failure) => failure.message,
    }
}

#[test]
fn values_come_without_their_quotes() {
    let sheet =
        sheet("id,\"the \"\"date\"\"\"\n\"a,b\", x \n\"line\nbreak\",\"\"\"q\"\"\"\n").unwrap();
    let second = sheet.find(Wanted::Date, Some("the date")).unwrap().unwrap();
    let first = sheet.find_needed(Wanted::Reference, None).unwrap();
    assert_eq!(sheet.name(second), "the \"date\"");
    let rows = sheet.rows();
    assert_eq!(sheet.value(rows[0], first), "a,b");
    assert_eq!(sheet.value(rows[0], second), "x");
    assert_eq!(sheet.value(rows[1], first), "line\nbreak");
    assert_eq!(sheet.value(rows[1], second), "\"q\"");
    assert_eq!((rows[0].line, rows[1].line), (2, 3));
}

#[test]
fn a_column_is_added_and_all_other_bytes_stay() {
    let check = |before: &str, values: &[&str], after: &str| {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let written = sheet(before).unwrap().with_column("n", &values);
        assert_eq!(String::from_utf8(written).unwrap(), after);
    };
    check("id,date\n1,x\n", &["A"], "id,date,n\n1,x,A\n");
    check("id;date\r\n1;\"x\"\r\n2; y", &["A", "B;C"], "id;date;n\r\n1;\"x\";A\r\n2; y;\"B;C\"");
    check("\u{feff}id\tdate\n\n1\t\n\n", &["A"], "\u{feff}id\tdate\tn\n\n1\t\tA\n\n");
    check("id,date\n", &[], "id,date,n\n");
    check("id\n1\n", &["say \"A\""], "id,n\n1,\"say \"\"A\"\"\"\n");
}

#[test]
fn what_is_wrong_is_told_with_line_and_remedy() {
    let cases: [(&[u8], &str, &str); 11] = [
        (b"", "orders.csv: the file is empty", "expected a header"),
        (b"\xef\xbb\xbf \n", "orders.csv: the file is empty", "expected a header"),
        (b"id,name\n1,a\n2,J\xf6rg\n", "line 3: byte 0xF6", "iconv"),
        (b"\xff\xfei\0d\0", "orders.csv: the file is UTF-16", "iconv"),
        (b"id\n1\x00\n", "line 2: there is a byte 0", "text"),
        (b"id,name\n1,\"a\n2,b\n", "line 2: a quote opens here", "close it"),
        (b"id,name\n1,a\"b\n", "line 2: there is a quote inside", "\"\""),
        (b"id,name\n1,\"a\"b\n", "line 2: text follows a closing quote", "\"\""),
        (b"id,name\r1,a\n", "line 1: there is a carriage return", "LF"),
        (b"id,name\n1,a\n2\n", "line 3: expected 2 fields like the header, found 1", "quotes"),
        (b"id,name\n\"1\n1\",a\n2,b,c\n", "line 4: expected 2 fields", "found 3"),
    ];
    for (bytes, problem, remedy) in cases {
        let message = refusal(bytes);
        assert!(message.contains(problem) && message.contains(remedy), "{message}");
    }
}

#[test]
fn columns_are_found_by_usual_names_or_by_the_flag() {
    let sheet = sheet("Invoice No.,InvoiceDate,sum,sum\n1,2,3,4\n").unwrap();
    let number = sheet.find_needed(Wanted::Number, None).unwrap();
    assert_eq!(sheet.name(number), "Invoice No.");
    assert!(sheet.find(Wanted::Date, None).unwrap().is_some());
    assert!(sheet.find(Wanted::Kind, None).unwrap().is_none());
    let missing = sheet.find(Wanted::Date, Some("day")).unwrap_err();
    assert!(missing.message.contains("Invoice No., InvoiceDate, sum, sum"), "{missing}");
    assert_eq!(missing.param.as_deref(), Some("date_column"));
    assert!(sheet.find(Wanted::Number, Some("sum")).unwrap_err().message.contains("two columns"));
    assert!(sheet.find_needed(Wanted::Customer, None).is_err());
}
