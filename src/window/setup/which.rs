//! Which instance a folder is to be: a new one, one of the account's, or one whose id is typed.

use eframe::egui::{Key, Label, RichText, Ui, Vec2};
use jiff::Timestamp;

use super::{SetupView, Step};
use crate::{
    domain::catalogue::ago,
    texts::text,
    window::{
        protocol::setup::{Offer, Which},
        theme, widgets,
    },
};

/// The height of one instance.
const ROW: f32 = 54.0;

impl SetupView {
    /// Whether it was said what this game is to be.
    pub(super) fn is_answered(&self, place: usize) -> bool {
        let answer = self.game(place).and_then(|(all, _)| self.answers.get(&all));
        match answer {
            Some(Which::Typed { id }) => !id.trim().is_empty(),
            answer => answer.is_some(),
        }
    }

    pub(super) fn which(&mut self, ui: &mut Ui, place: usize) -> Option<Step> {
        let (all, game) = self.game(place)?;
        let (name, own) = (game.name.clone(), game.own.clone());
        widgets::heading(ui, &text!("setup-which", name = &name));
        if self.chosen.len() > 1 {
            let (number, total) = (place + 1, self.chosen.len());
            widgets::caption(ui, &text!("setup-which-of", number = number, total = total));
        }
        let account = self.account.as_ref()?;
        let explained = if account.offers.is_empty() {
            text!("setup-which-none")
        } else {
            text!("setup-which-means")
        };
        widgets::explain(ui, &explained);
        ui.add_space(8.0);
        let order = account.games.iter().find(|(game, _)| *game == all);
        let order = order.map(|(_, order)| order.clone()).unwrap_or_default();
        let now = self.setup.now;
        let mut answer = self.answers.get(&all).cloned();
        let fresh = match &own {
            None => (text!("setup-new"), text!("setup-new-means")),
            Some(id) => (text!("setup-own"), id.clone()),
        };
        if row(ui, &fresh.0, &fresh.1, answer == Some(Which::Own)) {
            answer = Some(Which::Own);
        }
        for offer in order {
            let Some(shown) = account.offers.get(offer) else {
                continue;
            };
            let this = Which::Listed { offer };
            ui.push_id(offer, |ui| {
                if row(
                    ui,
                    &shown.label,
                    &line(shown, now),
                    answer.as_ref() == Some(&this),
                ) {
                    answer = Some(this);
                }
            });
        }
        let typed = matches!(answer, Some(Which::Typed { .. }));
        let mut begun = false;
        if row(
            ui,
            &text!("setup-typed"),
            &text!("setup-typed-means"),
            typed,
        ) && !typed
        {
            answer = Some(Which::Typed { id: String::new() });
            begun = true;
        }
        let mut step = None;
        if let Some(Which::Typed { id }) = &mut answer {
            let field = widgets::field(ui, &text!("setup-id"), id, false);
            if begun {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if entered && !id.trim().is_empty() {
                step = Some(Step::Next);
            }
        }
        if let Some(answer) = answer {
            self.answers.insert(all, answer);
        }
        step
    }
}

/// Draws what can be chosen. Returns whether it was.
pub fn row(ui: &mut Ui, name: &str, line: &str, chosen: bool) -> bool {
    let label = text!("setup-row", name = name, line = line);
    let size = Vec2::new(ui.available_width(), ROW);
    let tile = widgets::tile(ui, size, &label, Some(chosen), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.set_max_width(ui.available_width() - 28.0);
        let name = RichText::new(name).font(theme::bold(14.0));
        ui.add(Label::new(name).selectable(false).truncate());
        let line = RichText::new(line).color(theme::WEAK);
        let line = line.font(theme::plain(12.5));
        ui.add(Label::new(line).selectable(false).truncate());
    });
    if tile.gained_focus() {
        tile.scroll_to_me(None);
    }
    tile.clicked()
}

/// When and where it was last played, and its id.
fn line(offer: &Offer, now: Timestamp) -> String {
    let (id, devices) = (&offer.id, offer.devices.join(", "));
    match &offer.played {
        Some((time, device)) => {
            text!(
                "setup-played",
                ago = ago(*time, now),
                device = device,
                id = id
            )
        }
        None if offer.never => text!("setup-never-played", devices = devices, id = id),
        None => text!("setup-played-unknown", devices = devices, id = id),
    }
}
