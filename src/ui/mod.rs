//! Everything that a person or a program sees: lines, progress, prompts, JSON.

pub mod menu;
pub mod output;
pub mod progress;
pub mod prompt;
mod secret;
pub mod table;
