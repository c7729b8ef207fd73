//! `history`: what became of the instance, or of one world.

use indicatif::HumanBytes;
use serde::Serialize;

use self::rows::{Letters, Told};
use super::{Context, Done, pull::folder, status};
use crate::{
    cli,
    domain::shell,
    error::Result,
    sync::{
        decide::minutes,
        history::{
            self, Chronicle, Deed, Folder, Here, HistoryOutcome, Rows, SnapshotRow, UnitRows,
            VersionRow,
        },
        proof::Standing,
        unfinished,
    },
    ui::{graph, table},
};

mod rows;

/// How many rows there are where nobody said how many.
const ROWS: usize = 30;

#[derive(Serialize)]
#[serde(tag = "row", rename_all = "kebab-case")]
enum Printed<'a> {
    Snapshot(&'a SnapshotRow),
    Version {
        of: &'a crate::domain::path::RelPath,
        #[serde(flatten)]
        version: &'a VersionRow,
    },
    Folder(&'a Folder),
}

#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    #[serde(flatten)]
    row: Printed<'a>,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::History) -> Result<Done> {
    let listener = |event| context.hear(event);
    let outcome = history::history(&context.settings, &listener, &args.units)?;
    context.settle();
    let chronicle = match outcome {
        HistoryOutcome::NotOptedIn => {
            let folder = context.settings.pack.display();
            context.output.line(&format!(
                "{folder} is not opted in. Opt in with: instance-sync setup"
            ));
            return Ok(Done::Well);
        }
        HistoryOutcome::Empty => {
            context.output.line("Nothing was pushed yet.");
            return Ok(Done::Well);
        }
        HistoryOutcome::Told(chronicle) => *chronicle,
    };
    let view = View { context, args };
    if context.output.is_json() {
        view.objects(&chronicle);
    } else {
        view.show(&chronicle);
    }
    if chronicle.interrupted {
        let reason = unfinished::interrupted(&context.settings.pack).unwrap_or_default();
        let what = unfinished::named(reason);
        context.output.warning(
            &format!(
                "{what} was interrupted here, so that what is in the folder may be of two versions"
            ),
            &["The next pull or push carries it to its end.".to_owned()],
        );
    }
    for (_, why) in &chronicle.unreadable {
        context.output.warning(why, &[]);
    }
    match chronicle.offline {
        Some(error) => Err(error.hint("This is what this device remembers of the history.")),
        None => Ok(Done::Well),
    }
}

struct View<'a> {
    context: &'a Context<'a>,
    args: &'a cli::History,
}

impl View<'_> {
    fn limit(&self, otherwise: usize) -> usize {
        if self.args.all {
            usize::MAX
        } else {
            self.args.limit.unwrap_or(otherwise)
        }
    }

    fn letters(&self) -> Letters {
        if self.context.output.draws() {
            Letters::All
        } else {
            Letters::Ascii
        }
    }

    fn objects(&self, chronicle: &Chronicle) {
        let limit = self.limit(usize::MAX);
        let print = |row| {
            let event = "history";
            self.context.output.object(&Event { event, row });
        };
        match &chronicle.rows {
            Rows::Snapshots(rows) => {
                rows.iter()
                    .take(limit)
                    .map(Printed::Snapshot)
                    .for_each(print);
            }
            Rows::Units(units) => {
                for one in units {
                    let of = &one.unit;
                    let rows = one.rows.iter().take(limit);
                    rows.map(|version| Printed::Version { of, version })
                        .for_each(print);
                }
            }
        }
        print(Printed::Folder(&chronicle.folder));
    }

    fn show(&self, chronicle: &Chronicle) {
        match &chronicle.rows {
            Rows::Snapshots(rows) => {
                let told = rows
                    .iter()
                    .map(|row| Told::of_snapshot(row, self.letters()));
                let told: Vec<Told> = told.collect();
                self.rows(&told);
                self.folder(&chronicle.folder);
                let tried = |proven: &&Standing| proven.proven > 0 || !proven.damaged.is_empty();
                if let Some(proven) = chronicle.proven.as_ref().filter(tried) {
                    let said = status::proven(proven);
                    self.context
                        .output
                        .line(&format!("As last synced here: {said}"));
                }
            }
            Rows::Units(units) => {
                for (number, one) in units.iter().enumerate() {
                    if units.len() > 1 {
                        let gap = if number > 0 { "\n" } else { "" };
                        self.context.output.text(&format!("{gap}{}:", one.unit));
                    }
                    self.unit(one);
                }
            }
        }
    }

    fn unit(&self, one: &UnitRows) {
        let unit = &one.unit;
        let output = self.context.output;
        if one.rows.is_empty() {
            output.line(&format!("{unit} is in this folder and was never pushed."));
            return;
        }
        let told = one.rows.iter();
        let told = told.map(|row| Told::of_version(row, self.letters()));
        let told: Vec<Told> = told.collect();
        self.rows(&told);
        match one.rows.iter().find_map(|row| row.here) {
            Some(Here::Same) => {}
            _ if !one.is_here => output.line(&format!("{unit} is not in this folder.")),
            _ => {
                output.line("What is in this folder is in no version yet; the next push saves it.");
            }
        }
        if one.rows.iter().any(|row| !row.sources.is_empty()) {
            // To be pasted anywhere, where the folder was named here too.
            let folder = if self.context.folder_given {
                format!(" {}", folder(self.context))
            } else {
                String::new()
            };
            output.line(&format!(
                "To bring a version back: instance-sync restore {}{folder} --snapshot ID",
                shell::word(unit.as_str())
            ));
        }
    }

    fn rows(&self, told: &[Told]) {
        let output = self.context.output;
        let shown = &told[..told.len().min(self.limit(ROWS))];
        let drawn = self.args.graph || output.is_terminal() && !self.args.no_graph;
        if drawn {
            let pen = graph::Pen {
                lines: output.draws(),
                colours: output.is_coloured(),
                width: output.width(),
            };
            let rows: Vec<graph::Row> = shown.iter().map(|row| row.drawn(pen.width)).collect();
            output.text(&graph::draw(&rows, pen));
        } else {
            let mut rows = vec![
                ["when", "device", "snapshot", "", "what"]
                    .map(str::to_owned)
                    .to_vec(),
            ];
            rows.extend(shown.iter().map(Told::cells));
            output.text(&table::grid(&rows));
        }
        match told.len() - shown.len() {
            0 => {}
            more => output.line(&format!("{more} more: add --all")),
        }
    }

    /// Says how the folder stands to the instance's history, where no row is marked as just that.
    fn folder(&self, folder: &Folder) {
        if folder.units.is_empty() {
            return;
        }
        let units = folder.units.iter().map(|one| {
            let how = match (&one.same_as, one.change) {
                (Some(earlier), _) => rows::as_on(earlier),
                (None, Deed::Deleted) => "not here".to_owned(),
                (None, Deed::Added) => "new".to_owned(),
                (None, _) => "changed".to_owned(),
            };
            format!("{} ({how})", rows::name(&one.unit))
        });
        let units = rows::few(units);
        let line = match &folder.made_of {
            Some(base) => format!("In this folder, other than in {}: {units}", base.short()),
            None => format!("What is in this folder is in none of them as a whole: {units}"),
        };
        self.context.output.line(&line);
    }
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

/// A time as people read it.
fn when(time: Option<jiff::Timestamp>) -> String {
    time.map_or_else(|| "time unknown".to_owned(), minutes)
}
