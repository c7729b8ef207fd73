//! The window that asks what becomes of units that changed on two sides.

mod rows;

use std::collections::BTreeMap;

use eframe::egui::{
    Align, CentralPanel, Checkbox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui,
    Vec2,
};

use super::{
    icons::Icons,
    protocol::{Conflict, Fate, FromWindow, Keep, ToWindow},
    theme,
    view::{View, is_escaped},
    widgets,
};
use crate::texts::text;

/// Between the two sides.
const GAP: f32 = 16.0;

/// The window.
pub struct ConflictView {
    conflict: Conflict,
    /// Whether each unit is decided on its own.
    each: bool,
    /// What was chosen so far, by path.
    chosen: BTreeMap<String, Keep>,
    icons: Icons,
}

impl ConflictView {
    /// Returns the window for a question.
    pub fn new(conflict: Conflict) -> Self {
        Self {
            conflict,
            each: false,
            chosen: BTreeMap::new(),
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
        ui.add(Checkbox::new(&mut self.each, label));
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

    /// The buttons that decide, each with what it does.
    fn deciding(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        if self.each {
            return self.go_on(ui);
        }
        let mut done = None;
        let several = self.conflict.units.len() > 1;
        let explained = self.explained();
        two_columns(ui, |ui, cloud| {
            let (word, keep) = match (cloud, several) {
                (false, false) => (text!("conflict-keep-local"), Keep::Local),
                (false, true) => (text!("conflict-keep-local-all"), Keep::Local),
                (true, false) => (text!("conflict-keep-cloud"), Keep::Cloud),
                (true, true) => (text!("conflict-keep-cloud-all"), Keep::Cloud),
            };
            if widgets::primary(ui, &word, ui.available_width()).clicked() {
                done = Some(self.all(keep));
            }
            widgets::caption(ui, if cloud { &explained.1 } else { &explained.0 });
        });
        done
    }

    /// What keeping this device's does, and what keeping the cloud's does.
    fn explained(&self) -> (String, String) {
        let cloud = text!("conflict-keep-cloud-means", device = self.cloud_device());
        (text!("conflict-keep-local-means"), cloud)
    }

    /// Whose version the cloud's latest is.
    fn cloud_device(&self) -> String {
        let latest = self
            .conflict
            .units
            .iter()
            .filter_map(|unit| unit.cloud.first())
            .max_by_key(|version| version.time);
        latest.map_or_else(String::new, |version| version.device.clone())
    }

    fn go_on(&self, ui: &mut Ui) -> Option<FromWindow> {
        let open = self.conflict.units.len() - self.chosen.len();
        let count = |keep| self.chosen.values().filter(|one| **one == keep).count();
        let mut done = None;
        ui.horizontal(|ui| {
            ui.add_enabled_ui(open == 0, |ui| {
                let word = if self.conflict.launch {
                    text!("conflict-go-on-launch")
                } else {
                    text!("conflict-go-on")
                };
                if widgets::primary(ui, &word, 180.0).clicked() {
                    let answers = self.chosen.clone();
                    done = Some(FromWindow::Decided { answers });
                }
            });
            let sentence = if open > 0 {
                text!("conflict-open", number = open)
            } else {
                text!(
                    "conflict-sum",
                    local = count(Keep::Local),
                    cloud = count(Keep::Cloud),
                    both = count(Keep::Both)
                )
            };
            widgets::caption(ui, &sentence);
        });
        done
    }

    /// Keep both, decide later, cancel.
    fn footer(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let mut done = None;
        ui.horizontal(|ui| {
            if !self.each {
                if widgets::button(ui, &text!("conflict-keep-both"), 130.0).clicked() {
                    done = Some(self.all(Keep::Both));
                }
                let room = Vec2::new((ui.available_width() - 310.0).max(120.0), 40.0);
                ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| {
                    widgets::caption(ui, &text!("conflict-keep-both-means"));
                });
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (cancel, later) = if self.conflict.launch {
                    (text!("window-cancel-launch"), text!("conflict-later"))
                } else {
                    (text!("window-cancel"), text!("conflict-later"))
                };
                if widgets::button(ui, &cancel, 130.0).clicked() {
                    done = Some(FromWindow::Cancel);
                }
                if self.conflict.can_wait {
                    let later = widgets::button(ui, &later, 130.0);
                    if later.on_hover_text(text!("conflict-later-means")).clicked() {
                        done = Some(FromWindow::Later);
                    }
                }
            });
        });
        done
    }
}

impl View for ConflictView {
    fn title(&self) -> String {
        text!("conflict-heading")
    }

    fn size(&self) -> Vec2 {
        Vec2::new(860.0, 600.0)
    }

    fn hear(&mut self, news: ToWindow) {
        if let ToWindow::Conflict(conflict) = news {
            self.conflict = conflict;
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let mut done = is_escaped(ui).then_some(FromWindow::Cancel);
        let frame = |top, bottom| {
            Frame::new().fill(theme::WINDOW).inner_margin(Margin {
                left: theme::MARGIN,
                right: theme::MARGIN,
                top,
                bottom,
            })
        };
        Panel::top("heading")
            .frame(frame(theme::MARGIN, 10))
            .show_separator_line(false)
            .show(ui, |ui| {
                self.heading(ui);
                if self.conflict.units.len() > 1 {
                    self.switch(ui);
                }
                ui.add_space(4.0);
                self.sides(ui);
            });
        Panel::bottom("decision")
            .frame(frame(10, theme::MARGIN))
            .show_separator_line(false)
            .show(ui, |ui| {
                done = self.deciding(ui).or(done.take());
                ui.add_space(8.0);
                ui.separator();
                ui.add_space(6.0);
                done = self.footer(ui).or(done.take());
            });
        CentralPanel::default().frame(frame(0, 0)).show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show_viewport(ui, |ui, seen| {
                    self.rows(ui, seen);
                    self.merging(ui);
                });
        });
        done
    }
}

/// Draws this device's side, then the cloud's.
fn two_columns(ui: &mut Ui, mut add: impl FnMut(&mut Ui, bool)) {
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
