//! `setup`: opting in, by questions.

use secrecy::{ExposeSecret, SecretString};

use super::{Context, Done, init};
use crate::{
    cli::Setup,
    domain::{ids::InstanceId, location::Location},
    error::{Error, Result},
    secrets::{
        Place,
        token::{self, Token},
    },
    sync::opt_in::{self, How, OptedIn, Request},
    ui::prompt::Prompt,
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    let layout = opt_in::check_folder(&context.settings)?;
    if !args.force
        && let Some(current) = opt_in::current(&context.settings, &layout)?
    {
        // Said before anything is asked.
        let how = How::Already;
        let pack_folder = layout.pack().to_path_buf();
        init::report(
            context,
            &OptedIn {
                instance_id: current.instance_id,
                how,
                pack_folder,
            },
        );
        return Ok(Done::Well);
    }
    let prompt = Prompt::new(context.output);
    if prompt.is_terminal() {
        context
            .output
            .line(&format!("Opting in {}", layout.pack().display()));
    }
    let location = match &args.url {
        Some(url) => parse_location(url)?,
        None => prompt.line("Server (https://..., or a folder)", false, parse_location)?,
    };
    let rest = matches!(location, Location::Rest(_));
    let token = token_of(&prompt, &context.settings, rest)?;
    let question = "Passphrase that only you know (empty: the token's secret; the server's operator could then read the saves)";
    let passphrase = prompt.secret(question, token.is_some(), |text| {
        match text.expose_secret() {
            "" if token.is_some() => Ok(None),
            text => token::passphrase(text).map(Some),
        }
    })?;
    let instance = prompt.line(
        "Id of the instance to join (empty: a new one)",
        true,
        |text| match text {
            "" => Ok(None),
            text => text
                .parse::<InstanceId>()
                .map(Some)
                .map_err(|error| Error::usage(error.to_string())),
        },
    )?;
    let request = Request {
        location,
        token,
        passphrase,
        instance,
        profile: args.profile,
        place: if args.keyring {
            Place::Keyring
        } else {
            Place::File
        },
        offline: false,
        force: args.force,
        fast_key: !args.no_fast_key,
    };
    let done = opt_in::opt_in(&context.settings, &|event| context.hear(event), &request)?;
    context.settle();
    init::report(context, &done);
    Ok(Done::Well)
}

fn parse_location(text: &str) -> Result<Location> {
    text.parse()
        .map_err(|error: crate::domain::location::BadLocation| Error::usage(error.to_string()))
}

fn token_of(
    prompt: &Prompt<'_>,
    settings: &crate::sync::settings::Settings,
    needed: bool,
) -> Result<Option<Token>> {
    if let Some(path) = &settings.token_file {
        let loaded = crate::secrets::files::read_token(path)?;
        return match loaded {
            Some(loaded) => Ok(Some(loaded.value)),
            None => Err(Error::usage(format!("there is no {}", path.display()))),
        };
    }
    let question = if needed {
        "Token (ACCOUNT:SECRET)"
    } else {
        "Token (ACCOUNT:SECRET; empty: none)"
    };
    prompt.secret(question, !needed, |text: &SecretString| {
        match text.expose_secret() {
            "" if !needed => Ok(None),
            text => Token::parse(text).map(Some),
        }
    })
}
