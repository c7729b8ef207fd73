//! The server's pages by HTTP: what they show, whom, and what no other page can make them do.

use serde_json::json;

use instance_sync::domain::pairing::{Invitation, Secret, Words};

use crate::support::control::{Control, PASSWORD};
use crate::support::opted::synced;
use crate::support::our_server::OurServer;
use crate::support::pages::Pages;
use crate::support::rest_client::{RestClient, name_of};
use crate::support::{World, assert_same, play};

const INSTANCE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
/// Pages of somebody who signed in.
const PAGES: [&str; 9] = [
    "/",
    "/devices",
    "/devices/connect",
    "/instances",
    "/instances/trash",
    "/events",
    "/account",
    "/account/grants",
    "/pair",
];

fn server() -> (tempfile::TempDir, OurServer, Pages) {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let pages = Pages::new(&server.url());
    (folder, server, pages)
}

fn invite(server: &OurServer) -> String {
    let said = server.admin(&["invite", "add", "--quota=1G"]).ok();
    said.stdout.lines().last().unwrap().to_owned()
}

/// Signs in by the API as well.
fn api(server: &OurServer, account: &str) -> Control {
    let control = Control::new(&server.url());
    let body = json!({ "account": account, "password": PASSWORD });
    let said = control.post("/v1/auth/session", &body).ok();
    control.signed_in(&said)
}

/// Adds a device, and returns what it authenticates with.
fn device(control: &Control, name: &str) -> String {
    let said = control.post("/v1/devices", &json!({ "name": name })).ok();
    said.value["token"].as_str().unwrap().to_owned()
}

/// Makes an instance with something in it.
fn push(server: &OurServer, control: &Control, token: &str) {
    let path = format!("/alice/{INSTANCE}");
    control
        .post("/v1/instances", &json!({ "id": INSTANCE }))
        .ok();
    let rest = RestClient::new(&server.url(), None, token);
    assert_eq!(rest.post(&format!("{path}/?create=true"), ""), 200);
    assert_eq!(rest.post(&format!("{path}/config"), "c"), 200);
    let name = name_of(b"snapshot");
    assert_eq!(
        rest.post(&format!("{path}/snapshots/{name}"), "snapshot"),
        200
    );
}

#[test]
fn an_account_that_is_full_is_not_called_nearly_full() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let control = api(&server, "alice");
    let token = device(&control, "Deck");
    push(&server, &control, &token);
    let rest = RestClient::new(&server.url(), None, &token);
    let content = [7; 2000];
    let data = format!("/alice/{INSTANCE}/data/{}", name_of(&content));
    assert_eq!(rest.post(&data, content.to_vec()), 200);
    server.admin(&["quota", "alice", "1K"]).ok();
    let full = pages.get("/").says(200, "It is full");
    assert!(!full.text.contains("nearly"));
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let (_folder, server, mut pages) = server();
    let mut seen = Vec::new();
    let login = pages.get("/login").says(200, "<h1>Sign in</h1>");
    let load = |text: &str, before: &str| {
        let (_, rest) = text.split_once(before).expect("it is loaded");
        rest.split('"').next().unwrap().to_owned()
    };
    let style = load(&login.text, "rel=\"stylesheet\" href=\"");
    let script = load(&login.text, "<script src=\"");
    for path in [&style, &script, "/favicon.ico"] {
        let asset = pages.get(path).says(200, "");
        assert_eq!(
            asset.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        let tag = asset.header("etag").unwrap().to_owned();
        let again = pages.ask("GET", path, &[], &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        seen.extend([asset, again]);
    }
    for path in [
        "/login",
        "/invite",
        "/reset",
        "/",
        "/devices",
        "/assets/style.css",
        "/devices/a/b/c",
    ] {
        seen.push(pages.get(path));
    }
    seen.push(pages.ask("POST", "/login", &[("account", "x")], &[]));
    let pressed = pages
        .ask("DELETE", "/devices", &[], &[])
        .says(405, "not done");
    seen.push(pressed);
    let head = pages.ask("HEAD", "/login", &[], &[]);
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    seen.push(head);
    pages.register(&invite(&server), "alice");
    for path in PAGES {
        let shown = pages.get(path).says(200, "<main");
        assert_eq!(shown.header("cache-control"), Some("no-store"), "{path}");
        seen.push(shown);
    }
    for shown in seen {
        let policy = shown
            .header("content-security-policy")
            .unwrap_or_else(|| panic!("{shown:?}"));
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(shown.header("referrer-policy"), Some("same-origin"));
        for word in ["<style", " style=", " onclick", "javascript:"] {
            assert!(
                !shown.text.contains(word) || shown.text.contains("htmx="),
                "{word}: {shown:?}"
            );
        }
    }
    // What is below these words is nowhere, and asks for no password of a device.
    let lost = pages
        .get("/instances/a/b")
        .says(404, "There is nothing here");
    assert_eq!(lost.header("www-authenticate"), None);
}

#[test]
fn who_is_not_signed_in_gets_to_the_page_after_signing_in() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    pages
        .send("/", "/logout", &[])
        .leads_to("/login?done=signed-out");
    for path in PAGES {
        pages.get(path).leads_to(&format!("/login?to={path}"));
    }
    let fields = |password| {
        [
            ("account", "alice"),
            ("password", password),
            ("to", "/devices"),
        ]
    };
    let wrong = pages.send("/login?to=/devices", "/login", &fields("wrong password"));
    let wrong = wrong.says(401, "account or password is wrong");
    assert!(
        wrong.text.contains("value=\"alice\""),
        "it need not be typed again"
    );
    assert!(!wrong.text.contains("wrong password\""));
    pages
        .send("/login?to=/devices", "/login", &fields(PASSWORD))
        .leads_to("/devices");
    pages.get("/devices").says(200, "<h1>Devices</h1>");
    let elsewhere = [
        ("account", "alice"),
        ("password", PASSWORD),
        ("to", "//evil.example.org"),
    ];
    let mut other = Pages::new(&server.url());
    other.send("/login", "/login", &elsewhere).leads_to("/");
    // A device has no pages.
    let token = device(&api(&server, "alice"), "deck");
    let (_, secret) = token.split_once(':').unwrap();
    let bearer = format!("Bearer {secret}");
    let mut stranger = Pages::new(&server.url());
    let refused = stranger.ask("GET", "/devices", &[], &[("authorization", &bearer)]);
    refused.says(403, "this is for a person who signed in");
}

#[test]
fn no_other_page_can_send_a_form() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let csrf = pages.get("/devices/connect").csrf();
    let url = server.url();
    let new = ("name", "deck");
    let fields = [("csrf", csrf.as_str()), new];
    for (fields, headers) in [
        (&[new][..], &[][..]),
        (&[("csrf", "wrong"), new], &[]),
        (&fields, &[("origin", "https://evil.example.org")]),
        (&fields, &[("origin", "null")]),
        (
            &fields,
            &[("origin", &url), ("sec-fetch-site", "cross-site")],
        ),
    ] {
        let refused = pages.ask("POST", "/devices/connect", fields, headers);
        refused.says(403, "Nothing was changed");
    }
    let none = pages
        .get("/devices")
        .says(200, "No machine is connected yet");
    assert!(!none.text.contains("deck"));
    // The word of one browser is none in another one, and signing in needs one as well.
    let mut other = Pages::new(&url);
    let signing_in = [
        ("csrf", csrf.as_str()),
        ("account", "alice"),
        ("password", PASSWORD),
    ];
    other
        .ask("POST", "/login", &signing_in, &[])
        .says(403, "another session");
    other.get("/login");
    other
        .ask("POST", "/login", &signing_in, &[])
        .says(403, "another session");
    let ours = [("origin", url.as_str()), ("sec-fetch-site", "same-origin")];
    let added = pages.ask("POST", "/devices/connect", &fields, &ours);
    added.says(200, "It is shown once");
}

#[test]
fn an_invite_makes_an_account_and_what_is_wrong_is_said_beside_it() {
    let (_folder, server, mut pages) = server();
    let code = server.said_last();
    assert!(code.starts_with("isi_"), "{code}");
    let fill = |invite: &'static str, account: &'static str, password: &'static str| {
        [
            ("invite", invite),
            ("account", account),
            ("password", password),
        ]
    };
    let ask =
        |pages: &mut Pages, fields: [(&str, &str); 3]| pages.send("/invite", "/invite", &fields);
    ask(&mut pages, fill("isi_wrong", "alice", PASSWORD)).says(404, "id=\"invite-wrong\"");
    ask(&mut pages, fill("isi_wrong", "Alice", PASSWORD)).says(400, "id=\"account-wrong\"");
    let short =
        ask(&mut pages, fill("isi_wrong", "alice", "short")).says(400, "id=\"password-wrong\"");
    assert!(short.text.contains("value=\"alice\"") && !short.text.contains("short\""));
    // The link is gone from the address by now, and its code was not what was wrong.
    assert!(short.text.contains("value=\"isi_wrong\""));
    // Nobody looked at it yet, so nobody says that it is good.
    assert!(short.text.contains("was not used up") && !short.text.contains("still good"));
    // The whole link is as good as the code in it, and a wrong one is found wrong, not odd.
    let link = format!("{}/invite#isi_wrong", server.url());
    let whole = [
        ("invite", &link[..]),
        ("account", "alice"),
        ("password", PASSWORD),
    ];
    ask(&mut pages, whole).says(404, "id=\"invite-wrong\"");
    pages.register(&format!("{}/invite#{code}", server.url()), "alice");
    pages
        .get("/devices/connect?done=registered")
        .says(200, "Your account is made");
    ask(
        &mut Pages::new(&server.url()),
        fill("isi_wrong", "alice", PASSWORD),
    )
    .says(404, "another one");
    // Nothing of it is in the log.
    let log = server.log_text();
    assert!(
        !log.contains(&code) && !log.contains("isi_") && !log.contains(PASSWORD),
        "{log}"
    );
}

#[test]
fn a_device_is_added_shown_renamed_and_revoked_whatever_it_is_called() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let name = "<script>alert(1)</script>\"'&";
    let fields = [("name", name), ("kind", "handheld")];
    let added = pages.send("/devices/connect", "/devices/connect", &fields);
    let added = added.says(200, "alice:isd_");
    let (_, rest) = added.text.split_once("readonly value=\"").unwrap();
    let token = rest.split('"').next().unwrap().to_owned();
    assert!(
        added
            .text
            .contains(&format!("<code>{}</code>", server.url()))
    );
    let rest = RestClient::new(&server.url(), None, &token);
    let list = format!("/alice/{INSTANCE}/snapshots/");
    assert_eq!(rest.get(&list).status, 404, "the token is good");
    // Once: not on any page after it.
    let shown = pages.get("/devices").says(200, "Handheld");
    assert!(!shown.text.contains("isd_"));
    assert!(!shown.text.contains("<script>alert"), "{}", shown.text);
    assert!(
        shown.text.contains("&#60;script&#62;alert(1)"),
        "{}",
        shown.text
    );
    // A name that is taken is said beside the field.
    let again = pages.send("/devices/connect", "/devices/connect", &fields);
    again.says(409, "id=\"name-wrong\"");
    let (_, rest_of) = shown.text.split_once("id=\"device-").unwrap();
    let id = rest_of.split('"').next().unwrap().to_owned();
    let rename = format!("/devices/{id}/rename");
    pages
        .send("/devices", &rename, &[("name", " ")])
        .says(400, "Not renamed");
    pages
        .send("/devices", &rename, &[("name", "deck")])
        .leads_to("/devices?done=device-renamed");
    let revoke = format!("/devices/{id}/revoke");
    pages
        .send("/devices", &revoke, &[])
        .leads_to("/devices?done=device-revoked");
    assert_eq!(rest.get(&list).status, 401);
    let shown = pages
        .get("/devices?done=device-revoked")
        .says(200, "Devices that were revoked");
    assert!(shown.text.contains("No machine is connected yet"));
    // A second time there is nothing to revoke, and the page says so.
    let csrf = shown.csrf();
    let gone = pages.ask("POST", &revoke, &[("csrf", &csrf)], &[]);
    gone.says(404, "there is no such device");
}

#[test]
fn an_instance_shows_who_pushed_and_what_became_of_it() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let control = api(&server, "alice");
    let (pc, deck) = (device(&control, "pc"), device(&control, "deck"));
    push(&server, &control, &pc);
    let of_deck = Control::new(&server.url()).device(&deck);
    for what in ["pulled", "forked"] {
        let body = json!({ "instance": INSTANCE, "what": what, "snapshot": name_of(b"snapshot") });
        of_deck.post("/v1/sync-log", &body).ok();
    }
    let doing = json!({ "doing": [{ "instance": INSTANCE, "state": "playing", "since": 5 }] });
    of_deck.post("/v1/heartbeat", &doing).ok();
    let listed = pages.get("/instances").says(200, "is being played");
    assert!(listed.text.contains("by pc") && listed.text.contains(&INSTANCE[..8]));
    let shown = pages.get(&format!("/instances/{INSTANCE}"));
    let shown = shown.says(200, "two devices changed the same world");
    assert_eq!(shown.text.matches("<line class=\"lane\"").count(), 2);
    assert_eq!(shown.text.matches("<line class=\"link\"").count(), 2);
    let home = pages.get("/").says(200, "stored its saves");
    assert!(home.text.contains("of 1.1 GB"), "{}", home.text);
    assert!(home.text.contains("<polyline"), "{}", home.text);
    pages
        .get("/events")
        .says(200, "found that another device changed the same");
    pages.get("/events?before=2").says(200, "Older");
    pages
        .get("/events?before=x")
        .says(400, "before is not what it should be");
}

#[test]
fn an_instance_goes_into_the_trash_and_comes_back() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let control = api(&server, "alice");
    let token = device(&control, "pc");
    push(&server, &control, &token);
    let rest = RestClient::new(&server.url(), None, &token);
    let config = format!("/alice/{INSTANCE}/config");
    let page = format!("/instances/{INSTANCE}");
    let delete = format!("{page}/delete");
    pages
        .send(&page, &delete, &[("confirm", "01ARZ3NX")])
        .says(400, "Nothing was deleted");
    assert_eq!(rest.get(&config).status, 200);
    pages
        .send(
            &page,
            &delete,
            &[("confirm", &INSTANCE[..8].to_lowercase())],
        )
        .leads_to("/instances/trash?done=deleted");
    assert_eq!(rest.get(&config).status, 404);
    let trash = pages.get("/instances/trash").says(200, "in 30 days");
    let undelete = format!("/instances/{INSTANCE}/undelete");
    assert!(trash.text.contains(&undelete));
    pages
        .send("/instances/trash", &undelete, &[])
        .leads_to(&format!("{page}?done=undeleted"));
    assert_eq!(rest.get(&config).status, 200);
    pages.get(&page).says(200, "Delete this instance");
    pages
        .send(&page, &format!("{page}/restore"), &[])
        .leads_to(&format!("{page}?done=nothing-to-restore"));
}

#[test]
fn a_grant_is_given_refused_and_taken_back() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let control = api(&server, "alice");
    let token = device(&control, "pc");
    push(&server, &control, &token);
    let of_pc = Control::new(&server.url()).device(&token);
    let body = json!({ "instance": INSTANCE, "minutes": 20 });
    let ask = || {
        let said = of_pc.post("/v1/grants/requests", &body).ok();
        let id = said.value["id"].as_str().unwrap().to_owned();
        format!("/account/grants/requests/{id}")
    };
    let first = ask();
    pages.get("/").says(200, "A device asks");
    pages
        .send("/account/grants", &format!("{first}/refuse"), &[])
        .leads_to("/account/grants?done=grant-refused");
    let second = ask();
    let shown = pages.get("/account/grants").says(200, "20 minutes");
    let csrf = shown.csrf();
    pages
        .send("/account/grants", &format!("{second}/approve"), &[])
        .leads_to("/account/grants?done=grant-approved");
    let again = pages.ask(
        "POST",
        &format!("{second}/approve"),
        &[("csrf", &csrf)],
        &[],
    );
    again.says(404, "nothing of this id waits");
    let rest = RestClient::new(&server.url(), None, &token);
    let object = format!("/alice/{INSTANCE}/snapshots/{}", name_of(b"snapshot"));
    assert_eq!(rest.delete(&object), 200);
    let grants = control.get("/v1/grants").ok();
    let id = grants.value["grants"][0]["id"].as_str().unwrap().to_owned();
    pages
        .send(
            "/account/grants",
            &format!("/account/grants/{id}/revoke"),
            &[],
        )
        .leads_to("/account/grants?done=grant-revoked");
    assert_eq!(rest.delete(&format!("/alice/{INSTANCE}/config")), 403);
    pages.get("/account/grants").says(200, "taken back");
    // What was removed under it comes back.
    let page = format!("/instances/{INSTANCE}");
    pages
        .send(&page, &format!("{page}/restore"), &[])
        .leads_to(&format!("{page}?done=restored"));
    assert_eq!(rest.get(&object).status, 200);
}

#[test]
fn a_new_device_gets_in_by_a_code_and_a_yes() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let newcomer = Control::new(&server.url());
    pages.send("/pair", "/pair", &[]).leads_to("/pair");
    let shown = pages.get("/pair").says(200, "class=\"digits\">");
    let (_, rest) = shown.text.split_once("class=\"digits\">").unwrap();
    let text = rest.split('<').next().unwrap();
    assert!(shown.text.contains("<svg class=\"square\""));
    // It is what `setup` takes, and has no secret.
    let Words { code, secret } = Invitation::parse(text).unwrap().words;
    assert!(matches!(secret, Secret::None));
    assert!(text.starts_with(&format!("{}/alice/{code}-", server.url())));
    let claiming =
        json!({ "account": "alice", "code": code, "name": "<b>deck", "kind": "handheld" });
    let waits = newcomer.post("/v1/pairings/claim", &claiming).ok().value;
    pages.get("/").says(200, "A new device waits");
    let shown = pages.get("/pair").says(200, "&#60;b&#62;deck");
    assert!(shown.text.contains("Handheld") && shown.text.contains("127.0.0.1"));
    let path = format!("/pair/{}", waits["id"].as_str().unwrap());
    pages
        .send("/pair", &format!("{path}/approve"), &[])
        .leads_to("/pair?done=pairing-approved");
    let asking = json!({ "claim": waits["claim"] });
    let answer = newcomer.post("/v1/pairings/answer", &asking).ok().value;
    let token = answer["entered"]["token"].as_str().unwrap();
    let rest = RestClient::new(&server.url(), None, token);
    assert_eq!(
        rest.get(&format!("/alice/{INSTANCE}/snapshots/")).status,
        404
    );
    pages.get("/devices").says(200, "&#60;b&#62;deck");
    // The other way round: the new device shows a code; and a no is a no.
    let body = json!({ "name": "other", "kind": "phone" });
    let waits = newcomer.post("/v1/pairings/requests", &body).ok().value;
    let adopted = json!({ "code": waits["code"] });
    let deck = newcomer.device(token);
    deck.post("/v1/pairings/adopt", &adopted).ok();
    let path = format!("/pair/{}", waits["id"].as_str().unwrap());
    // Who typed that code has the secret beside it, and a page has none: there is nothing to offer here.
    let shown = pages
        .get("/pair")
        .says(200, "instance-sync pair --approve</code> asks");
    assert!(!shown.text.contains("/approve\"") && shown.text.contains("/refuse\""));
    let fields = [("csrf", &shown.csrf()[..])];
    let said = pages.ask("POST", &format!("{path}/approve"), &fields, &[]);
    said.says(409, "say yes there, with instance-sync pair --approve");
    let asking = json!({ "claim": waits["claim"] });
    let answer = newcomer.post("/v1/pairings/answer", &asking).ok().value;
    assert_eq!(answer, json!({ "state": "claimed" }));
    pages
        .send("/pair", &format!("{path}/refuse"), &[])
        .leads_to("/pair?done=pairing-refused");
    let asking = json!({ "claim": waits["claim"] });
    let answer = newcomer.post("/v1/pairings/answer", &asking).ok().value;
    assert_eq!(answer["state"], "refused");
    let csrf = pages.get("/pair").csrf();
    let again = pages.ask("POST", &format!("{path}/approve"), &[("csrf", &csrf)], &[]);
    again.says(404, "below is how it is");
    // A code that is not wanted any more.
    pages.send("/pair", "/pair", &[]).leads_to("/pair");
    let shown = pages.get("/pair").says(200, "/end\"");
    let end = shown
        .text
        .split("action=\"")
        .find(|part| part.contains("/end\""));
    let end = end.unwrap().split('"').next().unwrap();
    pages
        .send("/pair", end, &[])
        .leads_to("/pair?done=pairing-ended");
    assert!(!pages.get("/pair").text.contains("class=\"digits\">"));
}

/// Makes a token on the page that says how a machine is connected.
fn token(pages: &mut Pages, name: &str) -> String {
    let fields = [("name", name), ("kind", "computer")];
    let shown = pages.send("/devices/connect", "/devices/connect", &fields);
    let (_, rest) = shown.text.split_once("readonly value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn two_machines_are_in_sync_with_tokens_that_the_page_made() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let server = OurServer::start(&world.path("server"));
    let mut pages = Pages::new(&server.url());
    pages.register(&server.said_last(), "alice");
    std::fs::write(world.path("passphrase"), "the same on both\n").unwrap();
    let passphrase = format!("--passphrase-file={}", world.path("passphrase").display());
    let desktop = world.device("desktop");
    let first = token(&mut pages, "Desktop");
    desktop.init(&server.url(), &first, &[&passphrase]);
    let id = desktop.instance_id();
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let deck = world.device("deck");
    let second = token(&mut pages, "Deck");
    let join = format!("--instance-id={id}");
    deck.init(&server.url(), &second, &[&passphrase, &join]);
    deck.command(&["pull"]).ok();
    assert_same(&synced(&desktop.pack), &synced(&deck.pack));
    let shown = pages
        .get(&format!("/instances/{id}"))
        .says(200, "stored its saves");
    // Nothing of what is in there is on a page.
    assert!(!shown.text.contains("My World"), "{}", shown.text);
    pages.get("/devices").says(200, "just now");
}

#[test]
fn a_password_is_changed_and_other_browsers_are_signed_out() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let mut other = Pages::new(&server.url());
    let signing_in = [("account", "alice"), ("password", PASSWORD)];
    other.send("/login", "/login", &signing_in).leads_to("/");
    let change = |old, new| [("password", old), ("new_password", new)];
    let ask = |pages: &mut Pages, fields: [(&str, &str); 2]| {
        pages.send("/account", "/account/password", &fields)
    };
    ask(&mut pages, change("wrong password", "another password"))
        .says(403, "id=\"password-wrong\"");
    ask(&mut pages, change(PASSWORD, "short")).says(400, "id=\"new-wrong\"");
    other.get("/").says(200, "Overview");
    ask(&mut pages, change(PASSWORD, "another password"))
        .leads_to("/account?done=password-changed");
    pages.get("/").says(200, "Overview");
    other.get("/").leads_to("/login?to=/");
    let again = [("account", "alice"), ("password", "another password")];
    other.send("/login", "/login", &again).leads_to("/");
    // One of them ends the other one.
    let shown = pages.get("/account").says(200, "this one");
    let (_, rest) = shown.text.split_once("/account/sessions/").unwrap();
    let revoke = format!("/account/sessions/{}", rest.split('"').next().unwrap());
    pages
        .send("/account", &revoke, &[])
        .leads_to("/account?done=session-ended");
    other.get("/").leads_to("/login?to=/");
}

#[test]
fn a_password_that_was_forgotten_is_set_anew_by_a_link() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    let token = device(&api(&server, "alice"), "deck");
    let code = || {
        let url = "--public-url=https://saves.example.org";
        let words = ["password", "reset", "alice", url];
        let said = server.admin(&words).ok();
        let link = said.stdout.lines().last().unwrap();
        let code = link.strip_prefix("https://saves.example.org/reset#");
        code.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let (first, second) = (code(), code());
    pages.get("/").leads_to("/login?to=/");
    let login = pages.get("/login").says(200, "Forgot your password?");
    assert!(login.text.contains("href=\"/reset\""));
    let shown = pages.get("/reset").says(200, "data-from-fragment=\"isr_\"");
    assert!(shown.text.contains("content=\"noindex\""), "{}", shown.text);
    let new = "another horse battery";
    let ask = |pages: &mut Pages, code: &str, password: &str| {
        let fields = [("code", code), ("password", password)];
        pages.send("/reset", "/reset", &fields)
    };
    // The code before, nonsense, nothing: all the same. Nothing that was typed is shown again.
    for wrong in [&first, "isr_nonsense", ""] {
        let shown = ask(&mut pages, wrong, new).says(404, "id=\"code-wrong\"");
        assert!(wrong.is_empty() || !shown.text.contains(wrong));
        assert!(!shown.text.contains(new));
    }
    let shown = ask(&mut pages, &second, "short").says(400, "id=\"password-wrong\"");
    assert!(!shown.text.contains(&second));
    // A form that no page of ours sent sets nothing.
    let fields = [("code", &second[..]), ("password", new)];
    let shown = pages.ask("POST", "/reset", &fields, &[]);
    assert_eq!(shown.status, 403, "{shown:?}");
    ask(&mut pages, &format!(" {second}\n"), new).leads_to("/?done=password-set");
    pages
        .get("/?done=password-set")
        .says(200, "Your new password is set");
    let mut other = Pages::new(&server.url());
    ask(&mut other, &second, "a third password").says(404, "id=\"code-wrong\"");
    let signing_in = [("account", "alice"), ("password", new)];
    other.send("/login", "/login", &signing_in).leads_to("/");
    // Devices went on, and no log has the code.
    let rest = RestClient::new(&server.url(), None, &token);
    let list = format!("/alice/{INSTANCE}/snapshots/");
    assert_eq!(rest.get(&list).status, 404);
    assert!(!server.log_text().contains(&second) && !server.log_text().contains(new));
}

#[test]
fn another_accounts_things_are_nowhere() {
    let (_folder, server, mut alice) = server();
    alice.register(&invite(&server), "alice");
    let control = api(&server, "alice");
    let token = device(&control, "secret-name");
    push(&server, &control, &token);
    let of_pc = Control::new(&server.url()).device(&token);
    let asked = of_pc.post(
        "/v1/grants/requests",
        &json!({ "instance": INSTANCE, "minutes": 5 }),
    );
    let request = asked.ok().value["id"].as_str().unwrap().to_owned();
    let id = control.get("/v1/devices").value["devices"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let session = control.get("/v1/auth/sessions").value["sessions"][0]["id"].clone();
    let session = session.as_str().unwrap();
    let mut bob = Pages::new(&server.url());
    bob.register(&invite(&server), "bob");
    for page in PAGES {
        let shown = bob.get(page).says(200, "bob");
        for theirs in ["alice", "secret-name", &INSTANCE[..8], id, &request] {
            assert!(!shown.text.contains(theirs), "{theirs} on {page}");
        }
    }
    bob.get(&format!("/instances/{INSTANCE}"))
        .says(404, "There is nothing here");
    let csrf = bob.get("/devices/connect").csrf();
    for path in [
        format!("/devices/{id}/revoke"),
        format!("/devices/{id}/rename"),
        format!("/instances/{INSTANCE}/delete"),
        format!("/instances/{INSTANCE}/undelete"),
        format!("/instances/{INSTANCE}/restore"),
        format!("/account/grants/requests/{request}/approve"),
        format!("/account/sessions/{session}/revoke"),
    ] {
        let fields = [
            ("csrf", &csrf[..]),
            ("name", "mine"),
            ("confirm", &INSTANCE[..8]),
        ];
        let shown = bob.ask("POST", &path, &fields, &[]);
        assert_eq!(shown.status, 404, "{path}: {shown:?}");
    }
    alice.get("/devices").says(200, "secret-name");
    alice
        .get(&format!("/instances/{INSTANCE}"))
        .says(200, "Delete this instance");
}

#[test]
fn who_is_suspended_is_told_that_and_whom_to_ask() {
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    server.admin(&["account", "suspend", "alice"]).ok();
    let shown = pages.get("/devices").says(403, "the account is suspended");
    assert!(shown.text.contains("Ask whoever runs this server"));
    assert!(!shown.text.contains("mistyped"), "{}", shown.text);
    assert!(shown.text.contains("href=\"/login\""), "{}", shown.text);
}

#[test]
fn the_page_to_connect_names_an_address_that_leads_other_machines_here() {
    let connect = "/devices/connect";
    let local = "address that other machines cannot use";
    let (_folder, server, mut pages) = server();
    pages.register(&invite(&server), "alice");
    pages.get(connect).says(200, local);
    let named = pages.ask("GET", connect, &[], &[("host", "nas:8000")]);
    let named = named.says(200, "<dd><code>http://nas:8000</code></dd>");
    assert!(!named.text.contains(local) && named.text.contains("--insecure-http"));

    let folder = tempfile::tempdir().unwrap();
    let public = "--public-url=https://saves.example.org";
    let server = OurServer::start_with(folder.path(), &[public]);
    let mut pages = Pages::new(&server.url());
    pages.register(&invite(&server), "alice");
    let shown = pages.get(connect);
    let shown = shown.says(200, "<dd><code>https://saves.example.org</code></dd>");
    assert!(!shown.text.contains(local) && !shown.text.contains("--insecure-http"));
}
