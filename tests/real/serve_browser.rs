//! The server's pages in a real browser, from the invite to the revoked device: with the mouse and with keys
//! alone, on a desktop and on a phone, dark and light, and without barriers. `make screenshots` draws them
//! into docs/images.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::browser::{Browser, ENTER, Look, SPACE, Scheme, TAB};
use crate::support::control::{Control, PASSWORD};
use crate::support::our_server::OurServer;
use crate::support::programs::python;
use crate::support::rest_client::{RestClient, name_of};

const SKYBLOCK: &str = "01KARZ3NDEKTSV4RRFFQ69G5FA";
const VANILLA: &str = "01KBWQ7P3N5T8Y2XH4M6R9C1DZ";
const OLD: &str = "01JXN4T8W2B6M9Q5R7V3C1D0EF";

/// Every page of somebody who signed in, by what its picture is called.
const PAGES: [(&str, &str); 10] = [
    ("overview", "/"),
    ("connect", "/devices/connect"),
    ("devices", "/devices"),
    ("pair", "/pair"),
    ("instances", "/instances"),
    ("instance", "/instances/01KARZ3NDEKTSV4RRFFQ69G5FA"),
    ("activity", "/events"),
    ("maintenance", "/account/grants"),
    ("trash", "/instances/trash"),
    ("account", "/account"),
];

fn server() -> (tempfile::TempDir, OurServer) {
    let folder = tempfile::tempdir().unwrap();
    // What players type, as pages name it to who opens them on this machine.
    let public = "--public-url=https://saves.example.org";
    let server = OurServer::start_with(folder.path(), &[public]);
    (folder, server)
}

/// Pushes a snapshot into an instance, and returns its name.
fn push(server: &OurServer, token: &str, instance: &str, number: u32) -> String {
    let rest = RestClient::new(&server.url(), None, token);
    let path = format!("/alice/{instance}");
    if rest.get(&format!("{path}/config")).status == 404 {
        assert_eq!(rest.post(&format!("{path}/?create=true"), ""), 200);
        assert_eq!(rest.post(&format!("{path}/config"), "config"), 200);
    }
    let worlds = vec![u8::try_from(number % 251).unwrap(); 2_000_000 + 311 * number as usize];
    let name = name_of(&worlds);
    assert_eq!(rest.post(&format!("{path}/data/{name}"), worlds), 200);
    let snapshot = format!("{instance} {number}").into_bytes();
    let name = name_of(&snapshot);
    assert_eq!(
        rest.post(&format!("{path}/snapshots/{name}"), snapshot),
        200
    );
    name
}

/// Makes what a family of machines leaves behind in a few weeks.
fn furnish(server: &OurServer, control: &Control) {
    let url = server.url();
    let add = |name: &str, kind: &str| {
        let body = json!({ "name": name, "kind": kind });
        let said = control.post("/v1/devices", &body).ok().value;
        said["token"].as_str().unwrap().to_owned()
    };
    let (desktop, deck) = (add("Desktop", "computer"), add("Deck", "handheld"));
    let (laptop, _) = (
        add("Old laptop", "computer"),
        add("Mia's laptop", "computer"),
    );
    let say = |token: &str, path: &str, body: &Value| {
        Control::new(&url).device(token).post(path, body).ok();
    };
    for id in [SKYBLOCK, VANILLA, OLD] {
        control.post("/v1/instances", &json!({ "id": id })).ok();
    }
    let told = |token: &str, what: &str, snapshot: &str| {
        let body =
            json!({ "instance": SKYBLOCK, "what": what, "snapshot": snapshot, "bytes": 1_900_000 });
        say(token, "/v1/sync-log", &body);
    };
    push(server, &laptop, OLD, 1);
    let mut last = push(server, &desktop, SKYBLOCK, 2);
    for round in 0..3 {
        told(&deck, "pulled", &last);
        last = push(server, &deck, SKYBLOCK, 10 + round);
        told(&desktop, "pulled", &last);
        last = push(server, &desktop, SKYBLOCK, 20 + round);
    }
    let other = push(server, &deck, SKYBLOCK, 30);
    told(&desktop, "forked", &other);
    push(server, &desktop, SKYBLOCK, 31);
    told(&deck, "merged", &last);
    let failed = json!({ "instance": VANILLA, "what": "failed", "reason": "no-room" });
    say(&deck, "/v1/sync-log", &failed);
    push(server, &desktop, VANILLA, 40);
    let beat = |state: &str, id: &str| json!({ "doing": [{ "instance": id, "state": state, "since": 1 }] });
    let now = jiff::Timestamp::now().as_second();
    let mut playing = beat("playing", SKYBLOCK);
    playing["doing"][0]["since"] = json!(now - 1500);
    say(&deck, "/v1/heartbeat", &playing);
    let mut unpushed = beat("unpushed", VANILLA);
    unpushed["doing"][0]["since"] = json!(now - 9000);
    say(&desktop, "/v1/heartbeat", &unpushed);
    let devices = control.get("/v1/devices").ok().value;
    let of_laptop = devices["devices"].as_array().unwrap().iter();
    let of_laptop = of_laptop
        .clone()
        .find(|device| device["name"] == "Old laptop")
        .unwrap();
    control
        .delete(&format!(
            "/v1/devices/{}",
            of_laptop["id"].as_str().unwrap()
        ))
        .ok();
    control.delete(&format!("/v1/instances/{OLD}")).ok();
    let grant = |token: &str, id: &str| {
        say(
            token,
            "/v1/grants/requests",
            &json!({ "instance": id, "minutes": 30 }),
        );
    };
    grant(&deck, VANILLA);
    let waiting = control.get("/v1/grants").ok().value;
    let id = waiting["requests"][0]["id"].as_str().unwrap().to_owned();
    control
        .post(&format!("/v1/grants/requests/{id}/approve"), &json!({}))
        .ok();
    grant(&desktop, SKYBLOCK);
    let begun = control.post("/v1/pairings", &json!({})).ok().value;
    let newcomer = json!({
        "account": "alice", "code": begun["code"], "name": "Mia's Deck", "kind": "handheld",
    });
    let stranger = Control::new(&url);
    stranger.post("/v1/pairings/claim", &newcomer).ok();
    age(server);
}

/// Moves what happened into the past, and makes up what was held meanwhile.
fn age(server: &OurServer) {
    let script = "
import sqlite3, sys, time
base = sqlite3.connect(sys.argv[1], timeout=10)
rows = [row[0] for row in base.execute('SELECT id FROM sync_log ORDER BY id DESC')]
for back, id in enumerate(rows):
    base.execute('UPDATE sync_log SET at = at - ? WHERE id = ?', (back * back * 1700 + back * 900, id))
base.execute('UPDATE pushes SET at = at - 5400')
base.execute('UPDATE devices SET created_at = created_at - 5000000')
base.execute('UPDATE instances SET created_at = created_at - 4900000')
base.execute('UPDATE instances SET deleted_at = deleted_at - 700000 WHERE deleted_at IS NOT NULL')
today = int(time.time()) // 86400
for back in range(1, 58):
    held = 21600000 - back * 330000 - (back % 7) * 250000
    base.execute('INSERT INTO storage_samples VALUES (1, ?, ?)', (today - back, max(held, 2000000)))
base.commit()
";
    let file = server.data().join("server.db");
    let ran = Command::new(python())
        .args(["-c", script])
        .arg(file)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn api(server: &OurServer) -> Control {
    let control = Control::new(&server.url());
    let body = json!({ "account": "alice", "password": PASSWORD });
    let said = control.post("/v1/auth/session", &body).ok();
    control.signed_in(&said)
}

#[test]
fn a_person_gets_from_the_invite_to_a_revoked_device_with_a_mouse() {
    let (_folder, server) = server();
    let Some(browser) = Browser::start(&server.url()) else {
        return;
    };
    browser.look(Look::Desktop, Scheme::Dark);
    browser.open(&format!("/invite#{}", server.said_last()));
    browser.check();
    // The link is opened again where its page is open already: no page is loaded by that.
    browser.fill("Invite", "mistyped");
    browser.open(&format!("/invite#{}", server.said_last()));
    // The code came from the link, and is not in the address any more.
    assert_eq!(browser.value_of("Invite"), server.said_last());
    assert_eq!(browser.path(), "/invite");
    browser.fill("Account", "alice");
    browser.fill("Password", PASSWORD);
    browser.click("Make account");
    browser.wait_for_path("/devices/connect");
    browser.wait_for("Your account is made");
    browser.check();
    browser.fill("What is this machine called?", "Desktop");
    browser.click("Make a token");
    browser.wait_for("It is shown once");
    browser.check();
    browser.picture("token-dark");
    let token = browser.value_of("Token of Desktop");
    assert!(token.starts_with("alice:isd_"), "{token}");
    let rest = RestClient::new(&server.url(), None, &token);
    let list = format!("/alice/{SKYBLOCK}/snapshots/");
    assert_eq!(rest.get(&list).status, 404);
    browser.click("See your devices");
    browser.wait_for_path("/devices");
    browser.click("Revoke Desktop");
    let device = "const all = [...document.querySelectorAll('button')]; \
                  all.find(e => e.textContent === 'Revoke Desktop').click()";
    browser.run(device);
    browser.wait_for("The device is revoked");
    assert_eq!(rest.get(&list).status, 401);
    browser.check();
    browser.click("Sign out");
    browser.wait_for("You are signed out");
    browser.check();
}

#[test]
fn a_password_is_set_anew_by_the_link_of_an_operator() {
    let (_folder, server) = server();
    let Some(browser) = Browser::start(&server.url()) else {
        return;
    };
    Control::new(&server.url()).register(&server.said_last(), "alice");
    let url = format!("--public-url={}", server.url());
    let said = server.admin(&["password", "reset", "alice", &url]).ok();
    let link = said.stdout.lines().last().unwrap();
    let path = link.strip_prefix(&server.url()).unwrap();
    let code = path.strip_prefix("/reset#").unwrap();
    for (look, scheme) in [
        (Look::Desktop, Scheme::Light),
        (Look::Desktop, Scheme::Dark),
        (Look::Phone, Scheme::Light),
    ] {
        browser.look(look, scheme);
        browser.open("/login");
        browser.click("set a new one");
        browser.wait_for_path("/reset");
        browser.check();
    }
    browser.look(Look::Phone, Scheme::Dark);
    browser.open("/login");
    browser.open(path);
    // The code came from the link, and is not in the address any more; the next field has the focus.
    assert_eq!(browser.value_of("Code"), code);
    assert_eq!(browser.path(), "/reset");
    browser.press("alice");
    assert_eq!(browser.value_of("New password"), "alice");
    browser.check();
    browser.picture("reset-phone-dark");
    browser.run("document.querySelector('form').noValidate = true");
    browser.click("Set password");
    browser.wait_for("your code is still good");
    browser.check();
    browser.fill("Code", code);
    browser.fill("New password", "another horse battery");
    browser.click("Set password");
    browser.wait_for("Your new password is set");
    browser.check();
}

#[test]
fn the_same_way_is_gone_with_keys_alone() {
    let (_folder, server) = server();
    let Some(browser) = Browser::start(&server.url()) else {
        return;
    };
    browser.look(Look::Desktop, Scheme::Light);
    browser.open(&format!("/invite#{}", server.said_last()));
    // The code is filled in, and the next field has the focus.
    browser.press("alice");
    browser.press(TAB);
    browser.press(PASSWORD);
    browser.press(ENTER);
    browser.wait_for_path("/devices/connect");
    browser.press(TAB);
    let focused = browser.run("return document.activeElement.textContent");
    assert_eq!(focused, "Skip to the content");
    browser.tab_to("What is this machine called?");
    browser.press("Deck");
    browser.press(ENTER);
    browser.wait_for("It is shown once");
    browser.open("/devices");
    browser.tab_to("Revoke Deck");
    browser.press(ENTER);
    browser.tab_to("Revoke Deck");
    let shown = browser.run("const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth");
    assert_eq!(shown, "solid3px", "the focus is seen");
    browser.press(SPACE);
    browser.wait_for("The device is revoked");
    assert!(browser.path().starts_with("/devices"));
}

#[test]
fn every_page_is_free_of_barriers_on_a_desktop_and_a_phone_in_dark_and_light() {
    let (_folder, server) = server();
    let Some(browser) = Browser::start(&server.url()) else {
        return;
    };
    browser.look(Look::Phone, Scheme::Light);
    browser.open(&format!("/invite#{}", server.said_last()));
    browser.check();
    browser.picture("invite-phone-light");
    browser.fill("Account", "alice");
    browser.fill("Password", PASSWORD);
    browser.click("Make account");
    browser.wait_for_path("/devices/connect");
    // A new account, before there is anything.
    for path in [
        "/",
        "/instances",
        "/instances/trash",
        "/devices",
        "/pair",
        "/events",
        "/account/grants",
    ] {
        browser.open(path);
        browser.check();
    }
    furnish(&server, &api(&server));
    for (look, size) in [(Look::Desktop, "desktop"), (Look::Phone, "phone")] {
        for (scheme, colours) in [(Scheme::Dark, "dark"), (Scheme::Light, "light")] {
            browser.look(look, scheme);
            for (name, path) in PAGES {
                browser.open(path);
                if name == "overview" {
                    // What was stored a moment ago counts, without a quota too.
                    browser.wait_for("22 MB used");
                }
                browser.check();
                // A few of each are enough for people who read about it.
                let is_shown = match name {
                    "overview" => look == Look::Desktop || scheme == Scheme::Light,
                    "instance" => (look == Look::Desktop) == (scheme == Scheme::Light),
                    "connect" | "devices" => (look == Look::Desktop) == (scheme == Scheme::Dark),
                    _ => look == Look::Desktop && scheme == Scheme::Dark,
                };
                if is_shown {
                    browser.picture(&format!("{name}-{size}-{colours}"));
                }
            }
            // What is folded up, and what was refused.
            browser.open(&format!("/instances/{SKYBLOCK}"));
            browser.run("for (const d of document.querySelectorAll('details')) d.open = true");
            browser.check();
            browser.fill("Type 01KARZ3N to say that you mean this one", "x");
            browser.click("Delete");
            browser.wait_for("Nothing was deleted");
            browser.check();
            browser.open("/devices/nowhere");
            browser.check();
        }
    }
}

#[test]
fn a_page_that_is_open_shows_what_happens() {
    let (_folder, server) = server();
    let Some(browser) = Browser::start(&server.url()) else {
        return;
    };
    Control::new(&server.url()).register(&server.said_last(), "alice");
    let control = api(&server);
    browser.look(Look::Desktop, Scheme::Dark);
    browser.open("/events");
    browser.fill("Account", "alice");
    browser.fill("Password", PASSWORD);
    browser.click("Sign in");
    browser.wait_for_path("/events");
    browser.wait_for("Nothing happened yet");
    let added = control.post("/v1/devices", &json!({ "name": "Deck" })).ok();
    let token = added.value["token"].as_str().unwrap();
    control
        .post("/v1/instances", &json!({ "id": VANILLA }))
        .ok();
    push(&server, token, VANILLA, 1);
    // Nobody reloaded it.
    browser.wait_for("stored its saves");
    browser.wait_for("Updated just now");
    browser.check();
}
