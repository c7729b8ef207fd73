//! The window of `setup`: which games, whose account, which instance each is, where saves go, what became
//! of it.

mod connect;
mod finish;
mod games;
mod which;

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{
    Align, CentralPanel, Event, Frame, Layout, Margin, Rect, ScrollArea, Ui, UiBuilder, Vec2,
};

use self::connect::Form;
use super::{
    protocol::{
        FromWindow, ToWindow,
        setup::{Account, Act, Finished, Game, News, Setup, Which},
    },
    theme,
    view::{View, is_escaped},
    widgets,
};
use crate::{texts::text, window::protocol::Said};

/// The room for the buttons.
const BUTTONS: f32 = 54.0;
const WIDTH: f32 = 150.0;
const SCROLL_BAR: f32 = 10.0;

/// The window.
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct SetupView {
    setup: Setup,
    page: Page,
    /// Whether the page was not drawn yet.
    fresh: bool,
    /// The places of the games that were chosen.
    chosen: BTreeSet<usize>,
    form: Form,
    account: Option<Account>,
    answers: BTreeMap<usize, Which>,
    keyring: bool,
    wire: bool,
    /// What is waited for.
    working: Option<String>,
    stopping: bool,
    refused: Option<(Said, bool)>,
    /// Whether what was refused was not shown yet.
    unseen: bool,
    finished: Option<Finished>,
}

/// What is seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Games,
    Connect,
    /// For the game at this place among those that were chosen.
    Which(usize),
    Where,
    Result,
}

/// What a page asks for.
enum Step {
    Back,
    Next,
    Say(FromWindow),
}

impl SetupView {
    /// Returns the window at its first page.
    pub fn new(setup: Setup) -> Self {
        let page = if setup.choose {
            Page::Games
        } else {
            Page::Connect
        };
        let all = if setup.choose { 0 } else { setup.games.len() };
        Self {
            page,
            fresh: true,
            chosen: (0..all).collect(),
            form: Form::of(&setup),
            account: None,
            answers: BTreeMap::new(),
            keyring: false,
            wire: true,
            working: None,
            stopping: false,
            refused: None,
            unseen: false,
            finished: None,
            setup,
        }
    }

    /// The game at this place among those that were chosen, with its place among all.
    fn game(&self, place: usize) -> Option<(usize, &Game)> {
        let all = self.chosen.iter().nth(place).copied()?;
        Some((all, self.setup.games.get(all)?))
    }

    /// Whether all games that were chosen are opted in anew, and keep what opened their saves before.
    fn is_kept(&self) -> bool {
        let mut games = self.chosen.iter().map(|place| self.setup.games.get(*place));
        games.all(|game| game.is_some_and(|game| game.own.is_some()))
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.fresh = true;
        self.refused = None;
    }

    fn back(&mut self) {
        let page = match self.page {
            Page::Games | Page::Connect => Page::Games,
            Page::Which(0) => Page::Connect,
            Page::Which(place) => Page::Which(place - 1),
            Page::Where => Page::Which(self.chosen.len().saturating_sub(1)),
            Page::Result => Page::Where,
        };
        self.turn_to(page);
    }

    fn next(&mut self) {
        let page = match self.page {
            Page::Games => Page::Connect,
            Page::Which(place) if place + 1 < self.chosen.len() => Page::Which(place + 1),
            _ => Page::Where,
        };
        self.turn_to(page);
    }

    fn can_go_back(&self) -> bool {
        let free = self.working.is_none();
        free && match self.page {
            Page::Games => false,
            Page::Connect => self.setup.choose,
            Page::Which(_) | Page::Where => true,
            // Where nothing was done, it can be tried anew.
            Page::Result => self.finished.as_ref().is_some_and(finish::is_in_vain),
        }
    }

    fn page(&mut self, ui: &mut Ui) -> Option<Step> {
        match self.page {
            Page::Games => self.games(ui),
            Page::Connect => self.connect(ui),
            Page::Which(place) => self.which(ui, place),
            Page::Where => self.place(ui),
            Page::Result => self.result(ui),
        }
        .or_else(|| self.trouble(ui))
    }

    /// What is waited for, or what went wrong.
    fn trouble(&mut self, ui: &mut Ui) -> Option<Step> {
        ui.add_space(8.0);
        if let Some(working) = &self.working {
            let text = if self.stopping {
                text!("setup-stopping")
            } else {
                working.clone()
            };
            widgets::explain(ui, &text);
            return None;
        }
        let (said, regardless) = self.refused.as_ref()?;
        widgets::said(ui, said, theme::RED);
        let go_on = (*regardless && self.page == Page::Connect).then(|| {
            ui.add_space(4.0);
            let go_on = widgets::button(ui, &text!("setup-regardless"), 200.0);
            widgets::caption(ui, &text!("setup-regardless-means"));
            go_on
        });
        if std::mem::take(&mut self.unseen) {
            ui.scroll_to_cursor(Some(Align::BOTTOM));
        }
        go_on?.clicked().then(|| Step::Say(self.try_account(true)))
    }

    /// What goes on, Back, and Cancel: from the right to the left, so that the keyboard comes in this order.
    fn buttons(&mut self, ui: &mut Ui) -> Option<Step> {
        let mut step = None;
        let free = self.working.is_none();
        if let Some((word, ready, next)) = self.forward() {
            ui.add_enabled_ui(free && ready, |ui| {
                if widgets::primary(ui, &word, WIDTH).clicked() {
                    step = Some(next);
                }
            });
        }
        if self.can_go_back() && widgets::button(ui, &text!("setup-back"), 110.0).clicked() {
            step = Some(Step::Back);
        }
        let (word, event) = if self.page == Page::Result {
            (text!("window-close"), FromWindow::Close)
        } else {
            (text!("window-cancel"), FromWindow::Cancel)
        };
        ui.add_enabled_ui(!self.stopping, |ui| {
            if widgets::button(ui, &word, 110.0).clicked() {
                step = Some(Step::Say(event));
            }
        });
        step
    }

    /// The button that goes on: its word, whether everything needed is there, and what it does.
    fn forward(&self) -> Option<(String, bool, Step)> {
        match self.page {
            Page::Games if self.setup.games.is_empty() => None,
            Page::Games => Some((text!("setup-next"), !self.chosen.is_empty(), Step::Next)),
            Page::Connect => {
                let act = Step::Say(self.try_account(false));
                Some((
                    text!("setup-connect"),
                    self.form.is_ready(self.is_kept()),
                    act,
                ))
            }
            Page::Which(place) => Some((text!("setup-next"), self.is_answered(place), Step::Next)),
            Page::Where => Some((text!("setup-start"), true, Step::Say(self.finish()))),
            Page::Result => None,
        }
    }

    /// Takes a step. Returns what is to be said of it.
    fn take(&mut self, step: Step) -> Option<FromWindow> {
        match step {
            Step::Back => self.back(),
            Step::Next => self.next(),
            Step::Say(event) => {
                match &event {
                    FromWindow::Setup(Act::Connect(_)) => {
                        self.working = Some(text!("setup-connecting"));
                    }
                    FromWindow::Setup(Act::Finish(_)) => {
                        self.working = Some(text!("setup-starting"));
                    }
                    // What was begun is ended first.
                    FromWindow::Cancel => self.stopping = self.is_finishing(),
                    _ => {}
                }
                self.refused = None;
                return Some(event);
            }
        }
        None
    }

    fn is_finishing(&self) -> bool {
        self.working.is_some() && self.page == Page::Where
    }
}

impl View for SetupView {
    fn title(&self) -> String {
        text!("setup-title")
    }

    fn size(&self) -> Vec2 {
        Vec2::new(620.0, 680.0)
    }

    fn outlives(&self, event: &FromWindow) -> bool {
        match event {
            FromWindow::Setup(_) => true,
            FromWindow::Cancel => self.stopping,
            _ => false,
        }
    }

    fn hear(&mut self, news: ToWindow) {
        let ToWindow::SetupNews(news) = news else {
            return;
        };
        if let News::Working { text } = news {
            if self.working.is_some() {
                self.working = Some(text);
            }
            return;
        }
        self.working = None;
        self.stopping = false;
        match news {
            News::Working { .. } => {}
            News::Refused { said, regardless } => {
                self.refused = Some((said, regardless));
                self.unseen = true;
                self.form.mend();
            }
            News::Repeat => self.form.ask_again(),
            News::Connected(account) => self.connected(account),
            News::Finished(finished) => {
                self.turn_to(Page::Result);
                self.finished = Some(finished);
            }
        }
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<FromWindow> {
        without_line_ends(ui);
        let mut step = is_escaped(ui).then_some(Step::Say(if self.page == Page::Result {
            FromWindow::Close
        } else {
            FromWindow::Cancel
        }));
        let frame = Frame::new()
            .fill(theme::WINDOW)
            .inner_margin(Margin::same(theme::MARGIN));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let whole = ui.max_rect();
            let (above, below) = whole.split_top_bottom_at_y(whole.bottom() - BUTTONS);
            ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
                let salt = format!("{:?}", self.page);
                ScrollArea::vertical()
                    .id_salt(salt)
                    .auto_shrink(false)
                    .show(ui, |ui| {
                        // Its bar lies above what it scrolls.
                        ui.set_max_width(ui.available_width() - SCROLL_BAR);
                        step = step.take().or(self.page(ui));
                    });
            });
            let below = Rect::from_min_max(below.min + Vec2::new(0.0, 12.0), below.max);
            let layout = Layout::right_to_left(Align::Center);
            ui.scope_builder(UiBuilder::new().max_rect(below).layout(layout), |ui| {
                step = step.take().or(self.buttons(ui));
            });
        });
        self.fresh = false;
        let event = self.take(step?);
        // The next page, or what it says now.
        ui.ctx().request_repaint();
        event
    }
}

/// A line that was copied whole ends with its end, which is no part of a secret.
fn without_line_ends(ui: &Ui) {
    ui.input_mut(|input| {
        for event in &mut input.events {
            if let Event::Paste(text) = event {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
        }
    });
}
