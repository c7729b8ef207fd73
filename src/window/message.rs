//! The window that says what the player must know, with what to do about it.

use eframe::egui::{CentralPanel, Frame, Label, Margin, Panel, RichText, Ui, Vec2};

use super::{
    clean,
    protocol::{FromWindow, Message, ToWindow},
    theme,
    view::{View, is_escaped},
    widgets::{self, Choice},
};
use crate::texts::text;

/// The window.
pub struct MessageView {
    message: Message,
}

impl MessageView {
    /// Returns the window for a message.
    pub fn new(message: Message) -> Self {
        Self {
            message: clean::message(message),
        }
    }

    fn buttons(&self, ui: &mut Ui) -> Option<FromWindow> {
        let choice = |text, primary, means| Choice {
            text,
            primary,
            means,
            hint: None,
        };
        let choices = if self.message.launch && self.message.can_play {
            vec![
                choice(text!("window-cancel-launch"), false, FromWindow::Cancel),
                choice(text!("message-play"), true, FromWindow::Play),
            ]
        } else {
            vec![choice(text!("window-close"), false, FromWindow::Close)]
        };
        widgets::buttons(ui, choices)
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
        Vec2::new(560.0, (152.0 + 40.0 * f32::from(lines)).min(520.0))
    }

    fn front(&self) -> bool {
        self.message.front
    }

    fn hear(&mut self, news: ToWindow) {
        if let ToWindow::Message(message) = news {
            self.message = clean::message(message);
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
            widgets::scroll(ui, |ui| {
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
