//! The drill in the background: with what is idle of the machine, bounded, and never in anybody's way.
//!
//! It takes the folder's lock for the moment in which it opens it, and for the one in which it writes
//! down what it found. Between them it ends as soon as any other command has taken the lock.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{End, Extent, Found, look};
use crate::{
    cancel,
    config::{layout::Layout, sync_file},
    domain::{drill::Amount, unit::UnitKind},
    error::{Kind, Result},
    process::calm,
    sync::{
        event::Listener,
        proof::Proofs,
        session::{self, Opened, Session, absolute},
        settings::Settings,
    },
    workdir::{
        lock::{self, Owner},
        stage::Staging,
        world_lock,
    },
};

/// The most that one run restores, in bytes.
const BOUND: u64 = 1 << 30;
/// How long one run may take.
const TIME: Duration = Duration::from_mins(10);
/// How long it waits until the machine is idle, and how often it looks.
const WAIT: Duration = Duration::from_mins(15);
const LOOK: Duration = Duration::from_secs(20);
/// How often it looks whether somebody else wants to work.
const BEAT: Duration = Duration::from_millis(250);
/// How long it waits to write down what it found.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Background {
    /// Nobody wished for one, or it is not time yet, or another one runs.
    NotDue,
    /// The machine was busy or on battery, or a game was open, for as long as it waited.
    NotIdle,
    /// Another command worked in the folder, or came to work there.
    GaveWay,
    /// Nothing was ever pushed.
    Empty,
    /// It restored what it was to restore, or as much as its time was enough for.
    Drilled {
        /// Whether its time was enough for what it was to do.
        in_time: bool,
        /// How many units of the newest state came as a whole.
        units: usize,
        /// Bytes restored.
        bytes: u64,
        /// How many units could not be restored, or snapshots not be read.
        damaged: usize,
    },
}

/// Runs a drill if one is due, as soon as nobody is disturbed by it. `seed` chooses what is restored.
pub fn in_background(settings: &Settings, listener: Listener<'_>, seed: u64) -> Result<Background> {
    once(wait_for_calm, settings, listener, seed)
}

/// Runs a drill if one is due, once `calm` says that nobody is disturbed by it.
pub fn once(
    calm: impl FnOnce(&Layout) -> bool,
    settings: &Settings,
    listener: Listener<'_>,
    seed: u64,
) -> Result<Background> {
    let layout = Layout::new(absolute(&settings.pack));
    if !sync_file::is_opted_in(&layout) {
        return Ok(Background::NotDue);
    }
    let sync = sync_file::read(&layout)?;
    let known = Proofs::load(&layout, sync.instance_id)?;
    if !known.is_due(settings.now()) {
        return Ok(Background::NotDue);
    }
    let Some(_one_at_a_time) = lock::hold(&layout.drill()).ok().flatten() else {
        return Ok(Background::NotDue);
    };
    if !calm(&layout) {
        return Ok(Background::NotIdle);
    }
    let mut session = match session::open(settings, listener, "drill", Duration::ZERO) {
        Ok(Opened::Session(session)) => session,
        Ok(Opened::Copy) => return Ok(Background::NotDue),
        Err(error) if error.kind() == Kind::Busy => return Ok(Background::GaveWay),
        Err(error) => return Err(error),
    };
    session.let_go();
    let staging = Staging::apart(&layout)?;
    let watch = Watch::begin(&session);
    let extent = Extent::Sample(Amount::Bytes(BOUND), seed);
    let mut found = Found::new(extent.kind(), &known);
    let drilled = look::drill(&mut session, extent, &staging, &mut found);
    staging.discard();
    let stopped = watch.end();
    cancel::begin();
    let end = match (drilled, stopped) {
        // What was compared before is proven all the same; what failed may have failed for that.
        (_, Some(Stopped::SomebodyCame)) => End::GaveWay,
        (Err(error), Some(Stopped::TimeIsUp)) if error.kind() == Kind::Cancelled => End::OutOfTime,
        (Ok(false), _) => return Ok(Background::Empty),
        (drilled, _) => {
            drilled?;
            End::Whole
        }
    };
    if end != End::Whole {
        // It was not looked at twice.
        found.believe_no_damage();
    }
    write_down(&layout, settings, &found, end)?;
    if end == End::GaveWay {
        return Ok(Background::GaveWay);
    }
    Ok(Background::Drilled {
        in_time: end == End::Whole,
        units: found.checked.sound.len(),
        bytes: found.checked.bytes,
        damaged: found.checked.damaged.len() + found.checked.unreadable.len(),
    })
}

fn write_down(layout: &Layout, settings: &Settings, found: &Found, end: End) -> Result<()> {
    let sync = sync_file::read(layout)?;
    let _lock = match lock::take(layout, "drill", PATIENCE) {
        // It is proven again at another time.
        Err(error) if error.kind() == Kind::Busy => return Ok(()),
        lock => lock?,
    };
    let mut proofs = Proofs::load(layout, sync.instance_id)?;
    found.note_in(&mut proofs, settings.now(), end);
    proofs.save(layout)
}

/// Waits until nobody is disturbed. Returns whether that came to be.
fn wait_for_calm(layout: &Layout) -> bool {
    wait(|| is_quiet(layout, calm::is_calm()), WAIT, LOOK)
}

/// Returns whether the machine is calm and nobody plays here.
fn is_quiet(layout: &Layout, calm: bool) -> bool {
    calm && !lock::is_held(&layout.playing())
}

/// Looks until it is so, at most for so long. Returns whether it came to be.
fn wait(mut is_so: impl FnMut() -> bool, longest: Duration, look: Duration) -> bool {
    let since = Instant::now();
    while !is_so() {
        if since.elapsed() >= longest {
            return false;
        }
        thread::sleep(look);
    }
    true
}

/// Why a drill was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    SomebodyCame,
    TimeIsUp,
}

/// Looks whether the drill is in anybody's way, on a thread of its own, and cancels it then.
struct Watch {
    over: Arc<AtomicBool>,
    stopped: Arc<Mutex<Option<Stopped>>>,
    thread: thread::JoinHandle<()>,
}

impl Watch {
    fn begin(session: &Session<'_>) -> Self {
        cancel::begin();
        cancel::make_possible();
        let layout = session.layout.clone();
        let worlds: Vec<PathBuf> = session
            .state
            .agreement
            .iter()
            .filter(|(_, agreed)| agreed.version.kind == UnitKind::World)
            .map(|(unit, _)| layout.live(unit))
            .collect();
        let (over, stopped) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let watching = (Arc::clone(&over), Arc::clone(&stopped));
        let thread = thread::spawn(move || {
            let (over, stopped): (Arc<AtomicBool>, Arc<Mutex<Option<Stopped>>>) = watching;
            let since = Instant::now();
            while !over.load(Ordering::Relaxed) {
                let why = if somebody_came(&layout, &worlds) {
                    Some(Stopped::SomebodyCame)
                } else if since.elapsed() >= TIME {
                    Some(Stopped::TimeIsUp)
                } else {
                    None
                };
                if why.is_some() {
                    if let Ok(mut stopped) = stopped.lock() {
                        *stopped = why;
                    }
                    cancel::request();
                    return;
                }
                thread::sleep(BEAT);
            }
        });
        Self {
            over,
            stopped,
            thread,
        }
    }

    fn end(self) -> Option<Stopped> {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.stopped.lock().ok().and_then(|stopped| *stopped)
    }
}

/// Returns whether another command took the lock since the drill did, or somebody plays here. Asking
/// the lock itself could keep somebody from getting it.
fn somebody_came(layout: &Layout, worlds: &[PathBuf]) -> bool {
    let is_ours = |owner: &Owner| owner.pid == std::process::id();
    !lock::owner(layout).is_some_and(|owner| is_ours(&owner))
        || layout.playing_id().exists()
        || worlds.iter().any(|world| world_lock::is_open(world))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{domain::fixtures::snapshot, sync::verify::DrillKind};

    /// A folder that is opted in.
    fn folder() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.own()).expect("made");
        let marker = r#"{"schema": 1, "instance_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "url": "/nowhere", "account": "a"}"#;
        fs::write(layout.own().join("sync.json"), marker).expect("written");
        (folder, layout)
    }

    #[test]
    fn whoever_takes_the_lock_or_plays_is_noticed() {
        let (_folder, layout) = folder();
        assert!(somebody_came(&layout, &[]), "nobody knows who was there");
        drop(lock::take(&layout, "drill", Duration::ZERO).expect("free"));
        assert!(!somebody_came(&layout, &[]));
        fs::write(layout.playing_id(), "1").expect("written");
        assert!(somebody_came(&layout, &[]));
        fs::remove_file(layout.playing_id()).expect("there");
        let other = Owner {
            command: "pull".to_owned(),
            pid: std::process::id() + 1,
        };
        let other = serde_json::to_vec(&other).expect("writes");
        fs::write(layout.lock_owner(), other).expect("written");
        assert!(somebody_came(&layout, &[]));
    }

    #[test]
    fn what_was_found_is_written_down_unless_somebody_is_in_the_way() {
        let (_folder, layout) = folder();
        let sync = sync_file::read(&layout).expect("opted in");
        let load = || Proofs::load(&layout, sync.instance_id).expect("sound");
        let settings = Settings::new(layout.pack());
        let mut found = Found::new(DrillKind::Sample, &load());
        found.checked.unreadable.push(snapshot('1'));
        let held = lock::take(&layout, "pull", Duration::ZERO).expect("free");
        write_down(&layout, &settings, &found, End::Whole).expect("no failure");
        assert!(load().last.is_none());
        drop(held);
        write_down(&layout, &settings, &found, End::Whole).expect("written");
        assert!(load().last.is_some_and(|last| last.whole && !last.sound));
        assert_eq!(load().unreadable, [snapshot('1')]);
        // Any other trouble than somebody who works there is told.
        fs::remove_file(layout.lock()).expect("there");
        fs::create_dir(layout.lock()).expect("made");
        assert!(write_down(&layout, &settings, &found, End::Whole).is_err());
    }

    #[test]
    fn a_drill_waits_until_nobody_is_disturbed_and_not_for_ever() {
        let (_folder, layout) = folder();
        assert!(is_quiet(&layout, true) && !is_quiet(&layout, false));
        let played = lock::hold(&layout.playing()).expect("a file");
        assert!(!is_quiet(&layout, true) && !is_quiet(&layout, false));
        drop(played);
        let (hour, moment) = (Duration::from_hours(1), Duration::from_millis(1));
        let mut looks = 0;
        let third = || {
            looks += 1;
            looks == 3
        };
        assert!(wait(third, hour, moment));
        assert_eq!(looks, 3);
        assert!(!wait(|| false, moment, moment));
        assert!(wait(|| true, Duration::ZERO, moment));
    }

    #[test]
    fn a_drill_that_nobody_wished_for_does_not_begin() {
        let (_folder, layout) = folder();
        let run = |pack: &std::path::Path| in_background(&Settings::new(pack), &|_| (), 1);
        assert_eq!(run(layout.pack()).ok(), Some(Background::NotDue));
        let nobody = tempfile::tempdir().expect("a folder");
        assert_eq!(run(nobody.path()).ok(), Some(Background::NotDue));
    }
}
