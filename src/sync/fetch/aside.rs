//! Staging what lands under another name than it has where it comes from.

use std::{fs, path::Path};

use crate::{
    config::layout::Layout,
    domain::{
        path::{InnerPath, RelPath},
        unit::UnitContent,
    },
    error::{Context, Error, Result},
    sync::landing,
    texts::text,
    workdir::{files, stage::Staging},
};

/// Moves a restored unit to where it is staged under another name.
pub(super) fn rename_in(
    staging: &Staging,
    restored: &Path,
    target: &RelPath,
    content: &UnitContent,
) -> Result<()> {
    let to = staging.place(target);
    let what = || text!("fetch-cannot-stage", unit = target.as_str());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).context(what)?;
    }
    // What did not come is noticed by the check of every file.
    match fs::rename(restored, &to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::failed(what()).because(error))
        }
        _ => files::make_folders(&staging.tree(), target, content),
    }
}

/// Gives a staged copy the `level.dat` that says what it is called.
pub(super) fn relabel(staging: &Staging, target: &RelPath, level: &[u8]) -> Result<()> {
    let Ok(inner) = InnerPath::new(landing::LEVEL) else {
        return Ok(());
    };
    let place = staging.place(&target.join(&inner));
    match fs::write(place, level) {
        // What did not come is noticed by the check of every file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        written => written.context(|| text!("fetch-cannot-stage", unit = target.as_str())),
    }
}

/// Stages a copy of a unit that is here.
pub(super) fn copy_in(
    layout: &Layout,
    staging: &Staging,
    unit: &RelPath,
    target: &RelPath,
    content: &UnitContent,
) -> Result<()> {
    for inner in content.files.keys() {
        let (from, to) = (unit.join(inner), target.join(inner));
        files::copy(&layout.live(&from), &staging.place(&to))
            .context(|| text!("fetch-cannot-copy", path = from.as_str()))?;
    }
    files::make_folders(&staging.tree(), target, content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::fixtures::unit, sync::fixtures::files};

    /// A game folder and what is staged for it.
    fn staged() -> (tempfile::TempDir, Layout, Staging) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.own()).expect("made");
        let staging = Staging::create(&layout).expect("made");
        (folder, layout, staging)
    }

    #[test]
    fn what_did_not_come_is_not_missed_before_it_is_checked_and_other_troubles_are_told() {
        let (folder, _layout, staging) = staged();
        let (world, content) = (unit("saves/Copy"), files(&[("level.dat", "x")]));
        let restored = folder.path().join("restored");
        rename_in(&staging, &restored, &world, &content).expect("nothing came");
        relabel(&staging, &world, b"level").expect("nothing came");
        fs::create_dir(&restored).expect("made");
        fs::write(restored.join("level.dat"), "x").expect("written");
        rename_in(&staging, &restored, &world, &content).expect("moved");
        assert!(!restored.exists());
        relabel(&staging, &world, b"level").expect("written");
        let level = staging.place(&unit("saves/Copy/level.dat"));
        assert_eq!(fs::read(&level).expect("there"), b"level");
        // A file where a folder would be.
        fs::write(&restored, "x").expect("written");
        assert!(rename_in(&staging, &restored.join("x"), &world, &content).is_err());
        fs::remove_file(&level).expect("there");
        fs::create_dir(&level).expect("made");
        assert!(relabel(&staging, &world, b"level").is_err());
    }

    #[test]
    fn a_copy_of_what_is_here_is_staged_with_all_its_files() {
        let (_folder, layout, staging) = staged();
        let live = layout.live(&unit("saves/A/region/r"));
        fs::create_dir_all(live.parent().expect("a folder")).expect("made");
        fs::write(&live, "x").expect("written");
        let (from, to) = (unit("saves/A"), unit("saves/Copy"));
        let content = files(&[("region/r", "x")]);
        copy_in(&layout, &staging, &from, &to, &content).expect("copied");
        let copied = fs::read(staging.place(&unit("saves/Copy/region/r")));
        assert_eq!(copied.expect("there"), b"x");
        let gone = files(&[("region/gone", "x")]);
        assert!(copy_in(&layout, &staging, &from, &to, &gone).is_err());
    }
}
