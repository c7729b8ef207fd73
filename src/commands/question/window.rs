//! The question in a window.

use std::{collections::BTreeMap, path::PathBuf};

use super::Occasion;
use crate::{
    commands::Context,
    config::{device, layout::Layout},
    domain::{path::RelPath, policy::Policy, save},
    sync::{
        question::{self, Answer, Question},
        session::absolute,
    },
    ui::window::Window,
    window::protocol::{Conflict, Fate, FromWindow, Keep, Kind, Merging, ToWindow, Unit, Version},
    workdir::state::Claim,
};

/// Asks, and waits for the answer. `None` where no window could be shown, or it died.
pub fn ask(context: &Context<'_>, question: &Question, occasion: Occasion) -> Option<Answer> {
    let layout = Layout::new(absolute(&context.settings.pack));
    let conflict = Conflict {
        instance: context.instance(),
        device: device::name(),
        launch: occasion == Occasion::Launch,
        can_wait: question.can_wait,
        saved: question.saved,
        now: context.settings.now(),
        units: question
            .units
            .iter()
            .map(|(unit, claims)| shown(&layout, unit, claims))
            .collect(),
        merging: question
            .others
            .iter()
            .map(|(unit, fate)| Merging {
                name: name(unit),
                fate: becomes(fate),
            })
            .collect(),
    };
    let mut window = Window::open(Kind::Conflict, ToWindow::Conflict(conflict))?;
    context.asked.set(true);
    match window.answer()? {
        FromWindow::Decided { answers } => decided(question, &answers),
        FromWindow::Later => Some(Answer::Later),
        _ => Some(Answer::Cancel),
    }
}

/// What was answered about each unit; about one that was not asked about, nothing.
fn decided(question: &Question, answers: &BTreeMap<String, Keep>) -> Option<Answer> {
    let answer = |unit: &RelPath| answers.get(unit.as_str()).copied().map(policy);
    let decided: Option<BTreeMap<_, _>> = question
        .units
        .keys()
        .map(|unit| answer(unit).map(|policy| (unit.clone(), policy)))
        .collect();
    decided.map(Answer::Decided)
}

fn becomes(fate: &question::Fate) -> Fate {
    match fate {
        question::Fate::Fetched { device } => Fate::Fetched {
            device: device.clone(),
        },
        question::Fate::Removed => Fate::Removed,
        question::Fate::Sent => Fate::Sent,
    }
}

fn policy(keep: Keep) -> Policy {
    match keep {
        Keep::Local => Policy::KeepLocal,
        Keep::Cloud => Policy::KeepCloud,
        Keep::Both => Policy::KeepBoth,
    }
}

fn shown(layout: &Layout, unit: &RelPath, claims: &[Claim]) -> Unit {
    let (here, cloud): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| claim.here);
    Unit {
        path: unit.as_str().to_owned(),
        name: name(unit),
        icon: icon(layout, unit),
        here: here.first().map_or_else(unknown, |claim| version(claim)),
        cloud: cloud.into_iter().map(version).collect(),
    }
}

fn version(claim: &Claim) -> Version {
    Version {
        device: claim.device.clone(),
        time: claim.time,
        bytes: claim.extent.map(|extent| extent.bytes),
        files: claim.extent.map(|extent| extent.files),
        differing: claim.differing,
        about: claim.about.as_ref().map(save::words),
    }
}

fn unknown() -> Version {
    Version {
        device: device::name(),
        time: None,
        bytes: None,
        files: None,
        differing: None,
        about: None,
    }
}

/// What a player calls a unit: a world by its folder.
fn name(unit: &RelPath) -> String {
    let path = unit.as_str();
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Minecraft's picture of a world.
fn icon(layout: &Layout, unit: &RelPath) -> Option<PathBuf> {
    let icon = layout.pack().join(unit.as_str()).join("icon.png");
    icon.is_file().then_some(icon)
}
