//! Disks that are full: small file systems of their own, which takes root.

use std::fs;
use std::path::Path;

use crate::support::mounted::Mounted;
use crate::support::opted::{
    assert_kept, cloud, harmless, join, objects, played, pushed, repository, synced,
};
use crate::support::{Device, Tree, World, assert_same, assert_same_with_metadata, play};

/// The folder of a device on a file system of its own.
fn on_small_disk(device: &Device, megabytes: u32) -> Option<Mounted> {
    Mounted::of_megabytes(&device.pack, megabytes)
}

fn staging(device: &Device) -> usize {
    let own = Tree::of_all(&device.pack.join(".cloud-sync"));
    let staged = |path: &&Path| path.to_string_lossy().starts_with("staging-");
    own.paths().filter(staged).count()
}

#[test]
fn a_pull_that_does_not_fit_says_so_before_it_fetches() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = world.device("deck");
    let Some(disk) = on_small_disk(&deck, 24) else {
        return;
    };
    join(&deck, &world.cloud().display().to_string());
    deck.command(&["pull"]).ok();
    play::write_noise(
        &desktop.pack.join("saves/My World/region/r.9.9.mca"),
        9,
        12 << 20,
    );
    desktop.command(&["push"]).ok();
    let before = objects(&world);
    let tree = deck.tree();
    let output = deck.command(&["pull"]).any();
    output
        .assert_says("MB free")
        .assert_says("Free some space")
        .assert_says("Nothing was changed");
    output.assert_never_says("desktop-secret");
    assert_eq!(output.status.code(), Some(1), "{output}");
    assert_same_with_metadata(&tree, &deck.tree());
    assert_eq!(staging(&deck), 0);
    assert_same(&before, &objects(&world));
    drop(disk);
}

#[test]
fn an_export_that_does_not_fit_says_so_before_it_fetches() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let folder = world.path("stick");
    let Some(disk) = Mounted::of_megabytes(&folder, 12) else {
        return;
    };
    let newest = repository(&world).snapshot_ids().pop().unwrap();
    let said = desktop
        .command(&["export", "saves/My World"])
        .arg(format!("--to={}/world.zip", folder.display()))
        .arg(format!("--snapshot={newest}"))
        .code(1);
    said.assert_says("MB free")
        .assert_says("name another disk")
        .assert_says("what was fetched so far is kept");
    assert!(!folder.join("world.zip").exists());
    drop(disk);
}

/// Free space is a guess: the disk may fill up while restic writes. Here it is `/dev/shm`-small,
/// and another program takes the room as soon as it was looked at.
#[test]
fn a_disk_that_fills_up_while_staging_leaves_the_old_version_whole() {
    let (Some((world, desktop)), Some(restic)) = (pushed(), crate::support::Program::Restic.find())
    else {
        return;
    };
    let deck = world.device("deck");
    let Some(disk) = on_small_disk(&deck, 40) else {
        return;
    };
    join(&deck, &world.cloud().display().to_string());
    deck.command(&["pull"]).ok();
    play::write_noise(
        &desktop.pack.join("saves/My World/region/r.9.9.mca"),
        9,
        4 << 20,
    );
    desktop.command(&["push"]).ok();
    let before = objects(&world);
    let script = format!(
        "#!/bin/sh\nPATH=/usr/bin:/bin\ncase \" $* \" in *' restore '*) \
         head -c 100m /dev/zero >'{}' 2>/dev/null ;; esac\nexec '{}' \"$@\"\n",
        disk.filling().display(),
        restic.display()
    );
    let greedy = world.path("greedy/restic");
    fs::create_dir_all(greedy.parent().unwrap()).unwrap();
    crate::support::script::install(&greedy, &script);
    let tree = deck.tree();
    let binary = format!("--restic-binary={}", greedy.display());
    let output = deck.command(&["pull", &binary]).code(1);
    output
        .assert_says("Free some space")
        .assert_never_says("desktop-secret");
    let after = deck.tree().without("mods-that-fill-the-disk");
    assert_same_with_metadata(&tree, &after);
    assert_kept(&before, &objects(&world));
    disk.free_again();
    deck.command(&["pull"]).ok();
    assert_eq!(staging(&deck), 0);
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}

/// The last kilobytes are gone at any moment of a pull: never a mix, and it goes on afterwards.
#[test]
fn a_disk_with_next_to_nothing_left_loses_nothing() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = world.device("deck");
    let Some(disk) = on_small_disk(&deck, 24) else {
        return;
    };
    join(&deck, &world.cloud().display().to_string());
    deck.command(&["pull"]).ok();
    let before = objects(&world);
    for kilobytes in [0, 4, 8, 16, 32, 64] {
        disk.fill_up(kilobytes);
        for command in ["pull", "push"] {
            let output = deck.command(&[command]).any();
            output
                .assert_never_says("panicked")
                .assert_never_says("desktop-secret");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{output}");
            if output.status.code() == Some(1) {
                output.assert_says("pace");
            }
        }
        disk.free_again();
        assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
        assert_kept(&before, &objects(&world));
    }
    play::session(&deck.pack, "My World", 2);
    for kilobytes in [0, 4, 8, 16] {
        disk.fill_up(kilobytes);
        let output = deck.command(&["push"]).any();
        output
            .assert_never_says("panicked")
            .assert_never_says("desktop-secret");
        if output.status.code() != Some(0) {
            output.assert_says("pace");
        }
        disk.free_again();
        assert_kept(&before, &objects(&world));
    }
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}

#[test]
fn a_cloud_that_is_full_keeps_the_push_here() {
    let Some(world) = World::with_restic() else {
        return;
    };
    fs::create_dir_all(world.cloud()).unwrap();
    let Some(disk) = Mounted::of_megabytes(&world.cloud(), 8) else {
        return;
    };
    let Some(url) = cloud(&world) else {
        return;
    };
    let desktop = played(&world, "desktop", &url);
    desktop.command(&["push"]).ok();
    let before = objects(&world);
    play::write_noise(
        &desktop.pack.join("saves/My World/region/r.9.9.mca"),
        9,
        1 << 20,
    );
    disk.fill_up(100);
    let says = ["no space left", "Free some space"];
    harmless(&desktop, desktop.command(&["push"]), 1, &says);
    // A pull overwrites nothing here that is not in the cloud: the game starts with what is here.
    harmless(&desktop, desktop.command(&["pull"]), 0, &says);
    assert_kept(&before, &objects(&world));
    disk.free_again();
    harmless(
        &desktop,
        desktop.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
    let repository = repository(&world);
    repository.check();
    let newest = repository.snapshot_ids().pop().unwrap();
    assert_same(&repository.tree(&newest), &synced(&desktop.pack));
}
