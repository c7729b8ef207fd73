//! A swap that was killed, and a player who played before the next command carried it to its end.

use std::path::{Path, PathBuf};

use super::forks::*;
use super::support::*;

const WORLD: &str = "saves/Big W";
/// Between the first file of the swap and the last one.
const MIDDLE: usize = 30;

/// A desktop whose restore of a large world was killed in the middle of its swap.
struct Scene {
    world: World,
    desktop: Device,
    /// As the world was before it, and as the restore makes it.
    old: Tree,
    restored: Tree,
    /// What the kill left.
    left: Tree,
    strace: PathBuf,
    point: String,
}

/// A version of all files of the world.
fn play(pack: &Path, seed: u64) {
    let world = pack.join(WORLD);
    play::session(pack, "Big W", seed);
    for number in 0..60 {
        let region = world.join(format!("region/x{number}.bin"));
        play::write_noise(&region, seed * 100 + number, 2_000);
    }
}

impl Scene {
    #[track_caller]
    fn set() -> Option<Self> {
        let (strace, world) = (Program::Strace.find()?, World::with_restic()?);
        let [desktop] = devices(&world, ["desktop"]);
        play::world(&desktop.pack, "Big W", 1);
        play::world(&desktop.pack, "Small", 1);
        play(&desktop.pack, 1);
        desktop.command(&["push"]).ok();
        let restored = saves(&desktop);
        let ids = world.repository(&desktop.instance_id()).snapshot_ids();
        let first = ids.first().unwrap();
        let point = format!("--snapshot={first}");
        play(&desktop.pack, 2);
        play::session(&desktop.pack, "Small", 2);
        desktop.command(&["push"]).ok();
        let mut scene = Self {
            old: saves(&desktop),
            left: saves(&desktop),
            world,
            desktop,
            restored,
            strace,
            point,
        };
        scene.interrupt(&[WORLD]);
        Some(scene)
    }

    /// Kills a restore of these in the middle.
    #[track_caller]
    fn interrupt(&mut self, units: &[&str]) {
        let inject = format!("inject=rename,renameat,renameat2:signal=SIGKILL:when={MIDDLE}");
        let log = self.world.path("strace");
        let words = [&["restore", "-y", &self.point], units].concat();
        let killed = self.desktop.command(&words).under([
            self.strace.as_os_str(),
            "-qq".as_ref(),
            "-o".as_ref(),
            log.as_os_str(),
            "-e".as_ref(),
            inject.as_ref(),
        ]);
        assert!(killed.any().status.code().is_none());
        assert!(self.desktop.synced_by("journal.json").exists());
        self.left = saves(&self.desktop);
        assert!(!self.left.same(&self.old) && !self.left.same(&self.restored));
    }

    fn snapshots(&self) -> usize {
        let repository = self.world.repository(&self.desktop.instance_id());
        repository.snapshot_ids().len()
    }

    /// The world is closed: everything goes on by itself.
    #[track_caller]
    fn goes_on(&self) {
        let carried = self.desktop.command(&["pull"]).ok();
        carried.assert_says("An interrupted restore was carried to its end.");
        let now = saves(&self.desktop).under("Big W");
        assert_same(&now, &self.restored.under("Big W"));
        assert!(!self.desktop.synced_by("journal.json").exists());
    }
}

#[test]
fn a_restore_that_was_killed_waits_for_the_world_that_a_game_has_open() {
    let Some(scene) = Scene::set() else { return };
    let desktop = &scene.desktop;
    let Some(game) = Game::opens(&desktop.pack.join(WORLD)) else {
        return;
    };
    let snapshots = scene.snapshots();
    // The game runs already: another one may start, and nothing hangs.
    let pull = desktop.command(&["pull"]).ok();
    println!("{pull}");
    pull.assert_says("saves/Big W is open in a running game, and an interrupted restore waits");
    pull.assert_says("nothing of this folder is pulled or pushed");
    assert!(pull.elapsed.as_secs() < 15, "{pull}");
    let push = desktop.command(&["push"]).ok();
    push.assert_says("saves/Big W is open in a running game");
    let json = desktop.command(&["pull", "--json"]).ok();
    json.assert_says(r#"{"event":"pull","outcome":"unfinished","why":"saves/Big W is open"#);
    let undo = desktop.command(&["undo"]).code(1);
    undo.assert_says("saves/Big W is open in a running game");
    let what = "a restore was interrupted";
    desktop.command(&["history"]).ok().assert_says(what);
    desktop.command(&["doctor"]).any().assert_says(what);
    assert_same_with_metadata(&saves(desktop), &scene.left);
    assert_eq!(scene.snapshots(), snapshots);
    assert!(desktop.synced_by("journal.json").exists());
    drop(game);
    scene.goes_on();
}

/// Only the open world waits: nobody may find another one that is half of two versions.
#[test]
fn worlds_that_no_game_has_open_are_carried_to_their_end_meanwhile() {
    let Some(mut scene) = Scene::set() else {
        return;
    };
    scene.goes_on();
    scene.desktop.command(&["undo"]).ok();
    assert_same_with_metadata(&saves(&scene.desktop), &scene.old);
    scene.interrupt(&[WORLD, "saves/Small"]);
    let desktop = &scene.desktop;
    let Some(game) = Game::opens(&desktop.pack.join(WORLD)) else {
        return;
    };
    desktop.command(&["pull"]).ok().assert_says("is open");
    let now = saves(desktop);
    assert_same_with_metadata(&now.under("Small"), &scene.restored.under("Small"));
    assert_same_with_metadata(&now.under("Big W"), &scene.left.under("Big W"));
    drop(game);
    scene.goes_on();
    // Both are one restore, which is taken back as one.
    desktop.command(&["undo"]).ok();
    assert_same_with_metadata(&saves(desktop), &scene.old);
}

#[test]
fn what_was_played_after_the_kill_is_kept_whole_named_and_saved() {
    let Some(scene) = Scene::set() else { return };
    let desktop = &scene.desktop;
    // What the game wrote: a file that is still to be swapped, one that was swapped, one of its own.
    for (number, name) in ["x58.bin", "x0.bin", "r.9.9.mca"].iter().enumerate() {
        let path = desktop.pack.join(WORLD).join("region").join(name);
        play::write_noise(&path, 900 + u64::try_from(number).unwrap(), 3_000);
    }
    let played = saves(desktop).under("Big W");
    let carried = desktop.command(&["pull"]).ok();
    println!("{carried}");
    carried.assert_says("An interrupted restore was carried to its end.");
    carried.assert_says("saves/Big W was changed after a pull, an undo or a restore");
    // No file is of what it was, but for the one that was changed where it had come to.
    let now = saves(desktop).under("Big W");
    let restored = scene.restored.under("Big W");
    let differs = |path: &&Path| now.content(path) != restored.content(path);
    let changed: Vec<&Path> = now.paths().filter(differs).collect();
    assert_eq!(changed, [Path::new("region/x0.bin")]);
    assert_eq!(now.len(), restored.len());
    assert_in_history(&scene.world, desktop, "Big W", &played);
    // And it comes back by the line that was printed.
    let line = carried.stdout.clone() + &carried.stderr;
    let id = line.split("undo --id=").nth(1).unwrap();
    let id = format!("--id={}", id.split_whitespace().next().unwrap());
    desktop.command(&["undo", &id]).ok();
    assert_same_with_metadata(&saves(desktop).under("Big W"), &played);
}
