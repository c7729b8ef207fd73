//! Worlds that a game has open: what leaves them alone, what waits for them, and what is said of it.

use std::{
    env,
    ffi::OsString,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use nix::{
    fcntl::{FcntlArg, fcntl},
    libc,
};

use super::*;
use crate::{
    fleet::{device::Said, silence_crashes},
    sync::{
        restore::{self, Place, Point, RestoreOutcome},
        undo::{self, Finality, UndoOutcome},
    },
    workdir::world_lock::is_open,
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

/// Says to the test that holds locks which one it is to hold.
const LOCK: &str = "FLEET_GAME_LOCK";
/// Says to a test that it has a process of its own.
const ALONE: &str = "FLEET_ALONE";

/// A game: another process, since nobody sees locks of its own.
pub struct Game(Child);

impl Game {
    /// Opens a world.
    pub fn opens(scene: &Scene, device: usize, world: &str) -> Self {
        let lock = scene.place(device, &format!("{world}/session.lock"));
        fs::write(&lock, "\u{2603}").unwrap();
        let test = "a_world_is_open_as_long_as_a_game_holds_its_lock";
        let mut game = this_test(test, LOCK, lock.into())
            .arg("--nocapture")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(game.stdout.take().unwrap());
        let opened = said.lines().any(|line| line.unwrap().ends_with("opened"));
        assert!(opened, "the world could not be locked");
        Self(game)
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a test of this file in a process of its own: what is asked of a whole process is asked of no other
/// test then.
pub fn alone(test: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return body();
    }
    let done = this_test(test, ALONE, "1".into()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

fn this_test(name: &str, variable: &str, value: OsString) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("fleet::scenes::open::{name}")]);
    command.env(variable, value);
    command
}

/// Locks a file as Java does, until nobody is there any more who could say to stop.
fn hold(lock: &Path) {
    let file = fs::File::options();
    let file = { file }.write(true).open(lock).unwrap();
    // Small constants, whose type is another on each system.
    #[allow(clippy::cast_possible_truncation)]
    let whole = libc::flock {
        l_type: libc::F_WRLCK as _,
        l_whence: 0,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_SETLK(&whole)).unwrap();
    println!("opened");
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_world_is_open_as_long_as_a_game_holds_its_lock() {
    if let Some(lock) = env::var_os(LOCK) {
        return hold(Path::new(&lock));
    }
    let scene = Scene::with(1, &[(A, "a")]);
    let world = scene.place(0, "saves/A");
    assert!(!is_open(&world));
    let game = Game::opens(&scene, 0, "saves/A");
    assert!(is_open(&world));
    drop(game);
    assert!(!is_open(&world));
}

#[test]
fn a_pull_leaves_an_open_world_alone_and_says_that_there_is_news_of_it() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "a2");
    scene.write(0, B, "b2");
    scene.push(0);
    let game = Game::opens(&scene, 1, "saves/A");
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(outcome, applied(taken(&["saves/B"], 2)), "{told:?}");
    let news = "alert: saves/A is open in a running game, and the cloud has a newer version";
    assert!(says(&told, news), "{told:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    drop(game);
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
}

/// A game that has ended may still be writing.
#[test]
fn a_push_waits_for_a_game_that_leaves_its_world_and_saves_what_it_wrote_last() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "played");
    let game = Game::opens(&scene, 0, "saves/A");
    let level = scene.place(0, A);
    let leaving = thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        fs::write(level, "written last").unwrap();
        drop(game);
    });
    let outcome = scene.push(0);
    leaving.join().unwrap();
    let pushed = scene.pushed(&outcome);
    assert_eq!(held(&pushed, A).as_deref(), Some("written last"));
}

#[test]
fn neither_an_undo_nor_a_restore_replaces_a_world_that_is_open() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, A, "a2");
    scene.push(0);
    scene.pull(1);
    let game = Game::opens(&scene, 1, "saves/A");
    let settings = scene.settings(1);
    let undo = || {
        undo::undo(
            &settings,
            &|_| (),
            &undo::Request::default(),
            Finality::Final,
        )
    };
    let restore = |place: Place, finality: Finality| {
        let request = restore::Request {
            units: [unit("saves/A")].into(),
            point: Point::Snapshot(first.to_string()),
            place,
            finality,
        };
        restore::restore(&settings, &|_| (), &request, None)
    };
    let open = "saves/A is open in a running game";
    assert_eq!(undo().unwrap_err().to_string(), open);
    let refused = restore(Place::InPlace, Finality::Final).unwrap_err();
    assert_eq!(refused.to_string(), open);
    let Ok(RestoreOutcome::Preview(report)) = restore(Place::InPlace, Finality::Preview) else {
        panic!("no preview");
    };
    assert_eq!(report.open, units(&["saves/A"]));
    // Beside it there is room.
    let beside = restore(Place::Copy, Finality::Final);
    assert!(
        matches!(beside, Ok(RestoreOutcome::Restored(_))),
        "{beside:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    drop(game);
    assert!(matches!(undo(), Ok(UndoOutcome::Done(_))));
}

#[test]
fn an_interrupted_pull_waits_for_a_game_that_has_its_world_open() {
    silence_crashes();
    let died = (0..).find_map(|step| {
        let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
        scene.write(0, A, "a2");
        scene.push(0);
        let settings = scene.settings(1);
        Device::dying(step, || {
            pull::pull(&settings, &|_| (), None).map(Said::Pull)
        });
        scene.devices[1].is_interrupted().then_some(scene)
    });
    let scene = died.unwrap();
    let game = Game::opens(&scene, 1, "saves/A");
    let open = "saves/A is open in a running game, and an interrupted pull waits for that";
    let (outcome, told) = scene.pull_by(1, None);
    let why = open.to_owned();
    assert_eq!(outcome, PullOutcome::Unfinished { why });
    assert!(says(&told, &format!("alert: {open}")), "{told:?}");
    let PushOutcome::Pending { why, .. } = scene.push(1) else {
        panic!("it was pushed");
    };
    assert_eq!(why, open);
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    drop(game);
    assert_eq!(scene.pull(1), UP_TO_DATE);
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
}

mod drills {
    use super::*;
    use crate::{
        cancel,
        config::layout::Layout,
        sync::{
            proof,
            verify::{Background, background},
        },
    };

    /// A drill beside which something happens as soon as it restores, and which ends when it is stopped.
    fn drilled(beside: impl FnOnce(&Scene)) -> Result<Background> {
        let scene = Scene::with(1, &[(A, "a"), ("options.txt", "o")]);
        let week = jiff::SignedDuration::from_hours(7 * 24);
        proof::wish(&scene.settings(0), Some(week)).unwrap();
        scene.cloud.beside_next_restore(|| {
            for _ in 0..100 {
                if cancel::is_requested() {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        background::once(
            |_| {
                beside(&scene);
                true
            },
            &scene.settings(0),
            &|_| (),
            7,
        )
    }

    #[test]
    fn a_drill_ends_where_somebody_plays_or_opens_a_world() {
        alone(
            "drills::a_drill_ends_where_somebody_plays_or_opens_a_world",
            || {
                let plays = drilled(|scene| {
                    let layout = Layout::new(scene.devices[0].pack());
                    fs::write(layout.playing_id(), "somebody").unwrap();
                });
                assert_eq!(plays.unwrap(), Background::GaveWay);
                let mut game = None;
                let opens = drilled(|scene| game = Some(Game::opens(scene, 0, "saves/A")));
                assert_eq!(opens.unwrap(), Background::GaveWay);
                drop(game);
            },
        );
    }
}
