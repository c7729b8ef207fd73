//! The black-box tier: the program alone, with servers that misbehave but no real ones.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod any_bytes;
mod chain;
mod cli_reference;
mod cloud_answers;
mod completions;
mod doctor;
mod exit_codes;
mod hooks;
mod hooks_golden;
mod hooks_left;
mod hooks_wiring;
mod instances;
mod json;
mod known_servers;
mod launchers;
mod list;
mod log;
mod opted_out;
mod opting_in;
mod pack_folder;
mod pairing_answers;
mod run;
mod schema;
#[cfg(feature = "serve")]
mod serve_admin;
mod server_answers;
mod setup_list;
mod sync_json;
mod token;
mod written_files;
