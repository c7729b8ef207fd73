//! Everything that a person or a program sees: lines, progress, prompts, JSON.

pub mod graph;
mod heedful;
pub mod menu;
pub mod output;
mod pace;
pub mod picture;
pub mod progress;
pub mod progress_window;
pub mod prompt;
mod secret;
pub mod surface;
pub mod table;
pub mod window;
