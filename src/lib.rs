//! Cloud saves for any game folder, on the player's own server.
//!
//! Programs that link this crate use [`api`], which is stable. The rest is for those who work on
//! it, and this is the map. A module imports only what stands below it:
//!
//! ```text
//! main -> commands, api -> doctor -> wiring -> sync -> adapters -> domain
//!      -> server, by way of commands/serve alone; it knows domain and error, and nothing of a client
//!                                                      store      restic
//!                                                      remote     HTTP
//!                                                      secrets    token and key
//!                                                      workdir    the game folder
//!                                                      launchers  Prism, MultiMC, ATLauncher
//!                                                      logbook    the logs
//!                                                      ui         terminal, JSON
//! ```
//!
//! Adapters import `domain`, `config`, `process` and `error`, never each other. Only `sync` and `wiring` join
//! adapters; only `commands` join them and `ui`. DESIGN.md holds the vocabulary, the data flow, the
//! formats and the invariants.

pub mod domain;
pub mod error;

pub mod texts;

pub mod window;

mod cancel;
mod crash_point;

pub mod config;
pub mod launchers;
pub mod logbook;
pub mod process;
pub mod remote;
pub mod secrets;
pub mod store;
pub mod workdir;

pub mod sync;

pub mod doctor;
pub mod ui;
pub mod wiring;

pub mod api;

#[cfg(feature = "serve")]
pub mod server;

#[doc(hidden)]
#[allow(missing_docs)]
pub mod cli;
#[doc(hidden)]
pub mod commands;

/// The fleet model: see its own words.
#[cfg(test)]
#[path = "../tests/fleet/mod.rs"]
mod fleet;
