//! `init`: opting in, for scripts.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{Context, Done, standard_input};
use crate::{
    cli::Init,
    error::{Error, Result},
    secrets::{Place, files, token},
    sync::opt_in::{self, How, OptedIn, Request},
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Init) -> Result<Done> {
    let location = args
        .url
        .parse()
        .map_err(|error: crate::domain::location::BadLocation| Error::usage(error.to_string()))?;
    let dash = Path::new("-");
    let token_from_stdin = args.token.as_deref() == Some("-");
    if token_from_stdin && args.passphrase_file.as_deref() == Some(dash) {
        return Err(Error::usage(
            "the token and the passphrase cannot both come from standard input",
        )
        .hint("Give one of them in a file."));
    }
    if args.token.is_some() && context.settings.token_file.is_some() {
        return Err(Error::usage("--token and --token-file exclude each other"));
    }
    let text = match (&args.token, &context.settings.token_file) {
        (Some(_), _) if token_from_stdin => Some(SecretString::from(standard_input()?)),
        (Some(token), _) => Some(SecretString::from(token.as_str())),
        (None, Some(path)) => Some(read_secret(path)?),
        (None, None) => None,
    };
    let passphrase = match args.passphrase_file.as_deref() {
        Some(path) if path == dash => Some(SecretString::from(standard_input()?)),
        Some(path) => Some(read_secret(path)?),
        None => None,
    };
    let request = Request {
        location,
        token: text
            .map(|text| token::Token::parse(text.expose_secret()))
            .transpose()?,
        passphrase: passphrase
            .map(|text| token::passphrase(text.expose_secret()))
            .transpose()?,
        instance: args.instance_id,
        profile: args.profile,
        place: if args.keyring {
            Place::Keyring
        } else {
            Place::File
        },
        offline: args.offline,
        force: args.force,
        fast_key: !args.no_fast_key,
    };
    let done = opt_in::opt_in(&context.settings, &|event| context.hear(event), &request)?;
    context.settle();
    report(context, &done);
    Ok(Done::Well)
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
    context.output.line(&match done.how {
        How::Already => format!(
            "{folder} is opted in already, as instance {id}. Nothing was changed; --force opts in anew."
        ),
        How::Created => format!(
            "{folder} is opted in as the new instance {id}.\nThe next push saves it; another device joins with --instance-id={id}."
        ),
        How::Joined => format!("{folder} has joined the instance {id}.\nThe next pull brings its saves here."),
        How::Offline => format!("{folder} is opted in as instance {id}, without asking the server."),
    });
}
