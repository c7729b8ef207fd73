//! The game folder: scanning it, swapping versions in, remembering, locking.

pub mod about;
pub mod apply;
mod course;
pub mod exports;
pub mod files;
mod findings;
pub mod folder;
pub mod in_the_way;
pub mod journal;
pub mod label;
pub mod lock;
pub mod scan;
pub mod stage;
pub mod stamp;
pub mod state;
mod survey;
pub mod threads;
pub mod undo;
mod walk;
pub mod world_lock;
