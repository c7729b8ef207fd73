//! `init`: opting in, for scripts.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    Context, Done,
    instances::called,
    pairing::{self, Ticket},
    standard_input, which,
};
use crate::{
    cli::Init,
    config::layout::Layout,
    domain::{
        catalogue::Known, enrolment::Enrolment, ids::InstanceId, location::Location, rest::links,
    },
    error::{Error, Result},
    secrets::{
        Place, files,
        token::{self, Token},
    },
    sync::{
        access::Access,
        account,
        catalogue::{self, Offer},
        opt_in::{self, How, OptedIn, Request},
        server,
        settings::Settings,
    },
    texts::text,
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Init) -> Result<Done> {
    if let Some(text) = &args.pair {
        return by_pairing(context, args, text);
    }
    if let (None, Some(text)) = (&args.url, &args.join) {
        return switch(context, args, text);
    }
    // clap lets nobody leave all of them out.
    let location = location(args.url.as_deref().unwrap_or_default())?;
    let secrets = secrets(
        context,
        args.token.as_deref(),
        args.passphrase_file.as_deref(),
    )?;
    with(context, args, location, secrets)
}

/// Makes a folder that is opted in a device of another instance of its account: a new one was made by mistake,
/// say. What opens the one opens the other.
fn switch(context: &Context<'_>, args: &Init, text: &str) -> Result<Done> {
    if args.token.is_some() || args.passphrase_file.is_some() {
        return Err(Error::usage("--token and --passphrase-file need --url"));
    }
    let layout = opt_in::check_folder(&context.settings)?;
    let Some(was) = opt_in::current(&context.settings, &layout)? else {
        let folder = layout.pack().display();
        return Err(Error::usage(format!("{folder} is not opted in"))
            .hint("Give the server with --url, or run instance-sync setup."));
    };
    let settings = Settings {
        ca_file: context.settings.ca_file.clone().or(was.ca_file.clone()),
        insecure_http: context.settings.insecure_http || was.insecure_http,
        ..context.settings.clone()
    };
    let listener = |event| context.hear(event);
    let access = account::of_folder(&settings, &layout, &listener)?;
    let mut offers = catalogue::list(&settings, &layout, &listener, &access)?;
    add_unlisted(context, &access, &mut offers);
    context.settle();
    let chosen = called(&offers, text)?.known.clone();
    if chosen.instance == was.instance_id {
        report(context, &OptedIn::already(was.instance_id, &layout));
        return Ok(Done::Well);
    }
    let credentials = access.credentials;
    let in_files = layout.token().exists() || layout.key().exists();
    let request = Request {
        location: was.location,
        token: credentials.secret.map(|secret| Token {
            account: credentials.account,
            secret,
        }),
        passphrase: Some(credentials.key.password),
        instance: Some(chosen.instance),
        profile: which::profile(args.profile, Some(&chosen)),
        place: if in_files && !args.keyring {
            Place::File
        } else {
            Place::Keyring
        },
        offline: false,
        force: true,
        fast_key: was.fast_key && !args.no_fast_key,
        tell: true,
        label: Some(chosen.label().to_owned()),
    };
    let done = opt_in::opt_in(&settings, &listener, &request)?;
    context.settle();
    report(context, &done);
    if !context.output.is_json() {
        context.output.line(&format!(
            "What was saved as the instance {} stays in the account. To remove it: the server's page.",
            was.instance_id
        ));
    }
    Ok(Done::Well)
}

/// Gets this device into the account first.
fn by_pairing(context: &Context<'_>, args: &Init, text: &str) -> Result<Done> {
    // Before anything is used up.
    let layout = opt_in::check_folder(&context.settings)?;
    if !args.force
        && let Some(current) = opt_in::current(&context.settings, &layout)?
    {
        report(context, &OptedIn::already(current.instance_id, &layout));
        return Ok(Done::Well);
    }
    let file = args.passphrase_file.as_deref();
    pairing::check_inputs(text, file)?;
    let passphrase = secrets(context, None, file)?.passphrase;
    let ticket = pairing::given(text)?;
    // What opened the saves of this folder before still does.
    let is_kept = || args.join.is_none() && is_kept(context, &layout, args.instance_id);
    let is_enough = ticket.may_bring_passphrase() || passphrase.is_some() || is_kept();
    if !is_enough {
        return Err(needs_passphrase(&ticket));
    }
    let paired = match &ticket {
        Ticket::Pairing(invitation) => pairing::by_code(context, invitation)?,
        Ticket::Enrolment(code) => pairing::enrol(context, code)?,
    };
    let passphrase = paired.passphrase.clone().or(passphrase);
    if passphrase.is_none() && !is_kept() {
        let without = if ticket.may_bring_passphrase() {
            Error::usage(text!("pairing-came-without")).hint(text!("pairing-needs-passphrase-hint"))
        } else {
            needs_passphrase(&ticket)
        };
        return Err(paired.give_up(without));
    }
    let secrets = Secrets {
        token: Some(paired.token.clone()),
        passphrase,
    };
    let done = with(context, args, paired.location.clone(), secrets);
    // Nothing keeps its token then.
    done.map_err(|error| paired.give_up(error))
}

/// What is said where no passphrase comes with what lets the device in, and none was given.
fn needs_passphrase(ticket: &Ticket) -> Error {
    let hint = match ticket {
        Ticket::Pairing(_) => text!("pairing-needs-passphrase-hint"),
        Ticket::Enrolment(_) => text!("enrol-needs-passphrase-hint"),
    };
    Error::usage(text!("pairing-needs-passphrase")).hint(hint)
}

/// Returns whether a folder has what opened its saves before, and is to be the same instance.
fn is_kept(context: &Context<'_>, layout: &Layout, asked: Option<InstanceId>) -> bool {
    let current = opt_in::current(&context.settings, layout).ok().flatten();
    current.is_some_and(|current| {
        let id = current.instance_id;
        asked.is_none_or(|asked| asked == id) && opt_in::key_of(layout, id).is_some()
    })
}

fn with(context: &Context<'_>, args: &Init, location: Location, secrets: Secrets) -> Result<Done> {
    let chosen = match &args.join {
        Some(text) if !is_settled(context, args)? => {
            Some(choose(context, &location, &secrets, text)?)
        }
        _ => None,
    };
    let request = Request {
        location,
        token: secrets.token,
        passphrase: secrets.passphrase,
        instance: chosen.as_ref().map(|one| one.instance).or(args.instance_id),
        profile: which::profile(args.profile, chosen.as_ref()),
        place: if args.keyring {
            Place::Keyring
        } else {
            Place::File
        },
        offline: args.offline,
        force: args.force,
        fast_key: !args.no_fast_key,
        tell: true,
        label: chosen.map(|one| one.label().to_owned()),
    };
    let done = opt_in::opt_in(&context.settings, &|event| context.hear(event), &request)?;
    context.settle();
    report(context, &done);
    Ok(Done::Well)
}

/// Reads a URL.
pub fn location(url: &str) -> Result<Location> {
    if Enrolment::is_meant(url) {
        return Err(Error::usage(text!("enrol-no-address")).hint(text!("enrol-no-address-hint")));
    }
    if links::is_for_browser(url) {
        return Err(
            Error::usage(text!("address-for-browser")).hint(text!("address-for-browser-hint"))
        );
    }
    url.parse()
        .map_err(|error: crate::domain::location::BadLocation| Error::usage(error.to_string()))
}

/// What a command line gives of secrets.
pub struct Secrets {
    /// The account.
    pub token: Option<Token>,
    /// The password of its repositories.
    pub passphrase: Option<SecretString>,
}

/// Reads the secrets, and `--token-file`; `-` is standard input.
pub fn secrets(
    context: &Context<'_>,
    token: Option<&str>,
    passphrase_file: Option<&Path>,
) -> Result<Secrets> {
    let dash = Path::new("-");
    let token_from_stdin = token == Some("-");
    if token_from_stdin && passphrase_file == Some(dash) {
        return Err(Error::usage(
            "the token and the passphrase cannot both come from standard input",
        )
        .hint("Give one of them in a file."));
    }
    if token.is_some() && context.settings.token_file.is_some() {
        return Err(Error::usage("--token and --token-file exclude each other"));
    }
    let text = match (token, &context.settings.token_file) {
        (Some(_), _) if token_from_stdin => Some(SecretString::from(standard_input()?)),
        (Some(token), _) => Some(SecretString::from(token)),
        (None, Some(path)) => Some(read_secret(path)?),
        (None, None) => None,
    };
    let passphrase = match passphrase_file {
        Some(path) if path == dash => Some(SecretString::from(standard_input()?)),
        Some(path) => Some(read_secret(path)?),
        None => None,
    };
    Ok(Secrets {
        token: text
            .map(|text| Token::parse(text.expose_secret()))
            .transpose()?,
        passphrase: passphrase
            .map(|text| token::passphrase(text.expose_secret()))
            .transpose()?,
    })
}

/// Returns whether the folder is opted in already and stays so.
fn is_settled(context: &Context<'_>, args: &Init) -> Result<bool> {
    let layout = opt_in::check_folder(&context.settings)?;
    Ok(!args.force && opt_in::current(&context.settings, &layout)?.is_some())
}

/// Returns the instance of the account that is called so.
fn choose(
    context: &Context<'_>,
    location: &Location,
    secrets: &Secrets,
    text: &str,
) -> Result<Known> {
    let settings = &context.settings;
    let layout = opt_in::check_folder(settings)?;
    let (token, passphrase) = (secrets.token.as_ref(), secrets.passphrase.as_ref());
    let access = account::given(settings, location.clone(), token, passphrase, None)?;
    catalogue::check_place(&access)?;
    let mut offers = catalogue::list(settings, &layout, &|event| context.hear(event), &access)?;
    add_unlisted(context, &access, &mut offers);
    context.settle();
    called(&offers, text).map(|offer| offer.known.clone())
}

/// Adds what the server knows and the account's list does not, where it is known to be one of ours.
pub fn add_unlisted(context: &Context<'_>, access: &Access, offers: &mut Vec<Offer>) {
    let question = access.question();
    let server = server::remembered(&context.settings, question.location);
    server::instances::add_unlisted(&question, server.as_ref(), offers);
}

fn read_secret(path: &Path) -> Result<SecretString> {
    files::read(path)?
        .map(|loaded| loaded.value)
        .ok_or_else(|| Error::usage(format!("there is no {}", path.display())))
}

/// Says what became of opting in.
pub fn report(context: &Context<'_>, done: &OptedIn) {
    let word = match done.how {
        How::Already => None,
        How::Created => Some("created"),
        How::Joined => Some("joined"),
        How::Offline => Some("opted in offline"),
    };
    if let Some(word) = word {
        context.course.became(word, Vec::new());
    }
    if context.output.is_json() {
        context.output.object(done);
        return;
    }
    let (folder, id) = (done.pack_folder.display(), done.instance_id);
    let name = match &done.label {
        Some(label) => format!("{id} ({label})"),
        None => id.to_string(),
    };
    let listed = done.listed == Some(true);
    context.output.line(&match done.how {
        How::Already => format!(
            "{folder} is opted in already, as instance {name}. Nothing was changed; --force opts in anew."
        ),
        How::Created if listed => format!(
            "{folder} is opted in as the new instance {name}.\nThe next push saves it. On another device, \
             instance-sync setup offers it by this name."
        ),
        How::Created => format!(
            "{folder} is opted in as the new instance {name}.\nThe next push saves it; another device joins with \
             --instance-id={id}."
        ),
        How::Joined if done.has_saves => format!(
            "{folder} has joined the instance {name}.\nThe next pull compares what is here with its saves: what is \
             the same is recognised, and what is in one place only is copied to the other. About a world that differs \
             you are asked; nothing is overwritten before."
        ),
        How::Joined => {
            format!("{folder} has joined the instance {name}.\nThe next pull brings its saves here.")
        }
        How::Offline => {
            format!("{folder} is opted in as instance {name}, without asking the server.")
        }
    });
}
