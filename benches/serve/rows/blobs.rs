//! Packs as restic makes them, up and down.

use crate::serve::content::{self, Object};
use crate::serve::figure::{Figure, Reach};
use crate::serve::load;
use crate::serve::options::Options;
use crate::serve::sides::Side;

/// As many as restic uses.
const CONNECTIONS: usize = 5;
/// About what restic packs together.
const SIZE: usize = 17 << 20;

pub fn measure(options: &Options) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let ours = Side::ours(&folder.path().join("ours"));
    let theirs = Side::theirs(&folder.path().join("theirs"));
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for round in 0..=options.scaled(7, 1) {
        let first = round * 100;
        let packs: Vec<Object> = (first..first + 20)
            .map(|number| content::object(number + 1, SIZE))
            .collect();
        let sides = if round % 2 == 0 {
            [&ours, &theirs]
        } else {
            [&theirs, &ours]
        };
        // What was written before is not part of what follows.
        let times = sides.map(|side| {
            rustix::fs::sync();
            let up = upload(side, &packs);
            rustix::fs::sync();
            (up, download(side, &packs))
        });
        let [mine, other] = if round % 2 == 0 {
            times
        } else {
            [times[1], times[0]]
        };
        // The first round warms up.
        if round > 0 {
            up.push(other.0 / mine.0);
            down.push(other.1 / mine.1);
        }
    }
    let least = Reach::AtLeast(0.9);
    vec![
        Figure::new(
            (
                "upload of 20 packs of 17 MiB, 5 connections",
                "speed beside rest-server",
            ),
            load::median(up),
            "x",
            least,
        ),
        Figure::new(
            ("download of the same", "speed beside rest-server"),
            load::median(down),
            "x",
            least,
        ),
    ]
}

/// Returns how long that took, in seconds.
fn upload(side: &Side, packs: &[Object]) -> f64 {
    let took = load::share(side.port, CONNECTIONS, packs, |line, pack| {
        let head = side.request("POST", &format!("data/{}", pack.name), Some(SIZE));
        assert_eq!(line.ask(&head, &pack.bytes).0, 200);
    });
    took.as_secs_f64()
}

fn download(side: &Side, packs: &[Object]) -> f64 {
    let took = load::share(side.port, CONNECTIONS, packs, |line, pack| {
        let head = side.request("GET", &format!("data/{}", pack.name), None);
        let (status, length) = line.ask(&head, b"");
        assert_eq!((status, length), (200, SIZE as u64));
    });
    took.as_secs_f64()
}
