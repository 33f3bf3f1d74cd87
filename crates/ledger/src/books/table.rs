//! One kind of row: what was loaded, and what a batch wrote over it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// A row was asked for that is not loaded. It is noted in the table, so that it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

/// An overlay over the stored rows of one kind.
#[derive(Debug)]
pub struct Table<K, V> {
    loaded: HashMap<K, Option<V>>,
    /// `None`: the batch took the answer away.
    written: HashMap<K, Option<V>>,
    /// What `written` held before the present command, newest last.
    undo: Vec<(K, Option<Option<V>>)>,
    missing: RefCell<Vec<K>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table {
            loaded: HashMap::new(),
            written: HashMap::new(),
            undo: Vec::new(),
            missing: RefCell::new(Vec::new()),
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Table<K, V> {
    /// The row, or that there is none.
    ///
    /// # Errors
    /// [`Missing`] when the row is not loaded; the key is noted.
    pub fn read(&self, key: &K) -> Result<Option<&V>, Missing> {
        if let Some(value) = self.written.get(key) {
            return Ok(value.as_ref());
        }
        match self.loaded.get(key) {
            Some(value) => Ok(value.as_ref()),
            None => {
                self.missing.borrow_mut().push(key.clone());
                Err(Missing)
            }
        }
    }

    /// The row, or `None` when there is none *or it is not loaded*. In the second case the key is
    /// noted, so the batch is run again and nothing remains that followed from its absence. It
    /// lets a command go on to its next reads, and its neighbours behind it.
    pub fn probe(&self, key: &K) -> Option<&V> {
        self.read(key).unwrap_or(None)
    }

    /// The row if it is known, without asking for it.
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.written.get(key).or_else(|| self.loaded.get(key)).and_then(Option::as_ref)
    }

    /// Writes a row.
    pub fn write(&mut self, key: K, value: V) {
        let before = self.written.insert(key.clone(), Some(value));
        self.undo.push((key, before));
    }

    /// Takes an answer away, in a table that answers a question: a name that nobody has any more.
    /// Rows themselves are never deleted.
    pub fn retract(&mut self, key: K) {
        let before = self.written.insert(key.clone(), None);
        self.undo.push((key, before));
    }

    /// Takes a row from the store, or that the store has none.
    pub fn fill(&mut self, key: K, value: Option<V>) {
        self.loaded.insert(key, value);
    }

    /// The keys noted since the last call, each once.
    pub fn take_missing(&mut self) -> Vec<K> {
        let noted = std::mem::take(self.missing.get_mut());
        let mut seen = std::collections::HashSet::with_capacity(noted.len());
        noted.into_iter().filter(|key| seen.insert(key.clone())).collect()
    }

    /// Whether a key was noted and not taken.
    pub fn is_missing_any(&self) -> bool {
        !self.missing.borrow().is_empty()
    }

    /// What was written stays.
    pub fn keep(&mut self) {
        self.undo.clear();
    }

    /// Takes back what was written since the last [`Table::keep`].
    pub fn undo(&mut self) {
        while let Some((key, before)) = self.undo.pop() {
            match before {
                Some(value) => self.written.insert(key, value),
                None => self.written.remove(&key),
            };
        }
    }

    /// Takes back everything that was written; what was loaded stays.
    pub fn forget_writes(&mut self) {
        self.undo.clear();
        self.written.clear();
    }

    /// What was written, which is then known as loaded: the key, the row before, the row now.
    pub fn drain_kept(&mut self) -> Vec<(K, Option<V>, V)> {
        self.undo.clear();
        let mut drained = Vec::with_capacity(self.written.len());
        for (key, now) in self.written.drain() {
            let before = self.loaded.insert(key.clone(), now.clone()).flatten();
            if let Some(now) = now {
                drained.push((key, before, now));
            }
        }
        drained
    }

    /// What was written is known as loaded from now on.
    pub fn settle(&mut self) {
        self.undo.clear();
        self.loaded.extend(self.written.drain());
    }

    /// How many rows are known, those included that are known not to be there.
    pub fn known(&self) -> usize {
        self.loaded.len()
    }

    /// Whether a row is known, or known not to be there.
    pub fn knows(&self, key: &K) -> bool {
        self.loaded.contains_key(key)
    }

    /// Asks for rows as if they were not loaded, unless they are more than `most`.
    pub fn ask_again(&self, is_meant: impl Fn(&K) -> bool, most: usize) {
        let known: Vec<&K> = self.loaded.keys().filter(|key| is_meant(key)).collect();
        if known.len() <= most {
            self.missing.borrow_mut().extend(known.into_iter().cloned());
        }
    }

    /// Forgets rows that were loaded.
    pub fn forget(&mut self, is_meant: impl Fn(&K) -> bool) {
        self.loaded.retain(|key, _| !is_meant(key));
    }

    /// Forgets rows that were loaded but for some; that others are not there stays known.
    pub fn retain(&mut self, is_meant: impl Fn(&K, &V) -> bool) {
        self.loaded.retain(|key, row| row.as_ref().is_none_or(|row| is_meant(key, row)));
    }

    /// What was written: the key, the row as loaded, the row now.
    pub fn drain(&mut self) -> Vec<(K, Option<V>, V)> {
        self.undo.clear();
        let written = std::mem::take(&mut self.written);
        written
            .into_iter()
            .filter_map(|(key, now)| {
                let before = self.loaded.get(&key).cloned().flatten();
                Some((key, before, now?))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_yields_a_value_nothing_or_missing() {
        let mut table: Table<u8, &str> = Table::default();
        assert_eq!(table.read(&1), Err(Missing));
        assert_eq!(table.probe(&1), None);
        assert_eq!(table.take_missing(), [1]);
        table.fill(1, None);
        table.fill(2, Some("two"));
        assert_eq!(table.read(&1), Ok(None));
        assert_eq!(table.read(&2), Ok(Some(&"two")));
        assert!(!table.is_missing_any());
    }

    #[test]
    fn undo_takes_back_one_command_and_no_more() {
        let mut table: Table<u8, &str> = Table::default();
        table.fill(1, Some("loaded"));
        table.write(1, "first command");
        table.keep();
        table.write(1, "second command");
        table.write(2, "second command");
        table.undo();
        assert_eq!(table.read(&1), Ok(Some(&"first command")));
        table.retract(1);
        assert_eq!((table.read(&1), table.peek(&1)), (Ok(None), None));
        table.undo();
        assert_eq!(table.drain(), [(1, Some("loaded"), "first command")]);
    }
}
