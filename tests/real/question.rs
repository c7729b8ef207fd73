//! The question about a conflict, as a player sees it on a terminal.

use super::forks::*;
use super::support::terminal::{Seen, type_in};
use super::support::*;

const DOWN: &str = "\x1b[B";
const ENTER: &str = "\r";
/// The last words of the question.
const ASKED: &str = "Cancel the launch";
/// For the next key: what is on the screen already is waited for no more.
const AT_ONCE: &str = "";

fn fork(worlds: &[&str]) -> Option<Fork> {
    Some(Fork::of(World::with_restic()?, worlds))
}

/// Types on the deck.
#[track_caller]
fn type_on(fork: &Fork, words: &[&str], steps: &[(&str, &str)]) -> Option<Seen> {
    type_in(fork.deck.command(words), steps)
}

/// A screen with what differs from run to run made equal: the minute.
fn timeless(screen: &str) -> String {
    let words = screen.split_inclusive(' ').map(|word| {
        let digits = |word: &str| {
            word.chars()
                .map(|c| if c.is_ascii_digit() { '0' } else { c })
                .collect::<String>()
        };
        let spelled = digits(word);
        if spelled.contains("0000-00-00") || spelled.contains("00:00") {
            spelled
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

const QUESTION: &str = "\
saves/World changed on two sides:
            this device           cloud
device      deck                  desktop
saved       just now              0000-00-00 00:00
size        174.74 KiB, 12 files  174.74 KiB, 12 files
differs in                        5 files

What shall become of it? Nothing is lost either way.
Arrow keys, then Enter:
  Keep both, the earlier one under another name
  Keep this device's
  Keep the cloud's
  Decide later, and play what is here
  Cancel the launch";

#[test]
fn the_question_shows_both_sides_and_enter_alone_decides_nothing() {
    let Some(fork) = fork(&["World"]) else { return };
    let steps = [
        (ASKED, ENTER),
        (AT_ONCE, ENTER),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
    ];
    let Some(seen) = type_on(&fork, &["pull"], &steps) else {
        return;
    };
    let [asked, after, again, marked, last] = seen.screens.as_slice() else {
        panic!("{seen:?}")
    };
    println!("{asked}\n{marked}\n{last}");
    assert_eq!(
        timeless(asked),
        format!("Saving what is only here so far.\n\n{QUESTION}")
    );
    assert_eq!((after, again), (asked, asked));
    assert!(marked.contains("\n> Keep both"), "{marked}");
    // The menu is gone, and what was chosen stays, on lines that fit.
    assert!(
        last.contains("Enter: Keep both, the earlier one under another name"),
        "{last}"
    );
    assert!(!last.contains("Cancel"), "{last}");
    let copy = copy_of(&fork.deck, "World", "desktop");
    assert!(
        last.ends_with(&format!("\nKept both versions: saves/{copy}.")),
        "{last}"
    );
    assert_eq!(seen.code, 0);
    assert_same(&saves(&fork.deck).under("World"), &fork.mine.under("World"));
    assert_same(&saves(&fork.deck).under(copy), &fork.theirs.under("World"));
    fork.settles();
}

#[test]
fn each_world_gets_its_own_answer() {
    let Some(fork) = fork(&["A", "B"]) else {
        return;
    };
    let steps = [
        (ASKED, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
        (ASKED, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
    ];
    let Some(seen) = type_on(&fork, &["pull"], &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    let now = saves(&fork.deck);
    assert_same(&now.under("A"), &fork.theirs.under("A"));
    assert_same(&now.under("B"), &fork.mine.under("B"));
    assert_eq!(worlds(&fork.deck).len(), 2);
    fork.settles();
}

#[test]
fn what_is_decided_later_starts_the_game_and_is_asked_again() {
    let Some(fork) = fork(&["World"]) else { return };
    let later = [
        (ASKED, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
    ];
    for _ in 0..2 {
        let Some(seen) = type_on(&fork, &["pull"], &later) else {
            return;
        };
        assert_eq!(seen.code, 0, "{}", seen.last());
        let says = "To be decided later: saves/World. Both versions stay in the cloud.";
        assert!(seen.last().ends_with(says), "{}", seen.last());
        fork.assert_untouched();
    }
    // The session that follows is saved, and the question is still the same two sides.
    play::session(&fork.deck.pack, "World", 4);
    let played = saves(&fork.deck);
    fork.deck.command(&["push"]).ok();
    assert_in_history(&fork.world, &fork.deck, "World", &played.under("World"));
    let Some(seen) = type_on(&fork, &["pull"], &[(ASKED, DOWN), (AT_ONCE, ENTER)]) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    let copy = copy_of(&fork.deck, "World", "desktop");
    assert_same(&saves(&fork.deck).under("World"), &played.under("World"));
    assert_same(&saves(&fork.deck).under(copy), &fork.theirs.under("World"));
    fork.settles();
}

#[test]
fn whoever_cancels_ends_the_launch_and_nothing_happened() {
    // The last item; the escape key; an interrupt.
    let up = "\x1b[A";
    for (steps, ends) in [
        (vec![(ASKED, up), (AT_ONCE, ENTER)], true),
        (vec![(ASKED, "\x1b")], true),
        (vec![(ASKED, "\x03")], false),
    ] {
        let Some(fork) = fork(&["World"]) else { return };
        let Some(seen) = type_on(&fork, &["pull"], &steps) else {
            return;
        };
        println!("{}", seen.last());
        if ends {
            assert_eq!(seen.code, 3, "{}", seen.last());
            assert!(
                seen.last().contains("instance-sync resolve --keep=both"),
                "{}",
                seen.last()
            );
        } else {
            let interrupt = rustix::process::Signal::INT.as_raw();
            assert_eq!(seen.code, -i64::from(interrupt), "{}", seen.last());
        }
        assert!(!seen.hidden, "no cursor");
        fork.assert_untouched();
        fork.deck.command(&["pull"]).code(3);
        fork.assert_untouched();
    }
}

#[test]
fn resolve_asks_too_and_speaks_of_no_launch() {
    let Some(fork) = fork(&["World"]) else { return };
    fork.deck.command(&["pull"]).code(3);
    let steps = [
        ("\n  Cancel", DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
    ];
    let Some(seen) = type_on(&fork, &["resolve"], &steps) else {
        return;
    };
    assert!(
        seen.screens[0].ends_with("\n  Decide later\n  Cancel"),
        "{}",
        seen.screens[0]
    );
    assert_eq!(seen.code, 0, "{}", seen.last());
    assert_same(&saves(&fork.deck), &fork.theirs);
    fork.settles();
}

#[test]
fn resolve_asks_about_the_world_that_is_named_and_notes_the_answer() {
    let Some(fork) = fork(&["A", "B"]) else {
        return;
    };
    fork.deck.command(&["pull"]).code(3);
    let steps = [
        ("\n  Cancel", DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, DOWN),
        (AT_ONCE, ENTER),
    ];
    let Some(seen) = type_on(&fork, &["resolve", "saves/B"], &steps) else {
        return;
    };
    let asked = &seen.screens[0];
    assert!(asked.starts_with("saves/B changed on two sides"), "{asked}");
    assert!(
        !asked.contains("saves/A") && !asked.contains("later"),
        "{asked}"
    );
    assert_eq!(seen.code, 3, "{}", seen.last());
    assert!(
        seen.last()
            .contains("Noted: the cloud's version of saves/B."),
        "{}",
        seen.last()
    );
    fork.assert_untouched();
    fork.deck.command(&["resolve", "--keep=local"]).ok();
    let now = saves(&fork.deck);
    assert_same(&now.under("A"), &fork.mine.under("A"));
    assert_same(&now.under("B"), &fork.theirs.under("B"));
    fork.settles();
}

#[test]
fn whoever_cancels_after_an_answer_is_told_that_it_does_not_count() {
    let Some(fork) = fork(&["A", "B"]) else {
        return;
    };
    let up = "\x1b[A";
    let steps = [
        (ASKED, DOWN),
        (AT_ONCE, ENTER),
        (ASKED, up),
        (AT_ONCE, ENTER),
    ];
    let Some(seen) = type_on(&fork, &["pull"], &steps) else {
        return;
    };
    assert_eq!(seen.code, 3, "{}", seen.last());
    let says = "What was answered about saves/A does not count either.";
    assert!(seen.last().contains(says), "{}", seen.last());
    fork.assert_untouched();
}

#[test]
fn a_screen_that_nobody_can_answer_on_is_not_asked() {
    let Some(fork) = fork(&["World"]) else { return };
    // JSON is for programs; a policy needs no question.
    let Some(seen) = type_on(&fork, &["pull", "--json"], &[]) else {
        return;
    };
    assert_eq!(seen.code, 3, "{}", seen.last());
    assert!(!seen.last().contains("Arrow keys"), "{}", seen.last());
    let Some(seen) = type_on(&fork, &["pull", "--on-conflict=abort"], &[]) else {
        return;
    };
    assert_eq!(seen.code, 3, "{}", seen.last());
    assert!(!seen.last().contains("Arrow keys"), "{}", seen.last());
    fork.assert_untouched();
}
