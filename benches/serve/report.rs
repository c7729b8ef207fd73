//! All figures together.

use std::fs;
use std::path::Path;

use super::figure::Figure;
use super::machine;
use super::options::Options;

const BEGIN: &str = "<!-- bench of the server: begin -->\n";
const END: &str = "<!-- bench of the server: end -->";

/// Prints the report, and writes it where it belongs.
pub fn write(figures: &[Figure], options: &Options) {
    let text = markdown(figures, options.quick);
    println!("\n{text}");
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.join("target/bench");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("serve.md"), &text).unwrap();
    println!("bench: written to target/bench/serve.md");
    if options.docs {
        let page = project.join("docs/performance.md");
        let old = fs::read_to_string(&page).unwrap();
        let (before, rest) = old.split_once(BEGIN).expect("the first mark");
        let (_, after) = rest.split_once(END).expect("the second mark");
        fs::write(page, format!("{before}{BEGIN}\n{text}\n{END}{after}")).unwrap();
        println!("bench: docs/performance.md is written");
    }
}

fn markdown(figures: &[Figure], quick: bool) -> String {
    let mut text = String::new();
    if quick {
        text.push_str("**A quick run: it judges nothing.**\n\n");
    }
    text.push_str("| What | Figure | Measured | Reach | Met |\n|---|---|---|---|---|\n");
    for figure in figures {
        text.push_str(&figure.row());
        text.push('\n');
    }
    let facts: Vec<String> = machine::describe()
        .iter()
        .map(|(name, fact)| format!("{name} {fact}"))
        .collect();
    text + &format!("\nThe machine: {}.\n", facts.join("; "))
}
