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

#[cfg(unix)] // it takes shells and scripts to try it
mod harness;
mod rounds;
