//! Servers that are down, hang, or answer what no rest-server would: the game starts, nothing is
//! sent twice, and restic is never asked to try for fifteen minutes.

use std::time::Duration;

use crate::support::opted::{ID, harmless, played};
use crate::support::{Answer, Device, FaultServer, Run, Tree, World, assert_same, opted, play};

/// Offline is decided within this.
const FIVE: Duration = Duration::from_secs(5);

/// What each command does about a server that answers in one way.
struct Case {
    name: &'static str,
    answer: Answer,
    pull: (i32, &'static [&'static str]),
    push: (i32, &'static [&'static str]),
    init: (i32, &'static [&'static str]),
}

const STARTS: &str = "The game starts";
const KEPT: &str = "goes out at the next chance";

fn cases() -> Vec<Case> {
    let offline = |name, answer, status: &'static str| Case {
        name,
        answer,
        pull: (0, Vec::leak(vec![status, STARTS])),
        push: (0, Vec::leak(vec![status, KEPT])),
        init: (1, Vec::leak(vec![status, "--offline"])),
    };
    let refused = |name, answer, status: &'static str| Case {
        name,
        answer,
        pull: (
            0,
            Vec::leak(vec![status, "Check the token", "setup --force", STARTS]),
        ),
        push: (
            4,
            Vec::leak(vec![status, "Check the token", "setup --force"]),
        ),
        init: (4, Vec::leak(vec![status, "Check the token"])),
    };
    let wrong = |name, answer, says: &'static [&'static str]| Case {
        name,
        answer,
        pull: (0, Vec::leak([says, &[STARTS]].concat())),
        push: (1, says),
        init: (1, says),
    };
    let list = |text: &str| Answer::json(text);
    vec![
        offline("500", Answer::status(500), "500"),
        offline("502", Answer::html(502), "502"),
        offline("503", Answer::status(503), "503"),
        offline("429", Answer::status(429), "429"),
        offline("closes", Answer::Close, "127.0.0.1"),
        refused("401", Answer::status(401), "401"),
        refused("403", Answer::html(403), "403"),
        Case {
            name: "404",
            answer: Answer::status(404),
            pull: (0, &["no such repository", "Nothing was created", STARTS]),
            push: (
                1,
                &[
                    "no such repository",
                    "Nothing was created",
                    "saves are still here",
                ],
            ),
            init: (1, &["no such repository", "check the id"]),
        },
        Case {
            name: "507",
            answer: Answer::status(507),
            pull: (0, &["507", "no room", STARTS]),
            push: (1, &["507", "no room"]),
            init: (1, &["507", "no room"]),
        },
        wrong(
            "a page",
            Answer::html(200),
            &["no list of snapshots", "Check the URL"],
        ),
        wrong(
            "nothing",
            Answer::status(200),
            &["no list of snapshots", "Check the URL"],
        ),
        wrong("an object", list("{}"), &["no list of snapshots"]),
        wrong("no content", Answer::status(204), &["204", "Check the URL"]),
        wrong("400", Answer::status(400), &["400", "Check the URL"]),
        wrong("418", Answer::status(418), &["418", "Check the URL"]),
    ]
}

fn init_here(device: &Device, url: &str) -> Run {
    device
        .command(&["init", "--token=alice:desktop-secret"])
        .args([format!("--url={url}"), format!("--instance-id={ID}")])
}

#[test]
fn whatever_a_server_answers_nothing_is_lost_and_the_message_says_what_to_do() {
    let world = opted::world();
    for (number, case) in cases().into_iter().enumerate() {
        println!("{}", case.name);
        let server = FaultServer::always(case.answer);
        let device = played(&world, &format!("device-{number}"), &server.url());
        let fresh = world.device(&format!("fresh-{number}"));

        let output = harmless(&device, device.command(&["pull"]), case.pull.0, case.pull.1);
        assert!(output.elapsed < FIVE, "{output}");
        let output = harmless(&device, device.command(&["push"]), case.push.0, case.push.1);
        assert!(output.elapsed < FIVE, "{output}");
        let run = init_here(&fresh, &server.url());
        let output = harmless(&fresh, run, case.init.0, case.init.1);
        if !case.init.1.contains(&"--offline") {
            // That is for a server that is away, and would only put the fault off.
            output.assert_never_says("--offline");
        }
        assert!(Tree::of_all(&fresh.pack).is_empty(), "init left something");

        let seen = server.requests();
        assert!(
            seen.iter().all(|request| request.method == "GET"),
            "{seen:?}"
        );
        // A closed connection may be tried again; an answer is not asked for twice.
        assert!(seen.len() <= 6, "{seen:?}");
    }
}

#[test]
fn a_server_that_hangs_costs_less_than_five_seconds() {
    let stalls = Answer::Stall {
        status: 200,
        sent: b"[".to_vec(),
        whole: 100,
    };
    let cut = Answer::CutOff {
        status: 200,
        sent: b"[{\"name\":".to_vec(),
        whole: 100,
    };
    let servers = [Answer::Hang, stalls, cut].map(FaultServer::always);
    let world = opted::world();
    let mut runs = Vec::new();
    for (number, server) in servers.iter().enumerate() {
        for command in ["pull", "push"] {
            let device = played(&world, &format!("{command}-{number}"), &server.url());
            let before = device.tree();
            runs.push((device.command(&[command]).start(), before, device));
        }
    }
    for (run, before, device) in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
        assert!(output.elapsed < FIVE, "{output}");
        output
            .assert_says("127.0.0.1")
            .assert_never_says("desktop-secret");
        assert_eq!(output.stdout.lines().count(), 1, "{output}");
        assert_same(&before, &device.tree());
    }
}

#[test]
fn a_server_that_is_down_or_has_no_name_is_offline() {
    let world = opted::world();
    let gone = FaultServer::always(Answer::Close).url();
    // Dropped: nothing listens there any more. RFC 6761: `.invalid` never resolves.
    for (number, url) in [gone.as_str(), "https://saves.invalid"].iter().enumerate() {
        let device = played(&world, &format!("device-{number}"), url);
        let says = ["cannot be reached", STARTS];
        let output = harmless(&device, device.command(&["pull"]), 0, &says);
        assert!(output.elapsed < FIVE, "{output}");
        assert_eq!(output.stdout.lines().count(), 1, "{output}");
        let says = ["cannot be reached", KEPT];
        let output = harmless(&device, device.command(&["push"]), 0, &says);
        assert!(output.elapsed < FIVE, "{output}");
        assert_eq!(output.stdout.lines().count(), 1, "{output}");
        let status = device.command(&["status", "--json"]).ok().json();
        assert_eq!(status["pending_push"], true);
        assert_eq!(status["cloud"]["state"], "unreachable");
        let fresh = world.device(&format!("fresh-{number}"));
        harmless(
            &fresh,
            init_here(&fresh, url),
            1,
            &["cannot be reached", "--offline"],
        );
    }
}

#[test]
fn a_server_is_asked_before_restic_is_fetched() {
    let mirror = FaultServer::always(Answer::status(404));
    let world = World::new(); // without any restic
    for (status, code, says) in [
        (503, 0, "503"),
        (401, 4, "401"),
        (404, 1, "no such repository"),
        (302, 1, "302"),
    ] {
        let server = FaultServer::always(Answer::status(status));
        let device = played(&world, &format!("device-{status}"), &server.url());
        for (command, code) in [("push", code), ("pull", 0)] {
            let run = device.command(&[command]);
            let run = run.env("INSTANCE_SYNC_RESTIC_MIRROR", mirror.url());
            harmless(&device, run, code, &[says]);
        }
    }
    assert!(mirror.requests().is_empty(), "{:?}", mirror.requests());
}

#[test]
fn a_folder_that_is_not_there_is_a_disk_that_is_not_connected() {
    let world = opted::world();
    let device = played(&world, "deck", &world.cloud().display().to_string());
    let says = ["is not there", "disk connected", STARTS];
    harmless(&device, device.command(&["pull"]), 0, &says);
    harmless(
        &device,
        device.command(&["push"]),
        0,
        &["is not there", KEPT],
    );
    assert!(!world.cloud().exists(), "a hook made the folder");
}

#[test]
fn a_redirect_is_not_followed_and_the_token_stays_here() {
    let elsewhere = FaultServer::always(Answer::json("[]"));
    let world = opted::world();
    let mut devices = 0..;
    for status in [301, 302, 303, 307, 308] {
        for to in [elsewhere.url(), elsewhere.url_of_another_host()] {
            let target = format!("{to}/alice/{ID}/snapshots/");
            let server = FaultServer::always(Answer::redirect(status, &target));
            let number = devices.next().unwrap();
            let device = played(&world, &format!("device-{number}"), &server.url());
            let code = status.to_string();
            let says = [code.as_str(), "redirects", "not sent there"];
            for command in ["pull", "push"] {
                let code = i32::from(command == "push");
                harmless(&device, device.command(&[command]), code, &says);
            }
            let fresh = world.device(&format!("fresh-{number}"));
            harmless(&fresh, init_here(&fresh, &server.url()), 1, &says);
        }
    }
    assert!(elsewhere.requests().is_empty(), "a redirect was followed");
}

#[test]
fn a_proxy_of_the_environment_never_sees_plain_http_to_loopback() {
    let proxy = FaultServer::always(Answer::json("[]"));
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let run = device.command(&["pull"]);
    let run = run
        .env("http_proxy", proxy.url())
        .env("all_proxy", proxy.url());
    harmless(&device, run, 0, &["503"]);
    assert!(proxy.requests().is_empty());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_ca_file_that_is_none_is_a_mistake_of_the_command_line() {
    let world = opted::world();
    let device = played(&world, "deck", "https://127.0.0.1:1");
    let text = device.home.join("no-certificate.pem");
    play::write(&text, "not a certificate\n");
    let text = text.display().to_string();
    for (path, why) in [
        ("/nowhere/ca.pem", "cannot read"),
        (&text, "holds no certificate"),
    ] {
        for command in ["pull", "push"] {
            let run = device.command(&[command]).arg(format!("--ca-file={path}"));
            harmless(&device, run, 2, &[why, "--ca-file"]);
        }
    }
}
