//! What a document prints: words and figures in the customer's language, as a page and as a PDF.
//!
//! One model, [`Paper`], is composed of a document and what is around it ([`gather`], [`Around`]);
//! [`page`] and [`Press`] only set what it says. The crate knows nothing of SQL.

mod compose;
mod figure;
mod gather;
mod language;
mod page;
mod paper;
mod plain;
mod press;
mod specimen;
#[cfg(feature = "typst")]
mod typeset;

pub use compose::Around;
pub use gather::gather;
pub use language::Language;
pub use page::{Escaped, Page, page};
pub use paper::{Brand, Columns, Fact, Paper, PaperLine, Party, Sum};
pub use press::{Press, PrintError, TemplateError, write_templates};
pub use specimen::specimens;
