//! The units, each with what is here on the left and what is in the cloud on the right.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Ui, UiBuilder, Vec2};
use jiff::{Timestamp, tz::TimeZone};

use super::{ConflictView, is_narrow, two_columns};
use crate::{
    domain::save::{self, About},
    texts::text,
    window::{
        format,
        protocol::{Keep, Unit, Version},
        theme, widgets,
    },
};

/// The height of a version, of a line more in it, and of the line below it that keeps both.
const VERSION: f32 = 70.0;
const LINE: f32 = 18.0;
const BOTH: f32 = 34.0;
const SPACE: f32 = 8.0;
const ICON: f32 = 48.0;

impl ConflictView {
    /// How high a version is: with a line of what the save is about, where that is known of any.
    pub(super) fn version_height(&self) -> f32 {
        let known = self.conflict.units.iter().any(|unit| {
            let mut versions = unit.cloud.iter().chain([&unit.here]);
            let known = |about: &About| !save::words(about).is_empty();
            versions.any(|version| version.about.as_ref().is_some_and(known))
        });
        if known { VERSION + LINE } else { VERSION }
    }

    /// What stands above the two sides.
    pub(super) fn sides(&self, ui: &mut Ui) {
        let newer = self.newer();
        two_columns(ui, |ui, cloud| {
            widgets::card(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal(|ui| {
                    widgets::symbol(ui, cloud);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.horizontal(|ui| {
                            let name = if cloud {
                                text!("conflict-cloud")
                            } else {
                                text!("conflict-here")
                            };
                            ui.label(RichText::new(name).font(theme::bold(16.0)));
                            if newer == Some(cloud) {
                                widgets::badge(ui, &text!("conflict-newer"), theme::GREEN);
                            }
                        });
                        let below = if cloud {
                            text!("conflict-last-from", device = self.cloud_device())
                        } else {
                            self.conflict.device.clone()
                        };
                        let below = RichText::new(below).color(theme::WEAK);
                        ui.add(Label::new(below).truncate());
                    });
                });
            });
        });
    }

    /// Which side was played last, as far as clocks can tell and all units agree: the cloud's is `true`.
    fn newer(&self) -> Option<bool> {
        let mut sides = self.conflict.units.iter().map(|unit| {
            let (here, cloud) = (unit.here.time?, unit.cloud.first()?.time?);
            (here != cloud).then_some(cloud > here)
        });
        let first = sides.next()??;
        sides.all(|side| side == Some(first)).then_some(first)
    }

    /// The units of which something is seen, and one more on each side, where Tab goes on; for the others
    /// there is only room.
    pub(super) fn rows(&mut self, ui: &mut Ui) {
        let version = self.version_height();
        let versions = if is_narrow(ui) {
            2.0 * version + 6.0
        } else {
            version
        };
        let height = if self.each { versions + BOTH } else { versions } + SPACE;
        let top = ui.cursor().min;
        let width = ui.available_width();
        let count = self.conflict.units.len();
        for place in 0..count {
            let from = height * f32::from(u16::try_from(place).unwrap_or(u16::MAX));
            let rect = Rect::from_min_size(top + Vec2::new(0.0, from), Vec2::new(width, height));
            if !ui.is_rect_visible(rect.expand2(Vec2::new(0.0, height))) {
                // What is below keeps its id, and so the keyboard.
                ui.skip_ahead_auto_ids(1);
                continue;
            }
            // The keyboard stays where it is when others come into view.
            let id = ui.scope_id().with(("unit", place));
            ui.scope_builder(UiBuilder::new().max_rect(rect).scope_id(id), |ui| {
                self.row(ui, place);
            });
        }
        let all = height * f32::from(u16::try_from(count).unwrap_or(u16::MAX));
        let below = Rect::from_min_size(top, Vec2::new(width, all));
        ui.advance_cursor_after_rect(below);
    }

    fn row(&mut self, ui: &mut Ui, place: usize) {
        let Some(unit) = self.conflict.units.get(place) else {
            return;
        };
        let height = self.version_height();
        let chosen = self.each.then(|| self.chosen.get(&unit.path).copied());
        let now = self.conflict.now;
        let icons = &mut self.icons;
        let mut choice = None;
        two_columns(ui, |ui, cloud| {
            let keep = if cloud { Keep::Cloud } else { Keep::Local };
            let version = if cloud {
                unit.cloud.first().unwrap_or(&unit.here)
            } else {
                &unit.here
            };
            let (first, second) = lines(unit, version, cloud, now);
            let about = version.about.as_ref().map(save::words);
            let about = about.as_deref().filter(|about| !about.is_empty());
            let side = if cloud {
                text!("conflict-cloud")
            } else {
                text!("conflict-here")
            };
            let name = &unit.name;
            let label = text!(
                "conflict-version-label",
                name = name,
                side = side,
                first = &first,
                second = about.map_or_else(|| second.clone(), |about| format!("{second}, {about}"))
            );
            let selected = chosen.map(|chosen| chosen == Some(keep));
            let room = Vec2::new(ui.available_width(), height);
            let tile = widgets::tile(ui, room, &label, selected, |ui| {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    icons.show(ui, unit.icon.as_deref(), name, ICON);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.set_max_width(ui.available_width() - 28.0);
                        let name = RichText::new(name).font(theme::bold(14.0));
                        ui.add(Label::new(name).selectable(false).truncate());
                        let lines = [Some(first.as_str()), Some(second.as_str()), about];
                        for line in lines.into_iter().flatten() {
                            let line = RichText::new(line).color(theme::WEAK);
                            let line = line.font(theme::plain(12.5));
                            ui.add(Label::new(line).selectable(false).truncate());
                        }
                    });
                });
            });
            if tile.clicked() {
                choice = Some(keep);
            }
        });
        if let Some(chosen) = chosen {
            let label = text!("conflict-keep-both-of", name = &unit.name);
            let size = Vec2::new(ui.available_width(), BOTH - 6.0);
            let selected = Some(chosen == Some(Keep::Both));
            let tile = widgets::tile(ui, size, &label, selected, |ui| {
                let text = RichText::new(&label).font(theme::plain(12.5));
                ui.set_max_width(ui.available_width() - 28.0);
                ui.centered_and_justified(|ui| {
                    ui.add(Label::new(text).selectable(false).truncate());
                });
            });
            if tile.clicked() {
                choice = Some(Keep::Both);
            }
        }
        if let Some(keep) = choice {
            self.chosen.insert(unit.path.clone(), keep);
        }
    }
}

/// When, by whom and how much; and what differs.
fn lines(unit: &Unit, version: &Version, cloud: bool, now: Timestamp) -> (String, String) {
    let when = version.time.map_or_else(
        || text!("conflict-just-now"),
        |time| format::when(time, now, &TimeZone::system()),
    );
    let size = version.bytes.map(format::size);
    let first = match (cloud, size) {
        (false, Some(size)) => text!("conflict-line", when = when, size = size),
        (false, None) => when,
        (true, Some(size)) => {
            let device = &version.device;
            text!(
                "conflict-line-device",
                when = when,
                size = size,
                device = device
            )
        }
        (true, None) => text!("conflict-line", when = when, size = &version.device),
    };
    let files = version
        .files
        .map_or_else(String::new, |number| text!("window-files", number = number));
    let more = unit.cloud.len().saturating_sub(1);
    let second = match (cloud, version.differing) {
        (true, _) if more > 0 => text!("conflict-more", number = more),
        (true, Some(number)) => text!("conflict-differs", number = number, files = files),
        (true, None) | (false, _) => files,
    };
    (first, second)
}
