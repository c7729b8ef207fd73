//! Buttons in a row, boxes to tick, and keys that scroll.

use eframe::egui::{self, Key, Layout, Response, ScrollArea, Stroke, Ui, UiBuilder, Vec2};

use super::{LETTERS, WIDTH, button, outline, primary, theme};

/// How wide a button is that shows its word whole.
pub fn width_of(ui: &Ui, text: &str) -> f32 {
    let font = theme::bold(LETTERS);
    let word = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, theme::TEXT);
    (word.size().x + 2.0 * ui.spacing().button_padding.x).ceil()
}

/// A box to tick.
pub fn tick(ui: &mut Ui, ticked: &mut bool, text: &str) -> Response {
    let add = |ui: &mut Ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, theme::WEAK);
        ui.add(egui::Checkbox::new(ticked, text))
    };
    let response = ui.scope(add).inner;
    outline(ui, &response);
    response
}

/// One of several buttons in a row.
pub struct Choice<T> {
    /// What it says.
    pub text: String,
    /// Whether a player most likely wants it.
    pub primary: bool,
    /// What it means.
    pub means: T,
    /// What is said under the pointer.
    pub hint: Option<String>,
}

/// How wide a row of buttons is, with the space before it.
pub fn row_width<T>(ui: &Ui, choices: &[Choice<T>]) -> f32 {
    let gaps = ui.spacing().item_spacing.x * f32::from(u8::try_from(choices.len()).unwrap_or(0));
    let widths = choices
        .iter()
        .map(|choice| width_of(ui, &choice.text).max(WIDTH));
    widths.sum::<f32>() + gaps
}

/// Buttons at the right end, in the order in which Tab reaches them; one below another where they do not
/// fit. Returns what was pressed.
pub fn buttons<T>(ui: &mut Ui, choices: Vec<Choice<T>>) -> Option<T> {
    let free = ui.available_width() - row_width(ui, &choices);
    let stacked = free < 0.0;
    let layout = if stacked {
        Layout::top_down(egui::Align::Min)
    } else {
        Layout::left_to_right(egui::Align::Min)
    };
    let width = if stacked { ui.available_width() } else { WIDTH };
    ui.with_layout(layout, |ui| {
        if !stacked {
            ui.allocate_space(Vec2::new(free, 0.0));
        }
        let mut pressed = None;
        for choice in choices {
            let mut response = if choice.primary {
                primary(ui, &choice.text, width)
            } else {
                button(ui, &choice.text, width)
            };
            if let Some(hint) = choice.hint {
                response = response.on_hover_text(hint);
            }
            if response.clicked() {
                pressed = Some(choice.means);
            }
        }
        pressed
    })
    .inner
}

/// What scrolls where it is longer than its place, with a bar in the margin beside it.
pub fn scroll<T>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> T) -> T {
    let inside = ui.available_rect_before_wrap();
    let mut wider = inside;
    wider.max.x += f32::from(theme::MARGIN) - 4.0;
    let area = |ui: &mut Ui| {
        let contents = |ui: &mut Ui| {
            ui.set_max_width(inside.width());
            pages(ui);
            add(ui)
        };
        let area = ScrollArea::vertical().auto_shrink(false);
        area.show(ui, contents).inner
    };
    ui.scope_builder(UiBuilder::new().max_rect(wider), area)
        .inner
}

/// Lets the keyboard alone move through what is longer than the window.
fn pages(ui: &Ui) {
    let page = ui.clip_rect().height() * 0.8;
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::PageDown) {
        ui.scroll_with_delta(Vec2::new(0.0, -page));
    }
    if pressed(Key::PageUp) {
        ui.scroll_with_delta(Vec2::new(0.0, page));
    }
}
