//! The network: probing a server's list of snapshots, downloading restic. The only place that uses
//! `reqwest`.

mod client;
pub mod download;
pub mod probe;
