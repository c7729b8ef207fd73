//! Identifiers: instances, replicas, pushes, devices (ULIDs) and snapshots (restic's SHA-256).

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::texts::text;

/// A text that is not an identifier.
#[derive(Debug)]
pub struct BadId {
    text: String,
    expected: Expected,
}

/// What it should have been.
#[derive(Debug, Clone, Copy)]
enum Expected {
    Ulid,
    /// A ULID that is not the catalogue's.
    Instance,
    Snapshot,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = format!("{:?}", self.text);
        f.write_str(&match self.expected {
            Expected::Ulid => text!("id-no-ulid", id = id),
            Expected::Instance => text!("id-no-instance", id = id),
            Expected::Snapshot => text!("id-no-snapshot", id = id),
        })
    }
}

impl std::error::Error for BadId {}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, reserved: $reserved:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// Wraps a ULID that the caller has minted.
            pub const fn new(ulid: Ulid) -> Self {
                Self(ulid)
            }

            /// What it would have to be, where it is the one that no such id may be.
            fn kept_for(ulid: Ulid) -> Option<Expected> {
                let reserved: Option<Expected> = $reserved;
                reserved.filter(|_| ulid == Ulid::nil())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.to_string())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            /// Accepts the 26 characters of a ULID in either case; it always prints in upper case.
            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = || BadId {
                    text: text.chars().take(40).collect(),
                    expected: Expected::Ulid,
                };
                // `from_string` reads I, L and O as digits: an id must have one spelling, since it
                // is a folder on the server.
                let sound = text.len() == 26
                    && text.bytes().all(|byte| {
                        byte.is_ascii_alphanumeric()
                            && !matches!(byte.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U')
                    });
                if !sound {
                    return Err(bad());
                }
                let id = Ulid::from_string(&text.to_ascii_uppercase()).map(Self).map_err(|_| bad())?;
                match Self::kept_for(id.0) {
                    None => Ok(id),
                    Some(expected) => Err(BadId { expected, ..bad() }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

ulid_id! {
    /// One game folder that is opted in: one repository on the server.
    InstanceId,
    reserved: Some(Expected::Instance)
}
ulid_id! {
    /// One folder of one device. Minted at init, join, copy and rollback.
    ReplicaId, reserved: None
}
ulid_id! {
    /// One attempt to publish a snapshot; lets a push be adopted whose answer was lost.
    PushId, reserved: None
}
ulid_id! {
    /// One machine of one account.
    DeviceId, reserved: None
}

impl InstanceId {
    /// Where the account's list of instances is kept: 26 zeros. No instance is ever called so.
    pub const CATALOGUE: Self = Self(Ulid::nil());

    /// Returns the first 8 characters: the label of last resort.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// A restic snapshot's full id: 64 lower-case hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(Arc<str>);

impl SnapshotId {
    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first 8 characters, as restic prints them.
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SnapshotId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let sound =
            text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if sound {
            Ok(Self(text.into()))
        } else {
            Err(BadId {
                text: text.chars().take(80).collect(),
                expected: Expected::Snapshot,
            })
        }
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_id_has_one_spelling() {
        let id: InstanceId = "01arz3ndektsv4rrffq69g5fav".parse().expect("a ULID");
        assert_eq!(id.to_string(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        for bad in [
            "",
            "01ARZ3NDEKTSV4RRFFQ69G5FA",
            "O1ARZ3NDEKTSV4RRFFQ69G5FAV",
            "../../../../../../../../../",
        ] {
            assert!(bad.parse::<InstanceId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_shown_whole_or_by_their_first_eight_characters() {
        let text = "0123456789abcdef".repeat(4);
        let snapshot: SnapshotId = text.parse().expect("an id");
        assert_eq!((snapshot.as_str(), snapshot.short()), (&*text, "01234567"));
        assert_eq!(snapshot.to_string(), text);
        let instance: InstanceId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        assert_eq!(instance.short(), "01ARZ3ND");
    }

    #[test]
    fn the_id_of_the_catalogue_is_that_of_no_instance() {
        let zeros = "0".repeat(26);
        assert_eq!(InstanceId::CATALOGUE.to_string(), zeros);
        let error = zeros.parse::<InstanceId>().expect_err("reserved");
        assert!(error.to_string().contains("list of instances"), "{error}");
        assert!(zeros.parse::<ReplicaId>().is_ok());
    }

    #[test]
    fn a_temporary_upload_is_not_a_snapshot() {
        let id = "a".repeat(64);
        assert!(id.parse::<SnapshotId>().is_ok());
        assert!(
            format!("{id}.rest-server-temp1")
                .parse::<SnapshotId>()
                .is_err()
        );
        assert!(id.to_uppercase().parse::<SnapshotId>().is_err());
    }
}
