//! What still starts the program when the hooks go: a wrapper command, a line that somebody changed, an
//! instance on a disk that is not connected. Without the program no game would start there.

use std::fs;
use std::path::Path;

use crate::support::launcher::{Brand, Launcher};
use crate::support::{Device, World, opted, play};

const OWN: &str = "[General]\nConfigVersion=1.2\nname=Own\nOverrideCommands=true\n";

fn hooks<'a>(device: &Device, words: impl IntoIterator<Item = &'a str>) -> crate::support::Run {
    device.command(&["hooks"]).args(words)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Adds a key to a file of Prism's.
fn add(file: &Path, line: &str) {
    play::write(file, format!("{}{line}\n", text(file)));
}

fn wrapper(program: &Path) -> String {
    format!("WrapperCommand=\"\\\"{}\\\" run --\"", program.display())
}

#[test]
fn a_wrapper_command_keeps_the_program_and_is_named() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::Prism9, "Pack");
    hooks(&device, ["install"]).ok();
    add(&launcher.settings(), &wrapper(&device.program()));
    // Twice: what was said once is as true the second time.
    for _ in 0..2 {
        hooks(&device, ["remove"])
            .code(1)
            .assert_says("WrapperCommand still starts")
            .assert_says("Custom commands")
            .assert_never_says("nothing starts it");
        assert!(device.program().exists());
    }
    assert_eq!(launcher.commands(), ["", ""]);
    let left = text(&launcher.settings()).replace(&wrapper(&device.program()), "");
    play::write(&launcher.settings(), left);
    hooks(&device, ["remove"]).ok().assert_says("Removed");
    assert!(!device.program().exists());
}

#[test]
fn a_wrapper_command_of_one_instance_or_of_a_portable_launcher_keeps_the_program() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::Prism9, "Pack");
    let own = launcher.folder.join("instances/Own/instance.cfg");
    play::write(&own, OWN);
    hooks(&device, ["install"]).ok();
    add(&own, &wrapper(&device.program()));
    hooks(&device, ["remove"])
        .code(1)
        .assert_says("Own/instance.cfg: WrapperCommand");
    assert!(device.program().exists());
    fs::remove_file(&own).unwrap();

    let portable = device.home.join("games/prism");
    let settings = portable.join("prismlauncher.cfg");
    play::write(&settings, "[General]\nConfigVersion=1.2\n");
    let option = format!("--launcher-dir={}", portable.display());
    hooks(&device, ["install", &option]).ok();
    add(&settings, &wrapper(&device.program()));
    // It is found again, the second time too.
    for _ in 0..2 {
        hooks(&device, ["remove"])
            .code(1)
            .assert_says("games/prism");
        assert!(device.program().exists());
    }
}

#[test]
fn a_line_that_another_program_begins_keeps_the_program() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::MultiMc, "Pack");
    hooks(&device, ["install"]).ok();
    let wired = text(&launcher.settings());
    let changed = wired.replace("PreLaunchCommand=", "PreLaunchCommand=env X=1 ");
    assert_ne!(wired, changed);
    play::write(&launcher.settings(), &changed);
    hooks(&device, ["remove"])
        .code(1)
        .assert_says("PreLaunchCommand still starts");
    assert!(device.program().exists());
    assert!(text(&launcher.settings()).contains("env X=1"));
}

#[test]
fn the_program_stays_for_instances_that_are_out_of_reach_and_deleted_ones_are_forgotten() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::Prism9, "Pack");
    let own = launcher.folder.join("instances/Own/instance.cfg");
    play::write(&own, OWN);
    hooks(&device, ["install"]).ok();
    hooks(&device, ["install", "--instance=Own"]).ok();
    let (instances, away) = (launcher.folder.join("instances"), device.home.join("away"));
    fs::rename(&instances, &away).unwrap();
    let folder = own.parent().unwrap().display().to_string();
    hooks(&device, ["remove"])
        .code(1)
        .assert_says(&folder)
        .assert_says("is not there now");
    assert!(device.program().exists());
    // It is there again.
    fs::rename(&away, &instances).unwrap();
    device
        .command(&["hooks", "show"])
        .ok()
        .assert_never_says("is not there");
    hooks(&device, ["remove"]).ok().assert_says("Removed");
    assert_eq!(text(&own), OWN);

    // Deleted in the launcher, beside another one that is there.
    hooks(&device, ["install"]).ok();
    hooks(&device, ["install", "--instance=Own"]).ok();
    fs::remove_dir_all(own.parent().unwrap()).unwrap();
    hooks(&device, ["remove"]).ok().assert_says("Removed");
    assert!(
        !device
            .home
            .join(".local/share/instance-sync/hooks.json")
            .exists()
    );

    // Gone for good with all others: forgotten where it is named.
    play::write(&own, OWN);
    hooks(&device, ["install", "--instance=Own"]).ok();
    fs::remove_dir_all(&instances).unwrap();
    hooks(&device, ["remove"]).code(1);
    let named = format!("--instance={folder}");
    hooks(&device, ["remove", &named])
        .ok()
        .assert_says("was forgotten");
    hooks(&device, ["remove"]).ok();
    assert!(!device.program().exists());
}

#[test]
fn an_instance_whose_switch_was_turned_gets_it_back_with_the_hooks() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::AtLauncher, "On");
    let off = launcher.folder.join("instances/Off/instance.json");
    let before = r#"{"launcher": {"name": "Off", "enableCommands": false}}"#;
    play::write(&off, before);
    let settings = text(&launcher.settings());
    hooks(&device, ["install"]).ok();
    hooks(&device, ["install", "--instance=Off"]).ok();
    assert_ne!(text(&off), before);
    hooks(&device, ["remove"]).ok().assert_says("Off");
    assert_eq!(text(&off), before);
    assert_eq!(text(&launcher.settings()), settings);
    assert!(
        !device
            .home
            .join(".local/share/instance-sync/hooks.json")
            .exists()
    );
}

#[test]
fn a_wrapper_command_alone_is_as_good_as_hooks() {
    for brand in [Brand::PrismLater, Brand::AtLauncher] {
        let world = opted::world();
        let device = world.device("deck");
        let launcher = Launcher::install(&device, brand, "Pack");
        hooks(&device, ["install"]).ok();
        hooks(&device, ["remove"]).ok();
        play::write(&device.program(), "a program");
        make_executable(&device.program());
        let program = device.program();
        let set = |program: &Path| {
            let text = if brand == Brand::AtLauncher {
                let command = format!("\"{}\" run -- %command%", program.display());
                serde_json::json!({"enableCommands": true, "wrapperCommand": command}).to_string()
            } else {
                format!("[General]\nConfigVersion=1.2\n{}\n", wrapper(program))
            };
            play::write(&launcher.settings(), text);
        };
        set(&program);
        let shown = hooks(&device, ["show", "--json"]).ok().json();
        assert_eq!(shown["launchers"][0]["wired"], true, "{shown}");
        crate::support::schema::assert_valid("hooks", &shown);
        let listed = device.command(&["list", "--json"]).ok().json();
        assert_eq!(listed["instances"][0]["hooks"], "launcher", "{brand:?}");
        hooks(&device, ["show"]).ok().assert_says("wrapper");

        // One that leads nowhere keeps every game from starting.
        set(Path::new("/gone/instance-sync"));
        hooks(&device, ["show"])
            .ok()
            .assert_says("/gone/instance-sync, which is not there");
    }
}

#[test]
fn a_memory_that_is_broken_leaves_the_list_and_names_what_to_do() {
    let world = World::new();
    let device = world.device("deck");
    let launcher = Launcher::install(&device, Brand::Prism9, "Pack");
    hooks(&device, ["install"]).ok();
    let memory = device.home.join(".local/share/instance-sync/hooks.json");
    fs::write(&memory, "{\"schema\": 1, \"fold").unwrap();
    for words in [&["list"][..], &["hooks", "show"]] {
        device
            .command(words)
            .code(1)
            .assert_says("Prism")
            .assert_says("move it to another place")
            .assert_says("--launcher-dir");
    }
    device.command(&["list"]).code(1).assert_says("Pack");
    hooks(&device, ["remove"])
        .code(2)
        .assert_says("move it to another place");
    assert!(device.program().exists());
    fs::rename(&memory, device.home.join("elsewhere.json")).unwrap();
    hooks(&device, ["remove"]).ok().assert_says("Removed");
    assert_eq!(launcher.commands(), ["", ""]);
}

#[test]
fn a_program_that_is_put_back_is_said() {
    let world = World::new();
    let device = world.device("deck");
    Launcher::install(&device, Brand::Prism9, "Pack");
    hooks(&device, ["install"]).ok();
    hooks(&device, ["install"])
        .ok()
        .assert_never_says("The program");
    fs::remove_file(device.program()).unwrap();
    let says = format!(
        "The program that hooks start is at {}",
        device.program().display()
    );
    hooks(&device, ["install"])
        .ok()
        .assert_says("wired already")
        .assert_says(&says);
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(path, mode).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
