//! A new device, and what a server answers that lets it in, or does not.

use std::time::Duration;

use instance_sync::domain::pairing::{Invitation, Secret, Words};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::support::opted::{ID, harmless};
use crate::support::{Answer, Device, FaultServer, Output, Request, opted, play};

/// A server that takes the code of an invitation, and answers the waiting device like this.
fn server(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> FaultServer {
    FaultServer::start(move |request| match request.path.as_str() {
        "/v1/pairings/claim" => Answer::json(
            &json!({ "id": "p", "claim": "isc_secret", "code": null, "ask_every": 1 }).to_string(),
        ),
        _ => answer(request),
    })
}

fn said(status: u16, value: &Value) -> Answer {
    Answer::body(status, "application/json", value.to_string())
}

fn no(status: u16, word: &str) -> Answer {
    said(
        status,
        &json!({ "error": word, "message": "the server says why" }),
    )
}

/// Joins by an invitation that is made up.
#[track_caller]
fn join(device: &Device, server: &FaultServer, code: i32, says: &[&str]) -> Output {
    let secret = Secret::Typed(SecretString::from("7K2M9QX4TB0C"));
    let code_of_it = "482913".to_owned();
    let invitation = Invitation {
        url: server.url(),
        account: "alice".to_owned(),
        words: Words {
            code: code_of_it,
            secret,
        },
    };
    let pair = format!("--pair={}", invitation.to_text().expose_secret());
    let id = format!("--instance-id={ID}");
    harmless(device, device.command(&["init", &pair, &id]), code, says)
}

/// What a device gets that is let in, with what opens nothing.
fn entered(token: &str) -> Value {
    json!({ "id": "d", "name": "Deck", "token": token, "bundle": null })
}

fn is_leaving(request: &Request) -> bool {
    request.method == "DELETE" && request.path == "/v1/devices/d"
}

#[test]
fn a_pairing_that_the_server_forgot_took_too_long_and_any_other_no_is_the_servers() {
    let world = opted::world();
    for (name, answer, says) in [
        (
            "forgotten",
            no(404, "not_there"),
            "the pairing took too long",
        ),
        ("suspended", no(403, "suspended"), "the server says why"),
    ] {
        let device = world.device(name);
        let server = server(move |_| answer.clone());
        let said = join(&device, &server, 1, &[says]);
        assert_eq!(
            said.to_string().contains("took too long"),
            name == "forgotten",
            "{said}"
        );
    }
}

/// The code was right, and what let the device in is of an account that nobody named.
#[test]
fn a_token_of_another_account_is_not_taken_and_given_back() {
    let world = opted::world();
    let device = world.device("Deck");
    let server = server(|request| {
        if is_leaving(request) {
            return said(200, &json!({}));
        }
        let entered = entered("mallory:isd_0123456789");
        said(200, &json!({ "state": "done", "entered": entered }))
    });
    join(
        &device,
        &server,
        1,
        &[
            "cannot be opened with this code",
            "was taken out of the account",
        ],
    );
    let left = server.requests();
    let left: Vec<_> = left.iter().filter(|one| is_leaving(one)).collect();
    assert_eq!(left.len(), 1);
    let token = left[0].header("authorization").unwrap();
    assert_eq!(token, "Bearer isd_0123456789");
    assert!(!device.pack.join(".cloud-sync").exists());
}

/// Who leaves is not kept waiting by a server that does not answer: any other question may take ten seconds.
#[test]
fn a_device_that_cannot_leave_soon_says_what_it_leaves_behind() {
    let world = opted::world();
    let device = world.device("Deck");
    let server = server(|request| {
        if is_leaving(request) {
            return Answer::Hang;
        }
        let entered = entered("mallory:isd_0123456789");
        said(200, &json!({ "state": "done", "entered": entered }))
    });
    let said = join(&device, &server, 1, &["may still be in the account's list"]);
    assert!(said.elapsed >= Duration::from_secs(4), "{said}");
    assert!(said.elapsed < Duration::from_secs(9), "{said}");
}

#[test]
fn an_answer_to_an_operators_code_that_was_lost_may_have_used_it_up() {
    let world = opted::world();
    let passphrase = world.path("passphrase");
    play::write(&passphrase, "of the player\n");
    let passphrase = format!("--passphrase-file={}", passphrase.display());
    let lost = "its answer got lost";
    for (name, answer, says, is_lost) in [
        ("closed", Answer::Close, lost, true),
        ("failed", Answer::status(502), lost, true),
        ("wrong", no(404, "not_there"), "Nothing was", false),
    ] {
        let device = world.device(name);
        let server = FaultServer::always(answer);
        let link = format!(
            "--pair={}/v1/enrol#ise_0123456789abcdefghijABCDEFGHIJ-_klmnopqrstu",
            server.url()
        );
        let run = device.command(&["init", &link, &passphrase]);
        let said = harmless(&device, run, 1, &[says]);
        assert_eq!(said.to_string().contains(lost), is_lost, "{said}");
    }
}
