//! `disable`: opting out.

use serde_json::json;

use super::{Context, Done};
use crate::{
    config::layout::Layout,
    domain::{profile::Profile, shell},
    error::Result,
    sync::opt_in,
};

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let was = opt_in::opt_out(&context.settings)?;
    if was.is_some() {
        context.course.became("opted out", Vec::new());
    }
    let pack = crate::sync::session::absolute(&context.settings.pack);
    if context.output.is_json() {
        let instance = was
            .as_ref()
            .and_then(|was| was.as_ref())
            .map(|was| was.instance_id);
        context.output.object(
            &json!({"pack_folder": pack, "was_opted_in": was.is_some(), "instance_id": instance}),
        );
        return Ok(Done::Well);
    }
    let folder = pack.display();
    let Some(was) = was else {
        context
            .output
            .line(&format!("{folder} is not opted in. Nothing was changed."));
        return Ok(Done::Well);
    };
    context.output.line(&format!(
        "{folder} is opted out. The saves here, those in the cloud, and the token stay."
    ));
    if let Some(was) = was {
        let mut options = String::new();
        if let Some(ca_file) = &was.ca_file {
            options += " ";
            options += &shell::option("ca-file", ca_file.display());
        }
        if was.profile != Profile::default() {
            options += " --profile=";
            options += &was.profile.to_string();
        }
        if was.insecure_http {
            options += " --insecure-http";
        }
        // Where there are no files, the keyring has the secrets, and goes on having them.
        let layout = Layout::new(&context.settings.pack);
        if !layout.key().exists() && !layout.token().exists() {
            options += " --keyring";
        }
        context.output.line(&format!(
            "To come back: instance-sync init {} {} --instance-id={}{options}",
            shell::pack_folder(&pack),
            shell::option("url", &was.location),
            was.instance_id
        ));
    }
    Ok(Done::Well)
}
