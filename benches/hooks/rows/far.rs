//! The hooks where the server is 40 ms away.

use std::time::Duration;

use super::{MEMORY, bytes, count};
use crate::hooks::content::CHANGED_BYTES;
use crate::hooks::measure::Call;
use crate::hooks::row::{Row, Unit};
use crate::hooks::scene::{Observed, Scene, let_cool};
use crate::hooks::series::{Series, in_turn};
use crate::support::Device;

const ROUND_TRIP: Duration = Duration::from_millis(40);

pub fn idle(scene: &Scene) -> Row {
    let phone = phone(scene, "phone-idle");
    let naive = scene.naive("naive-far-idle", scene.line.port());
    let_cool(&phone);
    let ours = Call::ours(&phone, "pull");
    let rounds = scene.options.scaled(11, 2);
    let [hook, theirs, near] = in_turn(
        rounds,
        || {},
        [
            &mut || far(scene, || ours.time()),
            &mut || far(scene, || naive.pull()),
            &mut || ours.time(),
        ],
    );
    naive.remove();
    let trips = round_trips(&hook, &near);
    let (handshake, observed) = far(scene, || handshake(scene, &ours));
    let mut row = Row::new(
        "far-idle",
        "pull, nothing changed, 40 ms away",
        hook,
        "naive pull",
        theirs,
    )
    .check(
        "round trips beyond the handshake",
        trips - handshake,
        1.0,
        Unit::RoundTrips,
    )
    .memory(&observed, MEMORY)
    .note(format!(
        "{trips:.2} round trips in all, of which {handshake:.0} are the handshake of TCP and TLS: \
         (time at 40 ms - time at 0 ms) / 40 ms."
    ));
    row.others.push(("instance-sync at 0 ms".to_owned(), near));
    row
}

pub fn changed(scene: &Scene) -> Row {
    let phone = phone(scene, "phone-changed");
    let naive = scene.naive("naive-far-changed", scene.line.port());
    let_cool(&phone);
    let ours = Call::ours(&phone, "pull");
    let rounds = scene.options.scaled(9, 2);
    let mut session = 0;
    let [hook, theirs] = in_turn(
        rounds,
        || session = scene.publish(),
        [&mut || far(scene, || ours.time()), &mut || {
            far(scene, || naive.pull())
        }],
    );
    for pack in [&phone.pack, naive.folder()] {
        scene.content.assert_has(pack, session, &scene.desktop.pack);
    }
    naive.remove();
    scene.publish();
    let before = scene.line.traffic();
    let observed = scene.observe(&ours);
    let received = (scene.line.traffic() - before).received;
    Row::new(
        "far-changed",
        "pull of 20 changed files, 40 ms away",
        hook,
        "naive pull",
        theirs,
    )
    .within(1.0 / 2.0)
    .check(
        "bytes received over changed bytes",
        bytes(received) / count(CHANGED_BYTES),
        1.1,
        Unit::Times,
    )
    .memory(&observed, MEMORY)
}

/// Returns a device that has everything, and whose way to the server is the line.
fn phone(scene: &Scene, name: &str) -> Device {
    let phone = scene.world.device(name);
    scene.join(&phone, scene.line.port());
    Call::ours(&phone, "pull").time();
    phone
}

/// Does something while the server is far away.
fn far<T>(scene: &Scene, run: impl FnOnce() -> T) -> T {
    scene.line.set_round_trip(ROUND_TRIP);
    let result = run();
    scene.line.set_round_trip(Duration::ZERO);
    result
}

/// Returns how often a run waited for the line.
fn round_trips(far: &Series, near: &Series) -> f64 {
    (far.wall().median - near.wall().median) / ROUND_TRIP.as_secs_f64()
}

/// Returns how many round trips the handshakes of a run take: one of TCP for each connection, and
/// what the server answered without having been asked by HTTP.
fn handshake(scene: &Scene, call: &Call) -> (f64, Observed) {
    let before = scene.line.traffic();
    let observed = scene.observe(call);
    let traffic = scene.line.traffic() - before;
    let trips = traffic.connections + traffic.answers - observed.requests as u64;
    (bytes(trips), observed)
}
