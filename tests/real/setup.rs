//! `setup`, answered through a pipe and on a terminal; secrets in a real Secret Service.

use super::support::*;

#[test]
fn setup_is_answered_line_by_line_through_a_pipe() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let cloud = world.cloud().display().to_string();
    let answers = format!("{cloud}\nalice:desktop-secret\na passphrase of mine\n\n");
    let said = desktop.command(&["setup"]).stdin(answers).ok();
    said.assert_says("is opted in as the new instance");
    said.assert_never_says("desktop-secret");
    said.assert_never_says("passphrase of mine");
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();

    // The second device joins, by the id.
    let deck = world.device("deck");
    let id = desktop.instance_id();
    let answers = format!("alice:desktop-secret\na passphrase of mine\n{id}\n");
    let url = format!("--url={cloud}");
    deck.command(&["setup", &url]).stdin(answers).ok();
    deck.command(&["pull"]).ok();
    assert_same(&deck.tree().under("saves/World"), &{
        let tree = desktop.tree().under("saves/World");
        tree.without("session.lock")
    });

    // An answer that cannot be is refused with a reason, and leaves nothing.
    let tv = world.device("tv");
    let answers = "alice without a colon\n";
    let said = tv.command(&["setup", &url]).stdin(answers).code(2);
    said.assert_says("has no colon");
    assert!(!tv.pack.join(".cloud-sync").exists());
}

#[test]
fn plain_http_is_refused_before_anything_secret_is_typed() {
    let world = World::new();
    let deck = world.device("deck");
    let open = "http://saves.example.org";
    let answers = format!("{open}\nalice:desktop-secret\na passphrase of mine\n\n");
    let said = deck.command(&["setup"]).stdin(answers).code(2);
    said.assert_says("--insecure-http");
    said.assert_never_says("Token (");
    let url = format!("--url={open}");
    let said = deck.command(&["setup", &url]).stdin("x\n").code(2);
    said.assert_says("--insecure-http");
    said.assert_never_says("Token (");
    assert!(!deck.pack.join(".cloud-sync").exists());
    // A person is asked for another address.
    let open = format!("{open}\r");
    let elsewhere = world.cloud().display().to_string() + "\r";
    let steps = [
        ("lets this device in", &open[..]),
        (
            "Ctrl-C, then instance-sync setup --insecure-http",
            &elsewhere,
        ),
        ("Token (ACCOUNT:SECRET", "\u{3}"),
    ];
    let Some(seen) = terminal::type_in(deck.command(&["setup"]), &steps) else {
        return;
    };
    assert!(!deck.pack.join(".cloud-sync").exists());
    let asked = |screen: &String| screen.contains("Token (");
    assert!(!seen.screens[..2].iter().any(asked), "{:?}", seen.screens);
}

/// Adds the system's own programs behind those of the world.
fn with_system_programs(env: &mut [(std::ffi::OsString, std::ffi::OsString)]) {
    for (_, value) in env.iter_mut().filter(|(name, _)| name == "PATH") {
        value.push(":/usr/bin:/bin");
    }
}

/// `script` gives the program a terminal of its own.
#[test]
#[cfg(target_os = "linux")]
fn setup_on_a_terminal_does_not_echo_the_secret() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let program = env!("CARGO_BIN_EXE_instance-sync");
    let line = format!(
        "{program} --pack-folder={} setup --url={}",
        desktop.pack.display(),
        world.cloud().display()
    );
    let mut env = desktop.environment();
    env.push(("TERM".into(), "xterm".into()));
    with_system_programs(&mut env);
    // Answers come as a person types them: each after its question.
    let typist = "sleep 1; printf 'alice:desktop-secret\\r'; sleep 1; printf '\\r'; sleep 1; printf '\\r'; sleep 8";
    let shell = format!("({typist}) | script -qec '{line}' /dev/null");
    let run = Run::new("/bin/sh".as_ref(), &desktop.home, env).args(["-c", &shell]);
    let said = run.ok();
    said.assert_says("Token (ACCOUNT:SECRET");
    said.assert_says("is opted in as the new instance");
    said.assert_never_says("desktop-secret");
    assert!(desktop.synced_by("sync.json").exists());
}
