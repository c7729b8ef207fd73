//! The code that is shown: a line to type, and the same for a camera.

use std::time::{Duration, Instant};

use eframe::egui::{
    Align, Color32, ColorImage, Image, Label, Layout, RichText, TextStyle, TextureHandle,
    TextureOptions, Ui, Vec2,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Page, PairView};
use crate::{
    domain::square::{Correction, Square},
    texts::text,
    window::{
        clean,
        protocol::{
            FromWindow,
            pair::{Act, Begun},
        },
        theme, widgets,
    },
};

/// How wide the light edge is that cameras need, in points of the square.
const EDGE: usize = 4;
/// The most that the square takes.
const SIDE: f32 = 224.0;
/// The same where there is more to say: cameras read that as well.
const SMALL: f32 = 168.0;
/// Where there is less room beside the square, what is said stands below it.
const BESIDE: f32 = 180.0;
/// The size of the letters of the line.
const LETTERS: f32 = 20.0;

/// A code, as long as it is shown.
pub struct Shown {
    typed: SecretString,
    square: Option<Square>,
    texture: Option<TextureHandle>,
    /// Until when it is good.
    until: Instant,
    options: String,
    hints: Vec<String>,
}

impl Shown {
    pub fn of(begun: &Begun) -> Self {
        Self {
            typed: begun.typed.clone(),
            square: Square::of(begun.scanned.expose_secret(), Correction::Medium),
            texture: None,
            until: Instant::now() + Duration::from_secs(begun.seconds.min(24 * 3600)),
            options: clean::sentences(&begun.options),
            hints: begun
                .hints
                .iter()
                .map(|hint| clean::sentences(hint))
                .collect(),
        }
    }

    fn side(&self) -> f32 {
        if self.hints.is_empty() { SIDE } else { SMALL }
    }

    /// Draws the square: each point is as large as any other, whatever the screen's pixels are.
    fn square(&mut self, ui: &mut Ui) {
        let side = self.side();
        let Some(square) = &self.square else {
            return;
        };
        let whole = square.side() + 2 * EDGE;
        let texture = self.texture.get_or_insert_with(|| {
            let points = (0..whole).flat_map(|y| (0..whole).map(move |x| (x, y)));
            let colour = |place| {
                if square.is_dark(place, EDGE) {
                    Color32::BLACK
                } else {
                    Color32::WHITE
                }
            };
            let image = ColorImage::new([whole, whole], points.map(colour).collect());
            ui.ctx()
                .load_texture("pairing", image, TextureOptions::NEAREST)
        });
        let points = f32::from(u16::try_from(whole).unwrap_or(u16::MAX));
        let scale = ui.pixels_per_point();
        let pixels = (side * scale / points).floor().max(1.0);
        let image = Image::new((texture.id(), Vec2::splat(points * pixels / scale)));
        ui.add(image.alt_text(text!("pair-square")));
    }

    /// How long it is still good, in minutes; and in how many seconds that is another number.
    fn left(&self) -> (u64, Duration) {
        let left = self.until.saturating_duration_since(Instant::now());
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        let next = Duration::from_secs(seconds.saturating_sub(1) % 60 + 1);
        (seconds.div_ceil(60), next)
    }
}

impl PairView {
    pub(super) fn code(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let working = self.working.clone();
        let busy = self.busy;
        let Page::Code(shown) = &mut self.page else {
            return None;
        };
        widgets::heading(ui, &text!("pair-heading"));
        let where_to = if shown.options.is_empty() {
            text!("pair-type-there")
        } else {
            text!("pair-type-there-with", options = &shown.options)
        };
        widgets::explain(ui, &where_to);
        ui.add_space(6.0);
        widgets::card(ui, |ui| {
            ui.set_width(ui.available_width());
            let line = RichText::new(shown.typed.expose_secret());
            let line = line.text_style(TextStyle::Monospace).size(LETTERS);
            ui.add(Label::new(line).wrap());
        });
        for hint in &shown.hints {
            ui.add_space(4.0);
            let small = theme::plain(12.5);
            let hint = RichText::new(hint).color(theme::AMBER).font(small);
            ui.add(Label::new(hint).wrap());
        }
        ui.add_space(10.0);
        let add = |ui: &mut Ui, shown: &mut Shown| {
            shown.square(ui);
            ui.vertical(|ui| beside(ui, shown, working.as_deref(), busy))
                .inner
        };
        if ui.available_width() < shown.side() + BESIDE {
            return add(ui, shown);
        }
        let row = Layout::left_to_right(Align::Min);
        ui.with_layout(row, |ui| {
            ui.spacing_mut().item_spacing.x = 20.0;
            add(ui, shown)
        })
        .inner
    }
}

/// What is said beside the square.
fn beside(ui: &mut Ui, shown: &Shown, working: Option<&str>, busy: bool) -> Option<FromWindow> {
    if shown.square.is_some() {
        ui.label(RichText::new(text!("pair-scan")).font(theme::bold(13.0)));
        widgets::caption(ui, &text!("pair-scan-means"));
        ui.add_space(6.0);
    }
    let (minutes, next) = shown.left();
    ui.ctx().request_repaint_after(next);
    let good = match minutes {
        0 => text!("pair-no-longer-good"),
        minutes => text!("pair-good", minutes = minutes),
    };
    ui.add(Label::new(good).wrap());
    widgets::caption(ui, &text!("pair-show-nobody"));
    ui.add_space(6.0);
    let waits = working.map_or_else(|| text!("pair-waiting"), str::to_owned);
    ui.add(Label::new(RichText::new(waits).color(theme::ACCENT_LIGHT)).wrap());
    ui.add_space(6.0);
    widgets::caption(ui, &text!("pair-adopt-means"));
    let other = ui.add_enabled_ui(!busy, |ui| {
        widgets::button(ui, &text!("pair-adopt"), 120.0).clicked()
    });
    other.inner.then_some(FromWindow::Pair(Act::Adopt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_has_begun_counts_and_what_is_over_is_none() {
        let left = |seconds| {
            let begun = Begun {
                typed: "a".into(),
                scanned: "b".into(),
                seconds,
                options: String::new(),
                hints: Vec::new(),
            };
            Shown::of(&begun).left()
        };
        assert_eq!(left(900).0, 15);
        assert_eq!(left(61).0, 2);
        assert!(left(61).1 <= Duration::from_secs(2), "{:?}", left(61).1);
        assert_eq!(left(60).0, 1);
        assert_eq!(left(60).1, Duration::from_secs(60));
        assert_eq!(left(0).0, 0);
        assert!(left(0).1 > Duration::ZERO);
        // Whatever a server says, no time is too far away to be told.
        assert!(left(u64::MAX).0 <= 24 * 60);
    }
}
