//! What a storage promises, on real files.

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    domain::rest::name::RepositoryId,
    server::storage::{Content, Removal},
};

const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

struct Scene {
    files: Files,
    repository: Repository,
    root: tempfile::TempDir,
}

/// A storage with an empty repository.
async fn scene() -> Scene {
    let root = tempfile::tempdir().expect("a folder");
    let files = Files::open(root.path(), None, ID).expect("opens");
    let repository = Repository {
        account: "alice".parse().expect("a name"),
        id: RepositoryId::CATALOGUE,
    };
    files.create(&repository).await.expect("creates");
    Scene {
        files,
        repository,
        root,
    }
}

fn blob(kind: Kind, content: &[u8]) -> Object {
    let name = hex::encode(Sha256::digest(content));
    Object::Blob(kind, name.parse().expect("a name"))
}

impl Scene {
    async fn put(&self, object: Object, content: &[u8]) -> Result<Put, Fault> {
        // In odd pieces, of which none ends where a portion does.
        let pieces: Vec<_> = content
            .chunks(300_007)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        self.put_pieces(object, pieces).await
    }

    async fn put_pieces(
        &self,
        object: Object,
        pieces: Vec<Result<Bytes, Fault>>,
    ) -> Result<Put, Fault> {
        let mut upload = Upload {
            body: stream::iter(pieces).boxed(),
        };
        self.files.put(&self.repository, object, &mut upload).await
    }

    async fn get(&self, object: Object, range: Range) -> Option<Vec<u8>> {
        let found = self.files.get(&self.repository, object, range).await;
        match found.expect("reads")?.content {
            Content::Whole(bytes) => Some(bytes.to_vec()),
            Content::Pieces(mut pieces) => {
                let mut all = Vec::new();
                while let Some(piece) = pieces.next().await {
                    all.extend_from_slice(&piece.expect("reads"));
                }
                Some(all)
            }
        }
    }

    fn incoming(&self) -> usize {
        let folder = self.root.path().join(".incoming");
        std::fs::read_dir(folder).expect("reads").count()
    }
}

#[tokio::test]
async fn what_was_put_is_what_is_got_whole_and_in_part() {
    let scene = scene().await;
    for size in [0, 1, 300_007, 1 << 20, (1 << 20) + 1, 3_333_333] {
        let content: Vec<u8> = (0..size).map(|n: u32| (n % 251) as u8).collect();
        let object = blob(Kind::Data, &content);
        let put = scene.put(object, &content).await.expect("puts");
        assert_eq!(put, Put::New(u64::from(size)));
        assert!(scene.get(object, Range::Whole).await.expect("there") == content);
        let (from, to) = (size / 3, size / 2);
        if from < to {
            let part = Range::FromTo(from.into(), (to - 1).into());
            let got = scene.get(object, part).await.expect("there");
            assert!(got == content[from as usize..to as usize]);
        }
        let found = scene.files.size(&scene.repository, object).await;
        assert_eq!(found.expect("looks"), Some(size.into()));
    }
    let listed = scene.files.list(&scene.repository, Kind::Data).await;
    assert_eq!(listed.expect("lists").expect("there").len(), 6);
    assert_eq!(scene.incoming(), 0);
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_nowhere() {
    let scene = scene().await;
    let object = blob(Kind::Keys, b"one");
    let put = scene.put(object, b"other").await;
    assert!(matches!(put, Err(Fault::Mismatch)), "{put:?}");
    let cut = vec![Ok(Bytes::from("on")), Err(Fault::StoodStill)];
    let put = scene.put_pieces(object, cut).await;
    assert!(matches!(put, Err(Fault::StoodStill)), "{put:?}");
    assert_eq!(scene.get(object, Range::Whole).await, None);
    assert_eq!(scene.incoming(), 0);
}

#[tokio::test]
async fn nothing_is_overwritten_and_the_same_again_is_fine() {
    let scene = scene().await;
    let object = blob(Kind::Snapshots, b"one");
    assert_eq!(scene.put(object, b"one").await.expect("puts"), Put::New(3));
    assert_eq!(scene.put(object, b"one").await.expect("puts"), Put::Same);
    assert_eq!(scene.put(object, b"two").await.expect("puts"), Put::Other);
    let config = Object::Config;
    assert_eq!(scene.put(config, b"mine").await.expect("puts"), Put::New(4));
    assert_eq!(scene.put(config, b"mine").await.expect("puts"), Put::Same);
    assert_eq!(scene.put(config, b"your").await.expect("puts"), Put::Other);
    assert_eq!(
        scene.get(config, Range::Whole).await.as_deref(),
        Some(&b"mine"[..])
    );
    assert_eq!(scene.incoming(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_put_a_config_at_once_one_wins() {
    let scene = Arc::new(scene().await);
    for _ in 0..10 {
        let repository = Repository {
            account: "alice".parse().expect("a name"),
            id: ulid_id(),
        };
        scene.files.create(&repository).await.expect("creates");
        let racers = (0..8_u8).map(|racer| {
            let (scene, repository) = (Arc::clone(&scene), repository.clone());
            tokio::spawn(async move {
                let piece: Vec<Result<Bytes, Fault>> = vec![Ok(Bytes::from(vec![racer; 100]))];
                let mut upload = Upload {
                    body: stream::iter(piece).boxed(),
                };
                scene
                    .files
                    .put(&repository, Object::Config, &mut upload)
                    .await
            })
        });
        let racers: Vec<_> = racers.collect();
        let mut won = 0;
        for racer in racers {
            match racer.await.expect("ends").expect("puts") {
                Put::New(_) => won += 1,
                Put::Other => {}
                Put::Same => panic!("no two are the same"),
            }
        }
        assert_eq!(won, 1);
    }
}

fn ulid_id() -> RepositoryId {
    ulid::Ulid::generate().to_string().parse().expect("a ULID")
}

#[tokio::test]
async fn a_repository_that_is_not_there_has_no_list_and_takes_nothing() {
    let scene = scene().await;
    let other = Repository {
        id: ulid_id(),
        ..scene.repository.clone()
    };
    assert_eq!(
        scene.files.list(&other, Kind::Keys).await.expect("lists"),
        None
    );
    let object = blob(Kind::Data, b"x");
    let mut upload = Upload {
        body: stream::iter([Ok(Bytes::from("x"))]).boxed(),
    };
    let put = scene.files.put(&other, object, &mut upload).await;
    assert!(matches!(put, Err(Fault::NoRepository)), "{put:?}");
    assert!(
        !scene
            .root
            .path()
            .join("alice")
            .join(other.id.to_string())
            .exists()
    );
}

#[tokio::test]
async fn a_folder_of_another_server_is_served_as_it_is() {
    let scene = scene().await;
    let id = ulid_id();
    let folder = scene.root.path().join("bob").join(id.to_string());
    let name = hex::encode(Sha256::digest(b"pack"));
    std::fs::create_dir_all(folder.join("data").join(&name[..2])).expect("makes");
    std::fs::write(folder.join("data").join(&name[..2]).join(&name), b"pack").expect("writes");
    let rest = format!("{name}.rest-server-temp123");
    std::fs::write(folder.join("data").join(&name[..2]).join(rest), b"pa").expect("writes");
    let repository = Repository {
        account: "bob".parse().expect("a name"),
        id,
    };
    let listed = scene
        .files
        .list(&repository, Kind::Data)
        .await
        .expect("lists");
    assert_eq!(listed.expect("there").len(), 1);
    // It never had a key.
    let keys = scene
        .files
        .list(&repository, Kind::Keys)
        .await
        .expect("lists");
    assert_eq!(keys, Some(Vec::new()));
    let mut upload = Upload {
        body: stream::iter([Ok(Bytes::from("k"))]).boxed(),
    };
    let key = blob(Kind::Keys, b"k");
    let put = scene.files.put(&repository, key, &mut upload).await;
    assert_eq!(put.expect("puts"), Put::New(1));
}

#[tokio::test]
async fn what_was_removed_can_be_brought_back_until_the_trash_is_emptied() {
    let scene = scene().await;
    let (files, repository) = (&scene.files, &scene.repository);
    let objects = [
        blob(Kind::Data, b"pack"),
        blob(Kind::Snapshots, b"snapshot"),
    ];
    scene.put(objects[0], b"pack").await.expect("puts");
    scene.put(objects[1], b"snapshot").await.expect("puts");
    let account = &repository.account;
    assert_eq!(files.usage(account).await.expect("counts"), 12);
    for object in objects {
        let gone = files
            .remove(repository, object, Removal::ToTrash(1000))
            .await;
        assert!(gone.expect("removes"));
        let again = files
            .remove(repository, object, Removal::ToTrash(1000))
            .await;
        assert!(!again.expect("removes nothing"));
        assert_eq!(scene.get(object, Range::Whole).await, None);
    }
    // It still counts.
    assert_eq!(files.usage(account).await.expect("counts"), 12);
    assert_eq!(files.purge(1000).await.expect("empties"), 0);
    assert_eq!(files.bring_back(repository).await.expect("brings back"), 2);
    assert_eq!(
        scene.get(objects[0], Range::Whole).await.as_deref(),
        Some(&b"pack"[..])
    );
    assert_eq!(files.bring_back(repository).await.expect("brings back"), 0);

    files
        .remove(repository, objects[1], Removal::ToTrash(2000))
        .await
        .expect("removes");
    assert_eq!(files.purge(2001).await.expect("empties"), 8);
    assert_eq!(files.bring_back(repository).await.expect("brings back"), 0);
    assert_eq!(scene.get(objects[1], Range::Whole).await, None);

    let lock = blob(Kind::Locks, b"lock");
    scene.put(lock, b"lock").await.expect("puts");
    files
        .remove(repository, lock, Removal::ForGood)
        .await
        .expect("removes");
    assert_eq!(files.bring_back(repository).await.expect("brings back"), 0);
}

#[tokio::test]
async fn a_storage_that_is_not_mounted_answers_nothing() {
    let scene = scene().await;
    let object = blob(Kind::Data, b"pack");
    scene.put(object, b"pack").await.expect("puts");
    // As where the disk is gone: the mount point is an empty folder.
    let (here, away) = (scene.root.path(), scene.root.path().with_extension("away"));
    std::fs::rename(here, &away).expect("goes");
    std::fs::create_dir(here).expect("an empty folder");
    let (files, repository) = (&scene.files, &scene.repository);
    let not_mounted =
        |failed: Option<Fault>| assert!(matches!(failed, Some(Fault::NotMounted)), "{failed:?}");
    not_mounted(files.ready().await.err());
    not_mounted(files.list(repository, Kind::Data).await.err());
    not_mounted(files.list(repository, Kind::Snapshots).await.err());
    not_mounted(files.size(repository, Object::Config).await.err());
    not_mounted(files.get(repository, object, Range::Whole).await.err());
    not_mounted(files.create(repository).await.err());
    not_mounted(scene.put(object, b"pack").await.err());
    not_mounted(
        files
            .remove(repository, object, Removal::ToTrash(1))
            .await
            .err(),
    );
    not_mounted(
        files
            .remove(repository, object, Removal::ForGood)
            .await
            .err(),
    );
    not_mounted(files.bring_back(repository).await.err());
    not_mounted(files.purge(i64::MAX).await.err());
    assert_eq!(
        std::fs::read_dir(here).expect("reads").count(),
        0,
        "something was made in it"
    );
    // Another disk there is none of ours.
    Files::open(here, None, "01ARZ3NDEKTSV4RRFFQ69G5FAW").expect("a new one");
    not_mounted(files.list(repository, Kind::Data).await.err());
    assert!(Files::open(here, Some(ID), "x").is_err());
    std::fs::remove_dir_all(here).expect("goes");
    assert!(Files::open(here, Some(ID), "x").is_err());
    assert!(!here.exists());
    std::fs::rename(&away, here).expect("comes back");
    assert!(scene.get(object, Range::Whole).await.is_some());
}

#[tokio::test]
async fn what_a_killed_server_left_is_cleared_away_and_nothing_else() {
    let scene = scene().await;
    let object = blob(Kind::Data, b"pack");
    scene.put(object, b"pack").await.expect("puts");
    std::fs::write(scene.root.path().join(".incoming/upload-1"), b"pa").expect("writes");
    Files::open(scene.root.path(), Some(ID), "x").expect("opens");
    assert_eq!(scene.incoming(), 0);
    assert!(scene.get(object, Range::Whole).await.is_some());
}

#[tokio::test]
async fn whoever_wants_more_objects_than_may_be_open_waits_until_one_is_read() {
    let mut scene = scene().await;
    scene.files = scene.files.holding_at_most(1);
    let content = vec![7; 600_000];
    let object = blob(Kind::Data, &content);
    scene.put(object, &content).await.expect("puts");
    let found = scene
        .files
        .get(&scene.repository, object, Range::Whole)
        .await;
    let Content::Pieces(pieces) = found.expect("reads").expect("is there").content else {
        panic!("it is more than a piece");
    };
    let second = tokio::time::timeout(
        std::time::Duration::from_millis(200),
        scene.get(object, Range::Whole),
    );
    assert!(second.await.is_err(), "two are open");
    drop(pieces);
    assert_eq!(scene.get(object, Range::Whole).await, Some(content));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_list_that_is_known_is_told_anew_after_each_change() {
    let mut scene = scene().await;
    // The worst file system: it never tells by a time that something changed.
    Arc::get_mut(&mut scene.files.inner)
        .expect("the only one")
        .listed = Listed::impatient();
    let lists = async |expected: usize| {
        for _ in 0..3 {
            let listed = scene.files.list(&scene.repository, Kind::Snapshots).await;
            assert_eq!(listed.expect("lists").expect("there").len(), expected);
        }
        let (place, known) = (&scene.files.inner.place, &scene.files.inner.listed);
        let folder = place.kind(&scene.repository, Kind::Snapshots);
        let known = known.recall(&folder, &scene.repository, Kind::Snapshots);
        assert_eq!(known.expect("it is known").len(), expected);
    };
    lists(0).await;
    let (one, other) = (
        blob(Kind::Snapshots, b"one"),
        blob(Kind::Snapshots, b"other"),
    );
    for (number, (object, content)) in [(one, b"one" as &[u8]), (other, b"other")]
        .into_iter()
        .enumerate()
    {
        scene.put(object, content).await.expect("puts");
        lists(number + 1).await;
    }
    for (object, how, left) in [(one, Removal::ToTrash(5), 1), (other, Removal::ForGood, 0)] {
        let removed = scene.files.remove(&scene.repository, object, how).await;
        assert!(removed.expect("removes"));
        lists(left).await;
    }
    let back = scene.files.bring_back(&scene.repository).await;
    assert_eq!(back.expect("brings back"), 1);
    lists(1).await;
    // A storage that goes away is no list that is known.
    let place = scene.root.path().join("alice");
    std::fs::rename(&place, scene.root.path().join("elsewhere")).expect("renames");
    let listed = scene.files.list(&scene.repository, Kind::Snapshots).await;
    assert!(listed.expect("lists").is_none());
}
