//! `serve admin` on a folder whose server does not run, and command lines of `serve` that are wrong.

use std::path::Path;

use crate::support::tree::Tree;
use crate::support::{Output, Run, World};

/// An operator's machine.
struct Machine {
    world: World,
}

impl Machine {
    fn new() -> Self {
        let machine = Self {
            world: World::new(),
        };
        std::fs::create_dir(machine.data()).unwrap();
        machine
    }

    fn data(&self) -> std::path::PathBuf {
        self.world.path("data")
    }

    fn run(&self, words: &[&str]) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_instance-sync"));
        let env = vec![("TZ".into(), "UTC".into())];
        Run::new(program, &self.world.path(""), env).args(words)
    }

    fn admin(&self, words: &[&str]) -> Run {
        let data = format!("--data={}", self.data().display());
        self.run(&["serve", "admin", &data]).args(words)
    }

    #[track_caller]
    fn rows(&self, words: &[&str]) -> Vec<serde_json::Value> {
        let printed: Output = self.admin(words).arg("--json").ok();
        let value = printed.json();
        assert_eq!(value["event"], "serve");
        value["rows"].as_array().unwrap().clone()
    }
}

#[test]
fn accounts_devices_instances_and_grants_are_managed_without_a_server() {
    let machine = Machine::new();
    machine
        .admin(&["account", "add", "alice", "--quota=20G"])
        .ok();
    machine
        .admin(&["account", "add", "bob", "--open", "--instances=1"])
        .ok();
    let said = machine
        .admin(&["device", "add", "alice", "Steam Deck"])
        .ok();
    let token = said.stdout.lines().last().unwrap();
    assert!(
        token.starts_with("alice:isd_") && token.len() == 53,
        "{token}"
    );
    let id = "01M7Y9S9CRTS9FHWH3WCASWHA5";
    machine
        .admin(&["instance", "add", "bob", id])
        .ok()
        .assert_says(id);
    machine
        .admin(&["instance", "add", "bob"])
        .code(2)
        .assert_says("as many as it may");
    machine.admin(&["device", "add", "bob", "PC"]).ok();
    machine
        .admin(&["grant", "add", "bob", "PC", id, "--minutes=10"])
        .ok();

    let accounts = machine.rows(&["account", "list"]);
    assert_eq!(accounts[0]["quota_bytes"], 20_u64 << 30);
    assert_eq!(accounts[0]["registration"], "beforehand");
    assert_eq!(accounts[1]["registration"], "by_creating");
    assert_eq!(machine.rows(&["device", "list"]).len(), 2);
    let devices = machine.rows(&["device", "list", "alice"]);
    assert_eq!(devices[0]["name"], "Steam Deck");
    assert_eq!(machine.rows(&["instance", "list"])[0]["id"], id);
    let grants = machine.rows(&["grant", "list", "bob"]);
    let (from, to) = (&grants[0]["created_at"], &grants[0]["expires_at"]);
    assert_eq!(to.as_i64().unwrap() - from.as_i64().unwrap(), 600);
    assert_eq!(machine.rows(&["grant", "list", "alice"]).len(), 0);

    machine.admin(&["quota", "alice", "none"]).ok();
    machine
        .admin(&["account", "suspend", "alice"])
        .ok()
        .assert_says("within seconds");
    machine
        .admin(&["device", "revoke", "alice", "Steam Deck"])
        .ok();
    machine
        .admin(&["device", "revoke", "alice", "Steam Deck"])
        .code(2);
    machine
        .admin(&["account", "list"])
        .ok()
        .assert_says("quota none")
        .assert_says("suspended");
    machine
        .admin(&["device", "list"])
        .ok()
        .assert_says("revoked")
        .assert_says("never seen");
    let audit = machine.rows(&["audit"]);
    let what: Vec<_> = audit
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        [
            "account added",
            "account added",
            "device added",
            "instance added",
            "device added",
            "grant added",
            "quota set",
            "account suspended",
            "device revoked"
        ]
    );
    assert_eq!(machine.rows(&["audit", "--last=2"]).len(), 2);
    let secret = token.split_once(':').unwrap().1;
    for row in audit {
        assert!(!row.to_string().contains(secret));
    }
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let machine = Machine::new();
    machine.admin(&["account", "add", "alice"]).ok();
    for (words, says) in [
        (&["account", "add", "alice"][..], "already"),
        (&["account", "add", "Alice"], "lower-case"),
        (&["account", "add", "snapshots"], "means something else"),
        (&["account", "add", "v1"], "means something else"),
        (&["account", "add", "../alice"], "lower-case"),
        (&["account", "suspend", "nobody"], "no account nobody"),
        (&["quota", "nobody", "1G"], "no account nobody"),
        (&["quota", "alice", "5%"], "no amount"),
        (&["device", "add", "nobody", "Deck"], "no account nobody"),
        (&["device", "add", "alice", " "], "1 to 64 characters"),
        (&["device", "add", "alice", "a\nb"], "1 to 64 characters"),
        (
            &["device", "add", "alice", "Deck", "--json"],
            "never as JSON",
        ),
        (&["device", "list", "nobody"], "no account nobody"),
        (&["device", "revoke", "alice", "Deck"], "no device"),
        (
            &["instance", "add", "alice", "00000000000000000000000000"],
            "0000",
        ),
        (
            &[
                "grant",
                "add",
                "alice",
                "Deck",
                "01M7Y9S9CRTS9FHWH3WCASWHA5",
            ],
            "no device",
        ),
        (&["grant", "revoke", "x"], "no grant"),
    ] {
        machine.admin(words).code(2).assert_says(says);
    }
    assert_eq!(machine.rows(&["audit"]).len(), 1);
    assert_eq!(machine.rows(&["device", "list"]).len(), 0);
}

#[test]
fn a_folder_that_is_no_servers_is_left_alone() {
    let machine = Machine::new();
    machine
        .admin(&["account", "list"])
        .code(2)
        .assert_says("is not there");
    machine.admin(&["device", "add", "alice", "Deck"]).code(2);
    assert_eq!(std::fs::read_dir(machine.data()).unwrap().count(), 0);
    let elsewhere = format!("--data={}", machine.world.path("elsewhere").display());
    machine
        .run(&["serve", "admin", &elsewhere, "account", "add", "alice"])
        .code(2);
    assert!(!machine.world.path("elsewhere").exists());
    machine
        .run(&["serve", "admin", "account", "list"])
        .code(2)
        .assert_says("--data");
    machine.run(&["serve"]).code(2).assert_says("--data");
    let data = format!("--data={}", machine.data().display());
    machine.run(&["serve", &data, "--listen=nowhere"]).code(2);
    for (place, says) in [
        ("--admin=0.0.0.0:0", "other machines reach"),
        ("--admin=/run/admin", "unix:PATH or ADDRESS:PORT"),
        ("--admin=unix:", "unix:PATH or ADDRESS:PORT"),
        ("--admin-anywhere", "--admin"),
        ("--trusted-proxy=nowhere", "nowhere"),
    ] {
        machine
            .run(&["serve", &data, place])
            .code(2)
            .assert_says(says);
    }
    machine
        .run(&["serve", &data, "--tls-cert=x"])
        .code(2)
        .assert_says("--tls-key");
    // It says what is wrong before it makes anything of a storage.
    machine
        .run(&[
            "serve",
            &data,
            "--listen=127.0.0.1:0",
            "--tls-cert=/nowhere/a",
            "--tls-key=/nowhere/b",
        ])
        .code(1)
        .assert_says("/nowhere/a");
    assert!(!machine.data().join("repos").exists());
}

#[test]
fn invites_and_services_are_made_listed_and_taken_back() {
    let machine = Machine::new();
    machine.admin(&["account", "add", "alice"]).ok();
    let last = |output: Output| output.stdout.lines().last().unwrap().to_owned();
    let code = last(machine.admin(&["invite", "add", "--quota=1G"]).ok());
    assert!(code.starts_with("isi_"), "{code}");
    let public = "--public-url=https://saves.example.org";
    let said = machine.admin(&["invite", "add", "--hours=1", public]).ok();
    said.assert_says("within 1 hour.");
    let link = last(said);
    assert!(
        link.starts_with("https://saves.example.org/invite#isi_"),
        "{link}"
    );
    let rows = machine.rows(&["invite", "list"]);
    machine
        .admin(&["invite", "revoke", rows[0]["id"].as_str().unwrap()])
        .ok();
    let rows = machine.rows(&["invite", "list"]);
    assert_eq!((rows.len(), &rows[0]["made_by"]), (1, &"admin".into()));
    machine
        .admin(&["invite", "list"])
        .ok()
        .assert_says("quota 1.00 GiB");
    machine
        .admin(&["invite", "revoke", rows[0]["id"].as_str().unwrap()])
        .ok();
    assert_eq!(machine.rows(&["invite", "list"]).len(), 0);
    let token = last(machine.admin(&["service", "add", "bot"]).ok());
    assert!(token.starts_with("isv_"), "{token}");
    machine
        .admin(&["service", "add", "bot", "--scope=all"])
        .code(2)
        .assert_says("already");
    assert_eq!(machine.rows(&["service", "list"])[0]["scope"], "provision");
    machine.admin(&["service", "revoke", "bot"]).ok();
    machine
        .admin(&["service", "revoke", "bot"])
        .code(2)
        .assert_says("no service");
    machine
        .admin(&["service", "list"])
        .ok()
        .assert_says("revoked");
    for words in [&["invite", "add"][..], &["service", "add", "x"]] {
        machine
            .admin(words)
            .arg("--json")
            .code(2)
            .assert_says("never as JSON");
    }
    machine.admin(&["invite", "add", "--hours=721"]).code(2);
    let audit = machine.rows(&["audit"]);
    assert!(
        audit
            .iter()
            .all(|row| !row.to_string().contains(&code[4..]))
    );
}

#[test]
fn a_storage_before_its_server_ran_has_no_trash() {
    let machine = Machine::new();
    machine.admin(&["account", "add", "alice"]).ok();
    let id = "01M7Y9S9CRTS9FHWH3WCASWHA5";
    machine
        .admin(&["undelete", "alice", id])
        .code(1)
        .assert_says("never run");
    assert!(!machine.data().join("repos").exists());
}

#[test]
fn what_cannot_be_backed_up_or_brought_along_is_said_and_nothing_is_left_behind() {
    let machine = Machine::new();
    machine.admin(&["account", "add", "alice"]).ok();
    let to = |path: &Path| format!("--to={}", path.display());
    let folder = machine.world.path("backups");
    let file = folder.join("server.db");
    machine
        .admin(&["backup", &to(&file)])
        .code(1)
        .assert_says("cannot write into");
    std::fs::create_dir(&folder).unwrap();
    machine.admin(&["backup", &to(&file)]).ok();
    #[cfg(unix)]
    {
        // A link that leads nowhere is something too.
        let link = folder.join("link");
        std::os::unix::fs::symlink(folder.join("nowhere"), &link).unwrap();
        machine.admin(&["backup", &to(&link)]).code(2);
    }
    machine
        .admin(&["import", "htpasswd", "nowhere"])
        .code(1)
        .assert_says("cannot read");
    machine
        .admin(&["import", "folder"])
        .code(2)
        .assert_says("there is no folder");
    machine
        .admin(&["password", "reset", "alice", "--json"])
        .code(2)
        .assert_says("never as JSON");
    machine
        .admin(&["device", "enrol", "alice", "--json"])
        .code(2);
    // A copy of what is damaged is no backup.
    let database = machine.data().join("server.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xa5);
    std::fs::write(&database, bytes).unwrap();
    let damaged = folder.join("damaged.db");
    machine.admin(&["backup", &to(&damaged)]).code(1);
    assert!(!damaged.exists());
}

#[test]
fn a_folder_with_things_of_others_is_named_and_left_alone() {
    let machine = Machine::new();
    let data = format!("--data={}", machine.data().display());
    std::fs::write(machine.data().join("notes.txt"), "mine").unwrap();
    let before = Tree::of(&machine.data());
    let serve = machine.run(&["serve", &data, "--listen=127.0.0.1:0"]);
    serve.code(2).assert_says("notes.txt");
    machine
        .admin(&["account", "add", "alice"])
        .code(2)
        .assert_says("notes.txt");
    machine
        .admin(&["import", "folder", "."])
        .code(2)
        .assert_says("with a DIR of its own");
    assert_eq!(Tree::of(&machine.data()), before);
    // Once it is a server's, what else comes to lie there is no matter.
    std::fs::remove_file(machine.data().join("notes.txt")).unwrap();
    machine.admin(&["account", "add", "alice"]).ok();
    std::fs::write(machine.data().join("notes.txt"), "mine").unwrap();
    machine.admin(&["account", "add", "bob"]).ok();
}

#[test]
fn a_start_that_cannot_listen_makes_nothing() {
    let machine = Machine::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("--listen={}", taken.local_addr().unwrap());
    let admin = format!("--admin={}", taken.local_addr().unwrap());
    let missing = machine.world.path("missing");
    for folder in [&machine.data(), &missing] {
        let data = format!("--data={}", folder.display());
        for words in [&[&listen[..]][..], &["--listen=127.0.0.1:0", &admin]] {
            let run = machine.run(&["serve", &data]).args(words);
            run.code(1).assert_says("cannot listen on");
        }
    }
    assert_eq!(std::fs::read_dir(machine.data()).unwrap().count(), 0);
    assert!(!missing.exists());
}

#[test]
fn what_is_no_database_is_said_once_and_left_as_it_is() {
    let machine = Machine::new();
    let file = machine.data().join("server.db");
    let garbage = b"this is no database at all, but a text. ".repeat(200);
    std::fs::write(&file, &garbage).unwrap();
    let data = format!("--data={}", machine.data().display());
    for run in [
        machine.run(&["serve", &data, "--listen=127.0.0.1:0"]),
        machine.admin(&["account", "list"]),
    ] {
        let said = run.code(1);
        said.assert_says("put a backup in its place");
        let times = said.stderr.matches("file is not a database").count();
        assert_eq!(times, 1, "{}", said.stderr);
    }
    assert_eq!(std::fs::read(&file).unwrap(), garbage);
}

#[cfg(unix)]
#[test]
fn the_database_is_for_its_owner_alone_whatever_the_folder_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::new();
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let mode = |name: &str| {
        let about = std::fs::metadata(machine.data().join(name)).unwrap();
        about.permissions().mode() & 0o777
    };
    // Not empty, and open to all: a disk is mounted there, say.
    std::fs::create_dir(machine.data().join("repos")).unwrap();
    set(&machine.data(), 0o755);
    machine.admin(&["import", "folder"]).ok();
    assert_eq!((mode("server.db"), mode("")), (0o600, 0o755));
    // One that an older version left open.
    set(&machine.data().join("server.db"), 0o644);
    machine.admin(&["account", "add", "alice"]).ok();
    assert_eq!(mode("server.db"), 0o600);

    set(&machine.data().join("server.db"), 0o644);
    let data = format!("--data={}", machine.data().display());
    let mut server = machine
        .run(&["serve", &data, "--listen=127.0.0.1:0"])
        .start();
    server.line(|line| line.starts_with("Serving ").then_some(()));
    for name in ["server.db", "server.db-wal", "server.db-shm", "server.lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    server.signal(crate::support::Signal::Terminate);
    let said = server.wait();
    said.assert_says("other users of this machine can look into");
    set(&machine.data(), 0o700);
    let mut server = machine
        .run(&["serve", &data, "--listen=127.0.0.1:0"])
        .start();
    server.line(|line| line.starts_with("Serving ").then_some(()));
    server.signal(crate::support::Signal::Terminate);
    server.wait().assert_never_says("can look into");
}

#[cfg(unix)]
#[test]
fn whose_a_folder_is_is_said_where_it_is_another_users() {
    use std::os::unix::process::CommandExt as _;
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can be somebody else");
        return;
    }
    let machine = Machine::new();
    machine.admin(&["account", "add", "alice"]).ok();
    let reach = |path: &Path, mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    reach(&machine.world.path(""), 0o755);
    reach(&machine.data(), 0o700);
    let data = format!("--data={}", machine.data().display());
    for words in [&["serve"][..], &["serve", "admin", "account", "list"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_instance-sync"));
        command.args(words).arg(&data).env_clear().uid(54_321);
        let said = match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                eprintln!("SKIPPED: nobody else reaches the program here");
                return;
            }
            said => said.unwrap(),
        };
        let text = String::from_utf8_lossy(&said.stderr);
        assert!(text.contains("It belongs to user 0"), "{text}");
        assert!(text.contains("chown -R 54321"), "{text}");
        assert_eq!(said.status.code(), Some(1), "{text}");
    }
}

/// Starts the server, waits for the link of the first account, and returns all that it said.
#[cfg(unix)]
fn said_at_start(machine: &Machine, words: &[&str]) -> Output {
    let data = format!("--data={}", machine.data().display());
    let mut server = machine.run(&["serve", &data]).args(words).start();
    server.line(|line| (line.contains("/invite#") || line.contains("ready")).then_some(()));
    server.signal(crate::support::Signal::Terminate);
    server.wait()
}

#[cfg(unix)]
#[test]
fn a_server_says_who_reaches_it_and_how_others_do() {
    let machine = Machine::new();
    let here = said_at_start(&machine, &["--listen=127.0.0.1:0"]);
    let link = here.stdout.lines().last().unwrap();
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    here.assert_says("Only this machine reaches that address")
        .assert_says("--listen=0.0.0.0:")
        .assert_says("opened on this machine")
        .assert_never_says("plain http");
    let proxy = ["--listen=127.0.0.1:0", "--trusted-proxy=127.0.0.1"];
    said_at_start(&machine, &proxy).assert_says("and so its proxy");

    let public = "--public-url=https://saves.example.org/";
    let said = said_at_start(&machine, &["--listen=127.0.0.1:0", public]);
    assert!(
        said.stdout
            .starts_with("Serving https://saves.example.org\n")
    );
    said.assert_says("Listening on http://127.0.0.1:")
        .assert_says("\nhttps://saves.example.org/invite#isi_")
        .assert_never_says("Only this machine");
    let said = said_at_start(&machine, &["--listen=127.0.0.1:0", public, "--json"]);
    let ready = &said.stdout.lines().next().unwrap();
    assert!(
        ready.contains("\"url\":\"https://saves.example.org\""),
        "{ready}"
    );
}

#[cfg(unix)]
#[test]
fn a_server_that_listens_everywhere_names_an_address_that_leads_to_it() {
    let machine = Machine::new();
    for any in ["--listen=0.0.0.0:0", "--listen=[::]:0"] {
        let data = format!("--data={}", machine.data().display());
        let mut server = machine.run(&["serve", &data, any]).start();
        let place = server.line(|line| line.strip_prefix("Serving http://").map(str::to_owned));
        assert!(
            !place.starts_with("0.0.0.0") && !place.starts_with("[::]"),
            "{place}"
        );
        std::net::TcpStream::connect(&place).unwrap();
        let link = server.line(|line| line.contains("/invite#").then(|| line.to_owned()));
        assert!(
            link.starts_with(&format!("http://{place}/invite#")),
            "{link}"
        );
        server.signal(crate::support::Signal::Terminate);
        let said = server.wait();
        said.assert_says("--insecure-http")
            .assert_says("--trusted-proxy");
        assert_eq!(said.stderr.matches("plain http").count(), 1);
    }
    let proxy = ["--listen=0.0.0.0:0", "--trusted-proxy=192.0.2.7"];
    said_at_start(&machine, &proxy).assert_never_says("plain http");
}
