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
