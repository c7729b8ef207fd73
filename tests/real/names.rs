//! What is hard to carry: odd names, links, what has no place in a save; and `scope.json`, which says
//! what is carried.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::{ffi::OsStrExt as _, fs::symlink};
use std::path::{Path, PathBuf};

use crate::support::opted::harmless;
use crate::support::tree::Kind;
use crate::support::{ALICE, Device, Tree, World, assert_same, assert_same_with_metadata, play};

/// Names of worlds. The last two are one for a pattern that cannot spell a newline.
const WORLDS: [&str; 8] = [
    "-rf",
    "[1] $x",
    " $HOME {a,b}* ",
    "\u{2603} \u{65e5}\u{672c} caf\u{e9}",
    "cafe\u{301}",
    "back\\slash 'quote\"",
    "trailing\n",
    "trailing?",
];

fn two_devices(world: &World) -> (Device, Device, String) {
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let id = world.opt_in(&[&desktop, &deck]);
    (desktop, deck, id)
}

/// What is synced of a game folder: without the logs, the mods, and the locks.
fn synced(pack: &Path) -> Tree {
    let mut tree = ["logs", "mods", ".packignore"]
        .iter()
        .fold(Tree::of(pack), Tree::without);
    let locks: Vec<PathBuf> = tree
        .paths()
        .filter(|path| path.ends_with("session.lock"))
        .map(Path::to_owned)
        .collect();
    for lock in locks {
        tree = tree.without(lock);
    }
    tree
}

#[track_caller]
fn hand_over(from: &Device, to: &Device) {
    from.command(&["push"]).ok();
    to.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&from.pack), &synced(&to.pack));
}

fn odd_rounds(world: &World) {
    let (desktop, deck, id) = two_devices(world);
    for (seed, name) in (1..).zip(WORLDS) {
        play::world(&desktop.pack, name, seed);
    }
    play::oddities(&desktop.pack, "[1] $x", play::ODD_NAMES);
    play::oddities(&desktop.pack, "trailing\n", play::ODD_NAMES);
    hand_over(&desktop, &deck);
    let first = synced(&desktop.pack);

    // And back: some change, one is deleted, one is renamed to its twin.
    let saves = deck.pack.join("saves");
    for name in ["-rf", "trailing\n", "[1] $x"] {
        play::session(&deck.pack, name, 20);
    }
    let odd = saves.join("trailing\n/odd");
    fs::remove_dir_all(odd.join("empty")).unwrap();
    fs::remove_file(odd.join("trailing newline\n")).unwrap();
    fs::remove_file(odd.join("-rf")).unwrap();
    play::write_noise(&odd.join("new\n\n"), 3, 50);
    fs::remove_dir_all(saves.join(WORLDS[2])).unwrap();
    fs::rename(saves.join("trailing?"), saves.join("trailing\n\n")).unwrap();
    hand_over(&deck, &desktop);

    // One file of each odd name changes, and nothing else: each is found again alone.
    for name in play::ODD_NAMES {
        let path = desktop.pack.join("saves/[1] $x/odd").join(name);
        if path.is_file() {
            play::write_noise(&path, 9, 120);
        }
    }
    hand_over(&desktop, &deck);

    for device in [&desktop, &deck] {
        device.command(&["pull"]).ok().assert_silent();
        device.command(&["push"]).ok().assert_silent();
    }
    let repository = world.repository(&id);
    let ids = repository.snapshot_ids();
    assert_eq!(ids.len(), 3);
    assert_same_with_metadata(&repository.tree(&ids[0]), &first);
    assert_same_with_metadata(&repository.tree(&ids[2]), &synced(&deck.pack));
}

#[test]
fn odd_names_travel_through_a_folder() {
    if let Some(world) = World::with_restic() {
        odd_rounds(&world);
    }
}

#[test]
fn odd_names_travel_through_a_rest_server() {
    if let Some(world) = World::with_server() {
        odd_rounds(&world);
    }
}

/// Moves a path of a game folder to another place, with a link to it where it was.
#[track_caller]
fn move_out(device: &Device, path: &str, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::rename(device.pack.join(path), to).unwrap();
    symlink(to, device.pack.join(path)).unwrap();
}

#[track_caller]
fn assert_link(device: &Device, path: &str, to: &Path) {
    let link = fs::read_link(device.pack.join(path)).expect("it is a link still");
    assert_eq!(link, to);
}

#[test]
fn saves_on_another_disk_are_followed_on_both_sides() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    play::world(&desktop.pack, "Deleted", 1);
    play::settings(&desktop.pack, 1);
    let (big, card) = (world.path("big disk/saves"), world.path("sd card/saves"));
    move_out(&desktop, "saves", &big);
    fs::create_dir_all(deck.pack.join("saves")).unwrap();
    move_out(&deck, "saves", &card);
    let check = |from: &Device, to: &Device| {
        from.command(&["push"]).ok();
        to.command(&["pull"]).ok();
        assert_link(&desktop, "saves", &big);
        assert_link(&deck, "saves", &card);
        assert_same_with_metadata(&synced(&big), &synced(&card));
    };
    check(&desktop, &deck);
    assert!(card.join("World/level.dat").exists());
    play::session(&deck.pack, "World", 2);
    play::world(&deck.pack, "Of the deck", 3);
    fs::remove_dir_all(card.join("Deleted")).unwrap();
    check(&deck, &desktop);
    assert!(!big.join("Deleted").exists());
    // In the cloud there is a folder and no link: a third device needs none.
    let laptop = world.device("laptop");
    let join = format!("--instance-id={id}");
    laptop.init(&world.cloud().display().to_string(), ALICE.token, &[&join]);
    laptop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&laptop.pack.join("saves")), &synced(&big));
    for device in [&desktop, &deck, &laptop] {
        device.command(&["pull"]).ok().assert_silent();
        device.command(&["push"]).ok().assert_silent();
    }
}

#[test]
fn saves_on_a_disk_that_is_away_are_not_deleted() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    let disk = world.path("disk/saves");
    move_out(&desktop, "saves", &disk);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    fs::rename(&disk, world.path("unplugged")).unwrap();
    let warned = desktop.command(&["push"]).any();
    warned.assert_says("leads nowhere");
    deck.command(&["pull"]).ok();
    assert!(deck.pack.join("saves/World/level.dat").exists());
    assert_eq!(world.repository(&id).snapshot_ids().len(), 1);
    fs::rename(world.path("unplugged"), &disk).unwrap();
    desktop.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_world_that_is_a_link_stays_one() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, _) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    let elsewhere = world.path("elsewhere/a world");
    move_out(&desktop, "saves/World", &elsewhere);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(
        &synced(&elsewhere),
        &synced(&deck.pack.join("saves/World")).without("session.lock"),
    );
    play::session(&deck.pack, "World", 2);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_link(&desktop, "saves/World", &elsewhere);
    assert_same_with_metadata(
        &synced(&elsewhere),
        &synced(&deck.pack.join("saves/World")).without("session.lock"),
    );
    desktop.command(&["push"]).ok().assert_silent();

    // Deleted there, it goes from the list of worlds here; what the link leads to is not ours.
    let before = synced(&elsewhere);
    fs::remove_dir_all(deck.pack.join("saves/World")).unwrap();
    deck.command(&["push", "--allow-shrink"]).ok();
    desktop.command(&["pull"]).ok();
    assert!(!desktop.pack.join("saves/World/level.dat").exists());
    let undo = Tree::of_all(&desktop.synced_by("undo"));
    let kept = undo.paths().any(|path| path.ends_with("World/level.dat"));
    assert!(kept || synced(&elsewhere).same(&before), "it is gone");
}

#[test]
fn a_link_inside_a_world_is_named_and_stays_where_it_is() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, _) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    let target = world.path("pack.zip");
    play::write(&target, "not of this world");
    let links = ["datapacks/linked.zip", "linked folder", "dangling"];
    let folder = desktop.pack.join("saves/World");
    symlink(&target, folder.join(links[0])).unwrap();
    symlink(&desktop.home, folder.join(links[1])).unwrap();
    symlink("nowhere", folder.join(links[2])).unwrap();
    let output = desktop.command(&["push"]).ok();
    for link in links {
        output.assert_says(&format!("saves/World/{link}"));
    }
    output.assert_says("links inside a save are not synced");
    deck.command(&["pull"]).ok();
    let pulled = deck.tree();
    for link in links {
        assert_eq!(pulled.get(Path::new("saves/World").join(link)), None);
    }
    assert!(pulled.get("saves/World/level.dat").is_some());
    let no_link = |path: &&Path| matches!(pulled.get(path).unwrap().kind, Kind::Link(_));
    assert_eq!(pulled.paths().find(no_link), None);

    play::session(&deck.pack, "World", 2);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    for link in links {
        assert!(fs::read_link(folder.join(link)).is_ok(), "{link} is gone");
    }
    assert_eq!(fs::read(&target).unwrap(), b"not of this world");
    let without = |tree: Tree| links.iter().fold(tree, Tree::without);
    assert_same(
        &without(synced(&folder)),
        &synced(&deck.pack.join("saves/World")).without("session.lock"),
    );
}

#[test]
fn a_name_that_is_not_unicode_is_named_and_the_rest_goes_on() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, _) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    let inside = desktop
        .pack
        .join("saves/World/data")
        .join(OsStr::from_bytes(b"map\xff.dat"));
    let whole = desktop.pack.join("saves").join(OsStr::from_bytes(b"W\xfe"));
    play::write(&inside, "x");
    play::write(&whole.join("level.dat"), "x");
    let output = desktop.command(&["push"]).ok();
    output.assert_says("not valid Unicode");
    output.assert_says("map");
    output.assert_says("W");
    output.assert_says("Saved saves/World");
    deck.command(&["pull"]).ok();
    let without = |tree: Tree| {
        [&inside, &whole].iter().fold(tree, |tree, path| {
            tree.without(path.strip_prefix(&desktop.pack).unwrap())
        })
    };
    assert_same_with_metadata(&without(synced(&desktop.pack)), &synced(&deck.pack));
    desktop.command(&["push", "--strict"]).code(1);

    // A pull leaves both alone.
    play::session(&deck.pack, "World", 2);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert!(inside.exists() && whole.join("level.dat").exists());
    assert_same_with_metadata(&without(synced(&desktop.pack)), &synced(&deck.pack));
}

#[test]
fn locks_logs_and_mods_never_travel() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    play::settings(&desktop.pack, 1);
    for path in [
        "saves/World/DIM-1/session.lock",
        "config/token.json",
        "screenshots/1.png",
        "crash-reports/x.txt",
        "usercache.json",
    ] {
        play::write(&desktop.pack.join(path), "x");
    }
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let pulled = deck.tree();
    for outside in ["session.lock", "token.json", "1.png", "usercache.json"] {
        let found = pulled.paths().find(|path| path.ends_with(outside));
        assert_eq!(found, None);
    }
    for outside in ["logs", "mods", "screenshots", "crash-reports"] {
        assert_eq!(pulled.get(outside), None, "{outside}");
    }

    // Whatever scope.json says: locks and our own files stay.
    play::write(&desktop.synced_by("scope.json"), r#"{"include": ["*"]}"#);
    play::session(&desktop.pack, "World", 2);
    desktop.command(&["push"]).ok();
    let repository = world.repository(&id);
    let newest = repository.snapshot_ids().pop().unwrap();
    let tree = Tree::of_all(&repository.restore(&newest));
    assert!(tree.get("screenshots/1.png").is_some());
    assert!(!tree.paths().any(|path| path.ends_with("session.lock")));
    let own: Vec<_> = tree
        .under(".cloud-sync")
        .paths()
        .map(Path::to_owned)
        .collect();
    assert_eq!(own, [Path::new("push.json")]);
}

#[test]
fn scope_json_says_what_is_synced_and_how_it_groups() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = two_devices(&world);
    // People write folders with a slash at the end.
    let scope = r#"{
        "include": ["./games/*", "notes/", "map.txt"],
        "exclude": ["**/*.bak", "games/Demo"],
        "units": [{"path": "games/*", "kind": "world"}, {"path": "map.txt", "kind": "settings"}]
    }"#;
    for device in [&desktop, &deck] {
        play::write(&device.synced_by("scope.json"), scope);
    }
    for path in [
        "games/One/level",
        "games/Two/level",
        "notes/deep/a.txt",
        "map.txt",
    ] {
        play::write_noise(&desktop.pack.join(path), 1, 500);
    }
    for path in ["games/One/level.bak", "games/Demo/level", "other.txt"] {
        play::write_noise(&desktop.pack.join(path), 1, 500);
    }
    play::world(&desktop.pack, "World", 1);
    let output = desktop.command(&["push"]).ok();
    output.assert_never_says("saves/World");
    deck.command(&["pull"]).ok();
    let outside = [
        "games/One/level.bak",
        "games/Demo",
        "other.txt",
        "saves",
        ".packignore",
    ];
    let expected = outside.iter().fold(desktop.tree(), Tree::without);
    assert_same_with_metadata(&expected, &deck.tree().without(".packignore"));

    // A game is whole: two devices in two games merge, in one game they ask.
    play::write(&desktop.pack.join("games/One/level"), "desktop");
    play::write(&deck.pack.join("games/Two/level"), "deck");
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    play::write(&desktop.pack.join("games/One/a"), "desktop");
    play::write(&deck.pack.join("games/One/b"), "deck");
    desktop.command(&["push"]).ok();
    let stopped = harmless(&deck, deck.command(&["pull"]), 3, &["games/One"]);
    stopped.assert_never_says("games/Two");
    world.repository(&id).check();
}

#[test]
fn a_scope_json_that_is_wrong_stops_everything_and_says_where() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, _, id) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    let cases = [
        ("", "scope.json"),
        ("{", "scope.json"),
        ("[]", "scope.json"),
        ("null", "scope.json"),
        (r#"{"include": "saves"}"#, "scope.json"),
        (r#"{"include": [1]}"#, "scope.json"),
        (r#"{"inclde": ["saves/*"]}"#, "inclde"),
        (r#"{"include": []}"#, "at least one path"),
        (r#"{"include": [""]}"#, "relative"),
        (r#"{"include": ["../up"]}"#, "../up"),
        (r#"{"include": ["/etc/passwd"]}"#, "/etc/passwd"),
        (r#"{"include": ["a//b"]}"#, "a//b"),
        (r#"{"include": ["["]}"#, "glob"),
        (r#"{"include": ["a**b"]}"#, "a**b"),
        (r#"{"include": [".cloud-sync/token"]}"#, ".cloud-sync/token"),
        (r#"{"exclude": ["{a"]}"#, "{a"),
        (
            r#"{"units": [{"path": "saves/*", "kind": "wrold"}]}"#,
            "wrold",
        ),
        (r#"{"units": [{"path": "saves/*"}]}"#, "kind"),
        (r#"{"units": [{"path": "../x", "kind": "world"}]}"#, "../x"),
        (
            r#"{"schema": 2, "include": ["saves/*"]}"#,
            "Update instance-sync",
        ),
    ];
    for (text, says) in cases {
        play::write(&desktop.synced_by("scope.json"), text);
        for command in ["pull", "push", "status"] {
            let run = desktop.command(&[command]);
            harmless(&desktop, run, 2, &["scope.json", says]);
        }
        assert_eq!(
            fs::read(desktop.synced_by("scope.json")).unwrap(),
            text.as_bytes()
        );
    }
    assert!(world.repository(&id).snapshot_ids().is_empty());
    // Repaired, it goes on; what it does not say is as in the profile.
    let scope = r#"{"schema": 1, "exclude": ["**/icon.png"]}"#;
    play::write(&desktop.synced_by("scope.json"), scope);
    let saved = desktop.command(&["push"]).ok();
    saved.assert_says("Saved saves/World");
    let repository = world.repository(&id);
    let tree = repository.tree(&repository.snapshot_ids()[0]);
    assert_same(
        &tree,
        &synced(&desktop.pack).without("saves/World/icon.png"),
    );
}

#[test]
fn a_custom_profile_without_scope_json_is_refused() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let device = world.device("desktop");
    let url = world.cloud().display().to_string();
    play::world(&device.pack, "World", 1);
    let scope = device.synced_by("scope.json");
    let init = || {
        let words = ["init", "--offline", "--profile=custom"];
        let run = device.command(&words).arg(format!("--url={url}"));
        run.arg(format!("--token={}", ALICE.token))
    };
    let says = ["custom", "scope.json", "include"];
    harmless(&device, init(), 2, &says);
    assert!(!device.synced_by("sync.json").exists());

    play::write(&scope, r#"{"include": ["saves/*"]}"#);
    init().ok();
    let text = fs::read(&scope).unwrap();
    fs::remove_file(&scope).unwrap();
    for command in ["pull", "push"] {
        harmless(&device, device.command(&[command]), 2, &says);
    }
    assert!(!world.cloud().join(ALICE.name).exists());
    play::write(&scope, text);
    harmless(&device, device.command(&["push"]), 0, &["saves/World"]);
}
