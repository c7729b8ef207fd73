//! A session of `run`: as long as it lasts, the hooks inside it stand aside.
//!
//! The game gets the session's id in a variable; the game folder has it in a file, and a lock beside
//! it that ends with us however we end. So another folder is not meant, nor is a session that is over.

use std::{env, ffi::OsString, fs, thread, time::Duration};

use ulid::Ulid;

use super::settings::Settings;
use crate::{
    config::{layout::Layout, sync_file},
    workdir::lock::{self, Hold},
};

/// The variable: the ids of the sessions that a process is inside of.
pub const VARIABLE: &str = "INSTANCE_SYNC_SESSION";

/// Between ids: a game can be started from another.
const BETWEEN: char = ',';

/// A session under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Playing {
    ids: String,
    layout: Layout,
    hold: Option<Hold>,
}

impl Playing {
    /// Begins a session in an opted-in folder. Where that cannot be written down, or somebody plays
    /// there already, the game is played all the same: hooks inside then work as they always do.
    pub fn begin(settings: &Settings) -> Self {
        let layout = Layout::new(&settings.pack);
        let id = Ulid::generate().to_string();
        let hold = hold(&layout).filter(|_| fs::write(layout.playing_id(), &id).is_ok());
        let ids = match outer() {
            Some(outer) => format!("{outer}{BETWEEN}{id}"),
            None => id,
        };
        Self { ids, layout, hold }
    }

    /// Returns what the game is told.
    pub fn variable(&self) -> (&'static str, OsString) {
        (VARIABLE, self.ids.clone().into())
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if self.hold.is_some() {
            let _ = fs::remove_file(self.layout.playing_id());
            let _ = fs::remove_file(self.layout.playing());
        }
    }
}

/// Returns whether this process is inside a session in this folder. Looks at nothing where it is in
/// none at all.
pub fn is_inside(settings: &Settings) -> bool {
    let Some(ids) = outer() else { return false };
    let layout = Layout::new(&settings.pack);
    sync_file::is_opted_in(&layout)
        && fs::read_to_string(layout.playing_id())
            .is_ok_and(|id| ids.split(BETWEEN).any(|one| one == id))
        && lock::is_held(&layout.playing())
}

fn outer() -> Option<String> {
    env::var(VARIABLE).ok().filter(|ids| !ids.is_empty())
}

fn hold(layout: &Layout) -> Option<Hold> {
    // A hook that looks whether somebody plays holds it for a moment.
    for _ in 0..5 {
        match lock::hold(&layout.playing()) {
            Ok(Some(hold)) => return Some(hold),
            Ok(None) => thread::sleep(Duration::from_millis(10)),
            Err(_) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_in_the_folder_as_long_as_it_lasts() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.own()).expect("made");
        let settings = Settings::new(layout.pack());
        let playing = Playing::begin(&settings);
        let (name, ids) = playing.variable();
        assert_eq!(name, VARIABLE);
        let id = fs::read_to_string(layout.playing_id()).expect("there");
        let ids = ids.into_string().expect("text");
        assert_eq!(ids.split(BETWEEN).next_back(), Some(&*id));
        assert!(lock::is_held(&layout.playing()));
        // Somebody plays there already: the game is played all the same.
        drop(Playing::begin(&settings));
        assert_eq!(fs::read_to_string(layout.playing_id()).expect("there"), id);
        drop(playing);
        assert!(!layout.playing_id().exists() && !layout.playing().exists());
    }
}
