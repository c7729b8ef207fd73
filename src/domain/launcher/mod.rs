//! What launchers keep their commands in, and how they take them apart.
//!
//! Pure: an edit turns the bytes of a file into others, and touches nothing but the keys of the two
//! hooks. `words` is how a launcher splits a command, `line` is a hook's command in it, `syntax` the
//! files (`qt`, `plain`, `json`), `wire` what becomes of one file.

pub mod json;
pub mod kind;
pub mod line;
pub mod plain;
pub mod qt;
pub mod syntax;
mod text_lines;
pub mod wire;
pub mod words;
