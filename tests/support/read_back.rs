//! Each file that is read back: read from any bytes, and what comes of it used as the program would.
//! Shared by `tests/cli/any_bytes.rs` and by the targets in `fuzz/`.
//!
//! An error is as good as a value; which of them it was is returned. What counts is a panic: of the
//! program, or of a check here that what is written is what is read back, and that nothing else is
//! touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use instance_sync::config::user_dirs::UserDirs;
use instance_sync::config::{device, layout::Layout, scope_file, servers_file, sync_file};
use instance_sync::domain::enrolment::Enrolment;
use instance_sync::domain::ids::{DeviceId, InstanceId};
use instance_sync::domain::names::{Naming, obstacle};
use instance_sync::domain::pairing::{Invitation, Secret, Words};
use instance_sync::domain::path::{InnerPath, RelPath};
use instance_sync::domain::profile::Profile;
use instance_sync::domain::record::PushRecord;
use instance_sync::domain::rest::{list, path::Address, range};
use instance_sync::domain::save;
use instance_sync::secrets::{files, sealed, token};
use instance_sync::store::pattern::include_line;
use instance_sync::sync::proof::{self, Proofs};
use instance_sync::workdir::stamp::Stamps;
use instance_sync::workdir::state::{Loaded, State};
use instance_sync::workdir::{apply, journal, lock, scan};
use secrecy::ExposeSecret as _;

/// The instance that `tests/samples` are about.
pub const INSTANCE: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
/// The staging folder of the journal in `tests/samples`.
const STAGING: &str = "01M7Y9Q788YBSM5SCTZQM74DH1";

fn instance() -> InstanceId {
    INSTANCE.parse().unwrap()
}

/// A game folder, with something beside it that is not ours.
struct Folder {
    root: tempfile::TempDir,
    layout: Layout,
}

impl Folder {
    fn new() -> Self {
        // In memory where that is easy: thousands of these are written durably.
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let layout = Layout::new(root.path().join("pack"));
        fs::create_dir_all(layout.own()).unwrap();
        Self { root, layout }
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// `push.json`, as it comes from the cloud.
pub fn push_record(bytes: &[u8]) -> bool {
    let Ok(record) = serde_json::from_slice::<PushRecord>(bytes) else {
        return false;
    };
    let is_sound = record.validate(instance()).is_ok();
    let _ = record.validate(record.instance_id);
    let _ = (record.file_count(), record.vector.next(record.replica));
    for (unit, content) in &record.contents {
        let _ = (content.digest(), content.extent());
        for inner in content.files.keys().chain(&content.folders) {
            assert!(RelPath::new(unit.join(inner).as_str()).is_ok());
        }
        for naming in [Naming::Exact, Naming::CaseBlind, Naming::Windows] {
            let _ = obstacle(naming, unit, content, record.units.keys());
        }
    }
    let written = serde_json::to_vec(&record).unwrap();
    let again: PushRecord = serde_json::from_slice(&written).unwrap();
    assert_eq!(again, record);
    is_sound
}

/// `state.json`.
pub fn state(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    fs::write(folder.layout.state_json(), bytes).unwrap();
    let Ok(Loaded::State(state)) = State::load(&folder.layout, instance()) else {
        return false;
    };
    let scanned = state.scan_time();
    for (_, known) in state.stamps.values().flatten() {
        let _ = known.stamp.is_racy(scanned);
    }
    let _ = state.vector.next(state.replica);
    for (unit, agreed) in &state.agreement {
        let _ = (unit.name(), agreed.source());
    }
    state.save(&folder.layout).unwrap();
    let Ok(Loaded::State(again)) = State::load(&folder.layout, instance()) else {
        panic!("what was written cannot be read");
    };
    let values = [&state, &again].map(|state| serde_json::to_value(state).unwrap());
    assert_eq!(values[0], values[1]);
    true
}

/// `journal.json`: it is read and carried out. Whatever it says, no file of the player's is lost and
/// nothing outside the game folder is touched.
pub fn journal(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    let layout = &folder.layout;
    let live = [
        "pack/options.txt",
        "pack/saves/My World/level.dat",
        "pack/saves/My World/playerdata/steve.dat",
        "pack/saves/Creative (deck)/level.dat",
        "pack/saves/Creative (deck)/session.lock",
    ];
    for path in live {
        folder.write(path, path);
    }
    folder.write("beside", "beside");
    for path in ["level.dat", "DIM1/region/r.mca"] {
        let staged = format!("pack/.cloud-sync/staging-{STAGING}/tree/saves/My World/{path}");
        folder.write(&staged, "new");
    }
    fs::write(layout.journal(), bytes).unwrap();
    if let Ok(Some(journal)) = journal::unfinished(layout) {
        // Before anything is done: without it, a test could write anywhere on the machine.
        assert_eq!(
            journal.undo_folder(layout).parent(),
            Some(&*layout.undo()),
            "another folder than one of undo"
        );
        journal.commit(layout).unwrap();
        assert_eq!(journal::unfinished(layout).unwrap(), Some(journal));
    }
    let done = journal::begun(layout, instance()).and_then(|begun| {
        let Some(journal) = begun else {
            return Ok(None);
        };
        // Whatever is in it, these say something of it.
        let left = journal.left_to_do(layout);
        assert!(journal.without(&left).left_to_do(layout).is_empty());
        apply::carry_out(layout, &journal)?;
        journal::finish(layout, &journal).map(Some)
    });
    let kept = contents(layout.pack());
    for path in live {
        assert!(kept.contains(path), "{path} is lost");
    }
    let mut beside: Vec<_> = fs::read_dir(folder.root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    beside.sort();
    assert_eq!(beside, ["beside", "pack"]);
    for entry in fs::read_dir(layout.undo()).into_iter().flatten() {
        let described = fs::read(entry.unwrap().path().join("undo.json"));
        let described = described.map(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes));
        assert!(described.unwrap().unwrap().is_object());
    }
    done.is_ok_and(|done| done.is_some())
}

/// What the files below a folder hold.
fn contents(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(fs::read_to_string(&path).unwrap_or_default());
        }
    }
    found
}

/// `sync.json`.
pub fn sync_file(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    fs::write(folder.layout.sync_json(), bytes).unwrap();
    let Ok(file) = sync_file::read(&folder.layout) else {
        return false;
    };
    let _ = file.location.is_insecure();
    let account = file.account.as_deref().unwrap_or("local");
    let repository = file.location.repository(account, file.instance_id);
    assert!(repository.contains(&format!("/{account}/{}", file.instance_id)));
    sync_file::write(&folder.layout, &file).unwrap();
    assert_eq!(sync_file::read(&folder.layout).unwrap(), file);
    true
}

/// `scope.json`: it is read, and a folder is scanned by it.
pub fn scope_file(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    let (layout, saved) = (&folder.layout, "saves/[a] W/region/r.0.mca");
    fs::write(layout.scope_json(), bytes).unwrap();
    let mut is_scope = false;
    for profile in [Profile::Minecraft, Profile::Custom] {
        let Ok(scope) = scope_file::read(layout, profile) else {
            continue;
        };
        is_scope = true;
        folder.write(&format!("pack/{saved}"), "");
        folder.write("pack/options.txt", "");
        let scan = scan::scan(
            layout.pack(),
            &scope,
            &Stamps::new(),
            UNIX_EPOCH,
            &mut |_| {},
        );
        for (unit, scanned) in &scan.units {
            for inner in scanned.content.files.keys() {
                let path = unit.join(inner);
                assert!(!scope.excludes(path.as_str()), "{path} is excluded");
            }
            let _ = scope.kind_of(unit);
        }
        let file = RelPath::new(saved).unwrap();
        let _ = (scope.kind_of(&file), scope.grouped(&file));
    }
    is_scope
}

/// `token`, and a passphrase.
pub fn token(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    let path = folder.layout.token();
    fs::write(&path, bytes).unwrap();
    let mut is_token = false;
    if let Ok(Some(read)) = files::read_token(&path) {
        is_token = true;
        files::write_token(&path, &read.value).unwrap();
        let again = files::read_token(&path).unwrap().unwrap();
        assert!(!again.was_open);
        let texts = [read, again].map(|token| token.value.to_text());
        assert_eq!(texts[0].expose_secret(), texts[1].expose_secret());
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(read) = token::passphrase(text)
    {
        let again = token::passphrase(read.expose_secret()).unwrap();
        assert_eq!(again.expose_secret(), read.expose_secret());
    }
    is_token
}

/// `key`.
pub fn key(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    let path = folder.layout.key();
    fs::write(&path, bytes).unwrap();
    let Ok(Some(read)) = files::read_key(&path) else {
        return false;
    };
    files::write_key(&path, &read.value).unwrap();
    let again = files::read_key(&path).unwrap().unwrap();
    assert!(!again.was_open);
    let values = [read, again].map(|key| serde_json::to_value(&key.value).unwrap());
    assert_eq!(values[0], values[1]);
    true
}

/// `device.json`: an id that is there stays, and so does a file of a newer version.
pub fn device(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    let data: PathBuf = folder.root.path().join("data");
    let path = data.join("device.json");
    fs::create_dir(&data).unwrap();
    fs::write(&path, bytes).unwrap();
    let dirs = UserDirs {
        data: Some(data),
        cache: None,
        state: None,
    };
    let first = device::this_device(&dirs);
    assert_eq!(device::this_device(&dirs), first);
    let said: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    let id = said["id"]
        .as_str()
        .and_then(|id| id.parse::<DeviceId>().ok());
    match said["schema"].as_u64() {
        Some(0 | 1) => assert!(id.is_none() || id == first.id, "another id"),
        Some(_) => assert_eq!(fs::read(&path).unwrap(), bytes, "it was written over"),
        None => {}
    }
    id.is_some() && id == first.id
}

/// `servers.json`: what is remembered is written again as it was read, and a file of a newer version stays.
pub fn servers(bytes: &[u8]) -> bool {
    const URL: &str = "https://saves.example.org";
    let folder = Folder::new();
    let dirs = UserDirs {
        data: Some(folder.root.path().to_path_buf()),
        cache: None,
        state: None,
    };
    let path = folder.root.path().join("servers.json");
    fs::write(&path, bytes).unwrap();
    let known = servers_file::of(&dirs, URL);
    servers_file::remember(&dirs, "https://other", known.clone());
    assert_eq!(servers_file::of(&dirs, URL), known);
    let said: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    if said.is_object() && said["schema"].as_u64().is_some_and(|schema| schema > 1) {
        assert_eq!(fs::read(&path).unwrap(), bytes, "it was written over");
    }
    known.is_some()
}

/// `lock.owner`.
pub fn lock_owner(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    fs::write(folder.layout.lock_owner(), bytes).unwrap();
    lock::owner(&folder.layout).is_some()
}

/// `verified.json`.
pub fn proofs(bytes: &[u8]) -> bool {
    let folder = Folder::new();
    fs::write(folder.layout.verified_json(), bytes).unwrap();
    let known = proof::peek(&folder.layout).is_some();
    let loaded = Proofs::load(&folder.layout, instance());
    if let Ok(proofs) = &loaded {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let _ = (proofs.is_due(now), proofs.standing(&BTreeMap::new()));
    }
    let _ = proof::tell(&folder.layout);
    known && loaded.is_ok()
}

/// A line of restic's include files, read as restic reads it: it means just the one path.
pub fn include_pattern(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    if RelPath::new(text).is_err() || InnerPath::new(text).is_err() {
        return false;
    }
    let line = include_line(text);
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n') && line.trim() == line, "{line:?}");
    let expanded = expanded(line);
    let mut rest = expanded.strip_prefix('/').unwrap().chars();
    let mut meant = String::new();
    while let Some(c) = rest.next() {
        meant.push(match c {
            '[' => {
                let one = rest.next().unwrap();
                assert!(rest.next() == Some(']') && !matches!(one, ']' | '^' | '-' | '\\'));
                one
            }
            '\\' => rest.next().unwrap(),
            '?' => '\n',
            '*' => panic!("{line:?} matches anything"),
            c => c,
        });
    }
    assert_eq!(meant, text);
    true
}

/// Takes away the doubling of `$`; anything else behind one would be a variable.
fn expanded(line: &str) -> String {
    let mut pieces = line.split('$');
    let mut text = pieces.next().unwrap().to_owned();
    while let Some(piece) = pieces.next() {
        assert_eq!(piece, "", "{line:?} names a variable");
        text.push('$');
        text.push_str(pieces.next().unwrap());
    }
    text
}

/// What a save is about: `level.dat`, the files that 26.1 moved out of it, a slot of a visual novel.
pub fn about(bytes: &[u8]) -> bool {
    let inner = |path: &str| InnerPath::new(path).unwrap();
    let player = "players/data/00000001-0000-0002-0000-000300000004.dat";
    let clocks = "data/minecraft/world_clocks.dat";
    let mut is_some = false;
    for paths in [&["level.dat"][..], &["level.dat", clocks, player], &[""]] {
        let files = paths.iter().map(|path| (inner(path), bytes.to_vec()));
        let Ok(Some(about)) = save::about(&files.collect()) else {
            continue;
        };
        is_some = true;
        let texts = [&about.name, &about.version, &about.dimension];
        for text in texts.into_iter().flatten() {
            assert!(text.chars().count() <= 100 && !text.chars().any(char::is_control));
        }
        let _ = save::words(&about);
        let written = serde_json::to_vec(&about).unwrap();
        let again: save::About = serde_json::from_slice(&written).unwrap();
        assert_eq!(again, about);
    }
    let _ = serde_json::from_slice::<save::About>(bytes);
    checked(bytes);
    is_some
}

/// A region file.
pub fn region(bytes: &[u8]) -> bool {
    checked(bytes);
    save::check("r.0.0.mca", &mut Cursor::new(bytes), bytes.len() as u64).is_ok()
}

/// The name in a world's `level.dat`: nothing else in it changes.
pub fn relabel(bytes: &[u8]) -> bool {
    let suffix = "D\u{e4}ck \u{1f600}, 2026-08-14";
    let Some(copy) = save::relabel(bytes, suffix) else {
        return false;
    };
    assert_eq!(save::relabel(bytes, suffix).as_ref(), Some(&copy));
    let [before, after] = [bytes, &copy].map(|file| save::unpacked(file).unwrap());
    // The name grew, its length with it, and nothing else changed.
    let grown = after.len() - before.len();
    let is_renamed = |at: usize| {
        let length = usize::from(u16::from_be_bytes([before[at], before[at + 1]]));
        let end = at + 2 + length;
        // What only looks like a name may be as long as it says, or not.
        let (Ok(new), Some(label)) = (
            u16::try_from(length + grown).map(u16::to_be_bytes),
            after.get(end..end + grown).filter(|_| end <= before.len()),
        ) else {
            return false;
        };
        let expected = [
            &before[..at],
            &new,
            &before[at + 2..end],
            label,
            &before[end..],
        ];
        label.starts_with(b" (") && label.ends_with(b", 2026-08-14)") && after == expected.concat()
    };
    let marker = b"LevelName";
    let named = before.windows(marker.len() + 2);
    let mut named = named
        .enumerate()
        .filter(|(_, bytes)| bytes.starts_with(marker));
    assert!(
        named.any(|(at, _)| is_renamed(at + marker.len())),
        "something else changed"
    );
    let _ = save::relabel(&copy, suffix).unwrap();
    checked(&copy);
    true
}

/// Each structure is looked for in the bytes, by each name that a file can have.
fn checked(bytes: &[u8]) {
    let names = [
        "level.dat",
        "data/raids.dat",
        "r.0.0.mca",
        "a.zip",
        "1-1-LT1.save",
        "icon.png",
        "a.srm",
        "x",
    ];
    for name in names {
        let size = bytes.len() as u64;
        let said = save::check(name, &mut Cursor::new(bytes), size);
        let said = said.map_err(|damage| damage.to_string());
        assert!(said.is_ok() || said.is_err_and(|why| !why.is_empty()));
    }
}

/// What a client sends to the server, one thing a line: the path, the `Range` header, the `Accept` header.
pub fn rest_request(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut lines = text.split('\n');
    let (path, part, accept) = (lines.next(), lines.next(), lines.next());
    let path = path.unwrap_or_default();
    for size in [0, 1, 1000, u64::MAX] {
        if let range::Slice::Part { from, length } = range::Range::parse(part).of(size) {
            assert!(length > 0 && from < size && length <= size - from);
        }
    }
    let _ = list::Version::of_accept(accept);
    let Ok(address) = path.parse::<Address>() else {
        return false;
    };
    // One object has one address, and no address leads out of its repository.
    assert_eq!(address.to_string(), path);
    assert!(
        path.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b))
    );
    assert!(
        !path[1..]
            .trim_end_matches('/')
            .split('/')
            .any(str::is_empty)
    );
    true
}

/// What a person types of a pairing: what is read is written so that it is read again. And what a server says
/// is sealed for us: it was not.
pub fn pairing(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    assert!(sealed::open(&Secret::of(&[7; 52]), "x", text).is_err());
    let _ = Invitation::is_meant(text);
    let _ = Words::parse(text, "");
    let Ok(invitation) = Invitation::parse(text) else {
        return false;
    };
    let written = invitation.to_text();
    let again = Invitation::parse(written.expose_secret()).unwrap();
    assert_eq!(again.to_text().expose_secret(), written.expose_secret());
    assert_eq!(again.to_string(), invitation.to_string());
    assert!(Invitation::is_meant(written.expose_secret()));
    true
}

/// The link of an operator, which is pasted at the same place.
pub fn enrolment(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let Ok(enrolment) = Enrolment::parse(text) else {
        return false;
    };
    assert!(Enrolment::is_meant(text));
    let code = enrolment.code.expose_secret();
    assert!(!enrolment.to_string().contains(code));
    let again = Enrolment::parse(&format!("{}/v1/enrol#{code}", enrolment.url)).unwrap();
    assert_eq!(again.url, enrolment.url);
    assert_eq!(again.code.expose_secret(), code);
    true
}
