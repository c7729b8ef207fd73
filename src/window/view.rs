//! What every window is: contents that are drawn, and that answer.

use eframe::egui::{Key, Ui, Vec2};

use super::protocol::{FromWindow, ToWindow};

/// The contents of a window.
pub trait View {
    /// Returns what stands above the window.
    fn title(&self) -> String;

    /// Returns how large the window is at first, in points.
    fn size(&self) -> Vec2;

    /// Returns whether the window may come to the front when it opens.
    fn front(&self) -> bool {
        true
    }

    /// Returns whether the window stays open after it said this.
    fn outlives(&self, _event: &FromWindow) -> bool {
        false
    }

    /// Takes what changes it.
    fn hear(&mut self, news: ToWindow);

    /// Draws it. Returns what the player did.
    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow>;
}

/// Returns whether Escape was pressed: it cancels every window.
pub fn is_escaped(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(Key::Escape))
}
