//! A server whose storage fails: it refuses what is pushed, or what is pulled is missing or damaged.

use std::fs;
use std::time::Duration;

use crate::support::opted::{self, ID, assert_kept, harmless, played, synced};
use crate::support::served::serve;
use crate::support::{
    ALICE, Answer, Device, FaultServer, Request, World, assert_same, assert_same_with_metadata,
    play,
};

/// Joined by the address of a server that fails, with something to push.
fn with_faulty(
    fault: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
) -> Option<(World, Device, FaultServer)> {
    let world = World::with_restic()?;
    opted::cloud(&world)?;
    let server = serve(world.cloud_repository(ALICE, ID), fault);
    let device = played(&world, "deck", &server.url());
    Some((world, device, server))
}

#[test]
fn a_push_that_the_server_refuses_is_kept_here() {
    let refused: [(u16, i32, &[&str]); 5] = [
        (507, 1, &["no room", "the save stays here"]),
        (403, 4, &["403"]),
        (401, 4, &["401"]),
        // restic tries again and again: the reason is in what it says meanwhile.
        (413, 0, &["413", "at the next chance"]),
        (500, 0, &["500", "at the next chance"]),
    ];
    let mut runs = Vec::new();
    for (status, code, says) in refused {
        let refuse =
            move |request: &Request| (request.method == "POST").then(|| Answer::status(status));
        let Some((world, device, server)) = with_faulty(refuse) else {
            return;
        };
        let before = (device.tree(), opted::objects(&world));
        let run = device.command(&["push"]).start();
        runs.push((run, before, code, says, world, device, server));
    }
    let mut failures = Vec::new();
    for (run, before, code, says, world, device, _server) in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(code), "{output}");
        assert!(output.elapsed < Duration::from_secs(20), "{output}");
        output.assert_never_says(ALICE.secret);
        if !says.iter().all(|text| output.stdout.contains(text)) {
            failures.push(format!("expected {says:?}\n{output}"));
        }
        assert_same_with_metadata(&before.0, &device.tree());
        assert_same(&before.1, &opted::objects(&world));
        let status = device.command(&["status", "--offline", "--json"]).ok();
        assert_eq!(status.json()["changes"][0]["change"], "added");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_pull_that_must_save_first_into_a_full_cloud_lets_the_game_start() {
    let full = |request: &Request| (request.method == "POST").then(|| Answer::status(507));
    let Some((world, device, _server)) = with_faulty(full) else {
        return;
    };
    let before = opted::objects(&world);
    harmless(&device, device.command(&["pull"]), 0, &["no room"]);
    assert_same(&before, &opted::objects(&world));
}

/// What a pull fetches is broken: the game folder stays as it is, whatever is broken and how.
#[test]
fn a_pull_of_what_is_missing_or_damaged_changes_nothing() {
    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let folder = world.cloud_repository(ALICE, ID);
    let before = opted::objects(&world);
    let url = |server: &FaultServer| server.url();
    for kind in ["data", "index", "snapshots", "config", "keys"] {
        for fault in [404, 200, 500] {
            let broken = move |request: &Request| {
                let file = request.path.contains(&format!("/{kind}"))
                    && !request.path.ends_with('/')
                    && request.method == "GET";
                file.then(|| match fault {
                    200 => Answer::html(200),
                    status => Answer::status(status),
                })
            };
            // Retries take seconds: one kind shows what happens.
            if fault == 500 && kind != "data" {
                continue;
            }
            let server = serve(folder.clone(), broken);
            let device = played(&world, &format!("{kind}-{fault}"), &url(&server));
            fs::remove_dir_all(device.pack.join("saves")).unwrap();
            let tree = device.tree();
            let output = device.command(&["pull"]).any();
            println!("{kind} {fault}: {output}");
            output
                .assert_never_says(ALICE.secret)
                .assert_never_says("panicked");
            assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{output}");
            assert!(output.elapsed < Duration::from_secs(30), "{output}");
            assert!(!output.stdout.is_empty(), "no word of it\n{output}");
            assert_same(&tree, &device.tree());
            assert_kept(&before, &opted::objects(&world));
        }
    }
    // With a sound server it is all there.
    let server = serve(folder, |_| None);
    let device = world.device("deck");
    opted::join(&device, &url(&server));
    device.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&device.pack), &synced(&desktop.pack));
}

/// Once the list was asked for, it is restic that speaks to the server.
#[test]
fn a_redirect_of_what_restic_asks_for_takes_no_token_along() {
    let Some((world, _)) = opted::pushed() else {
        return;
    };
    let elsewhere = FaultServer::always(Answer::status(404));
    for kind in ["/config", "/keys/", "/index/", "/snapshots/", "/data/"] {
        let target = elsewhere.url_of_another_host();
        let away = move |request: &Request| {
            // The list of snapshots is ours: it is not followed at all.
            let list = request.path.ends_with("/snapshots/");
            let to = format!("{target}{}", request.path);
            (request.path.contains(kind) && !list).then(|| Answer::redirect(307, &to))
        };
        let server = serve(world.cloud_repository(ALICE, ID), away);
        let device = played(&world, &kind.replace('/', ""), &server.url());
        play::session(&device.pack, "My World", 2);
        let before = opted::objects(&world);
        for command in ["pull", "push"] {
            let tree = device.tree();
            let output = device.command(&[command]).any();
            output.assert_never_says(ALICE.secret);
            assert_same_with_metadata(&tree, &device.tree());
        }
        assert_kept(&before, &opted::objects(&world));
    }
    assert!(!elsewhere.requests().is_empty(), "restic follows redirects");
    elsewhere.assert_never_saw(ALICE.secret);
    // As a header of Basic authentication has it.
    elsewhere.assert_never_saw("YWxpY2U6ZGVza3RvcC1zZWNyZXQ=");
}
