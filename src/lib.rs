//! Cloud saves for any game folder, on the player's own server.
//!
//! This is the map. A module imports only what stands below it:
//!
//! ```text
//! main -> commands -> wiring -> sync -> adapters -> domain
//!                                       store      restic
//!                                       remote     HTTP
//!                                       secrets    token and key
//!                                       workdir    the game folder
//!                                       launchers  Prism, MultiMC, ATLauncher
//!                                       ui         terminal, JSON
//! ```
//!
//! Adapters import `domain`, `config` and `error`, never each other. Only `sync` and
//! `wiring` join adapters; only `commands` join them and `ui`. DESIGN.md holds the vocabulary, the data flow, the
//! formats and the invariants.

pub mod domain;
pub mod error;

mod crash_point;

pub mod config;
pub mod launchers;
pub mod remote;
pub mod secrets;
pub mod store;
pub mod workdir;

pub mod sync;
pub mod ui;
pub mod wiring;

#[doc(hidden)]
#[allow(missing_docs)]
pub mod cli;
#[doc(hidden)]
pub mod commands;

/// The fleet model: see its own words.
#[cfg(test)]
#[path = "../tests/fleet/mod.rs"]
mod fleet;
