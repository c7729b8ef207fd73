//! restic's REST protocol, as rules: what an address means, which part of an object is asked for, what a
//! list looks like. No I/O: the server and the tests share it.

pub mod htpasswd;
pub mod limits;
pub mod links;
pub mod list;
pub mod mark;
pub mod name;
pub mod path;
pub mod range;
pub mod refused;
pub mod session;

#[cfg(test)]
mod tests;
