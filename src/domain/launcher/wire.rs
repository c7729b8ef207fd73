//! What becomes of one file of a launcher: the two commands put in, and taken out again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    kind::{Keys, LauncherKind},
    line::{self, GameFolder, Hook, Verb},
    syntax::{Found, Of, Syntax},
    words::Words,
};

/// A file of a launcher: whose it is, and how its commands are taken apart.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The launcher.
    pub kind: LauncherKind,
    /// Whether it is the launcher's own, or an instance's.
    pub of: Of,
    /// How a command in it is taken apart.
    pub words: Words,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What stood in a file before the hooks did, by key.
pub type Kept = BTreeMap<String, Before>;

/// What one key was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// As it was written; `None` where it was missing.
    pub raw: Option<String>,
    /// What of it was chained to the hook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chained: Option<String>,
}

/// One key that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The key.
    pub key: String,
    /// As it is written before; null where it is missing.
    pub before: Option<String>,
    /// As it is written then; null where it goes away.
    pub after: Option<String>,
}

/// What a file would become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What is different.
    pub changes: Vec<Change>,
    /// What to remember of it.
    pub kept: Kept,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// One command as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Slot {
    /// The whole command; null where there is none.
    pub command: Option<String>,
    /// Our program in it; null where it is no hook.
    pub program: Option<String>,
    /// What is chained to the hook.
    pub chained: Option<String>,
    /// Our program, wherever the command starts it: also behind another one, where it is no hook that is
    /// known again.
    #[serde(skip)]
    pub starts: Option<String>,
}

/// The commands of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Slots {
    /// Before the game.
    pub pre_launch: Slot,
    /// After it.
    pub post_exit: Slot,
    /// In front of the game's own command.
    pub wrapper: Slot,
    /// Whether the launcher runs what this file says: of an instance, whether it has commands of its
    /// own.
    pub in_force: bool,
    /// Whether an instance of `ATLauncher` has switched commands off for itself.
    #[serde(skip)]
    pub switched_off: bool,
}

impl Slots {
    /// Returns whether both hooks are there and run, or the wrapper command does what they do.
    pub fn wired(&self) -> bool {
        self.in_force && self.covers()
    }

    fn covers(&self) -> bool {
        let hooks = self.pre_launch.program.is_some() && self.post_exit.program.is_some();
        hooks || self.wrapper.program.is_some()
    }

    /// Returns whether any hook is there: what is put in, and taken out.
    pub fn hooked(&self) -> bool {
        self.pre_launch.program.is_some() || self.post_exit.program.is_some()
    }

    /// Returns whether any hook is there, or a wrapper command that does what they do.
    pub fn any(&self) -> bool {
        self.hooked() || self.wrapper.program.is_some()
    }

    /// Returns whether these commands of an instance's own hide what the launcher runs. An instance of
    /// `ATLauncher` can have one of them for itself, or switch all off.
    pub fn hide(&self, kind: LauncherKind, launcher: &Self) -> bool {
        let hides = |slot: &Slot| slot.command.is_some() && slot.program.is_none();
        match kind {
            LauncherKind::Prism | LauncherKind::MultiMc => self.in_force && !self.wired(),
            LauncherKind::AtLauncher => {
                let wrapper = launcher.wrapper.program.is_some() && hides(&self.wrapper);
                let own = hides(&self.pre_launch) || hides(&self.post_exit) || wrapper;
                self.switched_off || (own && !self.over(launcher).covers())
            }
        }
    }

    /// Returns what an instance of `ATLauncher` runs: its own command, else the launcher's.
    fn over(&self, launcher: &Self) -> Self {
        let of = |own: &Slot, other: &Slot| match own.command {
            Some(_) => own.clone(),
            None => other.clone(),
        };
        Self {
            pre_launch: of(&self.pre_launch, &launcher.pre_launch),
            post_exit: of(&self.post_exit, &launcher.post_exit),
            wrapper: of(&self.wrapper, &launcher.wrapper),
            ..self.clone()
        }
    }

    /// Returns all three.
    pub fn each(&self) -> [&Slot; 3] {
        [&self.pre_launch, &self.post_exit, &self.wrapper]
    }

    /// Returns our programs that the commands start, hooks or not.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        let each = self.each().into_iter();
        each.filter_map(|slot| slot.starts.as_deref())
    }
}

impl File<'_> {
    /// Returns the commands that are in the file.
    pub fn slots(&self) -> Result<Slots, String> {
        let syntax = self.syntax()?;
        let slot = |found: Found| -> Slot {
            let command = found.command().map(str::to_owned);
            let starts = command
                .as_deref()
                .and_then(|line| line::started(self.words, line, &["pull", "push", "run"]));
            let hook = command
                .as_deref()
                .and_then(|line| Hook::read(self.words, line));
            let program = hook.as_ref().map(|hook| hook.program().to_owned());
            let chained = hook.and_then(|hook| hook.original().map(str::to_owned));
            Slot {
                command,
                starts: program.clone().or(starts),
                program,
                chained,
            }
        };
        let names = self.kind.keys();
        let [pre, post] = Key::both(names);
        let switch = syntax.get(self.bytes, names.gate)?;
        let mut wrapper = slot(syntax.get(self.bytes, names.wrapper)?);
        let run = |line: &String| line::started(self.words, line, &["run"]);
        wrapper.program = wrapper.command.as_ref().and_then(run);
        wrapper.chained = None;
        let in_force = match (self.kind, self.of) {
            (LauncherKind::AtLauncher, Of::Instance) => {
                let own = |key: &str| {
                    syntax
                        .get(self.bytes, key)
                        .map(|found| found.value.is_some())
                };
                let ours = wrapper.program.is_some();
                switch.value.is_some() || ours || own(names.pre)? || own(names.post)?
            }
            (LauncherKind::AtLauncher, Of::Launcher) | (_, Of::Instance) => switch.is_true(),
            (_, Of::Launcher) => true,
        };
        Ok(Slots {
            pre_launch: slot(pre.read(syntax, self.bytes)?),
            post_exit: slot(post.read(syntax, self.bytes)?),
            wrapper,
            in_force,
            switched_off: self.of == Of::Instance && switch.value.is_some() && !switch.is_true(),
        })
    }

    /// Puts the hooks in. A hook that is there keeps its options, and gets this program; any other
    /// command is chained.
    pub fn wire(&self, program: &str, folder: GameFolder, kept: &Kept) -> Result<Edit, String> {
        let syntax = self.syntax()?;
        let keys = self.kind.keys();
        let mut edit = self.edit(kept);
        let gate = syntax.get(self.bytes, keys.gate)?;
        let off = self.kind == LauncherKind::AtLauncher
            && match self.of {
                Of::Launcher => !gate.is_true(),
                Of::Instance => gate.value.is_some() && !gate.is_true(),
            };
        if off && syntax.get(self.bytes, keys.wrapper)?.command().is_some() {
            return Err(format!(
                "commands are switched off there, and a wrapper command is set that would be switched on with \
                 the hooks: clear {}, or switch commands on",
                keys.wrapper
            ));
        }
        for (key, verb) in Key::both(keys).into_iter().zip([Verb::Pull, Verb::Push]) {
            let found = key.read(syntax, self.bytes)?;
            if self.leaves_to_the_launcher(&found) {
                continue;
            }
            let hook = found
                .command()
                .and_then(|command| Hook::read(self.words, command));
            let line = match (&hook, found.command()) {
                (Some(hook), _) => hook.with(program, verb),
                (None, command) => {
                    line::compose(self.words, program, verb, folder, command.filter(|_| !off))
                }
            };
            let line = line.ok_or_else(|| {
                format!(
                    "the path {program} cannot stand in a command of {}",
                    self.kind
                )
            })?;
            if found.value.as_deref() == Some(&line) {
                continue;
            }
            match (&hook, found.command()) {
                (Some(hook), _) if hook.program() != program => edit.notes.push(format!(
                    "{} ran another program, {}; its options stay",
                    key.name,
                    hook.program()
                )),
                (None, Some(command)) if off => edit.notes.push(format!(
                    "{} was switched off: {command}. It is remembered, and comes back with hooks remove",
                    key.name
                )),
                _ => {}
            }
            let raw = syntax.get(self.bytes, key.name)?.raw;
            if hook.is_none() {
                let chained = found.command().filter(|_| !off).map(str::to_owned);
                edit.kept
                    .insert(key.name.to_owned(), Before { raw, chained });
            }
            edit.put(syntax, key.name, Some(syntax.encode(&line)))?;
            // A comment behind a value can change what the launcher reads.
            if syntax.get(&edit.bytes, key.name)?.value.as_deref() != Some(&line) {
                return Err(format!(
                    "what stands behind the value of {} is in the way",
                    key.name
                ));
            }
        }
        if off {
            let before = Before {
                raw: gate.raw,
                chained: None,
            };
            edit.kept.insert(keys.gate.to_owned(), before);
            edit.put(syntax, keys.gate, Some("true".to_owned()))?;
        }
        Ok(edit)
    }

    /// Takes the hooks out: what stood before is there again to the byte, as far as it is remembered;
    /// else what is chained to them.
    pub fn unwire(&self, kept: &Kept) -> Result<Edit, String> {
        let syntax = self.syntax()?;
        let keys = self.kind.keys();
        let mut edit = self.edit(kept);
        let mut as_before = true;
        for key in Key::both(keys) {
            let found = syntax.get(self.bytes, key.name)?;
            let before = kept.get(key.name);
            let Some(hook) = found
                .command()
                .and_then(|command| Hook::read(self.words, command))
            else {
                as_before &= found.command().is_none();
                edit.kept.remove(key.name);
                continue;
            };
            if hook.is_mixed() {
                return Err(format!(
                    "{} does more than run instance-sync: {}",
                    key.name,
                    hook_line(&found)
                ));
            }
            let raw = match before {
                Some(before) if before.chained.as_deref() == hook.original() => before.raw.clone(),
                _ => {
                    as_before &= hook.original().is_none();
                    let original = hook.original().map(|original| syntax.encode(original));
                    Some(original.unwrap_or_else(|| syntax.nothing().to_owned()))
                }
            };
            edit.put(syntax, key.name, raw)?;
            edit.kept.remove(key.name);
        }
        let Some(gate) = kept
            .get(keys.gate)
            .filter(|_| self.kind == LauncherKind::AtLauncher)
        else {
            return Ok(edit);
        };
        let wrapped = syntax.get(self.bytes, keys.wrapper)?.command().is_some();
        if as_before && !wrapped && syntax.get(self.bytes, keys.gate)?.is_true() {
            edit.put(syntax, keys.gate, gate.raw.clone())?;
        }
        edit.kept.remove(keys.gate);
        Ok(edit)
    }

    fn syntax(&self) -> Result<Syntax, String> {
        Syntax::of(self.kind, self.of, self.bytes)
    }

    fn edit(&self, kept: &Kept) -> Edit {
        Edit {
            bytes: self.bytes.to_vec(),
            changes: Vec::new(),
            kept: kept.clone(),
            notes: Vec::new(),
        }
    }

    /// An instance of `ATLauncher` has each command of its own, or the launcher's.
    fn leaves_to_the_launcher(&self, found: &Found) -> bool {
        self.kind == LauncherKind::AtLauncher && self.of == Of::Instance && found.value.is_none()
    }
}

impl Edit {
    /// Returns the edit that changes nothing, and why.
    pub fn nothing(bytes: &[u8], kept: &Kept, note: &str) -> Self {
        Self {
            bytes: bytes.to_vec(),
            changes: Vec::new(),
            kept: kept.clone(),
            notes: vec![note.to_owned()],
        }
    }

    fn put(&mut self, syntax: Syntax, key: &str, raw: Option<String>) -> Result<(), String> {
        let before = syntax.get(&self.bytes, key)?.raw;
        if before == raw {
            return Ok(());
        }
        self.bytes = syntax.put(&self.bytes, key, raw.as_deref());
        self.changes.push(Change {
            key: key.to_owned(),
            before,
            after: raw,
        });
        Ok(())
    }
}

fn hook_line(found: &Found) -> &str {
    found.command().unwrap_or_default()
}

/// A command's key, and what it was called before.
#[derive(Debug, Clone, Copy)]
struct Key {
    name: &'static str,
    old: Option<&'static str>,
}

impl Key {
    fn both(keys: Keys) -> [Self; 2] {
        let [old_pre, old_post] = keys.old.map_or([None; 2], |old| old.map(Some));
        [(keys.pre, old_pre), (keys.post, old_post)].map(|(name, old)| Self { name, old })
    }

    /// Reads what the launcher reads: the old name where the new one is missing.
    fn read(self, syntax: Syntax, bytes: &[u8]) -> Result<Found, String> {
        let found = syntax.get(bytes, self.name)?;
        match self.old {
            Some(old) if found.raw.is_none() => syntax.get(bytes, old),
            _ => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests;
