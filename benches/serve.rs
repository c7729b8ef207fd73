//! `make bench-server`: our server beside rest-server. Only ratios and counts are judged: both servers run at
//! the same time and are asked in turn, by the same client, on the same machine.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints"
)]

use std::process::ExitCode;

#[cfg(target_os = "linux")] // it reads /proc
#[path = "serve/mod.rs"]
mod serve;
#[cfg(target_os = "linux")]
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    serve::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("The benchmark runs on Linux only.");
    ExitCode::FAILURE
}
