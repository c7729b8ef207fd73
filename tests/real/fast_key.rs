//! The fast key: added once, the same for all devices, and done without where it cannot be had.

use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::support::opted::{self, ID, synced};
use super::support::*;

/// Returns the names of the key files of a repository in a folder.
fn keys(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("keys")).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Returns the id of the fast key that a device keeps.
fn kept(device: &Device) -> Option<String> {
    let id = device.json("key").get("fast_key_id")?.as_str()?.to_owned();
    let password = device.json("key")["fast_password"].as_str().unwrap().len();
    assert_eq!((id.len(), password), (64, 64));
    Some(id)
}

/// A world with a server, and two devices that have joined one instance there.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
    folder: PathBuf,
}

impl Scene {
    fn set() -> Option<Self> {
        let world = World::with_server()?;
        let (desktop, deck) = (world.device("desktop"), world.device("deck"));
        let id = world.opt_in(&[&desktop, &deck]);
        let folder = world.server().repository_folder(ALICE, &id);
        Some(Self {
            world,
            desktop,
            deck,
            folder,
        })
    }

    /// Devices push and pull from here on with a restic that notes its calls.
    fn watch(&self) -> FakeRestic {
        let real = Program::Restic.find().unwrap();
        let fake = FakeRestic::around(&self.world.path("watched"), &real);
        self.world.use_restic(&fake.path());
        fake
    }

    #[track_caller]
    fn get_on(&self, seed: u64) {
        play::session(&self.desktop.pack, "My World", seed);
        self.desktop.command(&["push"]).ok().assert_says("Saved");
        self.deck.command(&["pull"]).ok().assert_says("Updated");
        assert_same_with_metadata(&synced(&self.desktop.pack), &synced(&self.deck.pack));
    }
}

#[test]
fn every_device_computes_the_same_key_and_names_it_in_every_call() {
    let Some(scene) = Scene::set() else { return };
    let id = kept(&scene.desktop).expect("a fast key");
    assert_eq!(kept(&scene.deck).as_ref(), Some(&id));
    assert_eq!(
        keys(&scene.folder).len(),
        2,
        "the ordinary key, and one more"
    );
    assert!(keys(&scene.folder).contains(&id));

    let watched = scene.watch();
    play::world(&scene.desktop.pack, "My World", 1);
    scene.get_on(2);
    let calls = watched.calls();
    assert!(calls.len() > 3);
    let key = scene.desktop.json("key");
    for call in calls.iter().filter(|call| call.args[0] != "version") {
        assert_eq!(call.env["RESTIC_KEY_HINT"], id, "{:?}", call.args);
        assert_eq!(
            call.env["RESTIC_PASSWORD"],
            key["fast_password"].as_str().unwrap()
        );
    }

    // Stock restic opens it either way, old and new, and finds nothing wrong.
    let repository = scene.world.repository(&scene.deck.instance_id());
    repository.run(&["check", "--read-data"]).ok();
    let mut fast = scene.world.repository(&scene.deck.instance_id());
    fast.set("RESTIC_PASSWORD", key["fast_password"].as_str().unwrap());
    fast.set("RESTIC_KEY_HINT", &id);
    let said = fast.run(&["cat", "masterkey"]).ok().stdout;
    assert_eq!(said, repository.run(&["cat", "masterkey"]).ok().stdout);
    if let Some(oldest) = Program::Restic018.find() {
        fast.with_restic(&oldest).run(&["snapshots"]).ok();
    }
}

#[test]
fn a_repository_is_left_untouched_where_no_fast_key_is_wanted() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let id = world.opt_in(&[]);
    let folder = world.server().repository_folder(ALICE, &id);
    let before = Tree::of_all(&folder);
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    let join = format!("--instance-id={id}");
    let url = world.server().url();
    desktop.init(&url, ALICE.token, &[&ca, &join, "--no-fast-key"]);
    deck.init(
        &url,
        ALICE.token,
        &[&ca, &join, "--no-fast-key", "--offline"],
    );
    assert_same(&before, &Tree::of_all(&folder));
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok().assert_says("Updated");
    assert_eq!(keys(&folder).len(), 1);
    for device in [&desktop, &deck] {
        assert_eq!(kept(device), None);
        assert_eq!(device.json("sync.json")["fast_key"], false);
    }
    // A person who changes their mind opts in anew.
    desktop.init(&url, ALICE.token, &[&ca, &join, "--force"]);
    assert_eq!(keys(&folder).len(), 2);
    desktop.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_key_that_somebody_removed_is_done_without_and_never_made_anew() {
    let Some(scene) = Scene::set() else { return };
    play::world(&scene.desktop.pack, "My World", 1);
    scene.get_on(2);
    let id = kept(&scene.desktop).expect("a fast key");
    fs::remove_file(scene.folder.join("keys").join(&id)).unwrap();
    for seed in 3..5 {
        scene.get_on(seed);
        assert_eq!(keys(&scene.folder).len(), 1);
        assert_eq!((kept(&scene.desktop), kept(&scene.deck)), (None, None));
    }
}

/// Whoever joins looks for it: only `init` adds one, and only where there is room among the others.
#[test]
fn a_key_is_added_by_an_opt_in_alone_and_beside_few_others() {
    let Some((world, offline)) = opted::pushed() else {
        return;
    };
    let folder = world.cloud_repository(ALICE, ID);
    assert_eq!((keys(&folder).len(), kept(&offline)), (1, None));
    let place = folder.join("keys");
    let file = fs::read_to_string(place.join(&keys(&folder)[0])).unwrap();
    let more = |number: u8| {
        let mut file: serde_json::Value = serde_json::from_str(&file).unwrap();
        file["salt"] = STANDARD.encode([number; 64]).into();
        fs::write(place.join(format!("{number:0>64}")), file.to_string()).unwrap();
    };
    (1..18).for_each(more);
    let join = |name: &str| {
        let device = world.device(name);
        let instance = format!("--instance-id={ID}");
        device.init(
            &world.cloud().display().to_string(),
            ALICE.token,
            &[&instance],
        );
        kept(&device)
    };
    let id = join("first").expect("a fast key, beside 18 others");
    fs::remove_file(place.join(&id)).unwrap();
    more(18);
    assert_eq!(join("second"), None);
    assert_eq!(keys(&folder).len(), 19);
}

/// Accounts are shared and servers are attacked: what lies in `keys/` is not all ours.
#[test]
fn foreign_and_malformed_keys_are_in_nobodys_way() {
    let Some(scene) = Scene::set() else { return };
    let place = scene.folder.join("keys");
    let ours = keys(&scene.folder);
    let file = fs::read_to_string(place.join(&ours[0])).unwrap();
    let foreign = |number: u8| {
        let mut file: serde_json::Value = serde_json::from_str(&file).unwrap();
        file["salt"] = STANDARD.encode([number; 64]).into();
        file.to_string()
    };
    for number in 0..25 {
        // Half of them sort first.
        let name = format!("{:064x}", u128::from(number));
        let name = if number % 2 == 0 {
            name
        } else {
            name.replace('0', "f")
        };
        fs::write(place.join(name), foreign(number)).unwrap();
    }
    let edited = |from: &str, to: &str| {
        assert!(file.contains(from), "{file}");
        file.replace(from, to)
    };
    let malformed = [
        "not JSON".to_owned(),
        edited("scrypt", "argon2"),
        edited("1024", "3"),
        edited("\"salt\":\"", "\"salt\":\"\",\"was\":\""),
        edited("\"data\":\"", "\"data\":\"AAAA\",\"was\":\""),
    ];
    for (number, file) in malformed.iter().enumerate() {
        fs::write(
            place.join(format!("{number:064x}").replacen("00", "0e", 1)),
            file,
        )
        .unwrap();
    }
    assert_eq!(keys(&scene.folder).len(), 2 + 25 + 5);
    play::world(&scene.desktop.pack, "My World", 1);
    scene.get_on(2);
    let said = scene.deck.command(&["verify"]).ok();
    said.assert_says("Restored and compared");
    assert!(kept(&scene.desktop).is_some());
}

#[test]
fn a_folder_gets_its_fast_key_too_also_where_it_was_chosen_offline() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let url = world.cloud().display().to_string();
    fs::create_dir_all(world.cloud()).unwrap();
    desktop.init(&url, ALICE.token, &["--offline"]);
    assert_eq!(kept(&desktop), None);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let folder = world.cloud_repository(ALICE, &desktop.instance_id());
    let id = kept(&desktop).expect("made by the push that made the repository");
    assert!(keys(&folder).contains(&id) && keys(&folder).len() == 2);
    // Who joins offline finds it with the first pull.
    let deck = world.device("deck");
    let join = format!("--instance-id={}", desktop.instance_id());
    deck.init(&url, ALICE.token, &["--offline", &join]);
    deck.command(&["pull"]).ok().assert_says("Updated");
    assert_eq!(kept(&deck), Some(id));
    assert_eq!(keys(&folder).len(), 2);
}

/// Two devices add it at the same moment: the server keeps the first, and the second is content.
#[test]
fn a_server_that_has_the_key_already_or_takes_none_is_no_obstacle() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(url) = opted::cloud(&world) else {
        return;
    };
    let folder = world.cloud_repository(ALICE, ID);
    let join = format!("--instance-id={ID}");
    let first = world.device("first");
    first.init(&url, ALICE.token, &[&join]);
    let id = kept(&first).expect("a fast key");
    let file = fs::read(folder.join("keys").join(&id)).unwrap();
    let ordinary = keys(&folder).into_iter().find(|key| *key != id).unwrap();
    for (there, status) in [(true, 403), (false, 403), (false, 500), (false, 404)] {
        let place = folder.join("keys").join(&id);
        let _ = fs::remove_file(&place);
        if there {
            fs::write(&place, &file).unwrap();
        }
        let before = Tree::of_all(&folder);
        // It was not there yet when we asked for it; restic sees it.
        let listed = Answer::json(&format!("[\"{ordinary}\"]"));
        let server = served::serve(folder.clone(), move |request| {
            match (request.method.as_str(), request.path.ends_with("/keys/")) {
                ("GET", true) => {
                    let agent = request.header("user-agent").unwrap_or_default();
                    agent.starts_with("instance-sync").then(|| listed.clone())
                }
                ("POST", _) if request.path.contains("/keys/") => Some(Answer::status(status)),
                _ => None,
            }
        });
        let late = world.device(&format!("late-{there}-{status}"));
        let said = late.init(&server.url(), ALICE.token, &[&join]);
        let posted = server
            .requests()
            .into_iter()
            .find(|one| one.method == "POST");
        assert_eq!(posted.expect("a request").body, file);
        if there {
            assert_eq!(kept(&late).as_ref(), Some(&id));
            said.assert_never_says("no fast key");
        } else {
            assert_eq!(kept(&late), None);
            said.assert_says("There is no fast key, so that each step takes half a second longer");
        }
        said.assert_never_says(first.json("key")["fast_password"].as_str().unwrap());
        assert_same(&before, &Tree::of_all(&folder));
        play::world(&late.pack, &format!("World {there} {status}"), 1);
        late.command(&["pull"]).ok();
        late.command(&["push"]).ok();
        late.command(&["verify"]).ok();
    }
}
