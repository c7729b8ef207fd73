//! A menu on a terminal: arrow keys and Enter. Nothing is chosen beforehand.
//!
//! dialoguer's own leaves the cursor hidden where an interrupt ends it.

use std::io;

use dialoguer::console::{Key, Term};

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
        term.write_line(&format!("{question}:"))?;
        for (place, item) in items.iter().enumerate() {
            let mark = if marked == Some(place) { ">" } else { " " };
            term.write_line(&format!("{mark} {item}"))?;
        }
        term.flush()?;
        let key = term.read_key_raw()?;
        if key == Key::CtrlC {
            return Ok(Chosen::Interrupted);
        }
        term.clear_last_lines(items.len() + 1)?;
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

/// Ends this process as an interrupt does, so that whoever started it sees that.
fn interrupt() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT);
}
