//! The library, as a program that embeds it uses it: a session on two devices.

use std::sync::{Arc, Mutex};

use instance_sync::api::{
    self, Args, Event, How, Kind, Policy, PullOutcome, PushOutcome, Setup, SyncFile,
};

use super::support::*;

fn args(device: &Device, restic: &std::path::Path) -> Args {
    Args::new(&device.pack)
        .user_folders(device.home.join("data"), device.home.join("cache"))
        .restic_binary(restic)
        .no_download()
        .device_name(device.home.file_name().unwrap().to_str().unwrap())
}

#[test]
fn a_program_that_embeds_the_library_has_typed_outcomes() {
    let (Some(world), Some(restic)) = (World::with_restic(), Program::Restic.find()) else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let (first, second) = (args(&desktop, &restic), args(&deck, &restic));
    let place = || {
        Setup::at(world.cloud().to_str().unwrap())
            .and_then(|setup| setup.token(ALICE.token))
            .unwrap()
    };
    play::world(&desktop.pack, "World", 1);
    let new = api::setup(&first, &place()).unwrap();
    assert_eq!(new.how, How::Created);
    let PushOutcome::Pushed { units, .. } = api::push(&first).unwrap() else {
        panic!("nothing was pushed");
    };
    assert!(units.iter().any(|unit| unit.as_str() == "saves/World"));
    assert_eq!(api::push(&first).unwrap(), PushOutcome::UpToDate);

    let joined = api::setup(&second, &place().join(new.instance_id)).unwrap();
    assert_eq!(
        (joined.how, joined.instance_id),
        (How::Joined, new.instance_id)
    );
    let PullOutcome::Applied { changes, .. } = api::pull(&second).unwrap() else {
        panic!("nothing came");
    };
    assert!(changes.bytes > 0, "{changes:?}");

    // Both play: the second one has to decide.
    play::session(&desktop.pack, "World", 2);
    play::session(&deck.pack, "World", 3);
    api::push(&first).unwrap();
    let PullOutcome::Conflict { units, saved } = api::pull(&second).unwrap() else {
        panic!("nobody noticed");
    };
    assert_eq!((units.len(), saved), (1, true));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let deciding = {
        let heard = Arc::clone(&heard);
        let hear = move |event| heard.lock().unwrap().push(event);
        second.clone().on_conflict(Policy::KeepBoth).on_event(hear)
    };
    let PullOutcome::Applied { changes, .. } = api::pull(&deciding).unwrap() else {
        panic!("nothing was decided");
    };
    assert_eq!(changes.copied.len(), 1, "{changes:?}");
    let heard = heard.lock().unwrap();
    let warned = heard
        .iter()
        .any(|event| matches!(event, Event::Warning(..)));
    assert!(!warned, "{heard:?}");

    // The files that others may read keep to their schemas.
    for (schema, device) in [("sync", &desktop), ("push", &desktop), ("push", &deck)] {
        schema::assert_file(schema, &device.synced_by(&format!("{schema}.json")));
    }
    let file = SyncFile::of_folder(&deck.pack).unwrap().expect("opted in");
    assert_eq!(file.instance_id, new.instance_id);

    assert!(api::disable(&second).unwrap());
    assert!(!api::disable(&second).unwrap());
    assert_eq!(api::pull(&second).unwrap(), PullOutcome::NotOptedIn);
}

/// What another program needs to write, and no more: the marker and the token.
#[test]
fn a_folder_that_another_program_opted_in_is_synced() {
    let (Some(world), Some(restic)) = (World::with_server(), Program::Restic.find()) else {
        return;
    };
    let server = world.server();
    let id = api::new_instance_id();
    let folder = server.repository_folder(ALICE, &id.to_string());
    template::repository(&folder, ALICE.secret).expect("a world with restic");
    let device = world.device("deck");
    play::world(&device.pack, "World", 1);
    let mut marker = SyncFile::new(id, server.url().parse().unwrap());
    marker.account = Some(ALICE.name.to_owned());
    marker.ca_file = Some(server.ca_file().to_owned());
    marker.write_to_folder(&device.pack).unwrap();
    schema::assert_file("sync", &device.synced_by("sync.json"));
    let args = args(&device, &restic);
    let refused = api::push(&args).unwrap_err();
    assert_eq!(refused.kind(), Kind::Credentials, "{refused}");
    play::write(&device.synced_by("token"), ALICE.token);
    assert!(matches!(
        api::push(&args).unwrap(),
        PushOutcome::Pushed { .. }
    ));
    assert_eq!(world.repository(&id.to_string()).snapshot_ids().len(), 1);
}
