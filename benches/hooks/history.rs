//! The past of a repository: hundreds of snapshots, without the hours of making them.
//!
//! Each is the oldest one with another time and a single path, encrypted as restic does it. To restic
//! they are as good as any, and it reads each of them.

use std::fs;
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Device, Repository, cheap_key, play::Noise};

/// The time of the first, in seconds since 1970; each next one is of the hour after.
const BEGIN: i64 = 1_735_689_600;

/// Adds snapshots until there are `total`. `device` knows them, so that its next push tells all
/// others not to read them one by one.
pub fn grow_to(total: usize, repository: &Repository, folder: &Path, device: &Device) {
    let snapshots = folder.join("snapshots");
    let count = fs::read_dir(&snapshots).unwrap().count();
    let oldest = &repository.snapshot_ids()[0];
    let cat = |what: &[&str]| -> Value {
        let args = [&["cat", "--no-lock"], what].concat();
        repository.run(&args).ok().json()
    };
    let key = Key::parse(&cat(&["masterkey"]));
    let mut snapshot = cat(&["snapshot", oldest]);
    // As in a backup of one folder: ours name each file, which slows whoever lists thousands.
    snapshot["paths"] = json!([device.pack]);
    let mut ids = Vec::new();
    for number in count..total {
        let seconds = BEGIN + 3600 * i64::try_from(number).unwrap();
        snapshot["time"] = Timestamp::from_second(seconds).unwrap().to_string().into();
        let sealed = key.seal(snapshot.to_string().as_bytes(), number as u64);
        let id = hex::encode(Sha256::digest(&sealed));
        fs::write(snapshots.join(&id), sealed).unwrap();
        ids.push(id);
    }
    know(device, ids);
}

/// Lets a device know snapshots as if it had seen them come, one by one.
fn know(device: &Device, ids: Vec<String>) {
    let mut state = device.json("state.json");
    let known = state["known"].as_array_mut().expect("a state after a push");
    known.extend(ids.into_iter().map(Value::from));
    fs::write(device.synced_by("state.json"), state.to_string()).unwrap();
}

/// The key that everything in a repository is encrypted with.
struct Key {
    encryption: Vec<u8>,
    /// Its two halves are called k and r.
    authentication: Vec<u8>,
}

impl Key {
    /// Reads what `restic cat masterkey` prints.
    fn parse(json: &Value) -> Self {
        let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
        let mac = &json["mac"];
        Self {
            encryption: bytes(&json["encrypt"]),
            authentication: [bytes(&mac["k"]), bytes(&mac["r"])].concat(),
        }
    }

    fn seal(&self, plaintext: &[u8], number: u64) -> Vec<u8> {
        let nonce = Noise::new("nonce", number).bytes(16).try_into().unwrap();
        cheap_key::seal(&self.encryption, &self.authentication, &nonce, plaintext)
    }
}
