//! `serve admin import`: what another server has.

use std::fs;

use super::rows::rows;
use crate::{
    cli::serve::ImportTask,
    error::{Context, Error, Result},
    server::admin::{Admin, folder::Found, htpasswd::Line},
    ui::output::Output,
};

/// The largest htpasswd file that is read.
const LARGEST: u64 = 64 << 20;

/// Brings along what is said.
pub fn import(output: &Output, admin: &Admin, task: &ImportTask) -> Result<()> {
    match task {
        ImportTask::Htpasswd(args) => {
            let shown = args.file.display();
            let unread = || format!("cannot read {shown}");
            if fs::metadata(&args.file).context(unread)?.len() > LARGEST {
                return Err(Error::usage(format!(
                    "{shown} is too large for an htpasswd file"
                )));
            }
            let text = fs::read_to_string(&args.file).context(unread)?;
            let lines = admin.import_htpasswd(&text, args.quota.bytes())?;
            rows(output, "htpasswd", &lines, line_row);
        }
        ImportTask::Folder(args) => {
            let found = admin.import_folder(args.folder.as_deref(), args.quota.bytes())?;
            rows(output, "folder", &found, found_row);
        }
    }
    Ok(())
}

fn line_row(line: &Line) -> Vec<String> {
    let mut what = line.what.replace('_', " ");
    if line.is_new_account {
        what += ", and the account";
    }
    vec![
        format!("line {}", line.line),
        line.account.clone().unwrap_or_default(),
        with_reason(what, line.why.as_deref()),
    ]
}

fn found_row(found: &Found) -> Vec<String> {
    vec![
        found.path.clone(),
        with_reason(found.what.replace('_', " "), found.why),
    ]
}

fn with_reason(what: String, why: Option<&str>) -> String {
    match why {
        Some(why) => format!("{what}: {why}"),
        None => what,
    }
}
