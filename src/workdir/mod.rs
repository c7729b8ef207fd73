//! The game folder: scanning it, swapping versions in, remembering, locking.

pub mod apply;
pub mod exports;
pub mod files;
pub mod folder;
pub mod journal;
pub mod lock;
pub mod scan;
pub mod stage;
pub mod stamp;
pub mod state;
mod survey;
pub mod undo;
mod walk;
pub mod world_lock;
