//! The question about a conflict, on a terminal.

use std::collections::BTreeMap;

use indicatif::HumanBytes;

use super::{Context, pull::list};
use crate::{
    domain::{path::RelPath, policy::Policy},
    sync::{
        decide::minutes,
        question::{Answer, Question},
    },
    ui::{prompt::Prompt, table},
    workdir::state::Claim,
};

/// What the question is in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A launch: the game waits.
    Launch,
    /// A command that the player gave.
    Command,
}

/// Returns whether somebody sees a question and can answer it.
pub fn can_ask(context: &Context<'_>) -> bool {
    !context.output.is_json()
        && context.output.is_terminal()
        && Prompt::new(context.output).is_terminal()
}

/// Shows each unit and asks what becomes of it. `None` where the terminal went away.
pub fn ask(context: &Context<'_>, question: &Question, occasion: Occasion) -> Option<Answer> {
    context.settle();
    let (later, cancel) = match occasion {
        Occasion::Launch => ("Decide later, and play what is here", "Cancel the launch"),
        Occasion::Command => ("Decide later", "Cancel"),
    };
    let prompt = Prompt::new(context.output);
    let mut decided = BTreeMap::new();
    for (unit, claims) in &question.units {
        context
            .output
            .text(&format!("\n{unit} changed on two sides:\n"));
        context.output.text(&shown(claims, question.saved));
        context
            .output
            .text("\nWhat shall become of it? Nothing is lost either way.");
        let mut choices = vec![
            (
                "Keep both, the earlier one under another name",
                Choice::Keep(Policy::KeepBoth),
            ),
            ("Keep this device's", Choice::Keep(Policy::KeepLocal)),
            ("Keep the cloud's", Choice::Keep(Policy::KeepCloud)),
        ];
        if question.can_wait {
            choices.push((later, Choice::Later));
        }
        choices.push((cancel, Choice::Cancel));
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let answer = prompt.choose("Arrow keys, then Enter", &names).ok()?;
        match choices.get(answer)?.1 {
            Choice::Keep(policy) => {
                decided.insert(unit.clone(), policy);
            }
            Choice::Later => {
                tell_of_dropped(context, &decided);
                return Some(Answer::Later);
            }
            Choice::Cancel => {
                tell_of_dropped(context, &decided);
                return Some(Answer::Cancel);
            }
        }
    }
    Some(Answer::Decided(decided))
}

/// Whoever cancels takes all answers back.
fn tell_of_dropped(context: &Context<'_>, decided: &BTreeMap<RelPath, Policy>) {
    if !decided.is_empty() {
        let units: Vec<RelPath> = decided.keys().cloned().collect();
        context.output.line(&format!(
            "What was answered about {} does not count either.",
            list(&units)
        ));
    }
}

#[derive(Clone, Copy)]
enum Choice {
    Keep(Policy),
    Later,
    Cancel,
}

fn files(number: u64) -> String {
    match number {
        1 => "1 file".to_owned(),
        number => format!("{number} files"),
    }
}

/// What is here and what is in the cloud, side by side.
fn shown(claims: &[Claim], saved: bool) -> String {
    let place = |claim: &Claim| {
        if claim.here {
            "this device".to_owned()
        } else {
            "cloud".to_owned()
        }
    };
    let size = |claim: &Claim| {
        claim.extent.map_or_else(
            || "unknown".to_owned(),
            |extent| format!("{}, {}", HumanBytes(extent.bytes), files(extent.files)),
        )
    };
    let not_before = if saved { "just now" } else { "not saved yet" };
    let time = |claim: &Claim| claim.time.map_or_else(|| not_before.to_owned(), minutes);
    let differing = |claim: &Claim| match (claim.here, claim.differing) {
        (true, _) => String::new(),
        (false, Some(number)) => files(number),
        (false, None) => "unknown".to_owned(),
    };
    let row = |name: &str, cell: &dyn Fn(&Claim) -> String| {
        std::iter::once(name.to_owned())
            .chain(claims.iter().map(cell))
            .collect::<Vec<_>>()
    };
    table::grid(&[
        row("", &place),
        row("device", &|claim| claim.device.clone()),
        row("saved", &time),
        row("size", &size),
        row("differs in", &differing),
    ])
}
