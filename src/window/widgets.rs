//! What all windows are made of.

use eframe::egui::{
    self, Align2, Button, Checkbox, Color32, Direction, Frame, Layout, Margin, Pos2, Rect,
    Response, RichText, Sense, Shape, Stroke, TextEdit, Ui, Vec2, WidgetInfo, accesskit::Role,
};

use super::{protocol::Said, theme};

mod row;

pub use row::{Choice, buttons, row_width, scroll, tick, width_of};

/// The height of buttons: large enough for a thumb.
pub const BUTTON: f32 = 38.0;
/// The width of those that stand in a row, where their words need no more.
const WIDTH: f32 = 130.0;
/// The size of their words.
const LETTERS: f32 = 14.0;

/// A heading.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).font(theme::bold(21.0))).wrap());
}

/// A sentence that explains.
pub fn explain(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(theme::WEAK)).wrap());
}

/// A sentence that explains, in small letters.
pub fn caption(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .color(theme::WEAK)
        .font(theme::plain(12.5));
    ui.add(egui::Label::new(text).wrap());
}

/// A button for what a player most likely wants. None is pressed by Enter alone.
pub fn primary(ui: &mut Ui, text: &str, width: f32) -> Response {
    let fill = if ui.is_enabled() {
        theme::ACCENT
    } else {
        Color32::from_rgb(0x25, 0x4f, 0x66)
    };
    let button = Button::new(word(text))
        .fill(fill)
        .stroke(Stroke::new(1.0, theme::ACCENT_LIGHT));
    focusable(ui, button, width_of(ui, text).max(width))
}

/// Any other button, at least this wide.
pub fn button(ui: &mut Ui, text: &str, width: f32) -> Response {
    focusable(ui, Button::new(word(text)), width_of(ui, text).max(width))
}

fn word(text: &str) -> RichText {
    RichText::new(text)
        .font(theme::bold(LETTERS))
        .color(theme::TEXT)
}

fn focusable(ui: &mut Ui, button: Button<'_>, width: f32) -> Response {
    let size = Vec2::new(width.min(ui.available_width()), BUTTON);
    let middle = Layout::centered_and_justified(Direction::LeftToRight);
    let button = button.truncate().min_size(size);
    let response = ui.allocate_ui_with_layout(size, middle, |ui| ui.add(button));
    let response = response.inner;
    outline(ui, &response);
    response
}

/// Shows where the keyboard is, and brings it into view.
fn outline(ui: &Ui, response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        let rect = response.rect.expand(2.0);
        let stroke = Stroke::new(2.0, theme::TEXT);
        ui.painter()
            .rect_stroke(rect, 5.0, stroke, egui::StrokeKind::Outside);
    }
}

/// A group of things.
pub fn card<T>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> T) -> T {
    Frame::new()
        .fill(theme::CARD)
        .stroke(Stroke::new(1.0, theme::LINE))
        .corner_radius(5.0)
        .inner_margin(Margin::same(14))
        .show(ui, add)
        .inner
}

/// A short word in a coloured box.
pub fn badge(ui: &mut Ui, text: &str, colour: Color32) {
    let text = RichText::new(text).font(theme::bold(10.5)).color(colour);
    Frame::new()
        .fill(colour.gamma_multiply(0.18))
        .corner_radius(3.0)
        .inner_margin(Margin::symmetric(5, 2))
        .show(ui, |ui| ui.add(egui::Label::new(text).selectable(false)));
}

/// A thing that can be chosen, of this size: `paint` draws what it holds.
///
/// `chosen` is none where nothing is chosen here. `label` is what a screen reader says.
pub fn tile(
    ui: &mut Ui,
    size: Vec2,
    label: &str,
    chosen: Option<bool>,
    paint: impl FnOnce(&mut Ui),
) -> Response {
    let sense = match chosen {
        Some(_) => Sense::click(),
        None => Sense::hover(),
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| match chosen {
        Some(chosen) => WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, label),
        None => WidgetInfo::labeled(Role::Label, ui.is_enabled(), label),
    });
    let (fill, line) = match chosen {
        Some(true) => (Color32::from_rgb(0x1d, 0x33, 0x40), theme::ACCENT_LIGHT),
        Some(false) if response.hovered() => (Color32::from_rgb(0x2d, 0x2d, 0x2d), theme::WEAK),
        _ => (theme::TILE, theme::TILE),
    };
    let painter = ui.painter();
    painter.rect(
        rect,
        4.0,
        fill,
        Stroke::new(1.0, line),
        egui::StrokeKind::Inside,
    );
    if let Some(chosen) = chosen {
        let middle = Pos2::new(rect.right() - 18.0, rect.center().y);
        let colour = if chosen {
            theme::ACCENT_LIGHT
        } else {
            theme::WEAK
        };
        painter.circle_stroke(middle, 7.0, Stroke::new(1.5, colour));
        if chosen {
            painter.circle_filled(middle, 3.5, colour);
        }
    }
    let inside = rect.shrink2(Vec2::new(14.0, rect.height() / 9.0));
    let mut content = ui.new_child(egui::UiBuilder::new().max_rect(inside));
    content.set_clip_rect(rect.intersect(ui.clip_rect()));
    paint(&mut content);
    outline(ui, &response);
    response
}

/// A square with the first letter of a name, for what has no picture.
pub fn letter(ui: &mut Ui, name: &str, side: f32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 4.0, Color32::from_rgb(0x3a, 0x3a, 0x3a));
    let first: String = name
        .chars()
        .find(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let font = theme::bold(side * 0.45);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        first,
        font,
        theme::WEAK,
    );
}

/// A computer, or a cloud.
pub fn symbol(ui: &mut Ui, cloud: bool) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(36.0, 38.0), Sense::hover());
    let painter = ui.painter();
    let at = |x: f32, y: f32| rect.min + Vec2::new(x, y + 4.0);
    if cloud {
        let colour = theme::ACCENT_LIGHT;
        for (x, y, radius) in [(10.0, 19.0, 7.0), (19.0, 13.5, 9.5), (28.0, 19.5, 6.5)] {
            painter.circle_filled(at(x, y), radius, colour);
        }
        painter.rect_filled(
            Rect::from_min_max(at(10.0, 17.0), at(28.0, 26.0)),
            0.0,
            colour,
        );
    } else {
        let stroke = Stroke::new(2.0, theme::TEXT);
        let screen = Rect::from_min_max(at(3.0, 3.0), at(33.0, 21.0));
        painter.rect_stroke(screen, 2.5, stroke, egui::StrokeKind::Inside);
        painter.add(Shape::line_segment(
            [at(18.0, 21.0), at(18.0, 27.0)],
            stroke,
        ));
        painter.add(Shape::line_segment(
            [at(11.0, 27.0), at(25.0, 27.0)],
            stroke,
        ));
    }
}

/// How far a work is, from 0 to 1; none: nobody knows.
pub fn bar(ui: &mut Ui, part: Option<f32>, label: &str) {
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, 8.0), Sense::hover());
    response.widget_info(|| WidgetInfo {
        value: part.map(|part| f64::from(part * 100.0)),
        ..WidgetInfo::labeled(Role::ProgressIndicator, true, label)
    });
    let painter = ui.painter();
    painter.rect_filled(rect, 4.0, theme::TILE);
    let mut done = rect;
    // What nobody knows is a bar that is full and pale.
    done.set_width(rect.width() * part.unwrap_or(1.0).clamp(0.0, 1.0));
    let colour = if part.is_some() {
        theme::ACCENT_LIGHT
    } else {
        theme::ACCENT_LIGHT.gamma_multiply(0.35)
    };
    painter.rect_filled(done, 4.0, colour);
}

/// Returns a sentence with a capital: errors begin in lower case, since a word stands before them elsewhere.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// What went wrong, in its colour, with what to do about it.
pub fn said(ui: &mut Ui, said: &Said, colour: Color32) {
    let text = RichText::new(capital(&said.text)).color(colour);
    ui.add(egui::Label::new(text).wrap());
    for hint in &said.hints {
        explain(ui, hint);
    }
}

/// A box to check.
pub fn check(ui: &mut Ui, on: &mut bool, text: impl Into<RichText>) -> Response {
    ui.spacing_mut().icon_width = 18.0;
    let response = ui.add(Checkbox::new(on, text.into()));
    outline(ui, &response);
    response
}

/// A field to type in below its name. What is typed in a `hidden` one is shown as dots, also to screen readers.
pub fn field(ui: &mut Ui, name: &str, text: &mut String, hidden: bool) -> Response {
    let name = ui.label(RichText::new(name).font(theme::bold(13.0)));
    let edit = TextEdit::singleline(text)
        .password(hidden)
        .margin(Margin::symmetric(10, 8))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(name.id);
    outline(ui, &response);
    ui.add_space(4.0);
    response
}
