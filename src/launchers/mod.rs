//! Launchers on this machine: where they keep their settings, their instances, whether they run, and
//! the copy of this program that their hooks start.

pub mod instances;
pub mod launcher;
pub mod places;
pub mod program;
pub mod running;
pub mod settings_file;
