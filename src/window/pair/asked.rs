//! The code of a new device, the device that waits, and what became of it.

use eframe::egui::{Key, Label, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2};
use secrecy::SecretString;

use super::{Page, PairView};
use crate::{
    texts::text,
    window::{
        protocol::{
            FromWindow,
            pair::{Act, End, Machine},
        },
        theme, widgets,
    },
};

/// The width of the buttons that decide.
const WIDTH: f32 = 150.0;

impl PairView {
    /// Where the code of a new device is typed.
    pub(super) fn field(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        widgets::heading(ui, &text!("pair-adopt-heading"));
        widgets::explain(ui, &text!("pair-adopt-explain"));
        ui.add_space(8.0);
        let mut done = None;
        let free = !self.busy;
        ui.add_enabled_ui(free, |ui| {
            let field = widgets::field(ui, &text!("pair-adopt-field"), &mut self.typed, false);
            if free && std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let is_typed = !self.typed.trim().is_empty();
            let goes_on = ui.add_enabled_ui(is_typed, |ui| {
                widgets::primary(ui, &text!("pair-adopt-go-on"), WIDTH).clicked()
            });
            if is_typed && (entered || goes_on.inner) {
                let code = SecretString::from(self.typed.trim());
                done = Some(FromWindow::Pair(Act::Typed { code }));
            }
            if entered && !is_typed {
                field.request_focus();
            }
        });
        self.told(ui);
        ui.add_space(10.0);
        widgets::caption(ui, &text!("pair-show-means"));
        let show = ui.add_enabled_ui(free, |ui| {
            widgets::button(ui, &text!("pair-show"), WIDTH).clicked()
        });
        done.or(show.inner.then_some(FromWindow::Pair(Act::Show)))
    }

    /// Who waits, and whether that is the player's.
    pub(super) fn asked(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let Page::Asked(device) = &self.page else {
            return None;
        };
        widgets::heading(ui, &text!("pair-asked", name = &device.name));
        ui.add_space(6.0);
        let kind = match device.kind {
            Machine::Computer => text!("pair-computer"),
            Machine::Handheld => text!("pair-handheld"),
            Machine::Other => text!("pair-device"),
        };
        widgets::card(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                match device.kind {
                    Machine::Handheld => handheld(ui),
                    Machine::Computer | Machine::Other => widgets::symbol(ui, false),
                }
                ui.vertical(|ui| {
                    let name = RichText::new(&device.name).font(theme::bold(17.0));
                    ui.add(Label::new(name).wrap());
                    widgets::explain(ui, &kind);
                    let address = &device.address;
                    widgets::explain(ui, &text!("pair-address", address = address));
                });
            });
        });
        ui.add_space(8.0);
        ui.add(Label::new(text!("pair-asked-means")).wrap());
        ui.add_space(10.0);
        let mut done = None;
        // As in all windows the keyboard is at no button before Tab moves it, and then first at the one that
        // gives nothing away.
        ui.add_enabled_ui(!self.busy, |ui| {
            ui.horizontal_wrapped(|ui| {
                if widgets::button(ui, &text!("pair-refuse"), WIDTH).clicked() {
                    done = Some(FromWindow::Pair(Act::Refuse));
                }
                if widgets::primary(ui, &text!("pair-let-in"), WIDTH).clicked() {
                    done = Some(FromWindow::Pair(Act::LetIn));
                }
            });
        });
        self.told(ui);
        done
    }

    /// What became of it.
    pub(super) fn over(&self, ui: &mut Ui) {
        let Page::Over(over) = &self.page else {
            return;
        };
        let (heading, colour) = match over.end {
            End::In => (text!("pair-in"), theme::GREEN),
            End::Refused => (text!("pair-refused"), theme::TEXT),
            End::Failed => (text!("pair-failed"), theme::RED),
        };
        widgets::heading(ui, &heading);
        ui.add_space(8.0);
        widgets::said(ui, &over.said, colour);
    }

    /// What it is at, or why something cannot be taken.
    fn told(&self, ui: &mut Ui) {
        ui.add_space(6.0);
        if let Some(working) = &self.working {
            widgets::explain(ui, working);
        }
        if let Some(refused) = &self.refused {
            widgets::said(ui, refused, theme::RED);
        }
    }
}

/// Draws a screen with a thumb on each side.
fn handheld(ui: &mut Ui) {
    let (place, _) = ui.allocate_exact_size(Vec2::new(36.0, 38.0), Sense::hover());
    let (painter, stroke) = (ui.painter(), Stroke::new(2.0, theme::TEXT));
    let whole = Rect::from_center_size(place.center(), Vec2::new(36.0, 19.0));
    painter.rect_stroke(whole, 5.0, stroke, StrokeKind::Inside);
    let screen = Rect::from_center_size(place.center(), Vec2::new(18.0, 11.0));
    painter.rect_filled(screen, 1.0, theme::TEXT.gamma_multiply(0.4));
    for thumb in [whole.left() + 5.5, whole.right() - 5.5] {
        painter.circle_filled(Pos2::new(thumb, place.center().y), 2.0, theme::TEXT);
    }
}
