//! What a player does in a game folder.

use std::{fs, path::Path};

use proptest::prelude::*;

/// The worlds that are played in. Some come to be by renaming.
pub const WORLDS: [&str; 4] = ["saves/A", "saves/B", "saves/C", "saves/Renamed"];

/// Something that a player does.
#[derive(Debug, Clone)]
pub enum Play {
    /// Plays in a world, which is made where it is not there.
    World(usize, Change),
    /// Changes the options.
    Options,
    /// Deletes a world.
    Delete(usize),
    /// Gives a world another name.
    Rename(usize, usize),
    /// Empties the saves: a disk that is not there, say.
    Wipe,
}

/// What a session changes in a world.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// Every file.
    All,
    /// One file of several.
    One,
    /// A file comes.
    More,
    /// A file goes.
    Less,
}

/// Anything that a player may do.
pub fn any() -> impl Strategy<Value = Play> {
    let world = || 0..WORLDS.len();
    let change = prop_oneof![
        Just(Change::All),
        Just(Change::One),
        Just(Change::More),
        Just(Change::Less)
    ];
    prop_oneof![
        12 => (world(), change).prop_map(|(world, change)| Play::World(world, change)),
        3 => Just(Play::Options),
        2 => world().prop_map(Play::Delete),
        2 => (world(), world()).prop_map(|(from, to)| Play::Rename(from, to)),
        1 => Just(Play::Wipe),
    ]
}

/// Does it in `pack`. `stamp` is unlike any other.
pub fn play(pack: &Path, play: &Play, stamp: u64) {
    match play {
        Play::World(world, change) => session(&pack.join(WORLDS[*world]), *change, stamp),
        Play::Options => write(&pack.join("options.txt"), stamp),
        Play::Delete(world) => remove(&pack.join(WORLDS[*world])),
        Play::Rename(from, to) => {
            let (from, to) = (pack.join(WORLDS[*from]), pack.join(WORLDS[*to]));
            if from.exists() && !to.exists() {
                fs::rename(from, to).unwrap();
            }
        }
        Play::Wipe => remove(&pack.join("saves")),
    }
}

fn session(world: &Path, change: Change, stamp: u64) {
    let files = ["level.dat", "region/r.0.0.mca", "playerdata/steve.dat"];
    let extra = world.join("data/map_0.dat");
    if !world.join("level.dat").exists() {
        for file in files {
            write(&world.join(file), stamp);
        }
        return;
    }
    match change {
        Change::All => files
            .iter()
            .for_each(|file| write(&world.join(file), stamp)),
        Change::One => write(&world.join("region/r.0.0.mca"), stamp),
        Change::More => write(&extra, stamp),
        Change::Less => {
            let _ = fs::remove_file(extra);
            write(&world.join("level.dat"), stamp);
        }
    }
}

fn write(path: &Path, stamp: u64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(
        path,
        format!("{stamp} {}", path.file_name().unwrap().display()),
    )
    .unwrap();
}

fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}
