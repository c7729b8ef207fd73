//! Carrying a plan out: the program first, then what is remembered, then the launchers' files, since a
//! hook whose program is missing keeps every game from starting.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    find, gone, health,
    plan::{self, Planned, Way},
    report::{Became, FileReport, Report},
};
use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    domain::launcher::wire::Edit,
    error::{Error, Result},
    launchers::{launcher::Launcher, program, running, settings_file},
    texts::text,
};

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The data folders of launchers; none: all that can be found.
    pub folders: Vec<PathBuf>,
    /// The instances; none: the launchers themselves.
    pub instances: Vec<String>,
    /// Whether anything is changed, or only shown.
    pub finality: Finality,
    /// The time, as it stands in the names of backups.
    pub stamp: String,
}

/// Whether anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// What would change is shown.
    Preview,
    /// It is changed.
    Final,
}

/// Puts the hooks into the launchers.
pub fn install(request: &Request, dirs: &UserDirs) -> Result<Report> {
    Ok(run(request, dirs, Way::Install)?.0)
}

/// Takes the hooks out, and the copies of the program that nothing starts any more. A launcher or an
/// instance that was wired and is gone is forgotten where it is named; else the program stays for it.
pub fn remove(request: &Request, dirs: &UserDirs) -> Result<Report> {
    let (folders, gone) = gone::split(&request.folders, dirs)?;
    let (instances, lost) = gone::split_instances(&request.instances, dirs)?;
    let nothing_left =
        (folders.is_empty() && !gone.is_empty()) || (instances.is_empty() && !lost.is_empty());
    let (mut report, launchers) = if nothing_left {
        (Report::default(), Vec::new())
    } else {
        let request = Request {
            folders,
            instances,
            ..request.clone()
        };
        run(&request, dirs, Way::Remove)?
    };
    if request.finality == Finality::Final {
        gone::forget(&gone, dirs, &mut report)?;
        gone::forget_instances(&lost, dirs, &mut report)?;
        let missing = gone::missing(dirs)?;
        if missing.is_empty() {
            tidy(&mut report, &launchers, dirs);
        }
        report.errors.extend(missing);
        if request.instances.is_empty() {
            let left = left(&report, &launchers);
            report.errors.extend(left);
        }
    }
    Ok(report)
}

/// Returns what was done, and the launchers that were looked at.
fn run(request: &Request, dirs: &UserDirs, way: Way) -> Result<(Report, Vec<Launcher>)> {
    let memory = HooksFile::read(dirs)?;
    let found = find::find(&request.folders, dirs);
    let mut report = Report {
        errors: found.errors,
        ..Report::default()
    };
    let mut work = Work {
        request,
        dirs,
        way,
        memory,
        report: &mut report,
    };
    let mut matches = Vec::new();
    for launcher in &found.launchers {
        match plan::plan(launcher, way, &request.instances, &work.memory, dirs) {
            Ok(planned) => matches.extend(planned),
            Err(error) => work.report.errors.push(error),
        }
    }
    // Two launchers can share a folder of instances.
    let mut seen = BTreeSet::new();
    matches.retain(|planned| seen.insert(planned.file.clone()));
    check_names(request, &matches, work.report.errors.is_empty())?;
    for planned in matches {
        work.one(planned);
    }
    if way == Way::Remove && request.finality == Finality::Final && request.instances.is_empty() {
        work.forget(&found.launchers)?;
    }
    Ok((report, found.launchers))
}

/// Each name that was given has to be that of one instance.
fn check_names(request: &Request, planned: &[Planned], whole: bool) -> Result<()> {
    for name in &request.instances {
        let of = |one: &&Planned| {
            let folder = one.file.parent().unwrap_or(Path::new(""));
            one.instance.as_ref() == Some(name)
                || folder
                    .file_name()
                    .is_some_and(|id| id.to_str() == Some(name))
                || Path::new(name).starts_with(folder)
        };
        let found: Vec<String> = planned
            .iter()
            .filter(of)
            .map(|one| {
                one.file
                    .parent()
                    .unwrap_or(Path::new(""))
                    .display()
                    .to_string()
            })
            .collect();
        match &found[..] {
            [_] => {}
            [] if !whole => {}
            [] => {
                return Err(Error::usage(format!(
                    "no launcher that was found has an instance {name:?}"
                ))
                .hint("To see all of them: instance-sync list. Nothing was changed."));
            }
            _ => {
                return Err(Error::usage(format!(
                    "there are several instances {name:?}: {}",
                    found.join(", ")
                ))
                .hint("Give the folder of the one that is meant. Nothing was changed."));
            }
        }
    }
    Ok(())
}

struct Work<'a> {
    request: &'a Request,
    dirs: &'a UserDirs,
    way: Way,
    memory: HooksFile,
    report: &'a mut Report,
}

impl Work<'_> {
    fn one(&mut self, planned: Planned) {
        let Planned {
            launcher,
            instance,
            file,
            program,
            edit,
        } = planned;
        let mut row = FileReport {
            launcher: launcher.kind,
            folder: launcher.folder.clone(),
            instance,
            file,
            outcome: Became::Unchanged,
            changes: Vec::new(),
            backup: None,
            notes: Vec::new(),
            error: None,
            hints: Vec::new(),
        };
        let done = edit.and_then(|(before, edit)| {
            row.changes.clone_from(&edit.changes);
            row.notes.clone_from(&edit.notes);
            row.outcome = if edit.changes.is_empty() {
                Became::Unchanged
            } else if self.request.finality == Finality::Preview {
                Became::WouldChange
            } else {
                Became::Changed
            };
            let running = (!edit.changes.is_empty())
                .then(|| running::process_of(launcher.kind))
                .flatten();
            if self.request.finality == Finality::Preview {
                let note = |id| {
                    let launcher = launcher.kind.to_string();
                    text!("launcher-runs-preview", launcher = launcher, id = id)
                };
                row.notes.extend(running.map(note));
                return Ok(());
            }
            if let Some(id) = running {
                let launcher = launcher.kind.to_string();
                let error = text!("launcher-runs", launcher = launcher, id = id);
                return Err(Error::failed(error).hint(text!("launcher-runs-hint")));
            }
            self.carry_out(&launcher, &mut row, program.as_deref(), &before, &edit)
        });
        if let Err(error) = done {
            row.outcome = Became::Failed;
            row.changes.clear();
            row.hints = error.hints().to_vec();
            row.error = Some(error.to_string());
        }
        self.report.files.push(row);
    }

    fn carry_out(
        &mut self,
        launcher: &Launcher,
        row: &mut FileReport,
        program: Option<&Path>,
        before: &[u8],
        edit: &Edit,
    ) -> Result<()> {
        match (self.way, program) {
            (Way::Install, None) => return Ok(()),
            (Way::Install, Some(copy)) => self.put_program(launcher, copy)?,
            (Way::Remove, _) => {}
        }
        let was = self.memory.clone();
        match self.way {
            Way::Install => {
                self.memory.folders.insert(launcher.folder.clone());
                self.memory
                    .files
                    .insert(row.file.clone(), edit.kept.clone());
                if self.memory != was {
                    self.memory.write(self.dirs)?;
                }
            }
            Way::Remove => {
                self.memory
                    .files
                    .insert(row.file.clone(), edit.kept.clone());
            }
        }
        if !edit.changes.is_empty() {
            let backups = self.dirs.data.as_deref().map(|data| data.join("backups"));
            let backups = backups.ok_or_else(|| {
                Error::failed(text!("launcher-no-backup")).hint(text!("launcher-set-home"))
            })?;
            row.backup = Some(settings_file::back_up(
                &backups,
                &row.file,
                before,
                &self.request.stamp,
            )?);
            settings_file::replace(&row.file, before, &edit.bytes)?;
        }
        if self.way == Way::Remove && self.memory != was {
            self.memory.write(self.dirs)?;
        }
        Ok(())
    }

    /// Forgets where the launchers are that start nothing of ours any more. One that does is to be found
    /// again: else the program would go the next time.
    fn forget(&mut self, launchers: &[Launcher]) -> Result<()> {
        let was = self.memory.clone();
        for launcher in launchers {
            let commands = health::commands_of(launcher);
            if commands.is_some_and(|all| all.iter().all(|one| one.program.is_none())) {
                self.memory.folders.remove(&launcher.folder);
            }
        }
        if self.memory != was {
            self.memory.write(self.dirs)?;
        }
        Ok(())
    }

    fn put_program(&mut self, launcher: &Launcher, copy: &Path) -> Result<()> {
        if self.report.programs.iter().any(|program| program == copy) {
            return Ok(());
        }
        let running = program::running()?;
        if !program::is_current(&running, copy) {
            program::put(&running, copy).map_err(|error| error.hint(text!("launcher-no-hook")))?;
            self.report.placed.push(copy.to_path_buf());
        }
        if launcher.sandbox().is_some() && program::needs_libraries(copy) {
            let program = copy.display().to_string();
            let note = text!("launcher-libraries", program = program);
            self.report.notes.push(note);
        }
        self.report.programs.push(copy.to_path_buf());
        Ok(())
    }
}

/// Removes the copies of the program that nothing starts any more: no hook, no wrapper command, no line
/// that somebody changed. A launcher whose files cannot all be read may still start one.
fn tidy(report: &mut Report, launchers: &[Launcher], dirs: &UserDirs) {
    let found = find::everywhere(dirs);
    let mut copies = BTreeSet::new();
    copies.extend(
        dirs.data
            .as_ref()
            .map(|data| data.join("bin").join(program_name())),
    );
    let mut commands = Vec::new();
    for launcher in launchers.iter().chain(&found.launchers) {
        copies.extend(program::place(launcher, dirs).ok());
        match health::commands_of(launcher) {
            Some(all) => commands.extend(all),
            None => return,
        }
    }
    for copy in copies {
        if commands.iter().any(|command| command.is_of(&copy)) {
            continue;
        }
        match program::remove(&copy) {
            Ok(true) => report.removed.push(copy),
            Ok(false) => {}
            Err(error) => report.notes.push(error.to_string()),
        }
    }
}

/// Says of each command that still starts our program that it does, but for what was told already: a
/// wrapper command, which is the player's, and a line that is no hook any more.
fn left(report: &Report, launchers: &[Launcher]) -> Vec<Error> {
    let failed = |file: &Path| {
        let mut files = report.files.iter();
        files.any(|one| one.file == file && one.outcome == Became::Failed)
    };
    let mut seen = BTreeSet::new();
    let all = launchers.iter().filter_map(health::commands_of).flatten();
    all.filter(|one| !failed(&one.file) && seen.insert((one.file.clone(), one.key)))
        .filter_map(|one| {
            let program = one.program.as_deref()?;
            let error = Error::failed(format!(
                "{}: {} still starts {program}, which stays: without it no game would start there",
                one.file.display(),
                one.key
            ));
            Some(error.hint(
                "That is no hook that this program put there, and was left as it is. To take it out: close the \
                 launcher, clear the command in its settings (Custom commands), and run this again.",
            ))
        })
        .collect()
}

fn program_name() -> String {
    format!("instance-sync{}", std::env::consts::EXE_SUFFIX)
}
