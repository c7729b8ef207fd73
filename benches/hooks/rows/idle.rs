//! The hooks where nothing is to be done: nearly always.

use super::MEMORY;
use crate::hooks::bare::bare;
use crate::hooks::measure::Call;
use crate::hooks::others;
use crate::hooks::row::Row;
use crate::hooks::scene::{Scene, let_cool};
use crate::hooks::series::{Series, Side, all_in_turn};

const MANY: usize = 2000;

pub fn pull(scene: &Scene) -> Row {
    idle_pull(scene, "pull-idle", "pull, nothing changed anywhere")
        .note(format!("{} snapshots are listed.", scene.snapshots()))
}

/// The same with a long past; the scene keeps it.
pub fn pull_of_many(scene: &Scene) -> Row {
    scene.grow_to(scene.options.scaled(MANY, MANY / 10));
    Call::ours(&scene.deck, "pull").time();
    let title = format!("pull, nothing changed, {} snapshots", scene.snapshots());
    idle_pull(scene, "many-snapshots", &title)
}

fn idle_pull(scene: &Scene, name: &'static str, title: &str) -> Row {
    let naive = scene.naive(&format!("naive-{name}"), scene.port());
    let_cool(&scene.deck);
    let ours = Call::ours(&scene.deck, "pull");
    let others = others::hooks(scene);
    let others = others.into_iter().map(|hooks| (hooks.label, hooks.pull));
    let compared = beside(scene, &ours, &mut || naive.pull(), others.collect());
    let observed = scene.observe(&ours);
    naive.remove();
    compared
        .row(name, title, "naive pull")
        .within(1.0 / 50.0)
        .restics(&observed, 0)
        .requests(&observed, 1)
        .memory(&observed, MEMORY)
}

pub fn push(scene: &Scene) -> Row {
    let bare = bare(scene, "bare-idle");
    let_cool(&scene.desktop);
    let ours = Call::ours(&scene.desktop, "push");
    let others = others::hooks(scene);
    let others = others.into_iter().map(|hooks| (hooks.label, hooks.push));
    let compared = beside(scene, &ours, &mut || bare.push(), others.collect());
    let observed = scene.observe(&ours);
    bare.remove();
    compared
        .row("push-idle", "push, nothing changed", "restic backup")
        .within(1.0 / 50.0)
        .restics(&observed, 0)
        .requests(&observed, 0)
        .memory(&observed, MEMORY)
}

/// What all sides took.
struct Compared {
    ours: Series,
    theirs: Series,
    others: Vec<(String, Series)>,
}

/// Runs ours beside theirs, and beside whatever else is installed.
fn beside(
    scene: &Scene,
    ours: &Call,
    theirs: Side<'_>,
    others: Vec<(&'static str, Call)>,
) -> Compared {
    let mut ours = || ours.time();
    let (labels, calls): (Vec<_>, Vec<_>) = others.into_iter().unzip();
    let mut runs: Vec<_> = calls.iter().map(|call| || call.time()).collect();
    let mut sides: Vec<Side<'_>> = vec![&mut ours, theirs];
    sides.extend(runs.iter_mut().map(|run| -> Side<'_> { run }));
    let rounds = scene.options.scaled(15, 3);
    let mut series = all_in_turn(rounds, || {}, &mut sides).into_iter();
    let mut next = || series.next().expect("a series for each side");
    Compared {
        ours: next(),
        theirs: next(),
        others: labels
            .into_iter()
            .map(|label| (label.to_owned(), next()))
            .collect(),
    }
}

impl Compared {
    fn row(self, name: &'static str, title: &str, label: &str) -> Row {
        let mut row = Row::new(name, title, self.ours, label, self.theirs);
        row.others = self.others;
        row
    }
}
