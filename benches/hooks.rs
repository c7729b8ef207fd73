//! `make bench`: what the hooks cost beside a naive hook and bare restic, and whether that is little
//! enough. Only ratios are judged: both sides run in turn, in the same minutes, on the same machine.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints"
)]

use std::process::ExitCode;

#[cfg(target_os = "linux")] // it traces what it measures
#[path = "hooks/mod.rs"]
mod hooks;
#[cfg(target_os = "linux")]
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    hooks::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("The benchmark runs on Linux only.");
    ExitCode::FAILURE
}
