//! An append-only server refuses forgetting and overwriting: by stock restic, by plain requests; and
//! our own program asks for neither.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Certificate, Method, StatusCode, blocking::Client};

use crate::support::opted::synced;
use crate::support::template::CATALOGUE;
use crate::support::{ALICE, Tree, World, assert_same, assert_same_with_metadata, play};

/// A world with a server, and the id of an instance that was pushed twice.
fn pushed_twice() -> Option<(World, String)> {
    let world = World::with_server()?;
    let desktop = world.device("desktop");
    let id = world.opt_in(&[&desktop]);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    Some((world, id))
}

/// The objects of an instance on the server; locks are the only ones that may go.
fn objects(world: &World, id: &str) -> Tree {
    Tree::of_all(&world.server().repository_folder(ALICE, id)).without("locks")
}

#[test]
fn stock_restic_cannot_forget_on_an_append_only_server() {
    let Some((mut world, id)) = pushed_twice() else {
        return;
    };
    let repository = world.repository(&id);
    let ids = repository.snapshot_ids();
    assert_eq!(ids.len(), 2);
    let before = objects(&world, &id);
    for args in [
        &["forget", &ids[0]][..],
        &["forget", &ids[0], "--prune"],
        &["forget", "--keep-last", "1", "--group-by", ""],
    ] {
        // Whether it calls that a failure is up to its version; the snapshot stays either way.
        let output = repository.run(args).any();
        output.assert_says("403");
        assert_eq!(repository.snapshot_ids(), ids, "{output}");
        assert_same(&before, &objects(&world, &id));
    }
    repository.check();

    // It is the server that refuses: as the operator, with that off, the same command works.
    world.server_mut().set_append_only(false);
    let repository = world.repository(&id);
    repository.run(&["forget", &ids[0]]).ok();
    assert_eq!(repository.snapshot_ids(), ids[1..]);
}

#[test]
fn no_request_deletes_or_overwrites_on_an_append_only_server() {
    let Some((world, id)) = pushed_twice() else {
        return;
    };
    // Fails only where another test chose one already: then that serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = std::fs::read(world.server().ca_file()).unwrap();
    let client = Client::builder()
        .timeout(Duration::from_secs(20))
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(&authority).unwrap()])
        .build()
        .unwrap();
    let ask = |method: Method, path: &str, body: &'static str| {
        let url = format!("{}/{}/{id}/{path}", world.server().url(), ALICE.name);
        let request = client.request(method, url);
        let request = request.basic_auth(ALICE.name, Some(ALICE.secret));
        request.body(body).send().unwrap().status()
    };
    let before = objects(&world, &id);
    let mut kinds = BTreeSet::new();
    for path in before.paths() {
        if before.content(path).is_none() {
            continue;
        }
        // Data objects lie in folders by their first two digits, which are no part of the address.
        let kind = path.iter().next().unwrap().to_str().unwrap();
        let address = match path.file_name().unwrap().to_str().unwrap() {
            "config" => "config".to_owned(),
            name => format!("{kind}/{name}"),
        };
        assert_eq!(ask(Method::GET, &address, ""), StatusCode::OK, "{address}");
        for (method, body) in [(Method::DELETE, ""), (Method::POST, "overwritten")] {
            let status = ask(method.clone(), &address, body);
            assert!(status.is_client_error(), "{method} {address}: {status}");
        }
        kinds.insert(kind.to_owned());
    }
    for kind in ["config", "data", "index", "keys", "snapshots"] {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
    assert_same(&before, &objects(&world, &id));
    world.repository(&id).check();
}

#[test]
fn our_own_program_deletes_nothing_but_locks_and_writes_nothing_twice() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let id = world.opt_in(&[&desktop, &deck]);
    play::world(&desktop.pack, "My World", 1);
    play::world(&desktop.pack, "Deleted", 1);
    play::settings(&desktop.pack, 1);
    let mut before = Tree::default();
    for round in 0..4 {
        let (from, to) = if round % 2 == 0 {
            (&desktop, &deck)
        } else {
            (&deck, &desktop)
        };
        if round == 1 {
            std::fs::remove_dir_all(from.pack.join("saves/Deleted")).unwrap();
        }
        if round > 0 {
            play::session(&from.pack, "My World", round);
        }
        from.command(&["push"]).ok();
        to.command(&["pull"]).ok();
        to.command(&["status"]).ok();
        let same = |pack| synced(pack).without("saves/Deleted/session.lock");
        if round == 0 {
            assert_same_with_metadata(&same(&to.pack), &same(&from.pack));
        }
        let after = objects(&world, &id);
        crate::support::opted::assert_kept(&before, &after);
        before = after;
    }

    let mut written = BTreeSet::new();
    let (mut deleted, mut posted) = (0, 0);
    for line in world.server().requests() {
        let request = line.split('"').nth(1).unwrap_or_default();
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap_or_default());
        match method {
            "DELETE" => {
                let lock = |id: &str| path.contains(&format!("/{id}/locks/"));
                assert!(lock(&id) || lock(CATALOGUE), "{line}");
                deleted += 1;
            }
            "POST" => {
                assert!(written.insert(path.to_owned()), "written twice: {line}");
                posted += 1;
            }
            _ => assert!(["GET", "HEAD"].contains(&method), "{line}"),
        }
    }
    assert!(
        posted > 4 && deleted > 0,
        "the log does not hold the pushes"
    );
    world.repository(&id).check();
}
