//! The window on the screen: input from whoever opened it, output to them, and the life of the process.

use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use eframe::{
    App, CreationContext, NativeOptions,
    egui::{self, Context, UserAttentionType, ViewportBuilder, ViewportCommand},
};
use zeroize::Zeroizing;

use super::{
    conflict::ConflictView,
    focus,
    message::MessageView,
    pair::PairView,
    progress::ProgressView,
    protocol::{FromWindow, Kind, ToWindow},
    setup::SetupView,
    theme,
    view::View,
};
use crate::process::core_dumps;

/// Shows the window.
pub fn run(kind: Kind) -> ExitCode {
    if kind.has_secrets() {
        core_dumps::forbid();
    }
    let mut lines = io::stdin().lock().lines();
    let first = lines.next().and_then(|line| parse(&line.ok()?));
    drop(lines);
    let Some(view) = first.and_then(|first| view_of(kind, first)) else {
        return ExitCode::FAILURE;
    };
    let size = view.size();
    let viewport = ViewportBuilder::default()
        .with_app_id("instance-sync")
        .with_title(view.title())
        .with_inner_size(size)
        .with_min_inner_size(size.min(egui::Vec2::new(480.0, 190.0)))
        .with_active(view.front());
    let options = NativeOptions {
        viewport,
        centered: true,
        ..NativeOptions::default()
    };
    let shown = eframe::run_native(
        "instance-sync",
        options,
        Box::new(|created| Ok(Box::new(Host::new(created, view)))),
    );
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&mut io::stderr(), &error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Returns what a window of this kind shows, where that is what it is for.
pub fn view_of(kind: Kind, first: ToWindow) -> Option<Box<dyn View>> {
    Some(match (kind, first) {
        (Kind::Conflict, ToWindow::Conflict(conflict)) => Box::new(ConflictView::new(conflict)),
        (Kind::Progress, ToWindow::Progress(progress)) => Box::new(ProgressView::new(progress)),
        (Kind::Message, ToWindow::Message(message)) => Box::new(MessageView::new(message)),
        (Kind::Setup, ToWindow::Setup(setup)) => Box::new(SetupView::new(setup)),
        (Kind::Pair, ToWindow::Pair(pair)) => Box::new(PairView::new(pair)),
        _ => return None,
    })
}

fn parse(line: &str) -> Option<ToWindow> {
    serde_json::from_str(line).ok()
}

/// A reader that has gone away is noticed by the end of the input.
fn tell(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

struct Host {
    view: Box<dyn View>,
    news: Receiver<Option<ToWindow>>,
    frames: u8,
    answered: bool,
}

impl Host {
    fn new(created: &CreationContext<'_>, view: Box<dyn View>) -> Self {
        theme::apply(&created.egui_ctx);
        if !view.front() {
            focus::leave(created);
        }
        let (sender, news) = mpsc::channel();
        let context = created.egui_ctx.clone();
        thread::spawn(move || listen(&sender, &context));
        Self {
            view,
            news,
            frames: 0,
            answered: false,
        }
    }

    fn answer(&mut self, context: &Context, event: &FromWindow) {
        // It can hold what was typed as a secret.
        if let Ok(line) = serde_json::to_string(event).map(Zeroizing::new) {
            tell(&mut io::stdout(), &line);
        }
        // A work that is cancelled ends first.
        let stays = matches!(event, FromWindow::Shown) || self.view.outlives(event);
        if !stays {
            self.answered = true;
            context.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

impl App for Host {
    fn logic(&mut self, context: &Context, _: &mut eframe::Frame) {
        while let Ok(news) = self.news.try_recv() {
            let Some(news) = news else {
                // Whoever opened it is gone, or needs it no more.
                self.answered = true;
                context.send_viewport_cmd(ViewportCommand::Close);
                continue;
            };
            self.view.hear(news);
        }
        if context.input(|input| input.viewport().close_requested()) && !self.answered {
            self.answer(context, &FromWindow::Cancel);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        if let Some(event) = self.view.ui(ui) {
            self.answer(&context, &event);
        }
        // The second time, the first is on the screen.
        match self.frames {
            0 => {
                if self.view.front() {
                    context.send_viewport_cmd(ViewportCommand::Focus);
                    let attention = ViewportCommand::RequestUserAttention;
                    context.send_viewport_cmd(attention(UserAttentionType::Informational));
                }
                context.request_repaint();
                self.frames = 1;
            }
            1 => {
                self.answer(&context, &FromWindow::Shown);
                self.frames = 2;
            }
            _ => {}
        }
    }
}

/// Hands on what comes from whoever opened the window, and that nothing comes any more.
fn listen(sender: &Sender<Option<ToWindow>>, context: &Context) {
    for line in io::stdin().lock().lines() {
        // It can hold what is shown as a secret.
        let Ok(line) = line.map(Zeroizing::new) else {
            break;
        };
        if let Some(news) = parse(&line) {
            let _ = sender.send(Some(news));
            context.request_repaint();
        }
    }
    let _ = sender.send(None);
    context.request_repaint();
}
