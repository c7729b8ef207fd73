//! The window that asks what becomes of units that changed on two sides.

mod buttons;
mod rows;

use std::collections::BTreeMap;

use eframe::egui::{
    Align, CentralPanel, Frame, Label, Layout, Margin, RichText, Ui, UiBuilder, Vec2,
};

use super::{
    clean,
    icons::Icons,
    protocol::{Conflict, Fate, FromWindow, Keep, ToWindow},
    theme,
    view::{View, is_escaped},
    widgets,
};
use crate::texts::text;

/// Between the two sides.
const GAP: f32 = 16.0;
/// Where a window has less room inside, the sides stand one below the other.
const NARROW: f32 = 560.0;
/// Where it has less, everything scrolls.
const ROOMY: f32 = 400.0;

/// The window.
pub struct ConflictView {
    conflict: Conflict,
    /// Whether each unit is decided on its own.
    each: bool,
    /// What was chosen so far, by path.
    chosen: BTreeMap<String, Keep>,
    /// How high the buttons are: they come after the units, and have their place before them.
    below: f32,
    icons: Icons,
}

impl ConflictView {
    /// Returns the window for a question.
    pub fn new(conflict: Conflict) -> Self {
        Self {
            conflict: clean::conflict(conflict),
            each: false,
            chosen: BTreeMap::new(),
            below: 0.0,
            icons: Icons::default(),
        }
    }

    /// The same for every unit.
    fn all(&self, keep: Keep) -> FromWindow {
        let units = self.conflict.units.iter();
        FromWindow::Decided {
            answers: units.map(|unit| (unit.path.clone(), keep)).collect(),
        }
    }

    fn heading(&self, ui: &mut Ui) {
        let conflict = &self.conflict;
        widgets::heading(ui, &text!("conflict-heading"));
        let instance = &conflict.instance;
        widgets::explain(ui, &text!("conflict-intro", instance = instance));
        if !conflict.saved {
            let text = RichText::new(text!("conflict-unsaved")).color(theme::AMBER);
            ui.add(Label::new(text).wrap());
        }
    }

    /// One decision for all, or one for each.
    fn switch(&mut self, ui: &mut Ui) {
        let label = text!("conflict-each", number = self.conflict.units.len());
        widgets::tick(ui, &mut self.each, &label);
    }

    /// What needs no decision, one line each.
    fn merging(&self, ui: &mut Ui) {
        if self.conflict.merging.is_empty() {
            return;
        }
        ui.add_space(8.0);
        let heading = RichText::new(text!("conflict-merging")).font(theme::bold(13.0));
        ui.add(Label::new(heading).wrap());
        for unit in &self.conflict.merging {
            let name = &unit.name;
            let line = match &unit.fate {
                Fate::Fetched { device } => {
                    text!("conflict-fetched", name = name, device = device)
                }
                Fate::Removed => text!("conflict-removed", name = name),
                Fate::Sent => text!("conflict-sent", name = name),
            };
            widgets::caption(ui, &line);
        }
    }

    /// What stands above the units.
    fn above(&mut self, ui: &mut Ui) {
        self.heading(ui);
        if self.conflict.units.len() > 1 {
            ui.add_space(4.0);
            self.switch(ui);
        }
        ui.add_space(4.0);
        self.sides(ui);
    }

    /// What stands below the units.
    fn below(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        ui.add_space(10.0);
        let decided = self.deciding(ui);
        ui.add_space(8.0);
        ui.separator();
        ui.add_space(6.0);
        self.footer(ui).or(decided)
    }

    /// Everything at its place; only the units scroll.
    fn roomy(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        self.above(ui);
        ui.add_space(8.0);
        let rest = ui.available_rect_before_wrap();
        let units = rest.with_max_y(rest.bottom() - self.below);
        ui.scope_builder(UiBuilder::new().max_rect(units), |ui| {
            widgets::scroll(ui, |ui| self.units(ui));
        });
        let below = rest.with_min_y(units.bottom());
        let drawn = ui.scope_builder(UiBuilder::new().max_rect(below), |ui| self.below(ui));
        let height = drawn.response.rect.height();
        if (height - self.below).abs() > 0.5 {
            self.below = height;
            ui.ctx().request_discard("the buttons have another height");
        }
        drawn.inner
    }

    fn units(&mut self, ui: &mut Ui) {
        self.rows(ui);
        self.merging(ui);
    }
}

impl View for ConflictView {
    fn title(&self) -> String {
        text!("conflict-heading")
    }

    fn size(&self) -> Vec2 {
        let some = |number: usize, most| f32::from(u8::try_from(number).unwrap_or(most).min(most));
        let units = some(self.conflict.units.len(), 3);
        let several = some(self.conflict.units.len().saturating_sub(1), 1);
        let lines = some(self.conflict.merging.len(), 4);
        let merging = 32.0 * lines.min(1.0) + 20.0 * lines;
        let height = 8.0 + self.version_height();
        Vec2::new(860.0, 396.0 + 28.0 * several + height * units + merging)
    }

    fn hear(&mut self, news: ToWindow) {
        if let ToWindow::Conflict(conflict) = news {
            self.conflict = clean::conflict(conflict);
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let escaped = is_escaped(ui).then_some(FromWindow::Cancel);
        let margin = Margin::same(theme::MARGIN);
        let frame = Frame::new().fill(theme::WINDOW).inner_margin(margin);
        let decided = CentralPanel::default().frame(frame).show(ui, |ui| {
            if ui.available_height() >= ROOMY && !is_narrow(ui) {
                return self.roomy(ui);
            }
            widgets::scroll(ui, |ui| {
                self.above(ui);
                self.units(ui);
                self.below(ui)
            })
        });
        decided.inner.or(escaped)
    }
}

/// Whether there is no room for two sides.
fn is_narrow(ui: &Ui) -> bool {
    ui.available_width() < NARROW
}

/// Draws this device's side, then the cloud's: beside each other, where there is room.
fn two_columns(ui: &mut Ui, mut add: impl FnMut(&mut Ui, bool)) {
    if is_narrow(ui) {
        ui.vertical(|ui| [false, true].map(|cloud| add(ui, cloud)));
        return;
    }
    let width = (ui.available_width() - GAP) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for cloud in [false, true] {
            let room = Vec2::new(width, 0.0);
            ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.x = 10.0;
                add(ui, cloud);
            });
        }
    });
}
