//! Who is signed in.

use store::{SessionChange, StoreError};

use super::rows::Rows;

impl Rows {
    /// Changes sessions; answers how many.
    pub(super) fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError> {
        let before = self.sessions.len();
        match *change {
            SessionChange::Begin(row) => {
                if self.sessions.contains_key(&row.token) {
                    return Err(StoreError::Conflict("the session is there already".to_owned()));
                }
                self.sessions.insert(row.token, row);
                return Ok(1);
            }
            SessionChange::Use { token, seen, expires } => {
                let used = self.sessions.get_mut(&token);
                let used = used.map(|row| (row.seen, row.expires) = (seen, expires));
                return Ok(u32::from(used.is_some()));
            }
            SessionChange::End(token) => drop(self.sessions.remove(&token)),
            SessionChange::EndOthers(user, but) => {
                self.sessions.retain(|token, row| row.user != user || Some(*token) == but);
            }
            SessionChange::Forget(before) => self.sessions.retain(|_, row| row.expires >= before),
        }
        Ok(u32::try_from(before - self.sessions.len()).unwrap_or(u32::MAX))
    }
}
