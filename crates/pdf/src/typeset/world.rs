//! Everything that a template can see: itself and what lies beside it, what it is handed, and the
//! fonts. There is no network, no clock, and no file but those that were read at the start.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use super::templates::Templates;

pub(super) struct Sheet<'a> {
    pub(super) library: &'a LazyHash<Library>,
    pub(super) book: &'a LazyHash<FontBook>,
    pub(super) fonts: &'a [Font],
    pub(super) templates: &'a Templates,
    pub(super) main: FileId,
    /// What the document prints, and by what name it is read.
    pub(super) paper: (FileId, Bytes),
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match self.templates.source(id) {
            Some(source) => Ok(source.clone()),
            None if self.templates.file(id).is_some() => Err(FileError::NotSource),
            None => Err(missing(id)),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let (paper, json) = &self.paper;
        let file = if id == *paper { Some(json) } else { self.templates.file(id) };
        file.cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
