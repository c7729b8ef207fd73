//! Queries, on real database files; two of them open at once, as a server and `serve admin` are.

use super::{
    accounts::{Registration, Terms},
    devices::{DeviceKind, Holder},
    instances::Registered,
    *,
};
use crate::{
    domain::rest::name::{AccountName, RepositoryId},
    server::{
        seen::Seen,
        token::{Token, TokenHash},
    },
};

const TERMS: Terms = Terms {
    quota_bytes: Some(1000),
    instance_limit: 2,
    registration: Registration::Beforehand,
};

struct Scene {
    server: Database,
    admin: Database,
    alice: AccountName,
    folder: tempfile::TempDir,
}

async fn scene() -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.db");
    let server = Database::open(&file, IfMissing::Make).await.expect("opens");
    let admin = Database::open(&file, IfMissing::Fail).await.expect("opens");
    let alice: AccountName = "alice".parse().expect("a name");
    accounts::add(&admin, &alice, TERMS, 5).await.expect("adds");
    Scene {
        server,
        admin,
        alice,
        folder,
    }
}

impl Scene {
    async fn device(&self, id: &str, name: &str) -> TokenHash {
        let account = accounts::find(&self.admin, &self.alice)
            .await
            .expect("reads");
        let account = account.expect("alice").id;
        let token = Token::make().expect("a token");
        let added = devices::add(
            &self.admin,
            account,
            (id, name),
            DeviceKind::Other,
            &token,
            6,
        )
        .await;
        added.expect("adds");
        token.hash()
    }

    async fn holder(&self, token: &TokenHash) -> Option<Holder> {
        devices::holder(&self.server, token).await.expect("reads")
    }
}

#[tokio::test]
async fn a_token_is_its_devices_until_that_is_revoked() {
    let scene = scene().await;
    let (deck, desktop) = (
        scene.device("1", "Deck").await,
        scene.device("2", "Desktop").await,
    );
    let holder = scene.holder(&deck).await.expect("Deck");
    assert_eq!(
        (holder.device.as_str(), holder.account.as_str()),
        ("1", "alice")
    );
    assert_eq!(
        (holder.quota, holder.instance_limit, holder.suspended),
        (Some(1000), 2, false)
    );
    assert_eq!(scene.holder(&TokenHash::of("isd_guess")).await, None);

    let named = devices::find(&scene.admin, &scene.alice, "Deck")
        .await
        .expect("reads");
    let id = named.expect("Deck").id;
    assert!(
        devices::revoke(&scene.admin, &id, 7)
            .await
            .expect("revokes")
    );
    assert!(
        !devices::revoke(&scene.admin, &id, 8)
            .await
            .expect("revokes")
    );
    assert_eq!(scene.holder(&deck).await, None);
    assert!(scene.holder(&desktop).await.is_some());
    assert_eq!(
        devices::find(&scene.admin, &scene.alice, "Deck")
            .await
            .expect("reads"),
        None
    );

    // Its name is free again, and the row of the old one stays.
    scene.device("3", "Deck").await;
    let all = devices::list(&scene.admin, Some(&scene.alice))
        .await
        .expect("lists");
    let all: Vec<_> = all
        .iter()
        .map(|device| (device.id.as_str(), device.revoked_at))
        .collect();
    assert_eq!(all, [("1", Some(7)), ("2", None), ("3", None)]);
    devices::saw(&scene.server, &[("3".to_owned(), 99)])
        .await
        .expect("writes");
    let seen = devices::find(&scene.admin, &scene.alice, "3")
        .await
        .expect("reads");
    assert_eq!(seen.expect("Deck").last_seen_at, Some(99));
}

#[tokio::test]
async fn names_are_taken_once() {
    let scene = scene().await;
    scene.device("1", "Deck").await;
    let again = accounts::add(&scene.admin, &scene.alice, TERMS, 5).await;
    assert!(is_there_already(&again.expect_err("alice is there")));
    let token = Token::make().expect("a token");
    let again = devices::add(&scene.admin, 1, ("2", "Deck"), DeviceKind::Other, &token, 6).await;
    assert!(is_there_already(&again.expect_err("Deck is there")));
}

#[tokio::test]
async fn quota_and_suspension_reach_the_server() {
    let scene = scene().await;
    let token = scene.device("1", "Deck").await;
    let (alice, nobody) = (&scene.alice, "nobody".parse().expect("a name"));
    assert!(
        accounts::set_quota(&scene.admin, alice, None)
            .await
            .expect("sets")
    );
    assert!(
        !accounts::set_quota(&scene.admin, &nobody, None)
            .await
            .expect("sets")
    );
    assert!(
        accounts::set_suspended(&scene.admin, alice, Some(9))
            .await
            .expect("sets")
    );
    let holder = scene.holder(&token).await.expect("Deck");
    assert_eq!((holder.quota, holder.suspended), (None, true));
}

#[tokio::test]
async fn an_account_has_as_many_instances_as_it_may() {
    let scene = scene().await;
    let id = || -> RepositoryId { ulid::Ulid::generate().to_string().parse().expect("a ULID") };
    let (one, two, three) = (id(), id(), id());
    let register = async |id| {
        instances::register(&scene.server, 1, id, 2, 5)
            .await
            .expect("registers")
    };
    assert_eq!(register(one).await, Registered::Added);
    assert_eq!(register(one).await, Registered::Already);
    assert_eq!(register(two).await, Registered::Added);
    assert_eq!(register(three).await, Registered::TooMany);
    assert!(
        instances::is_known(&scene.admin, 1, two)
            .await
            .expect("reads")
    );
    assert!(
        !instances::is_known(&scene.admin, 1, three)
            .await
            .expect("reads")
    );
    assert_eq!(
        instances::list(&scene.admin, None)
            .await
            .expect("lists")
            .len(),
        2
    );
}

#[tokio::test]
async fn a_grant_is_for_one_device_one_repository_and_a_while() {
    let scene = scene().await;
    scene.device("1", "Deck").await;
    scene.device("2", "Desktop").await;
    let (one, other) = (RepositoryId::CATALOGUE, ulid::Ulid::generate().to_string());
    let other: RepositoryId = other.parse().expect("a ULID");
    grants::add(&scene.admin, ("g", "1"), one, (100, 200))
        .await
        .expect("adds");
    let until = async |device, instance, now| {
        grants::until(&scene.server, device, instance, now)
            .await
            .expect("reads")
    };
    assert_eq!(until("1", one, 100).await, Some(200));
    assert_eq!(until("1", one, 199).await, Some(200));
    assert_eq!(until("1", one, 200).await, None);
    assert_eq!(until("2", one, 150).await, None);
    assert_eq!(until("1", other, 150).await, None);
    assert!(
        grants::revoke(&scene.admin, "g", 150)
            .await
            .expect("revokes")
    );
    assert!(
        !grants::revoke(&scene.admin, "g", 150)
            .await
            .expect("revokes")
    );
    assert_eq!(until("1", one, 150).await, None);
    let listed = grants::list(&scene.admin, Some(&scene.alice))
        .await
        .expect("lists");
    assert_eq!(
        (listed[0].device.as_str(), listed[0].revoked_at),
        ("Deck", Some(150))
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let scene = scene().await;
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'newer', 1, x'00', 0)";
    sqlx::query(newer)
        .execute(&scene.admin.pool)
        .await
        .expect("writes");
    let file = scene.folder.path().join("server.db");
    let opened = Database::open(&file, IfMissing::Fail).await;
    let error = opened.expect_err("newer").to_string();
    assert!(error.contains("newer version"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_not_made_by_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.db");
    assert!(Database::open(&file, IfMissing::Fail).await.is_err());
    assert!(!file.exists());
}

#[tokio::test]
async fn no_token_is_in_the_database() {
    let scene = scene().await;
    let token = Token::make().expect("a token");
    devices::add(&scene.admin, 1, ("1", "Deck"), DeviceKind::Other, &token, 6)
        .await
        .expect("adds");
    scene.admin.close().await;
    scene.server.close().await;
    let text = secrecy::ExposeSecret::expose_secret(&token.for_account("")).to_owned();
    let secret = text.trim_start_matches(':').as_bytes();
    for entry in std::fs::read_dir(scene.folder.path()).expect("reads") {
        let bytes = std::fs::read(entry.expect("reads").path()).expect("reads");
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn the_log_forgets_the_oldest_of_each_account_and_no_more() {
    let scene = scene().await;
    let bob: AccountName = "bob".parse().expect("a name");
    accounts::add(&scene.admin, &bob, TERMS, 5)
        .await
        .expect("adds");
    scene.device("1", "Deck").await;
    for (account_id, at) in [(1, 1), (2, 2), (1, 3), (1, 4), (2, 5), (1, 6)] {
        let entry = sync_log::NewEntry {
            account_id,
            at,
            device: "1",
            instance: "i",
            what: sync_log::What::Pulled,
            snapshot: None,
            bytes: None,
            units: None,
            reason: None,
        };
        sync_log::add(&scene.server, &entry).await.expect("adds");
    }
    sync_log::trim(&scene.server, 2).await.expect("trims");
    let times = async |account| {
        let rows = sync_log::list(&scene.server, account, None, None, 10).await;
        let rows = rows.expect("reads").into_iter();
        rows.map(|row| row.at).collect::<Vec<_>>()
    };
    assert_eq!(times(1).await, [6, 4]);
    assert_eq!(times(2).await, [5, 2]);
}

#[tokio::test]
async fn a_request_for_a_grant_is_decided_once_and_is_over_after_a_day() {
    let scene = scene().await;
    scene.device("1", "Deck").await;
    let (db, day) = (&scene.server, 24 * 60 * 60);
    let ask = async |id: &str, at| {
        let added = grant_requests::add(db, (id, "1", "i"), 10, at).await;
        added.expect("adds");
    };
    let decide = async |id: &str, grant: Option<&str>, at| {
        let decided = grant_requests::decide(db, 1, id, grant, at).await;
        decided.expect("answers").is_some()
    };
    ask("a", 0).await;
    assert!(!decide("a", Some("g"), day).await, "it is over");
    ask("b", 0).await;
    assert!(!decide("a", Some("g"), 1).await, "another took its place");
    assert!(decide("b", Some("g"), 1).await);
    assert!(!decide("b", Some("h"), 1).await, "once");
    let grants = grants::list(db, None).await.expect("reads");
    let of: Vec<_> = grants.iter().map(|g| (&g.id[..], g.expires_at)).collect();
    assert_eq!(of, [("g", 601)]);
    ask("c", 0).await;
    assert!(decide("c", None, 1).await);
    assert_eq!(grants::list(db, None).await.expect("reads").len(), 1);
}

#[tokio::test]
async fn what_an_account_holds_is_kept_once_a_day_and_not_for_ever() {
    let scene = scene().await;
    let database = &scene.server;
    let day = samples::day_of(3 * 86_400 + 5);
    assert_eq!((day, samples::day_of(-1)), (3, -1));
    let missing = samples::missing(database, day).await.expect("reads");
    let [(id, name)] = &missing[..] else {
        panic!("{missing:?}")
    };
    assert_eq!(name, &scene.alice);
    for (day, bytes) in [(1, 10), (3, 30), (3, 31)] {
        let sample = samples::Sample { day, bytes };
        samples::put(database, *id, sample).await.expect("writes");
    }
    assert!(
        samples::missing(database, 3)
            .await
            .expect("reads")
            .is_empty()
    );
    assert_eq!(samples::missing(database, 2).await.expect("reads"), missing);
    let list = async |since| {
        let list = samples::list(database, *id, since).await.expect("reads");
        list.into_iter()
            .map(|sample| (sample.day, sample.bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(list(0).await, [(1, 10), (3, 31)]);
    assert_eq!(list(2).await, [(3, 31)]);
    samples::forget(database, 3).await.expect("forgets");
    assert_eq!(list(0).await, [(3, 31)]);
}

#[tokio::test]
async fn who_was_seen_is_known_while_that_is_written_and_where_it_cannot_be() {
    let scene = scene().await;
    scene.device("d1", "Deck").await;
    let devices = async || {
        let all = devices::list(&scene.admin, Some(&scene.alice)).await;
        all.expect("reads").remove(0)
    };
    // Read before it was written, and shown after.
    let mut device = devices().await;
    let seen = Seen::default();
    seen.note("d1", 70);
    seen.write(&scene.server).await.expect("writes");
    seen.add_to(&mut device);
    assert_eq!(device.last_seen_at, Some(70));
    assert_eq!(devices().await.last_seen_at, Some(70));
    scene.server.pool.close().await;
    seen.note("d1", 80);
    assert!(seen.write(&scene.server).await.is_err());
    assert_eq!(devices().await.last_seen_at, Some(70));
    seen.write(&scene.admin).await.expect("writes");
    assert_eq!(devices().await.last_seen_at, Some(80));
}
