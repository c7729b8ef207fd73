//! The sync engine: it alone joins the game folder, the server, restic and the secrets.
//!
//! pull: lock, roll an unfinished swap forward, observe the three sides (agreement, folder,
//! cloud), plan, save what is only here, fetch and verify beside the live files, swap, remember.
//! push: lock, observe, publish, confirm, remember.

pub mod access;
pub mod account;
pub mod advance;
pub mod before;
pub mod catalogue;
pub mod cloud;
pub mod credentials;
pub mod decide;
pub mod event;
pub mod export;
pub mod fast_key;
pub mod fetch;
#[cfg(test)]
mod fixtures;
pub mod gather;
pub mod glance;
pub mod graph;
pub mod history;
pub mod landing;
pub mod last_played;
pub mod observe;
pub mod opt_in;
pub mod outcome;
pub mod pairing;
pub mod past;
pub mod playing;
pub mod proof;
pub mod provision;
pub mod prune;
pub mod publish;
pub mod pull;
pub mod push;
pub mod question;
pub mod resolve;
pub mod restore;
pub mod safety;
pub mod secret_place;
pub mod server;
pub mod session;
pub mod settings;
pub mod sources;
pub mod status;
pub mod swap;
mod tidy;
pub mod undo;
pub mod unfinished;
pub mod verify;
