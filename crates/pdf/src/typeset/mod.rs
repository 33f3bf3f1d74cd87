//! Documents set by Typst from templates.

mod fonts;
mod templates;
mod world;

use std::path::Path;

use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::Bytes;
use typst::syntax::FileId;
use typst::text::FontBook;
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::paper::Paper;
use crate::press::{PrintError, TemplateError};
use templates::Templates;
pub(crate) use templates::write_built_in;
use world::Sheet;

/// What is kept of one document to be used for the next ones, in documents.
const KEPT: usize = 30;

/// Sets documents from templates.
pub(crate) struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<typst::text::Font>,
    templates: Templates,
}

impl Typesetter {
    /// With the templates that are part of the program.
    pub(crate) fn built_in() -> Typesetter {
        Typesetter::with(Templates::built_in())
    }

    /// With the templates of a directory, and none else.
    pub(crate) fn of(directory: &Path) -> Result<Typesetter, TemplateError> {
        Ok(Typesetter::with(Templates::of(directory)?))
    }

    fn with(templates: Templates) -> Typesetter {
        let mut fonts = templates.fonts.clone();
        fonts.extend_from_slice(fonts::built_in());
        Typesetter {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            templates,
        }
    }

    /// A document as a PDF.
    pub(crate) fn print(&self, paper: &Paper) -> Result<Vec<u8>, PrintError> {
        let json = serde_json::to_vec(paper)
            .map_err(|error| PrintError(format!("the document is no JSON: {error}")))?;
        self.set(paper.kind, json)
    }

    /// What the template of a kind makes of what it is handed.
    fn set(&self, kind: &str, json: Vec<u8>) -> Result<Vec<u8>, PrintError> {
        let sheet = Sheet {
            library: &self.library,
            book: &self.book,
            fonts: &self.fonts,
            templates: &self.templates,
            main: named(&format!("{kind}.typ"))?,
            paper: (named(templates::PAPER)?, Bytes::new(json)),
        };
        let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(&sheet);
        let printed = output.map_err(|errors| told(&sheet, &errors)).and_then(|document| {
            export(&document, &[PdfStandard::A_3a, PdfStandard::Ua_1])
                // What has no date, as a draft, is not for archives, but is to be read aloud.
                .or_else(|_| export(&document, &[PdfStandard::Ua_1]))
                // A letter that no font knows fits neither standard, but is to be printed.
                .or_else(|_| export(&document, &[]))
                .map_err(|errors| told(&sheet, &errors))
        });
        typst::comemo::evict(KEPT);
        printed
    }
}

fn named(name: &str) -> Result<FileId, PrintError> {
    templates::id_of(name).ok_or_else(|| PrintError(format!("`{name}` is no name of a file")))
}

type Errors = typst::ecow::EcoVec<SourceDiagnostic>;

fn export(document: &PagedDocument, standards: &[PdfStandard]) -> Result<Vec<u8>, Errors> {
    let standards = PdfStandards::new(standards).unwrap_or_default();
    let creator = typst::foundations::Smart::Custom(Some("Gapless".to_owned()));
    typst_pdf::pdf(document, &PdfOptions { creator, standards, ..PdfOptions::default() })
}

/// What is wrong with a template, each with its file, line and column.
fn told(sheet: &Sheet<'_>, errors: &[SourceDiagnostic]) -> PrintError {
    let each = errors.iter().map(|error| {
        let place = place(sheet, error).map(|place| format!("{place}: ")).unwrap_or_default();
        let hints: String = error.hints.iter().map(|hint| format!("; hint: {}", hint.v)).collect();
        format!("{place}{}{hints}", error.message)
    });
    PrintError(each.collect::<Vec<_>>().join("\n"))
}

fn place(sheet: &Sheet<'_>, error: &SourceDiagnostic) -> Option<String> {
    let id = error.span.id()?;
    let name = id.get().vpath().get_without_slash();
    let source = sheet.templates.source(id)?;
    let range = sheet.range(error.span)?;
    let (line, column) = source.lines().byte_to_line_column(range.start)?;
    Some(format!("{name}:{}:{}", line + 1, column + 1))
}
