//! Which games are to be synced.

use eframe::egui::{RichText, Ui};

use super::{SetupView, Step};
use crate::{
    texts::text,
    window::{theme, widgets},
};

impl SetupView {
    pub(super) fn games(&mut self, ui: &mut Ui) -> Option<Step> {
        widgets::heading(ui, &text!("setup-games"));
        if !self.setup.games.is_empty() {
            widgets::explain(ui, &text!("setup-games-means"));
        }
        for said in &self.setup.said {
            ui.add_space(4.0);
            widgets::said(ui, said, theme::AMBER);
        }
        ui.add_space(8.0);
        for (place, game) in self.setup.games.iter().enumerate() {
            let mut on = self.chosen.contains(&place);
            let name = match &game.launcher {
                Some(launcher) => text!("setup-game", name = &game.name, launcher = launcher),
                None => game.name.clone(),
            };
            let name = RichText::new(name).font(theme::bold(14.0));
            ui.push_id(place, |ui| {
                let row = widgets::check(ui, &mut on, name);
                if row.gained_focus() {
                    row.scroll_to_me(None);
                }
                ui.indent("folder", |ui| {
                    widgets::caption(ui, &game.folder.display().to_string());
                });
            });
            if on {
                self.chosen.insert(place);
            } else {
                self.chosen.remove(&place);
            }
        }
        None
    }
}
