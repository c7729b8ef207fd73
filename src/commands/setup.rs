//! `setup`: opting in, by questions.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Context, Done, init,
    which::{self, Which},
};
use crate::{
    cli::Setup,
    config::layout::Layout,
    domain::location::Location,
    error::{Error, Kind, Result},
    secrets::{
        Place,
        token::{self, Token},
    },
    sync::{
        access::Access,
        account,
        catalogue::{self, Offer},
        opt_in::{self, OptedIn, Request},
    },
    ui::prompt::Prompt,
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    let layout = opt_in::check_folder(&context.settings)?;
    if !args.force
        && let Some(current) = opt_in::current(&context.settings, &layout)?
    {
        // Said before anything is asked.
        init::report(context, &OptedIn::already(current.instance_id, &layout));
        return Ok(Done::Well);
    }
    let prompt = Prompt::new(context.output);
    if prompt.is_terminal() {
        context
            .output
            .line(&format!("Opting in {}", layout.pack().display()));
    }
    let location = match &args.url {
        Some(url) => init::location(url)?,
        None => prompt.line("Server (https://..., or a folder)", false, init::location)?,
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
    let current = opt_in::current(&context.settings, &layout).ok().flatten();
    let current = current.map(|current| current.instance_id);
    let kept = current.and_then(|id| opt_in::key_of(&layout, id));
    let (account, place) = (token.as_ref(), location.clone());
    let access = account::given(&context.settings, place, account, passphrase.as_ref(), kept)?;
    let (offers, tell) = offers(context, &layout, &access);
    let which = which::ask(context, &prompt, &offers, current)?;
    let (instance, chosen) = match which {
        Which::Own => (None, None),
        Which::Typed(id) => (Some(id), None),
        Which::Listed(known) => (Some(known.instance), Some(known)),
    };
    let request = Request {
        location,
        token,
        passphrase,
        instance,
        profile: which::profile(args.profile, chosen.as_ref()),
        place: if args.keyring {
            Place::Keyring
        } else {
            Place::File
        },
        offline: false,
        force: args.force,
        fast_key: !args.no_fast_key,
        label: chosen.map(|one| one.label().to_owned()),
        tell,
    };
    let done = opt_in::opt_in(&context.settings, &|event| context.hear(event), &request)?;
    context.settle();
    init::report(context, &done);
    Ok(Done::Well)
}

/// Lists the account's instances, and says whether the list can be told of another one. Where that
/// fails, the id can be typed.
fn offers(context: &Context<'_>, layout: &Layout, access: &Access) -> (Vec<Offer>, bool) {
    let listener = |event| context.hear(event);
    let listed = catalogue::list(&context.settings, layout, &listener, access);
    context.settle();
    match listed {
        Ok(offers) => (offers, true),
        Err(error) => {
            context.output.warning(&error.to_string(), error.hints());
            (Vec::new(), error.kind() != Kind::Credentials)
        }
    }
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
