//! Opting in without a server: what is noted for the first push, and what opting in anew keeps.

use std::fs;

use serde_json::Value;

use crate::support::opted::{ID, harmless};
use crate::support::repository::copy_folder;
use crate::support::{Device, Run, World, opted, play};

const CLOUD: &str = "--url=/nowhere/cloud";
const TOKEN: &str = "--token=alice:desktop-secret";

/// Opts in without asking anybody; nothing else is given.
fn offline(device: &Device, words: &[&str]) -> Run {
    device.command(&["init", "--offline", CLOUD]).args(words)
}

fn state(device: &Device) -> Value {
    device.json("state.json")
}

/// A device whose folder has a world, opted in with these words.
fn opted(world: &World, name: &str, words: &[&str]) -> Device {
    let device = world.device(name);
    play::world(&device.pack, "World", 1);
    offline(&device, words).arg(TOKEN).ok();
    device
}

#[test]
fn what_is_no_folder_is_said_to_be_none() {
    let world = opted::world();
    let device = world.device("deck");
    let file = device.pack.join("options.txt");
    play::write(&file, "x");
    let init = device
        .command(&["init", "--offline", CLOUD, TOKEN])
        .pack(&file);
    init.code(2).assert_says("is not a folder");
    let missing = device.pack.join("missing");
    let init = device
        .command(&["init", "--offline", CLOUD, TOKEN])
        .pack(&missing);
    init.code(2).assert_says("cannot use the folder");
}

/// The first push creates a repository only for an instance that began here.
#[test]
fn the_first_push_is_to_create_what_nobody_else_can_have_created() {
    let world = opted::world();
    let device = opted(&world, "new", &[]);
    assert_eq!(state(&device)["to_create"], true);
    let id = device.instance_id();
    // It is still to be created after opting in anew, but not where somebody says that it is there.
    offline(&device, &["--force"]).ok();
    assert_eq!(state(&device)["to_create"], true);
    assert_eq!(device.instance_id(), id);
    offline(&device, &["--force", &format!("--instance-id={id}")]).ok();
    assert_eq!(state(&device)["to_create"], false);
    let device = opted(&world, "joins", &[&format!("--instance-id={ID}")]);
    assert_eq!(state(&device)["to_create"], false);
    offline(&device, &["--force"]).ok();
    assert_eq!(state(&device)["to_create"], false);
    assert_eq!(device.instance_id(), ID);
}

/// What a launcher calls it names a new instance, and never one that others have.
#[test]
fn a_name_is_noted_that_was_given_or_that_the_launcher_has_for_a_new_instance() {
    let world = opted::world();
    let (named, join) = ("--instance-label=Named", format!("--instance-id={ID}"));
    let cases: [(&str, &[&str], bool, Value); 6] = [
        ("a", &[], false, Value::Null),
        ("b", &[named], false, "Named".into()),
        ("c", &[], true, "Launcher".into()),
        ("d", &[named], true, "Named".into()),
        ("e", &[&join], true, Value::Null),
        ("f", &[&join, named], true, "Named".into()),
    ];
    for (name, words, launcher, label) in cases {
        let device = world.device(name);
        let mut run = offline(&device, words).arg(TOKEN);
        if launcher {
            run = run.env("INST_NAME", "Launcher");
        }
        run.ok();
        assert_eq!(state(&device)["label"], label, "{words:?} {launcher}");
    }
}

#[test]
fn opting_in_anew_keeps_the_secrets_of_the_same_instance_and_of_no_other() {
    let world = opted::world();
    let device = opted(&world, "deck", &[]);
    let read = |file: &str| fs::read(device.synced_by(file)).unwrap();
    let before = ["token", "key"].map(read);
    offline(&device, &["--force"]).ok();
    assert_eq!(["token", "key"].map(read), before);
    let other = offline(&device, &["--force", &format!("--instance-id={ID}")]);
    other.code(2).assert_says("Give a token");
    assert_eq!(["token", "key"].map(read), before);
}

/// Nobody needs an account for a folder, where a passphrase is given.
#[test]
fn a_passphrase_alone_is_kept_as_well() {
    let world = opted::world();
    let device = world.device("deck");
    let passphrase = device.home.join("passphrase");
    play::write(&passphrase, "long enough to be one\n");
    let given = format!("--passphrase-file={}", passphrase.display());
    offline(&device, &[&given]).ok();
    assert!(!device.synced_by("token").exists());
    let before = fs::read(device.synced_by("key")).unwrap();
    offline(&device, &["--force"]).ok();
    assert_eq!(fs::read(device.synced_by("key")).unwrap(), before);
}

/// A copy that is opted in anew as the same instance is another folder of it.
#[test]
fn opting_in_anew_goes_on_in_the_same_folder_and_begins_in_a_copy() {
    let world = opted::world();
    let device = opted(&world, "deck", &[]);
    let before = state(&device)["replica"].clone();
    offline(&device, &["--force"]).ok();
    assert_eq!(state(&device)["replica"], before);
    let copy = device.home.join("copy");
    copy_folder(&device.pack, &copy);
    let id = device.instance_id();
    let words = ["init", "--offline", CLOUD, TOKEN, "--force"];
    let init = device.command(&words).pack(&copy);
    init.arg(format!("--instance-id={id}")).ok();
    let state = fs::read(copy.join(".cloud-sync/state.json")).unwrap();
    let state: Value = serde_json::from_slice(&state).unwrap();
    assert!(state["replica"].is_string());
    assert_ne!(state["replica"], before);
}

/// Hooks in a Flatpak do not reach the keyring; files they do.
#[cfg(target_os = "linux")] // elsewhere there is a keyring
#[test]
fn the_keyring_is_refused_for_a_flatpak_alone() {
    let world = opted::world();
    let device = world.device("deck");
    let inside = device
        .home
        .join(".var/app/org.x/data/Prism/instances/A/minecraft");
    fs::create_dir_all(&inside).unwrap();
    let words = ["init", "--offline", CLOUD, TOKEN];
    let keyring = device.command(&words).pack(&inside).arg("--keyring");
    harmless(&device, keyring, 2, &["belongs to a Flatpak"]);
    assert!(!inside.join(".cloud-sync").exists());
    let said = offline(&device, &["--keyring"]).arg(TOKEN).code(1);
    said.assert_never_says("Flatpak");
    device.command(&words).pack(&inside).ok();
    assert!(inside.join(".cloud-sync/token").exists());
}

/// A state that a newer version wrote is not thrown away, unless somebody says so.
#[test]
fn a_state_of_a_newer_version_is_begun_anew_on_request_alone() {
    let world = opted::world();
    let device = opted(&world, "deck", &[]);
    let id = format!("--instance-id={}", device.instance_id());
    let newer = r#"{"schema": 999}"#;
    play::write(&device.synced_by("state.json"), newer);
    fs::remove_file(device.synced_by("sync.json")).unwrap();
    offline(&device, &[&id]).arg(TOKEN).code(2);
    let read = || fs::read_to_string(device.synced_by("state.json")).unwrap();
    assert_eq!(read(), newer);
    offline(&device, &[&id, "--force"]).arg(TOKEN).ok();
    assert_eq!(state(&device)["instance_id"], device.instance_id());
}
