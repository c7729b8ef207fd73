//! `setup` in the list of instances: what a key does, and what a name may be.

use crate::support::launcher::{Brand, Launcher};
use crate::support::{ALICE, opted, play};

#[cfg(unix)]
#[test]
fn an_empty_box_is_not_taken_and_the_first_space_takes_one() {
    use crate::support::terminal::type_in;
    let world = opted::world();
    let device = world.device("deck");
    Launcher::install(&device, Brand::PrismLater, "One");
    Launcher::install(&device, Brand::PrismLater, "Two");
    let steps = [
        ("> [ ] One", "\r"),
        ("None is chosen yet", " "),
        ("> [x] One", " "),
        ("> [ ] One", "\x1b[B"),
        ("> [ ] Two", " "),
        ("> [x] Two", "\x03"),
    ];
    let run = device.command(&["setup", "--no-gui"]).no_pack();
    let Some(seen) = type_in(run, &steps) else {
        return;
    };
    assert_eq!(seen.code, -2, "{}", seen.last());
}

#[test]
fn an_instance_is_named_by_its_folder_too() {
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "folder-1");
    let named = "[General]\nConfigVersion=1.2\nname=Sky Block\n";
    play::write(&launcher.instance.join("instance.cfg"), named);
    // Opted in already: the name is all that is looked at.
    let init = device.command(&["init", "--offline", "--url=/nowhere/cloud"]);
    init.arg(format!("--token={}", ALICE.token))
        .pack(&launcher.game)
        .ok();
    let game = launcher.game.display().to_string();
    let folder = launcher.instance.display().to_string();
    for name in ["Sky Block", "folder-1", &folder, &game] {
        let option = format!("--instance={name}");
        let run = device.command(&["setup", &option]).no_pack();
        run.ok().assert_says("opted in already");
    }
    let run = device.command(&["setup", "--instance=Nobody"]).no_pack();
    run.code(2).assert_says("Sky Block");
}

#[test]
fn a_copy_is_offered_the_command_that_opts_it_in_and_every_hidden_instance_its_own() {
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "Pack");
    for name in ["A", "B"] {
        let own = "[General]\nConfigVersion=1.2\nOverrideCommands=true\n";
        let at = launcher.folder.join("instances").join(name);
        play::write(&at.join("instance.cfg"), own);
    }
    let said = device.command(&["list"]).ok();
    said.assert_says("hooks install \"--instance=A\" \"--instance=B\"");
}

#[test]
fn secrets_of_a_flatpak_are_refused_to_the_keyring() {
    let world = opted::world();
    let device = world.device("deck");
    let game = device
        .home
        .join(".var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher/instances/A/minecraft");
    play::world(&game, "My World", 1);
    let init = |keyring: Option<&str>| {
        let words = ["init", "--offline", "--url=/nowhere/cloud"];
        let run = device.command(&words).args(keyring).pack(&game);
        run.arg(format!("--token={}", ALICE.token))
    };
    init(Some("--keyring"))
        .code(2)
        .assert_says("Flatpak")
        .assert_says("Leave --keyring out");
    assert!(!game.join(".cloud-sync").exists());
    init(None).ok();
    let to = device.command(&["token", "move", "--to=keyring"]);
    to.pack(&game).code(2).assert_says("Flatpak");
    assert!(game.join(".cloud-sync/token").exists());
}

#[test]
fn the_log_calls_an_instance_by_its_name_whoever_starts_a_command() {
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "folder-1");
    let named = "[General]\nConfigVersion=1.2\nname=Sky Block\n";
    play::write(&launcher.instance.join("instance.cfg"), named);
    play::world(&launcher.game, "My World", 1);
    let init = device.command(&["init", "--offline", "--url=/nowhere/cloud"]);
    init.arg(format!("--token={}", ALICE.token))
        .pack(&launcher.game)
        .ok();
    let log = std::fs::read_to_string(launcher.game.join(".cloud-sync/log")).unwrap();
    assert!(log.contains("  init  Sky Block ("), "{log}");
}
