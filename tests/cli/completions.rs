//! Completions and the manual page, and what `make install` does with them.

use std::fs;
use std::process::{Command, Output, Stdio};

#[cfg(unix)]
use crate::support::script;
use crate::support::{Tree, World, assert_same, opted, play};

fn printed(words: &[&str]) -> String {
    let world = opted::world();
    let run = world.device("deck").command(words).no_pack();
    let output = run.ok();
    assert!(output.stderr.is_empty(), "{output}");
    output.stdout
}

/// Feeds a program of the machine; `None` where it is missing.
fn feed(words: &[&str], text: &str) -> Option<Output> {
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut pipe = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || {
        let _ = std::io::Write::write_all(&mut pipe, text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Some(output)
}

#[test]
fn each_shell_gets_the_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for word in ["resolve", "on-conflict", "pack-folder", "completions"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
        assert!(script.ends_with('\n'));
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&["completions", shell]);
        assert!(script.contains("keep-both"), "{shell} knows no policies");
        if let Some(output) = feed(&[shell, "-n"], &script) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && said.is_empty(),
                "{shell}: {said}"
            );
        }
    }
    let world = opted::world();
    for words in [&["completions"][..], &["completions", "csh"]] {
        world.device("deck").command(words).code(2);
    }
}

#[test]
fn the_manual_page_has_every_command_and_renders_without_a_complaint() {
    let page = printed(&["man"]);
    assert!(page.starts_with(".ie") || page.starts_with(".TH"), "{page}");
    for name in [
        "pull",
        "push",
        "run",
        "log",
        "undo",
        "hooks install",
        "token move",
        "man",
    ] {
        assert!(page.contains(&format!("\n.SS \"{name}\"\n")), "no {name}");
    }
    for text in [
        "EXIT STATUS",
        "\\-\\-dry\\-run",
        "Exit codes",
        "\\-\\-on\\-conflict",
        "\\-\\-pack\\-folder",
    ] {
        assert!(page.contains(text), "no {text}");
    }
    // Global options once, not with each command.
    assert_eq!(page.matches("\\fB\\-\\-insecure\\-http\\fR\n").count(), 1);
    let words = ["groff", "-ww", "-man", "-Tutf8"];
    if let Some(output) = feed(&words, &page) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("(the pre-launch hook)"));
    }
}

/// Runs make in the sources; `None` where it is missing.
#[cfg(unix)]
fn make(words: &[String]) -> Option<Output> {
    let run = Command::new("make")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--no-print-directory", "-s"])
        .args(words)
        .env_remove("MAKEFLAGS")
        .env_remove("SUDO_USER")
        .output();
    run.ok()
}

#[cfg(unix)]
#[test]
fn what_make_installs_make_removes_and_nothing_else() {
    let world = World::new();
    let root = world.path("dest");
    play::write(&root.join("usr/share/man/man1/other.1"), "theirs\n");
    play::write(&root.join("usr/bin/other"), "theirs\n");
    let words = |target: &str| {
        vec![
            target.to_owned(),
            format!("DESTDIR={}", root.display()),
            "PREFIX=/usr".to_owned(),
            format!("BINARY={}", env!("CARGO_BIN_EXE_instance-sync")),
        ]
    };
    let Some(output) = make(&words("install")) else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
    for (file, says) in [
        ("bash-completion/completions/instance-sync", "complete -F"),
        (
            "zsh/site-functions/_instance-sync",
            "#compdef instance-sync",
        ),
        (
            "fish/vendor_completions.d/instance-sync.fish",
            "complete -c instance-sync",
        ),
        ("man/man1/instance-sync.1", ".SH COMMANDS"),
    ] {
        let text = fs::read_to_string(root.join("usr/share").join(file)).unwrap();
        assert!(text.contains(says), "{file}");
    }
    let unit = root.join("usr/lib/systemd/system/instance-sync.service");
    let unit = fs::read_to_string(unit).unwrap();
    assert!(unit.contains("\nExecStart=/usr/bin/instance-sync serve "));
    let program = root.join("usr/bin/instance-sync");
    let version = Command::new(&program).arg("--version").output().unwrap();
    assert!(version.status.success());
    let output = make(&words("uninstall")).unwrap();
    assert!(output.status.success(), "{output:?}");
    let left = Tree::of_all(&root);
    let files: Vec<String> = left
        .paths()
        .filter(|path| root.join(path).is_file())
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(files, ["usr/bin/other", "usr/share/man/man1/other.1"]);
    // Twice is no failure.
    assert!(make(&words("uninstall")).unwrap().status.success());
}

#[cfg(unix)]
#[test]
fn make_uninstall_takes_the_hooks_out_first_and_stops_where_that_fails() {
    let world = World::new();
    let root = world.path("prefix with spaces");
    let program = root.join("bin/instance-sync");
    let prefix = format!("PREFIX={}", root.display());
    let uninstall = |more: &[&str]| {
        let mut words = vec!["uninstall".to_owned(), prefix.clone()];
        words.extend(more.iter().map(|word| (*word).to_owned()));
        make(&words)
    };
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    // It fails: nothing is removed.
    script::install(&program, "#!/bin/sh\n[ \"$2\" = --help ]\n");
    let before = Tree::of_all(&root);
    let Some(output) = uninstall(&[]) else { return };
    assert!(!output.status.success());
    assert!(said(&output).contains("Nothing was removed"), "{output:?}");
    assert_same(&before, &Tree::of_all(&root));
    // Unless somebody insists.
    let output = uninstall(&["FORCE=1"]).unwrap();
    assert!(output.status.success() && !program.exists(), "{output:?}");
    // It works.
    let seen = world.path("seen");
    let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", seen.display());
    script::install(&program, &script);
    let output = uninstall(&[]).unwrap();
    assert!(output.status.success() && !program.exists(), "{output:?}");
    assert_eq!(
        fs::read_to_string(seen).unwrap(),
        "hooks --help\nhooks remove\n"
    );
    // It is a program that cannot do that, or is not there: that is told.
    script::install(&program, "#!/bin/sh\nexit 2\n");
    for says in ["cannot take hooks out", "is not there"] {
        let output = uninstall(&[]).unwrap();
        assert!(output.status.success() && !program.exists(), "{output:?}");
        assert!(said(&output).contains(says), "{output:?}");
    }
}

/// What bash offers, asked as it asks: the script's own function, with the words so far.
#[test]
fn bash_completes_behind_the_first_word() {
    let script = printed(&["completions", "bash"]);
    for (words, wanted) in [
        (&["ho"][..], "hooks"),
        (&["hooks", "in"], "install"),
        (&["hooks", "install", "--dry"], "--dry-run"),
        (&["setup", "--pack"], "--pack-folder"),
        (&["token", ""], "move"),
        (&["help", "hooks", "rem"], "remove"),
    ] {
        let line: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let (line, last) = (line.join(" "), words.len());
        let asked = format!(
            "{script}\nCOMP_WORDS=(instance-sync {line})\nCOMP_CWORD={last}\n\
             COMPREPLY=()\n_instance__sync instance-sync {word} {before}\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            word = format_args!("'{}'", words[last - 1]),
            before = words.get(last.wrapping_sub(2)).unwrap_or(&"instance-sync"),
        );
        let Some(output) = feed(&["bash", "--norc"], &asked) else {
            return;
        };
        let offered = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            offered.lines().any(|line| line == wanted),
            "{words:?}: {output:?}"
        );
    }
}
