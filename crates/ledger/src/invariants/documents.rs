//! Documents against what the trail says that they say.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::violation::{Invariant, Log};
use crate::id::{LedgerId, ObjectId};
use crate::model::document::InvoiceStatus;
use crate::model::{Object, ObjectKind, ObjectRow};
use crate::trail::{DocumentDigest, Hash};

/// What the trail says of documents that were not compared yet, in about 50 bytes for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    said: BTreeMap<ObjectId, Said>,
    /// Documents up to this one were compared: what is said of them later is no part of the walk.
    compared: Option<ObjectId>,
    /// Whether all were given.
    is_whole: bool,
}

#[derive(Clone, Debug)]
struct Said {
    kind: ObjectKind,
    /// The first half of the digest: nobody finds another document with the same.
    digest: [u8; 16],
    /// The first bytes of the hash of the number.
    number: [u8; 8],
}

impl Documents {
    /// Takes note of a document that got its number.
    pub(super) fn numbered(&mut self, kind: ObjectKind, id: ObjectId, digest: Hash, number: &str) {
        if self.compared.is_none_or(|compared| id > compared) {
            let said = Said { kind, digest: first(digest.0), number: of_number(number) };
            self.said.insert(id, said);
        }
    }

    /// Takes note of what a document says that had its number before.
    pub(super) fn finalized(&mut self, id: ObjectId, digest: Hash) {
        if let Some(said) = self.said.get_mut(&id) {
            said.digest = first(digest.0);
        }
    }

    /// Takes note of a document that has another number now.
    pub(super) fn renumbered(&mut self, id: ObjectId, number: &str) {
        if let Some(said) = self.said.get_mut(&id) {
            said.number = of_number(number);
        }
    }

    /// Compares the next objects, of all kinds, in the order of their ids.
    pub(super) fn objects(&mut self, rows: &[ObjectRow], log: &mut Log) {
        for row in rows {
            let said = self.said.remove(&row.id);
            if let Some(what) = wrong(row, said.as_ref()) {
                log.say(Invariant::Recorded, what);
            }
        }
        self.compared = rows.last().map(|row| row.id).or(self.compared);
    }

    /// Takes note that all objects were given.
    pub(super) fn end(&mut self) {
        self.is_whole = true;
    }

    /// Ends the walk: documents of which the trail says something and that are not there.
    pub(super) fn finish(&mut self, ledger: LedgerId, log: &mut Log) {
        if !self.is_whole {
            return;
        }
        for (id, said) in std::mem::take(&mut self.said) {
            let text = id.text(said.kind, ledger);
            let what = format!("the document {text} is gone, and the trail records its number");
            log.say(Invariant::Recorded, what);
        }
    }
}

/// What is wrong with an object, beside what the trail says of it.
fn wrong(row: &ObjectRow, said: Option<&Said>) -> Option<String> {
    let number = match &row.body {
        // What a draft says may still change.
        Object::Invoice(invoice) if invoice.status == InvoiceStatus::Draft => {
            let held = invoice.numbering.as_ref().filter(|_| !row.deleted);
            let number = held.and(invoice.number.as_deref());
            let lost = number.is_some() && number.map(of_number) != said.map(|said| said.number);
            let what = || format!("the draft {} holds a number that is not its own", row.text());
            return lost.then(what);
        }
        Object::Invoice(invoice) => invoice.number.as_deref(),
        Object::CreditNote(note) => Some(note.number.as_str()),
        _ if said.is_some() => return Some(format!("{} is no document any more", row.text())),
        _ => return None,
    };
    let text = row.text();
    let Some(said) = said else {
        return Some(format!("the document {text} has no number in the trail"));
    };
    if row.deleted {
        return Some(format!("the document {text} is deleted, and it has a number"));
    }
    if number.map(of_number) != Some(said.number) {
        let shown = number.unwrap_or_default();
        return Some(format!("the document {text} has not the number {shown} in the trail"));
    }
    if DocumentDigest::of(row).map(|digest| first(digest.0)) != Some(said.digest) {
        return Some(format!("the document {text} does not say what the trail records"));
    }
    None
}

fn first(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

fn of_number(text: &str) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(text).into();
    let mut short = [0; 8];
    short.copy_from_slice(&hash[..8]);
    short
}
