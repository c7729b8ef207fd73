//! `hooks install`, `remove` and `show` as a person uses them: what is found, what is refused, what is
//! said.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::launcher::{Brand, Launcher};
use crate::support::{Device, Tree, World, assert_same, play, schema};

const EMPTY: &str = "[General]\nConfigVersion=1.2\n";

fn prism(device: &Device) -> Launcher {
    Launcher::install(device, Brand::Prism9, "Pack")
}

fn hooks<'a>(device: &Device, words: impl IntoIterator<Item = &'a str>) -> crate::support::Run {
    device.command(&["hooks"]).args(words)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn where_no_launcher_is_found_the_way_to_one_is_said() {
    let world = World::new();
    let device = world.device("deck");
    let before = Tree::of_all(&device.home);
    for (words, code) in [
        (["hooks", "install"], 1),
        (["hooks", "remove"], 0),
        (["hooks", "show"], 0),
    ] {
        device
            .command(&words)
            .code(code)
            .assert_says("--launcher-dir")
            .assert_says("o launcher was found");
    }
    device.command(&["list"]).ok().assert_says("--launcher-dir");
    let strange = format!("--launcher-dir={}", device.home.display());
    for words in [
        &["hooks", "install"][..],
        &["hooks", "remove"],
        &["hooks", "show"],
        &["list"],
    ] {
        let output = device.command(words).arg(&strange).code(1);
        output
            .assert_says("not the data folder of a launcher")
            .assert_says("prismlauncher.cfg");
    }
    assert_same(&before, &Tree::of_all(&device.home));
}

#[test]
fn launchers_are_found_at_their_places() {
    let world = World::new();
    let device = world.device("deck");
    let mut places: Vec<PathBuf> = Vec::new();
    let mut put = |folder: PathBuf, file: &str| {
        play::write(
            &folder.join(file),
            if file.ends_with("json") { "{}" } else { EMPTY },
        );
        places.push(folder);
    };
    let home = |below: &str| device.home.join(below);
    put(home("named here"), "prismlauncher.cfg");
    put(home(".local/share/PrismLauncher"), "prismlauncher.cfg");
    put(home(".local/share/multimc"), "multimc.cfg");
    put(home(".local/share/atlauncher"), "configs/ATLauncher.json");
    if cfg!(target_os = "linux") {
        put(
            home(".var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher"),
            "prismlauncher.cfg",
        );
        // A portable one, by its program on PATH.
        put(home("portable"), "prismlauncher.cfg");
        play::write(&home("portable/bin/prismlauncher"), "");
        make_executable(&home("portable/bin/prismlauncher"));
        // Another way to one of the others.
        #[cfg(unix)]
        std::os::unix::fs::symlink(home(".local/share/multimc"), home("MultiMC")).unwrap();
    }
    let show = || {
        let run = hooks(&device, ["show", "--json"]);
        run.env("PRISMLAUNCHER_DATA_DIR", home("named here"))
            .env("PATH", home("portable/bin"))
    };
    let found = show().ok().json();
    let mut folders: Vec<PathBuf> = found["launchers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["folder"].as_str().unwrap().into())
        .collect();
    folders.sort();
    places.sort();
    assert_eq!(folders, places);
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(path, mode).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}

#[cfg(target_os = "linux")]
#[test]
fn a_flatpak_gets_a_program_of_its_own_and_a_portable_one_is_found_again() {
    let world = World::new();
    let device = world.device("deck");
    let data = device
        .home
        .join(".var/app/org.prismlauncher.PrismLauncher/data");
    play::write(&data.join("PrismLauncher/prismlauncher.cfg"), EMPTY);
    let portable = device.home.join("games/prism/UserData");
    play::write(&portable.join("prismlauncher.cfg"), EMPTY);

    hooks(&device, ["install"]).ok().assert_says("Flatpak");
    let inside = data.join("instance-sync/instance-sync");
    assert!(text(&data.join("PrismLauncher/prismlauncher.cfg")).contains(inside.to_str().unwrap()));
    assert!(inside.exists() && !device.program().exists());

    let option = format!(
        "--launcher-dir={}",
        device.home.join("games/prism").display()
    );
    hooks(&device, ["install", &option]).ok();
    assert!(text(&portable.join("prismlauncher.cfg")).contains(device.program().to_str().unwrap()));
    let found = hooks(&device, ["show", "--json"]).ok().json();
    assert_eq!(found["launchers"].as_array().unwrap().len(), 2);

    // As long as one hook starts it, the program stays.
    let flatpak = format!("--launcher-dir={}", data.join("PrismLauncher").display());
    hooks(&device, ["remove", &flatpak])
        .ok()
        .assert_says("Removed");
    assert!(!inside.exists() && device.program().exists());
    hooks(&device, ["remove"]).ok();
    assert!(!device.program().exists());
    assert_eq!(text(&portable.join("prismlauncher.cfg")), EMPTY);
}

#[test]
fn a_file_that_cannot_be_read_stops_that_launcher_alone() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    let strange = device
        .home
        .join(".local/share/atlauncher/configs/ATLauncher.json");
    play::write(&strange, "{\"enableCommands\": tru");
    let output = hooks(&device, ["install"]).code(1);
    output
        .assert_says("ATLauncher.json")
        .assert_says("JSON")
        .assert_says(": wired");
    assert_eq!(text(&strange), "{\"enableCommands\": tru");
    assert!(text(&launcher.settings()).contains("instance-sync"));
    hooks(&device, ["show"])
        .code(1)
        .assert_says("ATLauncher.json");
    device
        .command(&["list"])
        .code(1)
        .assert_says("Pack")
        .assert_says("ATLauncher.json");
    let events = hooks(&device, ["remove", "--json"]).code(1).stdout;
    let lines: Vec<serde_json::Value> = events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["files"][0]["outcome"], "changed");
    assert_eq!(lines[0]["files"][1]["outcome"], "failed");
    assert!(
        lines[0]["files"][1]["error"]
            .as_str()
            .unwrap()
            .contains("JSON")
    );
    assert_eq!(lines.last().unwrap()["event"], "error");
    // What cannot be read may still start it.
    assert!(device.program().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_launcher_that_runs_is_left_alone() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::MultiMc, "Pack");
    let before = text(&launcher.settings());
    let program = device.home.join("bin/MultiMC");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy("/bin/sleep", &program).unwrap();
    let mut start = std::process::Command::new(&program);
    let mut running = start.arg("300").env("HOME", &device.home).spawn().unwrap();
    let id = format!("process {}", running.id());
    hooks(&device, ["install", "--dry-run"])
        .ok()
        .assert_says(&id)
        .assert_says("would be wired");
    let refused = hooks(&device, ["install"]).code(1);
    refused
        .assert_says(&id)
        .assert_says("Close it")
        .assert_says("not wired");
    hooks(&device, ["show"]).ok().assert_says(&id);
    assert_eq!(text(&launcher.settings()), before);
    // One of another home has other files.
    let other = Launcher::install(&world.device("other"), Brand::MultiMc, "Pack");
    hooks(&world.device("other"), ["install"])
        .ok()
        .assert_says(": wired");
    assert!(text(&other.settings()).contains("instance-sync"));
    running.kill().unwrap();
    running.wait().unwrap();
    hooks(&device, ["install"]).ok().assert_says(": wired");
}

#[test]
fn a_line_by_hand_gets_the_program_that_stays() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    let by_hand = "PreLaunchCommand=/tmp/download/instance-sync pull -g\n";
    play::write(&launcher.settings(), format!("{EMPTY}{by_hand}"));
    hooks(&device, ["show"])
        .ok()
        .assert_says("/tmp/download/instance-sync, which is not there");
    hooks(&device, ["install"])
        .ok()
        .assert_says("/tmp/download/instance-sync; its options stay");
    let [pre, post] = launcher.commands();
    assert_eq!(pre, format!("\"{}\" pull -g", device.program().display()));
    assert!(post.ends_with(" push \"--pack-folder=$INST_MC_DIR\""));
    // What is removed is the hook, whoever wrote it: the program may go now.
    hooks(&device, ["remove"]).ok();
    assert_eq!(launcher.commands(), ["", ""]);
}

#[test]
fn an_instance_with_commands_of_its_own_is_wired_by_name() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    let own = launcher.folder.join("instances/Own/instance.cfg");
    let before = "[General]\nConfigVersion=1.2\nname=My Own\nOverrideCommands=true\nPreLaunchCommand=first\nWrapperCommand=\n";
    play::write(&own, before);
    hooks(&device, ["install"])
        .ok()
        .assert_says("not wired, since they have commands of their own: My Own");
    hooks(&device, ["install"])
        .ok()
        .assert_says("wired already");
    assert_eq!(text(&own), before);
    hooks(&device, ["show"])
        .ok()
        .assert_says("My Own")
        .assert_says("--instance");

    hooks(&device, ["install", "--instance=My Own", "--dry-run"])
        .ok()
        .assert_says("would be wired");
    hooks(&device, ["install", "--instance=My Own"])
        .ok()
        .assert_says("wired");
    assert!(text(&own).contains("-- first"));
    hooks(&device, ["install", "--instance=Own"])
        .ok()
        .assert_says("wired already");
    hooks(&device, ["install", "--instance=Pack"])
        .ok()
        .assert_says("runs those of the launcher");
    hooks(&device, ["install", "--instance=Nobody"])
        .code(2)
        .assert_says("instance-sync list");

    let twin = launcher.folder.join("instances/Twin/instance.cfg");
    play::write(&twin, before);
    hooks(&device, ["install", "--instance=My Own"])
        .code(2)
        .assert_says("several")
        .assert_says("Twin");
    assert_eq!(text(&twin), before);
    let folder = format!("--instance={}", twin.parent().unwrap().display());
    hooks(&device, ["install", &folder]).ok();
    hooks(&device, ["remove", &folder]).ok();
    assert_eq!(text(&twin), before);
    // The others go with the launcher's.
    hooks(&device, ["remove"]).ok();
    assert_eq!(text(&own), before);
}

#[test]
fn a_copy_of_the_file_is_kept_and_its_mode_and_link_stay() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    let before = text(&launcher.settings());
    #[cfg(unix)]
    {
        let real = device.home.join("dotfiles.cfg");
        fs::rename(launcher.settings(), &real).unwrap();
        std::os::unix::fs::symlink(&real, launcher.settings()).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o640);
        fs::set_permissions(&real, mode).unwrap();
    }
    let report = hooks(&device, ["install", "--json"]).ok().json();
    let backup = report["files"][0]["backup"].as_str().unwrap();
    assert_eq!(text(Path::new(backup)), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert!(launcher.settings().is_symlink());
        assert_eq!(
            fs::metadata(launcher.settings())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o640
        );
        assert_eq!(
            fs::metadata(device.program()).unwrap().permissions().mode() & 0o777,
            0o755
        );
    }
}

#[test]
fn the_program_that_hooks_start_is_brought_up_to_date() {
    let world = World::new();
    let device = world.device("deck");
    prism(&device);
    hooks(&device, ["install"]).ok();
    let current = fs::read(device.program()).unwrap();
    fs::write(device.program(), "an older one").unwrap();
    hooks(&device, ["install"])
        .ok()
        .assert_says("wired already");
    assert!(fs::read(device.program()).unwrap() == current);
    // It can wire itself, and take itself out.
    let own = || crate::support::Run::new(&device.program(), &device.home, device.environment());
    own()
        .args(["hooks", "install"])
        .ok()
        .assert_says("wired already");
    own().args(["hooks", "remove"]).ok().assert_says("Removed");
    assert!(!device.program().exists());
}

#[test]
fn a_memory_of_a_newer_version_is_left_alone() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    let before = text(&launcher.settings());
    play::write(
        &device.home.join(".local/share/instance-sync/hooks.json"),
        "{\"schema\": 2}",
    );
    for command in ["install", "remove"] {
        hooks(&device, [command])
            .code(2)
            .assert_says("newer version");
    }
    assert_eq!(text(&launcher.settings()), before);
}

#[test]
fn json_is_what_its_schema_says() {
    let world = World::new();
    let device = world.device("deck");
    prism(&device);
    Launcher::install(&device, Brand::AtLauncher, "Factory");
    let strange = device.home.join(".local/share/multimc/multimc.cfg");
    play::write(&strange, b"PreLaunchCommand=\xff\n");
    let first = |run: crate::support::Run| -> serde_json::Value {
        let output = run.arg("--json").any();
        serde_json::from_str(output.stdout.lines().next().unwrap()).unwrap()
    };
    for words in [
        &["show"][..],
        &["install", "--dry-run"],
        &["install"],
        &["show"],
        &["remove"],
    ] {
        schema::assert_valid("hooks", &first(hooks(&device, words.iter().copied())));
        schema::assert_valid("list", &first(device.command(&["list"])));
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_is_started_by_another_path_stays() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = prism(&device);
    hooks(&device, ["install"]).ok();
    let other = world.path("link");
    std::os::unix::fs::symlink(&device.home, &other).unwrap();
    let wired = text(&launcher.settings());
    let by_link = wired.replace(device.home.to_str().unwrap(), other.to_str().unwrap());
    let second = device.home.join("second");
    play::write(&second.join("prismlauncher.cfg"), by_link);
    hooks(&device, ["remove"])
        .env("PRISMLAUNCHER_DATA_DIR", "")
        .ok()
        .assert_says("Removed");
    hooks(&device, ["install"]).ok();
    let option = format!("--launcher-dir={}", launcher.folder.display());
    let run = hooks(&device, ["remove", &option]);
    run.env("PRISMLAUNCHER_DATA_DIR", &second)
        .ok()
        .assert_never_says("Removed");
    assert!(device.program().exists());
}

/// Its hooks start the program: without it no game would start once the disk is back.
#[test]
fn the_program_stays_for_a_launcher_that_is_out_of_reach() {
    let world = World::new();
    let device = world.device("deck");
    let folder = device.home.join("usb/Prism");
    play::write(
        &folder.join("prismlauncher.cfg"),
        "[General]\nConfigVersion=1.2\n",
    );
    let named = format!("--launcher-dir={}", folder.display());
    device.command(&["hooks", "install", &named]).ok();
    let (usb, away) = (device.home.join("usb"), device.home.join("usb.away"));
    fs::rename(&usb, &away).unwrap();
    let said = device.command(&["hooks", "remove"]).code(1);
    said.assert_says("is not there now").assert_says("Prism");
    assert!(device.program().exists());
    fs::rename(&away, &usb).unwrap();
    device
        .command(&["hooks", "show"])
        .ok()
        .assert_never_says("is not there");
    // Gone for good, it is forgotten where it is named.
    fs::remove_dir_all(&usb).unwrap();
    device
        .command(&["hooks", "remove", &named])
        .ok()
        .assert_says("was forgotten");
    assert!(!device.program().exists());
    device.command(&["hooks", "remove"]).ok();
}
