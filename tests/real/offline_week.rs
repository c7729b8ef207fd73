//! Three devices that were offline for a week, with clocks that are wrong by years: at the end every
//! world of every device can be played on all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::forks::*;
use super::rounds::synced;
use super::support::*;

/// A clock that can be set: what stands in front of the system's own.
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(clock, now);
    const char *off = getenv("OFF_BY");
    if (code == 0 && clock == CLOCK_REALTIME && off) now->tv_sec += atol(off);
    return code;
}
"#;

fn clock(world: &World) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let (source, library) = (world.path("clock.c"), world.path("clock.so"));
    play::write(&source, CLOCK);
    let mut compile = Command::new(Program::Cc.find()?);
    compile
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl");
    assert!(compile.status().unwrap().success());
    Some(library)
}

/// A device whose clock is wrong by some years.
struct Skewed {
    device: Device,
    clock: PathBuf,
    years: i64,
}

impl Skewed {
    #[track_caller]
    fn hook(&self, words: &[&str]) -> Output {
        let off = self.years * 365 * 24 * 3600;
        let run = self.device.command(words).env("LD_PRELOAD", &self.clock);
        run.env("OFF_BY", off.to_string()).ok()
    }

    /// Plays while the cloud cannot be reached: the hooks say so, and the game starts.
    #[track_caller]
    fn plays_offline(&self, play: impl FnOnce(&std::path::Path)) {
        self.hook(&["pull", "--on-conflict=keep-both"]);
        play(&self.device.pack);
        self.hook(&["push"]).assert_says("The save is kept here");
    }
}

fn remove(pack: &std::path::Path, world: &str) {
    fs::remove_dir_all(pack.join("saves").join(world)).unwrap();
}

fn rename(pack: &std::path::Path, from: &str, to: &str) {
    let saves = pack.join("saves");
    fs::rename(saves.join(from), saves.join(to)).unwrap();
}

/// A version of a world that a device had when the week was over.
struct Version {
    device: String,
    world: String,
    tree: Tree,
}

fn versions(one: &Skewed) -> Vec<Version> {
    let tree = saves(&one.device);
    let version = |world: String| Version {
        device: one.device.name.clone(),
        tree: tree.under(&world),
        world,
    };
    worlds(&one.device).into_iter().map(version).collect()
}

/// Plays on all three, beside each other; clocks are set in between.
fn play_for_a_week(all: &mut [Skewed; 3]) {
    for (day, seed) in [(0, 10), (1, 20), (2, 30)] {
        let [desktop, deck, laptop] = &*all;
        desktop.plays_offline(|pack| {
            play::session(pack, "Everybody's", seed + 1);
            play::session(pack, "Farm", seed + 1);
            play::settings(pack, seed + 1);
            match day {
                0 => play::world(pack, "New on two", 7),
                1 => remove(pack, "Deleted by one"),
                _ => rename(pack, "Renamed by one", "A better name"),
            }
        });
        deck.plays_offline(|pack| {
            play::session(pack, "Everybody's", seed + 2);
            play::session(pack, "Castle", seed + 2);
            match day {
                0 => play::world(pack, "New on two", 8),
                1 => remove(pack, "Deleted by two"),
                _ => play::session(pack, "Deleted by one", 9),
            }
        });
        laptop.plays_offline(|pack| {
            play::session(pack, "Everybody's", seed + 3);
            play::session(pack, "Castle", seed + 3);
            match day {
                0 => play::session(pack, "Renamed by one", 5),
                1 => remove(pack, "Deleted by two"),
                _ => play::world(pack, "New on the laptop", 6),
            }
        });
        // Somebody corrects one clock and loses another.
        all[day].years = [-8, 3, 70][day];
    }
}

/// Checks that every version of the week can be played on a device, under whatever name.
#[track_caller]
fn assert_has_everything(one: &Skewed, week: &[Version]) {
    let now: BTreeMap<String, Tree> = versions(one)
        .into_iter()
        .map(|version| (version.world, version.tree))
        .collect();
    for (name, world) in &now {
        assert!(
            world.content("level.dat").is_some(),
            "{name} cannot be played"
        );
    }
    for version in week {
        let (name, owner) = (version.world.as_str(), version.device.as_str());
        // Whoever did not touch a world has no version of it to lose.
        let untouched = match name {
            "Old" | "Deleted by two" => true,
            "Farm" => owner != "desktop",
            "Castle" => owner == "desktop",
            "Renamed by one" => owner != "laptop",
            "Deleted by one" => owner != "deck",
            _ => false,
        };
        assert!(
            untouched || now.values().any(|world| world.same(&version.tree)),
            "{name} of {owner} is nowhere on {}: {:?}",
            one.device.name,
            now.keys()
        );
    }
    assert!(!now.contains_key("Deleted by two"));
    for name in [
        "Old",
        "Farm",
        "Castle",
        "A better name",
        "Renamed by one",
        "Deleted by one",
    ] {
        assert!(now.contains_key(name), "no {name} among {:?}", now.keys());
    }
    let copies = |name: &str| {
        let start = format!("{name} (");
        now.keys().filter(|one| one.starts_with(&start)).count()
    };
    let copies = ["Everybody's", "Castle", "New on two", "Farm"].map(copies);
    assert_eq!(copies, [2, 1, 1, 0], "{:?}", now.keys());
}

#[test]
fn three_devices_that_were_offline_for_a_week_end_with_every_world_of_every_device() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(clock) = clock(&world) else { return };
    let [desktop, deck, laptop] = devices(&world, ["desktop", "deck", "laptop"]);
    let mut all = [(desktop, 10), (deck, -20), (laptop, 0)].map(|(device, years)| Skewed {
        device,
        clock: clock.clone(),
        years,
    });
    let shared = [
        "Everybody's",
        "Farm",
        "Castle",
        "Deleted by one",
        "Deleted by two",
        "Renamed by one",
        "Old",
    ];
    for name in shared {
        play::world(&all[0].device.pack, name, 1);
    }
    play::settings(&all[0].device.pack, 1);
    all[0].hook(&["push"]);
    for one in &all[1..] {
        one.hook(&["pull"]);
    }

    fs::rename(world.cloud(), world.path("away")).unwrap();
    play_for_a_week(&mut all);
    let week: Vec<Version> = all.iter().flat_map(versions).collect();
    fs::rename(world.path("away"), world.cloud()).unwrap();

    for _ in 0..2 {
        for one in &all {
            one.hook(&["pull", "--on-conflict=keep-both"]);
            one.hook(&["push"]);
        }
    }
    for one in &all {
        one.hook(&["pull", "--on-conflict=keep-both"]);
        one.hook(&["push"]);
    }
    for one in &all {
        one.hook(&["pull"]).assert_silent();
        one.hook(&["push"]).assert_silent();
        assert_same(&synced(&one.device), &synced(&all[0].device));
        assert_has_everything(one, &week);
    }
    world.repository(&all[0].device.instance_id()).check();
}
