//! The window that shows how far a long work is.

use eframe::egui::{Align, CentralPanel, Frame, Label, Layout, Margin, RichText, Ui, Vec2};

use super::{
    clean, format,
    protocol::{FromWindow, Progress, ToWindow, Work},
    theme,
    view::{View, is_escaped},
    widgets,
};
use crate::texts::text;

/// Four of them, in seconds.
const DAYS: u64 = 4 * 24 * 3600;

/// The window.
pub struct ProgressView {
    progress: Progress,
    cancelled: bool,
}

impl ProgressView {
    /// Returns the window for a work.
    pub fn new(progress: Progress) -> Self {
        Self {
            progress: clean::progress(progress),
            cancelled: false,
        }
    }

    fn heading(&self) -> String {
        let instance = &self.progress.instance;
        match self.progress.work {
            Work::Reading => text!("progress-reading", instance = instance),
            Work::Preparing => text!("progress-preparing"),
            Work::Downloading => text!("progress-downloading", instance = instance),
            Work::Uploading => text!("progress-uploading", instance = instance),
        }
    }

    fn amount(&self) -> String {
        let done = format::size(self.progress.done);
        match self.progress.total {
            Some(total) => text!("progress-of", done = done, total = format::size(total)),
            None => done,
        }
    }

    fn pace(&self) -> String {
        let pace = format::size(self.progress.bytes_per_second);
        // What takes days is a guess.
        let left = self.progress.seconds_left.filter(|left| *left < DAYS);
        let left = left.map(format::left);
        left.map_or_else(
            || text!("progress-pace", pace = &pace),
            |left| text!("progress-pace-left", pace = &pace, left = left),
        )
    }

    /// How much is done, from 0 to 1.
    fn part(&self) -> Option<f32> {
        let total = self.progress.total.filter(|total| *total > 0)?;
        let thousandths = u128::from(self.progress.done) * 1000 / u128::from(total);
        let thousandths = u16::try_from(thousandths).unwrap_or(1000).min(1000);
        Some(f32::from(thousandths) / 1000.0)
    }
}

impl View for ProgressView {
    fn title(&self) -> String {
        text!("window-title", instance = &self.progress.instance)
    }

    fn size(&self) -> Vec2 {
        Vec2::new(520.0, 196.0)
    }

    fn front(&self) -> bool {
        self.progress.front
    }

    fn outlives(&self, event: &FromWindow) -> bool {
        matches!(event, FromWindow::Cancel) && self.cancelled
    }

    fn hear(&mut self, news: ToWindow) {
        if let ToWindow::Progress(progress) = news {
            self.progress = clean::progress(progress);
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let can_cancel = self.progress.can_cancel && !self.cancelled;
        let mut cancel = is_escaped(ui) && can_cancel;
        let margin = Margin::same(theme::MARGIN);
        let frame = Frame::new().fill(theme::WINDOW).inner_margin(margin);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let heading = RichText::new(self.heading()).font(theme::bold(17.0));
            ui.add(Label::new(heading).truncate());
            let item = self.progress.item.as_deref().unwrap_or(" ");
            ui.add(Label::new(RichText::new(item).color(theme::WEAK)).truncate());
            ui.add_space(6.0);
            let amount = self.amount();
            widgets::bar(ui, self.part(), &amount);
            ui.add_space(4.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new(&amount).color(theme::WEAK));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add(Label::new(self.pace()).truncate());
                });
            });
            ui.with_layout(Layout::bottom_up(Align::Max), |ui| {
                let word = if self.cancelled {
                    text!("progress-cancelling")
                } else if self.progress.can_cancel {
                    text!("window-cancel")
                } else {
                    text!("progress-finishing")
                };
                ui.add_enabled_ui(can_cancel, |ui| {
                    cancel |= widgets::button(ui, &word, 110.0).clicked();
                });
            });
        });
        if cancel {
            self.cancelled = true;
            // What was cancelled is cleared away first; whoever opened the window closes it then.
            ui.ctx().request_repaint();
            return Some(FromWindow::Cancel);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_done_is_never_more_than_all() {
        let view = |done, total| {
            ProgressView::new(Progress {
                instance: String::new(),
                work: Work::Downloading,
                item: None,
                done,
                total,
                bytes_per_second: 0,
                seconds_left: None,
                can_cancel: true,
                front: true,
            })
            .part()
        };
        assert_eq!(view(1, Some(4)), Some(0.25));
        assert_eq!(view(5, Some(4)), Some(1.0));
        assert_eq!(view(u64::MAX, Some(u64::MAX)), Some(1.0));
        assert_eq!((view(1, None), view(0, Some(0))), (None, None));
    }
}
