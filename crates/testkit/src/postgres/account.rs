//! Who runs the server.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::ClusterError;

/// The users that may run the server in place of root, best first.
const SUBSTITUTES: [&str; 2] = ["postgres", "nobody"];

/// The user that the server's programs run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// The user of this process.
    Own,
    /// Another user, because this process is root's.
    Other { user: u32, group: u32 },
}

impl Account {
    /// The account for this process.
    pub(super) fn for_server() -> Result<Self, ClusterError> {
        let own = fs::metadata("/proc/self").map(|metadata| metadata.uid());
        // Where there is no /proc, the server itself refuses root in clear words.
        if own.unwrap_or(1) != 0 {
            return Ok(Self::Own);
        }
        let users =
            fs::read_to_string("/etc/passwd").map_err(ClusterError::io("read the users"))?;
        SUBSTITUTES
            .iter()
            .find_map(|name| look_up(&users, name))
            .map(|(user, group)| Self::Other { user, group })
            .ok_or(ClusterError::NoAccount)
    }

    /// Makes `command` run as this account.
    pub(super) fn assume(self, command: &mut Command) {
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
    }

    /// Gives `path` to this account.
    pub(super) fn own(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { user, group } => chown(path, Some(user), Some(group)),
        }
    }
}

/// User and group of `name` in a list of users: `name:password:user:group:…`.
fn look_up(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "root:x:0:0::/:\npostgres-old:x:7:8::/:\npostgres:x:101:104::/:\n";
        assert_eq!(look_up(users, "postgres"), Some((101, 104)));
        assert_eq!(look_up(users, "post"), None);
        assert_eq!(look_up("broken:x:one:two", "broken"), None);
    }
}
