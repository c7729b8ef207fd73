//! `--json`: one object a line, whatever happens; nothing else on standard output.

use serde_json::Value;

use crate::support::opted::{ID, played};
use crate::support::{Answer, FaultServer, Output, Run, opted, play};

/// Runs it, and returns the objects that it printed.
#[track_caller]
fn objects(run: Run, code: i32) -> Vec<Value> {
    let output = run.arg("--json").code(code);
    output.assert_never_says("desktop-secret");
    lines(&output)
}

#[track_caller]
fn lines(output: &Output) -> Vec<Value> {
    assert!(
        output.stdout.ends_with('\n') || output.stdout.is_empty(),
        "{output}"
    );
    let parse = |line: &str| {
        let value: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("not JSON: {line:?}: {error}\n{output}"));
        assert!(value.is_object(), "no object: {line}\n{output}");
        value
    };
    output.stdout.lines().map(parse).collect()
}

#[test]
fn hooks_end_with_their_outcome() {
    let world = opted::world();
    for (status, pull, push) in [
        (503, "offline", Some("pending")),
        (401, "refused", None),
        (404, "offline", None),
    ] {
        let server = FaultServer::always(Answer::status(status));
        let device = played(&world, &format!("device-{status}"), &server.url());
        let events = objects(device.command(&["pull"]), 0);
        let last = events.last().expect("an event");
        assert_eq!(
            (&last["event"], &last["outcome"]),
            (&"pull".into(), &pull.into())
        );
        let warned = |event: &&Value| event["event"] == "warning";
        let warning = events.iter().find(warned).expect("a warning");
        assert!(warning["message"].is_string() && warning["hints"].is_array());

        let events = objects(
            device.command(&["push"]),
            i32::from(push.is_none())
                * match status {
                    401 => 4,
                    _ => 1,
                },
        );
        let last = events.last().expect("an event");
        if let Some(push) = push {
            assert_eq!(
                (&last["event"], &last["outcome"]),
                (&"push".into(), &push.into())
            );
        } else {
            assert_eq!(last["event"], "error");
            assert!(last["message"].is_string() && last["hints"].is_array());
            assert_eq!(last["exit_code"], if status == 401 { 4 } else { 1 });
        }
    }
}

#[test]
fn a_failure_says_its_exit_code() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    play::write(&device.synced_by("sync.json"), "{");
    for command in ["pull", "push", "status"] {
        let events = objects(device.command(&[command]), 2);
        let last = events.last().expect("an event");
        assert_eq!(
            (&last["event"], &last["exit_code"]),
            (&"error".into(), &2.into())
        );
    }
    let init = device.command(&[
        "init",
        "--url=/x",
        "--offline",
        "--token=nocolon",
        "--force",
    ]);
    let events = objects(init, 2);
    assert_eq!(events.last().expect("an event")["event"], "error");
}

#[test]
fn people_s_commands_print_one_object() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = world.device("deck");
    let one = |run: Run| match &objects(run, 0)[..] {
        [one] => one.clone(),
        other => panic!("not one object: {other:?}"),
    };
    let status = one(device.command(&["status"]));
    assert_eq!(
        (&status["schema"], &status["opted_in"]),
        (&1.into(), &false.into())
    );
    let disabled = one(device.command(&["disable"]));
    assert_eq!(disabled["was_opted_in"], false);

    let instance = format!("--instance-id={ID}");
    let init = || {
        let run = device.command(&["init", "--offline", "--token=alice:desktop-secret"]);
        run.arg(format!("--url={}", server.url())).arg(&instance)
    };
    let done = one(init());
    assert_eq!(
        (&done["instance_id"], &done["how"]),
        (&ID.into(), &"offline".into())
    );
    assert_eq!(one(init())["how"], "already");

    play::world(&device.pack, "My World", 1);
    let status = one(device.command(&["status"]));
    assert_eq!(
        (&status["opted_in"], &status["instance_id"]),
        (&true.into(), &ID.into())
    );
    assert_eq!(status["cloud"]["state"], "unreachable");
    assert_eq!(status["changes"][0]["unit"], "saves/My World");
    assert_eq!(status["changes"][0]["change"], "added");
    let status = one(device.command(&["status", "--offline"]));
    assert_eq!(status["cloud"]["state"], "not-asked");

    let disabled = one(device.command(&["disable"]));
    assert_eq!(
        (&disabled["was_opted_in"], &disabled["instance_id"]),
        (&true.into(), &ID.into())
    );
}

#[test]
fn setup_asks_nothing_on_standard_output() {
    let world = opted::world();
    let device = world.device("deck");
    // The answers: token, passphrase, instance to join. Nothing listens there.
    let setup = device.command(&["setup", "--url=http://127.0.0.1:1"]);
    let setup = setup.stdin("alice:desktop-secret\n\n\n");
    let events = objects(setup, 1);
    assert_eq!(events.last().expect("an event")["event"], "error");
}
