//! The hooks as the five kinds of launchers run them, with paths that are hard to pass on.

use std::fs;
use std::path::Path;

use crate::support::launcher::{Brand, Launcher};
use crate::support::{ALICE, Answer, Device, FaultServer, opted, play, script};

/// Names of homes: what one word has to survive. All but the last survive the launcher's variable.
const HOMES: [&str; 3] = [
    "plain",
    "with space, it's \u{e9}\u{65b0} & (more) #1; a=b",
    "quotes \" and pay$day `x` \\ too",
];

fn opt_in(device: &Device, game: &Path, url: &str) {
    let instance = format!("--instance-id={}", opted::ID);
    let init = device.command(&["init", "--offline", &instance]).pack(game);
    init.args([format!("--url={url}"), format!("--token={}", ALICE.token)])
        .ok();
}

#[test]
fn hooks_reach_the_game_folder_in_every_launcher_whatever_its_path_is() {
    let server = FaultServer::always(Answer::status(503));
    for (number, home) in HOMES.into_iter().enumerate() {
        if cfg!(windows) && number == 2 {
            continue;
        }
        for brand in Brand::ALL {
            let world = opted::world();
            let device = world.device(home);
            let launcher = Launcher::install(&device, brand, "My 'own' pack");
            play::world(&launcher.game, "My World", 1);
            opt_in(&device, &launcher.game, &server.url());
            device
                .command(&["hooks", "install"])
                .ok()
                .assert_says("wired");
            let [pre, _] = launcher.commands();
            let by_variable = pre.contains("$INST_MC_DIR");
            let troubled = number == 2;
            assert_eq!(by_variable, !troubled, "{brand:?}: {pre}");

            let run = launcher.launch(|game| {
                play::session(game, "My World", 2);
                0
            });
            assert!(
                run.played && run.post_exit && !run.failed,
                "{brand:?}: {run:?}"
            );
            // Both hooks found what is opted in, and said that the server is away.
            assert_eq!(run.log.matches("503").count(), 2, "{brand:?}: {}", run.log);

            let crashed = launcher.launch(|_| 1);
            assert_eq!(crashed.post_exit, brand == Brand::AtLauncher);

            device.command(&["hooks", "remove"]).ok();
            let run = launcher.launch(|_| 0);
            assert_eq!((run.log.as_str(), run.failed), ("", false));
        }
    }
}

#[test]
fn a_launch_without_anything_opted_in_is_silent() {
    for brand in Brand::ALL {
        let world = opted::world();
        let device = world.device("deck");
        let launcher = Launcher::install(&device, brand, "Pack");
        device.command(&["hooks", "install"]).ok();
        let run = launcher.launch(|_| 0);
        assert!(run.played && run.post_exit && !run.failed);
        assert_eq!(run.log, "", "{brand:?}");
    }
}

#[test]
fn a_pull_that_fails_ends_the_launch_and_a_program_that_is_gone_is_named() {
    for brand in Brand::ALL {
        let world = opted::world();
        let device = world.device("deck");
        let launcher = Launcher::install(&device, brand, "Pack");
        play::write(&launcher.game.join(".cloud-sync/sync.json"), "{");
        device.command(&["hooks", "install"]).ok();
        let run = launcher.launch(|_| 0);
        assert!(run.failed && !run.played, "{brand:?}: {run:?}");
        assert!(run.log.contains("sync.json"), "{}", run.log);

        fs::remove_file(device.program()).unwrap();
        let shown = device.command(&["hooks", "show"]).ok();
        shown
            .assert_says("is not there")
            .assert_says("hooks install");
        let run = launcher.launch(|_| 0);
        assert!(run.failed && !run.played);
        device
            .command(&["hooks", "install"])
            .ok()
            .assert_says("wired already");
        device
            .command(&["hooks", "show"])
            .ok()
            .assert_never_says("is not there");
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_was_there_gets_the_words_that_it_got_before() {
    for brand in Brand::ALL {
        for home in &HOMES[..2] {
            let world = opted::world();
            // An apostrophe and a variable are refused there, by another test.
            let bare = home.replace('\'', "");
            let device = world.device(if brand == Brand::AtLauncher {
                &bare
            } else {
                home
            });
            let launcher = Launcher::install(&device, brand, "Pack");
            let says = device.home.join("says");
            script::install(
                &says,
                "#!/bin/sh\nfor word in \"$@\"; do printf '[%s]' \"$word\"; done; echo\n",
            );
            let line = match brand {
                // A shell's own syntax, a quote of each kind, a variable of the launcher's.
                Brand::AtLauncher => format!(
                    r#"cd / && "{}" "it's" '"q" \x' $INST_ID | while read -r line; do echo "$line"; done"#,
                    says.display()
                ),
                _ => format!(
                    r#""{}" "two words" 'one' "$INST_ID" -- \x """q""""#,
                    says.display()
                ),
            };
            let (key, raw) = match brand {
                Brand::AtLauncher => (
                    "\n",
                    serde_json::json!({"enableCommands": true, "preLaunchCommand": line})
                        .to_string(),
                ),
                Brand::MultiMc => (
                    "PreLaunchCommand=",
                    line.replace('\\', "\\\\").replace('#', "\\#"),
                ),
                _ => (
                    "[General]\nConfigVersion=1.2\nPreLaunchCommand=",
                    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"")),
                ),
            };
            let before = format!("{key}{raw}\n");
            play::write(&launcher.settings(), &before);
            assert_eq!(launcher.commands()[0], line);
            let alone = launcher.launch(|_| 0).log;
            assert!(alone.contains("[Pack]"), "{brand:?}: {alone}");

            device.command(&["hooks", "install"]).ok();
            let run = launcher.launch(|_| 0);
            assert!(!run.failed, "{brand:?}: {run:?}");
            assert!(
                run.log.contains(&alone),
                "{brand:?}: {} is not in {}",
                alone,
                run.log
            );

            device.command(&["hooks", "remove"]).ok();
            assert_eq!(fs::read_to_string(launcher.settings()).unwrap(), before);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_chained_command_that_an_apostrophe_would_break_is_refused() {
    let world = opted::world();
    let device = world.device("it's");
    let launcher = Launcher::install(&device, Brand::AtLauncher, "Pack");
    let with = |command: &str| {
        let text =
            serde_json::json!({"enableCommands": true, "preLaunchCommand": command}).to_string();
        play::write(&launcher.settings(), &text);
        text
    };
    let before = with("echo \"$INST_DIR\"");
    device
        .command(&["hooks", "install"])
        .code(1)
        .assert_says("apostrophe");
    assert_eq!(fs::read_to_string(launcher.settings()).unwrap(), before);
    with("echo plain");
    device.command(&["hooks", "install"]).ok();
}
