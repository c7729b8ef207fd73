//! The question about a conflict: in a window, or on a terminal.

mod terminal;
mod window;

use super::Context;
use crate::{
    error::Result,
    sync::question::{Answer, Question},
    ui::{prompt::Prompt, surface::Surface},
};

/// What the question is in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A launch: the game waits.
    Launch,
    /// A command that the player gave.
    Command,
}

/// Returns whether somebody may see a question and answer it.
pub fn can_ask(context: &Context<'_>) -> bool {
    context.surface == Surface::Window || can_ask_on_terminal(context)
}

/// Returns whether somebody sees a terminal and answers on it.
pub fn can_ask_on_terminal(context: &Context<'_>) -> bool {
    context.surface != Surface::None
        && !context.output.is_json()
        && context.output.is_terminal()
        && Prompt::new(context.output).is_terminal()
}

/// Asks whether something shall be done. What is no yes is none, since nothing has happened then.
pub fn yes(prompt: &Prompt<'_>, question: &str) -> Result<bool> {
    prompt.line(&format!("{question} [y/N]"), |answer| {
        Ok(matches!(
            answer.to_lowercase().as_str(),
            "y" | "yes" | "j" | "ja"
        ))
    })
}

/// Shows each unit and asks what becomes of it. `None` where nobody saw the question, or what showed it
/// went away.
pub fn ask(context: &Context<'_>, question: &Question, occasion: Occasion) -> Option<Answer> {
    context.settle();
    let shown = (context.surface == Surface::Window)
        .then(|| window::ask(context, question, occasion))
        .flatten();
    if shown.is_some() {
        return shown;
    }
    can_ask_on_terminal(context)
        .then(|| terminal::ask(context, question, occasion))
        .flatten()
}
