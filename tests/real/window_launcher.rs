//! A conflict as a player meets it who has read nothing: Play is pressed in the launcher, a window asks, a
//! button is clicked, the game starts.

use std::fs;

use super::support::display::Display;
use super::support::launcher::{Brand, Launched, Launcher};
use super::support::*;

/// The instance of one device, wired.
fn instance(display: &Display, world: &World, device: &Device, brand: Brand) -> Launcher {
    let launcher = Launcher::install(device, brand, "Sky Block").on(display);
    device.command(&["hooks", "install"]).no_pack().ok();
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    let url = format!("--url={}", world.server().url());
    let token = format!("--token={}", ALICE.token);
    let mut words = vec!["init", &url, &token, &ca];
    if device.name == "deck" {
        words.push("--join=Sky Block");
    }
    device.command(&words).no_pack().pack(&launcher.game).ok();
    launcher
}

/// Launches, and clicks a button of the window that asks.
fn launch_and_click(display: &Display, launcher: &Launcher, button: &str) -> Launched {
    std::thread::scope(|scope| {
        let launch = scope.spawn(|| launcher.launch(|_| 0));
        display.sees("Sky Block");
        display.click(button);
        launch.join().unwrap()
    })
}

#[test]
fn whoever_has_read_nothing_decides_in_the_launcher_and_loses_nothing() {
    let Some(display) = Display::start() else {
        return;
    };
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let desktop = instance(&display, &world, &desktop, Brand::PrismLater);
    play::world(&desktop.game, "My World", 1);
    assert!(desktop.launch(|_| 0).post_exit);
    let deck = instance(&display, &world, &deck, Brand::MultiMc);
    let plays = |launcher: &Launcher, seed: u64| {
        let launched = launcher.launch(|game| {
            play::session(game, "My World", seed);
            0
        });
        assert!(launched.post_exit && !launched.failed, "{launched:?}");
    };
    plays(&deck, 2);
    plays(&desktop, 3);
    // Both play; the deck is away from its server meanwhile, and comes back.
    play::session(&deck.game, "My World", 4);
    plays(&desktop, 5);
    let worlds = |launcher: &Launcher| {
        let entries = fs::read_dir(launcher.game.join("saves")).unwrap();
        entries.count()
    };

    // A first look, and no decision: the game starts with what is here.
    let launched = launch_and_click(&display, &deck, "Decide later");
    assert!(launched.played && launched.post_exit, "{launched:?}");
    assert_eq!(worlds(&deck), 1);
    // Nothing to lose: both are kept, and the game lists both.
    let launched = launch_and_click(&display, &deck, "Keep both");
    assert!(launched.played && !launched.failed, "{launched:?}");
    assert_eq!(worlds(&deck), 2, "{}", launched.log);
    // The other device gets them without being asked.
    let launched = desktop.launch(|_| 0);
    assert!(launched.played && !launched.failed, "{launched:?}");
    let saves = |launcher: &Launcher| {
        let tree = Tree::of(&launcher.game.join("saves"));
        tree.without("My World/session.lock")
    };
    assert_same(&saves(&desktop), &saves(&deck));
    assert!(display.elements().is_empty());
}
