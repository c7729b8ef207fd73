//! How a machine is connected, step by step, with a token of its own: all that a person has to read.

use std::net::IpAddr;

use askama::Template;

use super::{
    devices::{KINDS, kind_of},
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
};
use crate::{
    domain::rest::links::PublicUrl,
    server::{
        control::{
            admit::Access,
            answer::Failure,
            call::Call,
            devices::{self, NewDevice},
        },
        database::devices::DeviceKind,
    },
};

#[derive(Template)]
#[template(path = "connect.html")]
struct Connect {
    frame: Frame,
    place: Place,
    name: String,
    chosen: DeviceKind,
    /// The token of the device that was just added: shown once.
    token: Option<String>,
    wrong: Wrong,
}

/// Where this server is, as the browser found it.
pub(super) struct Place {
    /// Its address, for other machines where one is known that they can use.
    pub url: String,
    /// Whether `setup` takes it without being told that anybody on the way can read along.
    is_safe: bool,
    /// Whether it leads every machine to itself.
    is_local: bool,
}

impl Place {
    pub fn of(call: &Call<Asked>) -> Self {
        let public = call.server.public_url.as_ref();
        Self::seen(call.is_secure, &call.input.host, public)
    }

    fn seen(is_secure: bool, host: &str, public: Option<&PublicUrl>) -> Self {
        let scheme = if is_secure { "https" } else { "http" };
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        let is_local = is_loopback(name);
        match public.filter(|_| is_local) {
            // What an operator says that others type.
            Some(public) if !public.is_local() => Self {
                url: public.as_str().to_owned(),
                is_safe: true,
                is_local: false,
            },
            _ => Self {
                url: format!("{scheme}://{host}"),
                is_safe: is_secure || is_local,
                is_local,
            },
        }
    }
}

/// Returns whether a name leads every machine to itself.
fn is_loopback(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let number: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
    name == "localhost"
        || name.ends_with(".localhost")
        || number.is_some_and(|number| number.to_canonical().is_loopback())
}

impl Connect {
    fn kinds(&self) -> impl Iterator<Item = (&'static str, bool)> {
        KINDS
            .iter()
            .map(|(kind, word)| (*word, *kind == self.chosen))
    }
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/devices/connect", Access::Person, look),
        Page::post("/devices/connect", Access::Person, add),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, None, Wrong::default())?)
}

/// Adds a device. Its token is in this answer and nowhere else, so that nothing redirects to it.
async fn add(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let new = NewDevice {
        name: form.text("name").to_owned(),
        kind: kind_of(form.text("kind")),
    };
    match devices::add(call.with(new)).await {
        Ok(reply) => {
            let token = Some(reply.value.token);
            Sent::page(&page(&call, token, Wrong::default())?)
        }
        Err(failure) => {
            let (wrong, refusal) = Wrong::at("name", failure)?;
            Sent::refused(&refusal, &page(&call, None, wrong)?)
        }
    }
}

fn page(call: &Call<Asked>, token: Option<String>, wrong: Wrong) -> Result<Connect, Failure> {
    let form = &call.input.form;
    let chosen = match form.get("kind") {
        Some(word) => kind_of(word),
        None => DeviceKind::Computer,
    };
    Ok(Connect {
        frame: Frame::of(call, "devices")?,
        place: Place::of(call),
        name: form.text("name").chars().take(64).collect(),
        chosen,
        token,
        wrong,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_others_to_themselves_is_told_from_one_that_leads_here() {
        let public: PublicUrl = "https://saves.example.org".parse().expect("an address");
        for local in [
            "localhost:8000",
            "LOCALHOST",
            "saves.localhost:1",
            "127.0.0.1:8000",
            "127.9.9.9",
            "[::1]:8000",
        ] {
            let place = Place::seen(false, local, None);
            assert!(place.is_local && place.is_safe, "{local}");
            assert_eq!(place.url, format!("http://{local}"));
            let place = Place::seen(false, local, Some(&public));
            assert!(!place.is_local && place.is_safe, "{local}");
            assert_eq!(place.url, "https://saves.example.org");
            let here = "http://localhost:8000".parse().expect("an address");
            assert!(Place::seen(false, local, Some(&here)).is_local);
        }
        for other in [
            "192.168.1.7:8000",
            "nas",
            "localhost.example.org",
            "[fd00::7]:8000",
        ] {
            let place = Place::seen(false, other, Some(&public));
            assert!(!place.is_local && !place.is_safe, "{other}");
            assert_eq!(place.url, format!("http://{other}"));
            assert!(Place::seen(true, other, None).is_safe);
        }
    }
}
