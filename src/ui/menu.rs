//! A menu on a terminal: arrow keys and Enter. Nothing is chosen beforehand.
//!
//! dialoguer's own leaves the cursor hidden where an interrupt ends it.

use std::{collections::BTreeSet, io};

use dialoguer::console::{Key, Term, truncate_str};

use crate::texts::text;

/// Lets a person choose one of `items`. `None` where the question was not answered. An interrupt ends
/// this process, as it would anywhere else, or is an error of that kind.
pub fn choose(question: &str, items: &[&str]) -> io::Result<Option<usize>> {
    let chosen = on_terminal(|term| keys(term, question, items, None))?;
    Ok(chosen.and_then(|chosen| chosen.first().copied()))
}

/// Lets a person choose some of `items`, at least one: Space takes one or leaves it, Enter goes on with
/// those that were taken.
pub fn choose_many(question: &str, items: &[&str]) -> io::Result<Option<Vec<usize>>> {
    on_terminal(|term| keys(term, question, items, Some(BTreeSet::new())))
}

fn on_terminal(ask: impl FnOnce(&Term) -> io::Result<Chosen>) -> io::Result<Option<Vec<usize>>> {
    let term = Term::stderr();
    term.hide_cursor()?;
    let chosen = ask(&term);
    term.show_cursor()?;
    term.flush()?;
    Ok(match chosen? {
        Chosen::Items(places) => Some(places),
        Chosen::Nothing => None,
        Chosen::Interrupted => {
            interrupt();
            return Err(io::ErrorKind::Interrupted.into());
        }
    })
}

enum Chosen {
    Items(Vec<usize>),
    Nothing,
    Interrupted,
}

/// `taken` is there where several can be chosen.
fn keys(
    term: &Term,
    question: &str,
    items: &[&str],
    mut taken: Option<BTreeSet<usize>>,
) -> io::Result<Chosen> {
    let last = items.len().saturating_sub(1);
    // What Enter would answer is marked by nobody but the player; where it takes a Space too, the mark can
    // be there.
    let mut marked: Option<usize> = taken.as_ref().map(|_| 0);
    let mut empty = false;
    loop {
        let boxed: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(place, item)| match &taken {
                Some(taken) if taken.contains(&place) => format!("[x] {item}"),
                Some(_) => format!("[ ] {item}"),
                None => (*item).to_owned(),
            })
            .collect();
        let boxed: Vec<&str> = boxed.iter().map(String::as_str).collect();
        let (rows, columns) = term.size();
        // Room for the line that none is taken.
        let rows = rows.saturating_sub(u16::from(taken.is_some()));
        let mut lines = lines(question, &boxed, marked, (rows, columns));
        lines.extend(empty.then(|| text!("menu-none-taken")));
        empty = false;
        for line in &lines {
            term.write_line(line)?;
        }
        term.flush()?;
        let key = term.read_key_raw()?;
        if key == Key::CtrlC {
            return Ok(Chosen::Interrupted);
        }
        term.clear_last_lines(lines.len())?;
        match (key, marked, &mut taken) {
            (Key::ArrowDown | Key::Tab | Key::Char('j'), _, _) => {
                marked = Some(marked.map_or(0, |place| if place == last { 0 } else { place + 1 }));
            }
            (Key::ArrowUp | Key::BackTab | Key::Char('k'), _, _) => {
                marked = Some(marked.map_or(last, |place| place.checked_sub(1).unwrap_or(last)));
            }
            (Key::Char(' '), Some(place), Some(taken)) => {
                let added = taken.insert(place);
                taken.retain(|one| added || *one != place);
            }
            (Key::Enter, _, Some(taken)) if !taken.is_empty() => {
                return answered(term, question, items, taken.iter().copied().collect());
            }
            // A box that is empty is never taken for one that is not.
            (Key::Enter, _, Some(_)) => empty = true,
            (Key::Enter | Key::Char(' '), Some(place), None) => {
                return answered(term, question, items, vec![place]);
            }
            (Key::Escape | Key::Char('q'), _, _) => return Ok(Chosen::Nothing),
            _ => {}
        }
    }
}

/// Leaves the question and its answer on the screen.
fn answered(term: &Term, question: &str, items: &[&str], places: Vec<usize>) -> io::Result<Chosen> {
    let names: Vec<&str> = places
        .iter()
        .filter_map(|place| items.get(*place).copied())
        .collect();
    term.write_line(&format!("{question}: {}", names.join(", ")))?;
    Ok(Chosen::Items(places))
}

/// What is shown: each item on one line of the terminal, as many as there is room for around the one
/// that is marked. A line that wraps, or a list that scrolls, could not be taken away again.
fn lines(
    question: &str,
    items: &[&str],
    marked: Option<usize>,
    (rows, columns): (u16, u16),
) -> Vec<String> {
    // Some terminals do not say how large they are.
    let rows = if rows == 0 { 24 } else { rows };
    let columns = if columns == 0 { 79 } else { columns };
    let fits = |line: String| truncate_str(&line, usize::from(columns), "...").into_owned();
    // The question, the line that says how many there are, and the one of the cursor.
    let room = usize::from(rows).saturating_sub(3).max(1);
    let all = items.len() <= room;
    let (from, shown) = if all {
        (0, items.len())
    } else {
        let middle = marked.unwrap_or(0).saturating_sub(room / 2);
        (middle.min(items.len() - room), room)
    };
    let mut lines = vec![fits(format!("{question}:"))];
    for (place, item) in items.iter().enumerate().skip(from).take(shown) {
        let mark = if marked == Some(place) { ">" } else { " " };
        lines.push(fits(format!("{mark} {item}")));
    }
    if !all {
        let (first, end, count) = (from + 1, from + shown, items.len());
        let shown = text!("menu-shown", first = first, end = end, count = count);
        lines.push(fits(format!("  {shown}")));
    }
    lines
}

/// Ends this process as an interrupt does, so that whoever started it sees that.
pub(super) fn interrupt() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_scrolls() {
        let items: Vec<String> = (0..200)
            .map(|n| format!("{n} {}", "x".repeat(100)))
            .collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        for marked in [None, Some(0), Some(100), Some(199)] {
            let shown = lines("Which?", &items, marked, (24, 40));
            assert_eq!(shown.len(), 23, "{shown:?}");
            assert!(shown.iter().all(|line| line.chars().count() <= 40));
            let mark = shown.iter().find(|line| line.starts_with('>'));
            let wanted = marked.map(|place| format!("> {place} "));
            assert_eq!(
                mark.map(|line| &line[..wanted.as_ref().map_or(0, String::len)]),
                wanted.as_deref()
            );
        }
        assert_eq!(
            lines("Which?", &["a", "b"], Some(1), (24, 80)),
            ["Which?:", "  a", "> b"]
        );
    }
}
