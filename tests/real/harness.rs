//! The harness itself: what the other tests rely on holds.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::support::{
    ALICE, Act, Answer, BOB, Device, FakeRestic, FaultServer, Line, Program, Proxy, Repository,
    Signal, Tree, World, assert_same, assert_same_with_metadata, play, template,
};

const ID: &str = "01K4Z3N5T6V7W8X9Y0ZABCDEFG";

#[test]
fn a_server_lets_an_account_in_and_keeps_what_it_got() {
    let Some(mut world) = World::with_server() else {
        return;
    };
    let target = world.server().repository_folder(ALICE, ID);
    template::repository(&target, ALICE.secret).unwrap();
    let folder = world.device("deck").pack;
    play::world(&folder, "My World", 1);

    let repository = Repository::on_server(world.server(), ALICE, ID, ALICE.secret).unwrap();
    repository.back_up(&folder);
    let [snapshot] = &repository.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    assert_same_with_metadata(&repository.tree(snapshot), &Tree::of(&folder));

    world.server_mut().stop();
    assert!(TcpStream::connect(("127.0.0.1", world.server().port())).is_err());
    world.server_mut().start_again();
    assert_eq!(repository.snapshot_ids().len(), 1);
    repository.check();
    assert!(
        world
            .server()
            .requests()
            .iter()
            .any(|line| line.contains("/snapshots/"))
    );
}

#[test]
fn a_server_refuses_a_wrong_password_another_account_and_a_deletion() {
    let Some(world) = World::with_server() else {
        return;
    };
    let target = world.server().repository_folder(ALICE, ID);
    template::repository(&target, ALICE.secret).unwrap();

    let mut stranger = Repository::on_server(world.server(), ALICE, ID, ALICE.secret).unwrap();
    stranger.set("RESTIC_REST_PASSWORD", "wrong");
    stranger
        .run(&["cat", "config", "--no-lock"])
        .code(1)
        .assert_says("401");
    stranger.set("RESTIC_REST_USERNAME", BOB.name);
    stranger.set("RESTIC_REST_PASSWORD", BOB.secret);
    stranger
        .run(&["cat", "config", "--no-lock"])
        .code(1)
        .assert_says("401");

    let alice = Repository::on_server(world.server(), ALICE, ID, ALICE.secret).unwrap();
    play::settings(&world.device("deck").pack, 1);
    alice.back_up(&world.device("deck").pack);
    let before = alice.snapshot_ids();
    alice.run(&["forget", &before[0]]).any().assert_says("403");
    assert_eq!(alice.snapshot_ids(), before);

    let bob = Repository::on_server(world.server(), BOB, ID, BOB.secret).unwrap();
    bob.run(&["cat", "config", "--no-lock"]).code(10);
}

#[test]
fn both_versions_of_restic_are_what_they_are_called() {
    let (Some(new), Some(old)) = (Program::Restic.find(), Program::Restic018.find()) else {
        return;
    };
    let version = |program| crate::support::programs::version_of(program).unwrap();
    assert_eq!(version(&old), (0, 18));
    assert!(version(&new) >= version(&old));
}

const OF_THE_SHELL: [&str; 4] = ["OLDPWD", "PWD", "SHLVL", "_"];

#[test]
fn a_run_sees_nothing_of_this_machine() {
    let world = World::new();
    let device = world.device("deck");
    // A shell in the place of the program; it adds a few variables of its own.
    let run = device
        .command(&[])
        .under(["/bin/sh", "-c", "exec /usr/bin/env"]);
    let seen = run.ok().stdout;
    let names: Vec<_> = seen
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let expected = ["HOME", "INSTANCE_SYNC_DEVICE_NAME", "LANG", "PATH", "TZ"];
    for name in expected {
        assert!(
            names.iter().any(|(known, _)| *known == name),
            "no {name} in {seen}"
        );
    }
    for (name, _) in names {
        assert!(
            expected.contains(&name) || name.starts_with("XDG_") || OF_THE_SHELL.contains(&name),
            "{name} came through"
        );
    }
}

#[test]
fn a_run_can_be_signalled_and_leaves_no_process_behind() {
    let world = World::new();
    let shell = |script: &str| {
        world
            .device("deck")
            .command(&[])
            .no_pack()
            .under(["/bin/sh", "-c", script])
    };
    let run = shell("/bin/sleep 1000 & wait").start();
    std::thread::sleep(Duration::from_millis(300));
    run.signal(Signal::Kill);
    // The child that is left behind holds the output open: that is a failure, and it is ended too.
    let message = catch_unwind(AssertUnwindSafe(|| run.wait())).unwrap_err();
    assert!(
        message
            .downcast::<String>()
            .unwrap()
            .contains("a process that outlived it")
    );

    let mut run = shell("exec /bin/sleep 1000").start();
    assert!(run.is_running());
    run.signal(Signal::Terminate);
    assert_eq!(run.wait().status.code(), None);
    shell("exit 7").code(7).assert_silent();
    shell("exec cat")
        .stdin("abc")
        .env("PATH", "/usr/bin:/bin")
        .ok()
        .assert_says("abc");
}

#[test]
fn a_session_changes_a_world_and_the_same_seed_gives_the_same_bytes() {
    let world = World::new();
    let (deck, desktop) = (world.device("deck"), world.device("desktop"));
    for device in [&deck, &desktop] {
        play::world(&device.pack, "My World", 1);
        play::settings(&device.pack, 1);
        play::oddities(&device.pack, "My World", play::ODD_NAMES);
    }
    assert_same(&deck.tree(), &desktop.tree());
    let odd = |device: &Device| device.tree().under("saves/My World/odd");
    assert_same_with_metadata(&odd(&deck), &odd(&desktop));
    play::session(&deck.pack, "My World", 2);
    assert!(!deck.tree().same(&desktop.tree()));
    play::session(&desktop.pack, "My World", 2);
    assert_same(&deck.tree(), &desktop.tree());

    let region = "saves/My World/region/r.0.0.mca";
    fs::remove_file(deck.pack.join(region)).unwrap();
    let message = catch_unwind(|| assert_same(&deck.tree(), &desktop.tree())).unwrap_err();
    let message = message.downcast::<String>().unwrap();
    assert!(
        message.contains(&format!("+ {region:?} file of 40960 bytes")),
        "{message}"
    );
}

#[test]
fn a_fault_server_answers_as_scripted() {
    let server = FaultServer::start(|request| match request.path.as_str() {
        "/hang" => Answer::Hang,
        "/cut" => Answer::CutOff {
            status: 200,
            sent: b"half".to_vec(),
            whole: 8,
        },
        _ => Answer::status(507).header("X-Word", "full"),
    });
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nAuthorization: Basic abc\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    };
    let full = ask("/data").unwrap();
    assert!(
        full.starts_with("HTTP/1.1 507 ") && full.contains("X-Word: full\r\n"),
        "{full}"
    );
    assert!(ask("/cut").unwrap().ends_with("\r\n\r\nhalf"));
    assert!(ask("/hang").is_err());
    let seen = server.requests();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[0].header("authorization"), Some("Basic abc"));
    server.assert_never_saw("YWxpY2U6");
    assert!(catch_unwind(AssertUnwindSafe(|| server.assert_never_saw("Basic abc"))).is_err());
}

#[test]
fn a_line_can_be_cut_and_mended() {
    let Some(world) = World::with_server() else {
        return;
    };
    let target = world.server().repository_folder(ALICE, ID);
    template::repository(&target, ALICE.secret).unwrap();
    let proxy = Proxy::to_port(world.server().port());
    let mut repository = Repository::on_server(world.server(), ALICE, ID, ALICE.secret).unwrap();
    repository.set(
        "RESTIC_REPOSITORY",
        format!("rest:{}/alice/{ID}/", proxy.url()),
    );
    assert!(repository.snapshots().is_empty());
    let opened = proxy.connections();
    assert!(opened > 0);

    for line in [Line::Cut, Line::Silent, Line::CutAfter(100)] {
        proxy.set(line);
        let mut run = repository
            .run(&["snapshots", "--json", "--no-lock"])
            .start();
        std::thread::sleep(Duration::from_millis(400));
        assert!(
            run.is_running(),
            "restic got an answer through a line that is {line:?}"
        );
    }
    proxy.set(Line::Slow(Duration::from_millis(10)));
    assert!(repository.snapshots().is_empty());
    assert!(proxy.connections() > opened);
}

#[test]
fn a_fake_restic_notes_its_calls_and_delegates() {
    let Some(restic) = Program::Restic.find() else {
        return;
    };
    let world = World::new();
    template::repository(&world.cloud(), "secret").unwrap();
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    let cloud = world.cloud();
    let repository = Repository::local(&cloud, "secret")
        .unwrap()
        .with_restic(&fake.path());
    assert!(repository.snapshots().is_empty());
    fake.on("snapshots", Act::Say("garbage\\n", "", 3));
    repository
        .run(&["snapshots", "a word"])
        .code(3)
        .assert_says("garbage");
    fake.on("snapshots", Act::Afterwards(130));
    repository
        .run(&["snapshots", "--json"])
        .code(130)
        .assert_says("[]");
    fake.mend("snapshots");
    repository.run(&["version"]).ok().assert_says("restic 0.");
    fake.on("*", Act::Hang);
    let mut run = repository.run(&["list", "keys"]).start();
    std::thread::sleep(Duration::from_millis(100));
    assert!(run.is_running());

    let calls = fake.calls();
    assert_eq!(calls.len(), 5);
    assert_eq!(calls[1].args, ["--no-cache", "snapshots", "a word"]);
    assert_eq!(calls[1].env["RESTIC_PASSWORD"], "secret");
    assert_eq!(fake.calls_of("snapshots").len(), 3);
    assert_eq!(FakeRestic::new(&world.path("other")).calls().len(), 0);
}
