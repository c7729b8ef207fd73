//! `doctor` where no repository is needed: launchers, exports, secrets; the remedies that it names.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::launcher::{Brand, Launcher};
use crate::support::{ALICE, Answer, Device, FaultServer, opted, play};

/// Returns what doctor finds of one check, in the game folder or anywhere.
#[track_caller]
fn found(device: &Device, pack: Option<&Path>, check: &str) -> Vec<Value> {
    let run = device.command(&["doctor", "--json", "--no-download"]);
    let run = match pack {
        Some(pack) => run.pack(pack),
        None => run.no_pack(),
    };
    let output = run.any();
    let lines = output.stdout.lines();
    let all = lines.map(|line| serde_json::from_str::<Value>(line).expect(line));
    all.filter(|line| line["check"] == check).collect()
}

#[track_caller]
fn assert_one(found: &[Value], verdict: &str, says: &[&str]) {
    let [one] = found else {
        panic!("not one finding: {found:?}")
    };
    assert_eq!(one["verdict"], verdict, "{one}");
    for text in says {
        assert!(one.to_string().contains(text), "no {text:?} in {one}");
    }
}

/// Opts an instance of a launcher in.
fn opt_in(device: &Device, launcher: &Launcher, url: &str) {
    play::world(&launcher.game, "My World", 1);
    let instance = format!("--instance-id={}", opted::ID);
    let init = device.command(&["init", "--offline", &instance]);
    let words = [format!("--url={url}"), format!("--token={}", ALICE.token)];
    init.pack(&launcher.game).args(words).ok();
}

#[test]
fn a_wrapper_command_is_known_and_one_that_leads_nowhere_is_a_fault() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "Pack");
    opt_in(&device, &launcher, &server.url());
    let set = |program: &str| {
        let wrapper = format!("WrapperCommand=\"\\\"{program}\\\" run --\"\n");
        let text = format!("[General]\nConfigVersion=1.2\n{wrapper}");
        play::write(&launcher.settings(), text);
    };
    assert_one(&found(&device, None, "hooks"), "fault", &["nothing syncs"]);
    set(env!("CARGO_BIN_EXE_instance-sync"));
    assert_one(&found(&device, None, "hooks"), "well", &["wrapper command"]);
    set("/gone/instance-sync");
    let says = [
        "WrapperCommand starts /gone",
        "no game starts",
        "Correct or clear",
    ];
    assert_one(&found(&device, None, "program"), "fault", &says);
    // Beside hooks that work, too.
    device.command(&["hooks", "install"]).ok();
    let all = found(&device, None, "program");
    let faults: Vec<&Value> = all.iter().filter(|one| one["verdict"] == "fault").collect();
    assert_eq!(faults.len(), 1, "{all:?}");
}

#[test]
fn a_program_that_one_instance_misses_is_put_right_for_that_instance() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "Pack");
    opt_in(&device, &launcher, &server.url());
    device.command(&["hooks", "install"]).ok();
    let own = "[General]\nConfigVersion=1.2\nname=My Pack\nOverrideCommands=true\n\
               PreLaunchCommand=/gone/instance-sync pull\nPostExitCommand=/gone/instance-sync push\n";
    play::write(&launcher.instance.join("instance.cfg"), own);
    let faults = || {
        let all = found(&device, None, "program");
        let faults = all.into_iter().filter(|one| one["verdict"] == "fault");
        faults.collect::<Vec<_>>()
    };
    let remedy = "hooks install \\\"--instance=My Pack\\\"";
    assert_one(&faults(), "fault", &["/gone/instance-sync", remedy]);
    device
        .command(&["hooks", "install", "--instance=My Pack"])
        .ok();
    assert!(faults().is_empty());
    // What is switched off keeps nothing from starting.
    play::write(
        &launcher.instance.join("instance.cfg"),
        own.replace("Commands=true", "Commands=false"),
    );
    assert!(faults().is_empty());
}

#[test]
fn the_list_that_does_not_leave_the_token_out_is_named() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::PrismLater, "Pack");
    opt_in(&device, &launcher, &server.url());
    let check = || found(&device, Some(&launcher.game), "exports");
    assert_one(&check(), "well", &[]);
    let above = launcher.instance.join(".packignore");
    fs::remove_file(&above).unwrap();
    let says = format!("Add the line minecraft/.cloud-sync to {}", above.display());
    assert_one(&check(), "fault", &[&says]);
    let game = launcher.game.join(".packignore").display().to_string();
    assert!(!check()[0].to_string().contains(&game));
    play::write(&above, "minecraft/.cloud-sync\n");
    assert_one(&check(), "well", &[]);
}

#[test]
fn nothing_is_promised_of_launchers_that_read_no_list() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::AtLauncher, "Pack");
    opt_in(&device, &launcher, &server.url());
    let exports = found(&device, Some(&launcher.game), "exports");
    assert_one(&exports, "note", &["neither", "Untick .cloud-sync"]);
}

#[test]
fn a_memory_that_is_broken_is_a_fault_with_its_remedy() {
    let world = opted::world();
    let device = world.device("deck");
    Launcher::install(&device, Brand::Prism9, "Pack");
    let memory = device.home.join(".local/share/instance-sync/hooks.json");
    play::write(&memory, "{\"schema\"");
    let says = ["hooks.json", "move it to another place"];
    assert_one(&found(&device, None, "launchers"), "fault", &says);
    assert_eq!(found(&device, None, "hooks").len(), 1);
}

#[test]
fn a_token_that_cannot_be_read_names_the_folder_in_its_remedy() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = opted::played(&world, "deck", &server.url());
    play::write(&device.synced_by("token"), "no token");
    let secrets = found(&device, Some(&device.pack), "secrets");
    let says = ["setup --force", "--pack-folder="];
    assert_one(&secrets, "fault", &says);
}

#[test]
fn two_folders_that_are_one_instance_are_noticed() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let first = Launcher::install(&device, Brand::PrismLater, "First");
    let second = Launcher::install(&device, Brand::PrismLater, "Second");
    opt_in(&device, &first, &server.url());
    assert!(found(&device, None, "copy").is_empty());
    opt_in(&device, &second, &server.url());
    let all = found(&device, None, "copy");
    assert_eq!(all.len(), 2, "{all:?}");
    assert_one(&all[..1], "note", &["First", "Second", "disable"]);
    device
        .command(&["list"])
        .ok()
        .assert_says("twice on this device");
    let listed = device.command(&["list", "--json"]).ok().json();
    crate::support::schema::assert_valid("list", &listed);
    assert_eq!(
        listed["instances"][0]["same_as"][0],
        second.game.display().to_string()
    );
}

#[cfg(unix)]
#[test]
fn a_restic_that_is_too_old_is_not_called_missing() {
    let world = opted::world();
    let device = world.device("deck");
    let old = world.path("old/restic");
    crate::support::script::install(
        &old,
        "#!/bin/sh\necho 'restic 0.9.6 compiled with go1.13'\n",
    );
    let run = device.command(&["doctor", "--json", "--no-download"]);
    let said = run.env("PATH", old.parent().unwrap()).any();
    let line = said.stdout.lines().find(|line| line.contains("\"restic\""));
    let line = line.expect("a finding");
    assert!(line.contains("0.9.6") && line.contains("too old"), "{line}");
    let url = format!("--url={}", world.cloud().display());
    let init = device.command(&["init", "--no-download", "--token=alice:secret", &url]);
    init.env("PATH", old.parent().unwrap())
        .code(1)
        .assert_says("0.9.6, which is too old");
}
