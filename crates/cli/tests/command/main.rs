//! The command as its users meet it: a process with words, files, output and an exit code.

#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod audit;
mod bad_files;
mod configuration;
mod demo;
mod gapless;
mod help;
mod import;
mod init;
mod issue;
mod kill;
mod lies;
mod pattern;
mod server;
mod settings;
mod storage;
mod two_processes;
