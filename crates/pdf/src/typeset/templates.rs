//! Templates: those that are part of the program, and those of a directory.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::Font;

use crate::press::TemplateError;

/// The templates that are part of the program, by name.
pub(crate) static BUILT_IN: [(&str, &str); 3] = [
    ("invoice.typ", include_str!("../../templates/invoice.typ")),
    ("credit_note.typ", include_str!("../../templates/credit_note.typ")),
    ("sheet.typ", include_str!("../../templates/sheet.typ")),
];

/// By what name a template reads what the document prints. A directory cannot have such a file.
pub(super) const PAPER: &str = "paper.json";
/// What a directory of templates may hold, pictures and fonts included.
const BYTES_MAX: u64 = 64 << 20;
const FILES_MAX: usize = 500;
const DEPTH_MAX: usize = 8;

/// Templates, with the pictures and fonts beside them.
#[derive(Debug, Default)]
pub(super) struct Templates {
    files: HashMap<FileId, Bytes>,
    sources: HashMap<FileId, Source>,
    /// The fonts among them.
    pub(super) fonts: Vec<Font>,
}

/// The file of a name; `None` for one that names no file below the directory.
pub(super) fn id_of(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Templates {
    pub(super) fn built_in() -> Templates {
        let mut templates = Templates::default();
        for (name, text) in BUILT_IN {
            templates.add(name, text.as_bytes().to_vec());
        }
        templates
    }

    /// Everything in a directory. It is read once: nothing is looked for there later.
    pub(super) fn of(directory: &Path) -> Result<Templates, TemplateError> {
        let mut walk = Walk { root: directory, found: Vec::new(), bytes: 0 };
        walk.enter(Path::new(""), 0)?;
        let mut templates = Templates::default();
        for (name, bytes) in walk.found {
            templates.add(&name, bytes);
        }
        Ok(templates)
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let Some(id) = id_of(name) else { return };
        if let (true, Ok(text)) = (name.ends_with(".typ"), std::str::from_utf8(&bytes)) {
            self.sources.insert(id, Source::new(id, text.to_owned()));
        }
        let bytes = Bytes::new(bytes);
        if [".ttf", ".otf", ".ttc", ".otc"].iter().any(|ending| name.ends_with(ending)) {
            self.fonts.extend(Font::iter(bytes.clone()));
        }
        self.files.insert(id, bytes);
    }

    pub(super) fn source(&self, id: FileId) -> Option<&Source> {
        self.sources.get(&id)
    }

    pub(super) fn file(&self, id: FileId) -> Option<&Bytes> {
        self.files.get(&id)
    }
}

/// A walk through a directory of templates.
struct Walk<'a> {
    root: &'a Path,
    found: Vec<(String, Vec<u8>)>,
    bytes: u64,
}

impl Walk<'_> {
    fn enter(&mut self, below: &Path, depth: usize) -> Result<(), TemplateError> {
        let directory = self.root.join(below);
        let entries = fs::read_dir(&directory).map_err(|error| unreadable(&directory, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&directory, &error))?;
            let path = entry.path();
            // Follows links: a directory may be put together from several places.
            let about = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
            let name = below.join(entry.file_name());
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if about.is_dir() {
                if depth == DEPTH_MAX {
                    return Err(TemplateError(format!(
                        "{}: templates lie at most {DEPTH_MAX} directories deep",
                        path.display(),
                    )));
                }
                self.enter(&name, depth + 1)?;
            } else if about.is_file() {
                self.take(&name, &path, about.len())?;
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &Path, path: &Path, bytes: u64) -> Result<(), TemplateError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > BYTES_MAX || self.found.len() == FILES_MAX {
            return Err(TemplateError(format!(
                "{}: a directory of templates holds at most {FILES_MAX} files of {} MiB together",
                self.root.display(),
                BYTES_MAX >> 20,
            )));
        }
        let parts: Vec<String> =
            name.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let name = parts.join("/");
        if name == PAPER {
            return Err(TemplateError(format!(
                "{}: `{name}` is handed to templates by Gapless; call the file something else",
                path.display(),
            )));
        }
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        if name.ends_with(".typ") && std::str::from_utf8(&bytes).is_err() {
            let path = path.display();
            return Err(TemplateError(format!("{path}: a template is text in UTF-8")));
        }
        self.found.push((name, bytes));
        Ok(())
    }
}

fn unreadable(path: &Path, error: &io::Error) -> TemplateError {
    TemplateError(format!("{}: {error}", path.display()))
}

/// Writes the built-in templates to a directory, which is made where it is not there. A file that
/// is there already is left alone.
///
/// # Errors
/// [`TemplateError`] when a file is there already, or cannot be written.
pub(crate) fn write_built_in(directory: &Path) -> Result<Vec<PathBuf>, TemplateError> {
    fs::create_dir_all(directory).map_err(|error| unreadable(directory, &error))?;
    let paths = BUILT_IN.map(|(name, text)| (directory.join(name), text));
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.exists()) {
        return Err(TemplateError(format!(
            "{}: it is there already, and nothing was written; name an empty directory",
            path.display(),
        )));
    }
    for (path, text) in &paths {
        fs::write(path, text).map_err(|error| unreadable(path, &error))?;
    }
    Ok(paths.map(|(path, _)| path).to_vec())
}
