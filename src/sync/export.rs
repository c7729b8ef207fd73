//! Export: one world as a zip that a launcher can import; as it is here, or as it was.
//!
//! The zip is written beside its place, read back and compared, and gets its name last. What was
//! fetched for it is kept until then, so that an interrupted export goes on where it was.

mod archive;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;

use super::{
    event::{Event, Listener, Phase, Progress},
    fetch,
    gather::Gather,
    observe,
    restore::{self, Finality, Place, Point, Shown},
    session::{self, Opened, Session},
    settings::Settings,
    undo,
};
use crate::{
    config::{
        json_file,
        layout::{Layout, below},
        sync_file,
    },
    domain::{
        path::{InnerPath, RelPath},
        scope::UNFINISHED,
        unit::UnitContent,
    },
    error::{Context, Error, Kind, Result},
    texts::text,
    workdir::files,
};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is tried, because files changed while they were read.
const ATTEMPTS: usize = 3;

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct Request {
    /// The unit.
    pub unit: RelPath,
    /// As it was when; as it is here where nothing is said.
    pub point: Option<Point>,
    /// The zip, or the folder that it lands in.
    pub target: PathBuf,
    /// Whether a file that is there is replaced.
    pub force: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum ExportOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one.
    Copy,
    /// The zip is there.
    Exported(Exported),
    /// It was there already, and holds just this.
    Unchanged(Exported),
}

/// A zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The unit.
    pub unit: RelPath,
    /// Where it is.
    pub file: String,
    /// The version; `None` where it is what is here.
    pub version: Option<Shown>,
    /// How many files are in it.
    pub files: u64,
    /// How many bytes they are.
    pub bytes: u64,
    /// How large the zip is.
    pub size: u64,
}

/// Exports. Changes nothing in the game folder.
pub fn export(
    settings: &Settings,
    listener: Listener<'_>,
    request: &Request,
) -> Result<ExportOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(ExportOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "export", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(ExportOutcome::Copy),
    };
    let target = target(&session, request)?;
    let part = part(&target)?;
    let done = match &request.point {
        None => what_is_here(&mut session, request, &target, &part),
        Some(point) => what_was(&mut session, request, point, &target, &part),
    };
    // What was fetched is of use to the next run, and to nobody else.
    if done.is_ok() {
        let _ = fs::remove_dir_all(&part);
    } else {
        let _ = fs::remove_file(part.join(ZIP));
        let _ = fs::remove_dir(&part);
    }
    done
}

const ZIP: &str = "zip";

/// Where the zip will be.
fn target(session: &Session<'_>, request: &Request) -> Result<PathBuf> {
    let mut target = session::absolute(&request.target);
    let named = request.target.as_os_str().to_string_lossy();
    if target.is_dir() || named.ends_with(std::path::is_separator) {
        target.push(format!("{}.zip", request.unit.name()));
    }
    let what = |why| {
        text!(
            "export-bad-file",
            file = target.display().to_string(),
            why = why
        )
    };
    if target.file_name().is_none() || target.is_dir() {
        return Err(Error::usage(what(text!("export-is-folder"))));
    }
    if let Some(why) = restore::Inside::of(session).objection(&target) {
        return Err(Error::usage(what(why)).hint(text!("restore-bad-folder-hint")));
    }
    Ok(target)
}

/// The folder beside it where it is put together.
fn part(target: &Path) -> Result<PathBuf> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let folder = target.parent().unwrap_or(Path::new("."));
    let part = folder.join(format!("{UNFINISHED}{name}.part"));
    fs::create_dir_all(&part)
        .context(|| text!("folder-not-made", path = part.display().to_string()))
        .map_err(|error| error.hint(text!("restore-place-hint")))?;
    Ok(part)
}

fn what_is_here(
    session: &mut Session<'_>,
    request: &Request,
    target: &Path,
    part: &Path,
) -> Result<ExportOutcome> {
    let unit = &request.unit;
    let mut local = observe::local(session);
    let wanted = BTreeSet::from([unit.clone()]);
    for _ in 0..ATTEMPTS {
        let Some(here) = local.scan.units.get(unit) else {
            return Err(Error::usage(text!("export-unknown", unit = unit.as_str()))
                .hint(text!("export-unknown-hint")));
        };
        if let Some(why) = &here.unreadable {
            return Err(Error::failed(text!(
                "export-unreadable",
                unit = unit.as_str(),
                why = why
            )));
        }
        let content = here.content.clone();
        check_room(part, content.extent().bytes)?;
        undo::refuse_open_worlds(session, &mut local, &wanted)?;
        let zip = Zip {
            session,
            request,
            target,
            part,
            content: &content,
            root: session.layout.live(unit),
            version: None,
        };
        if let Some(outcome) = zip.make()? {
            return Ok(outcome);
        }
        // Something changed while it was read.
        local = observe::local(session);
    }
    Err(Error::failed(text!("export-changed", unit = unit.as_str()))
        .hint(text!("publish-changed-hint")))
}

fn what_was(
    session: &mut Session<'_>,
    request: &Request,
    point: &Point,
    target: &Path,
    part: &Path,
) -> Result<ExportOutcome> {
    let unit = &request.unit;
    let (store, before) = restore::read_past(session)?;
    let wanted = restore::Request {
        units: [unit.clone()].into(),
        point: point.clone(),
        place: Place::Folder(target.to_path_buf()),
        finality: Finality::Final,
    };
    let local = observe::local(session);
    let chosen = restore::choose_one(session, &before, &wanted, &local)?;
    let Some(choice) = chosen else {
        return Err(Error::usage(text!("restore-unknown", unit = unit.as_str())));
    };
    let lost = |why: String| {
        let what = text!("restore-lost", unit = unit.as_str(), why = why);
        Err(Error::new(Kind::Damaged, what).hint(super::verify::repair()))
    };
    let Some((source, content)) = before.history.source(&choice.version) else {
        let id = choice.version.since.short();
        return lost(text!("graph-gone", id = id, unit = unit.as_str()));
    };
    let zip = Zip {
        session,
        request,
        target,
        part,
        content,
        root: below(&part.join(source.as_str()), &choice.version.unit),
        version: Some(Shown::of(&choice.version, Some(source))),
    };
    if let Some(unchanged) = zip.is_there()? {
        return Ok(unchanged);
    }
    let total = content.extent().bytes;
    check_room(part, total.saturating_mul(2))?;
    let mut gather = Gather {
        session,
        store: store.as_ref(),
        total,
        done: 0,
    };
    let aside = part.join(source.as_str());
    let then = &choice.version.unit;
    if let Some(why) = gather.unit(&aside, source, then, content, &|_: &InnerPath| false)? {
        return lost(why);
    }
    match zip.make()? {
        Some(outcome) => Ok(outcome),
        None => Err(Error::failed(text!("export-changed", unit = unit.as_str()))),
    }
}

/// Is there room, before anything is written?
fn check_room(part: &Path, bytes: u64) -> Result<()> {
    fetch::check_room_in(part, bytes).map_err(|error| error.hint(text!("restore-no-room-hint")))
}

/// One zip.
struct Zip<'a> {
    session: &'a Session<'a>,
    request: &'a Request,
    target: &'a Path,
    part: &'a Path,
    content: &'a UnitContent,
    /// The folder that the files are in.
    root: PathBuf,
    version: Option<Shown>,
}

impl Zip<'_> {
    /// Writes it, reads it back, and gives it its name; `None` where files were others than expected.
    fn make(&self) -> Result<Option<ExportOutcome>> {
        if let Some(unchanged) = self.is_there()? {
            return Ok(Some(unchanged));
        }
        let unit = &self.request.unit;
        let cannot = || text!("export-not-written", file = self.shown());
        let total = self.content.extent().bytes;
        let listener = self.session.listener;
        let mut progress = |done| {
            listener(Event::Progress(Progress {
                phase: Phase::Pack,
                item: Some(unit.to_string()),
                done,
                total: Some(total),
            }));
        };
        let written = self.part.join(ZIP);
        archive::write(
            &written,
            &self.root,
            unit.name(),
            self.content,
            &mut progress,
        )
        .context(cannot)
        .map_err(|error| error.hint(text!("export-not-written-hint")))?;
        if !archive::holds(&written, unit.name(), self.content).context(cannot)? {
            return Ok(None);
        }
        if !self.request.force {
            self.refuse()?;
        }
        files::patiently(|| fs::rename(&written, self.target)).context(cannot)?;
        if let Some(folder) = self.target.parent() {
            let _ = json_file::sync_folder(folder);
        }
        Ok(Some(ExportOutcome::Exported(self.said()?)))
    }

    /// Looks whether it is there already. Another file is refused.
    fn is_there(&self) -> Result<Option<ExportOutcome>> {
        let unit = &self.request.unit;
        if !self
            .content
            .folders
            .iter()
            .any(|inner| inner.as_str().is_empty())
        {
            return Err(Error::usage(text!("export-no-world", unit = unit.as_str()))
                .hint(text!("export-no-world-hint")));
        }
        if !self.target.exists() {
            return Ok(None);
        }
        // Whatever cannot be read as a zip is another file.
        if archive::holds(self.target, unit.name(), self.content).unwrap_or(false) {
            return Ok(Some(ExportOutcome::Unchanged(self.said()?)));
        }
        if self.request.force {
            return Ok(None);
        }
        self.refuse().map(|()| None)
    }

    fn refuse(&self) -> Result<()> {
        match self.target.symlink_metadata() {
            Ok(_) => Err(Error::failed(text!("export-exists", file = self.shown()))
                .hint(text!("export-exists-hint"))),
            Err(_) => Ok(()),
        }
    }

    fn said(&self) -> Result<Exported> {
        let extent = self.content.extent();
        let size = fs::metadata(self.target)
            .context(|| text!("file-not-looked-at", path = self.shown()))?
            .len();
        Ok(Exported {
            unit: self.request.unit.clone(),
            file: self.shown(),
            version: self.version.clone(),
            files: extent.files,
            bytes: extent.bytes,
            size,
        })
    }

    fn shown(&self) -> String {
        self.target.display().to_string()
    }
}
