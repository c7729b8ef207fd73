//! The black-box tier: the program alone, with servers that misbehave but no real ones.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod any_bytes;
mod cli_reference;
mod exit_codes;
mod hooks;
mod hooks_golden;
mod hooks_wiring;
mod json;
mod launchers;
mod list;
mod opted_out;
mod pack_folder;
mod server_answers;
mod sync_json;
mod token;
mod written_files;
