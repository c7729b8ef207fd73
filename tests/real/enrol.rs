//! A player gets in by the link that an operator passed on: on a real server, with our own client.

use std::fs;
#[cfg(unix)]
use std::time::{Duration, Instant};

use crate::support::opted::synced;
use crate::support::our_server::OurServer;
use crate::support::output::Output;
#[cfg(unix)]
use crate::support::run::Signal;
use crate::support::terminal::type_in;
use crate::support::{Device, World, assert_same, play};

const PASSPHRASE: &str = "of the player alone";
const DOWN: &str = "\x1b[B";

struct Scene {
    world: World,
    server: OurServer,
    deck: Device,
}

impl Scene {
    /// An account that nobody plays with yet.
    fn new() -> Option<Self> {
        let world = World::with_restic()?;
        let server = OurServer::start(&world.path("server"));
        server.add_open_account("alice");
        fs::write(world.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let deck = world.device("Deck");
        Some(Self {
            world,
            server,
            deck,
        })
    }

    fn link(&self) -> String {
        let url = format!("--public-url={}", self.server.url());
        let said = self.server.admin(&["device", "enrol", "alice", &url]).ok();
        said.assert_says("where it asks for the server");
        said.stdout.lines().last().unwrap().to_owned()
    }

    fn file(&self) -> String {
        format!(
            "--passphrase-file={}",
            self.world.path("passphrase").display()
        )
    }

    /// The devices in use, by name and kind.
    fn devices(&self) -> Vec<String> {
        let said = self
            .server
            .admin(&["device", "list", "alice", "--json"])
            .ok();
        let rows = said.json()["rows"].as_array().unwrap().clone();
        let in_use = rows.iter().filter(|row| row["revoked_at"].is_null());
        in_use
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Nothing is stored on a device, and no other one is in the account.
    #[track_caller]
    fn assert_out(&self, device: &Device, others: &[&str]) {
        assert!(!device.pack.join(".cloud-sync").exists());
        assert_eq!(self.devices(), others);
    }

    /// A device that is in, with something in the cloud.
    fn pc(&self) -> Device {
        let pc = self.world.device("PC");
        let pair = format!("--pair={}", self.link());
        pc.command(&["init", &pair, &self.file()]).ok();
        play::world(&pc.pack, "My World", 1);
        pc.command(&["push"]).ok();
        pc
    }
}

fn code_of(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

#[track_caller]
fn keeps_quiet(said: &Output, link: &str) {
    said.assert_never_says(code_of(link));
    said.assert_never_says("isd_");
    said.assert_never_says(PASSPHRASE);
}

#[test]
fn setup_takes_a_link_where_it_asks_for_the_server() {
    let Some(scene) = Scene::new() else { return };
    let link = scene.link();
    // As Discord shows it; the first device chooses the passphrase.
    let answers = format!("<{link}>\n{PASSPHRASE}\n\n");
    let said = scene.deck.command(&["setup"]).stdin(answers).ok();
    said.assert_says("This device is in the account alice now, as Deck.");
    said.assert_says("is opted in as the new instance");
    keeps_quiet(&said, &link);
    let token = fs::read_to_string(scene.deck.synced_by("token")).unwrap();
    assert!(token.starts_with("alice:isd_"));
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
    play::world(&scene.deck.pack, "My World", 1);
    scene.deck.command(&["push"]).ok();
    let hidden = [PASSPHRASE, code_of(&link), &token.trim()["alice:".len()..]];
    for hidden in hidden {
        assert!(!scene.server.holds(hidden), "the server has {hidden}");
    }

    // One more, by a link of its own.
    let pc = scene.world.device("PC");
    let second = scene.link();
    let answers = format!("{second}\n{PASSPHRASE}\n1\n");
    let said = pc.command(&["setup", "--pair=-"]).stdin(answers).ok();
    said.assert_says("has joined the instance");
    keeps_quiet(&said, &second);
    pc.command(&["pull"]).ok();
    assert_same(&synced(&scene.deck.pack), &synced(&pc.pack));
    assert_eq!(scene.devices(), ["Deck", "PC"]);

    // Each is good once, and a folder that is opted in uses none up.
    let tv = scene.world.device("TV");
    let answers = format!("{link}\n{PASSPHRASE}\n\n");
    let said = tv.command(&["setup"]).stdin(answers).code(1);
    said.assert_says("it was used already");
    said.assert_says("Ask whoever gave it to you for a new link");
    keeps_quiet(&said, &link);
    scene.assert_out(&tv, &["Deck", "PC"]);
    let pair = format!("--pair={}", scene.link());
    let said = pc.command(&["init", &pair, &scene.file()]).ok();
    said.assert_says("is opted in already");
    tv.command(&["init", &pair, &scene.file(), "--join=Skyblock"])
        .ok();
}

#[test]
fn a_terminal_asks_for_a_passphrase_before_the_code_is_used_up() {
    let Some(scene) = Scene::new() else { return };
    let (link, passphrase) = (format!("{}\r", scene.link()), format!("{PASSPHRASE}\r"));
    let server = "lets this device in";
    let asked = "the same on all your devices";
    // An interrupt there leaves the code as good as it was.
    let run = scene.deck.command(&["setup"]);
    let Some(seen) = type_in(run, &[(server, &link), (asked, "\u{3}")]) else {
        return;
    };
    assert_ne!(seen.code, 0);
    scene.assert_out(&scene.deck, &[]);
    let steps = [
        (server, &link[..]),
        (asked, "\r"),
        ("a passphrase is needed", &passphrase),
        ("The same passphrase again", &passphrase),
    ];
    let seen = type_in(scene.deck.command(&["setup"]), &steps).unwrap();
    assert_eq!(seen.code, 0, "{}", seen.last());
    assert!(seen.last().contains("becomes a new one"), "{}", seen.last());
    let shown = |text| seen.screens.iter().any(|screen| screen.contains(text));
    assert!(!shown(PASSPHRASE) && !shown("isd_"), "{:?}", seen.screens);
    play::world(&scene.deck.pack, "My World", 1);
    scene.deck.command(&["push"]).ok();

    // A slip in the passphrase costs no second code.
    let pc = scene.world.device("PC");
    let link = format!("{}\r", scene.link());
    let again = format!("{DOWN}\r");
    let listed = format!("{DOWN}{DOWN}\r");
    let steps = [
        (server, &link[..]),
        (asked, "of a cat on the keys\r"),
        ("Type the passphrase again", &again),
        (asked, &passphrase),
        ("Which instance?", &listed),
    ];
    let seen = type_in(pc.command(&["setup"]), &steps).unwrap();
    assert_eq!(seen.code, 0, "{}", seen.last());
    assert_eq!(pc.instance_id(), scene.deck.instance_id());
    assert_eq!(scene.devices(), ["Deck", "PC"]);
}

#[test]
fn an_interrupt_takes_the_device_out_again_that_has_saved_nothing() {
    let Some(scene) = Scene::new() else { return };
    let (link, passphrase) = (format!("{}\r", scene.link()), format!("{PASSPHRASE}\r"));
    let server = "lets this device in";
    let asked = "the same on all your devices";
    let steps = [
        (server, &link[..]),
        (asked, &passphrase),
        ("The same passphrase again", "\u{3}"),
    ];
    let Some(seen) = type_in(scene.deck.command(&["setup"]), &steps) else {
        return;
    };
    assert_eq!(seen.code, 130, "{}", seen.last());
    assert!(seen.echo && !seen.hidden, "{seen:?}");
    let last = seen.last().replace('\n', " ");
    assert!(last.contains("taken out of the account again"), "{last}");
    scene.assert_out(&scene.deck, &[]);

    // In a menu, too, and where the server is away then it is said.
    scene.pc();
    let link = format!("{}\r", scene.link());
    let steps = [
        (server, &link[..]),
        (asked, &passphrase),
        ("Which instance?", "\u{3}"),
    ];
    let seen = type_in(scene.deck.command(&["setup"]), &steps).unwrap();
    assert_eq!(seen.code, 130, "{}", seen.last());
    scene.assert_out(&scene.deck, &["PC"]);
}

#[test]
#[cfg(unix)]
fn an_interrupt_is_heeded_where_answers_come_through_a_pipe() {
    let Some(scene) = Scene::new() else { return };
    // The next answer does not come. The shell becomes the program, which the signal is for.
    let fifo = scene.world.path("answers");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let script = format!(
        "{{ printf '%s\\n' '{}' '{PASSPHRASE}'; exec /bin/sleep 60; }} > '{answers}' 2>&1 & exec \"$@\" < '{answers}'",
        scene.link(),
        answers = fifo.display()
    );
    let run = scene.deck.command(&["setup"]);
    let setup = run.under(["/bin/sh", "-c", &script, "sh"]).start();
    let deadline = Instant::now() + Duration::from_secs(30);
    while scene.devices() != ["Deck"] {
        assert!(Instant::now() < deadline, "it was never let in");
    }
    setup.signal(Signal::Interrupt);
    let said = setup.wait();
    assert_eq!(said.status.code(), Some(130), "{said}");
    said.assert_says("taken out of the account again");
    scene.assert_out(&scene.deck, &[]);
}

#[test]
fn a_passphrase_that_is_repeated_wrongly_is_chosen_anew() {
    let Some(scene) = Scene::new() else { return };
    let (link, passphrase) = (format!("{}\r", scene.link()), format!("{PASSPHRASE}\r"));
    let asked = "the same on all your devices";
    let (again, other) = ("The same passphrase again", "of a cat on the keys\r");
    let steps = [
        ("lets this device in", &link[..]),
        (asked, other),
        (again, &passphrase),
        (again, &passphrase),
        (again, &passphrase),
        (asked, other),
        // Whoever knows that it was mistyped does not wait for that.
        (again, "\r"),
        (asked, &passphrase),
        (again, &passphrase),
    ];
    let Some(seen) = type_in(scene.deck.command(&["setup"]), &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
    assert_eq!(scene.devices(), ["Deck"]);
}

#[test]
fn a_passphrase_that_the_account_does_not_know_is_asked_for_twice_before_it_makes_an_instance() {
    let Some(scene) = Scene::new() else { return };
    scene.pc();
    let link = format!("{}\r", scene.link());
    let other = "of a cat on the keys\r";
    let go_on = format!("{DOWN}{DOWN}{DOWN}\r");
    let again = "The same passphrase again";
    let steps = [
        ("lets this device in", &link[..]),
        ("the same on all your devices", other),
        ("Type the passphrase again", &go_on),
        ("Id of the instance to join", "\r"),
        (again, "of a dog on the keys\r"),
        (again, other),
    ];
    let Some(seen) = type_in(scene.deck.command(&["setup"]), &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    let told = seen.last();
    assert!(
        told.contains("another passphrase than the account's others"),
        "{told}"
    );
    assert_eq!(scene.deck.json("key")["password"], other.trim());
}

#[test]
fn the_address_of_a_page_is_told_before_anything_secret_is_asked_for() {
    let Some(scene) = Scene::new() else { return };
    for page in ["/devices/connect", "/account/"] {
        let answers = format!("{}{page}\n", scene.server.url());
        let said = scene.deck.command(&["setup"]).stdin(answers).code(2);
        said.assert_says(&format!("Leave out {}", page.trim_end_matches('/')));
        said.assert_never_says("Token (");
    }
    assert!(!scene.deck.pack.join(".cloud-sync").exists());
}

#[test]
fn a_device_that_a_link_lets_in_is_told_what_it_is_called() {
    let Some(scene) = Scene::new() else { return };
    scene.server.add_device("alice", "Deck");
    let pair = format!("--pair={}", scene.link());
    let said = scene.deck.command(&["init", &pair, &scene.file()]).ok();
    let devices = scene.devices();
    let name = devices
        .iter()
        .find(|name| name.starts_with("Deck ("))
        .unwrap();
    said.assert_says(&format!("in the account alice now, as {name}."));
}

#[test]
fn init_wants_its_passphrase_before_the_code_is_used_up() {
    let Some(scene) = Scene::new() else { return };
    let link = scene.link();
    let pair = format!("--pair={link}");
    let said = scene.deck.command(&["init", &pair]).code(2);
    said.assert_says("The code was not used up");
    keeps_quiet(&said, &link);
    let both = ["init", "--pair=-", "--passphrase-file=-"];
    let said = scene.deck.command(&both).stdin(link.clone()).code(2);
    said.assert_says("standard input");
    scene.assert_out(&scene.deck, &[]);
    let words = ["init", "--pair=-", &scene.file()];
    let said = scene.deck.command(&words).stdin(format!("{link}\n")).ok();
    keeps_quiet(&said, &link);
    assert_eq!(scene.devices(), ["Deck"]);
    let pc = scene.world.device("PC");
    let said = pc.command(&["init", &pair, &scene.file()]).code(1);
    said.assert_says("does not take this code");
    keeps_quiet(&said, &link);
    scene.assert_out(&pc, &["Deck"]);

    // A folder that is opted in anew has what opens its saves.
    scene
        .server
        .admin(&["device", "revoke", "alice", "Deck"])
        .ok();
    let id = scene.deck.instance_id();
    let pair = format!("--pair={}", scene.link());
    scene.deck.command(&["init", &pair, "--force"]).ok();
    assert_eq!(scene.deck.instance_id(), id);
    assert_eq!(scene.devices(), ["Deck"]);
    play::world(&scene.deck.pack, "My World", 1);
    scene.deck.command(&["push"]).ok();
}

#[test]
fn a_link_that_is_for_a_browser_is_sent_there() {
    let Some(scene) = Scene::new() else { return };
    for page in ["invite#isi_0123456789abcdef", "reset#isr_0123456789abcdef"] {
        let link = format!("{}/{page}", scene.server.url());
        let said = scene
            .deck
            .command(&["setup"])
            .stdin(format!("{link}\n"))
            .code(2);
        said.assert_says("to be opened in a browser");
        said.assert_never_says("0123456789");
        let url = format!("--url={link}");
        let said = scene.deck.command(&["init", &url, &scene.file()]).code(2);
        said.assert_says("to be opened in a browser");
    }
    scene.assert_out(&scene.deck, &[]);
}

#[test]
fn who_asks_too_often_gets_in_a_little_later() {
    let Some(scene) = Scene::new() else { return };
    let stranger = crate::support::control::Control::new(&scene.server.url());
    let wrong = serde_json::json!({ "code": "ise_x", "name": "x", "kind": "other" });
    for _ in 0..25 {
        let said = stranger.ask_unchecked("POST", "/v1/enrolments", &wrong);
        assert!(said.status == 404 || said.status == 429, "{}", said.status);
    }
    let link = scene.link();
    let answers = format!("{link}\n{PASSPHRASE}\n\n");
    let said = scene.deck.command(&["setup"]).stdin(answers).ok();
    said.assert_says("was asked too often; asking again in");
    said.assert_says("is opted in as the new instance");
    keeps_quiet(&said, &link);
}

#[test]
fn a_new_instance_that_was_made_by_mistake_becomes_the_one_that_is_there() {
    let Some(scene) = Scene::new() else { return };
    let pc = scene.pc();
    play::world(&scene.deck.pack, "Of the Deck", 3);
    let answers = format!("{}\n{PASSPHRASE}\n\n", scene.link());
    let said = scene.deck.command(&["setup"]).stdin(answers).ok();
    said.assert_says("is opted in as the new instance");
    said.assert_says("instance-sync init --join=NAME");
    scene.deck.command(&["push"]).ok();
    let mistaken = scene.deck.instance_id();
    assert_ne!(mistaken, pc.instance_id());

    let join = format!("--join={}", pc.instance_id());
    let said = scene.deck.command(&["init", "--join=Nothing"]).code(2);
    said.assert_says(&pc.instance_id());
    assert_eq!(scene.deck.instance_id(), mistaken);
    let said = scene.deck.command(&["init", &join]).ok();
    said.assert_says("has joined the instance");
    said.assert_says(&format!("as the instance {mistaken} stays"));
    assert_eq!(scene.deck.instance_id(), pc.instance_id());
    // With the token that it had, and what was only there is on both.
    assert_eq!(scene.devices(), ["PC", "Deck"]);
    scene.deck.command(&["pull"]).ok();
    scene.deck.command(&["push"]).ok();
    pc.command(&["pull"]).ok();
    assert!(pc.pack.join("saves/Of the Deck/level.dat").exists());
    assert!(scene.deck.pack.join("saves/My World/level.dat").exists());
    let said = scene.deck.command(&["init", &join]).ok();
    said.assert_says("is opted in already");
    // A folder that is not opted in has no account.
    let tv = scene.world.device("TV");
    tv.command(&["init", &join]).code(2).assert_says("--url");
}

#[test]
fn codes_that_are_wrong_or_over_let_nobody_in() {
    let Some(scene) = Scene::new() else { return };
    let link = scene.link();
    let (start, code) = link.split_once('#').unwrap();
    let init = |link: &str, exit: i32| {
        let pair = format!("--pair={link}");
        let said = scene
            .deck
            .command(&["init", &pair, &scene.file()])
            .code(exit);
        keeps_quiet(&said, &format!("#{}", code.trim_start_matches("ise_")));
        said
    };
    let asked = || scene.server.log_text().matches("\"POST\"").count();
    let before = asked();
    for broken in [
        link[..link.len() - 1].to_owned(),
        start.to_owned(),
        code.to_owned(),
        link.replace("/v1/enrol", "/v1/other"),
    ] {
        init(&broken, 2).assert_says("Nothing was sent yet");
    }
    // Whoever listens on the way would be in.
    let open = format!("http://saves.example.org/v1/enrol#{code}");
    init(&open, 2).assert_says("--insecure-http");
    let said = scene
        .deck
        .command(&["setup"])
        .stdin(format!("{open}\n"))
        .code(2);
    said.assert_says("--insecure-http");
    assert_eq!(asked(), before);
    let last = if link.ends_with('A') { 'B' } else { 'A' };
    let wrong = format!("{}{last}", &link[..link.len() - 1]);
    init(&wrong, 1).assert_says("does not take this code");
    scene
        .server
        .change_database("UPDATE enrolments SET expires_at = 1");
    init(&link, 1).assert_says("older than an hour");
    scene.assert_out(&scene.deck, &[]);
}

#[test]
fn a_device_that_cannot_be_opted_in_leaves_the_account_again() {
    let Some(scene) = Scene::new() else { return };
    scene.pc();
    let pair = format!("--pair={}", scene.link());
    let words = ["init", &pair, &scene.file(), "--join=Nothing"];
    let said = scene.deck.command(&words).code(2);
    said.assert_says("taken out of the account again");
    scene.assert_out(&scene.deck, &["PC"]);
    let answers = format!(
        "{}\n{PASSPHRASE}\n01K4Z3N5T6V7W8X9Y0ZABCDEFG\n",
        scene.link()
    );
    let said = scene.deck.command(&["setup"]).stdin(answers).any();
    assert!(!said.status.success(), "{said}");
    said.assert_says("taken out of the account again");
    scene.assert_out(&scene.deck, &["PC"]);
}

#[test]
fn a_code_without_a_link_is_taken_where_a_token_is() {
    let Some(scene) = Scene::new() else { return };
    let link = scene.link();
    let code = code_of(&link);
    let url = format!("--url={}", scene.server.url());
    // No token, and no address.
    let token = format!("--token={code}");
    let said = scene
        .deck
        .command(&["init", &url, &token, &scene.file()])
        .code(2);
    said.assert_says("setup");
    keeps_quiet(&said, &link);
    let said = scene
        .deck
        .command(&["init", &format!("--url={link}"), &token])
        .code(2);
    said.assert_says("--pair");
    keeps_quiet(&said, &link);
    let said = scene
        .deck
        .command(&["setup"])
        .stdin(format!("{code}\n"))
        .code(2);
    said.assert_says("which server");
    keeps_quiet(&said, &link);
    let answers = format!("{code}\n{PASSPHRASE}\n\n");
    let said = scene.deck.command(&["setup", &url]).stdin(answers).ok();
    said.assert_says("is opted in as the new instance");
    keeps_quiet(&said, &link);
    assert_eq!(scene.devices(), ["Deck"]);
}

#[test]
#[cfg(all(target_os = "linux", feature = "window"))]
fn a_link_is_typed_into_the_window_of_setup() {
    use crate::support::display::Display;
    use crate::window_setup::type_text;
    let Some(display) = Display::start() else {
        return;
    };
    let Some(scene) = Scene::new() else { return };
    let type_secret = |text: &str| {
        // The keyboard is there with the next picture.
        std::thread::sleep(std::time::Duration::from_millis(700));
        type_text(&display, text);
    };
    let link = scene.link();
    let run = display.shows(scene.deck.command(&["setup"])).start();
    display.sees("Connect this device");
    type_text(&display, &link);
    // It is needed, and the keyboard goes there.
    display.key("Return");
    type_secret("of the player");
    display.key("Return");
    // The first device chooses it.
    display.sees("Type the passphrase a second time");
    type_secret("of the player");
    display.key("Return");
    display.sees("What is");
    display.press("Next");
    display.press("Start syncing");
    display.sees("It is synced now");
    display.press("Close");
    let said = run.wait();
    assert!(said.status.success(), "{said}");
    said.assert_never_says(code_of(&link));
    assert_eq!(scene.deck.json("key")["password"], "of the player");

    // A code that is used, and then a player who leaves before anything is opted in.
    let tv = scene.world.device("TV");
    let run = display.shows(tv.command(&["setup"])).start();
    display.sees("Connect this device");
    type_text(&display, &link);
    display.key("Return");
    type_secret("of the player");
    display.key("Return");
    display.sees("does not take this code");
    display.key("ctrl+a");
    type_text(&display, &scene.link());
    display.key("Return");
    display.sees("on Deck");
    assert_eq!(scene.devices(), ["Deck", "TV"]);
    display.key("Escape");
    assert_eq!(run.wait().status.code(), Some(130));
    scene.assert_out(&tv, &["Deck"]);
    // An interrupt is no other end.
    let run = display.shows(tv.command(&["setup"])).start();
    display.sees("Connect this device");
    type_text(&display, &scene.link());
    display.key("Return");
    type_secret("of the player");
    display.key("Return");
    display.sees("on Deck");
    assert_eq!(scene.devices(), ["Deck", "TV"]);
    run.signal(Signal::Interrupt);
    let said = run.wait();
    assert_eq!(said.status.code(), Some(130), "{said}");
    said.assert_says("taken out of the account again");
    scene.assert_out(&tv, &["Deck"]);
}
