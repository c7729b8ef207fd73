//! `token`: where the secrets of an instance are kept on this device.

use super::{Context, Done};
use crate::{
    cli::token::{To, Token, What},
    error::Result,
    secrets::Place,
    sync::secret_place::{self, SecretPlace},
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Token) -> Result<Done> {
    let found = match &args.what {
        None | Some(What::Where) => secret_place::look(&context.settings)?,
        Some(What::Move(args)) => {
            let to = match args.to {
                To::Keyring => Place::Keyring,
                To::File => Place::File,
            };
            secret_place::move_to(&context.settings, to)?
        }
    };
    if context.output.is_json() {
        context.output.object(&found);
    } else {
        context.output.line(&sentence(&found));
    }
    Ok(Done::Well)
}

fn sentence(found: &SecretPlace) -> String {
    let folder = found.pack_folder.display();
    let name = |place: Place| match place {
        Place::File => format!(
            "files in {}",
            found.pack_folder.join(".cloud-sync").display()
        ),
        Place::Keyring => "the keyring".to_owned(),
    };
    let verb = if found.moved { "are now" } else { "are" };
    match (found.token, found.key) {
        (Some(token), Some(key)) if token != key => format!(
            "The token of {folder} is in {}, the repository's key in {}.",
            name(token),
            name(key)
        ),
        (Some(place), Some(_)) => {
            format!(
                "The token and the repository's key of {folder} {verb} in {}.",
                name(place)
            )
        }
        (Some(place), None) => format!(
            "The token of {folder} is{} in {}; its secret opens the repository too.",
            if found.moved { " now" } else { "" },
            name(place)
        ),
        (None, Some(place)) => format!(
            "The repository's key of {folder} is{} in {}.",
            if found.moved { " now" } else { "" },
            name(place)
        ),
        (None, None) => format!("This device has neither token nor key of {folder}."),
    }
}
