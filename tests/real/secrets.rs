//! Where secrets are: in two files of the player's own, in the environment of restic, and nowhere
//! else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::opted::{ID, another, cloud, objects, synced};
use crate::support::{ALICE, FakeRestic, Program, World, assert_same_with_metadata, play};

/// Returns the files below a folder that hold this text.
fn holders(folder: &Path, text: &str) -> Vec<PathBuf> {
    let tree = crate::support::Tree::of_all(folder);
    let holds = |path: &&Path| {
        let bytes = tree.content(path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    tree.paths().filter(holds).map(Path::to_owned).collect()
}

#[test]
fn a_secret_is_in_no_argument_no_output_and_no_other_file() {
    let (Some(world), Some(restic)) = (World::with_restic(), Program::Restic.find()) else {
        return;
    };
    let fake = FakeRestic::around(&world.path("fake"), &restic);
    world.use_restic(&fake.path());
    let Some(url) = cloud(&world) else {
        return;
    };
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    let instance = format!("--instance-id={ID}");
    let init = desktop.init(&url, ALICE.token, &[&instance]);
    init.assert_never_says(ALICE.secret);
    let deck = another(&world, "deck");
    for (device, words) in [
        (&desktop, &["push"][..]),
        (&deck, &["pull", "--json"]),
        (&deck, &["status", "--json"]),
        (&deck, &["status"]),
        (&deck, &["disable"]),
    ] {
        let output = device.command(words).ok();
        output.assert_never_says(ALICE.secret);
    }
    let calls = fake.calls();
    for command in ["key", "backup", "snapshots", "dump", "restore"] {
        assert!(!fake.calls_of(command).is_empty(), "no {command}");
    }
    let fast = desktop.json("key")["fast_password"].clone();
    let fast = fast.as_str().expect("a fast key");
    for call in &calls {
        let shows = |word: &String| word.contains(ALICE.secret) || word.contains(fast);
        assert!(!call.args.iter().any(shows), "{:?}", call.args);
    }
    let found = holders(&desktop.home, fast);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with(".cloud-sync/key"), "{found:?}");
    assert_eq!(holders(&world.path("cloud"), fast), Vec::<PathBuf>::new());
    for device in [&desktop, &deck] {
        let own = ["token", "key"].map(|file| device.synced_by(file));
        let found = holders(&device.home, ALICE.secret);
        let found: Vec<PathBuf> = found.iter().map(|path| device.home.join(path)).collect();
        assert!(found.iter().all(|path| own.contains(path)), "{found:?}");
        #[cfg(unix)]
        for path in own {
            let mode = fs::metadata(path).unwrap().permissions();
            let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    assert!(holders(&world.cloud(), ALICE.secret).is_empty());
}

#[test]
fn what_the_environment_says_to_restic_is_not_heard() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(url) = cloud(&world) else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    play::world(&desktop.pack, "My World", 1);
    let instance = format!("--instance-id={ID}");
    let elsewhere = world.path("elsewhere").display().to_string();
    let noise = [
        ("RESTIC_REPOSITORY", elsewhere.as_str()),
        ("RESTIC_REPOSITORY_FILE", "/nowhere"),
        ("RESTIC_PASSWORD", "nonsense"),
        ("RESTIC_PASSWORD_FILE", "/nowhere"),
        ("RESTIC_PASSWORD_COMMAND", "/nowhere"),
        ("RESTIC_KEY_HINT", "nonsense"),
        ("RESTIC_COMPRESSION", "nonsense"),
        ("RESTIC_PACK_SIZE", "100000"),
        ("RESTIC_CACHE_DIR", "/nowhere"),
        ("RESTIC_HOST", "nonsense"),
        ("RESTIC_READ_CONCURRENCY", "x"),
    ];
    let with_noise = |mut run: crate::support::Run| {
        for (name, value) in noise {
            run = run.env(name, value);
        }
        run.ok()
    };
    for device in [&desktop, &deck] {
        let url = format!("--url={url}");
        let init = device.command(&["init", &url, "--token=alice:desktop-secret", &instance]);
        with_noise(init);
    }
    with_noise(desktop.command(&["push"]));
    with_noise(deck.command(&["pull"]));
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    assert!(!world.path("elsewhere").exists());
    assert!(!objects(&world).is_empty());
}

/// No home and no XDG folder: the service of a headless machine, or a broken launcher.
#[test]
fn a_device_without_a_home_works_all_the_same() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(url) = cloud(&world) else {
        return;
    };
    let desktop = crate::support::opted::played(&world, "desktop", &url);
    let homeless = |command: &str| {
        let run = desktop.command(&[command]);
        [
            "HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "XDG_CONFIG_HOME",
        ]
        .iter()
        .fold(run, crate::support::Run::no_env)
    };
    homeless("push").ok().assert_says("Saved");
    homeless("pull").ok();
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}

/// What crashes must not write down what it knows.
#[test]
#[cfg(target_os = "linux")]
fn neither_we_nor_restic_leave_a_core_dump() {
    use crate::support::{Act, Signal, opted};

    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let mut fake = FakeRestic::new(&world.path("fake"));
    fake.on("backup", Act::Hang);
    play::session(&desktop.pack, "My World", 2);
    let binary = format!("--restic-binary={}", fake.path().display());
    let run = desktop.command(&["push", &binary]).start();
    while fake.calls_of("backup").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let read = |pid: &str, what: &str| fs::read_to_string(format!("/proc/{pid}/{what}")).unwrap();
    let own = run.id().to_string();
    let children = read(&own, &format!("task/{own}/children"));
    let child = children.split_whitespace().next().expect("a restic");
    for pid in [own.as_str(), child] {
        let limits = read(pid, "limits");
        let core = limits.lines().find(|line| line.contains("core file size"));
        // The soft limit is what counts; the hard one is a game's, which starts from here too.
        let soft = core.unwrap().split_whitespace().nth(4);
        assert_eq!(soft, Some("0"), "{limits}");
    }
    run.signal(Signal::Interrupt);
    run.wait();
}
