//! The network: probing a server's list of snapshots, adding a key file, asking our own server, downloading restic.
//! The only place that uses `reqwest`.

mod client;
pub mod clock;
pub mod control;
mod distrust;
pub mod download;
pub mod key_file;
pub mod probe;
pub mod repository;
