//! Whose account it is: address, token, passphrase.

use eframe::egui::{Key, RichText, Ui};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Page, SetupView, Step};
use crate::{
    domain::{
        enrolment::{self, Enrolment},
        pairing::Invitation,
        rest::mark,
    },
    texts::text,
    window::{
        protocol::{
            FromWindow,
            setup::{Account, Act, Connect, Setup, Which, Whose},
        },
        theme, widgets,
    },
};

/// What was typed.
#[derive(Default)]
pub struct Form {
    address: String,
    token: Zeroizing<String>,
    passphrase: Zeroizing<String>,
    again: Option<Zeroizing<String>>,
    shown: bool,
    has_address: bool,
    /// Whose the token is, where it was given.
    given: Option<Whose>,
    /// Where the keyboard is to be next.
    focus: Option<Field>,
}

/// What lets this device in, and brings it a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ticket {
    None,
    /// What another device shows; most often it brings a passphrase too.
    Pairing,
    /// What an operator passed on.
    Enrolment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Address,
    Token,
    Passphrase,
    Again,
}

impl Form {
    /// Returns the form with what was given already.
    pub fn of(setup: &Setup) -> Self {
        Self {
            address: setup.address.clone().unwrap_or_default(),
            has_address: setup.address.is_some(),
            given: setup.token,
            ..Self::default()
        }
    }

    /// Asks for the passphrase a second time.
    pub fn ask_again(&mut self) {
        self.again = Some(Zeroizing::default());
        self.focus = Some(Field::Again);
    }

    /// Puts the keyboard where what was refused can be mended.
    pub fn mend(&mut self) {
        self.focus = Some(match (self.given.is_some(), &self.again) {
            (_, Some(_)) => Field::Again,
            _ if self.token.is_empty() && self.ticket() != Ticket::None => Field::Address,
            (false, None) => Field::Token,
            (true, None) if self.has_address => Field::Passphrase,
            (true, None) => Field::Address,
        });
    }

    /// Returns whether everything needed is filled in; `kept` is whether the games keep what opened their saves.
    pub fn is_ready(&self, kept: bool) -> bool {
        self.missing(kept).is_none()
    }

    /// Whether nothing but a passphrase can be the password of the saves: the token is this device's own.
    fn needs_passphrase(&self, kept: bool) -> bool {
        let is_of_device = match self.given {
            Some(whose) => whose == Whose::Device,
            None => mark::is_of_device(&self.token),
        };
        let is_needed = match self.ticket() {
            Ticket::Enrolment => true,
            Ticket::Pairing => false,
            Ticket::None => is_of_device,
        };
        is_needed && !kept
    }

    /// What was typed that brings a token.
    fn ticket(&self) -> Ticket {
        let is_code = self.given.is_none() && enrolment::is_code(&self.token);
        if is_code || Enrolment::is_meant(&self.address) {
            Ticket::Enrolment
        } else if Invitation::is_meant(&self.address) {
            Ticket::Pairing
        } else {
            Ticket::None
        }
    }

    fn lacks_again(&self) -> bool {
        matches!(&self.again, Some(again) if again.is_empty())
    }

    /// The first field that is needed and empty.
    fn missing(&self, kept: bool) -> Option<Field> {
        if self.address.trim().is_empty() {
            Some(Field::Address)
        } else if self.given.is_none()
            && self.token.is_empty()
            && self.passphrase.is_empty()
            && self.ticket() == Ticket::None
        {
            Some(Field::Token)
        } else if self.needs_passphrase(kept) && self.passphrase.is_empty() {
            Some(Field::Passphrase)
        } else if !self.passphrase.is_empty() && self.lacks_again() {
            Some(Field::Again)
        } else {
            None
        }
    }
}

impl SetupView {
    pub(super) fn connect(&mut self, ui: &mut Ui) -> Option<Step> {
        let kept = self.is_kept();
        if self.fresh {
            self.form.focus = self.form.missing(kept);
        }
        widgets::heading(ui, &text!("setup-account"));
        widgets::explain(ui, &text!("setup-account-means"));
        if !self.setup.choose {
            for game in &self.setup.games {
                widgets::caption(ui, &game.folder.display().to_string());
            }
            for said in &self.setup.said {
                widgets::said(ui, said, theme::AMBER);
            }
        }
        ui.add_space(8.0);
        let mut entered = None;
        let free = self.working.is_none();
        ui.add_enabled_ui(free, |ui| entered = self.fields(ui));
        match (entered?, self.form.missing(kept)) {
            (_, None) => Some(Step::Say(self.try_account(false))),
            (field, Some(missing)) => {
                // The keyboard goes on to what is missing, or stays.
                self.form.focus = Some(if missing == field { field } else { missing });
                ui.ctx().request_repaint();
                None
            }
        }
    }

    /// Draws the fields. Returns the one in which Enter was pressed.
    fn fields(&mut self, ui: &mut Ui) -> Option<Field> {
        let needed = self.form.needs_passphrase(self.is_kept());
        let form = &mut self.form;
        let (hidden, focus) = (!form.shown, form.focus.take());
        let mut entered = None;
        let mut draw = |ui: &mut Ui, field, name: &str, text: &mut String, hidden| {
            let response = widgets::field(ui, name, text, hidden);
            if focus == Some(field) {
                response.request_focus();
                response.scroll_to_me(None);
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                entered = Some(field);
            }
        };
        ui.add_enabled_ui(!form.has_address, |ui| {
            let name = text!("setup-address");
            draw(ui, Field::Address, &name, &mut form.address, false);
        });
        if form.given.is_some() {
            widgets::caption(ui, &text!("setup-token-given"));
        } else {
            let name = text!("setup-token");
            draw(ui, Field::Token, &name, &mut form.token, hidden);
        }
        let (name, means) = if needed {
            let means = text!("setup-passphrase-of-device-means");
            (text!("setup-passphrase-needed"), means)
        } else {
            (text!("setup-passphrase"), text!("setup-passphrase-means"))
        };
        draw(ui, Field::Passphrase, &name, &mut form.passphrase, hidden);
        widgets::caption(ui, &means);
        if let Some(again) = &mut form.again {
            ui.add_space(4.0);
            let amber = RichText::new(text!("setup-again-means")).color(theme::AMBER);
            ui.label(amber);
            let name = text!("setup-again");
            draw(ui, Field::Again, &name, again, hidden);
        }
        ui.add_space(4.0);
        widgets::check(ui, &mut form.shown, text!("setup-show"));
        entered
    }

    /// What is to be tried.
    pub(super) fn try_account(&self, regardless: bool) -> FromWindow {
        let form = &self.form;
        let secret = |text: &str| SecretString::from(text);
        FromWindow::Setup(Act::Connect(Connect {
            games: self.chosen.iter().copied().collect(),
            address: form.address.trim().to_owned(),
            token: secret(&form.token),
            passphrase: secret(&form.passphrase),
            again: form.again.as_ref().map(|again| secret(again)),
            regardless,
        }))
    }

    /// Takes what an account has.
    pub(super) fn connected(&mut self, account: Account) {
        // An answer about another account is none.
        self.answers.clear();
        if account.offers.is_empty() {
            let own = |place: &usize| (*place, Which::Own);
            self.answers = self.chosen.iter().map(own).collect();
        }
        self.keyring &= account.keyring;
        self.account = Some(account);
        self.turn_to(Page::Which(0));
    }
}
