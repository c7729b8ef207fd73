//! The server behind nginx and behind Caddy, set up word for word as docs/guides/operate.md says; and its
//! alerts, read by Prometheus.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::Certificate;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::support::control::PASSWORD;
use crate::support::front::Front;
use crate::support::our_server::OurServer;
use crate::support::rest_client::name_of;
use crate::support::{Program, Repository, Tree, assert_same, play};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
/// Not the address of the proxy.
const PLAYER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

struct Scene {
    folder: tempfile::TempDir,
    server: OurServer,
    front: Front,
    token: String,
}

fn behind(start: impl Fn(&Path, u16) -> Option<Front>) -> Option<Scene> {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start_with(
        &folder.path().join("server"),
        &["--trusted-proxy=127.0.0.1"],
    );
    let front = start(&folder.path().join("front"), server.port())?;
    server.add_open_account("alice");
    let token = server.add_device("alice", "deck");
    Some(Scene {
        folder,
        server,
        front,
        token,
    })
}

impl Scene {
    fn client(&self) -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = fs::read(self.front.ca_file()).unwrap();
        let builder = Client::builder()
            .timeout(Duration::from_secs(60))
            .no_proxy()
            .local_address(IpAddr::V4(PLAYER))
            .tls_certs_only([Certificate::from_pem(&authority).unwrap()]);
        builder.build().unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.front.url())
    }

    /// A request of the device.
    fn device(&self, request: RequestBuilder) -> RequestBuilder {
        let (_, secret) = self.token.split_once(':').unwrap();
        request.header("authorization", format!("Bearer {secret}"))
    }

    fn a_person_is_known_by_their_own_address(&self) {
        let client = self.client();
        let invite = self.server.admin(&["invite", "add"]).ok();
        let invite = invite.stdout.lines().last().unwrap().to_owned();
        let body = json!({
            "invite": invite.rsplit('#').next().unwrap(), "account": "bob", "password": PASSWORD,
        });
        // Anybody can claim to pass somebody else's words on.
        let request = client
            .post(self.url("/v1/auth/register"))
            .header("x-forwarded-for", "203.0.113.7")
            .header("x-forwarded-proto", "http")
            .header("content-type", "application/json")
            .body(body.to_string());
        let said = request.send().unwrap();
        assert!(said.status().is_success(), "{said:?}");
        let cookie = said.headers()["set-cookie"].to_str().unwrap().to_owned();
        let is_safe = cookie.starts_with("__Host-") && cookie.ends_with("; Secure");
        assert!(is_safe, "{cookie}");
        let pair = cookie.split(';').next().unwrap().to_owned();
        let page = |path: &str| {
            let request = client.get(self.url(path)).header("cookie", &pair);
            let answer = request.send().unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            answer.text().unwrap()
        };
        let sessions: Value = serde_json::from_str(&page("/v1/auth/sessions")).unwrap();
        assert_eq!(sessions["sessions"][0]["address"], PLAYER.to_string());
        // What a page says of where the server is comes from what the proxy passes on.
        let connect = page("/devices/connect");
        assert!(connect.contains(&self.front.url()), "{connect}");
        assert!(!connect.contains("--insecure-http"), "{connect}");
        let log = self.server.log();
        let seen = log.iter().find(|line| line["method"] == "POST");
        let seen = seen.unwrap_or_else(|| panic!("{log:?}"));
        assert_eq!(seen["peer"], PLAYER.to_string(), "{seen}");
    }

    fn what_happens_is_told_at_once(&self) {
        let client = self.client();
        let stream = self.device(client.get(self.url("/v1/events")));
        let mut stream = BufReader::new(stream.send().unwrap());
        let mut first = String::new();
        stream.read_line(&mut first).unwrap();
        let since = Instant::now();
        for (path, body) in [
            (format!("/alice/{ID}/?create=true"), Vec::new()),
            (
                format!("/alice/{ID}/snapshots/{}", name_of(b"it")),
                b"it".to_vec(),
            ),
        ] {
            let request = self.device(client.post(self.url(&path))).body(body);
            assert_eq!(request.send().unwrap().status(), 200, "{path}");
        }
        let told = stream.lines().map_while(Result::ok);
        let told: Vec<String> = told.take_while(|line| !line.contains("snapshot")).collect();
        // A proxy that keeps answers back passes it on with the next sign of life.
        let took = since.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}: {told:?}");
    }

    fn large_bodies_go_both_ways(&self) {
        let client = self.client();
        let pack = vec![3; 48 << 20];
        let path = self.url(&format!("/alice/{ID}/data/{}", name_of(&pack)));
        let chunked = reqwest::blocking::Body::new(std::io::Cursor::new(pack.clone()));
        let request = self.device(client.post(&path)).body(chunked);
        assert_eq!(request.send().unwrap().status(), 200);
        let part = self
            .device(client.get(&path))
            .header("range", "bytes=1000000-40999999");
        let part = part.send().unwrap();
        assert_eq!(part.status(), 206);
        assert!(part.bytes().unwrap() == pack[1_000_000..41_000_000]);
    }

    fn restic_works(&self) {
        let id = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
        let made = self.device(
            self.client()
                .post(self.url(&format!("/alice/{id}/?create=true"))),
        );
        assert_eq!(made.send().unwrap().status(), 200);
        let repository = Repository::at(
            (&self.front.url(), Some(self.front.ca_file())),
            &self.token,
            id,
            "of it",
        );
        let repository = repository.expect("restic was found");
        repository.run(&["init"]).ok();
        let saves = self.folder.path().join("saves");
        for session in 0..2 {
            play::write_noise(
                &saves.join(format!("session-{session}")),
                session,
                9_000_000,
            );
            repository.back_up(&saves);
        }
        repository.check();
        let newest = repository.snapshot_ids().pop().unwrap();
        let restored = repository.restore(&newest);
        let inside = restored.join(saves.strip_prefix("/").unwrap());
        let there = if inside.exists() { inside } else { restored };
        assert_same(&Tree::of(&saves), &Tree::of(&there));
    }

    fn holds(&self) {
        self.a_person_is_known_by_their_own_address();
        self.what_happens_is_told_at_once();
        self.large_bodies_go_both_ways();
        self.restic_works();
    }
}

#[test]
fn behind_nginx_as_the_guide_sets_it_up_everything_works() {
    if let Some(scene) = behind(Front::nginx) {
        scene.holds();
    }
}

#[test]
fn behind_caddy_as_the_guide_sets_it_up_everything_works() {
    if let Some(scene) = behind(Front::caddy) {
        scene.holds();
    }
}

#[test]
fn prometheus_reads_the_metrics_and_the_alerts_of_the_guide_are_about_them() {
    let Some(promtool) = Program::Promtool.find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let _server = OurServer::start_with(folder.path(), &["--admin=127.0.0.1:0"]);
    let said = fs::read_to_string(folder.path().join("server.out")).unwrap();
    let place = said
        .lines()
        .find_map(|line| line.split_once("operators on "));
    let place = place.unwrap_or_else(|| panic!("{said}")).1;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    let metrics = client.get(format!("{place}/metrics")).send().unwrap();
    let metrics = metrics.text().unwrap();
    let file = folder.path().join("metrics");
    fs::write(&file, &metrics).unwrap();
    let check = |what: &str, input: &Path| {
        let mut command = Command::new(&promtool);
        command.args(["check", what]);
        if what == "rules" {
            command.arg(input);
        }
        let output = command
            .stdin(fs::File::open(input).unwrap())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(output.status.success(), "{what}: {text}");
        text
    };
    let objections = check("metrics", &file);
    assert_eq!(objections.trim(), "", "{metrics}");

    let guide = include_str!("../../docs/guides/operate.md");
    let rules = &guide[guide.find("groups:\n").unwrap()..];
    let rules = &rules[..rules.find("```").unwrap()];
    let file = folder.path().join("rules.yml");
    fs::write(&file, rules).unwrap();
    let said = check("rules", &file);
    assert!(
        said.contains(&format!(
            "{} rules found",
            rules.matches("- alert:").count()
        )),
        "{said}"
    );
    let words = rules.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours: Vec<&str> = words
        .filter(|word| word.starts_with("instance_sync_"))
        .collect();
    assert_eq!(ours.len(), 4, "{ours:?}");
    for name in ours {
        let family = name.trim_end_matches("_bucket");
        let typed = format!("# TYPE {family} ");
        assert!(
            metrics.lines().any(|line| line.starts_with(&typed)),
            "{name}\n{metrics}"
        );
    }
}
