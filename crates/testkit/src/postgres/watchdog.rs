//! Who cleans up when nobody else can.
//!
//! A test that is killed drops nothing, and a value in a `static` is never dropped. So a small
//! shell holds the other end of a pipe: when this process is gone, however it went, the pipe ends,
//! and the shell stops the server and removes the directory. A signal at the death of the parent
//! would not do: the kernel sends it when the *thread* ends that started the server.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::ClusterError;

/// Reads the server's process id whenever it changes, until the pipe ends.
const SCRIPT: &str = r#"
pid=none
while read -r word; do pid=$word; done
if [ "$pid" = dismissed ]; then exit 0; fi
if [ "$pid" != none ]; then
    kill -QUIT "$pid" 2>/dev/null
    i=0
    while [ $i -lt 50 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; i=$((i + 1)); done
fi
i=0
while [ $i -lt 50 ] && [ -e "$1" ]; do rm -rf "$1" 2>/dev/null || sleep 0.1; i=$((i + 1)); done
"#;

/// A process that outlives this one by a moment.
#[derive(Debug)]
pub(super) struct Watchdog(Mutex<Child>);

impl Watchdog {
    /// Watches over `directory` and the server in it.
    pub(super) fn over(directory: &Path) -> Result<Self, ClusterError> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(SCRIPT).arg("watchdog").arg(directory);
        // In a group of its own: what kills the whole group of the test must not kill this one.
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = shell.spawn().map_err(ClusterError::io("run sh"))?;
        Ok(Self(Mutex::new(child)))
    }

    /// Tells the process id of the server; `None` while there is none.
    pub(super) fn tell(&self, server: Option<u32>) {
        let word = server.map_or_else(|| "none".to_owned(), |id| id.to_string());
        self.say(&word);
    }

    /// There is nothing left to clean up.
    pub(super) fn dismiss(&self) {
        self.say("dismissed");
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(child.stdin.take());
        let _ = child.wait();
    }

    fn say(&self, word: &str) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stdin) = child.stdin.as_mut() {
            // Without a watchdog the cluster still works; it is only less tidy when killed.
            let _ = writeln!(stdin, "{word}");
        }
    }
}
