//! What the windows show in tests and in pictures.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use instance_sync::{
    domain::save::{self, About, Mode},
    window::protocol::{Conflict, Fate, Merging, Message, Progress, Said, Unit, Version, Work},
};
use jiff::{Timestamp, civil, tz::TimeZone};

/// A time of the player's day, whatever the zone: what is seen is the same everywhere.
pub fn at(day: i8, hour: i8, minute: i8) -> Timestamp {
    let time = civil::date(2026, 8, day).at(hour, minute, 0, 0);
    let time = time.to_zoned(TimeZone::system()).expect("a time");
    time.timestamp()
}

pub fn version(device: &str, time: Timestamp, megabytes: u64, files: u64) -> Version {
    Version {
        device: device.to_owned(),
        time: Some(time),
        bytes: Some(megabytes * 1_000_000),
        files: Some(files),
        differing: None,
        about: None,
    }
}

/// A version, with what the game says of it.
pub fn played(version: Version, day: u64, hours: u64) -> Version {
    let about = About {
        version: Some("1.21.4".to_owned()),
        mode: Some(Mode::Survival),
        day: Some(day),
        played: Some(hours * 3600),
        ..About::default()
    };
    Version {
        about: Some(save::words(&about)),
        ..version
    }
}

fn differing(version: Version, number: u64) -> Version {
    Version {
        differing: Some(number),
        ..version
    }
}

pub fn unit(name: &str, icon: Option<PathBuf>, here: Version, cloud: Vec<Version>) -> Unit {
    Unit {
        path: format!("saves/{name}"),
        name: name.to_owned(),
        icon,
        here,
        cloud,
    }
}

/// A world that is older in the cloud.
pub fn world(name: &str) -> Unit {
    let cloud = differing(version("Steam Deck", at(14, 16, 5), 262, 409), 14);
    let here = version("Desktop", at(14, 18, 42), 268, 412);
    let (here, cloud) = (played(here, 412, 31), played(cloud, 409, 30));
    unit(name, None, here, vec![cloud])
}

/// A conflict about these, asked before the game.
pub fn conflict_about(units: Vec<Unit>) -> Conflict {
    Conflict {
        instance: "All the Mods 10".to_owned(),
        device: "Desktop".to_owned(),
        launch: true,
        can_wait: true,
        saved: true,
        now: at(14, 19, 10),
        units,
        merging: Vec::new(),
    }
}

/// One world, and one that needs no decision.
pub fn one_world(icons: &Path) -> Conflict {
    let mut conflict = conflict_about(vec![world("Skyblock with Mia")]);
    conflict.units[0].icon = Some(meadow(icons));
    let device = "Steam Deck".to_owned();
    conflict.merging = vec![Merging {
        name: "Redstone test".to_owned(),
        fate: Fate::Fetched { device },
    }];
    conflict
}

/// Three worlds, all played later on this device, and one that needs no decision.
pub fn three_worlds(icons: &Path) -> Conflict {
    let mut conflict = one_world(icons);
    conflict.units.push(unit(
        "Hardcore 3",
        Some(nether(icons)),
        version("Desktop", at(13, 23, 10), 121, 238),
        vec![differing(
            version("Steam Deck", at(13, 21, 35), 119, 236),
            9,
        )],
    ));
    conflict.units.push(unit(
        "Cherry Island",
        Some(island(icons)),
        version("Desktop", at(12, 20, 30), 1_430, 1_204),
        vec![
            version("Steam Deck", at(11, 17, 20), 1_310, 1_198),
            version("Laptop", at(10, 9, 0), 1_388, 1_197),
        ],
    ));
    conflict
}

/// Saves on their way.
pub fn progress() -> Progress {
    Progress {
        instance: "All the Mods 10".to_owned(),
        work: Work::Downloading,
        item: Some("Skyblock with Mia / region / r.0.-1.mca".to_owned()),
        done: 115_400_000,
        total: Some(412_000_000),
        bytes_per_second: 38_400_000,
        seconds_left: Some(8),
        can_cancel: true,
        front: true,
    }
}

/// A server that cannot be reached, before the game.
pub fn message(text: &str, hints: &[&str]) -> Message {
    let said = Said {
        text: text.to_owned(),
        hints: hints.iter().map(|&hint| hint.to_owned()).collect(),
    };
    Message {
        instance: "All the Mods 10".to_owned(),
        said: vec![said],
        launch: true,
        can_play: true,
        front: true,
    }
}

fn meadow(folder: &Path) -> PathBuf {
    let sky = ([0x4a, 0x86, 0xe8], [0xa8, 0xd0, 0xff]);
    let ground = ([0x5b, 0xa0, 0x3a], [0x3f, 0x7a, 0x2a]);
    draw(folder, "meadow", sky, ground, 38)
}

fn nether(folder: &Path) -> PathBuf {
    let sky = ([0x2a, 0x0a, 0x0c], [0x7c, 0x22, 0x16]);
    let ground = ([0x8a, 0x3a, 0x2e], [0x5c, 0x1c, 0x1c]);
    draw(folder, "nether", sky, ground, 26)
}

fn island(folder: &Path) -> PathBuf {
    let sky = ([0xf2, 0x9a, 0xa8], [0xff, 0xd9, 0xb0]);
    let ground = ([0xc7, 0x7d, 0xb6], [0x6a, 0x4e, 0x7c]);
    draw(folder, "island", sky, ground, 34)
}

type Colour = [u8; 3];

/// A landscape of pixels: sky, a sun, two rows of hills.
fn draw(
    folder: &Path,
    name: &str,
    sky: (Colour, Colour),
    ground: (Colour, Colour),
    horizon: u32,
) -> PathBuf {
    let picture = RgbImage::from_fn(64, 64, |x, y| {
        // Four pixels a block, as in the game from afar.
        let (column, row) = (x / 4, y / 4);
        let rough = |seed: u32| (column * (seed + 7) * 2_654_435 + seed * 97) >> 5 & 3;
        let (far, near) = (
            horizon / 4 + rough(1) / 2,
            horizon / 4 + 3 + rough(horizon) / 2,
        );
        let shade = u8::try_from((column * 31 + row * 17 + column * row) % 5).expect("small") * 5;
        let darker = |colour: Colour| colour.map(|channel| channel.saturating_sub(shade));
        let colour = if row >= near {
            darker(ground.1)
        } else if row >= far {
            darker(ground.0)
        } else if horizon > 30 && (11..14).contains(&column) && (2..5).contains(&row) {
            [0xff, 0xf3, 0xc4]
        } else {
            mix(sky, row, far)
        };
        Rgb(colour)
    });
    let path = folder.join(format!("{name}.png"));
    picture.save(&path).expect("a picture");
    path
}

/// From the first colour to the second.
fn mix((top, bottom): (Colour, Colour), at: u32, of: u32) -> Colour {
    let channel = |which: usize| {
        let sum = u32::from(top[which]) * (of - at) + u32::from(bottom[which]) * at;
        u8::try_from(sum / of.max(1)).unwrap_or(u8::MAX)
    };
    [channel(0), channel(1), channel(2)]
}

/// What the message of the pictures says.
pub const REFUSED: (&str, [&str; 2]) = (
    "the server refused the token of alice",
    [
        "The game can start with what is here. What you play is saved to the cloud later.",
        "Get a new token, and run: instance-sync setup --force",
    ],
);
pub const REFUSED_GERMAN: (&str, [&str; 2]) = (
    "der Server hat das Token von alice abgelehnt",
    [
        "Das Spiel kann mit dem starten, was hier ist. Was du spielst, wird später in der Cloud gesichert.",
        "Hol ein neues Token und führe aus: instance-sync setup --force",
    ],
);
