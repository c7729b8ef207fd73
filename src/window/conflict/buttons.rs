//! What can be done about a conflict: the buttons, each with what it does.

use eframe::egui::{Align, Layout, Ui, Vec2};

use super::{ConflictView, is_narrow, two_columns};
use crate::{
    texts::text,
    window::{
        protocol::{FromWindow, Keep},
        widgets::{self, Choice},
    },
};

impl ConflictView {
    /// The buttons that decide, each with what it does.
    pub(super) fn deciding(&mut self, ui: &mut Ui) -> Option<FromWindow> {
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
    pub(super) fn cloud_device(&self) -> String {
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
    pub(super) fn footer(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let mut ends = Vec::new();
        if self.conflict.can_wait {
            ends.push(Choice {
                text: text!("conflict-later"),
                primary: false,
                means: FromWindow::Later,
                hint: Some(text!("conflict-later-means")),
            });
        }
        ends.push(Choice {
            text: if self.conflict.launch {
                text!("window-cancel-launch")
            } else {
                text!("window-cancel")
            },
            primary: false,
            means: FromWindow::Cancel,
            hint: None,
        });
        if self.each {
            return widgets::buttons(ui, ends);
        }
        if is_narrow(ui) {
            let both = self.keep_both(ui, ui.available_width());
            return widgets::buttons(ui, ends).or(both);
        }
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - widgets::row_width(ui, &ends);
            let room = Vec2::new(width, widgets::BUTTON);
            let row = Layout::left_to_right(Align::Center);
            let both = ui.allocate_ui_with_layout(room, row, |ui| self.keep_both(ui, 130.0));
            widgets::buttons(ui, ends).or(both.inner)
        })
        .inner
    }

    fn keep_both(&self, ui: &mut Ui, width: f32) -> Option<FromWindow> {
        let pressed = widgets::button(ui, &text!("conflict-keep-both"), width).clicked();
        widgets::caption(ui, &text!("conflict-keep-both-means"));
        pressed.then(|| self.all(Keep::Both))
    }
}
