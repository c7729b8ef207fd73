//! Worlds as the game writes them: what is told of them, and what a copy is called.

use super::*;
use crate::{
    config::layout::Layout,
    domain::{
        digest::Digest,
        path::InnerPath,
        save::{About, fixtures},
        unit::{FileFact, UnitContent},
    },
    sync::{
        glance::glance,
        resolve::{self, Decision},
    },
    workdir::lock,
};

const A: &str = "saves/A/level.dat";

/// A `level.dat` of a world that is called so, and was played last at this second.
fn level(name: &str, second: i64) -> Vec<u8> {
    let tags = [
        fixtures::text("LevelName", name),
        fixtures::long("LastPlayed", second * 1000),
    ];
    fixtures::gzip(&fixtures::level(&tags))
}

fn write(scene: &Scene, device: usize, path: &str, bytes: &[u8]) {
    scene.write(device, path, "");
    fs::write(scene.place(device, path), bytes).unwrap();
}

fn name_of(about: Option<&About>) -> Option<&str> {
    about?.name.as_deref()
}

/// Both devices played in A.
fn disputed() -> Scene {
    let scene = Scene::new(2);
    write(&scene, 0, A, &level("Home", 1000));
    scene.push(0);
    scene.pull(1);
    write(&scene, 0, A, &level("Home of 0", 2000));
    scene.push(0);
    write(&scene, 1, A, &level("Home of 1", 3000));
    scene
}

#[test]
fn a_question_says_what_each_version_is_about() {
    let scene = disputed();
    let (_, question) = scene.pull_asked(1, &Answer::Cancel);
    let claims = &question.unwrap().units[&unit("saves/A")];
    let names: Vec<_> = claims
        .iter()
        .map(|claim| name_of(claim.about.as_ref()))
        .collect();
    assert_eq!(names, [Some("Home of 1"), Some("Home of 0")]);
}

#[test]
fn a_copy_is_called_in_the_games_list_what_it_is() {
    let scene = disputed();
    let (outcome, _) = scene.pull_by(1, Some(Policy::KeepBoth));
    let PullOutcome::Applied { changes, .. } = outcome else {
        panic!("{outcome:?}");
    };
    let [copy] = &changes.copied[..] else {
        panic!("{changes:?}");
    };
    let suffix = copy.as_str().strip_prefix("saves/A (").unwrap();
    let suffix = suffix.strip_suffix(')').unwrap();
    assert!(suffix.starts_with("device 0, "), "{suffix}");
    let (outcome, told) = scene.pull_by(1, None);
    assert!(
        matches!(outcome, PullOutcome::UpToDate { .. }),
        "{outcome:?} {told:?}"
    );
    scene.push(1);
    scene.pull(0);
    assert_eq!(scene.devices[0].units(), scene.devices[1].units());
    // The name is in the file itself.
    let bytes = fs::read(scene.place(0, &format!("{copy}/level.dat"))).unwrap();
    let fact = FileFact {
        size: bytes.len() as u64,
        sha256: Digest::of(&bytes),
    };
    let content = UnitContent {
        files: [(InnerPath::new("level.dat").unwrap(), fact)].into(),
        ..UnitContent::default()
    };
    let about = crate::workdir::about::read(&scene.place(0, copy.as_str()), &content);
    let expected = format!("Home of 0 ({suffix})");
    assert_eq!(
        name_of(about.as_ref()),
        Some(expected.as_str()),
        "{} bytes",
        bytes.len()
    );
    // It tells what it is without being read: so says the one that came last.
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
}

#[test]
fn a_glance_shows_the_world_that_was_played_last() {
    let scene = Scene::new(1);
    write(&scene, 0, A, &level("Home", 1000));
    write(&scene, 0, "saves/B/level.dat", &level("Away", 2000));
    let look = || glance(scene.place(0, ""), &scene.settings(0).dirs);
    let first = look();
    assert!(first.opted_in && !first.copy && first.world.is_none());
    assert_eq!(first.last_sync, None);
    scene.push(0);
    let look = look();
    let world = look.world.unwrap();
    assert_eq!(
        (world.unit, name_of(Some(&*world.about))),
        (unit("saves/B"), Some("Away"))
    );
    assert!(look.last_sync.is_some() && look.conflicts.is_empty());
    let home = scene.devices[0].pack().parent().unwrap().to_owned();
    assert_eq!(look.url.as_deref(), home.join("cloud").to_str());
    let settings = scene.settings(0);
    let nobody = glance(scene.place(0, "../nobody"), &settings.dirs);
    assert!(!nobody.opted_in && nobody.problem.is_none());
}

fn resolve(
    scene: &Scene,
    names: &[&str],
    ask: &dyn Fn(&Question) -> Option<Answer>,
) -> Result<PullOutcome> {
    let decision = Decision {
        policy: Policy::Ask,
        units: units(names).into_iter().collect(),
    };
    resolve::resolve(&scene.settings(1), &|_| (), Some(decision), Some(ask))
}

/// A launch is what waits for the answer; a command at a terminal keeps nobody waiting.
#[test]
fn the_folder_is_locked_while_a_launch_asks_and_free_while_a_command_does() {
    let scene = disputed();
    let layout = Layout::new(scene.place(1, ""));
    let locked = || lock::take(&layout, "test", std::time::Duration::ZERO).is_err();
    let seen = RefCell::new(Vec::new());
    let ask = |_: &Question| {
        seen.borrow_mut().push(locked());
        Some(Answer::Cancel)
    };
    pull::pull(&scene.settings(1), &|_| (), Some(&ask)).unwrap();
    resolve(&scene, &[], &ask).unwrap();
    assert_eq!(seen.into_inner(), [true, false]);
    assert!(!locked());
}

#[test]
fn an_answer_to_what_is_not_the_question_any_more_counts_for_nothing() {
    let scene = disputed();
    let answers = [(unit("saves/A"), Policy::KeepCloud)];
    let ask = |_: &Question| {
        // Another command has decided meanwhile.
        scene.pull_by(1, Some(Policy::KeepLocal));
        Some(Answer::Decided(answers.clone().into()))
    };
    let error = resolve(&scene, &[], &ask).unwrap_err();
    assert_eq!(
        error.to_string(),
        crate::sync::session::overtaken().to_string()
    );
    let mine = fs::read(scene.place(1, A)).unwrap();
    assert_eq!(mine, level("Home of 1", 3000));
}

#[test]
fn whoever_names_a_world_is_asked_about_that_one_alone_and_cannot_put_it_off() {
    let scene = disputed();
    scene.write(0, "saves/B/level.dat", "theirs");
    scene.push(0);
    scene.write(1, "saves/B/level.dat", "my own b");
    let asked = RefCell::new(None);
    let ask = |question: &Question| {
        asked.replace(Some(question.clone()));
        Some(Answer::Later)
    };
    let outcome = resolve(&scene, &["saves/A"], &ask).unwrap();
    let question = asked.take().unwrap();
    let names: Vec<_> = question.units.keys().cloned().collect();
    assert_eq!((names, question.can_wait), (units(&["saves/A"]), false));
    let both = PullOutcome::Conflict {
        units: units(&["saves/A", "saves/B"]),
        saved: true,
    };
    assert_eq!(outcome, both);
    // Not named, it is asked about both, and may wait.
    let outcome = resolve(&scene, &[], &ask).unwrap();
    let question = asked.take().unwrap();
    assert_eq!((question.units.len(), question.can_wait), (2, true));
    assert!(
        matches!(outcome, PullOutcome::Postponed { .. }),
        "{outcome:?}"
    );
}
