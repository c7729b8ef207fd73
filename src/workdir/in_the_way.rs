//! What lies where a version has a file, and is in no scan: left out by the scope, or behind a link.
//!
//! A safety copy does not have it, and an undo does not bring it back: so nothing may take its place.

use std::{fs::Metadata, io, path::Path};

use super::{files, scan::Scanned, stage};
use crate::{
    config::layout::Layout,
    domain::{
        path::{InnerPath, RelPath},
        unit::UnitContent,
    },
    error::{Context, Result},
    texts::text,
};

/// Returns what is in the way of `content` at the place of `unit`, as a sentence, if anything is. `here` is
/// what a scan found there.
pub fn in_the_way(
    layout: &Layout,
    unit: &RelPath,
    content: &UnitContent,
    here: Option<&Scanned>,
) -> Result<Option<String>> {
    let looked = |path: &RelPath| text!("file-not-looked-at", path = path.as_str());
    if kind_of(&layout.live(unit))
        .context(|| looked(unit))?
        .is_none()
    {
        return Ok(None);
    }
    let site = Site { layout, unit, here };
    for (inner, fact) in &content.files {
        let path = unit.join(inner);
        if site.lists_file(inner) {
            continue;
        }
        if let Some(link) = site.link_above(inner).context(|| looked(&path))? {
            return Ok(Some(text!("in-the-way-link", path = link.as_str())));
        }
        let place = layout.live(&path);
        let found = kind_of(&place).context(|| looked(&path))?;
        let is_free = match found {
            None => true,
            Some(metadata) if metadata.is_dir() => site.lists_all_below(inner, &place),
            // The same bytes: nothing is lost.
            Some(_) => stage::objection(&place, fact)
                .context(|| looked(&path))?
                .is_none(),
        };
        if !is_free {
            return Ok(Some(text!("in-the-way-file", path = path.as_str())));
        }
    }
    for inner in &content.folders {
        let path = unit.join(inner);
        let found = kind_of(&layout.live(&path)).context(|| looked(&path))?;
        let is_other = found.is_some_and(|metadata| !metadata.is_dir());
        if is_other && !inner.as_str().is_empty() && !site.lists(inner) {
            return Ok(Some(text!("in-the-way-file", path = path.as_str())));
        }
    }
    Ok(None)
}

/// The place of a unit, with what a scan found there.
struct Site<'a> {
    layout: &'a Layout,
    unit: &'a RelPath,
    here: Option<&'a Scanned>,
}

impl Site<'_> {
    fn lists_file(&self, inner: &InnerPath) -> bool {
        self.here
            .is_some_and(|here| here.content.files.contains_key(inner))
    }

    fn lists(&self, inner: &InnerPath) -> bool {
        let folders = self.here.map(|here| &here.content.folders);
        self.lists_file(inner) || folders.is_some_and(|folders| folders.contains(inner))
    }

    /// Whether the scan found anything in a folder: then it looked behind the link that this may be.
    fn looked_into(&self, folder: &str) -> bool {
        let within = |inner: &InnerPath| {
            let rest = inner.as_str().strip_prefix(folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.here
            .is_some_and(|here| here.content.files.keys().any(within))
    }

    /// Returns a folder above a file that is a link, where the scan did not follow it. The unit's own
    /// place may be one: players move their worlds to another disk.
    fn link_above(&self, inner: &InnerPath) -> io::Result<Option<RelPath>> {
        let ends = inner.as_str().match_indices('/').map(|(end, _)| end);
        for end in ends {
            let folder = &inner.as_str()[..end];
            let Ok(path) = RelPath::new(format!("{}/{folder}", self.unit)) else {
                continue;
            };
            match kind_of(&self.layout.live(&path))? {
                None => return Ok(None),
                Some(metadata) if metadata.is_symlink() && !self.looked_into(folder) => {
                    return Ok(Some(path));
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// Whether a folder, which a file is to replace, holds nothing but what the scan found: that goes
    /// its own way.
    fn lists_all_below(&self, inner: &InnerPath, place: &Path) -> bool {
        let walk = walkdir::WalkDir::new(place).min_depth(1);
        walk.into_iter().all(|entry| {
            let Ok(entry) = entry else { return false };
            let Ok(rest) = entry.path().strip_prefix(place) else {
                return false;
            };
            let Some(rest) = rest.to_str() else {
                return false;
            };
            let rest = rest.replace(std::path::MAIN_SEPARATOR, "/");
            InnerPath::new(format!("{inner}/{rest}")).is_ok_and(|inner| self.lists(&inner))
        })
    }
}

/// Looks at what lies at a place, without following a link; `None` where nothing does.
fn kind_of(place: &Path) -> io::Result<Option<Metadata>> {
    files::found(place.symlink_metadata())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::unit::{FileFact, UnitKind};

    /// A folder with a world, of which a scan found `level.dat` and what is below `region`.
    struct World {
        _folder: tempfile::TempDir,
        layout: Layout,
        unit: RelPath,
        here: Scanned,
    }

    fn inner(path: &str) -> InnerPath {
        InnerPath::new(path).unwrap()
    }

    fn content(files: &[(&str, &str)], folders: &[&str]) -> UnitContent {
        let fact = |text: &str| FileFact {
            size: text.len() as u64,
            sha256: crate::domain::digest::Digest::of(text.as_bytes()),
        };
        UnitContent {
            files: files
                .iter()
                .map(|(path, text)| (inner(path), fact(text)))
                .collect(),
            folders: folders.iter().map(|path| inner(path)).collect(),
        }
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let layout = Layout::new(folder.path());
            let world = folder.path().join("saves/W");
            fs::create_dir_all(world.join("region")).unwrap();
            fs::write(world.join("level.dat"), "level").unwrap();
            fs::write(world.join("region/a"), "a").unwrap();
            let found = [("level.dat", "level"), ("region/a", "a")];
            Self {
                _folder: folder,
                layout,
                unit: RelPath::new("saves/W").unwrap(),
                here: Scanned {
                    kind: UnitKind::World,
                    content: content(&found, &["", "region"]),
                    unreadable: None,
                },
            }
        }

        fn write(&self, path: &str, text: &str) {
            let place = self.layout.live(&self.unit.join(&inner(path)));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }

        fn blocks(&self, files: &[(&str, &str)], folders: &[&str]) -> bool {
            let content = content(files, folders);
            let why = in_the_way(&self.layout, &self.unit, &content, Some(&self.here));
            why.unwrap().is_some()
        }
    }

    #[test]
    fn only_what_no_scan_lists_and_is_something_else_is_in_the_way() {
        let world = World::new();
        assert!(!world.blocks(&[("level.dat", "newer"), ("new", "x")], &["", "new folder"]));
        world.write("notes", "mine");
        assert!(world.blocks(&[("notes", "theirs")], &[""]));
        assert!(world.blocks(&[("notes", "longer than it")], &[""]));
        assert!(!world.blocks(&[("notes", "mine")], &[""]));
        // A folder is to be where a file is, and the other way round.
        assert!(world.blocks(&[("notes/first", "x")], &["", "notes"]));
        assert!(!world.blocks(&[("region", "a file now")], &[""]));
        world.write("region/b", "left out");
        assert!(world.blocks(&[("region", "a file now")], &[""]));
        assert!(!world.blocks(&[("region/a", "newer"), ("region/c", "c")], &[""]));
    }

    #[test]
    fn where_a_unit_is_not_here_nothing_is_in_its_way() {
        let mut world = World::new();
        world.unit = RelPath::new("saves/Other").unwrap();
        assert!(!world.blocks(&[("level.dat", "x")], &[""]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_in_the_way_unless_the_scan_looked_behind_it() {
        let world = World::new();
        let place = world.layout.live(&world.unit);
        fs::create_dir(place.join("real")).unwrap();
        for name in ["linked", "region-too"] {
            std::os::unix::fs::symlink(place.join("real"), place.join(name)).unwrap();
        }
        assert!(world.blocks(&[("linked/new", "x")], &[""]));
        assert!(world.blocks(&[], &["", "linked"]));
        // A pattern of the scope leads through it.
        fs::rename(place.join("region"), place.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(place.join("elsewhere"), place.join("region")).unwrap();
        assert!(!world.blocks(&[("region/new", "x")], &["", "region"]));
    }
}
