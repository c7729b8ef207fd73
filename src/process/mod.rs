//! Spawning processes: the only place that does.
//!
//! Four kinds, which have little in common: restic works for us, is watched, and ends with us; a
//! window talks with us in lines, and ends with us; a command of the player's owns the terminal, and
//! nothing of ours ends it; this program in the background has nothing of ours at all.

pub mod background;
pub mod calm;
pub mod command;
pub mod console;
pub mod core_dumps;
mod leash;
pub mod restic;
pub mod signals;
pub mod window;
