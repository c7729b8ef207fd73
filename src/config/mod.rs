//! Files and folders that people and other programs may look at: where they are, and what they
//! say.

pub mod device;
pub mod hooks_file;
pub mod json_file;
pub mod layout;
pub mod scope_file;
pub mod servers_file;
pub mod sync_file;
pub mod user_dirs;
