//! What a person at Discord can say to the server, and what it says back.

use std::{fmt::Write as _, sync::Arc};

use secrecy::ExposeSecret as _;
use serde_json::Value;
use ulid::Ulid;

use super::{Discord, Word};
use crate::{
    domain::rest::name::AccountName,
    server::{
        Server,
        admin::{ENROLMENT, INSTANCES},
        clock,
        control::answer::Failure,
        database::{
            accounts::{self, Account, Registration, Terms},
            devices::{self, Device},
            discord as users, enrolments, is_there_already, passwords,
        },
        events::Event,
        token::{Mark, Token},
    },
};

/// Who did it, for the audit.
const ACTOR: &str = "discord";
const NO_ACCOUNT: &str = "You have no account here yet. `/cloud register` makes one.";
const SUSPENDED: &str =
    "Your account is suspended. What it has stays; ask whoever runs this server.";

/// Answers a command with a sentence for that person alone.
pub async fn answer(
    server: &Arc<Server>,
    discord: &Discord,
    user: &str,
    said: Option<Word>,
) -> Result<String, Failure> {
    let unknown = "I know `/cloud register`, `/cloud devices` and `/cloud revoke`.";
    let Some(command) = said.filter(|word| word.name == "cloud") else {
        return Ok(unknown.to_owned());
    };
    let Some(task) = command.options.into_iter().next() else {
        return Ok(unknown.to_owned());
    };
    match task.name.as_str() {
        "register" => register(server, discord, user).await,
        "devices" => list(server, user).await,
        "revoke" => {
            let mut options = task.options.iter();
            let device = options.find(|word| word.name == "device");
            match device.and_then(|word| word.value.as_ref()) {
                Some(Value::String(name)) => revoke(server, user, name).await,
                _ => Ok("Say which device: `/cloud devices` lists them.".to_owned()),
            }
        }
        _ => Ok(unknown.to_owned()),
    }
}

/// Makes an account where this person has none, and a code for a device.
async fn register(server: &Arc<Server>, discord: &Discord, user: &str) -> Result<String, Failure> {
    let database = &server.database;
    let account = match users::account(database, user).await? {
        Some(account) => account,
        None => match begin(server, discord, user).await? {
            Some(account) => account,
            None => {
                return Ok(
                    "An account of that name is somebody else's. Ask whoever runs this server."
                        .to_owned(),
                );
            }
        },
    };
    if account.suspended_at.is_some() {
        return Ok(SUSPENDED.to_owned());
    }
    let (id, token) = (Ulid::generate().to_string(), Token::of(Mark::Enrolment)?);
    let now = clock::now();
    // Who asks again lost the one before, or somebody else found it.
    enrolments::take_back(database, account.id, ACTOR).await?;
    let new = (&id[..], account.id, ACTOR);
    enrolments::add(database, new, &token, (now, now + ENROLMENT)).await?;
    let about = format!("{} ({id})", account.name);
    server.audit(ACTOR, "enrolment added", &about).await?;
    let code = token.expose();
    let code = code.expose_secret();
    let (code, place) = match &server.public_url {
        Some(url) => (format!("<{}>", url.enrolment(code)), "for the server"),
        None => (
            format!("`{code}`"),
            "for the token, after this server's address",
        ),
    };
    Ok(format!(
        "This lets one device into your account `{}`, once, within an hour. Run `instance-sync setup` on that device, \
         and paste this where it asks {place}. Show it to nobody:\n{code}",
        account.name
    ))
}

/// Gives this person the account that is called by their id: a new one, or one that an operator made or
/// brought along. One with a password is somebody's who chose that name themselves.
async fn begin(server: &Server, discord: &Discord, user: &str) -> Result<Option<Account>, Failure> {
    let (database, now) = (&server.database, clock::now());
    let Ok(name) = user.parse::<AccountName>() else {
        return Ok(None);
    };
    let terms = Terms {
        quota_bytes: discord.quota,
        instance_limit: INSTANCES,
        registration: Registration::Beforehand,
    };
    match accounts::add(database, &name, terms, now).await {
        Ok(()) => server.audit(ACTOR, "account added", user).await?,
        Err(error) if is_there_already(&error) => {
            if passwords::find(database, &name).await?.is_some() {
                return Ok(None);
            }
        }
        Err(error) => return Err(error.into()),
    }
    let Some(account) = accounts::find(database, &name).await? else {
        return Ok(None);
    };
    match users::link(database, user, account.id, now).await {
        // Twice at once: the same person's.
        Err(error) if !is_there_already(&error) => Err(error.into()),
        _ => Ok(Some(account)),
    }
}

async fn list(server: &Server, user: &str) -> Result<String, Failure> {
    let Some((account, name)) = account(server, user).await? else {
        return Ok(NO_ACCOUNT.to_owned());
    };
    if account.suspended_at.is_some() {
        return Ok(SUSPENDED.to_owned());
    }
    let devices = in_use(server, &name).await?;
    if devices.is_empty() {
        return Ok("No device is in your account. `/cloud register` lets one in.".to_owned());
    }
    let mut text = "Your devices:".to_owned();
    for device in devices {
        let line = match device.last_seen_at {
            Some(at) => format!("\n- {}, seen <t:{at}:R>", plain(&device.name)),
            None => format!("\n- {}, never seen", plain(&device.name)),
        };
        // A message has 2000 characters.
        if text.len() + line.len() > 1900 {
            text.push_str("\nand more");
            break;
        }
        let _ = text.write_str(&line);
    }
    Ok(text)
}

async fn revoke(server: &Arc<Server>, user: &str, named: &str) -> Result<String, Failure> {
    let Some((account, name)) = account(server, user).await? else {
        return Ok(NO_ACCOUNT.to_owned());
    };
    let Some(device) = devices::find(&server.database, &name, named).await? else {
        return Ok("You have no such device. `/cloud devices` lists them.".to_owned());
    };
    devices::revoke(&server.database, &device.id, clock::now()).await?;
    server.holders.forget();
    server.presence.forget(account.id, &device.id);
    server.events.recheck(account.id);
    server.events.tell(account.id, &Event::Devices);
    let about = format!("{name}: {} ({})", device.name, device.id);
    server.audit(ACTOR, "device revoked", &about).await?;
    Ok(format!(
        "{} is out: its token opens nothing any more. It still knows what it has; the others go on.",
        plain(&device.name)
    ))
}

async fn account(server: &Server, user: &str) -> Result<Option<(Account, AccountName)>, Failure> {
    let account = users::account(&server.database, user).await?;
    Ok(account.and_then(|account| {
        let name = account.name.parse().ok()?;
        Some((account, name))
    }))
}

async fn in_use(server: &Server, name: &AccountName) -> Result<Vec<Device>, Failure> {
    let mut devices = devices::list(&server.database, Some(name)).await?;
    devices.retain(|device| device.revoked_at.is_none());
    for device in &mut devices {
        server.seen.add_to(device);
    }
    Ok(devices)
}

/// Returns a name as Discord shows it as it is: it was chosen by whoever set the device up.
fn plain(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_format_or_mention_anything() {
        assert_eq!(plain("Deck"), "`Deck`");
        assert_eq!(plain("`@everyone` [x](y)"), "`'@everyone' [x](y)`");
    }
}
