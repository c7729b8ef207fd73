//! A window without a display, with a keyboard, a mouse and ears.

use eframe::egui::{Key, Rect, Shape, UiBuilder, Vec2, accesskit::Role, epaint::TextShape};
use egui_kittest::{
    Harness, HarnessBuilder, Node,
    kittest::{NodeT, Queryable},
};
use image::RgbaImage;
use instance_sync::{
    texts::{Language, speaking},
    window::{
        self,
        protocol::{
            Conflict, FromWindow, Kind, Message, Progress, ToWindow,
            pair::{Pair, Way},
            setup::Setup,
        },
        view::View,
    },
};

use crate::renderer::Renderer;

/// A window and what it said.
pub struct Stage {
    pub harness: Harness<'static, Play>,
}

pub struct Play {
    view: Box<dyn View>,
    language: Language,
    said: Vec<FromWindow>,
}

/// What a window said. It is compared as it travels: some of it can hold secrets, which compare with
/// nothing.
#[derive(Debug)]
pub struct Said(FromWindow);

impl PartialEq<FromWindow> for Said {
    fn eq(&self, other: &FromWindow) -> bool {
        let line = |said| serde_json::to_string(said).unwrap();
        line(&self.0) == line(other)
    }
}

/// How a window is put up.
pub struct Setting {
    pub language: Language,
    /// Other than the window's own.
    pub size: Option<Vec2>,
    pub scale: f32,
    /// Whether there may be letters that no font of ours has.
    pub foreign: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            language: Language::English,
            size: None,
            scale: 1.0,
            foreign: false,
        }
    }
}

impl Setting {
    pub fn german() -> Self {
        Self {
            language: Language::German,
            ..Self::default()
        }
    }

    pub fn conflict(self, conflict: Conflict) -> Stage {
        self.show(Kind::Conflict, ToWindow::Conflict(conflict))
    }

    pub fn progress(self, progress: Progress) -> Stage {
        self.show(Kind::Progress, ToWindow::Progress(progress))
    }

    pub fn message(self, message: Message) -> Stage {
        self.show(Kind::Message, ToWindow::Message(message))
    }

    pub fn setup(self, setup: Setup) -> Stage {
        self.show(Kind::Setup, ToWindow::Setup(setup))
    }

    pub fn pair(self, way: Way) -> Stage {
        self.show(Kind::Pair, ToWindow::Pair(Pair { way }))
    }

    fn show(self, kind: Kind, first: ToWindow) -> Stage {
        let view = window::view_of(kind, first).expect("a window of this kind");
        let size = self.size.unwrap_or_else(|| view.size());
        let mut builder: HarnessBuilder<Play> = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(self.scale)
            .with_render_cursor(false)
            .with_context_setup(window::apply)
            .renderer(Renderer::default());
        if self.foreign {
            builder = builder.allow_missing_glyphs();
        }
        let play = Play {
            view,
            language: self.language,
            said: Vec::new(),
        };
        let mut harness = builder.build_ui_state(
            |ui, play| {
                // The whole window: the harness leaves a margin, a screen does not.
                let all = UiBuilder::new().max_rect(ui.ctx().content_rect());
                ui.scope_builder(all, |ui| {
                    ui.set_clip_rect(ui.ctx().content_rect());
                    play.said
                        .extend(speaking(play.language, || play.view.ui(ui)));
                });
            },
            play,
        );
        harness.run();
        Stage { harness }
    }
}

impl Stage {
    /// What the window said since this was asked last.
    pub fn said(&mut self) -> Vec<Said> {
        let said = std::mem::take(&mut self.harness.state_mut().said);
        said.into_iter().map(Said).collect()
    }

    pub fn hear(&mut self, news: ToWindow) {
        let play = self.harness.state_mut();
        speaking(play.language, || play.view.hear(news));
        self.harness.run();
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run();
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    /// Presses Tab until the keyboard is at this one of the inputs that it can reach.
    pub fn tab_to(&mut self, place: usize) {
        self.leave();
        for _ in 0..=place {
            self.press(Key::Tab);
        }
    }

    /// Takes the keyboard off everything.
    pub fn leave(&mut self) {
        let context = &self.harness.ctx;
        let focused = context.memory(eframe::egui::Memory::focused);
        if let Some(focused) = focused {
            context.memory_mut(|memory| memory.surrender_focus(focused));
        }
        self.harness.run();
    }

    /// Presses Tab until it comes to the first again. Returns what it reached, in order.
    pub fn tour(&mut self) -> Vec<String> {
        let mut reached = Vec::new();
        self.leave();
        loop {
            self.press(Key::Tab);
            let name = self.focused_label().expect("Tab reaches something");
            if reached.contains(&name) || reached.len() > 100 {
                return reached;
            }
            reached.push(name);
        }
    }

    pub fn focused_label(&self) -> Option<String> {
        self.focused().and_then(|node| label(&node))
    }

    /// What is written, and cut off.
    pub fn cut_off(&self) -> Vec<String> {
        let mut cut = Vec::new();
        for clipped in &self.harness.output().shapes {
            collect(&clipped.shape, &mut |text| {
                let room = clipped.clip_rect.expand(0.5);
                let place = text.galley.rect.translate(text.pos.to_vec2());
                if text.galley.elided || (room.intersects(place) && !room.contains_rect(place)) {
                    cut.push(text.galley.text().to_owned());
                }
            });
        }
        cut
    }

    /// What the keyboard is at.
    pub fn focused(&self) -> Option<Node<'_>> {
        self.nodes().into_iter().find(Node::is_focused)
    }

    /// Everything in the accessibility tree.
    pub fn nodes(&self) -> Vec<Node<'_>> {
        self.harness.root().children_recursive().collect()
    }

    /// Its names.
    pub fn labels(&self) -> Vec<String> {
        self.nodes().iter().filter_map(|node| label(node)).collect()
    }

    /// What can be pressed, ticked or chosen, in the tree's order.
    pub fn inputs(&self) -> Vec<(Role, String)> {
        let roles = [Role::Button, Role::CheckBox, Role::RadioButton];
        let nodes = self.nodes().into_iter();
        nodes
            .map(|node| {
                (
                    node.accesskit_node().role(),
                    label(&node).unwrap_or_default(),
                )
            })
            .filter(|(role, _)| roles.contains(role))
            .collect()
    }

    /// Where they are.
    pub fn input_rects(&self) -> Vec<(String, Rect)> {
        let roles = [Role::Button, Role::CheckBox, Role::RadioButton];
        let nodes = self.nodes().into_iter();
        nodes
            .filter(|node| roles.contains(&node.accesskit_node().role()))
            .map(|node| (label(&node).unwrap_or_default(), node.rect()))
            .collect()
    }

    /// The window's edges.
    pub fn edges(&self) -> Rect {
        self.harness.ctx.content_rect()
    }

    pub fn picture(&mut self) -> RgbaImage {
        self.harness.render().expect("a picture")
    }
}

fn collect(shape: &Shape, take: &mut impl FnMut(&TextShape)) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, take)),
        Shape::Text(text) => take(text),
        _ => {}
    }
}

/// What a screen reader says of it: its label, or its text.
pub fn label(node: &Node<'_>) -> Option<String> {
    let node = node.accesskit_node();
    node.label().or_else(|| node.value())
}
