//! `doctor`: each planted fault is found, by name, with what to do about it; and nothing else is.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::launcher::{Brand, Launcher};
use crate::support::mounted::Mounted;
use crate::support::opted::{self, ID, pushed, put};
use crate::support::{ALICE, Answer, Device, FaultServer, Run, Tree, World, play, template};

/// Runs doctor; returns the message and the remedies of each check that is at fault.
#[track_caller]
fn faults_of(run: Run) -> BTreeMap<String, String> {
    let output = run.any();
    output.assert_never_says(ALICE.secret);
    let lines: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let found: BTreeMap<String, String> = lines
        .iter()
        .filter(|line| line["verdict"] == "fault")
        .map(|line| {
            let remedies = line["remedies"].as_array().expect("remedies");
            assert!(!remedies.is_empty(), "no remedy: {line}");
            let check = line["check"].as_str().expect("a check").to_owned();
            (check, line.to_string())
        })
        .collect();
    let expected = i32::from(!found.is_empty());
    assert_eq!(output.status.code(), Some(expected), "{output}");
    found
}

fn doctor(device: &Device) -> Run {
    device.command(&["doctor", "--json"])
}

/// Checks that just this one fault is found, and that what is said of it holds these texts.
#[track_caller]
fn assert_fault(run: Run, check: &str, says: &[&str]) {
    let found = faults_of(run);
    let checks: Vec<&String> = found.keys().collect();
    assert_eq!(checks, [check], "{found:?}");
    for text in says {
        assert!(
            found[check].contains(text),
            "no {text:?} in {}",
            found[check]
        );
    }
}

#[test]
fn a_healthy_instance_has_no_fault_and_people_see_a_table() {
    let Some((_world, desktop)) = pushed() else {
        return;
    };
    assert_eq!(faults_of(doctor(&desktop)), BTreeMap::new());
    let said = desktop.command(&["doctor"]).ok();
    for text in [
        "This machine",
        "ok     restic",
        "opens the repository",
        "no push waits",
    ] {
        said.assert_says(text);
    }
    let before = Tree::of_all(&desktop.pack);
    desktop.command(&["doctor"]).ok();
    crate::support::assert_same(&before, &Tree::of_all(&desktop.pack));
}

#[test]
fn a_folder_that_is_not_opted_in_is_no_fault() {
    let world = opted::world();
    let device = world.device("deck");
    assert_eq!(faults_of(doctor(&device)), BTreeMap::new());
    assert!(!device.pack.join(".cloud-sync").exists());
}

#[test]
fn what_is_wrong_with_the_folder_is_found() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    // An export that would take the token along.
    let above = desktop.pack.parent().unwrap();
    play::write(&above.join("instance.cfg"), "name=Skyblock\n");
    let pack = desktop.pack.file_name().unwrap().to_str().unwrap();
    play::write(&above.join(".packignore"), format!("{pack}/.cloud-sync\n"));
    let ignore = desktop.pack.join(".packignore");
    let kept = fs::read(&ignore).unwrap();
    fs::remove_file(&ignore).unwrap();
    assert_fault(
        doctor(&desktop),
        "exports",
        &["token", ".packignore", "setup --force"],
    );
    fs::write(&ignore, kept).unwrap();

    // Links that nobody saves.
    #[cfg(unix)]
    {
        let link = desktop.pack.join("saves/My World/link");
        std::os::unix::fs::symlink("/nowhere", &link).unwrap();
        assert_fault(
            doctor(&desktop),
            "not-synced",
            &["saves/My World/link", "scope.json"],
        );
        fs::remove_file(link).unwrap();
    }

    // A push that found no cloud.
    play::session(&desktop.pack, "My World", 2);
    let away = world.path("away");
    fs::rename(world.cloud(), &away).unwrap();
    desktop.command(&["push"]).ok().assert_says("not there");
    let found = faults_of(doctor(&desktop));
    let checks: Vec<&String> = found.keys().collect();
    assert_eq!(checks, ["pending", "server"], "{found:?}");
    assert!(found["pending"].contains("instance-sync push"), "{found:?}");
    assert!(
        found["server"].contains("Is the disk connected?"),
        "{found:?}"
    );
    fs::rename(away, world.cloud()).unwrap();
    assert_fault(doctor(&desktop), "pending", &["not in the cloud yet"]);
    desktop.command(&["push"]).ok();

    // A copy of the instance.
    let mut copy = desktop.clone();
    copy.pack = desktop.home.join("instances/Copy/minecraft");
    put(&Tree::of_all(&desktop.pack), &copy.pack);
    assert_fault(
        doctor(&copy),
        "copy",
        &["instance-sync setup", "Copy", "disable"],
    );

    // Worlds that went all at once.
    fs::rename(desktop.pack.join("saves"), world.path("unplugged")).unwrap();
    assert_fault(
        doctor(&desktop),
        "missing",
        &["saves/My World", "--allow-shrink", "--keep=cloud"],
    );
    fs::rename(world.path("unplugged"), desktop.pack.join("saves")).unwrap();

    // A marker that is broken.
    let marker = desktop.synced_by("sync.json");
    let text = fs::read_to_string(&marker).unwrap();
    fs::write(&marker, &text[..text.len() / 2]).unwrap();
    assert_fault(doctor(&desktop), "opt-in", &["sync.json", "setup --force"]);
    fs::write(&marker, text).unwrap();
    assert_eq!(faults_of(doctor(&desktop)), BTreeMap::new());
}

#[test]
fn what_is_wrong_with_the_secrets_is_found() {
    let Some((_world, desktop)) = pushed() else {
        return;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::Permissions::from_mode(0o644);
        fs::set_permissions(desktop.synced_by("token"), mode).unwrap();
        assert_fault(doctor(&desktop), "permissions", &["token", "mended"]);
        assert_eq!(faults_of(doctor(&desktop)), BTreeMap::new());
    }
    let key = fs::read_to_string(desktop.synced_by("key")).unwrap();
    let other = key
        .replace(ALICE.secret, "something else")
        .replace("fast_", "no_");
    fs::write(desktop.synced_by("key"), other).unwrap();
    assert_fault(doctor(&desktop), "password", &["--passphrase-file"]);
    fs::remove_file(desktop.synced_by("key")).unwrap();
    fs::remove_file(desktop.synced_by("token")).unwrap();
    let found = faults_of(doctor(&desktop));
    assert!(found["secrets"].contains("keyring"), "{found:?}");
}

#[test]
fn a_restic_that_does_not_run_is_found() {
    let Some((_world, desktop)) = pushed() else {
        return;
    };
    let data = desktop.home.join(".local/share/instance-sync");
    let program = data.join(instance_sync::store::release::Release::pinned().program_name());
    fs::write(&program, "broken by a full disk").unwrap();
    assert_fault(doctor(&desktop), "restic", &["does not run", "Remove "]);
    fs::remove_file(&program).unwrap();
    let old = "--restic-binary=/nowhere/restic";
    let found = faults_of(doctor(&desktop).arg(old));
    assert!(found["restic"].contains("/nowhere/restic"), "{found:?}");
}

#[test]
fn what_is_wrong_with_the_server_is_found() {
    let Some(mut world) = World::with_server() else {
        return;
    };
    if template::repository(&world.server().repository_folder(ALICE, ID), ALICE.secret).is_none() {
        return;
    }
    let desktop = world.device("desktop");
    let (url, ca) = (
        world.server().url(),
        format!("--ca-file={}", world.server().ca_file().display()),
    );
    let instance = format!("--instance-id={ID}");
    desktop.init(&url, ALICE.token, &[&instance, &ca]);
    assert_eq!(faults_of(doctor(&desktop)), BTreeMap::new());
    // The account is refused; the certificate is not trusted; the instance is not there; nobody is.
    play::write(&desktop.synced_by("token"), "alice:wrong");
    assert_fault(doctor(&desktop), "credentials", &["401", "setup --force"]);
    play::write(&desktop.synced_by("token"), ALICE.token);
    let marker = fs::read_to_string(desktop.synced_by("sync.json")).unwrap();
    let mut other: Value = serde_json::from_str(&marker).unwrap();
    other.as_object_mut().unwrap().remove("ca_file");
    play::write(&desktop.synced_by("sync.json"), other.to_string());
    assert_fault(doctor(&desktop), "server", &["not trusted", "--ca-file"]);
    play::write(&desktop.synced_by("sync.json"), marker);
    world.server_mut().stop();
    assert_fault(doctor(&desktop), "server", &["cannot be reached"]);
}

#[test]
fn a_token_that_is_gone_is_found_though_the_key_is_there() {
    let server = FaultServer::always(Answer::json("[]"));
    let world = opted::world();
    let device = opted::played(&world, "deck", &server.url());
    fs::remove_file(device.synced_by("token")).unwrap();
    let found = faults_of(doctor(&device));
    assert!(found["secrets"].contains("setup --force"), "{found:?}");
    let nowhere = doctor(&device).pack(device.home.join("nowhere"));
    assert_fault(nowhere, "opt-in", &["no such folder"]);
}

#[test]
fn a_clock_that_is_wrong_is_found() {
    let world = opted::world();
    let date = |text: &str| {
        let list = Answer::json("[]").header("Date", text);
        let server = FaultServer::always(list);
        let device = opted::played(&world, &text[5..7], &server.url());
        faults_of(doctor(&device)).remove("clock")
    };
    let clock = date("Sun, 01 Jan 2017 00:00:00 GMT").expect("a clock that is wrong");
    assert!(
        clock.contains("ahead of") && clock.contains("Set the clock"),
        "{clock}"
    );
    let clock = date("Fri, 02 Jan 2099 00:00:00 GMT").expect("a clock that is wrong");
    assert!(clock.contains("behind"), "{clock}");
    let now = jiff::fmt::rfc2822::to_string(&jiff::Zoned::now()).unwrap();
    assert_eq!(date(&now), None);
    assert_eq!(date("Thu, nonsense"), None);
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_without_room_is_found() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let Some(_disk) = Mounted::of_megabytes(&desktop.pack, 16) else {
        return;
    };
    desktop.init(&world.cloud().display().to_string(), ALICE.token, &[]);
    assert_fault(doctor(&desktop), "space", &["left", "Make room"]);
}

#[test]
fn what_is_wrong_with_the_launchers_is_found() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let device = world.device("deck");
    let prism = Launcher::install(&device, Brand::PrismLater, "Sky Block");
    let anywhere = || device.command(&["doctor", "--json"]).no_pack();
    // Nothing is synced: nothing waits for hooks.
    assert_eq!(faults_of(anywhere()), BTreeMap::new());
    let init = device
        .command(&["init", "--token", ALICE.token])
        .pack(&prism.game);
    init.arg(format!("--url={}", world.cloud().display())).ok();
    assert_fault(
        anywhere(),
        "hooks",
        &["Sky Block", "instance-sync hooks install", "Prism"],
    );
    device.command(&["hooks", "install"]).ok();
    assert_eq!(faults_of(anywhere()), BTreeMap::new());

    // A hook whose program is gone, or is no program.
    let program = device
        .home
        .join(".local/share/instance-sync/bin/instance-sync");
    let bytes = fs::read(&program).unwrap();
    fs::remove_file(&program).unwrap();
    let says = [
        "not there",
        "no game starts",
        "hooks install",
        "hooks remove",
    ];
    assert_fault(anywhere(), "program", &says);
    fs::write(&program, bytes).unwrap();
    #[cfg(unix)]
    assert_fault(anywhere(), "program", &["cannot be executed"]);
    device.command(&["hooks", "install"]).ok();
    assert_eq!(faults_of(anywhere()), BTreeMap::new());

    // Commands of its own hide the launcher's.
    let own = "[General]\nConfigVersion=1.2\nname=Sky Block\nOverrideCommands=true\n";
    play::write(&prism.instance.join("instance.cfg"), own);
    let remedy = "hooks install \\\"--instance=Sky Block\\\"";
    assert_fault(anywhere(), "hidden", &["Sky Block", remedy]);
    device
        .command(&["hooks", "install", "--instance=Sky Block"])
        .ok();
    assert_eq!(faults_of(anywhere()), BTreeMap::new());

    // What is synced is looked at, wherever doctor is called.
    fs::remove_file(prism.game.join(".packignore")).unwrap();
    assert_fault(anywhere(), "exports", &["Sky Block"]);
}
