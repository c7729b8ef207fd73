//! What is read back from each file of ours is what was written, whatever that was.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use instance_sync::config::{layout::Layout, sync_file, sync_file::SyncFile};
use instance_sync::domain::agreement::Agreed;
use instance_sync::domain::digest::Digest;
use instance_sync::domain::location::Location;
use instance_sync::domain::path::{InnerPath, RelPath};
use instance_sync::domain::policy::Policy;
use instance_sync::domain::profile::Profile;
use instance_sync::domain::record::{
    Before, DeviceLabel, Origin, Purpose, PushRecord, UnitState, UnitVersion,
};
use instance_sync::domain::save::About;
use instance_sync::domain::unit::{Extent, FileFact, UnitContent, UnitKind};
use instance_sync::domain::version::{Dot, VersionVector};
use instance_sync::secrets::files;
use instance_sync::secrets::token::{RepositoryKey, Token};
use instance_sync::workdir::folder::FolderIdentity;
use instance_sync::workdir::journal::{self, Folder, Journal};
use instance_sync::workdir::stamp::{Known, Stamp};
use instance_sync::workdir::state::{Choice, Claim, Loaded, OpenConflict, Rescued, State};
use instance_sync::workdir::undo::{Reason, Replaced};
use jiff::Timestamp;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

/// A game folder that is nothing but our own folder.
fn folder() -> (tempfile::TempDir, Layout) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    fs::create_dir(layout.own()).unwrap();
    (folder, layout)
}

/// Texts of a form that always parses.
fn parsed<T: FromStr + std::fmt::Debug>(form: &'static str) -> impl Strategy<Value = T> {
    form.prop_map(|text| text.parse().ok().expect("the form is right"))
}

fn ulid<T: FromStr + std::fmt::Debug>() -> impl Strategy<Value = T> {
    parsed("[0-7][0-9A-HJKMNP-TV-Z]{25}")
}

fn snapshot<T: FromStr + std::fmt::Debug>() -> impl Strategy<Value = T> {
    parsed("[0-9a-f]{64}")
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 8]>().prop_map(|bytes| Digest::of(&bytes))
}

fn path() -> impl Strategy<Value = RelPath> {
    any::<String>().prop_filter_map("no path", |text| RelPath::new(text).ok())
}

fn inner() -> impl Strategy<Value = InnerPath> {
    any::<String>().prop_filter_map("no path", |text| InnerPath::new(text).ok())
}

fn dot() -> impl Strategy<Value = Dot> {
    (ulid(), 1..=u64::MAX).prop_map(|(replica, counter)| Dot { replica, counter })
}

fn vector() -> impl Strategy<Value = VersionVector> {
    vec(dot(), 0..4).prop_map(|dots| {
        let mut vector = VersionVector::default();
        for dot in dots {
            vector.add(dot);
        }
        vector
    })
}

fn kind() -> impl Strategy<Value = UnitKind> {
    prop_oneof![
        Just(UnitKind::World),
        Just(UnitKind::Settings),
        Just(UnitKind::Data)
    ]
}

fn version() -> impl Strategy<Value = UnitVersion> {
    let state = prop_oneof![
        digest().prop_map(UnitState::Here),
        Just(UnitState::Gone),
        (digest(), snapshot()).prop_map(|(digest, within)| UnitState::Held { digest, within }),
    ];
    let dots = || btree_set(dot(), 0..3);
    (
        kind(),
        dot(),
        (dots(), dots()),
        origin(),
        (state, option::of(about())),
    )
        .prop_map(
            |(kind, dot, (also, over), origin, (state, about))| UnitVersion {
                kind,
                dot,
                also,
                over,
                origin,
                state,
                about: about.map(Box::new),
            },
        )
}

/// What can be read from a save: what cannot is cleaned away before it is written.
fn about() -> impl Strategy<Value = About> {
    (1..100_000_u64, any::<bool>(), "[a-z]{1,20}").prop_map(|(day, hardcore, name)| About {
        name: Some(name),
        day: Some(day),
        hardcore,
        ..About::default()
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-377_705_023_201_i64..=253_402_207_200, 0..1_000_000_000)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap_or(Timestamp::MIN))
}

fn origin() -> impl Strategy<Value = Origin> {
    (any::<String>(), time()).prop_map(|(device, time)| Origin { device, time })
}

fn extent() -> impl Strategy<Value = Extent> {
    any::<(u64, u64)>().prop_map(|(files, bytes)| Extent { files, bytes })
}

fn content() -> impl Strategy<Value = UnitContent> {
    let fact = (any::<u64>(), digest()).prop_map(|(size, sha256)| FileFact { size, sha256 });
    (btree_map(inner(), fact, 0..4), btree_set(inner(), 0..4))
        .prop_map(|(files, folders)| UnitContent { files, folders })
}

fn record() -> impl Strategy<Value = PushRecord> {
    let device =
        (option::of(ulid()), any::<String>()).prop_map(|(id, name)| DeviceLabel { id, name });
    let ids = (ulid(), ulid(), ulid(), any::<u64>(), vector());
    let rest = (
        btree_set(snapshot(), 0..3),
        device,
        any::<String>(),
        digest(),
        btree_map(path(), version(), 0..4),
        btree_map(path(), content(), 0..4),
    );
    (ids, rest).prop_map(
        |(
            (instance_id, push, replica, counter, vector),
            (covers, device, time, scope, units, contents),
        )| PushRecord {
            schema: 1,
            instance_id,
            purpose: if counter % 2 == 0 {
                Purpose::Push
            } else {
                Purpose::Rescue
            },
            before: (counter % 3 == 0).then_some(Before::Restore),
            push,
            replica,
            counter,
            vector,
            covers,
            device,
            time,
            scope,
            units,
            contents,
        },
    )
}

fn open_conflict() -> impl Strategy<Value = OpenConflict> {
    let claim = (
        any::<bool>(),
        any::<String>(),
        option::of(time()),
        option::of(extent()),
        any::<Option<u64>>(),
        option::of(about()),
    )
        .prop_map(|(here, device, time, extent, differing, about)| Claim {
            here,
            device,
            time,
            extent,
            differing,
            about,
        });
    (
        btree_set(snapshot(), 0..3),
        btree_map(path(), vec(claim, 0..3), 0..3),
    )
        .prop_map(|(ids, units)| OpenConflict { ids, units })
}

fn state() -> impl Strategy<Value = State> {
    let identity =
        (option::of(ulid()), any::<String>(), any::<u64>()).prop_map(|(device, path, inode)| {
            FolderIdentity {
                device,
                path: path.into(),
                inode,
            }
        });
    let known = (any::<(u64, i64, i64, u64)>(), digest()).prop_map(|(stamp, sha256)| Known {
        stamp: Stamp::from(stamp),
        sha256,
    });
    let agreed = (version(), snapshot(), extent()).prop_map(|(version, snapshot, extent)| Agreed {
        version,
        snapshot,
        extent,
        was: None,
    });
    let choice = (
        proptest::sample::select(&Policy::ALL[..]),
        btree_set(dot(), 0..3),
        option::of(digest()),
    )
        .prop_map(|(policy, versions, here)| Choice {
            policy,
            versions,
            here,
        });
    let rescued =
        (digest(), snapshot()).prop_map(|(digest, snapshot)| Rescued { digest, snapshot });
    let open = (
        option::of(open_conflict()),
        btree_map(path(), choice, 0..3),
        btree_map(path(), rescued, 0..3),
        btree_set(path(), 0..3),
    );
    let fresh = (ulid(), ulid(), identity)
        .prop_map(|(instance, replica, folder)| State::new(instance, replica, folder));
    let cloud = (
        vector(),
        any::<u64>(),
        btree_map(path(), agreed, 0..4),
        btree_set(snapshot(), 0..3),
        option::of(snapshot()),
        option::of(ulid()),
    );
    let here = (
        any::<[bool; 8]>(),
        open,
        option::of(digest()),
        any::<u64>(),
        btree_map(path(), btree_map(inner(), known, 0..3), 0..3),
    );
    (fresh, cloud, here).prop_map(|(mut state, cloud, here)| {
        (
            state.vector,
            state.last_counter,
            state.agreement,
            state.known,
            state.base,
            state.pending,
        ) = cloud;
        let flags;
        (
            flags,
            (state.conflict, state.choices, state.rescued, state.vanished),
            state.scope,
            state.scanned_at,
            state.stamps,
        ) = here;
        [
            state.to_create,
            state.offline,
            state.republish,
            state.copy_reported,
            state.deciding,
            state.merged,
            state.left_open,
            state.undone,
        ] = flags;
        state
    })
}

fn journal() -> impl Strategy<Value = Journal> {
    let paths = || vec(path(), 0..4);
    let made = (path(), any::<Option<u32>>(), any::<Option<i64>>())
        .prop_map(|(path, mode, mtime)| Folder { path, mode, mtime });
    let replaced = (
        kind(),
        option::of(content()),
        option::of(digest()),
        option::of(snapshot()),
    )
        .prop_map(|(kind, before, after, saved)| Replaced {
            kind,
            before,
            after,
            saved,
        });
    let what = (
        prop_oneof![Just(Reason::Pull), Just(Reason::Undo)],
        any::<u64>(),
        btree_map(path(), replaced, 0..3),
    );
    (
        (ulid(), ulid(), "[0-7][0-9A-HJKMNP-TV-Z]{25}"),
        (any::<String>(), what),
        (paths(), paths(), vec(made, 0..4), paths()),
    )
        .prop_map(
            |(
                (instance_id, replica, staging),
                (time, (reason, number, units)),
                (files_removed, folders_removed, folders_made, files),
            )| Journal {
                schema: 1,
                instance_id,
                replica,
                staging,
                time,
                reason,
                number,
                units,
                files_removed,
                folders_removed,
                folders_made,
                files,
            },
        )
}

fn marker() -> impl Strategy<Value = SyncFile> {
    let location = prop_oneof![
        "(rest:)?(https?|HTTPS)://[a-z.:\\[\\]0-9]{1,12}(/\\PC{0,8}){0,2}/?",
        "(file://)?/\\PC{0,20}",
        "(file:///?)?[A-Za-z]:[/\\\\]\\PC{0,20}",
        "(s3|sftp|rclone|b2|azure|gs|swift):\\PC{1,20}",
    ]
    .prop_filter_map("no location", |url| url.parse::<Location>().ok());
    let profile = prop_oneof![Just(Profile::Minecraft), Just(Profile::Custom)];
    (
        ulid(),
        location,
        option::of("[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]{0,127}"),
        profile,
        option::of(any::<String>().prop_map(PathBuf::from)),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_filter("reserved", |(_, _, account, ..)| {
            account
                .as_deref()
                .is_none_or(|account| sync_file::check_account(account).is_ok())
        })
        .prop_map(
            |(instance_id, location, account, profile, ca_file, insecure_http, fast_key)| {
                let mut file = SyncFile::new(instance_id, location);
                file.account = account;
                file.profile = profile;
                file.ca_file = ca_file;
                file.insecure_http = insecure_http;
                file.fast_key = fast_key;
                file
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_push_record_reads_back(record in record()) {
        let text = serde_json::to_vec(&record).unwrap();
        prop_assert_eq!(serde_json::from_slice::<PushRecord>(&text).unwrap(), record);
    }

    #[test]
    fn a_state_reads_back(state in state()) {
        let (_folder, layout) = folder();
        state.save(&layout).unwrap();
        let Loaded::State(again) = State::load(&layout, state.instance_id).unwrap() else {
            panic!("it is no state");
        };
        // Debug cuts digests short, and JSON could leave something out; both together show all.
        prop_assert_eq!(format!("{again:?}"), format!("{state:?}"));
        let values = [&*again, &state].map(|state| serde_json::to_value(state).unwrap());
        prop_assert_eq!(&values[0], &values[1]);
    }

    #[test]
    fn a_journal_reads_back(journal in journal()) {
        let (_folder, layout) = folder();
        journal.commit(&layout).unwrap();
        prop_assert_eq!(journal::unfinished(&layout).unwrap(), Some(journal));
    }

    #[test]
    fn a_marker_reads_back(marker in marker()) {
        let (_folder, layout) = folder();
        sync_file::write(&layout, &marker).unwrap();
        prop_assert_eq!(sync_file::read(&layout).unwrap(), marker);
    }

    #[test]
    fn a_token_reads_back(account in "[a-z0-9]{1,20}", secret in "\\PC{1,40}") {
        let (_folder, layout) = folder();
        let token = Token { account, secret: secret.clone().into() };
        files::write_token(&layout.token(), &token).unwrap();
        let again = files::read_token(&layout.token()).unwrap().unwrap();
        prop_assert!(!again.was_open);
        prop_assert_eq!(again.value.account, token.account);
        prop_assert_eq!(again.value.secret.expose_secret(), &secret);
    }

    #[test]
    fn a_key_reads_back(password: String, key_id: Option<String>, fast: Option<String>) {
        let (_folder, layout) = folder();
        let mut key = RepositoryKey::with_password(password.clone().into());
        key.key_id.clone_from(&key_id);
        key.fast_password = fast.clone().map(Into::into);
        key.fast_key_id.clone_from(&fast);
        files::write_key(&layout.key(), &key).unwrap();
        let again = files::read_key(&layout.key()).unwrap().unwrap().value;
        prop_assert_eq!(again.password.expose_secret(), &password);
        prop_assert_eq!(again.key_id, key_id);
        prop_assert_eq!(again.fast_password.map(|secret| secret.expose_secret().to_owned()), fast.clone());
        prop_assert_eq!(again.fast_key_id, fast);
    }
}
