//! `pair` in a window: the same as on a terminal, by the same engine.

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Under,
    desk::Desk,
    folder, printable,
    scene::{failed, is_in, refused, said, shown},
    waits, words,
};
use crate::{
    cancel,
    cli::Pair,
    commands::{Context, Done, pairing},
    domain::pairing::Secret,
    error::{Kind, Result},
    process::{console, core_dumps},
    remote::control::pairings::{Newcomer, Pairing, State},
    sync::{
        event::note,
        pairing::inviter::{GOOD_FOR, Inviter},
    },
    texts::text,
    window::protocol::pair::{Act, Begun, News, Over, Way},
};

/// Shows the window until the player is through. `None` where none can be shown: then nothing was done.
pub fn run(context: &Context<'_>, args: &Pair) -> Result<Option<Done>> {
    core_dumps::forbid();
    let (way, first) = match &args.approve {
        None => (Way::Show, Next::Show),
        Some(None) => (Way::Adopt, Next::Adopt(None)),
        Some(Some(code)) => {
            let code = SecretString::from(code.as_str());
            (Way::Adopt, Next::Adopt(Some(code)))
        }
    };
    let Some(desk) = Desk::open(way) else {
        return Ok(None);
    };
    // Where the program was started by a double click, its console is in the way.
    if console::is_ours_alone() {
        console::leave();
    }
    pairing::heed_interrupts();
    Course { context, desk }.run(first).map(Some)
}

/// What is to be done next.
enum Next {
    /// A code is shown here.
    Show,
    /// One is typed here; or was, on the command line.
    Adopt(Option<SecretString>),
}

/// How one pairing went.
enum Went {
    /// To its end.
    Over(Over),
    /// The player wants another way.
    On(Next),
}

/// One window, from its first page to its last.
struct Course<'a, 'c> {
    context: &'a Context<'c>,
    desk: Desk,
}

impl Course<'_, '_> {
    fn run(mut self, first: Next) -> Result<Done> {
        let mut next = first;
        loop {
            let went = match next {
                Next::Show => self.show(),
                Next::Adopt(typed) => self.adopt(typed),
            };
            let (over, result) = match went {
                Ok(Went::On(other)) => {
                    next = other;
                    continue;
                }
                Ok(Went::Over(over)) => (over, Ok(Done::Well)),
                Err(error) => (failed(&error), Err(error)),
            };
            self.desk.say(News::Over(over));
            next = match self.desk.wait() {
                Some(Act::Adopt) => Next::Adopt(None),
                Some(_) => Next::Show,
                None => return result,
            };
        }
    }

    /// This device, with what its folder is opted in with.
    fn inviter(&mut self) -> Result<Inviter> {
        let settings = folder::settings(self.context)?;
        let of_folder = self.desk.beside(self.context, |listener| {
            Inviter::of_folder(&settings, listener)
        });
        of_folder.0
    }

    /// Shows a code, waits for whoever uses it, and asks.
    fn show(&mut self) -> Result<Went> {
        let inviter = self.inviter()?;
        let (begun, _) = self.desk.beside(self.context, |_| inviter.begin());
        let begun = begun?;
        let mut under = Under::of(&inviter, &begun.id);
        self.desk.say(News::Begun(Begun {
            typed: begun.typed.to_text(),
            scanned: begun.scanned.to_text(),
            seconds: GOOD_FOR.as_secs(),
            options: inviter.options(&begun.typed),
            hints: inviter.hints(&begun.typed),
        }));
        let (waiting, act) = self.desk.beside(self.context, |listener| {
            inviter.wait_while(&begun.id, State::Open, listener)
        });
        match act {
            Some(Act::Adopt) => return Ok(Went::On(Next::Adopt(None))),
            Some(_) => return Ok(Went::On(Next::Show)),
            None => {}
        }
        let waiting = waiting?;
        // From here on its own guard ends it.
        under.is_over = true;
        let secret = begun.secret(waiting.secret);
        self.decide(&inviter, &waiting, secret)
    }

    /// Takes the code that a new device shows, and asks.
    fn adopt(&mut self, mut typed: Option<SecretString>) -> Result<Went> {
        let mut wrong = None;
        loop {
            let code = if let Some(code) = typed.take() {
                code
            } else {
                let refused = wrong.take();
                self.desk.say(News::Adopt { refused });
                match self.desk.wait() {
                    Some(Act::Typed { code }) => code,
                    Some(Act::Show) => return Ok(Went::On(Next::Show)),
                    Some(_) => continue,
                    None => return Err(cancel::error()),
                }
            };
            let words = match words(code.expose_secret()) {
                Ok(words) => words,
                Err(error) => {
                    wrong = Some(said(&error));
                    continue;
                }
            };
            let inviter = self.inviter()?;
            let (waiting, _) = self.desk.beside(self.context, |_| inviter.adopt(&words));
            match waiting {
                Ok(waiting) => return self.decide(&inviter, &waiting, &words.secret),
                Err(error) => wrong = Some(said(&error)),
            }
        }
    }

    /// Asks about a device that waits, and tells it the answer.
    fn decide(&mut self, inviter: &Inviter, waiting: &Pairing, secret: &Secret) -> Result<Went> {
        let mut under = Under::of(inviter, &waiting.id);
        let device = waits(waiting)?;
        let name = printable(&device.name);
        let is_ours = waiting.state == State::Claimed
            && match self.answer(inviter, waiting, device)? {
                Answer::Yes => true,
                Answer::No => {
                    let (told, _) = self
                        .desk
                        .beside(self.context, |_| inviter.refuse(&waiting.id));
                    told?;
                    under.is_over = true;
                    return Ok(Went::Over(refused(&name)));
                }
                Answer::Elsewhere => false,
            };
        if is_ours {
            let (told, _) = self
                .desk
                .beside(self.context, |_| inviter.approve(&waiting.id, secret));
            told?;
        }
        let (fetched, _) = self.desk.beside(self.context, |listener| {
            note(listener, text!("pairing-fetching", name = &name));
            inviter.wait_for_fetching(&waiting.id, listener)
        });
        let entered = match fetched {
            Ok(entered) => entered,
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => return Err(error.hint(text!("pairing-not-fetched", name = &name))),
        };
        under.is_over = true;
        // The account may have had a device of that name.
        let name = entered
            .device
            .map_or(name, |device| printable(&device.name));
        let knows_all = is_ours && !matches!(secret, Secret::None);
        Ok(Went::Over(is_in(&name, knows_all)))
    }

    /// Waits for the player's answer, or until there is nothing left to answer.
    fn answer(
        &mut self,
        inviter: &Inviter,
        waiting: &Pairing,
        device: &Newcomer,
    ) -> Result<Answer> {
        self.desk.say(News::Waits(shown(device)));
        loop {
            let (changed, act) = self.desk.beside(self.context, |listener| {
                inviter.wait_while(&waiting.id, State::Claimed, listener)
            });
            return match (changed, act) {
                // Somebody said yes on a page meanwhile.
                (Ok(_), _) => Ok(Answer::Elsewhere),
                (Err(error), Some(act)) if error.kind() == Kind::Cancelled => match act {
                    Act::LetIn => Ok(Answer::Yes),
                    Act::Refuse => Ok(Answer::No),
                    _ => continue,
                },
                (Err(error), _) => Err(error),
            };
        }
    }
}

/// What was answered about a device that waits.
enum Answer {
    Yes,
    No,
    /// Yes, on a page of the server.
    Elsewhere,
}
