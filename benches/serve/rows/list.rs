//! The request of a hook that finds nothing to do: the list of snapshots.

use std::time::Duration;

use crate::serve::content;
use crate::serve::figure::{Figure, Reach};
use crate::serve::line::Line;
use crate::serve::load;
use crate::serve::options::Options;
use crate::serve::sides::Side;

const WHAT: &str = "list of 20 snapshots, 8 connections";

pub fn measure(options: &Options) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let ours = Side::ours(&folder.path().join("ours"));
    let theirs = Side::theirs(&folder.path().join("theirs"));
    for side in [&ours, &theirs] {
        let mut line = Line::to(side.port);
        for number in 0..20 {
            let snapshot = content::object(number, 300);
            let path = format!("snapshots/{}", snapshot.name);
            let head = side.request("POST", &path, Some(300));
            assert_eq!(line.ask(&head, &snapshot.bytes).0, 200);
        }
    }
    let length = Duration::from_millis(options.scaled(3000, 500));
    let rounds = options.scaled(7, 3);
    let (mut ratios, mut rates, mut p99s) = (Vec::new(), Vec::new(), Vec::new());
    let mut their_rates = Vec::new();
    let once = |side: &Side| {
        let head = side.request("GET", "snapshots/", None);
        load::ask(side.port, 8, length, &head)
    };
    once(&ours);
    once(&theirs);
    for round in 0..rounds {
        let (mine, other) = if round % 2 == 0 {
            let mine = once(&ours);
            (mine, once(&theirs))
        } else {
            let other = once(&theirs);
            (once(&ours), other)
        };
        ratios.push(mine.rate / other.rate);
        rates.push(mine.rate);
        their_rates.push(other.rate);
        p99s.push(mine.p99.as_secs_f64() * 1000.0);
    }
    let least = Reach::AtLeast(1.2);
    let slow = Reach::AtMost(5.0);
    let rate = load::median(rates);
    vec![
        Figure::new(
            (WHAT, "requests beside rest-server"),
            load::median(ratios),
            "x",
            least,
        ),
        Figure::new((WHAT, "requests"), rate, "/s", Reach::None),
        Figure::new(
            (WHAT, "requests, rest-server"),
            load::median(their_rates),
            "/s",
            Reach::None,
        ),
        Figure::new(
            (WHAT, "99 of 100 answers within"),
            load::median(p99s),
            "ms",
            slow,
        ),
    ]
}
