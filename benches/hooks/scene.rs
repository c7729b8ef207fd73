//! What all rows start from: a server, a world on two devices, and a past.

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use super::content::Content;
use super::history;
use super::line::Line;
use super::measure::{Call, Sample};
use super::naive::Naive;
use super::options::Options;
use super::watch::Watched;
use crate::support::{ALICE, Device, World};

/// How many snapshots there are before anything is measured; with those that the rows add, there
/// are never more than 100.
const PAST: usize = 40;

/// Longer than what the program takes for too fresh to be told by its times.
const COOLING: Duration = Duration::from_millis(1200);

/// The scene. The desktop plays and pushes, the deck pulls.
pub struct Scene {
    pub options: Options,
    pub content: Content,
    pub world: World,
    /// The instance of both.
    pub id: String,
    /// The key that `restic init` made.
    pub ordinary_key: String,
    pub desktop: Device,
    pub deck: Device,
    /// A second way to the server.
    pub line: Line,
    sessions: Cell<u64>,
}

/// What one run needed, started and asked.
#[derive(Debug)]
pub struct Observed {
    pub watched: Watched,
    /// How many requests the server answered.
    pub requests: usize,
}

impl Scene {
    /// Builds it with real programs.
    pub fn build(options: Options) -> Self {
        let world = World::with_server().expect("restic and rest-server: run `make bench`");
        let content = Content::of(&options);
        let (desktop, deck) = (world.device("desktop"), world.device("deck"));
        content.write(&desktop.pack);
        create(&world, &desktop);
        let id = desktop.instance_id();
        let line = Line::to_port(world.server().port());
        let ordinary_key = ordinary_key(&world, &id);
        let scene = Self {
            options,
            content,
            world,
            id,
            ordinary_key,
            desktop,
            deck,
            line,
            sessions: Cell::new(0),
        };
        scene.grow_to(PAST);
        scene.join(&scene.deck, scene.port());
        Call::ours(&scene.deck, "pull").time();
        scene
    }

    /// Returns the server's own port, without a line in between.
    pub fn port(&self) -> u16 {
        self.world.server().port()
    }

    /// Lets the repository have a longer past, which the desktop's newest push accounts for.
    pub fn grow_to(&self, snapshots: usize) {
        let folder = self.world.server().repository_folder(ALICE, &self.id);
        let repository = self.world.repository(&self.id);
        history::grow_to(snapshots, &repository, &folder, &self.desktop);
        self.publish();
    }

    /// Returns how many snapshots the server lists.
    pub fn snapshots(&self) -> usize {
        let folder = self.world.server().repository_folder(ALICE, &self.id);
        std::fs::read_dir(folder.join("snapshots")).unwrap().count()
    }

    /// Opts a device in as one more of the instance, through this port.
    pub fn join(&self, device: &Device, port: u16) {
        let id = format!("--instance-id={}", self.id);
        opt_in(&self.world, device, port, &[&id]);
    }

    /// Returns a device with a naive hook that has everything by now, behind this port.
    pub fn naive(&self, name: &str, port: u16) -> Naive {
        let naive = Naive::new(self, name, &self.id, port);
        naive.pull();
        naive
    }

    /// Plays on the desktop and in these folders; returns the session.
    pub fn play(&self, others: &[&std::path::Path]) -> u64 {
        let session = self.sessions.get();
        self.sessions.set(session + 1);
        let packs = [&[self.desktop.pack.as_path()], others].concat();
        self.content.change(&packs, session);
        session
    }

    /// Plays on the desktop and pushes it; returns the session.
    pub fn publish(&self) -> u64 {
        let session = self.play(&[]);
        Call::ours(&self.desktop, "push").time();
        settle_disk();
        session
    }

    /// Runs a command once more for what can be counted.
    pub fn observe(&self, call: &Call) -> Observed {
        let server = self.world.server();
        let before = server.requests().len();
        let watched = call.watch();
        // The last line of the log is written after the answer.
        thread::sleep(Duration::from_millis(100));
        let requests = server.requests().len() - before;
        Observed { watched, requests }
    }
}

/// Opts a device in as the first of a new instance, and pushes what it has.
pub fn create(world: &World, device: &Device) -> Sample {
    opt_in(world, device, world.server().port(), &[]);
    Call::ours(device, "push").time()
}

fn opt_in(world: &World, device: &Device, port: u16, options: &[&str]) {
    let ca_file = format!("--ca-file={}", world.server().ca_file().display());
    let url = format!("https://127.0.0.1:{port}");
    device.init(&url, ALICE.token, &[options, &[&ca_file]].concat());
}

/// Waits until the files of a device can be told by their times, and lets it look at them: what is
/// measured afterwards is a folder that nobody has touched for a while.
pub fn let_cool(device: &Device) {
    thread::sleep(COOLING);
    Call::ours(device, "pull").time();
    Call::ours(device, "push").time();
    settle_disk();
}

/// Writes everything to the disk, so that no run pays for what another one wrote.
pub fn settle_disk() {
    rustix::fs::sync();
}

/// Returns the name of the key that the account's secret opens at the expense that restic chose.
fn ordinary_key(world: &World, id: &str) -> String {
    let list = ["key", "list", "--json", "--no-lock"];
    let keys = world.repository(id).run(&list).ok().json();
    let current = keys.as_array().expect("keys").iter();
    let mut current = current.filter(|key| key["current"] == true);
    let key = current.next().expect("a key that opens");
    key["id"].as_str().expect("its name").to_owned()
}
