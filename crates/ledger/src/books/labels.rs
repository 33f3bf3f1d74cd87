//! Which objects have a label, with what the batch did to it.
//!
//! Most commands write objects with labels that no rule asks about. So what they do is noted beside
//! what is stored, and only a rule that asks has the stored part loaded.

use std::sync::Arc;

use super::{Books, Missing};
use crate::id::{LedgerId, ObjectId};
use crate::model::{ObjectKind, ObjectRow};

impl Books {
    /// The objects of a kind with a label, by ascending id. Deleted ones are left out.
    ///
    /// # Errors
    /// [`Missing`] when they are not loaded; the label is noted.
    pub fn labelled(
        &self,
        ledger: LedgerId,
        kind: ObjectKind,
        label: &str,
    ) -> Result<Vec<ObjectId>, Missing> {
        let key = (ledger, kind, label.to_owned());
        let mut ids = self.labels.read(&key)?.cloned().unwrap_or_default();
        if let Some(moves) = self.label_moves.peek(&key) {
            apply(&mut ids, moves);
        }
        Ok(ids)
    }

    /// Writes an object, and keeps the answers about its label true.
    pub(crate) fn write_object(&mut self, row: ObjectRow) {
        let key = (row.ledger, row.id);
        let label = |row: &ObjectRow| if row.deleted { None } else { row.keys().label };
        let before = self.objects.peek(&key).and_then(|before| label(before));
        let now = label(&row);
        if before != now {
            for (label, comes) in [(before, false), (now, true)] {
                if let Some(label) = label {
                    self.move_label((row.ledger, row.kind(), label), row.id, comes);
                }
            }
        }
        self.objects.write(key, Arc::new(row));
    }

    fn move_label(&mut self, key: (LedgerId, ObjectKind, String), id: ObjectId, comes: bool) {
        let mut moves = self.label_moves.peek(&key).cloned().unwrap_or_default();
        moves.push((id, comes));
        self.label_moves.write(key, moves);
    }

    /// Makes what is known of labels true behind the commit of what was written.
    pub(super) fn settle_labels(&mut self) {
        for (key, _, moves) in self.label_moves.drain() {
            let Some(mut ids) = self.labels.peek(&key).cloned() else { continue };
            apply(&mut ids, &moves);
            self.labels.fill(key, Some(ids));
        }
    }
}

fn apply(ids: &mut Vec<ObjectId>, moves: &[(ObjectId, bool)]) {
    for (id, comes) in moves {
        match (ids.binary_search(id), comes) {
            (Err(place), true) => ids.insert(place, *id),
            (Ok(place), false) => drop(ids.remove(place)),
            _ => {}
        }
    }
}
