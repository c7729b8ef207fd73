//! restic: where its program comes from, how it is called, what it answers.

pub mod argv;
mod doing;
mod failure;
pub mod fast_key;
pub mod find;
pub mod keys;
mod lacking;
mod locks;
pub mod maintenance;
pub mod messages;
pub mod pattern;
pub mod release;
pub mod remembered;
pub mod repository;
pub mod unpack;
mod unread;
pub mod versions;
