//! Getting restic: what is used where there are several, and a download that succeeds, fails, lies
//! or breaks off.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use instance_sync::config::user_dirs::UserDirs;
use instance_sync::domain::digest::Digest;
use instance_sync::error::{Error, Kind};
use instance_sync::store::find::Origin;
use instance_sync::store::release::{Asset, Release, Version};
use instance_sync::sync::{event::Event, provision, settings::Settings};

use crate::support::opted::harmless;
use crate::support::script::install;
use crate::support::{Answer, Device, FaultServer, Program, World, opted, play};

/// A program that is restic as far as a version can tell.
const SCRIPT: &str = "#!/bin/sh\necho 'restic 0.19.1 compiled with go on linux/amd64'\n";
const FILE: &str = "restic_0.19.1_test.bz2";
/// What every failure has to name.
const WAYS_OUT: [&str; 2] = ["PATH", "--restic-binary"];

fn compressed(program: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(program).unwrap();
    encoder.finish().unwrap()
}

/// Settings that accept this archive and no other, fetch it from `mirror`, and keep it in `data`.
fn settings(archive: &[u8], mirror: &str, data: &Path) -> Settings {
    let mut settings = Settings::new(data.join("no pack"));
    settings.mirror = Some(mirror.to_owned());
    settings.dirs = UserDirs {
        data: Some(data.to_owned()),
        cache: None,
        state: None,
    };
    settings.release = Release {
        version: Version(0, 19, 1),
        base_url: "http://127.0.0.1:9/not-asked".to_owned(),
        assets: vec![Asset {
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            file: FILE.to_owned(),
            bytes: None,
            sha256: Digest::of(archive),
        }],
    };
    settings
}

fn serve(archive: &[u8]) -> FaultServer {
    let archive = archive.to_vec();
    FaultServer::start(move |request| {
        if request.path == format!("/{FILE}") {
            Answer::body(200, "application/octet-stream", archive.clone())
        } else {
            Answer::status(404)
        }
    })
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Checks that a fetch fails, says all this, names the ways out, and leaves nothing behind.
#[track_caller]
fn fails(settings: &Settings, says: &[&str]) -> Error {
    let data = settings.dirs.data.as_deref().unwrap();
    let error = provision::fetch(settings, data, &|_| {}).expect_err("a failure");
    let whole = format!("{error} {}", error.hints().join(" "));
    for text in says.iter().chain(&WAYS_OUT) {
        assert!(whole.contains(text), "expected {text:?} in: {whole}");
    }
    assert!(names(data).is_empty(), "left behind: {:?}", names(data));
    error
}

#[test]
fn a_download_is_verified_unpacked_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not there/yet");
    let archive = compressed(SCRIPT.as_bytes());
    let server = serve(&archive);
    // A final slash of the mirror is no part of the address.
    for mirror in [server.url(), format!("{}/", server.url())] {
        let told = std::cell::RefCell::new(Vec::new());
        let settings = settings(&archive, &mirror, &data);
        let found =
            provision::fetch(&settings, &data, &|event| told.borrow_mut().push(event)).unwrap();
        assert_eq!(found.version, Version(0, 19, 1));
        assert_eq!(found.origin, Origin::Fetched);
        assert_eq!(found.program, data.join("restic-0.19.1"));
        assert_eq!(names(&data), ["restic-0.19.1"]);
        assert_eq!(fs::read_to_string(&found.program).unwrap(), SCRIPT);
        let mode = fs::metadata(&found.program).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        let told = told.into_inner();
        assert!(matches!(&told[0], Event::Notice(text) if text.contains("restic 0.19.1")));
        let last = told.iter().rev().find_map(|event| match event {
            Event::Progress(progress) => Some((progress.done, progress.total)),
            _ => None,
        });
        let length = archive.len() as u64;
        assert_eq!(last, Some((length, Some(length))));
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_real_restic_comes_out_of_its_archive_whole() {
    let Some(restic) = Program::Restic.find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(&restic).unwrap();
    // As for Windows, and stored: bzip2 would take half a minute without optimisation.
    let options = zip::write::SimpleFileOptions::default();
    let options = options.compression_method(zip::CompressionMethod::Stored);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let name = "restic_0.19.1_windows_amd64.exe";
    writer.start_file(name, options).unwrap();
    writer.write_all(&whole).unwrap();
    let archive = writer.finish().unwrap().into_inner();
    let server = FaultServer::always(Answer::body(200, "application/zip", archive.clone()));
    let mut settings = settings(&archive, &server.url(), folder.path());
    settings.release.assets[0].file = "restic_0.19.1_test.zip".to_owned();
    let found = provision::fetch(&settings, folder.path(), &|_| {}).unwrap();
    assert!(fs::read(&found.program).unwrap() == whole, "not the same");
    assert!(found.version >= Version(0, 18, 0));
    assert_eq!(names(folder.path()), ["restic-0.19.1"]);
}

#[test]
fn a_download_that_fails_names_the_ways_out_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = compressed(SCRIPT.as_bytes());
    let body = |bytes: &[u8]| Answer::body(200, "application/octet-stream", bytes);
    let evil = compressed(b"#!/bin/sh\necho evil\n");
    let cut_off = Answer::CutOff {
        status: 200,
        sent: archive[..archive.len() / 2].to_vec(),
        whole: archive.len(),
    };
    let cases: Vec<(Answer, &[&str])> = vec![
        (body(&evil), &["SHA-256", "thrown away", "--restic-mirror"]),
        (body(b""), &["SHA-256"]),
        // A proxy that ends a body early and says that this was all.
        (body(&archive[..archive.len() - 1]), &["SHA-256"]),
        (
            Answer::html(200),
            &["SHA-256", "INSTANCE_SYNC_RESTIC_MIRROR"],
        ),
        (cut_off, &["broke off", "--restic-mirror"]),
        (Answer::status(404), &["404", FILE, "--restic-mirror"]),
        (Answer::status(500), &["500"]),
        (Answer::Close, &["cannot be reached"]),
    ];
    for (answer, says) in cases {
        let server = FaultServer::always(answer);
        fails(&settings(&archive, &server.url(), folder.path()), says);
    }
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let nobody = format!("http://127.0.0.1:{port}");
    let says = ["nothing listens there", "--restic-mirror"];
    let error = fails(&settings(&archive, &nobody, folder.path()), &says);
    assert_eq!(error.kind(), Kind::Offline);
}

#[test]
fn an_archive_with_the_right_sum_that_holds_no_restic_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    for (archive, says) in [
        (b"this is no bzip2".to_vec(), "cannot unpack"),
        (compressed(b""), "holds no program"),
        (compressed(b"#!/bin/sh\nexit 1\n"), "does not run"),
    ] {
        let server = serve(&archive);
        let settings = settings(&archive, &server.url(), folder.path());
        let error = provision::fetch(&settings, folder.path(), &|_| {}).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
        assert!(names(folder.path()).is_empty(), "{says}");
    }
}

#[test]
fn nothing_is_asked_for_where_downloads_are_off_or_no_sum_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let archive = compressed(SCRIPT.as_bytes());
    let server = serve(&archive);
    let mut settings = settings(&archive, &server.url(), folder.path());
    settings.download = false;
    fails(&settings, &["there is no restic", "--no-download"]);
    settings.download = true;
    settings.release.assets[0].arch = "arm";
    let says = ["no checksum", "0.19.1", std::env::consts::ARCH];
    fails(&settings, &says);
    settings.release.assets.clear();
    fails(&settings, &says);
    assert!(server.requests().is_empty());
}

#[test]
fn several_that_race_all_end_with_one_whole_program() {
    const RACERS: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    let archive = compressed(SCRIPT.as_bytes());
    let server = serve(&archive);
    let settings = settings(&archive, &server.url(), folder.path());
    for _ in 0..5 {
        let start = Barrier::new(RACERS);
        std::thread::scope(|scope| {
            let racer = || {
                start.wait();
                provision::fetch(&settings, folder.path(), &|_| {})
            };
            let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(racer)).collect();
            for racer in racers {
                let found = racer.join().unwrap().unwrap();
                assert_eq!(found.version, Version(0, 19, 1));
            }
        });
        assert_eq!(names(folder.path()), ["restic-0.19.1"]);
        let program = folder.path().join("restic-0.19.1");
        assert_eq!(fs::read_to_string(&program).unwrap(), SCRIPT);
        fs::remove_file(program).unwrap();
    }
}

/// Writes a program that says it is restic of this version.
fn restic_of(path: &Path, version: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let line = format!("restic {version} compiled with go1.19.8 on linux/amd64");
    install(path, format!("#!/bin/sh\necho '{line}'\n"));
}

fn shared(device: &Device) -> PathBuf {
    device.home.join(".local/share/instance-sync")
}

/// Returns a device that has played, whose cloud is there, and that finds no restic.
fn without_restic() -> Option<(World, Device)> {
    let world = World::new();
    let url = opted::cloud(&world)?;
    let device = opted::played(&world, "desktop", &url);
    Some((world, device))
}

/// Returns the restic that `status` names.
#[track_caller]
fn in_use(device: &Device, options: &[&str]) -> (String, String) {
    let run = device.command(&["status", "--offline", "--json"]);
    let status = run.args(options).ok().json();
    let text = |name: &str| {
        let value = &status["restic"][name];
        value.as_str().unwrap_or_default().to_owned()
    };
    (text("program"), text("version"))
}

#[test]
fn restic_is_given_or_the_instances_or_the_users_or_on_the_path() {
    let world = World::new();
    let device = opted::played(&world, "desktop", &world.cloud().display().to_string());
    let places = [
        (world.path("given/restic"), "0.18.1"),
        (device.synced_by("restic-0.19.1"), "0.19.1"),
        // Of the earlier tool, and newer than the pinned one: still second.
        (device.synced_by("restic-0.20.0"), "0.20.0"),
        (shared(&device).join("restic-0.19.1"), "0.19.1"),
        (world.path("bin/restic"), "0.18.0"),
    ];
    for (path, version) in &places {
        restic_of(path, version);
    }
    let given = format!("--restic-binary={}", places[0].0.display());
    let (program, version) = in_use(&device, &[&given]);
    assert_eq!(Path::new(&program), places[0].0);
    assert_eq!(version, places[0].1);
    for (path, expected) in &places[1..] {
        let (program, version) = in_use(&device, &[]);
        assert_eq!(
            Path::new(&program).canonicalize().unwrap(),
            path.canonicalize().unwrap()
        );
        assert_eq!(version, *expected);
        fs::remove_file(path).unwrap();
    }
    let status = device.command(&["status", "--offline", "--json"]);
    assert!(status.ok().json()["restic"].is_null());
}

#[test]
fn a_broken_one_is_passed_over_and_a_broken_given_one_is_an_error() {
    let Some((world, device)) = without_restic() else {
        return;
    };
    let path = world.path("bin/restic");
    restic_of(&path, "0.18.0");
    let broken = shared(&device).join("restic-0.19.1");
    fs::create_dir_all(shared(&device)).unwrap();
    install(&broken, "#!/bin/sh\nexit 1\n");
    install(
        &device.synced_by("restic-0.19.1"),
        "#!/bin/sh\necho garbage\n",
    );
    assert_eq!(Path::new(&in_use(&device, &[]).0), path);
    let given = format!("--restic-binary={}", broken.display());
    let says = ["is not a restic", "--restic-binary"];
    harmless(&device, device.command(&["push", &given]), 2, &says);
    let old = world.path("old/restic");
    restic_of(&old, "0.17.3");
    let given = format!("--restic-binary={}", old.display());
    let says = ["0.17.3", "too old", "0.18.0"];
    harmless(&device, device.command(&["push", &given]), 2, &says);
}

#[test]
fn without_restic_and_without_a_download_the_ways_out_are_named() {
    let Some((world, device)) = without_restic() else {
        return;
    };
    let push = || device.command(&["push", "--no-download"]);
    let says = ["there is no restic", "0.18.0", "PATH", "--restic-binary"];
    harmless(&device, push(), 1, &says);
    // Debian 12's is too old to be used, and never asked for more than its version.
    let log = world.path("called");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >>'{}'\necho 'restic 0.14.0 compiled with go1.19.8 on linux/amd64'\n",
        log.display()
    );
    install(&world.path("bin/restic"), &script);
    let says = ["0.14.0", "too old", "0.18.0", "PATH", "--restic-binary"];
    harmless(&device, push(), 1, &says);
    let called = fs::read_to_string(&log).unwrap();
    assert!(called.lines().all(|line| line == "version"), "{called}");
    let left = names(&shared(&device));
    assert!(!left.iter().any(|name| name.contains("restic")), "{left:?}");
}

#[test]
fn a_mirror_with_a_wrong_archive_is_refused_by_the_program() {
    let Some((world, device)) = without_restic() else {
        return;
    };
    let before = names(&shared(&device));
    let server = FaultServer::always(Answer::body(
        200,
        "application/octet-stream",
        compressed(SCRIPT.as_bytes()),
    ));
    let mut says = vec!["SHA-256", "thrown away"];
    says.extend(WAYS_OUT);
    let push = || device.command(&["push"]);
    let by_flag = push().arg(format!("--restic-mirror={}", server.url()));
    let by_variable = push().env("INSTANCE_SYNC_RESTIC_MIRROR", server.url());
    for run in [by_flag, by_variable] {
        harmless(&device, run, 1, &says);
        let left: Vec<_> = names(&shared(&device))
            .into_iter()
            .filter(|name| !before.contains(name) && name.contains(['.', '-']))
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        let own = names(&device.synced_by(""));
        assert!(own.iter().all(|name| !name.contains("restic")), "{own:?}");
    }
    let paths: Vec<_> = server.requests().into_iter().map(|one| one.path).collect();
    assert_eq!(paths.len(), 2);
    assert!(paths.iter().all(|path| path.contains("restic_0.19.1_")));
    server.assert_never_saw(crate::support::ALICE.secret);

    // With a good one on PATH afterwards, the push goes out.
    if let Some(restic) = Program::Restic.find() {
        world.use_restic(&restic);
        play::session(&device.pack, "My World", 2);
        harmless(&device, push(), 0, &["Saved", "saves/My World"]);
    }
}
