//! Registering by an invite, signing in and out, a password set anew by a code.

use askama::Template;
use axum::http::HeaderValue;
use secrecy::SecretString;

use super::{
    form::Form,
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
};
use crate::{
    domain::rest::links,
    server::control::{
        admit::Access,
        answer::{Failure, Refusal},
        auth::{self, Registering, SigningIn},
        call::{Call, Nothing},
        resets::{self, Resetting},
    },
};

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    frame: Frame,
    account: String,
    to: String,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct Invite {
    frame: Frame,
    /// What was typed, where it is not what was wrong: the link is gone from the address by then.
    code: String,
    account: String,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct Reset {
    frame: Frame,
    wrong: Wrong,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/login", Access::Anybody, look),
        Page::post("/login", Access::Stranger, sign_in),
        Page::get(links::INVITE, Access::Anybody, invited),
        Page::post(links::INVITE, Access::Stranger, register),
        Page::get(links::RESET, Access::Anybody, forgot),
        Page::post(links::RESET, Access::Stranger, reset),
        Page::post("/logout", Access::Person, sign_out),
    ]
}

/// Returns where to go on: a page of ours, and nowhere else.
fn onward(said: &str) -> &str {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_');
    let is_path = said.starts_with('/') && !said.starts_with("//") && said.bytes().all(is_plain);
    if is_path && super::is_ours(said) {
        said
    } else {
        "/"
    }
}

async fn look(call: Call<Asked>) -> Answered {
    let (frame, cookie) = Frame::of_stranger(&call)?;
    let to: Option<String> = call.asked("to")?;
    let page = Login {
        frame,
        account: String::new(),
        to: onward(&to.unwrap_or_default()).to_owned(),
        wrong: Wrong::default(),
    };
    Ok(Sent::page(&page)?.keeping(cookie))
}

async fn sign_in(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let asked = SigningIn {
        account: form.text("account").to_owned(),
        password: form.secret("password"),
    };
    let to = onward(form.text("to")).to_owned();
    match auth::sign_in(call.with(asked)).await {
        Ok(reply) => Ok(Sent::to(to).keeping(reply.cookie)),
        Err(failure) => {
            let (refusal, wrong) = wrong_of(failure)?;
            let (frame, cookie) = Frame::of_stranger(&call)?;
            let page = Login {
                frame,
                account: account_of(form),
                to,
                wrong,
            };
            Ok(Sent::refused(&refusal, &page)?.keeping(cookie))
        }
    }
}

async fn invited(call: Call<Asked>) -> Answered {
    let (frame, cookie) = Frame::of_stranger(&call)?;
    let page = Invite {
        frame,
        code: String::new(),
        account: String::new(),
        wrong: Wrong::default(),
    };
    Ok(Sent::page(&page)?.keeping(cookie))
}

async fn register(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let asked = Registering {
        invite: SecretString::from(code_in(form.text("invite"))),
        account: form.text("account").to_owned(),
        password: form.secret("password"),
    };
    match auth::register(call.with(asked)).await {
        Ok(reply) => Ok(Sent::to("/devices/connect?done=registered").keeping(reply.cookie)),
        Err(failure) => {
            let (refusal, mut wrong) = wrong_of(failure)?;
            // Beside the field that it is about.
            let place = match &refusal {
                Refusal::NotThere(_) => "invite",
                Refusal::Invalid(why) if why.starts_with("a password") => "password",
                Refusal::Conflict(_) | Refusal::Invalid(_) => "account",
                _ => "form",
            };
            wrong = wrong.moved(place);
            let (frame, cookie) = Frame::of_stranger(&call)?;
            let code = match place {
                "invite" => String::new(),
                _ => form.text("invite").chars().take(200).collect(),
            };
            let page = Invite {
                frame,
                code,
                account: account_of(form),
                wrong,
            };
            Ok(Sent::refused(&refusal, &page)?.keeping(cookie))
        }
    }
}

async fn forgot(call: Call<Asked>) -> Answered {
    let (frame, cookie) = Frame::of_stranger(&call)?;
    let page = Reset {
        frame,
        wrong: Wrong::default(),
    };
    Ok(Sent::page(&page)?.keeping(cookie))
}

async fn reset(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let asked = Resetting {
        code: SecretString::from(form.text("code")),
        password: form.secret("password"),
    };
    match resets::reset(call.with(asked)).await {
        Ok(reply) => Ok(Sent::to("/?done=password-set").keeping(reply.cookie)),
        Err(failure) => {
            let (refusal, wrong) = wrong_of(failure)?;
            let place = match &refusal {
                Refusal::NotThere(_) => "code",
                Refusal::Invalid(_) => "password",
                _ => "form",
            };
            let (frame, cookie) = Frame::of_stranger(&call)?;
            let wrong = wrong.moved(place);
            let page = Reset { frame, wrong };
            Ok(Sent::refused(&refusal, &page)?.keeping(cookie))
        }
    }
}

async fn sign_out(call: Call<Asked>) -> Answered {
    let reply = auth::sign_out(call.with(Nothing {})).await?;
    let cookie: Option<HeaderValue> = reply.cookie;
    Ok(Sent::to("/login?done=signed-out").keeping(cookie))
}

/// Returns the code of what was pasted: it may be the whole link.
fn code_in(pasted: &str) -> &str {
    pasted.rsplit('#').next().unwrap_or(pasted)
}

/// Returns what was typed as the account, to be corrected.
fn account_of(form: &Form) -> String {
    form.text("account").chars().take(64).collect()
}

fn wrong_of(failure: Failure) -> Result<(Refusal, Wrong), Failure> {
    match failure {
        Failure::Refused(refusal) => {
            let wrong = Wrong::said("form", refusal.to_string());
            Ok((refusal, wrong))
        }
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_link_holds_its_code() {
        for pasted in [
            "isi_abc",
            "https://s.example.org/invite#isi_abc",
            "#isi_abc",
        ] {
            assert_eq!(code_in(pasted), "isi_abc");
        }
    }

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for good in ["/", "/devices", "/instances/01ARZ3NDEKTSV4RRFFQ69G5FAW"] {
            assert_eq!(onward(good), good);
        }
        for wrong in [
            "",
            "//evil.example.org",
            "/\\evil.example.org",
            "https://evil.example.org",
            "/nowhere",
            "/devices?done=x",
            "/devices\r\nx: y",
        ] {
            assert_eq!(onward(wrong), "/", "{wrong}");
        }
    }
}
