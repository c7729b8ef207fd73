//! Is a place outside of what is synced, so that something else may be written there?

use std::path::{Component, Path, PathBuf};

use super::shown;
use crate::{
    config::layout::{below, real},
    domain::path::RelPath,
    error::{Error, Result},
    sync::session::Session,
    texts::text,
};

/// What is ours, or synced.
pub struct Inside<'a> {
    session: &'a Session<'a>,
    pack: PathBuf,
    own: PathBuf,
    /// Where units are: worlds may be links to elsewhere.
    units: Vec<PathBuf>,
}

impl<'a> Inside<'a> {
    /// Looks where everything is.
    pub fn of(session: &'a Session<'_>) -> Self {
        let units = session.state.agreement.keys();
        let units = units.map(|unit| real(&session.layout.live(unit)));
        Self {
            session,
            pack: real(session.layout.pack()),
            own: real(session.layout.own()),
            units: units.collect(),
        }
    }

    /// Refuses a folder in which something would become, or change, a part of what is synced. `lands` is
    /// what will be in it.
    pub fn check<'b>(&self, folder: &Path, lands: impl Iterator<Item = &'b RelPath>) -> Result<()> {
        if folder.is_file() {
            return Err(refused(folder, &text!("restore-folder-is-file")));
        }
        let place = nearest_real(folder);
        if place == self.pack {
            return Err(refused(folder, &text!("restore-folder-is-game")));
        }
        self.check_one(folder, folder)?;
        for lands in lands {
            self.check_one(folder, &below(&place, lands))?;
        }
        // What is made beside a world that is a link could be another.
        let is_beside = |unit: &&PathBuf| unit.parent() == Some(&*place) && unit.is_dir();
        match self.units.iter().find(is_beside) {
            None => Ok(()),
            Some(_) => Err(refused(folder, &text!("restore-folder-is-synced"))),
        }
    }

    /// Refuses a folder if a `place` in it may not be written to.
    pub fn check_one(&self, folder: &Path, place: &Path) -> Result<()> {
        match self.objection(place) {
            None => Ok(()),
            Some(why) => Err(refused(folder, &why)),
        }
    }

    /// Returns why nothing may be written at a place, if nothing may.
    pub fn objection(&self, place: &Path) -> Option<String> {
        let at = nearest_real(place);
        if at.starts_with(&self.own) {
            return Some(text!("restore-folder-is-ours"));
        }
        let is_linked = self.units.iter().any(|unit| at.starts_with(unit));
        (is_linked || self.is_synced(&at)).then(|| text!("restore-folder-is-synced"))
    }

    /// Returns whether what lies there is, or would be, a part of what is synced.
    fn is_synced(&self, place: &Path) -> bool {
        let Some(inside) = relative(&self.pack, place) else {
            return false;
        };
        let scope = &self.session.scope;
        let ends = inside.match_indices('/').map(|(end, _)| end);
        let mut prefixes = ends.chain([inside.len()]).map(|end| &inside[..end]);
        prefixes.any(|prefix| RelPath::new(prefix).is_ok_and(|unit| scope.kind_of(&unit).is_some()))
    }
}

fn refused(folder: &Path, why: &str) -> Error {
    let what = text!("restore-bad-folder", folder = shown(folder), why = why);
    Error::usage(what).hint(text!("restore-bad-folder-hint"))
}

/// Returns a path below another one, with `/`.
fn relative(above: &Path, place: &Path) -> Option<String> {
    let rest = place.strip_prefix(above).ok()?;
    let parts = rest.components().map(|part| match part {
        Component::Normal(part) => part.to_str().map(str::to_owned),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// Returns where a folder is, or would be, without links on the way.
fn nearest_real(folder: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut there = folder;
    while !there.exists() {
        let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else {
            return folder.to_path_buf();
        };
        rest.push(name);
        there = parent;
    }
    rest.into_iter()
        .rev()
        .fold(real(there), |path, name| path.join(name))
}

#[cfg(all(test, unix))] // making a link needs a right elsewhere
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_where_the_link_above_it_leads() {
        let folder = tempfile::tempdir().expect("a folder");
        let there = real(folder.path());
        std::fs::create_dir(there.join("disk")).expect("made");
        std::os::unix::fs::symlink("disk", there.join("link")).expect("linked");
        for (folder, is) in [
            ("disk", "disk"),
            ("link", "disk"),
            ("link/new/folder", "disk/new/folder"),
            ("new/folder", "new/folder"),
        ] {
            assert_eq!(
                nearest_real(&there.join(folder)),
                there.join(is),
                "{folder}"
            );
        }
    }
}
