//! The benchmark itself. The rows are in `rows`; what they start from is the scene. The report goes
//! to `target/bench` as Markdown, JSON and a picture, and with `BENCH_DOCS=1` into
//! `docs/performance.md`.

use std::process::ExitCode;
use std::time::Instant;

use options::Options;
use report::Report;
use scene::Scene;

mod bare;
mod content;
mod docs;
mod history;
mod line;
mod machine;
mod measure;
mod naive;
mod options;
mod others;
mod picture;
mod report;
mod row;
mod rows;
mod scene;
mod series;
mod watch;

/// Runs the benchmark, or the one measurement that this process was started for.
///
/// A reach that was missed is no failure: the report says so.
pub fn main() -> ExitCode {
    if let Some(code) = measure::as_small_process() {
        return code;
    }
    let options = Options::from_env();
    let names: Vec<&str> = rows::ALL.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = options.unknown(&names) {
        println!(
            "bench: there is no row {unknown:?}. The rows are {}.",
            names.join(", ")
        );
        return ExitCode::from(2);
    }
    println!("bench: building the scene");
    let scene = Scene::build(options.clone());
    let wanted = rows::ALL.iter().filter(|(name, _)| options.wants(name));
    let mut rows = Vec::new();
    for (name, measure) in wanted {
        let since = Instant::now();
        let row = measure(&scene);
        println!("bench: {name}, {} s", since.elapsed().as_secs());
        rows.push(row);
    }
    let report = Report::new(&scene, rows);
    println!("\n{}", report.markdown());
    report.write();
    if options.docs {
        docs::write(&report);
    }
    ExitCode::SUCCESS
}
