//! CSV files, read strictly and kept byte for byte.
//!
//! A sheet is the text of the file and where its records stand in it. What is not understood for
//! certain is refused with the line and the remedy, because a number given to a row that was
//! misread cannot be taken back.

mod columns;
mod dates;
mod flaw;
mod walk;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
pub(crate) use columns::Wanted;
pub(crate) use dates::Dates;
use flaw::Flaw;
use walk::{Field, walk};

/// A file with a header and records of equally many fields.
pub(crate) struct Sheet {
    path: PathBuf,
    text: String,
    separator: u8,
    header: Record,
    columns: Vec<String>,
    rows: Vec<Record>,
}

/// Where one record stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    /// Line that it begins on, from 1.
    pub(crate) line: u32,
    start: u32,
    end: u32,
}

/// A column of a sheet, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(usize);

/// The largest file that is read.
const BYTES_MAX: u64 = 1 << 30;
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Sheet {
    /// Reads a whole file.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a CSV file: told with the line and the remedy.
    pub(crate) fn read(path: &Path) -> Result<Sheet, Failure> {
        let unreadable = |error| Failure::of_reading(path, &error).about("file");
        let bytes = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
                .map_err(unreadable)?;
            bytes
        } else {
            let size = fs::metadata(path).map_err(unreadable)?.len();
            if size > BYTES_MAX {
                return Err(Flaw::TooLarge.at(path, None));
            }
            fs::read(path).map_err(unreadable)?
        };
        Sheet::of_bytes(path, bytes)
    }

    /// The sheet in these bytes; the path is for messages.
    pub(crate) fn of_bytes(path: &Path, bytes: Vec<u8>) -> Result<Sheet, Failure> {
        let refuse = |flaw: Flaw, line| flaw.at(path, line);
        let text = flaw::decode(bytes).map_err(|(flaw, line)| refuse(flaw, line))?;
        if text.len() as u64 > BYTES_MAX {
            return Err(refuse(Flaw::TooLarge, None));
        }
        let begin = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        if text[begin..].trim().is_empty() {
            return Err(refuse(Flaw::Empty, None));
        }
        let separator = columns::separator(&text[begin..]);
        let (header, rows) =
            records(&text, begin, separator).map_err(|(flaw, line)| refuse(flaw, Some(line)))?;
        let mut sheet =
            Sheet { path: path.to_owned(), text, separator, header, columns: Vec::new(), rows };
        sheet.columns = sheet.fields(header).map(|value| value.trim().to_owned()).collect();
        Ok(sheet)
    }

    /// The records below the header.
    pub(crate) fn rows(&self) -> &[Record] {
        &self.rows
    }

    /// Leaves records out; answers how many.
    pub(crate) fn leave_out(&mut self, is_meant: impl Fn(&Sheet, Record) -> bool) -> usize {
        let count = self.rows.len();
        let kept = self.rows.iter().copied().filter(|record| !is_meant(self, *record)).collect();
        self.rows = kept;
        count - self.rows.len()
    }

    /// The value of a record in a column, without quotes and the spaces around it.
    pub(crate) fn value(&self, record: Record, column: Column) -> Cow<'_, str> {
        match self.fields(record).nth(column.0) {
            Some(Cow::Borrowed(value)) => Cow::Borrowed(value.trim()),
            Some(Cow::Owned(value)) => Cow::Owned(value.trim().to_owned()),
            None => Cow::Borrowed(""),
        }
    }

    /// The value of a record in a column, without quotes, but with the spaces around it.
    pub(crate) fn exact(&self, record: Record, column: Column) -> Cow<'_, str> {
        self.fields(record).nth(column.0).unwrap_or_default()
    }

    /// The name of a column.
    pub(crate) fn name(&self, column: Column) -> &str {
        &self.columns[column.0]
    }

    /// Whether there is a column of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| columns::same(column, name))
    }

    /// The file's bytes with one more column: `name` in the header, a value for each record.
    /// Everything else stays as it is, byte for byte.
    pub(crate) fn with_column(&self, name: &str, values: &[String]) -> Vec<u8> {
        let added: usize = values.iter().map(|value| value.len() + 3).sum();
        let mut bytes = Vec::with_capacity(self.text.len() + added + name.len() + 3);
        let mut copied = 0;
        let cells = [name].into_iter().chain(values.iter().map(String::as_str));
        for (record, cell) in [&self.header].into_iter().chain(&self.rows).zip(cells) {
            let end = record.end as usize;
            bytes.extend_from_slice(&self.text.as_bytes()[copied..end]);
            bytes.push(self.separator);
            bytes.extend_from_slice(walk::quoted(cell, self.separator).as_bytes());
            copied = end;
        }
        bytes.extend_from_slice(&self.text.as_bytes()[copied..]);
        bytes
    }

    /// A refusal about one record.
    pub(crate) fn refuse(&self, record: Record, message: impl std::fmt::Display) -> Failure {
        let place = format!("{}, line {}: {message}", self.path.display(), record.line);
        Failure::refused("file_invalid", place).about("file")
    }

    /// A refusal about the whole file.
    pub(crate) fn refuse_whole(&self, message: impl std::fmt::Display) -> Failure {
        let place = format!("{}: {message}", self.path.display());
        Failure::refused("file_invalid", place).about("file")
    }

    fn fields(&self, record: Record) -> impl Iterator<Item = Cow<'_, str>> {
        let mut found = Vec::new();
        // It was walked when the sheet was made, so there is no flaw to tell again.
        let _ = walk(&self.text, record.start as usize, self.separator, |field| found.push(field));
        found.into_iter().map(|field: Field| field.value(&self.text))
    }
}

/// The header and the records below it; blank lines between them are left aside.
fn records(text: &str, begin: usize, separator: u8) -> Result<(Record, Vec<Record>), (Flaw, u64)> {
    let mut header: Option<(Record, usize)> = None;
    let mut rows = Vec::new();
    let (mut at, mut line) = (begin, 1u64);
    while at < text.len() {
        let mut count = 0;
        let walked = walk(text, at, separator, |_| count += 1);
        let end = walked
            .map_err(|(flaw, place)| (flaw, line + newlines(&text[at..place.min(text.len())])))?;
        let record = Record { line: line as u32, start: at as u32, end: end.content as u32 };
        let is_blank = text[at..end.content].trim().is_empty();
        match header {
            _ if is_blank => {}
            None => header = Some((record, count)),
            Some((_, expected)) if expected != count => {
                return Err((Flaw::FieldCount { expected, found: count }, line));
            }
            Some(_) => rows.push(record),
        }
        line += newlines(&text[at..end.next]);
        at = end.next;
    }
    match header {
        Some((header, _)) => Ok((header, rows)),
        None => Err((Flaw::Empty, 1)),
    }
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests;
