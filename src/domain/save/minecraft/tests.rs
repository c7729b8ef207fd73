use super::*;
use crate::domain::{
    digest::Digest,
    save::{
        about,
        fixtures::{byte, compound, doubles, gzip, int, ints, level, long, root, text},
        sources,
    },
    unit::FileFact,
};

fn inner(path: &str) -> InnerPath {
    InnerPath::new(path).expect("sound")
}

fn card(files: &[(&str, &[u8])]) -> About {
    let files = files
        .iter()
        .map(|(path, bytes)| (inner(path), bytes.to_vec()));
    about(&files.collect()).expect("read").expect("a world")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// What all worlds of all versions have.
fn basics() -> Vec<Vec<u8>> {
    vec![
        text("LevelName", "W\u{f6}rld"),
        long("LastPlayed", 1_786_737_600_000),
        long("Time", 20 * 3600 * 31),
    ]
}

#[test]
fn a_world_of_1_21_says_all_of_it() {
    let player = compound(
        "Player",
        &[
            doubles("Pos", &[-0.5, 64.0, 300.9]),
            text("Dimension", "minecraft:the_nether"),
        ],
    );
    let tags = [
        basics(),
        vec![
            compound("Version", &[text("Name", "1.21.4"), int("Id", 4189)]),
            int("GameType", 0),
            byte("Difficulty", 3),
            byte("hardcore", 1),
            long("DayTime", 412 * 24_000 + 23_999),
            int("DataVersion", 4189),
            player,
        ],
    ];
    let expected = About {
        name: Some("W\u{f6}rld".to_owned()),
        version: Some("1.21.4".to_owned()),
        mode: Some(Mode::Survival),
        difficulty: Some(Difficulty::Hard),
        hardcore: true,
        last_played: Some(time("2026-08-14T20:00:00Z")),
        day: Some(412),
        played: Some(31 * 3600),
        position: Some([-1, 64, 300]),
        dimension: Some("the_nether".to_owned()),
        screenshot: None,
    };
    assert_eq!(
        card(&[("level.dat", &gzip(&level(&tags.concat())))]),
        expected
    );
}

#[test]
fn a_world_of_26_1_has_its_clock_and_its_player_elsewhere() {
    let settings = compound(
        "difficulty_settings",
        &[
            text("difficulty", "easy"),
            byte("hardcore", 0),
            byte("locked", 0),
        ],
    );
    let tags = [
        basics(),
        vec![
            compound("Version", &[text("Name", "26.1")]),
            int("GameType", 1),
            int("DataVersion", 4786),
            settings,
            ints(
                "singleplayer_uuid",
                &[0x0123_4567, -1, 0x0011_2233, i32::MIN],
            ),
        ],
    ];
    let level = gzip(&level(&tags.concat()));
    let clock = |name: &str, ticks| compound(name, &[long("total_ticks", ticks)]);
    let clocks = gzip(&root(&[compound(
        "data",
        &[
            clock("minecraft:the_end", 1),
            clock("minecraft:overworld", 48_000),
        ],
    )]));
    let player = |x| {
        gzip(&root(&[
            doubles("Pos", &[x, 70.0, 8.0]),
            text("Dimension", "other:moon"),
        ]))
    };
    let (mine, guests) = (player(1.0), player(2.0));
    let files: [(&str, &[u8]); 4] = [
        ("level.dat", &level),
        ("data/minecraft/world_clocks.dat", &clocks),
        (
            "players/data/00000000-0000-0000-0000-000000000001.dat",
            &guests,
        ),
        (
            "players/data/01234567-ffff-ffff-0011-223380000000.dat",
            &mine,
        ),
    ];
    let world = card(&files);
    assert_eq!(
        (world.mode, world.difficulty),
        (Some(Mode::Creative), Some(Difficulty::Easy))
    );
    assert_eq!((world.day, world.position), (Some(2), Some([1, 70, 8])));
    assert_eq!(world.dimension.as_deref(), Some("other:moon"));

    // What is not there is left out; what is damaged is damage.
    let alone = card(&files[..1]);
    assert_eq!(
        (alone.day, alone.position, alone.hardcore),
        (None, None, false)
    );
    let files = [
        ("level.dat", &level[..]),
        ("data/minecraft/world_clocks.dat", &clocks[..20]),
    ];
    let files = files.map(|(path, bytes)| (inner(path), bytes.to_vec()));
    assert_eq!(about(&files.into()), Err(Damage::BrokenOff));
}

#[test]
fn worlds_of_old_versions_say_what_they_know() {
    // Beta: no version, no mode, and the time is the day's too.
    let player = compound(
        "Player",
        &[doubles("Pos", &[1.5, 2.5, 3.5]), int("Dimension", -1)],
    );
    let beta = [basics(), vec![int("version", 19_132), player]].concat();
    let world = card(&[("level.dat", &gzip(&level(&beta)))]);
    assert_eq!((world.version, world.mode), (None, None));
    assert_eq!((world.day, world.position), (Some(93), Some([1, 2, 3])));
    assert_eq!(world.dimension.as_deref(), Some("the_nether"));

    for (number, name) in [(0, Some("overworld")), (1, Some("the_end")), (2, None)] {
        let player = [doubles("Pos", &[0.0; 3]), int("Dimension", number)];
        let world = card(&[("level.dat", &level(&[compound("Player", &player)]))]);
        assert_eq!(world.dimension.as_deref(), name, "{number}");
    }

    // Alpha: no name.
    let world = card(&[("level.dat", &gzip(&level(&basics()[1..])))]);
    assert_eq!((world.name, world.day), (None, Some(93)));

    // 1.8: a day of its own, a mode, and still no version.
    let release = [
        basics(),
        vec![
            int("GameType", 2),
            long("DayTime", 24_000),
            byte("Difficulty", 0),
        ],
    ]
    .concat();
    let world = card(&[("level.dat", &gzip(&level(&release)))]);
    assert_eq!((world.day, world.mode), (Some(1), Some(Mode::Adventure)));
    assert_eq!(world.difficulty, Some(Difficulty::Peaceful));
}

#[test]
fn numbers_that_cannot_be_are_left_out() {
    let odd = [
        long("LastPlayed", i64::MAX),
        long("DayTime", -5),
        long("Time", i64::MIN),
        int("GameType", 4),
        byte("Difficulty", -1),
        compound("Player", &[doubles("Pos", &[f64::INFINITY, 1.0, 2.0])]),
    ];
    assert_eq!(card(&[("level.dat", &level(&odd))]), About::default());
}

#[test]
fn few_and_small_files_are_asked_for() {
    let content = |files: &[(&str, u64)]| UnitContent {
        files: files
            .iter()
            .map(|(path, size)| {
                let sha256 = Digest::of(b"");
                (
                    inner(path),
                    FileFact {
                        size: *size,
                        sha256,
                    },
                )
            })
            .collect(),
        ..UnitContent::default()
    };
    let asked = |files: &[(&str, u64)]| -> Vec<String> {
        let sources = sources(&content(files));
        sources.iter().map(ToString::to_string).collect()
    };
    let clocks = "data/minecraft/world_clocks.dat";
    let world = [
        ("level.dat", 900),
        (clocks, 90),
        ("players/data/a.dat", 9),
        ("players/data/a.dat_old", 9),
        ("region/r.0.0.mca", 9),
    ];
    assert_eq!(asked(&world), [clocks, "level.dat", "players/data/a.dat"]);
    assert_eq!(asked(&world[1..]), [""; 0]);
    assert_eq!(asked(&[("level.dat", u64::MAX)]), [""; 0]);
    assert_eq!(asked(&[("", 9)]), [""]);
    assert_eq!(asked(&[("mods/a.jar", 9)]), [""; 0]);
    assert_eq!(asked(&[("", u64::MAX)]), [""; 0]);
    let names: Vec<String> = (0..9)
        .map(|number| format!("players/data/{number}.dat"))
        .collect();
    let mut server: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 9)).collect();
    server.push(("level.dat", 900));
    assert_eq!(asked(&server), ["level.dat"]);
}
