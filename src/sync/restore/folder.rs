//! Into another folder: nothing that lies there is overwritten, and what an interrupted run began is
//! completed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::{
    Fate, Left, Point, Report, RestoreOutcome, Run, choose,
    choose::Named,
    look,
    place::{Row, gone},
    read_past, shown,
};
use crate::{
    config::{
        json_file::sync_folder,
        layout::{below, real},
    },
    domain::{
        history::Choice,
        ids::SnapshotId,
        names::{self, Naming},
        path::RelPath,
        scope::UNFINISHED,
        unit::UnitContent,
    },
    error::{Context, Error, Result},
    store::repository::Restored as Came,
    sync::{
        cloud::Store,
        event::{Event, Phase, Progress},
        fetch,
        gather::{self, Gather},
        past::Past,
        session::{self, Session},
    },
    texts::text,
    workdir::{files, stage},
};

/// A unit and where it comes from.
struct Piece {
    /// Where it lands below the folder.
    lands: RelPath,
    /// What it is called in the snapshot.
    unit: RelPath,
    source: SnapshotId,
    content: UnitContent,
}

impl Run<'_> {
    /// Restores below another folder.
    pub(super) fn elsewhere(
        &self,
        session: &mut Session<'_>,
        folder: &Path,
    ) -> Result<RestoreOutcome> {
        let folder = session::absolute(folder);
        let (store, past) = read_past(session)?;
        if let Point::Snapshot(beginning) = &self.request.point
            && let Named::Foreign(id) = choose::named(&past, beginning)?
        {
            if let Some(unit) = self.request.units.first() {
                let what = text!(
                    "restore-foreign-unit",
                    id = id.short(),
                    unit = unit.as_str()
                );
                return Err(Error::usage(what).hint(text!("restore-foreign-unit-hint")));
            }
            check_place(session, &folder, std::iter::empty())?;
            return self.whole(session, store.as_ref(), &folder, id);
        }
        // What changed here tells what the last session is; nothing else is asked of this folder.
        let local = (self.request.point == Point::BeforeLastSession).then(|| look(session));
        let chosen = choose::choose(session, &past, self.request, local.as_ref())?;
        let mut report = Report {
            folder: Some(shown(&folder)),
            session: chosen.session,
            ..Report::default()
        };
        let mut pieces = Vec::new();
        for choice in &chosen.selection.choices {
            add(&past, &folder, choice, &mut report, &mut pieces)?;
        }
        check_place(session, &folder, pieces.iter().map(|piece| &piece.lands))?;
        refuse_others(&folder, &pieces)?;
        if let Some(outcome) = self.verdict(&report)? {
            return Ok(outcome);
        }
        write(session, store.as_ref(), &folder, &pieces, &mut report)?;
        Ok(if report.units.is_empty() {
            RestoreOutcome::Nothing(report)
        } else {
            RestoreOutcome::Restored(report)
        })
    }

    /// Restores all of a snapshot that says nothing of itself.
    fn whole(
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
            return Err(Error::new(crate::error::Kind::Damaged, what)
                .hint(text!("restore-lost-hint"))
                .hint(crate::sync::verify::repair()));
        }
        let (folders, found) = below_part(&aside)?;
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
            fs::create_dir_all(&place)
                .context(|| text!("folder-not-made", path = shown(&place)))?;
        }
        for path in &found {
            settle(&aside.join(path), &folder.join(path))
                .context(|| text!("restore-not-written", path = shown(path)))?;
        }
        finish(folder, &part, found.iter().map(|path| folder.join(path)))?;
        Ok(RestoreOutcome::Restored(report))
    }
}

/// Adds one unit, and what is shown of it.
fn add(
    past: &Past,
    folder: &Path,
    choice: &Choice,
    report: &mut Report,
    pieces: &mut Vec<Piece>,
) -> Result<()> {
    let Choice { unit, version, .. } = choice;
    let Some((source, content)) = past.history.source(version) else {
        report.lost.push(gone(unit, version));
        return Ok(());
    };
    let others = pieces.iter().map(|piece: &Piece| &piece.lands);
    if let Some(why) = names::obstacle(Naming::native(), unit, content, others) {
        let unit = unit.clone();
        report.left.push(Left { unit, why });
        return Ok(());
    }
    let row = Row { choice, source };
    let mut row = row.shown(Fate::Written, None);
    let mut folders = content.folders.iter();
    let mut whole = folders.all(|inner| below(folder, &unit.join(inner)).is_dir());
    for (inner, fact) in &content.files {
        let place = below(folder, &unit.join(inner));
        let there = files::found(place.symlink_metadata())
            .context(|| text!("file-not-looked-at", path = shown(&place)))?;
        if there.is_none() {
            whole = false;
            row.coming += 1;
            row.bytes = row.bytes.saturating_add(fact.size);
        }
    }
    if whole {
        row.fate = Fate::Same;
    }
    report.bytes = report.bytes.saturating_add(row.bytes);
    report.units.push(row);
    pieces.push(Piece {
        lands: unit.clone(),
        unit: version.unit.clone(),
        source: source.clone(),
        content: content.clone(),
    });
    Ok(())
}

/// Refuses a folder in which something would become, or change, a part of what is synced.
fn check_place<'a>(
    session: &Session<'_>,
    folder: &Path,
    mut lands: impl Iterator<Item = &'a RelPath>,
) -> Result<()> {
    let refused = |why: String| {
        let what = text!("restore-bad-folder", folder = shown(folder), why = why);
        Err(Error::usage(what).hint(text!("restore-bad-folder-hint")))
    };
    if folder.is_file() {
        return refused(text!("restore-folder-is-file"));
    }
    let pack = real(session.layout.pack());
    let place = nearest_real(folder);
    if place == pack {
        return refused(text!("restore-folder-is-game"));
    }
    let ours = real(session.layout.own());
    if place.starts_with(&ours) {
        return refused(text!("restore-folder-is-ours"));
    }
    let lands = lands.any(|lands| is_synced(session, &below(&place, lands)));
    if lands || is_synced(session, &place) {
        return refused(text!("restore-folder-is-synced"));
    }
    // Worlds may be links to elsewhere.
    for unit in session.state.agreement.keys() {
        let live = real(&session.layout.live(unit));
        let is_beside = live.parent().is_some_and(|parent| parent == place);
        if place.starts_with(&live) || (is_beside && live.is_dir()) {
            return refused(text!("restore-folder-is-synced"));
        }
    }
    Ok(())
}

/// Returns whether what lies there is, or would be, a part of what is synced.
pub fn is_synced(session: &Session<'_>, place: &Path) -> bool {
    let pack = real(session.layout.pack());
    let Some(inside) = relative(&pack, &nearest_real(place)) else {
        return false;
    };
    let ends = inside.match_indices('/').map(|(end, _)| end);
    let mut prefixes = ends.chain([inside.len()]).map(|end| &inside[..end]);
    prefixes
        .any(|prefix| RelPath::new(prefix).is_ok_and(|unit| session.scope.kind_of(&unit).is_some()))
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

/// Refuses to begin where files lie in the way that hold something else.
fn refuse_others(folder: &Path, pieces: &[Piece]) -> Result<()> {
    let mut taken = Vec::new();
    for piece in pieces {
        for (inner, fact) in &piece.content.files {
            let path = piece.lands.join(inner);
            let place = below(folder, &path);
            let there = files::found(place.symlink_metadata())
                .context(|| text!("file-not-looked-at", path = path.as_str()))?;
            if there.is_some()
                && stage::objection(&place, fact)
                    .context(|| text!("staged-not-read", path = path.as_str()))?
                    .is_some()
            {
                taken.push(path.to_string());
            }
        }
    }
    others(folder, &taken)
}

fn others(folder: &Path, taken: &[String]) -> Result<()> {
    const NAMED: usize = 5;
    if taken.is_empty() {
        return Ok(());
    }
    let names = taken.iter().take(NAMED).cloned().collect::<Vec<_>>();
    let names = names.join(", ");
    let what = match taken.len().saturating_sub(NAMED) {
        0 => text!("restore-in-the-way", folder = shown(folder), names = names),
        more => text!(
            "restore-in-the-way-more",
            folder = shown(folder),
            names = names,
            more = more
        ),
    };
    Err(Error::failed(what).hint(text!("restore-in-the-way-hint")))
}

/// Fetches what is missing beside, checks it, and moves it to its place.
fn write(
    session: &Session<'_>,
    store: &dyn Store,
    folder: &Path,
    pieces: &[Piece],
    report: &mut Report,
) -> Result<()> {
    let part = part(folder)?;
    fetch::check_room_in(folder, report.bytes)
        .map_err(|error| error.hint(text!("restore-no-room-hint")))?;
    let mut gather = Gather {
        session,
        store,
        total: report.bytes,
        done: 0,
    };
    for piece in pieces {
        let place = |inner: &_| below(folder, &piece.lands.join(inner));
        let is_there = |inner: &_| place(inner).symlink_metadata().is_ok();
        let aside = part.join(piece.source.as_str());
        let (content, unit) = (&piece.content, &piece.unit);
        let lost = gather.unit(&aside, &piece.source, unit, content, &is_there)?;
        if let Some(why) = lost {
            let unit = piece.lands.clone();
            report.units.retain(|one| one.unit != unit);
            report.lost.push(Left { unit, why });
            continue;
        }
        for inner in content.files.keys().filter(|inner| !is_there(inner)) {
            let from = below(&aside, &unit.join(inner));
            settle(&from, &place(inner)).context(|| {
                let path = piece.lands.join(inner);
                text!("restore-not-written", path = path.as_str())
            })?;
        }
        files::make_folders(folder, &piece.lands, content)?;
    }
    let wanted: BTreeMap<_, _> = pieces
        .iter()
        .filter(|piece| report.units.iter().any(|one| one.unit == piece.lands))
        .flat_map(|piece| {
            let files = piece.content.files.iter();
            files.map(|(inner, fact)| (piece.lands.join(inner), *fact))
        })
        .collect();
    match gather::wrong(folder, &wanted)?.into_iter().next() {
        // Whatever was fetched of a unit that is not whole is of use to nobody.
        None => finish(folder, &part, wanted.keys().map(|path| below(folder, path))),
        Some((path, why)) => {
            Err(Error::failed(format!("{path}: {why}"))
                .hint(text!("restore-changed-meanwhile-hint")))
        }
    }
}

/// Makes the folder, and the one inside of it where files are put together.
fn part(folder: &Path) -> Result<PathBuf> {
    let part = folder.join(format!("{UNFINISHED}restore"));
    fs::create_dir_all(&part).context(|| text!("folder-not-made", path = shown(&part)))?;
    Ok(part)
}

/// Makes everything durable that landed, and removes what is not needed any more.
fn finish(folder: &Path, part: &Path, landed: impl Iterator<Item = PathBuf>) -> Result<()> {
    if !files::sync_all_below(folder) {
        for place in landed {
            files::sync_file(&place)
                .and_then(|()| place.parent().map_or(Ok(()), sync_folder))
                .context(|| text!("staged-not-durable", path = shown(&place)))?;
        }
    }
    // What cannot be removed now is by the next run.
    let _ = fs::remove_dir_all(part);
    Ok(())
}

/// Moves a file to its place, where nothing is.
fn settle(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    crate::crash_point::step();
    files::patiently(|| fs::rename(from, to))
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
