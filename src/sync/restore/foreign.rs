//! A snapshot that says nothing of itself: all of it, into another folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Report, RestoreOutcome, Run,
    folder::{finish, others, part, settle},
    outside::Inside,
    shown,
};
use crate::{
    domain::ids::SnapshotId,
    error::{Context, Error, Kind, Result},
    store::repository::Restored as Came,
    sync::{
        cloud::Store,
        event::{Event, Phase, Progress},
        session::Session,
    },
    texts::text,
    workdir::files,
};

impl Run<'_> {
    /// Restores all of a snapshot that says nothing of itself.
    pub(super) fn foreign(
        &self,
        session: &Session<'_>,
        store: &dyn Store,
        folder: &Path,
        id: &SnapshotId,
    ) -> Result<RestoreOutcome> {
        let report = Report {
            folder: Some(shown(folder)),
            ..Report::default()
        };
        if self.request.finality == super::Finality::Preview {
            return Ok(RestoreOutcome::Preview(report));
        }
        let part = part(folder)?;
        let listener = session.listener;
        let aside = part.join(id.as_str());
        let came = store.restore_everything(id, &aside, &mut |status| {
            listener(Event::Progress(Progress {
                phase: Phase::Fetch,
                item: None,
                done: status.bytes_restored,
                total: None,
            }));
        })?;
        if let Came::Lacking { why, .. } | Came::Nothing { why } = came {
            let what = text!("restore-lost", unit = id.short(), why = why);
            return Err(Error::new(Kind::Damaged, what)
                .hint(text!("restore-lost-hint"))
                .hint(crate::sync::verify::repair()));
        }
        let landed = land(session, folder, &aside);
        // What was fetched has files of all kinds: where it may not land, nothing stays of it.
        let found = landed.inspect_err(|_| drop(fs::remove_dir_all(&part)))?;
        finish(folder, &part, found.iter().map(|path| folder.join(path)))?;
        Ok(RestoreOutcome::Restored(report))
    }
}

/// Moves everything that was fetched to its place, where nothing of it is in anybody's way.
fn land(session: &Session<'_>, folder: &Path, aside: &Path) -> Result<Vec<PathBuf>> {
    let (folders, found) = below_part(aside)?;
    let inside = Inside::of(session);
    for path in folders.iter().chain(&found) {
        inside.check_one(folder, &folder.join(path))?;
    }
    let mut taken = Vec::new();
    for path in &found {
        let (from, to) = (aside.join(path), folder.join(path));
        let other = files::found(to.symlink_metadata())
            .context(|| text!("file-not-looked-at", path = shown(path)))?
            .is_some_and(|_| !same(&from, &to));
        if other {
            taken.push(shown(path));
        }
    }
    others(folder, &taken)?;
    for path in &folders {
        let place = folder.join(path);
        fs::create_dir_all(&place).context(|| text!("folder-not-made", path = shown(&place)))?;
    }
    for path in &found {
        settle(&aside.join(path), &folder.join(path))
            .context(|| text!("restore-not-written", path = shown(path)))?;
    }
    Ok(found)
}

/// Returns the folders and the files below the folder where they are put together.
fn below_part(part: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut folders, mut found) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(part).min_depth(1).sort_by_file_name() {
        let entry = entry.context(|| text!("file-not-looked-at", path = shown(part)))?;
        let Ok(path) = entry.path().strip_prefix(part) else {
            continue;
        };
        let list = if entry.file_type().is_dir() {
            &mut folders
        } else {
            &mut found
        };
        list.push(path.to_path_buf());
    }
    Ok((folders, found))
}

/// Returns whether two places hold the same file, or links to the same.
fn same(one: &Path, other: &Path) -> bool {
    match (fs::read_link(one), fs::read_link(other)) {
        (Ok(one), Ok(other)) => return one == other,
        (Err(_), Err(_)) => {}
        _ => return false,
    }
    match (files::hash(one), files::hash(other)) {
        (Ok(one), Ok(other)) => one.sha256 == other.sha256,
        _ => false,
    }
}

#[cfg(all(test, unix))] // making a link needs a right elsewhere
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_the_same_where_they_lead_to_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = |name: &str| folder.path().join(name);
        for (name, text) in [("file", "x"), ("twin", "x"), ("other", "y")] {
            fs::write(place(name), text).expect("written");
        }
        for (link, to) in [("link", "file"), ("again", "file"), ("away", "twin")] {
            symlink(to, place(link)).expect("linked");
        }
        for (one, other, is_same) in [
            ("file", "twin", true),
            ("file", "other", false),
            ("link", "again", true),
            // The same bytes, and yet another link.
            ("link", "away", false),
            ("link", "file", false),
        ] {
            assert_eq!(same(&place(one), &place(other)), is_same, "{one} {other}");
        }
    }
}
