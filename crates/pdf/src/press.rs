//! What makes a PDF of a document.

use std::fmt::{Debug, Formatter};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::paper::Paper;
use crate::plain::plain;
#[cfg(feature = "typst")]
use crate::typeset::Typesetter;

/// What makes a PDF of a document: templates that Typst sets, or where the program was built
/// without it, one plain form.
pub struct Press(Kind);

enum Kind {
    Plain,
    #[cfg(feature = "typst")]
    Set(Box<Typesetter>),
}

/// Why templates cannot be used: which one, where in it, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct TemplateError(pub String);

/// Why a document has no PDF: what is wrong with the template, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PrintError(pub String);

impl Press {
    /// A press that prints what is part of the program.
    pub fn new() -> Press {
        #[cfg(feature = "typst")]
        return Press(Kind::Set(Box::new(Typesetter::built_in())));
        #[cfg(not(feature = "typst"))]
        Press(Kind::Plain)
    }

    /// A press without a typesetter: one plain form, in the fonts that every reader has.
    pub fn plain() -> Press {
        Press(Kind::Plain)
    }

    /// A press with the templates of a directory. They are read now and tried on documents of every
    /// kind.
    ///
    /// # Errors
    /// [`TemplateError`] when a file cannot be read or a template does not work, and always where
    /// the program was built without a typesetter.
    #[cfg(feature = "typst")]
    pub fn with_templates(directory: &Path) -> Result<Press, TemplateError> {
        let press = Press(Kind::Set(Box::new(Typesetter::of(directory)?)));
        for (kind, paper) in crate::specimen::specimens() {
            press.print(&paper).map_err(|PrintError(why)| {
                let directory = directory.display();
                TemplateError(format!("the templates of {directory} print no {kind}:\n{why}"))
            })?;
        }
        Ok(press)
    }

    /// As it says: this program was built without a typesetter.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "typst"))]
    pub fn with_templates(_: &Path) -> Result<Press, TemplateError> {
        Err(without_typesetter())
    }

    /// A document as a PDF. It takes some milliseconds of one processor.
    ///
    /// # Errors
    /// [`PrintError`] when the template does not work for it.
    pub fn print(&self, paper: &Paper) -> Result<Vec<u8>, PrintError> {
        match &self.0 {
            Kind::Plain => Ok(plain(paper)),
            #[cfg(feature = "typst")]
            Kind::Set(typesetter) => typesetter.print(paper),
        }
    }
}

/// Writes the templates of the program to a directory, which is made where it is not there.
///
/// # Errors
/// [`TemplateError`] when one of the files is there already or cannot be written, and always where
/// the program was built without a typesetter.
pub fn write_templates(directory: &Path) -> Result<Vec<PathBuf>, TemplateError> {
    #[cfg(feature = "typst")]
    return crate::typeset::write_built_in(directory);
    #[cfg(not(feature = "typst"))]
    {
        let _ = directory;
        Err(without_typesetter())
    }
}

#[cfg(not(feature = "typst"))]
fn without_typesetter() -> TemplateError {
    let message = "this program was built without a typesetter and knows no templates; build it \
                   with its feature `pdf`";
    TemplateError(message.to_owned())
}

impl Default for Press {
    fn default() -> Press {
        Press::new()
    }
}

impl Debug for Press {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.0 {
            Kind::Plain => "plain",
            #[cfg(feature = "typst")]
            Kind::Set(_) => "typst",
        };
        f.debug_tuple("Press").field(&kind).finish()
    }
}
