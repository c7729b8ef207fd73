//! Where saves go, and what became of it all.

use eframe::egui::{Label, RichText, Ui};

use super::{SetupView, Step, which::row};
use crate::{
    texts::text,
    window::{
        protocol::{
            FromWindow,
            setup::{Act, Became, Finish, Finished, Readers},
        },
        theme, widgets,
    },
};

impl SetupView {
    /// Whether a launcher of what was chosen has still to be wired.
    fn is_unwired(&self) -> bool {
        let mut chosen = self.chosen.iter();
        chosen.any(|place| {
            self.setup
                .games
                .get(*place)
                .is_some_and(|game| game.unwired)
        })
    }

    pub(super) fn place(&mut self, ui: &mut Ui) -> Option<Step> {
        let account = self.account.as_ref()?;
        let (place, keyring) = (&account.place, account.keyring);
        widgets::heading(ui, &text!("setup-where"));
        ui.add(Label::new(text!("setup-where-means", place = place)).wrap());
        let readers = match account.readers {
            Readers::Passphrase => text!("setup-readers-passphrase"),
            Readers::Operator => text!("setup-readers-operator"),
            Readers::Token => text!("setup-readers-token"),
        };
        widgets::explain(ui, &readers);
        ui.add_space(8.0);
        let unwired = self.is_unwired();
        let free = self.working.is_none();
        ui.add_enabled_ui(free, |ui| {
            if keyring {
                ui.label(RichText::new(text!("setup-secrets")).font(theme::bold(13.0)));
                let files = (text!("setup-in-files"), text!("setup-in-files-means"));
                if row(ui, &files.0, &files.1, !self.keyring) {
                    self.keyring = false;
                }
                let ring = (text!("setup-in-keyring"), text!("setup-in-keyring-means"));
                if row(ui, &ring.0, &ring.1, self.keyring) {
                    self.keyring = true;
                }
                ui.add_space(8.0);
            }
            if unwired {
                widgets::check(ui, &mut self.wire, text!("setup-wire"));
                ui.indent("wire", |ui| {
                    widgets::caption(ui, &text!("setup-wire-means"));
                });
            }
        });
        None
    }

    /// What is to be done.
    pub(super) fn finish(&self) -> FromWindow {
        let chosen = self.chosen.iter();
        let answers = chosen.filter_map(|place| Some((*place, self.answers.get(place)?.clone())));
        FromWindow::Setup(Act::Finish(Finish {
            games: answers.collect(),
            keyring: self.keyring,
            wire: self.wire && self.is_unwired(),
        }))
    }

    pub(super) fn result(&mut self, ui: &mut Ui) -> Option<Step> {
        let finished = self.finished.as_ref()?;
        let heading = if is_in_vain(finished) {
            text!("setup-failed")
        } else {
            text!("setup-done")
        };
        widgets::heading(ui, &heading);
        for game in &finished.games {
            ui.add_space(6.0);
            ui.add(Label::new(RichText::new(&game.name).font(theme::bold(14.0))).truncate());
            match &game.became {
                Became::Already => widgets::explain(ui, &text!("setup-became-already")),
                Became::Created => good(ui, &text!("setup-became-created")),
                Became::Joined { has_saves: true } => {
                    good(ui, &text!("setup-became-joined-saves"));
                }
                Became::Joined { has_saves: false } => good(ui, &text!("setup-became-joined")),
                Became::Failed(said) => widgets::said(ui, said, theme::RED),
                Became::NotBegun => widgets::explain(ui, &text!("setup-became-nothing")),
            }
        }
        for launcher in &finished.launchers {
            ui.add_space(6.0);
            ui.add(Label::new(RichText::new(&launcher.name).font(theme::bold(14.0))).truncate());
            match &launcher.failed {
                None => good(ui, &text!("setup-wired")),
                Some(said) => widgets::said(ui, said, theme::RED),
            }
        }
        for said in &finished.said {
            ui.add_space(6.0);
            widgets::said(ui, said, theme::AMBER);
        }
        if !is_in_vain(finished) {
            ui.add_space(10.0);
            let next = if self.is_unwired() && finished.launchers.is_empty() {
                text!("setup-next-wire")
            } else {
                text!("setup-next-play")
            };
            widgets::explain(ui, &next);
        }
        None
    }
}

fn good(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(theme::GREEN)).wrap());
}

/// Returns whether nothing at all was done.
pub fn is_in_vain(finished: &Finished) -> bool {
    let vain = |became: &Became| matches!(became, Became::Failed(_) | Became::NotBegun);
    finished.games.iter().all(|game| vain(&game.became))
}
