//! The rules, pure: no file system, process, network, environment, clock or randomness.
//!
//! Times and new ids are arguments. What happens here can be tested without a disk and modelled
//! without a server.

pub mod agreement;
pub mod catalogue;
pub mod copy_name;
pub mod count;
pub mod digest;
pub mod drill;
pub mod enrolment;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod history;
pub mod ids;
pub mod launcher;
pub mod lineage;
pub mod local;
pub mod location;
pub mod log;
pub mod names;
pub mod pairing;
pub mod path;
pub mod period;
pub mod plan;
pub mod policy;
pub mod profile;
pub mod record;
pub mod rest;
pub mod retention;
pub mod save;
pub mod scope;
pub mod settle;
pub mod shell;
pub mod shrink;
pub mod square;
pub mod targets;
pub mod unit;
pub mod version;
pub mod when;
