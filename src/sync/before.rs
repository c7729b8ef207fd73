//! What a folder held before it was opted in, so that a failure leaves it as it was.

use std::{fs, path::PathBuf};

use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
        sync_file::SyncFile,
    },
    domain::ids::InstanceId,
    error::Result,
};

#[derive(serde::Deserialize)]
struct StateBefore {
    instance_id: InstanceId,
    #[serde(default)]
    to_create: bool,
}

/// What a folder held before it was opted in.
pub struct Before {
    had_folder: bool,
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Before {
    /// Reads it.
    pub fn of(layout: &Layout) -> Result<Self> {
        let places = [
            layout.sync_json(),
            layout.token(),
            layout.key(),
            layout.state_json(),
            layout.packignore(),
        ];
        let files = places
            .into_iter()
            .map(|path| Ok((path.clone(), json_file::read_bytes(&path)?)));
        Ok(Self {
            had_folder: layout.own().exists(),
            files: files.collect::<Result<_>>()?,
        })
    }

    /// What the folder's state says of itself, as far as it can be read.
    fn state(&self) -> Option<StateBefore> {
        let states = self
            .files
            .iter()
            .filter(|(path, _)| path.ends_with("state.json"));
        let mut states =
            states.filter_map(|(_, bytes)| serde_json::from_slice(bytes.as_deref()?).ok());
        states.next()
    }

    /// Returns the instance that the folder was.
    pub fn instance(&self) -> Option<InstanceId> {
        self.state().map(|state| state.instance_id)
    }

    /// Returns whether the repository had still to be created.
    pub fn to_create(&self, sync: &SyncFile) -> bool {
        self.state()
            .is_some_and(|state| state.to_create && state.instance_id == sync.instance_id)
    }

    /// Puts everything back, as well as it can be.
    pub fn restore(&self, layout: &Layout) {
        if !self.had_folder {
            let _ = fs::remove_dir_all(layout.own());
        }
        for (path, bytes) in &self.files {
            let _ = match bytes {
                Some(bytes) => {
                    let public = path.ends_with("sync.json") || path.ends_with(".packignore");
                    let access = if public {
                        Access::Public
                    } else {
                        Access::Private
                    };
                    json_file::write_bytes(path, bytes, access)
                }
                None => json_file::remove(path),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sync_file::SyncFile;

    const INSTANCE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const OTHER: &str = "01BX5ZZKBKACTAV9WEVGEMMVRZ";

    fn sync(instance: &str) -> SyncFile {
        let location = "/srv/saves".parse().expect("a place");
        SyncFile::new(instance.parse().expect("a ULID"), location)
    }

    fn with_state(state: &str) -> (tempfile::TempDir, Before) {
        let pack = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(pack.path());
        fs::create_dir(layout.own()).expect("made");
        fs::write(layout.state_json(), state).expect("written");
        let before = Before::of(&layout).expect("read");
        (pack, before)
    }

    #[test]
    fn a_repository_is_still_to_be_created_only_for_the_instance_that_the_folder_was() {
        let state = format!(r#"{{"instance_id":"{INSTANCE}","to_create":true}}"#);
        let (_pack, before) = with_state(&state);
        assert_eq!(before.instance(), INSTANCE.parse().ok());
        assert!(before.to_create(&sync(INSTANCE)));
        assert!(!before.to_create(&sync(OTHER)));

        let (_pack, before) = with_state(&format!(r#"{{"instance_id":"{INSTANCE}"}}"#));
        assert!(!before.to_create(&sync(INSTANCE)));
        let (_pack, before) = with_state("{");
        assert_eq!(before.instance(), None);
        assert!(!before.to_create(&sync(INSTANCE)));
    }

    #[test]
    #[cfg(unix)]
    fn what_is_put_back_has_the_mode_that_it_had() {
        use std::os::unix::fs::PermissionsExt as _;
        let pack = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(pack.path());
        fs::create_dir(layout.own()).expect("made");
        let public = [layout.sync_json(), layout.packignore()];
        let private = [layout.token(), layout.key()];
        for path in public.iter().chain(&private) {
            fs::write(path, "before").expect("written");
        }
        let before = Before::of(&layout).expect("read");
        for path in public.iter().chain(&private) {
            fs::remove_file(path).expect("removed");
        }
        fs::write(layout.state_json(), "{}").expect("written");
        before.restore(&layout);
        for (paths, shared) in [(&public, true), (&private, false)] {
            for path in paths {
                assert_eq!(fs::read(path).expect("put back"), b"before");
                let mode = path.metadata().expect("there").permissions().mode();
                assert_eq!(mode & 0o044 != 0, shared, "{} {mode:o}", path.display());
            }
        }
        assert!(!layout.state_json().exists());
    }
}
