//! `servers.json`: what was found out about servers, so that each is asked once. Nothing depends on it: a
//! server of which nothing is remembered is treated as a plain rest-server, which all of them are too.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    json_file::{self, Access},
    user_dirs::UserDirs,
};

/// The schema that this program writes, and the newest that it reads.
pub const SCHEMA: u64 = 1;

/// For how long a server stays what it was found to be.
const FRESH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many servers are remembered.
const MANY: usize = 64;

/// What is remembered of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// When it was asked, by this device's clock.
    pub asked_at: Timestamp,
    /// Its version, where it is one of ours; a plain rest-server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What can be asked of it beside repositories; of a plain rest-server nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub features: BTreeSet<String>,
}

impl Remembered {
    /// Returns whether it is one of ours.
    pub fn is_ours(&self) -> bool {
        self.version.is_some()
    }

    /// Returns whether it can be asked for this, such as `devices`.
    pub fn has(&self, feature: &str) -> bool {
        self.is_ours() && self.features.contains(feature)
    }

    /// Returns whether that is so long ago that it should be asked again. A clock that was wrong is no
    /// reason to believe it for ever.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.asked_at > now || now.duration_since(self.asked_at) > FRESH
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct ServersFile {
    schema: u64,
    /// By their addresses.
    #[serde(default)]
    servers: BTreeMap<String, Remembered>,
}

/// Returns what is remembered of the server at this address. A file that cannot be read says nothing.
pub fn of(dirs: &UserDirs, url: &str) -> Option<Remembered> {
    read(dirs).servers.remove(url)
}

/// Remembers this of a server; `None` forgets it. A file of a newer version is left alone, and no failure
/// is told: the server is asked again.
pub fn remember(dirs: &UserDirs, url: &str, what: Option<Remembered>) {
    let Some(path) = path(dirs) else { return };
    if json_file::is_newer(&path, SCHEMA) {
        return;
    }
    let mut file = read(dirs);
    match what {
        Some(what) => drop(file.servers.insert(url.to_owned(), what)),
        None if file.servers.remove(url).is_some() => {}
        None => return,
    }
    while file.servers.len() > MANY {
        let oldest = file.servers.iter().min_by_key(|(_, known)| known.asked_at);
        let Some(oldest) = oldest.map(|(url, _)| url.clone()) else {
            break;
        };
        file.servers.remove(&oldest);
    }
    file.schema = SCHEMA;
    if let Some(folder) = path.parent()
        && std::fs::create_dir_all(folder).is_ok()
    {
        let _ = json_file::write(&path, &file, Access::Private);
    }
}

fn read(dirs: &UserDirs) -> ServersFile {
    let found = path(dirs).and_then(|path| json_file::read(&path, SCHEMA).ok());
    found.flatten().unwrap_or_default()
}

fn path(dirs: &UserDirs) -> Option<std::path::PathBuf> {
    Some(dirs.data.as_deref()?.join("servers.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn ours(second: i64) -> Remembered {
        Remembered {
            asked_at: at(second),
            version: Some("0.1.0".to_owned()),
            features: BTreeSet::from(["devices".to_owned()]),
        }
    }

    fn dirs(folder: &tempfile::TempDir) -> UserDirs {
        UserDirs {
            data: Some(folder.path().join("data")),
            ..UserDirs::default()
        }
    }

    #[test]
    fn each_server_is_remembered_by_its_address_and_forgotten_by_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let dirs = dirs(&folder);
        assert_eq!(of(&dirs, "https://h"), None);
        remember(&dirs, "https://h", Some(ours(5)));
        remember(&dirs, "https://other", Some(ours(6)));
        assert_eq!(of(&dirs, "https://h"), Some(ours(5)));
        remember(&dirs, "https://h", None);
        assert_eq!(of(&dirs, "https://h"), None);
        assert_eq!(of(&dirs, "https://other"), Some(ours(6)));
    }

    #[test]
    fn of_many_servers_the_one_that_was_asked_first_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let dirs = dirs(&folder);
        for number in 0..=MANY {
            let second = i64::try_from(number).expect("small");
            remember(&dirs, &format!("https://{number}"), Some(ours(second)));
        }
        assert_eq!(of(&dirs, "https://0"), None);
        assert!(of(&dirs, "https://1").is_some());
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone_and_a_broken_one_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let dirs = dirs(&folder);
        remember(&dirs, "https://h", Some(ours(5)));
        let path = path(&dirs).expect("a place");
        std::fs::write(&path, r#"{"schema":2}"#).expect("writes");
        remember(&dirs, "https://h", Some(ours(5)));
        assert_eq!(std::fs::read(&path).expect("reads"), br#"{"schema":2}"#);
        std::fs::write(&path, "{").expect("writes");
        assert_eq!(of(&dirs, "https://h"), None);
        remember(&dirs, "https://h", Some(ours(5)));
        assert_eq!(of(&dirs, "https://h"), Some(ours(5)));
    }

    #[test]
    fn what_was_found_a_month_ago_or_by_a_clock_that_is_ahead_is_stale() {
        let day = 24 * 60 * 60;
        let known = ours(100 * day);
        assert!(!known.is_stale(at(100 * day)));
        assert!(!known.is_stale(at(129 * day)));
        assert!(known.is_stale(at(131 * day)));
        assert!(known.is_stale(at(99 * day)));
    }

    #[test]
    fn a_plain_rest_server_has_nothing_that_can_be_asked_for() {
        let plain = Remembered {
            version: None,
            ..ours(5)
        };
        assert!(!plain.is_ours() && !plain.has("devices"));
        assert!(ours(5).has("devices") && !ours(5).has("events"));
    }
}
