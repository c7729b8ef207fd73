//! Leave to thin the past, on a server of ours: asked for, waited for, given back.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    domain::ids::InstanceId,
    error::{Error, Kind, Result},
    remote::{
        control::{
            Control, Said, devices,
            grants::{self, Grant, Grants, Request},
        },
        probe,
    },
    sync::access::Access,
};

/// For how long leave is asked: as long as a server gives it.
const MINUTES: u32 = 60;

/// How often it is looked whether somebody has decided.
const BEAT: Duration = Duration::from_secs(2);

/// Leave that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The request.
    pub id: String,
    /// What the server calls this device.
    pub device: String,
    /// The account.
    pub account: String,
    /// The repository.
    pub instance: InstanceId,
    /// The server's address.
    pub url: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Somebody said yes.
    Yes,
    /// Somebody said no, or nobody said anything within a day.
    No,
    /// Nobody has said anything yet.
    NotYet,
}

/// Asks a server for leave to remove things from this repository; what waits for an answer already is not
/// asked twice.
pub fn ask(access: &Access) -> Result<Asked> {
    let question = access.question();
    let nobody = || Error::failed("there is no server that could be asked");
    let control = Control::beside(&question).ok_or_else(nobody)?;
    let devices = devices::list(&control)??;
    let this = devices.into_iter().find(|device| device.is_this);
    let this = this.ok_or_else(nobody)?;
    let instance = question.instance;
    let waiting = grants::list(&control)??.requests;
    let id = match waiting_of(&waiting, &this.id, instance) {
        Some(request) => request.id.clone(),
        None => grants::request(&control, instance, MINUTES)??,
    };
    Ok(Asked {
        id,
        device: this.name,
        account: question.account.to_owned(),
        instance,
        url: control.url.to_owned(),
    })
}

/// What a device, by its ULID, asked for this instance.
fn waiting_of<'a>(
    requests: &'a [Request],
    device: &str,
    instance: InstanceId,
) -> Option<&'a Request> {
    let instance = instance.to_string();
    let mut requests = requests.iter();
    requests.find(|one| one.device == device && one.instance == instance)
}

/// Waits until somebody has decided, for so long. A server that is away for a moment is asked again.
pub fn wait(access: &Access, asked: &Asked, patience: Duration) -> Result<Decided> {
    look_until(patience, BEAT, || decided(access, asked))
}

fn look_until(
    patience: Duration,
    beat: Duration,
    mut look: impl FnMut() -> Result<Decided>,
) -> Result<Decided> {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(Decided::NotYet) => {}
            Err(error) if error.kind() == Kind::Offline && begun.elapsed() < patience => {}
            other => return other,
        }
        let left = patience.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(Decided::NotYet);
        }
        thread::sleep(left.min(beat));
    }
}

fn decided(access: &Access, asked: &Asked) -> Result<Decided> {
    let question = access.question();
    let Some(control) = Control::beside(&question) else {
        return Ok(Decided::No);
    };
    // In this order: what is decided in between is there when it is looked for.
    let said = grants::list(&control)??;
    let waits = said.requests.iter().any(|request| request.id == asked.id);
    // The server's own word, by its own clock; an operator may have said yes without the request.
    Ok(if probe::may_remove(&question)? {
        Decided::Yes
    } else if waits {
        Decided::NotYet
    } else {
        Decided::No
    })
}

/// Gives back what was asked for and used: leave that nobody needs is a danger and nothing else.
pub fn give_back(access: &Access, asked: &Asked) -> Result<()> {
    let question = access.question();
    let Some(control) = Control::beside(&question) else {
        return Ok(());
    };
    let said: Grants = grants::list(&control)??;
    match held_by(&said.grants, asked) {
        Some(grant) => given_back(grants::give_back(&control, grant)?),
        None => Ok(()),
    }
}

/// The leave that was given.
fn held_by<'a>(grants: &'a [Grant], asked: &Asked) -> Option<&'a Grant> {
    let instance = asked.instance.to_string();
    let mut grants = grants.iter();
    grants.find(|grant| {
        grant.device == asked.device && grant.instance == instance && grant.revoked_at.is_none()
    })
}

/// One that has run out is as good as given back.
fn given_back<T>(said: Said<T>) -> Result<()> {
    match said {
        Err(refused) if !refused.is("not_there") => Err(Error::from(refused)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::control::Refused;

    const INSTANCE: &str = "01J9ZK3V5N8QW2X4Y6A7B8C9D0";
    const OTHER: &str = "01J9ZK3V5N8QW2X4Y6A7B8C9D1";

    fn asked() -> Asked {
        Asked {
            id: "r".to_owned(),
            device: "Deck".to_owned(),
            account: "alice".to_owned(),
            instance: INSTANCE.parse().expect("an id"),
            url: "http://h".to_owned(),
        }
    }

    #[test]
    fn only_what_this_device_asked_for_this_instance_waits() {
        let request = |device: &str, instance: &str| Request {
            id: format!("{device} {instance}"),
            device: device.to_owned(),
            instance: instance.to_owned(),
        };
        let others = vec![request("pc", INSTANCE), request("deck", OTHER)];
        let find = |requests: &[Request]| {
            waiting_of(requests, "deck", asked().instance).map(|one| one.id.clone())
        };
        assert_eq!(find(&others), None);
        let all = [others, vec![request("deck", INSTANCE)]].concat();
        assert_eq!(find(&all), Some(format!("deck {INSTANCE}")));
    }

    #[test]
    fn only_what_was_given_to_this_device_for_this_instance_is_given_back() {
        let grant = |device: &str, instance: &str, revoked_at| Grant {
            id: "g".to_owned(),
            device: device.to_owned(),
            instance: instance.to_owned(),
            revoked_at,
        };
        let others = vec![
            grant("PC", INSTANCE, None),
            grant("Deck", OTHER, None),
            grant("Deck", INSTANCE, Some(7)),
        ];
        assert_eq!(held_by(&others, &asked()), None);
        let mine = grant("Deck", INSTANCE, None);
        let all = [others, vec![mine.clone()]].concat();
        assert_eq!(held_by(&all, &asked()), Some(&mine));
    }

    #[test]
    fn leave_that_ran_out_meanwhile_is_given_back() {
        let no = |word: &str| given_back::<()>(Err(Refused::of_test(404, word)));
        assert!(given_back(Ok(())).is_ok());
        assert!(no("not_there").is_ok());
        assert!(no("too_many").is_err());
    }

    #[test]
    fn a_server_that_is_away_for_a_moment_is_asked_again_and_nothing_else_is_waited_for() {
        let long = Duration::from_secs(60);
        let wait = |patience, answers: &[Result<Decided>]| {
            let mut asked = 0;
            let said = look_until(patience, Duration::ZERO, || {
                asked += 1;
                match &answers[asked - 1] {
                    Ok(decided) => Ok(*decided),
                    Err(error) => Err(Error::new(error.kind(), error.to_string())),
                }
            });
            (said.map_err(|error| error.kind()), asked)
        };
        let away = || Err(Error::new(Kind::Offline, "away"));
        let answers = [away(), Ok(Decided::NotYet), away(), Ok(Decided::Yes)];
        assert_eq!(wait(long, &answers), (Ok(Decided::Yes), 4));
        let answers = [Err(Error::failed("no")), Ok(Decided::Yes)];
        assert_eq!(wait(long, &answers), (Err(Kind::Failed), 1));
        // There is no patience left.
        assert_eq!(wait(Duration::ZERO, &[away()]), (Err(Kind::Offline), 1));
        let answers = [Ok(Decided::NotYet)];
        assert_eq!(wait(Duration::ZERO, &answers), (Ok(Decided::NotYet), 1));
    }
}
