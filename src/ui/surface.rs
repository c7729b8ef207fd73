//! Where a question can be asked: in a window, on a terminal, nowhere.

use std::env;

/// The variable that says so.
pub const VARIABLE: &str = "INSTANCE_SYNC_UI";

/// Where people are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// In a window; where none can be shown, on the terminal.
    Window,
    /// On the terminal, where there is one.
    Terminal,
    /// Nowhere.
    None,
}

impl Surface {
    /// Returns the surface of this process.
    ///
    /// `terminal` is whether somebody sees and answers there, `windows` whether windows are welcome.
    pub fn of_this_process(terminal: bool, windows: bool) -> Self {
        let asked = env::var(VARIABLE).ok();
        Self::choose(asked.as_deref(), terminal, windows && has_display())
    }

    fn choose(asked: Option<&str>, terminal: bool, windows: bool) -> Self {
        match asked {
            Some("window") => Self::Window,
            Some("terminal") => Self::Terminal,
            Some("none") => Self::None,
            _ if terminal => Self::Terminal,
            _ if windows && cfg!(feature = "window") => Self::Window,
            _ => Self::None,
        }
    }
}

/// Returns whether somebody said that questions are asked in windows.
pub fn is_asked_for() -> bool {
    env::var_os(VARIABLE).is_some_and(|asked| asked == "window")
}

/// Returns whether a variable says anything.
pub(super) fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Returns whether there is a screen, as far as that can be told without asking for it.
fn has_display() -> bool {
    if cfg!(windows) {
        true
    } else if cfg!(target_os = "macos") {
        !is_set("SSH_CONNECTION")
    } else {
        ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
            .into_iter()
            .any(is_set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_counts_then_a_terminal_then_a_display() {
        use Surface::{None as Nowhere, Terminal, Window};
        for terminal in [false, true] {
            for windows in [false, true] {
                let of = |asked| Surface::choose(asked, terminal, windows);
                assert_eq!(of(Some("window")), Window);
                assert_eq!(of(Some("terminal")), Terminal);
                assert_eq!(of(Some("none")), Nowhere);
                assert_eq!(of(Some("anything")), of(None));
            }
        }
        assert_eq!(Surface::choose(None, true, true), Terminal);
        assert_eq!(Surface::choose(None, false, false), Nowhere);
        if cfg!(feature = "window") {
            assert_eq!(Surface::choose(None, false, true), Window);
        }
    }
}
