//! Credentials that are refused: a wrong secret, another account's path, a wrong repository
//! password.

use crate::support::opted::{ID, assert_kept, harmless, synced};
use crate::support::{ALICE, BOB, Device, Repository, Tree, World, assert_same, play, template};

/// A world with a server that holds the instance, and a device that has joined and pushed.
fn pushed() -> Option<(World, Device)> {
    let world = World::with_server()?;
    template::repository(&world.server().repository_folder(ALICE, ID), ALICE.secret)?;
    let desktop = join(&world, "desktop");
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    Some((world, desktop))
}

fn ca(world: &World) -> String {
    format!("--ca-file={}", world.server().ca_file().display())
}

fn join(world: &World, name: &str) -> Device {
    let device = world.device(name);
    let instance = format!("--instance-id={ID}");
    let options = [instance.as_str(), &ca(world)];
    device.init(&world.server().url(), ALICE.token, &options);
    device
}

fn data(world: &World) -> Tree {
    Tree::of_all(&world.path("server/data"))
}

#[test]
fn a_wrong_secret_refuses_a_push_and_lets_the_game_start() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    let before = data(&world);
    for token in ["alice:wrong-secret", "carol:wrong-secret"] {
        play::write(&desktop.synced_by("token"), token);
        let says = ["401", "Check the token"];
        harmless(&desktop, desktop.command(&["push"]), 4, &says);
        let says = ["401", "Check the token", "The game starts"];
        harmless(&desktop, desktop.command(&["pull"]), 0, &says);
        harmless(&desktop, desktop.command(&["pull", "--strict"]), 1, &says);
        let status = harmless(&desktop, desktop.command(&["status"]), 0, &["401"]);
        status.assert_never_says("wrong-secret");

        let fresh = world.device("fresh");
        for instance in [&[][..], &["--instance-id=01K4Z3N5T6V7W8X9Y0ZABCDEFG"]] {
            let url = format!("--url={}", world.server().url());
            let run = fresh.command(&["init", &url, &ca(&world)]);
            let run = run.arg(format!("--token={token}")).args(instance);
            harmless(&fresh, run, 4, &["401", "left as it was"]);
            assert!(Tree::of_all(&fresh.pack).is_empty());
        }
    }
    assert_same(&before, &data(&world));
    // What was refused waits, and is said to.
    let status = desktop.command(&["status", "--json", "--offline"]).ok();
    assert_eq!(status.json()["pending_push"], true);
    // With the right one again, what was refused goes out.
    play::write(&desktop.synced_by("token"), ALICE.token);
    harmless(
        &desktop,
        desktop.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
}

#[test]
fn another_accounts_path_is_refused_and_nothing_is_created_there() {
    let Some((world, _)) = pushed() else {
        return;
    };
    let before = data(&world);
    let fresh = world.device("fresh");
    // Below bob's folder, with alice's token.
    let url = format!("--url={}/{}", world.server().url(), BOB.name);
    let token = format!("--token={}", ALICE.token);
    let run = fresh.command(&["init", &url, &token, &ca(&world)]);
    harmless(&fresh, run, 4, &["401", "Check the token"]);
    // Alice's instance, with bob's token: in his folder there is no such thing.
    let url = format!("--url={}", world.server().url());
    let instance = format!("--instance-id={ID}");
    let token = format!("--token={}", BOB.token);
    let run = fresh.command(&["init", &url, &token, &instance, &ca(&world)]);
    let says = ["no such repository", "check the id"];
    harmless(&fresh, run, 1, &says).assert_never_says(BOB.secret);
    assert!(Tree::of_all(&fresh.pack).is_empty());
    assert_same(&before, &data(&world));
}

#[test]
fn a_hook_with_another_account_creates_nothing() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    let before = data(&world);
    let marker = std::fs::read_to_string(desktop.synced_by("sync.json")).unwrap();
    // The marker names bob, the token is alice's.
    let bobs = marker.replace("\"alice\"", "\"bob\"");
    play::write(&desktop.synced_by("sync.json"), &bobs);
    harmless(&desktop, desktop.command(&["push"]), 4, &["401", "bob"]);
    harmless(&desktop, desktop.command(&["pull"]), 0, &["401", "bob"]);
    // Both are bob's: he has no such instance.
    play::write(&desktop.synced_by("token"), BOB.token);
    let says = ["no such repository", "Nothing was created"];
    harmless(&desktop, desktop.command(&["push"]), 1, &says);
    harmless(&desktop, desktop.command(&["pull"]), 0, &says);
    assert_same(&before, &data(&world));
}

#[test]
fn a_wrong_repository_password_names_the_passphrase() {
    let Some(world) = World::with_server() else {
        return;
    };
    let target = world.server().repository_folder(ALICE, ID);
    if template::repository(&target, "the player's own").is_none() {
        return;
    }
    let before = data(&world);
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    let init = || {
        let run = device.command(&["init", "--token=alice:desktop-secret", &ca(&world)]);
        run.arg(format!("--url={}", world.server().url()))
            .arg(format!("--instance-id={ID}"))
    };
    let says = ["password", "--passphrase-file", "left as it was"];
    harmless(&device, init(), 4, &says);
    let file = device.home.join("passphrase");
    for wrong in ["wrong\n", "the player's own \n", "the player's\n"] {
        play::write(&file, wrong);
        let run = init().arg(format!("--passphrase-file={}", file.display()));
        harmless(&device, run, 4, &says);
    }
    assert!(!device.synced_by("sync.json").exists());
    // Opted in without asking: the first hook finds out.
    init().arg("--offline").ok();
    let says = ["password", "--passphrase-file"];
    harmless(&device, device.command(&["push"]), 4, &says);
    harmless(&device, device.command(&["pull"]), 0, &says);
    assert_kept(&before, &data(&world));

    play::write(&file, "the player's own\n");
    let run = init().arg(format!("--passphrase-file={}", file.display()));
    let run = run.arg("--force");
    run.ok().assert_never_says("the player's own");
    device.command(&["push"]).ok();
    let repository =
        Repository::on_server(world.server(), ALICE, ID, "the player's own").expect("restic");
    let [snapshot] = &repository.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    assert_same(&repository.tree(snapshot), &synced(&device.pack));
}
