//! The hook in a folder that has nothing to do with it: most of those that a launcher starts.

use super::bytes;
use crate::hooks::measure::Call;
use crate::hooks::row::{Row, Unit};
use crate::hooks::scene::Scene;
use crate::hooks::series::{Spread, in_turn};

/// How often the peak is taken: where the kernel puts things makes a difference of some pages.
const PEAKS: usize = 9;

pub fn measure(scene: &Scene) -> Row {
    let device = scene.world.device("elsewhere");
    let ours = Call::ours(&device, "pull");
    let nothing = Call::new("/bin/true", &device.home);
    let rounds = scene.options.scaled(400, 40);
    let [hook, floor] = in_turn(
        rounds,
        || {},
        [&mut || ours.time_on_one_cpu(), &mut || {
            nothing.time_on_one_cpu()
        }],
    );
    let peak = |call: &Call| Spread::of((0..PEAKS).map(|_| bytes(call.watch().peak))).median;
    let more = peak(&ours) - peak(&nothing);
    Row::new(
        "not-opted-in",
        "pull, not opted in",
        hook,
        "/bin/true",
        floor,
    )
    .within(3.0)
    .check("peak memory over that of /bin/true", more, 6e6, Unit::Bytes)
}
