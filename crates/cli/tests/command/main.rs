//! The command as its users meet it: a process with words, files, output and an exit code.

#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod audit;
mod bad_files;
mod closing;
mod configuration;
mod demo;
mod exports;
#[expect(dead_code, reason = "the stage has more than this play needs")]
mod gapless;
mod help;
mod import;
mod init;
mod issue;
mod migrate;
mod pattern;
mod pdf;
mod replica;
mod series;
mod server;
mod settings;
mod storage;
mod trail;
mod two_processes;
mod user;
mod versions;
mod webhooks;
