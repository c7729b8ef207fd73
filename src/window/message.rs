//! The window that says what the player must know, with what to do about it.

use eframe::egui::{
    self, CentralPanel, Frame, Label, Margin, Panel, RichText, ScrollArea, Ui, Vec2,
};

use super::{
    protocol::{FromWindow, Message, ToWindow},
    theme,
    view::{View, is_escaped},
    widgets,
};
use crate::texts::text;

/// The window.
pub struct MessageView {
    message: Message,
}

impl MessageView {
    /// Returns the window for a message.
    pub fn new(message: Message) -> Self {
        Self { message }
    }

    fn buttons(&self, ui: &mut Ui) -> Option<FromWindow> {
        let mut done = None;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if self.message.launch && self.message.can_play {
                if widgets::primary(ui, &text!("message-play"), 150.0).clicked() {
                    done = Some(FromWindow::Play);
                }
                if widgets::button(ui, &text!("window-cancel-launch"), 150.0).clicked() {
                    done = Some(FromWindow::Cancel);
                }
            } else if widgets::button(ui, &text!("window-close"), 120.0).clicked() {
                done = Some(FromWindow::Close);
            }
        });
        done
    }
}

impl View for MessageView {
    fn title(&self) -> String {
        text!("window-title", instance = &self.message.instance)
    }

    fn size(&self) -> Vec2 {
        let hints: usize = self
            .message
            .said
            .iter()
            .map(|said| 1 + said.hints.len())
            .sum();
        let lines = u8::try_from(hints).unwrap_or(u8::MAX);
        Vec2::new(560.0, (170.0 + 44.0 * f32::from(lines)).min(520.0))
    }

    fn front(&self) -> bool {
        self.message.front
    }

    fn hear(&mut self, news: ToWindow) {
        if let ToWindow::Message(message) = news {
            self.message = message;
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let mut done = is_escaped(ui).then_some(FromWindow::Cancel);
        let margin = Margin::same(theme::MARGIN);
        let frame = Frame::new().fill(theme::WINDOW).inner_margin(margin);
        Panel::bottom("buttons")
            .frame(frame)
            .show_separator_line(false)
            .show(ui, |ui| done = self.buttons(ui).or(done.take()));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let heading = if self.message.launch {
                    text!("message-heading-launch")
                } else {
                    text!("message-heading-saved")
                };
                widgets::heading(ui, &heading);
                for said in &self.message.said {
                    ui.add_space(8.0);
                    let text = RichText::new(widgets::capital(&said.text)).color(theme::AMBER);
                    ui.add(Label::new(text).wrap());
                    for hint in &said.hints {
                        widgets::explain(ui, hint);
                    }
                }
            });
        });
        done
    }
}
