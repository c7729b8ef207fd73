//! The window of `pair`: a code to show, or one to type; the device that waits; what became of it.

mod asked;
mod code;

use eframe::egui::{
    CentralPanel, Frame, Margin, Rect, Ui, UiBuilder, UserAttentionType, Vec2, ViewportCommand,
};
use zeroize::Zeroizing;

use self::code::Shown;
use super::{
    clean,
    protocol::{
        FromWindow, Said, ToWindow,
        pair::{Act, Newcomer, News, Over, Pair, Way},
    },
    theme,
    view::{View, is_escaped},
    widgets::{self, Choice},
};
use crate::texts::text;

/// The room for the buttons below.
const BUTTONS: f32 = 54.0;
/// A window that is lower or narrower scrolls as a whole.
const ROOMY: Vec2 = Vec2::new(400.0, 260.0);

/// The window.
pub struct PairView {
    page: Page,
    /// What it is at.
    working: Option<String>,
    /// Whether the player said something that is not answered yet.
    busy: bool,
    /// What was typed.
    typed: Zeroizing<String>,
    /// Why that cannot be taken.
    refused: Option<Said>,
    /// Whether the keyboard is to be in the field.
    focus: bool,
    /// Whether somebody came whom the player has not seen.
    calls: bool,
}

/// What is seen of it.
enum Page {
    /// There is no code yet.
    Begin,
    Code(Shown),
    Adopt,
    Asked(Newcomer),
    Over(Over),
}

impl PairView {
    /// Returns the window at its first page.
    pub fn new(pair: Pair) -> Self {
        let mut view = Self {
            page: Page::Begin,
            working: None,
            busy: false,
            typed: Zeroizing::default(),
            refused: None,
            focus: false,
            calls: false,
        };
        if pair.way == Way::Adopt {
            view.adopt(None);
        }
        view
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.working = None;
        self.busy = false;
        self.refused = None;
    }

    /// Asks for the code of a new device, once more where one was refused.
    fn adopt(&mut self, refused: Option<Said>) {
        self.turn_to(Page::Adopt);
        self.refused = refused;
        self.focus = true;
    }

    fn page(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        match &self.page {
            Page::Begin => {
                self.begin(ui);
                None
            }
            Page::Code(_) => self.code(ui),
            Page::Adopt => self.field(ui),
            Page::Asked(_) => self.asked(ui),
            Page::Over(_) => {
                self.over(ui);
                None
            }
        }
    }

    fn begin(&self, ui: &mut Ui) {
        widgets::heading(ui, &text!("pair-heading"));
        let text = self.working.clone();
        widgets::explain(ui, &text.unwrap_or_else(|| text!("pair-beginning")));
    }

    /// What goes on, and what ends it, which is at the same place on every page: nobody who is about to press
    /// that lets a device in that came just then.
    fn buttons(&self, ui: &mut Ui) -> Option<FromWindow> {
        let choice = |text, means| Choice {
            text,
            primary: false,
            means,
            hint: None,
        };
        let choices = match self.page {
            Page::Over(_) => vec![
                choice(text!("pair-again"), FromWindow::Pair(Act::Show)),
                choice(text!("window-close"), FromWindow::Close),
            ],
            _ => vec![choice(text!("window-cancel"), FromWindow::Cancel)],
        };
        widgets::buttons(ui, choices)
    }

    /// Takes note of what is about to be said.
    fn note(&mut self, event: &FromWindow) {
        let FromWindow::Pair(act) = event else {
            return;
        };
        let at = match act {
            Act::Show => {
                self.turn_to(Page::Begin);
                None
            }
            Act::Adopt => None,
            Act::Typed { .. } => Some(text!("pair-asking")),
            Act::LetIn => Some(text!("pair-letting-in")),
            Act::Refuse => Some(text!("pair-refusing")),
        };
        self.working = at;
        self.busy = true;
        self.refused = None;
    }

    /// The page, and the buttons below it.
    fn roomy(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        let whole = ui.max_rect();
        let (above, below) = whole.split_top_bottom_at_y(whole.bottom() - BUTTONS);
        let above = UiBuilder::new().max_rect(above);
        let done = ui.scope_builder(above, |ui| widgets::scroll(ui, |ui| self.page(ui)));
        let below = Rect::from_min_max(below.min + Vec2::new(0.0, 14.0), below.max);
        let below = UiBuilder::new().max_rect(below);
        let pressed = ui.scope_builder(below, |ui| self.buttons(ui));
        done.inner.or(pressed.inner)
    }

    /// Everything, one below another.
    fn narrow(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        widgets::scroll(ui, |ui| {
            let done = self.page(ui);
            ui.add_space(12.0);
            done.or(self.buttons(ui))
        })
    }
}

impl View for PairView {
    fn title(&self) -> String {
        text!("pair-title")
    }

    fn size(&self) -> Vec2 {
        Vec2::new(640.0, 560.0)
    }

    fn outlives(&self, event: &FromWindow) -> bool {
        matches!(event, FromWindow::Pair(_))
    }

    fn hear(&mut self, news: ToWindow) {
        let ToWindow::PairNews(news) = news else {
            return;
        };
        match news {
            News::Working { text } => self.working = Some(clean::sentences(&text)),
            News::Adopt { refused } => self.adopt(refused.map(clean::said)),
            News::Begun(begun) => self.turn_to(Page::Code(Shown::of(&begun))),
            News::Waits(device) => {
                self.turn_to(Page::Asked(clean::newcomer(device)));
                self.calls = true;
            }
            News::Over(over) => self.turn_to(Page::Over(Over {
                said: clean::said(over.said),
                ..over
            })),
        }
        if !matches!(self.page, Page::Adopt) {
            self.typed = Zeroizing::default();
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        if std::mem::take(&mut self.calls) {
            // The keys stay with whatever has them: nobody answers this by what is typed elsewhere.
            let attention = ViewportCommand::RequestUserAttention(UserAttentionType::Informational);
            ui.ctx().send_viewport_cmd(attention);
        }
        let escaped = is_escaped(ui).then(|| match self.page {
            Page::Over(_) => FromWindow::Close,
            _ => FromWindow::Cancel,
        });
        let margin = Margin::same(theme::MARGIN);
        let frame = Frame::new().fill(theme::WINDOW).inner_margin(margin);
        let done = CentralPanel::default().frame(frame).show(ui, |ui| {
            let room = ui.available_size();
            if room.x >= ROOMY.x && room.y >= ROOMY.y {
                self.roomy(ui)
            } else {
                self.narrow(ui)
            }
        });
        let event = escaped.or(done.inner)?;
        self.note(&event);
        // The next page, or what it is at now.
        ui.ctx().request_repaint();
        Some(event)
    }
}
