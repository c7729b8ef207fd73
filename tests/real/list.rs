//! `list` where there is a cloud: when an instance was last synced, and what is open.

use crate::support::launcher::{Brand, Launcher};
use crate::support::{World, opted, play};

#[test]
fn list_says_when_an_instance_was_last_synced_and_what_is_open() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(url) = opted::cloud(&world) else {
        return;
    };
    let [mut desktop, mut deck] = ["desktop", "deck"].map(|name| world.device(name));
    for device in [&mut desktop, &mut deck] {
        let launcher = Launcher::install(device, Brand::PrismLater, "Skyblock");
        device.pack = launcher.game;
        opted::join(device, &url);
    }
    let listed = |device: &crate::support::Device| {
        let found = device.command(&["list", "--json"]).ok().json();
        found["instances"][0].clone()
    };
    assert!(listed(&desktop)["last_sync"].is_null());
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let id = desktop.instance_id();
    // As the pages of a server show it.
    let table = desktop.command(&["list"]).ok();
    table.assert_says(&format!("  {}  ", &id[..8]));
    let after = listed(&desktop);
    assert!(after["last_sync"].is_string(), "{after}");
    assert_eq!(
        (&after["pending_push"], &after["conflicts"]),
        (&false.into(), &serde_json::json!([]))
    );
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    play::session(&deck.pack, "My World", 3);
    deck.command(&["push"]).ok();
    deck.command(&["pull"]).code(3);
    assert_eq!(
        listed(&deck)["conflicts"],
        serde_json::json!(["saves/My World"])
    );
    let shown = deck.command(&["list"]).ok();
    shown
        .assert_says("1 conflict")
        .assert_says("instance-sync resolve");
}
