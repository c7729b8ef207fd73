//! The real tier: the program on real restic and a real rest-server.
//!
//! Where one of them is missing, a test is skipped with a loud line, and fails under `CI=true`.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod append_only;
#[cfg(unix)]
mod clock;
mod copied;
mod crash;
mod credentials;
mod events;
#[cfg(unix)]
mod fake_restic;
mod faulty_storage;
#[cfg(unix)]
mod first_push;
#[cfg(unix)]
mod full_disk;
#[cfg(unix)]
mod hanging_restic;
#[cfg(unix)] // it takes shells and scripts to try it
mod harness;
mod joining;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod provision;
#[cfg(unix)]
mod read_only;
mod rounds;
#[cfg(unix)]
mod scene;
#[cfg(unix)]
mod second_process;
#[cfg(unix)]
mod secrets;
mod server_faults;
mod setup;
#[cfg(unix)]
mod signals;
mod state_file;
