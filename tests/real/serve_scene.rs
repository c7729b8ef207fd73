//! Our own server, a person who is signed in, and devices that play.

use serde_json::{Value, json};

use crate::support::control::Control;
use crate::support::our_server::OurServer;
use crate::support::{Device, World};

pub struct Scene {
    pub world: World,
    pub server: OurServer,
    /// Alice in a browser.
    pub alice: Control,
    pub stranger: Control,
}

/// A device of Alice's that is opted in.
pub struct Member {
    pub device: Device,
    /// What the server knows it by.
    pub id: String,
    /// Its token over the control API.
    pub control: Control,
    pub token: String,
}

impl Scene {
    /// Starts a server on which Alice may have so many instances.
    pub fn with_instances(limit: u32) -> Option<Self> {
        let world = World::with_restic()?;
        let server = OurServer::start(&world.path("server"));
        let stranger = Control::new(&server.url());
        let instances = format!("--instances={limit}");
        let said = server.admin(&["invite", "add", &instances]).ok();
        let alice = stranger.register(said.stdout.lines().last().unwrap(), "alice");
        std::fs::write(world.path("passphrase"), "of the player alone\n").unwrap();
        Some(Self {
            world,
            server,
            alice,
            stranger,
        })
    }

    pub fn new() -> Option<Self> {
        Self::with_instances(5)
    }

    /// Adds a device to the account, and opts no folder in.
    pub fn member(&self, name: &str) -> Member {
        let body = json!({ "name": name, "kind": "handheld" });
        let said = self.alice.post("/v1/devices", &body).ok().value;
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        let (id, token) = (text("id"), text("token"));
        Member {
            device: self.world.device(name),
            control: self.stranger.device(&token),
            id,
            token,
        }
    }

    /// Adds one, and opts its folder in: a new instance, or this one.
    pub fn joined(&self, name: &str, instance: Option<&str>) -> Member {
        let member = self.member(name);
        let mut options = vec![self.passphrase()];
        options.extend(instance.map(|id| format!("--instance-id={id}")));
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        member
            .device
            .init(&self.server.url(), &member.token, &options);
        member
    }

    /// The option that names the passphrase of all of Alice's instances.
    pub fn passphrase(&self) -> String {
        let path = self.world.path("passphrase");
        format!("--passphrase-file={}", path.display())
    }

    /// Returns the requests that are logged from here on, once `work` is done.
    pub fn asked(&self, work: impl FnOnce()) -> Vec<Value> {
        let before = self.server.log().len();
        work();
        let mut asked = self.server.log().split_off(before);
        asked.retain(|line| line["method"].is_string());
        asked
    }
}
