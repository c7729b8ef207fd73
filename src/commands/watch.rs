//! `watch`: what other devices do with this instance, as it happens.

use jiff::Timestamp;
use serde::Serialize;

use super::{Context, Done};
use crate::{
    cli::watch::Watch,
    domain::catalogue::label,
    error::Result,
    sync::{
        account,
        decide::minutes,
        server::watch::{self, GoOn, Seen},
    },
};

/// A line with `--json`.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
enum What<'a> {
    Listening,
    Pushed {
        device: &'a str,
        snapshot: &'a str,
    },
    Session {
        device: &'a str,
        state: &'a str,
        since: Timestamp,
    },
    Missed,
    Away {
        why: &'a str,
        retry_seconds: u64,
    },
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Watch) -> Result<Done> {
    let settings = &context.settings;
    let layout = account::layout_of(settings);
    let access = account::of_folder(settings, &layout, &|event| context.hear(event))?;
    let mut left = args.count;
    watch::watch(settings, &access, &mut |seen| {
        if context.output.is_json() {
            context.output.object(&Line {
                event: "watch",
                what: what(&seen),
            });
        } else {
            context.output.line(&sentence(&seen));
        }
        let counts = matches!(seen, Seen::Pushed { .. } | Seen::Session { .. });
        if let Some(left) = left.as_mut().filter(|_| counts) {
            *left -= 1;
        }
        if left == Some(0) {
            GoOn::Enough
        } else {
            GoOn::Yes
        }
    })?;
    Ok(Done::Well)
}

fn what(seen: &Seen) -> What<'_> {
    match seen {
        Seen::Listening => What::Listening,
        Seen::Pushed { device, snapshot } => What::Pushed { device, snapshot },
        Seen::Session {
            device,
            state,
            since,
        } => What::Session {
            device,
            state,
            since: Timestamp::from_second(*since).unwrap_or_default(),
        },
        Seen::Missed => What::Missed,
        Seen::Away { why, pause } => What::Away {
            why,
            retry_seconds: pause.as_secs(),
        },
    }
}

fn sentence(seen: &Seen) -> String {
    let named = |device: &str| label(device).unwrap_or_else(|| "?".to_owned());
    match seen {
        Seen::Listening => {
            "Listening to what other devices do with this instance. Ctrl-C ends it.".to_owned()
        }
        Seen::Pushed { device, .. } => {
            format!("{} pushed. The next pull brings it here.", named(device))
        }
        Seen::Session {
            device,
            state,
            since,
        } => {
            let device = named(device);
            let since = Timestamp::from_second(*since).unwrap_or_default();
            match &state[..] {
                "playing" => format!("{device} plays since {}.", minutes(since)),
                "unpushed" => format!("{device} has an unpushed session since {}.", minutes(since)),
                _ => format!("{device} has ended its session."),
            }
        }
        Seen::Missed => "Something may have happened that was not heard.".to_owned(),
        Seen::Away { why, pause } => {
            format!("{why}; trying again in {} s", pause.as_secs())
        }
    }
}
