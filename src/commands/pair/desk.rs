//! The window of `pair`, and work beside it: what the player does there ends what only waits.

use std::{
    panic,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use crate::{
    cancel,
    commands::Context,
    sync::event::{Event, Listener},
    ui::window::{Said, Window},
    window::protocol::{
        FromWindow, Kind, ToWindow,
        pair::{Act, News, Pair, Way},
    },
};

/// How often the window is listened to while something else is waited for.
const BEAT: Duration = Duration::from_millis(40);

/// The window, and whether the player left it.
pub struct Desk {
    window: Window,
    /// They cancelled, closed it, interrupted the program; or it died.
    left: bool,
}

impl Desk {
    /// Shows the window. `None` where none can be shown.
    pub fn open(way: Way) -> Option<Self> {
        let window = Window::open(Kind::Pair, ToWindow::Pair(Pair { way }))?;
        Some(Self {
            window,
            left: false,
        })
    }

    /// Says something to the window.
    pub fn say(&mut self, news: News) {
        self.window.say(&ToWindow::PairNews(news));
    }

    /// Waits for what the player does. `None` where they left.
    pub fn wait(&mut self) -> Option<Act> {
        while !self.left {
            let act = self.hear(BEAT);
            if act.is_some() {
                return act;
            }
            self.left |= cancel::is_requested();
        }
        None
    }

    /// Does something on a thread, to its end, and returns what came of it; with what the player did meanwhile. Both
    /// that and leaving ask it to stop where it only waits.
    pub fn beside<T: Send>(
        &mut self,
        context: &Context<'_>,
        work: impl FnOnce(Listener<'_>) -> T + Send,
    ) -> (T, Option<Act>) {
        let (sender, events) = mpsc::channel();
        let mut act = None;
        let done = thread::scope(|scope| {
            let work = scope.spawn(move || work(&|event| drop(sender.send(event))));
            loop {
                match events.recv_timeout(BEAT) {
                    Ok(event) => self.tell(context, event),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if act.is_none() && !self.left {
                    act = self.hear(Duration::ZERO);
                    if act.is_some() || self.left {
                        cancel::request();
                    }
                }
            }
            work.join()
        });
        if act.is_some() && !self.left {
            cancel::begin();
        }
        // An interrupt leaves the window too.
        self.left |= cancel::is_requested();
        let done = done.unwrap_or_else(|cause| panic::resume_unwind(cause));
        (done, act)
    }

    fn hear(&mut self, patience: Duration) -> Option<Act> {
        match self.window.hear(Some(patience)) {
            Said::Event(FromWindow::Pair(act)) => return Some(act),
            Said::Event(FromWindow::Shown) | Said::Nothing => {}
            Said::Event(_) | Said::Gone => self.left = true,
        }
        None
    }

    fn tell(&mut self, context: &Context<'_>, event: Event) {
        if let Event::Notice(text) | Event::Warning(text, _) | Event::Alert(text, _) = &event {
            let text = text.clone();
            self.say(News::Working { text });
        }
        context.hear(event);
    }
}
