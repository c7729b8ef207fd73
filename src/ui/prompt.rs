//! Questions on a terminal, or answered line by line through a pipe.

use std::{
    io::{self, BufRead, IsTerminal},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use dialoguer::Input;
use secrecy::SecretString;

use super::{heedful, menu, output::Output, secret};
use crate::{
    cancel,
    error::{Error, Result},
    texts::text,
};

/// How often it is looked whether somebody asked to stop.
const BEAT: Duration = Duration::from_millis(50);

/// Asks questions.
pub struct Prompt<'a> {
    output: &'a Output,
    terminal: bool,
}

impl<'a> Prompt<'a> {
    /// Returns a prompt on this process's streams.
    pub fn new(output: &'a Output) -> Self {
        Self {
            output,
            terminal: io::stdin().is_terminal() && io::stderr().is_terminal(),
        }
    }

    /// Returns whether a person answers.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Asks for a line until `check` accepts it, and says each time what is wrong.
    pub fn line<T>(&self, question: &str, check: impl Fn(&str) -> Result<T>) -> Result<T> {
        loop {
            cancel::check()?;
            let answer = if self.terminal {
                let question = question.to_owned();
                let ask = move || {
                    let input = Input::<String>::new().with_prompt(question);
                    let answer = input.allow_empty(true).interact_text();
                    answer.map_err(|dialoguer::Error::IO(error)| error)
                };
                heedful::ask(ask).map_err(|error| unanswered(&error))?
            } else {
                self.read(question)?
            };
            match check(answer.trim()) {
                Ok(value) => return Ok(value),
                Err(error) if self.terminal => self.output.error(&error),
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for a secret, which is not echoed, until `check` accepts it, and says each time what is wrong.
    pub fn secret<T>(
        &self,
        question: &str,
        check: impl Fn(&SecretString) -> Result<T>,
    ) -> Result<T> {
        loop {
            cancel::check()?;
            let answer = if self.terminal {
                let question = question.to_owned();
                let ask = move || secret::read(&question);
                heedful::ask(ask).map_err(|error| unanswered(&error))?
            } else {
                SecretString::from(self.read(question)?)
            };
            match check(&answer) {
                Ok(value) => return Ok(value),
                Err(error) if self.terminal => self.output.error(&error),
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets a person choose one of `items`, none of which is chosen beforehand.
    pub fn choose(&self, question: &str, items: &[&str]) -> Result<usize> {
        cancel::check()?;
        let (question, items) = owned(question, items);
        let ask = move || menu::choose(&question, &borrowed(&items));
        answered(heedful::ask(ask))
    }

    /// Lets a person choose some of `items`, at least one.
    pub fn choose_many(&self, question: &str, items: &[&str]) -> Result<Vec<usize>> {
        cancel::check()?;
        let (question, items) = owned(question, items);
        let ask = move || menu::choose_many(&question, &borrowed(&items));
        answered(heedful::ask(ask))
    }

    /// Reads the next line of a pipe. An end of input is an empty answer.
    fn read(&self, question: &str) -> Result<String> {
        if !self.output.is_json() {
            self.output.passing(question);
        }
        let line = input_line()?;
        let line = line.strip_suffix('\n').unwrap_or(&line);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }
}

/// Reads a line beside us, so that the wish to stop does not wait for one that never comes.
fn input_line() -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = sender.send(read.map(|_| line));
    });
    loop {
        match receiver.recv_timeout(BEAT) {
            Ok(read) => {
                // An end of input may be the end of whoever was interrupted with us.
                cancel::check()?;
                return read.map_err(|error| unanswered(&error));
            }
            Err(RecvTimeoutError::Timeout) => cancel::check()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(unanswered(&io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

fn owned(question: &str, items: &[&str]) -> (String, Vec<String>) {
    let items = items.iter().map(|item| (*item).to_owned());
    (question.to_owned(), items.collect())
}

fn borrowed(items: &[String]) -> Vec<&str> {
    items.iter().map(String::as_str).collect()
}

fn answered<T>(chosen: io::Result<Option<T>>) -> Result<T> {
    match chosen {
        Ok(Some(chosen)) => Ok(chosen),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(cancel::error()),
        Ok(None) | Err(_) => {
            Err(Error::failed(text!("prompt-unanswered")).hint(text!("prompt-unanswered-hint")))
        }
    }
}

/// Where an interrupt does not end this process at once, it is the wish to stop.
fn unanswered(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::Interrupted {
        return cancel::error();
    }
    Error::failed(text!("prompt-unanswered-since", why = error.to_string()))
        .hint(text!("prompt-unanswered-hint"))
}
