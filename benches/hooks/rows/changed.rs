//! The hooks around a session that changed 20 files of 1 MB.

use super::MEMORY;
use crate::hooks::bare::bare;
use crate::hooks::measure::Call;
use crate::hooks::row::Row;
use crate::hooks::scene::{Scene, let_cool, settle_disk};
use crate::hooks::series::in_turn;

pub fn pull(scene: &Scene) -> Row {
    let naive = scene.naive("naive-changed", scene.port());
    let_cool(&scene.deck);
    let ours = Call::ours(&scene.deck, "pull");
    let rounds = scene.options.scaled(11, 2);
    let mut session = 0;
    let [hook, theirs] = in_turn(
        rounds,
        || session = scene.publish(),
        [&mut || ours.time(), &mut || naive.pull()],
    );
    for pack in [&scene.deck.pack, naive.folder()] {
        scene.content.assert_has(pack, session, &scene.desktop.pack);
    }
    naive.remove();
    scene.publish();
    let observed = scene.observe(&ours);
    Row::new(
        "pull-changed",
        "pull of 20 changed files of 1 MB",
        hook,
        "naive pull",
        theirs,
    )
    .within(1.0 / 4.0)
    .memory(&observed, MEMORY)
    .note(format!(
        "The aim is 1/6. restic runs {} times.",
        observed.watched.restics()
    ))
}

pub fn push(scene: &Scene) -> Row {
    let bare = bare(scene, "bare-changed");
    let_cool(&scene.desktop);
    let ours = Call::ours(&scene.desktop, "push");
    let rounds = scene.options.scaled(11, 2);
    let [hook, theirs] = in_turn(
        rounds,
        || {
            scene.play(&[bare.folder()]);
            settle_disk();
        },
        [&mut || ours.time(), &mut || bare.push()],
    );
    bare.remove();
    scene.play(&[]);
    let observed = scene.observe(&ours);
    Row::new(
        "push-changed",
        "push of 20 changed files of 1 MB",
        hook,
        "restic backup",
        theirs,
    )
    .within(0.7)
    .restics(&observed, 1)
    .memory(&observed, MEMORY)
}
