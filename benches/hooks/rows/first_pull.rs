//! Everything, into an empty folder, on a device that has just joined.

use std::fs;

use super::MEMORY;
use crate::hooks::measure::Call;
use crate::hooks::naive::Naive;
use crate::hooks::row::Row;
use crate::hooks::scene::{Scene, settle_disk};
use crate::hooks::series::in_turn;
use crate::support::Device;

pub fn measure(scene: &Scene) -> Row {
    let rounds = scene.options.scaled(9, 2);
    let [hook, theirs] = in_turn(
        rounds,
        settle_disk,
        [
            &mut || {
                let device = joined(scene);
                let sample = Call::ours(&device, "pull").time();
                remove(&device);
                sample
            },
            &mut || {
                let naive = Naive::new(scene, "naive-first", &scene.id, scene.port());
                naive.look();
                let sample = naive.first_pull();
                naive.remove();
                settle_disk();
                sample
            },
        ],
    );
    let device = joined(scene);
    let observed = scene.observe(&Call::ours(&device, "pull"));
    remove(&device);
    Row::new(
        "first-pull",
        "first pull of everything",
        hook,
        "restic restore --verify, sync",
        theirs,
    )
    .within(1.1)
    .memory(&observed, MEMORY)
}

/// Returns a device that has joined and has nothing yet.
fn joined(scene: &Scene) -> Device {
    let device = scene.world.device("new");
    scene.join(&device, scene.port());
    device
}

fn remove(device: &Device) {
    fs::remove_dir_all(&device.home).unwrap();
    settle_disk();
}
