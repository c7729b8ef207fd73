//! Secrets in a real Secret Service, moved in and out of it, and no service at all.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;

use super::support::*;

/// A bus of its own and a keyring on it, unlocked, that lasts as long as one script.
struct Session {
    bus: PathBuf,
    service: PathBuf,
}

impl Session {
    fn find() -> Option<Self> {
        Some(Self {
            bus: Program::DbusRunSession.find()?,
            service: Program::GnomeKeyring.find()?,
        })
    }

    /// Runs a shell script in it, in which `$is` is the program with its folder.
    fn run(&self, device: &Device, ca: &str, script: &str) -> Run {
        let runtime = device.home.join("run");
        fs::create_dir_all(&runtime).unwrap();
        let mut env = device.environment();
        env.push(("XDG_RUNTIME_DIR".into(), runtime.into()));
        for (_, value) in env.iter_mut().filter(|(name, _)| name == "PATH") {
            value.push(":/usr/bin:/bin");
        }
        let script = format!(
            "set -e
            printf 'unlock' | {service} --unlock --components=secrets >/dev/null
            is='{program} --pack-folder={pack} {ca}'
            {script}",
            service = self.service.display(),
            program = env!("CARGO_BIN_EXE_instance-sync"),
            pack = device.pack.display(),
        );
        Run::new(&self.bus, &device.home, env).args(["--", "/bin/sh", "-c", &script])
    }
}

/// A world with a server that holds an empty instance, and a device that played and did not join.
fn played() -> Option<(World, Device, Session, String)> {
    played_with(ALICE.secret)
}

/// The same, with what opens the repository.
fn played_with(password: &str) -> Option<(World, Device, Session, String)> {
    let (session, world) = (Session::find()?, World::with_server()?);
    let desktop = world.device("desktop");
    let id = ulid::Ulid::generate().to_string();
    template::repository(&world.server().repository_folder(ALICE, &id), password)?;
    play::world(&desktop.pack, "World", 1);
    Some((world, desktop, session, id))
}

fn ca(world: &World) -> String {
    format!("--ca-file={}", world.server().ca_file().display())
}

fn kept_in_files(device: &Device) -> [bool; 2] {
    ["token", "key"].map(|file| device.synced_by(file).exists())
}

#[test]
fn the_secret_service_holds_the_token_and_the_key() {
    let Some((world, desktop, session, id)) = played_with("of the player alone") else {
        return;
    };
    let url = world.server().url();
    let passphrase = world.path("passphrase");
    fs::write(&passphrase, "of the player alone\n").unwrap();
    let script = format!(
        "printf '%s' '{token}' | $is init --url={url} --instance-id={id} --token=- --passphrase-file={passphrase} --keyring
        $is token
        $is push
        $is pull",
        token = ALICE.token,
        passphrase = passphrase.display(),
    );
    let said = session.run(&desktop, &ca(&world), &script).ok();
    said.assert_says("saves/World");
    said.assert_says("are in the keyring");
    said.assert_never_says(ALICE.secret);
    said.assert_never_says("of the player alone");
    assert_eq!(kept_in_files(&desktop), [false, false]);
    let saved = Repository::on_server(world.server(), ALICE, &id, "of the player alone").unwrap();
    assert_eq!(saved.snapshot_ids().len(), 1);
    // Without the service: one clear message, and the game starts.
    let said = desktop.command(&["pull"]).ok();
    said.assert_says("no token");
    said.assert_says("the OS keyring cannot be used");
    said.assert_says("If it is in the keyring, unlock that");
    // And opting in where there is none changes nothing.
    let deck = world.device("deck");
    let words = ["init", "--keyring", "--token", ALICE.token, "--offline"];
    let run = deck.command(&words).arg(format!("--url={url}"));
    run.code(1).assert_says("keyring");
    assert!(!deck.pack.join(".cloud-sync").exists());
}

#[test]
fn secrets_move_to_the_keyring_and_back() {
    let Some((world, desktop, session, id)) = played() else {
        return;
    };
    let (url, instance) = (world.server().url(), format!("--instance-id={id}"));
    desktop.init(&url, ALICE.token, &[&instance, &ca(&world)]);
    let before = ["token", "key"].map(|file| fs::read(desktop.synced_by(file)).unwrap());
    desktop
        .command(&["token"])
        .ok()
        .assert_says("are in files in");
    let own = desktop.synced_by("");
    let script = format!(
        "$is token move --to=keyring
        ls {own}
        $is push
        $is token move --to=keyring --json
        $is token move --to=file
        $is token where --json
        rm {own}token {own}key
        $is token
        $is pull",
        own = own.display()
    );
    let said = session.run(&desktop, &ca(&world), &script).ok();
    said.assert_never_says(ALICE.secret);
    said.assert_says("are now in the keyring");
    said.assert_says("Saved saves/World");
    said.assert_says("are now in files in");
    let text = said.to_string();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('{'))
        .map(|line| serde_json::from_str(&format!("{{{line}")).unwrap())
        .collect();
    let [again, at_last] = &lines[..] else {
        panic!("not two objects\n{text}")
    };
    assert_eq!(
        (&again["token"], &again["key"]),
        (&"keyring".into(), &"keyring".into())
    );
    assert_eq!(again["moved"], false);
    assert_eq!(
        (&at_last["token"], &at_last["key"]),
        (&"file".into(), &"file".into())
    );
    // The listing in between showed neither file, and after the way back the keyring had neither.
    let listed: Vec<&str> = text.lines().map(str::trim).collect();
    assert!(listed.contains(&"state.json"), "{text}");
    assert!(
        !listed.contains(&"token") && !listed.contains(&"key"),
        "{text}"
    );
    said.assert_says("This device has neither token nor key");
    said.assert_says("there is no token for this instance");

    // What was moved is what was there.
    for (file, bytes) in ["token", "key"].iter().zip(before) {
        fs::write(desktop.synced_by(file), bytes).unwrap();
    }
    let script = "$is token move --to=keyring; $is token move --to=file";
    session.run(&desktop, &ca(&world), script).ok();
    for file in ["token", "key"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(desktop.synced_by(file)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{file}");
    }
    desktop.command(&["push"]).ok();
    assert_eq!(world.repository(&id).snapshot_ids().len(), 1);
}

/// A move that was cut off leaves one of them here and one there.
#[test]
fn what_is_half_moved_is_found_and_moved_whole() {
    let Some((world, desktop, session, id)) = played() else {
        return;
    };
    let (url, instance) = (world.server().url(), format!("--instance-id={id}"));
    desktop.init(&url, ALICE.token, &[&instance, &ca(&world)]);
    for file in ["token", "key"] {
        fs::copy(desktop.synced_by(file), desktop.home.join(file)).unwrap();
    }
    let script = format!(
        "$is token move --to=keyring
        cp {home}/token {own}
        $is token where --json
        $is token move --to=file --json
        $is token move --to=keyring
        cp {home}/key {own}
        $is token where --json
        $is token move --to=keyring --json
        $is push",
        home = desktop.home.display(),
        own = desktop.synced_by("").display()
    );
    let said = session.run(&desktop, &ca(&world), &script).ok();
    said.assert_says("Saved saves/World");
    let lines = said.stdout.lines().filter(|line| line.starts_with('{'));
    let places = lines.map(|line| {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {} {}", said["token"], said["key"], said["moved"])
    });
    let places: Vec<String> = places.collect();
    let expected = [
        r#""file" "keyring" false"#,
        r#""file" "file" true"#,
        r#""keyring" "file" false"#,
        r#""keyring" "keyring" true"#,
    ];
    assert_eq!(places, expected, "{said}");
    assert_eq!(kept_in_files(&desktop), [false, false]);
}

/// A bus that accepts and never answers, as one whose keyring waits for a person.
#[test]
fn a_keyring_that_does_not_answer_is_not_waited_for() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let cloud = world.cloud().display().to_string();
    desktop.init(&cloud, ALICE.token, &[]);
    let bus = desktop.home.join("bus");
    let listener = std::os::unix::net::UnixListener::bind(&bus).unwrap();
    let silent = |words: &[&str]| {
        let address = format!("unix:path={}", bus.display());
        desktop
            .command(words)
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
    };
    // With files nobody asks it.
    silent(&["push"]).ok();
    silent(&["token"]).ok().assert_says("are in files");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "the bus was asked");
    let aside = desktop.home.join("aside");
    // A folder as the cloud takes no token: the key is enough.
    fs::rename(desktop.synced_by("token"), &aside).unwrap();
    silent(&["pull"]).ok();
    assert!(listener.accept().is_err(), "the bus was asked for a token");
    fs::rename(&aside, desktop.synced_by("token")).unwrap();
    // As the earlier tool has it: the token's secret opens the repository, after the keyring had its time.
    fs::rename(desktop.synced_by("key"), &aside).unwrap();
    silent(&["pull"]).ok().assert_never_says("token");
    assert!(listener.accept().is_ok(), "the bus was not asked for a key");
    fs::rename(&aside, desktop.synced_by("key")).unwrap();
    for file in ["token", "key"] {
        fs::remove_file(desktop.synced_by(file)).unwrap();
    }
    let begun = std::time::Instant::now();
    let said = silent(&["pull"]).ok();
    said.assert_says("did not answer within 3 s");
    said.assert_says("setup --force");
    assert!(begun.elapsed().as_secs() < 6, "{:?}", begun.elapsed());
    play::world(&desktop.pack, "World", 1);
    silent(&["push"]).code(4).assert_says("did not answer");
    silent(&["token"]).code(1).assert_says("did not answer");
    assert!(listener.accept().is_ok(), "the bus was never asked");
}

/// The hooks of a Flatpak run inside of it, and would find no secret.
#[test]
fn secrets_of_a_flatpak_in_the_keyring_are_found_and_move_to_files() {
    let Some((world, desktop, session, id)) = played() else {
        return;
    };
    let (url, instance) = (world.server().url(), format!("--instance-id={id}"));
    desktop.init(&url, ALICE.token, &[&instance, &ca(&world)]);
    let inside = desktop.home.join(".var/app/org.x/data/Prism/instances/A");
    fs::create_dir_all(&inside).unwrap();
    let game = inside.join("minecraft");
    // As it was opted in before: the folder comes into the Flatpak with its secrets in the keyring.
    let script = format!(
        "$is token move --to=keyring
        mv '{pack}' '{game}'
        is=\"${{is%% *}} --pack-folder={game}\"
        $is doctor --json || true
        $is token move --to=file
        ls '{game}/.cloud-sync/token'
        $is token move --to=keyring && exit 9
        true",
        pack = desktop.pack.display(),
        game = game.display(),
    );
    let said = session.run(&desktop, &ca(&world), &script).ok();
    said.assert_says("which the hooks do not reach");
    said.assert_says("token move --to=file");
    said.assert_says("it belongs to a Flatpak");
    said.assert_never_says(ALICE.secret);
}
