//! `list`: all instances of all launchers, and how they stand.

use std::fs;

use crate::support::launcher::{Brand, Launcher};
use crate::support::{ALICE, Answer, FaultServer, opted, play, schema};

#[test]
fn instances_are_listed_with_what_their_folders_say() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "Skyblock");
    let at = |name: &str| launcher.folder.join("instances").join(name);
    play::write(
        &at("hidden/instance.cfg"),
        "[General]\nConfigVersion=1.2\nname=\\x65b0 Pack\nOverrideCommands=true\n",
    );
    fs::create_dir_all(at("hidden/.minecraft")).unwrap();
    fs::create_dir_all(at("hidden/minecraft")).unwrap();
    fs::create_dir_all(at("no instance")).unwrap();
    let more = device.home.join("more");
    play::write(
        &more.join("Far/instance.cfg"),
        "[General]\nConfigVersion=1.2\n",
    );
    fs::create_dir_all(more.join("Far/.minecraft")).unwrap();
    play::write(
        &launcher.settings(),
        format!(
            "[General]\nConfigVersion=1.2\nAdditionalInstanceDirs=nowhere, {}\n",
            more.display()
        ),
    );
    Launcher::install(&device, Brand::MultiMc, "Old");
    Launcher::install(&device, Brand::AtLauncher, "Factory");

    play::world(&launcher.game, "My World", 1);
    let id = format!("--instance-id={}", opted::ID);
    let init = device
        .command(&["init", "--offline", &id])
        .pack(&launcher.game);
    init.args([
        format!("--url={}", server.url()),
        format!("--token={}", ALICE.token),
    ])
    .ok();
    device
        .command(&["push"])
        .pack(&launcher.game)
        .ok()
        .assert_says("503");

    let list = || device.command(&["list", "--json"]).ok().json();
    let found = list();
    schema::assert_valid("list", &found);
    let all = found["instances"].as_array().unwrap();
    let names: Vec<&str> = all
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Far", "Skyblock", "\u{65b0} Pack", "Old", "Factory"]
    );
    let folder = |number: usize| all[number]["game_folder"].as_str().unwrap().to_owned();
    assert_eq!(folder(0), more.join("Far/.minecraft").display().to_string());
    assert_eq!(folder(1), launcher.game.display().to_string());
    assert_eq!(folder(2), at("hidden/minecraft").display().to_string());
    assert!(folder(3).ends_with("multimc/instances/Old/.minecraft"));
    assert!(folder(4).ends_with("atlauncher/instances/Factory"));
    assert_eq!(
        (&all[1]["opted_in"], &all[1]["instance_id"]),
        (&true.into(), &opted::ID.into())
    );
    assert_eq!(
        (&all[1]["pending_push"], &all[1]["last_sync"]),
        (&true.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&all[0]["opted_in"], &all[0]["hooks"]),
        (&false.into(), &"none".into())
    );
    assert_eq!(all[2]["hooks"], "shadowed");

    let shown = device.command(&["list"]).ok();
    shown
        .assert_says("push pending")
        .assert_says("hooks install \"--instance=\u{65b0} Pack\"");
    shown.assert_says("To wire the launchers: instance-sync hooks install");
    shown.assert_never_says(ALICE.secret);

    device.command(&["hooks", "install"]).ok();
    device
        .command(&["hooks", "install", "--instance=hidden"])
        .ok();
    let found = list();
    let hooks: Vec<&str> = found["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["hooks"].as_str().unwrap())
        .collect();
    assert_eq!(
        hooks,
        ["launcher", "launcher", "own", "launcher", "launcher"]
    );
    assert_eq!(server.requests().len(), 1, "list asked the cloud");
}

#[test]
fn what_cannot_be_read_is_said_beside_its_instance() {
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::AtLauncher, "Factory");
    play::write(&launcher.game.join(".cloud-sync/sync.json"), "{");
    play::write(
        &launcher.folder.join("instances/Broken/instance.json"),
        "[]",
    );
    let shown = device.command(&["list"]).ok();
    shown
        .assert_says("Factory: ")
        .assert_says("sync.json")
        .assert_says("Broken: ")
        .assert_says("not a JSON object");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_too_long_is_cut_to_the_terminal() {
    use crate::support::terminal;
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::Prism10, "Pack");
    let name = "A very long name of a pack, ".repeat(6);
    play::write(
        &launcher.instance.join("instance.cfg"),
        format!("[General]\nConfigVersion=1.2\nname=\"{name}\"\n"),
    );
    let Some(seen) = terminal::type_in(device.command(&["list"]), &[]) else {
        return;
    };
    let lines: Vec<&str> = seen.last().lines().collect();
    assert!(
        lines[1].contains("...") && lines[1].contains("Prism Launcher"),
        "{}",
        seen.last()
    );
    assert!(lines[0].starts_with("name ") && lines[0].contains("hooks"));
}
