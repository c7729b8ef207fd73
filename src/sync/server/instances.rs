//! Instances on our own server: registered before their repository is created, and listed where the
//! account's own list lacks them.

use jiff::Timestamp;

use crate::{
    config::servers_file::Remembered,
    domain::{
        catalogue::{Known, label},
        ids::InstanceId,
        profile::Profile,
    },
    error::{Error, Result},
    remote::{
        control::{
            Control,
            instances::{self, Instance},
        },
        repository::Question,
    },
    sync::{catalogue::Offer, last_played::Played},
    texts::text,
};

/// Registers the instance that is asked about, where the server is one that wants to know of it before its
/// repository is created.
pub fn register(question: &Question<'_>, server: Option<&Remembered>) -> Result<()> {
    let wants = server.is_some_and(|server| server.has("instances"));
    let Some(control) = Control::beside(question).filter(|_| wants) else {
        return Ok(());
    };
    match instances::register(&control, question.instance)? {
        Ok(_) => Ok(()),
        Err(refused) => Err(Error::from(refused).hint(text!("server-instance-hint"))),
    }
}

/// Adds to what the account's list offers what only the server knows: instances whose names nobody can
/// read, such as those of another passphrase. Where the server does not say, there are none.
pub fn add_unlisted(question: &Question<'_>, server: Option<&Remembered>, offers: &mut Vec<Offer>) {
    let knows = server.is_some_and(|server| server.has("instances"));
    let Some(control) = Control::beside(question).filter(|_| knows) else {
        return;
    };
    let Ok(Ok(listed)) = instances::list(&control) else {
        return;
    };
    let is_offered = |id: InstanceId| offers.iter().any(|offer| offer.known.instance == id);
    let mut more: Vec<Offer> = listed
        .iter()
        .filter(|one| one.deleted_at.is_none())
        .filter_map(|one| Some((one.id.parse().ok()?, one)))
        .filter(|(id, _)| !is_offered(*id))
        .filter_map(|(id, one)| unlisted(id, one))
        .collect();
    more.sort_by_key(|offer| (std::cmp::Reverse(offer.known.time), offer.known.instance));
    offers.extend(more);
}

/// What is known of an instance that is in no list: who pushed when. Where nobody has, there is nothing to
/// join.
fn unlisted(instance: InstanceId, known: &Instance) -> Option<Offer> {
    let named = |name: &str| label(name).unwrap_or_else(|| "device".to_owned());
    let last = known.pushes.first()?;
    let time = Timestamp::from_second(last.at).ok()?;
    let device = named(&last.name);
    Some(Offer {
        known: Known {
            instance,
            labels: vec![instance.short()],
            devices: known.pushes.iter().map(|push| named(&push.name)).collect(),
            profile: Profile::default().to_string(),
            time,
        },
        played: Played::At { time, device },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::control::instances::Push;

    fn instance(pushes: &[(&str, i64)]) -> Instance {
        let push = |(name, at): &(&str, i64)| Push {
            name: (*name).to_owned(),
            at: *at,
        };
        Instance {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
            deleted_at: None,
            pushes: pushes.iter().map(push).collect(),
        }
    }

    #[test]
    fn an_instance_without_a_name_is_offered_by_its_id_and_who_played_it() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let offer = unlisted(id, &instance(&[("Deck\u{202e}", 60), ("pc", 5)])).expect("an offer");
        assert_eq!(offer.known.label(), id.short());
        assert_eq!(offer.known.devices, ["Deck", "pc"]);
        let played = Played::At {
            time: "1970-01-01T00:01:00Z".parse().expect("a time"),
            device: "Deck".to_owned(),
        };
        assert_eq!(offer.played, played);
        assert!(unlisted(id, &instance(&[])).is_none());
    }
}
