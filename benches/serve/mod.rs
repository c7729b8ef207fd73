//! The benchmark of the server. The rows are in `rows`; the report goes to `target/bench/serve.md`, and with
//! `BENCH_DOCS=1` into `docs/performance.md`.

use std::process::ExitCode;
use std::time::Instant;

use figure::Figure;

#[path = "../hooks/machine.rs"]
mod machine;
#[path = "../hooks/options.rs"]
mod options;

mod content;
mod figure;
mod line;
mod load;
mod report;
mod rows;
mod sides;

/// Runs the benchmark. A reach that was missed is no failure: the report says so.
pub fn main() -> ExitCode {
    let options = options::Options::from_env();
    let names: Vec<&str> = rows::ALL.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = options.unknown(&names) {
        println!(
            "bench: there is no row {unknown:?}. The rows are {}.",
            names.join(", ")
        );
        return ExitCode::from(2);
    }
    let mut figures: Vec<Figure> = Vec::new();
    for (name, measure) in rows::ALL {
        if options.wants(name) {
            let since = Instant::now();
            figures.extend(measure(&options));
            println!("bench: {name}, {} s", since.elapsed().as_secs());
        }
    }
    report::write(&figures, &options);
    ExitCode::SUCCESS
}
