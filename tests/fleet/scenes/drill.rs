//! The drill in the background: when it begins, what it says of itself, what of it is believed.

use super::*;
use crate::{
    config::layout::Layout,
    error::Kind,
    sync::{
        proof::{self, Proofs},
        verify::{Background, background},
    },
    workdir::lock,
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

/// A was played twice, and a drill every week is wished for.
fn wished() -> Scene {
    let scene = Scene::with(1, &[(A, "first"), (B, "b")]);
    scene.write(0, A, "second");
    scene.push(0);
    wish(&scene);
    scene
}

fn wish(scene: &Scene) {
    let week = jiff::SignedDuration::from_hours(7 * 24);
    proof::wish(&scene.settings(0), Some(week)).unwrap();
}

fn layout(scene: &Scene) -> Layout {
    Layout::new(scene.devices[0].pack())
}

fn proofs(scene: &Scene) -> Proofs {
    let instance = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    Proofs::load(&layout(scene), instance).unwrap()
}

fn drill(scene: &Scene) -> Result<Background> {
    background::once(|_| true, &scene.settings(0), &|_| (), 7)
}

/// A drill that must end before it asks whether anybody is disturbed.
fn drill_at_once(scene: &Scene) -> Result<Background> {
    let nobody_asks = |_: &Layout| panic!("it is not due");
    background::once(nobody_asks, &scene.settings(0), &|_| (), 7)
}

fn sound(units: usize, bytes: u64) -> Background {
    Background::Drilled {
        in_time: true,
        units,
        bytes,
        damaged: 0,
    }
}

#[test]
fn it_compares_everything_of_a_small_folder_and_is_not_due_again() {
    let scene = wished();
    assert_eq!(drill(&scene).unwrap(), sound(2, 12));
    let last = proofs(&scene).last.unwrap();
    assert!(last.whole && last.sound);
    assert_eq!((last.units, last.of_units, last.older), (2, 2, 1));
    assert!(!layout(&scene).drilling().exists());
    assert_eq!(drill_at_once(&scene).unwrap(), Background::NotDue);
}

#[test]
fn it_does_not_begin_where_nobody_wished_for_it_or_somebody_is_disturbed() {
    let scene = Scene::with(1, &[(A, "a")]);
    assert_eq!(drill_at_once(&scene).unwrap(), Background::NotDue);
    wish(&scene);
    let busy = background::once(|_| false, &scene.settings(0), &|_| (), 7);
    assert_eq!(busy.unwrap(), Background::NotIdle);
    let held = lock::hold(&layout(&scene).drill()).unwrap();
    assert_eq!(drill_at_once(&scene).unwrap(), Background::NotDue);
    drop(held);
    let held = lock::take(&layout(&scene), "push", std::time::Duration::ZERO).unwrap();
    assert_eq!(drill(&scene).unwrap(), Background::GaveWay);
    drop(held);
    assert!(proofs(&scene).last.is_none());
    assert_eq!(drill(&scene).unwrap(), sound(1, 1));
}

#[test]
fn it_does_nothing_in_a_copy_of_a_folder_or_where_nothing_was_pushed() {
    let scene = Scene::new(1);
    wish(&scene);
    assert_eq!(drill(&scene).unwrap(), Background::Empty);
    assert!(proofs(&scene).last.is_none());
    scene.write(0, A, "a");
    scene.push(0);
    scene.devices[0].keep();
    let settings = Settings {
        pack: scene.devices[0].pack().with_file_name("kept"),
        ..scene.settings(0)
    };
    let done = background::once(|_| true, &settings, &|_| (), 7).unwrap();
    assert_eq!(done, Background::NotDue);
}

/// Everything was looked at twice.
#[test]
fn what_is_damaged_is_counted_and_noted() {
    let scene = wished();
    let all = scene.all();
    let of = |text: &str| {
        let mut all = all.iter();
        let found = all.find(|one| held(one, A).as_deref() == Some(text));
        found.unwrap().listed.id.clone()
    };
    scene.cloud.hurt(Some((of("second"), "saves/B".to_owned())));
    scene.cloud.make_unreadable(&of("first"), Kind::Damaged);
    assert_eq!(
        drill(&scene).unwrap(),
        Background::Drilled {
            in_time: true,
            units: 1,
            bytes: 6,
            damaged: 2,
        }
    );
    let proofs = proofs(&scene);
    assert_eq!(proofs.damaged.len(), 1);
    assert_eq!(proofs.unreadable, [of("first")]);
    assert!(proofs.last.is_some_and(|last| last.whole && !last.sound));
}

#[test]
fn why_it_could_not_be_done_is_said() {
    let scene = wished();
    scene.cloud.refuse(Call::Probe, Some(Kind::Offline));
    assert_eq!(drill(&scene).unwrap_err().kind(), Kind::Offline);
    assert!(!layout(&scene).drilling().exists());
    let marker = layout(&scene).sync_json();
    let text = fs::read_to_string(&marker).unwrap();
    let mut marker_of: Value = serde_json::from_str(&text).unwrap();
    marker_of["url"] = "http://cloud.example.org/".into();
    fs::write(&marker, marker_of.to_string()).unwrap();
    assert_eq!(drill(&scene).unwrap_err().kind(), Kind::Usage);
    assert!(proofs(&scene).last.is_none());
}
