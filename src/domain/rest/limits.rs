//! How large things may be.

use super::path::{Kind, Object};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What locks may take beyond an account's quota: without a lock restic does not even restore.
pub const BEYOND_QUOTA_FOR_LOCKS: u64 = MIB;

/// Returns how many bytes an object may have. restic's packs have at most 128 MiB; an index and a snapshot
/// grow with what they list; all else fits in a page.
pub fn largest(object: &Object) -> u64 {
    match object {
        Object::Config | Object::Blob(Kind::Keys | Kind::Locks, _) => 64 * KIB,
        Object::Blob(Kind::Snapshots, _) => 64 * MIB,
        Object::Blob(Kind::Data | Kind::Index, _) => GIB,
    }
}

/// Returns how many bytes an account may have once this object is there.
pub fn allowance(quota: u64, object: &Object) -> u64 {
    if object.is_lock() {
        quota.saturating_add(BEYOND_QUOTA_FOR_LOCKS)
    } else {
        quota
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_object_has_its_largest_size() {
        let name = "0".repeat(64).parse().expect("a name");
        let of = |kind| largest(&Object::Blob(kind, name));
        assert_eq!(largest(&Object::Config), 65_536);
        assert_eq!((of(Kind::Keys), of(Kind::Locks)), (65_536, 65_536));
        assert_eq!(of(Kind::Snapshots), 67_108_864);
        assert_eq!(of(Kind::Data), 1_073_741_824);
        assert_eq!(of(Kind::Index), 1_073_741_824);
        assert_eq!(BEYOND_QUOTA_FOR_LOCKS, 1_048_576);
    }
}
