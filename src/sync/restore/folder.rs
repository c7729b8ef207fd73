//! Into another folder: nothing that lies there is overwritten, and what an interrupted run began is
//! completed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Fate, Left, Point, Report, RestoreOutcome, Run, choose,
    choose::Named,
    look,
    outside::Inside,
    read_past,
    row::{Row, gone},
    shown,
};
use crate::{
    config::{json_file::sync_folder, layout::below},
    domain::{
        history::Choice,
        ids::SnapshotId,
        names::{self, Naming},
        path::RelPath,
        scope::UNFINISHED,
        unit::UnitContent,
    },
    error::{Context, Error, Result},
    sync::{
        cloud::Store,
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
            Inside::of(session).check(&folder, std::iter::empty())?;
            return self.foreign(session, store.as_ref(), &folder, id);
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
        Inside::of(session).check(&folder, pieces.iter().map(|piece| &piece.lands))?;
        refuse_others(&folder, &pieces)?;
        if let Some(outcome) = self.verdict(&report)? {
            tidy(&folder);
            return Ok(outcome);
        }
        write(session, store.as_ref(), &folder, &pieces, &mut report)
            .inspect_err(|_| tidy(&folder))?;
        Ok(if report.units.is_empty() {
            RestoreOutcome::Nothing(report)
        } else {
            RestoreOutcome::Restored(report)
        })
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

pub(super) fn others(folder: &Path, taken: &[String]) -> Result<()> {
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

/// Removes the folder where files are put together, where it is empty: an interrupted run left it.
fn tidy(folder: &Path) {
    let _ = fs::remove_dir(place_of_part(folder));
}

fn place_of_part(folder: &Path) -> PathBuf {
    folder.join(format!("{UNFINISHED}restore"))
}

/// Makes the folder, and the one inside of it where files are put together.
pub(super) fn part(folder: &Path) -> Result<PathBuf> {
    let part = place_of_part(folder);
    fs::create_dir_all(&part)
        .context(|| text!("folder-not-made", path = shown(&part)))
        .map_err(|error| error.hint(text!("restore-place-hint")))?;
    Ok(part)
}

/// Makes everything durable that landed, and removes what is not needed any more.
pub(super) fn finish(
    folder: &Path,
    part: &Path,
    landed: impl Iterator<Item = PathBuf>,
) -> Result<()> {
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
pub(super) fn settle(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    crate::crash_point::step();
    match files::patiently(|| fs::hard_link(from, to)) {
        Ok(()) => fs::remove_file(from),
        // Somebody was quicker: theirs stays, and whether it is the same is looked at later.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has hard links.
        Err(_) => files::patiently(|| fs::rename(from, to)),
    }
}
