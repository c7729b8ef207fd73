//! How long a server takes until it answers.

use std::time::Instant;

use crate::serve::figure::{Figure, Reach};
use crate::serve::load;
use crate::serve::options::Options;
use crate::support::our_server::OurServer;

const WHAT: &str = "start";

pub fn measure(options: &Options) -> Vec<Figure> {
    let (mut empty, mut again) = (Vec::new(), Vec::new());
    for _ in 0..options.scaled(11, 3) {
        let folder = tempfile::tempdir().unwrap();
        let since = Instant::now();
        let mut server = OurServer::start(folder.path());
        empty.push(since.elapsed().as_secs_f64() * 1000.0);
        server.add_open_account("alice");
        server.kill();
        let since = Instant::now();
        server.start_again();
        again.push(since.elapsed().as_secs_f64() * 1000.0);
    }
    let most = Reach::AtMost(100.0);
    vec![
        Figure::new(
            (WHAT, "until it answers, empty folder"),
            load::median(empty),
            "ms",
            most,
        ),
        Figure::new(
            (WHAT, "until it answers, after a kill"),
            load::median(again),
            "ms",
            most,
        ),
    ]
}
