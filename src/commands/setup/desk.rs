//! The window of `setup`, and work beside it: what takes long does not keep anybody from cancelling.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cancel,
    commands::Context,
    sync::event::{Event, Listener, Phase},
    texts::text,
    ui::window::{self, Window},
    window::protocol::{
        FromWindow, Kind, Said, ToWindow,
        setup::{Act, News, Setup},
    },
};

/// How often the window is listened to while something else is waited for.
const BEAT: Duration = Duration::from_millis(40);
/// Between two sentences about the same work.
const PACE: Duration = Duration::from_millis(200);

/// Whether work can be left to itself when the player cancels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It only looks: nobody waits for it.
    AtOnce,
    /// It changes something: what was begun ends, whole or not at all.
    AfterIt,
}

/// The window, and whether the player left it.
pub struct Desk {
    window: Window,
    left: bool,
    /// The program was interrupted: it begins nothing more.
    interrupted: bool,
    spoken: Option<Instant>,
    /// What the player should look at, of what was said beside the work.
    said: Vec<Said>,
}

/// What work sends while it goes on.
enum Sent<T> {
    Event(Event),
    Done(T),
}

impl Desk {
    /// Shows the window. `None` where none can be shown.
    pub fn open(setup: Setup) -> Option<Self> {
        let window = Window::open(Kind::Setup, ToWindow::Setup(setup))?;
        cancel::begin();
        cancel::make_possible();
        Some(Self {
            window,
            left: false,
            interrupted: false,
            spoken: None,
            said: Vec::new(),
        })
    }

    /// Waits for what the player does. `None` where the player cancelled, closed the window or is through, or
    /// the window died.
    pub fn wait(&mut self) -> Option<Act> {
        while !self.left {
            match self.window.hear(Some(BEAT)) {
                window::Said::Event(FromWindow::Setup(act)) => return Some(act),
                window::Said::Event(FromWindow::Shown) | window::Said::Nothing => {}
                window::Said::Event(_) | window::Said::Gone => self.left = true,
            }
            self.heed_interrupt();
        }
        None
    }

    /// Says something to the window.
    pub fn say(&mut self, news: News) {
        self.spoken = None;
        self.window.say(&ToWindow::SetupNews(news));
    }

    /// Returns whether the player left: nothing further is begun then.
    pub fn is_left(&self) -> bool {
        self.left
    }

    /// Forgets that the player stopped what is over now, in the window.
    pub fn stay(&mut self) {
        if !self.interrupted {
            self.left = false;
            cancel::begin();
        }
    }

    /// Nobody asks to stop but the player in the window, who has left it then, and an interrupt.
    fn heed_interrupt(&mut self) {
        if !self.left && cancel::is_requested() {
            (self.left, self.interrupted) = (true, true);
        }
    }

    /// Returns what the player should look at, and forgets it.
    pub fn take_said(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.said)
    }

    /// Does something on a thread, and listens to the window meanwhile. `None` where it was left to itself,
    /// or died.
    pub fn beside<T: Send + 'static>(
        &mut self,
        context: &Context<'_>,
        leaving: Leaving,
        work: impl FnOnce(Listener<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let events: Sender<Sent<T>> = sender.clone();
            let done = work(&|event| drop(events.send(Sent::Event(event))));
            let _ = sender.send(Sent::Done(done));
        });
        loop {
            match receiver.recv_timeout(BEAT) {
                Ok(Sent::Event(event)) => self.hear(context, event),
                Ok(Sent::Done(done)) => {
                    context.settle();
                    return Some(done);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
            self.heed_interrupt();
            if !self.left && self.is_left_now() {
                self.left = true;
                cancel::request();
            }
            if self.left && leaving == Leaving::AtOnce {
                return None;
            }
        }
    }

    fn is_left_now(&mut self) -> bool {
        match self.window.hear(Some(Duration::ZERO)) {
            window::Said::Event(event) => {
                matches!(event, FromWindow::Cancel | FromWindow::Close)
            }
            window::Said::Nothing => false,
            window::Said::Gone => true,
        }
    }

    fn hear(&mut self, context: &Context<'_>, event: Event) {
        match &event {
            Event::Warning(text, hints) | Event::Alert(text, hints) => self.said.push(Said {
                text: text.clone(),
                hints: hints.clone(),
            }),
            Event::Notice(text) => self.working(text.clone()),
            Event::Progress(progress) if progress.phase == Phase::Restic => {
                let early = self.spoken.is_some_and(|last| last.elapsed() < PACE);
                if !early {
                    self.working(fetching(progress.done, progress.total));
                    self.spoken = Some(Instant::now());
                }
            }
            Event::Progress(_) => {}
        }
        context.hear(event);
    }

    /// Says what it is at.
    pub fn working(&mut self, text: String) {
        self.say(News::Working { text });
    }
}

/// How far restic is fetched.
fn fetching(done: u64, total: Option<u64>) -> String {
    let percent = total.and_then(|total| done.saturating_mul(100).checked_div(total));
    percent.map_or_else(
        || text!("progress-preparing"),
        |percent| text!("setup-restic", percent = percent.min(100)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_restic_is_fetched_is_said_where_it_is_known() {
        let whole = fetching(3, Some(4));
        assert!(whole.ends_with("75 %"), "{whole}");
        assert!(fetching(9, Some(4)).ends_with("100 %"));
        assert_eq!(fetching(9, Some(0)), text!("progress-preparing"));
        assert_eq!(fetching(9, None), text!("progress-preparing"));
    }
}
