//! One device: a game folder and the real engine.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;

use super::{
    folders::{self, Units},
    lib::{
        config::user_dirs::UserDirs,
        crash_point::{self, Crash},
        domain::{policy::Policy, retention::Rules},
        error::{Kind, Result as Outcome},
        sync::{
            outcome::{PullOutcome, PushOutcome},
            prune, pull, push,
            resolve::{self, Decision},
            restore::{self, Place, Point, RestoreOutcome},
            session::{self, Opened},
            settings::Settings,
            undo::{self, Finality, Request, UndoOutcome},
        },
    },
    memory::Memory,
    play::{self, Play},
};

/// The instance that all of them are.
const INSTANCE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// How long a command that no other is in the way of waits for others.
const PATIENCE: Duration = Duration::from_secs(10);

/// No two sessions of anybody write the same.
static STAMP: AtomicU64 = AtomicU64::new(1);

/// What goes wrong in a command.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Nothing.
    None,
    /// The process dies at this step; the next one dies as early while it carries on.
    Crash(u32),
    /// What it publishes is published, and it never learns of it.
    LostAnswer,
}

/// How a command ended.
#[derive(Debug)]
pub enum Said {
    /// A pull, or a decision.
    Pull(PullOutcome),
    /// A push.
    Push(PushOutcome),
    /// An undo, of these units.
    Undo(Vec<String>),
    /// A restore, of these units, each with where it landed.
    Restore(Vec<(String, String)>),
    /// A prune.
    Pruned,
    /// It died.
    Died,
    /// It failed for what it may fail for: the line, or a command line that does not fit.
    Excused,
    /// It failed.
    Failed(String),
}

impl Said {
    /// Returns whether a hook came to its end with the cloud in reach: what it saw then is promised.
    pub fn is_a_promise(&self) -> bool {
        match self {
            Self::Pull(outcome) => !matches!(
                outcome,
                PullOutcome::Offline { .. } | PullOutcome::Busy { .. } | PullOutcome::Copy
            ),
            Self::Push(outcome) => !matches!(outcome, PushOutcome::Pending { .. }),
            Self::Undo(_)
            | Self::Restore(_)
            | Self::Pruned
            | Self::Died
            | Self::Excused
            | Self::Failed(_) => false,
        }
    }

    /// Returns why a hook failed that must not.
    pub fn failure(&self) -> Result<(), String> {
        match self {
            Self::Failed(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Returns whether nothing was to be done.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Pull(outcome) => is_empty(outcome),
            Self::Push(outcome) => *outcome == PushOutcome::UpToDate,
            _ => false,
        }
    }
}

/// Returns whether a pull did all that it could have.
pub fn is_whole(outcome: &PullOutcome) -> bool {
    match outcome {
        PullOutcome::UpToDate { .. } => true,
        PullOutcome::Applied { changes, .. } => changes.lost.is_empty(),
        _ => false,
    }
}

/// Returns whether a pull changed nothing here.
pub fn is_quiet(outcome: &PullOutcome) -> bool {
    matches!(outcome, PullOutcome::UpToDate { .. })
}

/// Returns whether a pull found nothing to do.
pub fn is_empty(outcome: &PullOutcome) -> bool {
    *outcome == PullOutcome::UpToDate { saved: None }
}

/// A game folder.
pub struct Device {
    number: usize,
    home: Arc<tempfile::TempDir>,
    pack: PathBuf,
    moves: u32,
    skew: SignedDuration,
    /// The cloud as it is seen from here.
    pub cloud: Memory,
}

impl Device {
    /// Returns an empty folder that is opted in.
    pub fn new(number: usize, cloud: Memory) -> Self {
        let memory = Path::new("/dev/shm");
        let home = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let home = Arc::new(home.unwrap());
        let pack = home.path().join("pack");
        let own = pack.join(".cloud-sync");
        fs::create_dir_all(&own).unwrap();
        // Nothing is kept there: the cloud is in memory. What makes the folder makes it in here.
        let url = home.path().join("cloud");
        let marker =
            serde_json::json!({ "schema": 1, "instance_id": INSTANCE, "url": url, "account": "a" });
        fs::write(own.join("sync.json"), marker.to_string()).unwrap();
        Self {
            number,
            home,
            pack,
            moves: 0,
            skew: SignedDuration::ZERO,
            cloud,
        }
    }

    /// Returns the same folder, for whoever works on it at the same time.
    pub fn twin(&self) -> Self {
        Self {
            number: self.number,
            home: Arc::clone(&self.home),
            pack: self.pack.clone(),
            moves: self.moves,
            skew: self.skew,
            cloud: self.cloud.clone(),
        }
    }

    /// Returns what a command of this device is asked for, apart from itself.
    pub fn settings(&self) -> Settings {
        let data = self.home.path().join("data");
        Settings {
            cloud: Some(Arc::new(self.cloud.clone())),
            skew: self.skew,
            device_name: Some(format!("device {}", self.number)),
            dirs: UserDirs {
                data: Some(data.clone()),
                cache: Some(data),
                state: None,
            },
            ..Settings::new(&self.pack)
        }
    }

    /// Runs a command of this device, which may die on the way.
    fn command(
        &self,
        settings: &Settings,
        fault: Fault,
        run: impl Fn(&Settings) -> Outcome<Said>,
    ) -> Said {
        match fault {
            Fault::None => {}
            Fault::Crash(steps) => crash_point::crash_at(steps),
            Fault::LostAnswer => self.cloud.lose_next_answer(),
        }
        let ended = catch_unwind(AssertUnwindSafe(|| run(settings)));
        crash_point::disarm();
        match ended {
            Ok(Ok(said)) => said,
            Ok(Err(error)) => match error.kind() {
                Kind::Offline | Kind::Usage => Said::Excused,
                _ => Said::Failed(format!("{error} {:?}", error.hints())),
            },
            Err(payload) if payload.is::<Crash>() => {
                if let Fault::Crash(steps) = fault {
                    self.die_again(steps);
                }
                Said::Died
            }
            Err(payload) => resume_unwind(payload),
        }
    }

    /// Runs a command that dies at this step. Nothing carries it on yet.
    pub fn dying(step: u32, run: impl Fn() -> Outcome<Said>) -> Said {
        crash_point::crash_at(step);
        let ended = catch_unwind(AssertUnwindSafe(run));
        crash_point::disarm();
        match ended {
            Ok(said) => said.unwrap_or_else(|error| Said::Failed(error.to_string())),
            Err(payload) if payload.is::<Crash>() => Said::Died,
            Err(payload) => resume_unwind(payload),
        }
    }

    /// What carries on after a crash may die too, at any step.
    fn die_again(&self, steps: u32) {
        let settings = self.settings();
        crash_point::crash_at(steps / 3);
        let ended = catch_unwind(AssertUnwindSafe(|| pull::pull(&settings, &|_| (), None)));
        crash_point::disarm();
        if let Err(payload) = ended
            && !payload.is::<Crash>()
        {
            resume_unwind(payload);
        }
    }

    /// The player does something.
    pub fn play(&self, what: &Play) {
        play::play(&self.pack, what, STAMP.fetch_add(1, Ordering::Relaxed));
    }

    /// A post-exit hook. With a policy all that is missing counts as deleted: everybody has to come
    /// to rest.
    pub fn push(&self, policy: Option<Policy>, fault: Fault) -> Said {
        let settings = Settings {
            on_conflict: policy,
            allow_shrink: policy.is_some(),
            ..self.settings()
        };
        self.command(&settings, fault, |settings| {
            push::push(settings, &|_| ()).map(Said::Push)
        })
    }

    /// A pre-launch hook.
    pub fn pull(&self, policy: Option<Policy>, fault: Fault) -> Said {
        let settings = Settings {
            on_conflict: policy,
            ..self.settings()
        };
        self.command(&settings, fault, |settings| {
            pull::pull(settings, &|_| (), None).map(Said::Pull)
        })
    }

    /// A pre-launch hook of somebody who wants an end of it.
    pub fn pull_deciding(&self, policy: Policy) -> Said {
        let settings = Settings {
            on_conflict: Some(policy),
            allow_shrink: true,
            ..self.settings()
        };
        self.command(&settings, Fault::None, |settings| {
            pull::pull(settings, &|_| (), None).map(Said::Pull)
        })
    }

    /// The player decides.
    pub fn resolve(&self, policy: Policy, unit: Option<usize>, fault: Fault) -> Said {
        let units: BTreeSet<_> = unit
            .map(|unit| play::WORLDS[unit % play::WORLDS.len()].to_owned())
            .map(|unit| super::lib::domain::path::RelPath::new(unit).unwrap())
            .into_iter()
            .collect();
        self.command(&self.settings(), fault, |settings| {
            let decision = Decision {
                policy,
                units: units.clone(),
            };
            resolve::resolve(settings, &|_| (), Some(decision), None).map(Said::Pull)
        })
    }

    /// The player takes back the last pull.
    pub fn undo(&self, fault: Fault) -> Said {
        self.command(&self.settings(), fault, |settings| {
            let request = Request::default();
            let outcome = undo::undo(settings, &|_| (), &request, Finality::Final)?;
            Ok(match outcome {
                UndoOutcome::Done(taken) => {
                    Said::Undo(taken.units.iter().map(|one| one.unit.to_string()).collect())
                }
                _ => Said::Excused,
            })
        })
    }

    /// The player restores a unit as a snapshot has it.
    pub fn restore(&self, snapshot: &str, unit: &str, place: &Place, fault: Fault) -> Said {
        let unit = super::lib::domain::path::RelPath::new(unit).unwrap();
        let request = restore::Request {
            units: [unit].into(),
            point: Point::Snapshot(snapshot.to_owned()),
            place: place.clone(),
            finality: Finality::Final,
        };
        self.command(&self.settings(), fault, |settings| {
            let outcome = restore::restore(settings, &|_| (), &request, None)?;
            Ok(match outcome {
                RestoreOutcome::Restored(report) | RestoreOutcome::Nothing(report)
                    if report.lost.is_empty() =>
                {
                    let units = report.units.iter();
                    let landed = |one: &restore::Restored| {
                        let lands = one.lands.as_ref().unwrap_or(&one.unit);
                        (one.unit.to_string(), lands.to_string())
                    };
                    Said::Restore(units.map(landed).collect())
                }
                _ => Said::Excused,
            })
        })
    }

    /// Thins the past by the rules, as if everything were old.
    pub fn prune(&self) -> Said {
        let rules = Rules {
            all: SignedDuration::ZERO,
            daily: SignedDuration::ZERO,
        };
        self.command(&self.settings(), Fault::None, |settings| {
            let opened = session::open(settings, &|_| (), "prune", PATIENCE)?;
            let Opened::Session(mut session) = opened else {
                return Ok(Said::Excused);
            };
            let store = session.store()?;
            let (_, judged) = prune::judge(&session, store.as_ref(), rules)?;
            self.cloud.prune(&judged.go.into_keys().collect());
            let left = self.cloud.all().into_iter().map(|one| one.listed.id);
            prune::note_removed(&mut session, &left.collect())?;
            Ok(Said::Pruned)
        })
    }

    /// Sets the clock.
    pub fn set_clock(&mut self, days: i64) {
        self.skew = SignedDuration::from_hours(days * 24);
    }

    /// Backs the folder up.
    pub fn keep(&self) {
        let kept = self.home.path().join("kept");
        let _ = fs::remove_dir_all(&kept);
        copy(&self.pack, &kept);
    }

    /// Restores the backup.
    pub fn roll_back(&self, whole: bool) {
        let kept = self.home.path().join("kept");
        if !kept.exists() {
            return;
        }
        if whole {
            for entry in fs::read_dir(&self.pack).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                } else {
                    fs::remove_file(path).unwrap();
                }
            }
            copy(&kept, &self.pack);
        } else {
            let state = ".cloud-sync/state.json";
            let _ = fs::copy(kept.join(state), self.pack.join(state));
        }
    }

    /// Copies the folder elsewhere and removes the original.
    pub fn transplant(&mut self) {
        self.moves += 1;
        let to = self.home.path().join(format!("pack-{}", self.moves));
        copy(&self.pack, &to);
        fs::remove_dir_all(&self.pack).unwrap();
        self.pack = to;
    }

    /// Loses the state.
    pub fn forget(&self) {
        let _ = fs::remove_file(self.own().join("state.json"));
    }

    /// Leaves the world B out, or takes it in again.
    pub fn toggle_scope(&self) {
        let place = self.own().join("scope.json");
        if place.exists() {
            self.reset_scope();
        } else {
            let text = r#"{"schema": 1, "exclude": ["saves/B", "saves/B/**"]}"#;
            fs::write(place, text).unwrap();
        }
    }

    /// Takes everything in.
    pub fn reset_scope(&self) {
        let _ = fs::remove_file(self.own().join("scope.json"));
    }

    /// The game folder.
    pub fn pack(&self) -> &Path {
        &self.pack
    }

    /// Our folder in it.
    pub fn own(&self) -> PathBuf {
        self.pack.join(".cloud-sync")
    }

    /// What is here.
    pub fn units(&self) -> Units {
        folders::units_below(&self.pack)
    }

    /// What of it a hook looks at.
    pub fn units_in_scope(&self) -> Units {
        let mut units = self.units();
        if self.own().join("scope.json").exists() {
            units.remove("saves/B");
        }
        units
    }

    /// Returns whether a swap was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.own().join("journal.json").exists()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
