//! What a version is called that lands beside another: `World (Deck, 2026-08-14)`.
//!
//! The name comes from what the version's own push recorded, so that every device computes the
//! same, and can exist on every platform.

use jiff::{Timestamp, tz::TimeZone};

use super::{digest::Digest, ids::SnapshotId, names, path::RelPath};

/// The longest name in bytes: most file systems end at 255, and the game adds to names.
const LONGEST: usize = 200;
/// The longest part of it that names a device, in characters.
const LONGEST_DEVICE: usize = 32;

/// The version that loses the plain name.
#[derive(Debug, Clone, Copy)]
pub struct Loser<'a> {
    /// Who made it.
    pub device: &'a str,
    /// When.
    pub time: Timestamp,
    /// What it holds.
    pub digest: Digest,
}

/// A name, and what tells it from the unit's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyName {
    /// Where the version lands.
    pub path: RelPath,
    /// What stands between the parentheses: `Deck, 2026-08-14`.
    pub suffix: String,
}

/// What a version holds once it has landed under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// Everything.
    pub digest: Digest,
    /// Its `level.dat`, where that is another one then.
    pub level: Option<Vec<u8>>,
}

/// A version that is to land under another name.
#[derive(Debug, Clone, Copy)]
pub struct Lander<'a> {
    /// The unit that it is a version of.
    pub unit: &'a RelPath,
    /// A snapshot that has it; `None` where it is what is here.
    pub from: Option<&'a SnapshotId>,
    /// What it holds.
    pub digest: Digest,
}

/// Returns the name by device and date.
pub fn plain(unit: &RelPath, loser: &Loser<'_>) -> Option<CopyName> {
    named(
        unit,
        format!("{}, {}", device(loser.device), date(loser.time)),
    )
}

/// Returns the name for where that one is taken by other content: with the first 8 characters of
/// the content's digest.
pub fn exact(unit: &RelPath, loser: &Loser<'_>) -> Option<CopyName> {
    let digest: String = loser.digest.to_string().chars().take(8).collect();
    let (device, date) = (device(loser.device), date(loser.time));
    named(unit, format!("{device}, {date}, {digest}"))
}

/// What becomes of a version that is to land beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Free {
    /// It lands under this name, and holds this there.
    Name(CopyName, Landing),
    /// It is there already, under this name.
    There(RelPath),
}

/// Returns under which name a version lands; `None` where other content has every name that it could
/// have. `present` says which units there are, with what they hold.
pub fn free<'a>(
    unit: &RelPath,
    loser: &Loser<'_>,
    present: impl IntoIterator<Item = (&'a RelPath, Option<Digest>)>,
    lands: impl Fn(&CopyName) -> Landing,
) -> Option<Free> {
    let present: Vec<(String, Option<Digest>)> = present
        .into_iter()
        .map(|(other, held)| (names::key(other.as_str()), held))
        .collect();
    for name in [plain(unit, loser)?, exact(unit, loser)?] {
        let landing = lands(&name);
        let key = names::key(name.path.as_str());
        match present.iter().find(|(other, _)| *other == key) {
            None => return Some(Free::Name(name, landing)),
            // It has landed before, here or by way of another device.
            Some((_, Some(held))) if *held == landing.digest || *held == loser.digest => {
                return Some(Free::There(name.path));
            }
            Some(_) => {}
        }
    }
    // The exact name says the content: whatever holds it was made from this version.
    None
}

fn named(unit: &RelPath, suffix: String) -> Option<CopyName> {
    let end_of_name = format!(" ({suffix})");
    let (folder, name) = match unit.as_str().rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), unit.as_str()),
    };
    let mut end = name.len().min(LONGEST.saturating_sub(end_of_name.len()));
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let path = RelPath::new(format!("{folder}{}{end_of_name}", &name[..end])).ok()?;
    Some(CopyName { path, suffix })
}

/// The day in UTC: the same on every device.
fn date(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d")
        .to_string()
}

/// A device's name as a part of a file's.
fn device(name: &str) -> String {
    let allowed = |c: char| !c.is_control() && !"<>:\"|?*\\/()".contains(c);
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(LONGEST_DEVICE)
        .collect();
    let name = name.trim();
    if name.is_empty() {
        "another device".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::names::forbidden_on_windows;

    fn unit(path: &str) -> RelPath {
        RelPath::new(path).expect("sound")
    }

    fn loser(device: &str) -> Loser<'_> {
        Loser {
            device,
            time: "2026-08-14T23:30:00Z".parse().expect("a time"),
            digest: Digest::of(b"x"),
        }
    }

    #[test]
    fn a_copy_is_named_by_device_and_day() {
        let name = plain(&unit("saves/My World"), &loser("Deck")).expect("a name");
        assert_eq!(name.path.as_str(), "saves/My World (Deck, 2026-08-14)");
        assert_eq!(name.suffix, "Deck, 2026-08-14");
        let name = exact(&unit("World"), &loser("a/b:c")).expect("a name");
        assert_eq!(name.path.as_str(), "World (a-b-c, 2026-08-14, 2d711642)");
    }

    #[test]
    fn what_has_landed_before_is_there_as_it_was_or_as_it_is_called_now() {
        let (world, loser) = (unit("saves/World"), loser("Deck"));
        let landing = Landing {
            digest: Digest::of(b"renamed in its level.dat"),
            level: None,
        };
        let name = plain(&world, &loser).expect("a name");
        let free = |held: Option<Digest>| {
            free(&world, &loser, [(&name.path, held)], |_| landing.clone()).expect("a name")
        };
        for held in [landing.digest, loser.digest] {
            assert_eq!(free(Some(held)), Free::There(name.path.clone()));
        }
        let exact = exact(&world, &loser).expect("a name");
        for held in [None, Some(Digest::of(b"another"))] {
            assert_eq!(free(held), Free::Name(exact.clone(), landing.clone()));
        }
    }

    #[test]
    fn the_day_is_that_of_utc_and_no_clock_breaks_it() {
        for (time, day) in [
            ("2026-08-14T23:59:59Z", "2026-08-14"),
            ("2026-08-15T00:30:00+02:00", "2026-08-14"),
            ("1969-12-31T00:00:00Z", "1969-12-31"),
            ("9999-01-01T00:00:00Z", "9999-01-01"),
        ] {
            assert_eq!(date(time.parse().expect("a time")), day);
        }
    }

    proptest! {
        #[test]
        fn a_copy_has_a_name_everywhere(world in "[^/\\x00]{1,200}", device in "\\PC{0,80}") {
            let Ok(world) = RelPath::new(format!("saves/{world}")) else { return Ok(()) };
            for name in [plain(&world, &loser(&device)), exact(&world, &loser(&device))] {
                let name = name.expect("a name").path;
                prop_assert!(name.name().len() <= LONGEST);
                prop_assert!(name.as_str().starts_with("saves/"));
                // What Windows forbids in it came with the world's own name.
                if forbidden_on_windows(world.name()).is_none() {
                    prop_assert_eq!(forbidden_on_windows(name.name()), None, "{}", name);
                }
            }
        }
    }
}
