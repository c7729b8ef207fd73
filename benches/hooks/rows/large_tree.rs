//! A tree so large that looking at it is what takes the time.

use crate::hooks::content;
use crate::hooks::measure::Call;
use crate::hooks::row::Row;
use crate::hooks::scene::{self, Scene, let_cool};
use crate::hooks::series::in_turn;

/// 20,000 files, 10 GB.
const FILES: usize = 20_000;
const BYTES_EACH: u64 = 500_000;
const MEMORY: f64 = 40e6;

pub fn measure(scene: &Scene) -> Row {
    let device = scene.world.device("large");
    let files = scene.options.scaled(FILES, FILES / 10);
    content::sparse(&device.pack, files, BYTES_EACH);
    scene::create(&scene.world, &device);
    let_cool(&device);
    let ours = Call::ours(&device, "push");
    let find =
        Call::new("/usr/bin/find", &device.pack).args(["saves", "-printf", r"%p %s %T@ %C@ %i\n"]);
    let rounds = scene.options.scaled(21, 3);
    let [hook, theirs] = in_turn(rounds, || {}, [&mut || ours.time(), &mut || find.time()]);
    let observed = scene.observe(&ours);
    Row::new(
        "large-tree",
        format!("push, nothing changed in {files} files"),
        hook,
        "find -printf",
        theirs,
    )
    .within(1.5)
    .memory(&observed, MEMORY)
    .note("The files are sparse, 500 kB each. The scan is part of the push.")
}
