//! What a list of objects looks like: both versions of the protocol.

use serde::Serialize;

use super::name::ObjectName;

/// The versions of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Bare names.
    One,
    /// Names with sizes.
    Two,
}

/// One object of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: ObjectName,
    /// How many bytes it has.
    pub size: u64,
}

#[derive(Serialize)]
struct Sized {
    name: String,
    size: u64,
}

const TWO: &str = "application/vnd.x.restic.rest.v2";

impl Version {
    /// Returns the version that an `Accept` header asks for.
    pub fn of_accept(header: Option<&str>) -> Self {
        if header.is_some_and(|header| header.trim() == TWO) {
            Self::Two
        } else {
            Self::One
        }
    }

    /// Returns the type of a list, for its header.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::One => "application/vnd.x.restic.rest.v1",
            Self::Two => TWO,
        }
    }

    /// Writes a list.
    pub fn write(self, entries: &[Entry]) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::One => {
                let names: Vec<String> =
                    entries.iter().map(|entry| entry.name.to_string()).collect();
                serde_json::to_vec(&names)
            }
            Self::Two => {
                let sized: Vec<Sized> = entries
                    .iter()
                    .map(|entry| Sized {
                        name: entry.name.to_string(),
                        size: entry.size,
                    })
                    .collect();
                serde_json::to_vec(&sized)
            }
        }
    }
}
