//! A real restic and servers that fail: certificates, lines that break, storage that is full.

use std::time::Duration;

use crate::support::opted::{ID, assert_kept, harmless, played, synced};
use crate::support::our_server::OurServer;
use crate::support::tls::{Certificate, Flaw};
use crate::support::{
    ALICE, Device, Line, Proxy, Repository, Tree, World, assert_same, assert_same_with_metadata,
    play, template,
};

const FIVE: Duration = Duration::from_secs(5);

/// A world with a server that holds the instance.
fn with_instance() -> Option<World> {
    let world = World::with_server()?;
    template::repository(&world.server().repository_folder(ALICE, ID), ALICE.secret)?;
    Some(world)
}

/// A device that has joined by this address, with the server's CA.
fn joined(world: &World, name: &str, url: &str) -> Device {
    let device = world.device(name);
    let instance = format!("--instance-id={ID}");
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    device.init(url, ALICE.token, &["--offline", &instance, &ca]);
    device
}

fn repository(world: &World) -> Repository {
    Repository::on_server(world.server(), ALICE, ID, ALICE.secret).expect("restic was found")
}

#[test]
fn an_unknown_ca_is_offline_until_its_certificate_is_given() {
    let Some(world) = with_instance() else {
        return;
    };
    let device = played(&world, "deck", &world.server().url());
    let before = Tree::of_all(&world.path("server/data"));
    let says = ["certificate", "not trusted", "--ca-file"];
    let stranger = Certificate::make(&world.path("stranger")).expect("openssl was found");
    let wrong = format!("--ca-file={}", stranger.ca.display());
    for options in [&[][..], &[wrong.as_str()]] {
        let run = |command: &str| device.command(&[command]).args(options);
        let output = harmless(&device, run("pull"), 0, &says);
        output.assert_says("The game starts");
        assert!(output.elapsed < FIVE, "{output}");
        let output = harmless(&device, run("push"), 0, &says);
        assert!(output.elapsed < FIVE, "{output}");
        let fresh = world.device("fresh");
        let init = fresh.command(&["init", "--token=alice:desktop-secret"]);
        let init = init.arg(format!("--url={}", world.server().url()));
        harmless(&fresh, init.args(options), 1, &says);
        assert!(Tree::of_all(&fresh.pack).is_empty());
    }
    assert_same(&before, &Tree::of_all(&world.path("server/data")));
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    harmless(&device, device.command(&["push", &ca]), 0, &["Saved"]);
    let pull = device.command(&["pull"]);
    let pull = pull.env("INSTANCE_SYNC_CA_FILE", world.server().ca_file());
    harmless(&device, pull, 0, &[]).assert_silent();
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_in_words() {
    let Some(world) = World::with_restic() else {
        return;
    };
    for (flaw, says, hint) in [
        (Flaw::Expired, "it has expired", "to renew it"),
        (Flaw::NotYet, "it is not valid yet", "the clock of this"),
        (Flaw::OtherName, "elsewhere.example", "for a certificate"),
        (Flaw::OfCa, "it is that of a CA", "CA:FALSE"),
    ] {
        let folder = world.path(format!("{flaw:?}"));
        let Some(server) = OurServer::start_with_flaw(&folder, flaw) else {
            return;
        };
        let device = world.device(&format!("{flaw:?} deck"));
        let url = format!("--url={}", server.url());
        let ca = format!("--ca-file={}", server.ca_file().unwrap().display());
        let words = ["init", &url, &ca, "--token=alice:desktop-secret"];
        let said = harmless(&device, device.command(&words), 1, &[says, hint]);
        // It was given, and there is no word of the library.
        said.assert_never_says("--ca-file");
        said.assert_never_says("CaUsedAsEndEntity");
        said.assert_never_says("Context");
        said.assert_says("Nothing was sent");
    }
}

#[test]
fn a_server_that_is_down_leaves_the_push_pending_until_it_is_back() {
    let Some(mut world) = with_instance() else {
        return;
    };
    let url = world.server().url();
    let device = joined(&world, "deck", &url);
    play::world(&device.pack, "My World", 1);
    device.command(&["push"]).ok();
    let first = synced(&device.pack);
    world.server_mut().stop();
    // Nothing changed: nothing waits, whoever is away.
    device
        .command(&["pull"])
        .ok()
        .assert_says("nothing listens there");
    let status = device.command(&["status", "--offline", "--json"]).ok();
    assert_eq!(status.json()["pending_push"], false);
    play::session(&device.pack, "My World", 2);
    for command in ["push", "pull", "push"] {
        let says = ["nothing listens there", "at the next chance"];
        let output = harmless(&device, device.command(&[command]), 0, &says);
        assert!(output.elapsed < FIVE, "{output}");
        assert_eq!(output.stdout.lines().count(), 1, "{output}");
    }
    let status = device.command(&["status", "--offline", "--json"]).ok();
    assert_eq!(status.json()["pending_push"], true);
    world.server_mut().start_again();
    harmless(
        &device,
        device.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
    let status = device.command(&["status", "--json"]).ok().json();
    assert_eq!(status["pending_push"], false);
    assert_eq!(status["cloud"]["state"], "same");
    let repository = repository(&world);
    let [one, two] = &repository.snapshot_ids()[..] else {
        panic!("not two snapshots")
    };
    assert_same(&repository.tree(one), &first);
    assert_same(&repository.tree(two), &synced(&device.pack));
}

#[test]
fn what_was_played_offline_is_saved_by_the_next_pull_as_well() {
    let Some(mut world) = with_instance() else {
        return;
    };
    let url = world.server().url();
    let device = joined(&world, "deck", &url);
    play::world(&device.pack, "My World", 1);
    world.server_mut().stop();
    harmless(
        &device,
        device.command(&["push"]),
        0,
        &["at the next chance"],
    );
    let says = ["only on this device so far"];
    harmless(&device, device.command(&["pull"]), 0, &says);
    world.server_mut().start_again();
    harmless(
        &device,
        device.command(&["pull"]),
        0,
        &["Saving what is only here"],
    );
    let repository = repository(&world);
    let [only] = &repository.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    assert_same(&repository.tree(only), &synced(&device.pack));
    device.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_line_that_is_dead_costs_less_than_five_seconds() {
    let Some(world) = with_instance() else {
        return;
    };
    let proxy = Proxy::to_port(world.server().port());
    let device = joined(&world, "deck", &proxy.url());
    play::world(&device.pack, "My World", 1);
    for line in [
        Line::Silent,
        Line::Cut,
        Line::CutAfter(0),
        Line::CutAfter(700),
    ] {
        proxy.set(line);
        for command in ["pull", "push"] {
            let output = harmless(&device, device.command(&[command]), 0, &["127.0.0.1"]);
            assert!(output.elapsed < FIVE, "{line:?}\n{output}");
        }
    }
    assert!(repository(&world).snapshots().is_empty());
    proxy.set(Line::Good);
    harmless(&device, device.command(&["push"]), 0, &["Saved"]);
}

/// The line breaks in the middle, wherever that is: a pull leaves the old version or brings the
/// new one, a push is whole or is not there.
#[test]
fn a_line_that_breaks_in_the_middle_leaves_no_half() {
    let Some(world) = with_instance() else {
        return;
    };
    let desktop = joined(&world, "desktop", &world.server().url());
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let proxy = Proxy::to_port(world.server().port());
    let deck = joined(&world, "deck", &proxy.url());
    deck.command(&["pull"]).ok();
    let old = synced(&deck.pack);
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    let new = synced(&desktop.pack);

    // Replies of TLS and of the list take the first kilobytes; the rest is restic's.
    for limit in [8_000, 16_000, 40_000] {
        proxy.set(Line::CutAfter(limit));
        let output = deck.command(&["pull"]).code(0);
        output.assert_never_says(ALICE.secret);
        let now = synced(&deck.pack);
        assert!(
            now.same(&old) || now.same(&new),
            "a mix after {limit}\n{output}"
        );
        if now.same(&old) {
            output.assert_says("The game starts");
        }
    }
    proxy.set(Line::Good);
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &new);

    play::session(&deck.pack, "My World", 3);
    let kept = Tree::of_all(&world.server().repository_folder(ALICE, ID)).without("locks");
    proxy.set(Line::CutAfter(8_000));
    harmless(&deck, deck.command(&["push"]), 0, &[]);
    let now = Tree::of_all(&world.server().repository_folder(ALICE, ID));
    assert_kept(&kept, &now);
    proxy.set(Line::Good);
    deck.command(&["push"]).ok();
    let played = synced(&deck.pack);
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&desktop.pack), &played);
    repository(&world).check();
}
