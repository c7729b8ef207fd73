//! The account's list of instances: joining by choosing, and what keeps nobody from playing.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::template::CATALOGUE;
use super::support::terminal::type_in;
use super::support::*;

const PASSPHRASE: &str = "a passphrase of mine";

/// A place for the repositories of an account: a server with private repositories, or a folder.
struct Place {
    world: World,
    url: String,
    ca: Option<String>,
}

impl Place {
    fn server() -> Option<Self> {
        let world = World::with_server()?;
        let (url, ca) = (world.server().url(), world.server().ca_file().display());
        let ca = Some(format!("--ca-file={ca}"));
        Some(Self { world, url, ca })
    }

    fn folder() -> Option<Self> {
        let world = World::with_restic()?;
        let url = world.cloud().display().to_string();
        let ca = None;
        Some(Self { world, url, ca })
    }

    fn folder_of(&self, id: &str) -> PathBuf {
        match self.ca {
            Some(_) => self.world.server().repository_folder(ALICE, id),
            None => self.world.cloud_repository(ALICE, id),
        }
    }

    fn run(&self, device: &Device, words: &[&str]) -> Run {
        let url = format!("--url={}", self.url);
        device.command(words).arg(url).args(&self.ca)
    }

    /// Returns a device that has played, and opted in as the first of an instance, whose password is
    /// the secret of the token. The repositories have cheap keys: some other tests make real ones.
    fn make(&self, name: &str) -> Device {
        let device = self.world.device(name);
        play::world(&device.pack, "World", 1);
        let id = ulid::Ulid::generate().to_string();
        let folder = self.folder_of(&id);
        template::repository(&folder, ALICE.secret).unwrap();
        template::catalogue(&folder, ALICE.secret);
        let instance = format!("--instance-id={id}");
        let words = ["init", "--token", ALICE.token, &instance];
        self.run(&device, &words).ok();
        device
    }

    /// Joins by what is answered to the question which instance it is.
    fn choose(&self, name: &str, answer: &str) -> (Device, Output) {
        let device = self.world.device(name);
        let answers = format!("{}\n\n{answer}\n", ALICE.token);
        let said = self.run(&device, &["setup"]).stdin(answers).ok();
        (device, said)
    }

    /// Returns what `instances` lists, with the password of these options.
    fn listed(&self, options: &[&str]) -> Vec<serde_json::Value> {
        let anybody = self.world.device("anybody");
        let run = self.run(&anybody, &["instances", "--json", "--token", ALICE.token]);
        let said = run.args(options).ok();
        let last: serde_json::Value =
            serde_json::from_str(said.stdout.lines().last().unwrap()).unwrap();
        assert!(!anybody.pack.join(".cloud-sync").exists());
        last["instances"].as_array().unwrap().clone()
    }

    fn catalogue(&self, password: &str) -> Repository {
        let repository = match self.ca {
            Some(_) => Repository::on_server(self.world.server(), ALICE, CATALOGUE, password),
            None => Repository::local(&self.folder_of(CATALOGUE), password),
        };
        repository.expect("restic was found")
    }
}

fn both() -> Vec<Place> {
    [Place::server(), Place::folder()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn a_second_device_joins_by_a_number_and_types_no_id() {
    for place in both() {
        let desktop = place.make("desktop");
        let id = desktop.instance_id();
        let (_, said) = place.choose("early", "1");
        said.assert_says("  1  Skyblock \u{b7} never played, made on desktop \u{b7} ");
        desktop.command(&["push"]).ok().assert_says("Saved");

        let (deck, said) = place.choose("deck", "1");
        said.assert_says("Skyblock \u{b7} last played just now on desktop \u{b7} ");
        said.assert_says(&id[..8]);
        said.assert_says(&format!("has joined the instance {id} (Skyblock)"));
        said.assert_says("The next pull brings its saves here.");
        said.assert_never_says(CATALOGUE);
        assert_eq!(deck.instance_id(), id);
        deck.command(&["pull"]).ok().assert_says("Updated");
        assert_same(
            &deck.tree().under("saves/World"),
            &desktop.tree().under("saves/World").without("session.lock"),
        );
        // By its name, in other capitals; and an empty line is a new one, as it was.
        let (tv, _) = place.choose("tv", "skyblock");
        assert_eq!(tv.instance_id(), id);
        let (pc, said) = place.choose("pc", "");
        said.assert_says("is opted in as the new instance");
        assert_ne!(pc.instance_id(), id);
        // Each is in the list once, with its devices; and the list itself is sound.
        let listed = place.listed(&[]);
        assert_eq!(listed.len(), 2, "{listed:#?}");
        let one = listed.iter().find(|one| one["instance_id"] == *id).unwrap();
        assert_eq!(
            one["devices"],
            serde_json::json!(["tv", "deck", "early", "desktop"])
        );
        assert_eq!(one["last_played"]["device"], "desktop");
        place.catalogue(ALICE.secret).check();
        assert_eq!(place.catalogue(ALICE.secret).snapshots().len(), 5);
    }
}

#[test]
fn what_differs_in_a_folder_that_joins_by_choosing_is_asked_about() {
    let Some(place) = Place::folder() else { return };
    let desktop = place.make("desktop");
    desktop.command(&["push"]).ok();
    let deck = place.world.device("deck");
    play::world(&deck.pack, "World", 2);
    let before = deck.tree();
    let (deck, said) = place.choose("deck", "1");
    said.assert_says("The next pull compares what is here");
    let stopped = deck.command(&["pull"]).code(3);
    stopped.assert_says("saves/World");
    assert_same(&deck.tree().under("saves"), &before.under("saves"));
}

#[test]
fn nothing_that_the_server_keeps_says_what_an_instance_is_called() {
    let label = "Skyblock of the Millers, 2nd";
    for place in both() {
        let real = Program::Restic.find().unwrap();
        let fake = FakeRestic::around(&place.world.path("watched"), &real);
        place.world.use_restic(&fake.path());
        let passphrase = place.world.path("passphrase");
        play::write(&passphrase, PASSPHRASE);
        let file = format!("--passphrase-file={}", passphrase.display());
        let desktop = place.world.device("desktop");
        let named = format!("--instance-label={label}");
        let words = ["init", "--token", ALICE.token, &file, &named];
        place.run(&desktop, &words).ok();
        play::world(&desktop.pack, "World", 1);
        desktop.command(&["push"]).ok();
        let listed = place.listed(&[&file]);
        assert_eq!(listed[0]["label"], label);
        for (_, bytes) in files(place.folder_of(CATALOGUE).parent().unwrap()) {
            for word in ["Skyblock", "Millers", "desktop", PASSPHRASE] {
                let found = bytes.windows(word.len()).any(|at| at == word.as_bytes());
                assert!(!found, "the server can read {word:?}");
            }
        }
        // Other users of the machine see the label for a moment, as they see the folder's path; and
        // no secret.
        let calls = fake.calls();
        assert!(
            calls
                .iter()
                .any(|call| call.args.join(" ").contains("label=Skyblock"))
        );
        for call in calls {
            let line = call.args.join(" ");
            assert!(
                !line.contains(PASSPHRASE) && !line.contains(ALICE.secret),
                "{line}"
            );
        }
        // The secret of the token does not open the list.
        let anybody = place.world.device("anybody");
        let run = place.run(&anybody, &["instances", "--token", ALICE.token]);
        run.code(4).assert_says("another passphrase");
    }
}

/// Returns all files below a folder.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn another_passphrase_keeps_nobody_from_opting_in() {
    let Some(place) = Place::server() else { return };
    let desktop = place.make("desktop");
    desktop.command(&["push"]).ok();
    let before = place.catalogue(ALICE.secret).snapshot_ids();

    // A new instance with a passphrase: it is not listed, and that is said once.
    let deck = place.world.device("deck");
    let answers = format!("{}\n{PASSPHRASE}\n\n", ALICE.token);
    let said = place.run(&deck, &["setup"]).stdin(answers).ok();
    said.assert_says("encrypted with another passphrase");
    assert_eq!(
        said.stderr.matches("another passphrase").count(),
        1,
        "{said}"
    );
    let id = deck.instance_id();
    said.assert_says(&format!("joins with --instance-id={id}"));
    play::world(&deck.pack, "World", 2);
    deck.command(&["push"]).ok();
    assert_eq!(deck.json("state.json")["catalogue"], "given-up");
    assert_eq!(place.catalogue(ALICE.secret).snapshot_ids(), before);

    // Its id can be typed.
    let tv = place.world.device("tv");
    let answers = format!("{}\n{PASSPHRASE}\n{id}\n", ALICE.token);
    let said = place.run(&tv, &["setup"]).stdin(answers).ok();
    said.assert_says("has joined");
    tv.command(&["pull"]).ok().assert_says("Updated");

    // For scripts, too, and the first list goes on as it was.
    let pc = place.world.device("pc");
    let passphrase = place.world.path("passphrase");
    play::write(&passphrase, PASSPHRASE);
    let file = format!("--passphrase-file={}", passphrase.display());
    let words = ["init", "--token", ALICE.token, &file, "--join=Skyblock"];
    place
        .run(&pc, &words)
        .code(4)
        .assert_says("another passphrase");
    assert!(!pc.pack.join(".cloud-sync").exists());
    assert_eq!(place.listed(&[]).len(), 1);
}

/// Several devices find that there is no list, and make it at the same moment.
#[test]
fn two_devices_that_make_the_list_at_once_make_one() {
    for place in both() {
        let names = ["desktop", "deck", "tv"];
        let devices = names.map(|name| place.world.device(name));
        let init = |device| place.run(device, &["init", "--token", ALICE.token]).start();
        let runs: Vec<_> = devices.iter().map(init).collect();
        for run in runs {
            let said = run.wait();
            assert_eq!(said.status.code(), Some(0), "{said}");
            said.assert_never_says("warning");
        }
        let mut listed: Vec<_> = place.listed(&[]);
        listed.sort_by_key(|one| one["devices"][0].to_string());
        let found: Vec<_> = listed.iter().map(|one| &one["devices"][0]).collect();
        assert_eq!(found, ["deck", "desktop", "tv"]);
        // And everybody can go on writing to it.
        let (_, said) = place.choose("pc", "2");
        said.assert_never_says("warning");
        let account = place.folder_of(CATALOGUE);
        let left = fs::read_dir(account.parent().unwrap()).unwrap();
        let names: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 4, "{names:?}");
        if place.ca.is_none() {
            place.catalogue(ALICE.secret).check();
        }
    }
}

#[test]
fn a_list_that_is_damaged_offers_what_can_be_read_and_lets_an_id_be_typed() {
    let Some(place) = Place::folder() else { return };
    let desktop = place.make("desktop");
    desktop.command(&["push"]).ok();
    place.make("deck");
    assert_eq!(place.listed(&[]).len(), 2);

    let folder = place.folder_of(CATALOGUE);
    let catalogue = place.catalogue(ALICE.secret);
    let of_deck = catalogue.snapshots();
    let of_deck = of_deck
        .iter()
        .find(|one| one["hostname"] == "deck")
        .unwrap();
    let file = folder
        .join("snapshots")
        .join(of_deck["id"].as_str().unwrap());
    fs::set_permissions(&file, permissions()).unwrap();
    fs::write(&file, "nonsense").unwrap();
    let listed = place.listed(&[]);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["devices"][0], "desktop");
    // A new entry is written all the same.
    let (_, said) = place.choose("tv", "1");
    said.assert_never_says("warning");

    fs::set_permissions(folder.join("config"), permissions()).unwrap();
    fs::write(folder.join("config"), "nonsense").unwrap();
    let (tv, said) = place.choose("pc", &desktop.instance_id());
    said.assert_says("the list of this account's instances cannot be used");
    said.assert_says("has joined");
    tv.command(&["pull"]).ok().assert_says("Updated");
    // Hooks say nothing of it.
    play::session(&tv.pack, "World", 3);
    let said = tv.command(&["push"]).ok();
    said.assert_says("Saved");
    said.assert_never_says("list");
    said.assert_never_says("arning");
}

fn permissions() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

#[test]
fn the_first_push_after_opting_in_offline_tells_the_list_and_later_ones_cost_nothing() {
    let Some(place) = Place::server() else { return };
    let real = Program::Restic.find().unwrap();
    let fake = FakeRestic::around(&place.world.path("watched"), &real);
    place.world.use_restic(&fake.path());
    let desktop = place.world.device("desktop");
    place
        .run(&desktop, &["init", "--offline", "--token", ALICE.token])
        .ok();
    play::world(&desktop.pack, "World", 1);
    // The launcher says what it is called.
    let said = desktop
        .command(&["push"])
        .env("INST_NAME", "Mega, Pack")
        .ok();
    said.assert_says("Saved");
    assert_eq!(said.stdout.lines().count(), 1, "{said}");
    assert_eq!(desktop.json("state.json")["catalogue"], "written");
    assert_eq!(place.listed(&[])[0]["label"], "Mega, Pack");
    let calls = |words: &[&str]| {
        let before = fake.calls().len();
        desktop.command(words).ok();
        let calls = fake.calls().split_off(before);
        calls
            .iter()
            .map(|call| call.args[0].clone())
            .collect::<Vec<_>>()
    };
    desktop.command(&["pull"]).ok();
    play::session(&desktop.pack, "World", 2);
    assert_eq!(calls(&["push"]), ["backup"]);
    assert_eq!(calls(&["push"]), [""; 0]);
    assert_eq!(calls(&["pull"]), [""; 0]);

    // An instance that is older than the list is told at the next push that has something to save.
    let mut state = desktop.json("state.json");
    state.as_object_mut().unwrap().remove("catalogue");
    play::write(&desktop.synced_by("state.json"), state.to_string());
    assert_eq!(calls(&["push"]), [""; 0]);
    play::session(&desktop.pack, "World", 3);
    assert_eq!(calls(&["push"]), ["backup", "backup"]);
    play::session(&desktop.pack, "World", 4);
    assert_eq!(calls(&["push"]), ["backup"]);
}

#[test]
fn a_place_that_takes_no_list_is_warned_of_once_and_pushes_give_up() {
    let Some(place) = Place::folder() else { return };
    // Nothing can be made there.
    play::write(&place.folder_of(CATALOGUE), "in the way");
    let desktop = place.world.device("desktop");
    let said = place.run(&desktop, &["init", "--token", ALICE.token]).ok();
    said.assert_says("the list of this account's instances cannot be used");
    said.assert_says("joins with --instance-id=");
    for seed in 1..6 {
        assert_ne!(desktop.json("state.json")["catalogue"], "written");
        play::world(&desktop.pack, "World", seed);
        let said = desktop.command(&["push"]).ok();
        said.assert_says("Saved");
        assert_eq!(said.stdout.lines().count(), 1, "{said}");
    }
    assert_eq!(desktop.json("state.json")["catalogue"], "given-up");
    // Whoever opts in anew tries again.
    fs::remove_file(place.folder_of(CATALOGUE)).unwrap();
    let words = ["init", "--force", "--token", ALICE.token];
    place.run(&desktop, &words).ok();
    assert_eq!(desktop.json("state.json")["catalogue"], "written");
    assert_eq!(place.listed(&[]).len(), 1);
}

#[test]
fn labels_are_whatever_people_write() {
    let Some(place) = Place::server() else { return };
    let long = "x".repeat(300);
    let odd = [
        "One, two,,three %2C 100%",
        "Two\nlines\tand a \u{1b}[31mcolour",
        "\u{1f3ae}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{65b0}\u{4e16}\u{754c}",
        "\u{5e2}\u{5d5}\u{5dc}\u{5dd} \u{202e}\u{5d7}\u{5d3}\u{5e9}",
        "--host=evil 'quoted' \"twice\" $HOME",
        long.as_str(),
    ];
    let shown = [
        "One, two,,three %2C 100%".to_owned(),
        "Two lines and a [31mcolour".to_owned(),
        odd[2].to_owned(),
        "\u{5e2}\u{5d5}\u{5dc}\u{5dd} \u{5d7}\u{5d3}\u{5e9}".to_owned(),
        odd[4].to_owned(),
        format!("{}\u{2026}", "x".repeat(99)),
    ];
    let id = |number: usize| format!("01K4Z3N5T6V7W8X9Y0ZABCDEF{number}");
    for (number, label) in odd.iter().enumerate() {
        let folder = place.folder_of(&id(number));
        template::repository(&folder, ALICE.secret).unwrap();
        template::catalogue(&folder, ALICE.secret);
        let device = place.world.device(&format!("device-{number}"));
        let (named, join) = (
            format!("--instance-label={label}"),
            format!("--instance-id={}", id(number)),
        );
        let words = ["init", "--token", ALICE.token, &named, &join];
        place.run(&device, &words).ok();
    }
    let listed = place.listed(&[]);
    for (number, label) in shown.iter().enumerate() {
        let one = listed
            .iter()
            .find(|one| one["instance_id"] == id(number))
            .unwrap();
        assert_eq!(one["label"], *label);
        // Also as it was written: what a person pastes is cleaned alike.
        for text in [label.as_str(), odd[number]] {
            let joins = place
                .world
                .device(&format!("joins-{number}-{}", text.len()));
            let join = format!("--join={text}");
            let words = ["init", "--token", ALICE.token, &join];
            place.run(&joins, &words).ok();
            assert_eq!(joins.instance_id(), id(number));
        }
    }
    // A list for people has one line for each, and a line of heads.
    let anybody = place.world.device("anybody");
    let run = place
        .run(&anybody, &["instances", "--token", ALICE.token])
        .ok();
    assert_eq!(run.stdout.lines().count(), odd.len() + 1, "{run}");
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'));
}

#[test]
fn a_name_that_two_instances_have_is_refused_with_both() {
    let Some(place) = Place::folder() else { return };
    let ids = ["desktop", "deck"].map(|name| place.make(name).instance_id());
    let tv = place.world.device("tv");
    let words = ["init", "--token", ALICE.token, "--join=Skyblock"];
    let said = place.run(&tv, &words).code(2);
    for id in &ids {
        said.assert_says(id);
    }
    let words = ["init", "--token", ALICE.token, "--join=nothing like it"];
    let said = place.run(&tv, &words).code(2);
    said.assert_says("no instance of this account is called");
    said.assert_says(&ids[0]);
    assert!(!tv.pack.join(".cloud-sync").exists());
    let answers = format!("{}\n\nSkyblock\n", ALICE.token);
    place
        .run(&tv, &["setup"])
        .stdin(answers)
        .code(2)
        .assert_says(&ids[1]);
    assert!(!tv.pack.join(".cloud-sync").exists());
    // What is deleted on the server is offered no more, although its entry stays.
    fs::remove_dir_all(place.folder_of(&ids[0])).unwrap();
    assert_eq!(place.listed(&[]).len(), 1);
    let words = ["init", "--token", ALICE.token, "--join=Skyblock"];
    place.run(&tv, &words).ok();
    assert_eq!(tv.instance_id(), ids[1]);
    // A folder that is opted in lists the others of its account.
    let said = tv.command(&["instances"]).ok();
    said.assert_says(&ids[1]);
    said.assert_never_says(CATALOGUE);
}

/// Entries as people could write them, too, and two hundred of them.
#[test]
fn two_hundred_instances_are_listed_in_one_go() {
    let Some(place) = Place::folder() else { return };
    let catalogue = place.folder_of(CATALOGUE);
    template::repository(&catalogue, ALICE.secret).unwrap();
    let id = |number: usize| format!("01K4Z3N5T6V7W8X9Y0ZABCD{number:03}");
    let repository = place.catalogue(ALICE.secret);
    let note = |number: usize| {
        let tags = format!("instance={},label=World {number}", id(number));
        let words = [
            "backup",
            "--stdin",
            "--stdin-filename=x",
            "--force",
            "--tag",
            &tags,
        ];
        repository.run(&words).stdin("{}").start()
    };
    for chunk in (0..200).collect::<Vec<_>>().chunks(8) {
        let runs: Vec<_> = chunk.iter().map(|number| note(*number)).collect();
        for run in runs {
            assert_eq!(run.wait().status.code(), Some(0));
        }
    }
    for number in 0..200 {
        let folder = place.folder_of(&id(number));
        for part in ["keys", "snapshots"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        fs::copy(catalogue.join("config"), folder.join("config")).unwrap();
        for key in fs::read_dir(catalogue.join("keys")).unwrap() {
            let key = key.unwrap();
            fs::copy(key.path(), folder.join("keys").join(key.file_name())).unwrap();
        }
    }
    let listed = place.listed(&[]);
    assert_eq!(listed.len(), 200);
    assert!(
        listed
            .iter()
            .all(|one| one["last_played"]["state"] == "never")
    );
    let (device, said) = place.choose("deck", "World 117");
    assert_eq!(device.instance_id(), id(117));
    said.assert_says("200  World ");
    // On a terminal the list scrolls.
    let tv = place.world.device("tv");
    let steps = [
        ("Token", "alice:desktop-secret\r"),
        ("Passphrase", "\r"),
        (" of 202)", UP),
        ("", UP),
        ("", ENTER),
    ];
    let Some(seen) = type_in(place.run(&tv, &["setup"]), &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    let [.., bottom, marked, last] = seen.screens.as_slice() else {
        panic!("{seen:?}")
    };
    assert!(
        bottom.contains("> Another one, by its id\n  (156 to 202 of 202)"),
        "{bottom}"
    );
    assert!(marked.contains("\n> World "), "{marked}");
    // What is on the screen can be taken away again: it fits with the line of the cursor.
    let menu = marked.split_once("Which instance?").unwrap().1;
    assert!(menu.lines().count() < 50, "{marked}");
    assert!(last.contains("has joined the instance"), "{last}");
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const ENTER: &str = "\r";

#[test]
fn on_a_terminal_an_instance_is_chosen_with_arrow_keys() {
    let Some(place) = Place::server() else { return };
    let desktop = place.make("desktop");
    desktop.command(&["push"]).ok();
    let deck = place.world.device("deck");
    let steps = [
        ("Token", "alice:desktop-secret\r"),
        ("Passphrase", "\r"),
        // Enter alone chooses nothing.
        ("Another one, by its id", ENTER),
        ("", DOWN),
        ("", DOWN),
        ("", ENTER),
    ];
    let Some(seen) = type_in(place.run(&deck, &["setup"]), &steps) else {
        return;
    };
    let [.., asked, after, first, second, last] = seen.screens.as_slice() else {
        panic!("{seen:?}")
    };
    let id = desktop.instance_id();
    let line = format!(
        "Skyblock \u{b7} last played just now on desktop \u{b7} {}",
        &id[..8]
    );
    let menu = format!(
        "Which instance? Arrow keys, then Enter:\n  A new instance\n  {line}\n  Another one, by its id"
    );
    assert!(asked.ends_with(&menu), "{asked}");
    assert_eq!(after, asked);
    assert!(first.contains("\n> A new instance"), "{first}");
    assert!(second.contains(&format!("\n> {line}")), "{second}");
    let last = last.replace('\n', "");
    assert!(
        last.contains(&format!("has joined the instance {id}")),
        "{last}"
    );
    assert_eq!((seen.code, seen.hidden), (0, false));
    assert_eq!(deck.instance_id(), id);

    // Escape answers nothing, and nothing is changed.
    let tv = place.world.device("tv");
    let steps = [
        ("Token", "alice:desktop-secret\r"),
        ("Passphrase", "\r"),
        ("by its id", "\x1b"),
    ];
    let seen = type_in(place.run(&tv, &["setup"]), &steps).unwrap();
    assert_eq!(seen.code, 1);
    assert!(
        seen.last().contains("the question was not answered"),
        "{}",
        seen.last()
    );
    assert!(!tv.pack.join(".cloud-sync").exists());
    // An id can be typed there, too; one that cannot be is asked for again.
    let typed = format!("{id}\r");
    let steps = [
        ("Token", "alice:desktop-secret\r"),
        ("Passphrase", "\r"),
        ("by its id", UP),
        ("", ENTER),
        ("Id", "00000000000000000000000000\r"),
        ("26 zeros", &typed),
    ];
    let seen = type_in(place.run(&tv, &["setup"]), &steps).unwrap();
    assert_eq!(seen.code, 0, "{}", seen.last());
    assert_eq!(tv.instance_id(), id);
}

/// A repository that never answers is shown as one of which nothing is known.
#[test]
fn what_hangs_while_it_is_listed_keeps_nobody_from_choosing() {
    let Some(place) = Place::folder() else { return };
    let desktop = place.make("desktop");
    desktop.command(&["push"]).ok();
    // Whoever reads that waits for ever.
    let pipe = place
        .folder_of(&desktop.instance_id())
        .join("snapshots")
        .join("0".repeat(64));
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o644)).unwrap();
    let (deck, said) = place.choose("deck", "1");
    said.assert_says("Asking for the account's instances");
    said.assert_says("Skyblock \u{b7} last played: unknown, on desktop");
    assert!(said.elapsed.as_secs() < 30, "{said}");
    assert_eq!(deck.instance_id(), desktop.instance_id());
    fs::remove_file(&pipe).unwrap();
    // Nor does one that cannot be listed at all count as gone, or as what is in a trash.
    let snapshots = pipe.parent().unwrap();
    let aside = snapshots.with_extension("aside");
    fs::rename(snapshots, &aside).unwrap();
    fs::write(snapshots, "").unwrap();
    let row = &place.listed(&[])[0];
    assert_eq!(row["last_played"]["state"], "unknown", "{row}");
    fs::remove_file(snapshots).unwrap();
    fs::rename(&aside, snapshots).unwrap();

    // The list itself.
    let pipe = place
        .folder_of(CATALOGUE)
        .join("snapshots")
        .join("0".repeat(64));
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o644)).unwrap();
    let (tv, said) = place.choose("tv", &desktop.instance_id());
    said.assert_says("the list of this account's instances cannot be used");
    said.assert_says("has joined");
    assert!(said.elapsed.as_secs() < 45, "{said}");
    assert_eq!(tv.instance_id(), desktop.instance_id());
}

#[test]
fn a_server_that_is_silent_while_it_is_asked_for_the_list_is_waited_for_briefly() {
    let Some(place) = Place::server() else { return };
    let proxy = Proxy::to_port(place.world.server().port());
    proxy.set(Line::Silent);
    let deck = place.world.device("deck");
    let url = format!("--url={}", proxy.url().replace("http://", "https://"));
    let run = deck.command(&["instances", "--token", ALICE.token, &url]);
    let said = run.args(&place.ca).code(1);
    said.assert_says("cannot be listed");
    assert!(said.elapsed.as_secs() < 8, "{said}");
}

/// The list says what an instance is: a custom one is joined as such, which needs its rules.
#[test]
fn a_custom_instance_is_joined_as_one() {
    let Some(place) = Place::folder() else { return };
    let desktop = place.make("desktop");
    let scope = r#"{"schema": 1, "include": ["game/*"]}"#;
    play::write(&desktop.synced_by("scope.json"), scope);
    let words = [
        "init",
        "--force",
        "--token",
        ALICE.token,
        "--profile=custom",
    ];
    place.run(&desktop, &words).ok();
    assert_eq!(place.listed(&[])[0]["profile"], "custom");
    let deck = place.world.device("deck");
    let words = ["init", "--token", ALICE.token, "--join=Skyblock"];
    place.run(&deck, &words).code(2).assert_says("scope.json");
    play::write(&deck.synced_by("scope.json"), scope);
    place.run(&deck, &words).ok();
    assert_eq!(deck.json("sync.json")["profile"], "custom");
}

/// The name is shown on every device: who says none keeps the one that there is.
#[test]
fn an_instance_keeps_its_name_where_nobody_says_another() {
    let Some(place) = Place::folder() else { return };
    let labels = || {
        let listed = place.listed(&[]);
        let names = listed
            .iter()
            .map(|one| one["label"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    // Opted in offline, and told by the first push, which a launcher starts.
    let desktop = place.make("desktop");
    let id = desktop.instance_id();
    let instance = format!("--instance-id={id}");
    fs::remove_dir_all(desktop.synced_by("")).unwrap();
    let words = ["init", "--offline", "--token", ALICE.token, &instance];
    let named = place.run(&desktop, &words).arg("--instance-label=Named");
    named.ok();
    let push = desktop
        .command(&["push"])
        .env("INST_NAME", "What Prism calls it");
    push.ok();
    assert_eq!(labels(), ["Named"]);
    // Out, and back by the line that is printed.
    let said = desktop.command(&["disable"]).ok();
    said.assert_says("To come back");
    let back = ["init", "--token", ALICE.token, &instance];
    place.run(&desktop, &back).ok().assert_says("(Named)");
    assert_eq!(labels(), ["Named"]);
    // Another folder that joins by the id, which knows of no name.
    let deck = place.world.device("deck");
    play::world(&deck.pack, "World", 1);
    place.run(&deck, &back).ok().assert_says("(Named)");
    assert_eq!(labels(), ["Named"]);
    // One that was opted in offline asks when it tells.
    let tv = place.world.device("tv");
    play::world(&tv.pack, "World", 1);
    place.run(&tv, &words).ok();
    tv.command(&["push", "--on-conflict=keep-both"]).any();
    assert_eq!(labels(), ["Named"]);
    // Who says one gives it.
    let words = ["init", "--force", "--token", ALICE.token, &instance];
    place.run(&deck, &words).arg("--instance-label=Other").ok();
    assert_eq!(labels(), ["Other"]);
}

/// The list of the account is looked into for a name only by who joins and has none.
#[test]
fn whoever_knows_the_name_of_an_instance_does_not_ask_for_it() {
    let Some(place) = Place::folder() else { return };
    let desktop = place.make("desktop");
    let instance = format!("--instance-id={}", desktop.instance_id());
    let real = Program::Restic.find().unwrap();
    let watched = |name: &str, device: &Device, words: &[&str]| {
        let fake = FakeRestic::around(&place.world.path(name), &real);
        place.world.use_restic(&fake.path());
        let words = [&["init", "--token", ALICE.token], words].concat();
        place.run(device, &words).ok();
        fake.calls_of("snapshots").len()
    };
    let device = |name: &str| place.world.device(name);
    let deck = device("deck");
    let asks = watched("joins", &deck, &[&instance]);
    let named = "--instance-label=Named";
    for (name, device, words) in [
        ("new", device("new"), &[][..]),
        ("named", device("named"), &[&instance, named]),
        ("again", deck, &[&instance, "--force"]),
    ] {
        assert_eq!(watched(name, &device, words), asks - 1, "{name}");
    }
}
