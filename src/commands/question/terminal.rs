//! The question on a terminal: a table for each unit, and a menu.

use std::collections::BTreeMap;

use indicatif::HumanBytes;

use super::Occasion;
use crate::{
    commands::{Context, pull::list},
    domain::{path::RelPath, policy::Policy, save},
    sync::{
        decide::minutes,
        question::{Answer, Question},
    },
    texts::text,
    ui::{prompt::Prompt, table},
    workdir::state::Claim,
};

/// Shows each unit and asks what becomes of it. `None` where the terminal went away.
pub fn ask(context: &Context<'_>, question: &Question, occasion: Occasion) -> Option<Answer> {
    let (later, cancel) = match occasion {
        Occasion::Launch => (
            text!("question-later-and-play"),
            text!("question-cancel-launch"),
        ),
        Occasion::Command => (text!("question-later"), text!("question-cancel")),
    };
    let prompt = Prompt::new(context.output);
    let mut decided = BTreeMap::new();
    for (unit, claims) in &question.units {
        let changed = text!("question-changed", unit = unit.as_str());
        context.output.text(&format!("\n{changed}\n"));
        context.output.text(&shown(claims, question.saved));
        context
            .output
            .text(&format!("\n{}", text!("question-what")));
        let mut choices = vec![
            (text!("question-keep-both"), Choice::Keep(Policy::KeepBoth)),
            (
                text!("question-keep-local"),
                Choice::Keep(Policy::KeepLocal),
            ),
            (
                text!("question-keep-cloud"),
                Choice::Keep(Policy::KeepCloud),
            ),
        ];
        if question.can_wait {
            choices.push((later.clone(), Choice::Later));
        }
        choices.push((cancel.clone(), Choice::Cancel));
        let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
        let answer = prompt.choose(&text!("question-how"), &names).ok()?;
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
        context
            .output
            .line(&text!("question-dropped", units = list(&units)));
    }
}

#[derive(Clone, Copy)]
enum Choice {
    Keep(Policy),
    Later,
    Cancel,
}

fn files(number: u64) -> String {
    text!("question-files", number = number)
}

/// What is here and what is in the cloud, side by side.
fn shown(claims: &[Claim], saved: bool) -> String {
    let place = |claim: &Claim| {
        if claim.here {
            text!("question-this-device")
        } else {
            text!("question-cloud")
        }
    };
    let size = |claim: &Claim| {
        claim.extent.map_or_else(
            || text!("question-unknown"),
            |extent| format!("{}, {}", HumanBytes(extent.bytes), files(extent.files)),
        )
    };
    let not_before = || {
        if saved {
            text!("question-just-now")
        } else {
            text!("question-not-saved")
        }
    };
    let time = |claim: &Claim| claim.time.map_or_else(not_before, minutes);
    let differing = |claim: &Claim| match (claim.here, claim.differing) {
        (true, _) => String::new(),
        (false, Some(number)) => files(number),
        (false, None) => text!("question-unknown"),
    };
    let about = |claim: &Claim| claim.about.as_ref().map(save::words).unwrap_or_default();
    let row = |name: String, cell: &dyn Fn(&Claim) -> String| {
        std::iter::once(name)
            .chain(claims.iter().map(cell))
            .collect::<Vec<_>>()
    };
    let mut rows = vec![
        row(String::new(), &place),
        row(text!("question-device"), &|claim| claim.device.clone()),
        row(text!("question-saved"), &time),
        row(text!("question-size"), &size),
        row(text!("question-differs"), &differing),
    ];
    if claims.iter().any(|claim| !about(claim).is_empty()) {
        rows.insert(3, row(text!("question-about"), &about));
    }
    table::grid(&rows)
}
