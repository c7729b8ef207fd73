//! What the figures were measured on, in words that say nothing of whose machine it is.

use std::fs;
use std::process::Command;
use std::thread;

use jiff::Timestamp;

use crate::support::Program;

/// Returns the machine and the programs, a fact each.
pub fn describe() -> Vec<(&'static str, String)> {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let date = Timestamp::now().strftime("%Y-%m-%d").to_string();
    vec![
        ("date", date),
        ("processor", format!("{}, {cores} cores", processor())),
        ("memory", format!("{} GB", memory() / 1_000_000)),
        ("kernel", kernel()),
        ("instance-sync", env!("CARGO_PKG_VERSION").to_owned()),
        ("restic", version(Program::Restic, "version")),
        ("rest-server", version(Program::RestServer, "--version")),
    ]
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = name.unwrap_or("unknown");
    name.trim_start_matches([' ', '\t', ':']).to_owned()
}

/// Returns the memory in kB.
fn memory() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let total = total.and_then(|line| line.split_whitespace().next()?.parse().ok());
    total.unwrap_or_default()
}

fn kernel() -> String {
    let name = rustix::system::uname();
    let part = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    format!("{} {}", part(name.sysname()), part(name.release()))
}

/// Returns the first thing in what a program says of itself that looks like a version.
fn version(program: Program, ask: &str) -> String {
    let output = program
        .find()
        .map(|file| Command::new(file).arg(ask).output());
    let said = match output {
        Some(Ok(output)) => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => String::new(),
    };
    let mut words = said.split_whitespace();
    let version = words.find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    version.unwrap_or("unknown").to_owned()
}
