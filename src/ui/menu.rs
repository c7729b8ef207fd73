//! A menu on a terminal: arrow keys and Enter. Nothing is chosen beforehand.
//!
//! dialoguer's own leaves the cursor hidden where an interrupt ends it.

use std::io;

use dialoguer::console::{Key, Term, truncate_str};

/// Lets a person choose one of `items`. `None` where the question was not answered. An interrupt ends
/// this process, as it would anywhere else.
pub fn choose(question: &str, items: &[&str]) -> io::Result<Option<usize>> {
    let term = Term::stderr();
    term.hide_cursor()?;
    let chosen = keys(&term, question, items);
    term.show_cursor()?;
    term.flush()?;
    Ok(match chosen? {
        Chosen::Item(place) => Some(place),
        Chosen::Nothing => None,
        Chosen::Interrupted => {
            interrupt();
            None
        }
    })
}

enum Chosen {
    Item(usize),
    Nothing,
    Interrupted,
}

fn keys(term: &Term, question: &str, items: &[&str]) -> io::Result<Chosen> {
    let last = items.len().saturating_sub(1);
    let mut marked: Option<usize> = None;
    loop {
        let lines = lines(question, items, marked, term.size());
        for line in &lines {
            term.write_line(line)?;
        }
        term.flush()?;
        let key = term.read_key_raw()?;
        if key == Key::CtrlC {
            return Ok(Chosen::Interrupted);
        }
        term.clear_last_lines(lines.len())?;
        match (key, marked) {
            (Key::ArrowDown | Key::Tab | Key::Char('j'), _) => {
                marked = Some(marked.map_or(0, |place| if place == last { 0 } else { place + 1 }));
            }
            (Key::ArrowUp | Key::BackTab | Key::Char('k'), _) => {
                marked = Some(marked.map_or(last, |place| place.checked_sub(1).unwrap_or(last)));
            }
            (Key::Enter | Key::Char(' '), Some(place)) => {
                let item = items.get(place).copied().unwrap_or_default();
                term.write_line(&format!("{question}: {item}"))?;
                return Ok(Chosen::Item(place));
            }
            (Key::Escape | Key::Char('q'), _) => return Ok(Chosen::Nothing),
            _ => {}
        }
    }
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
        lines.push(fits(format!("  ({first} to {end} of {count})")));
    }
    lines
}

/// Ends this process as an interrupt does, so that whoever started it sees that.
fn interrupt() {
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
