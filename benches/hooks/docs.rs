//! The part of `docs/performance.md` that the benchmark writes, and the picture in it.

use std::fs;
use std::path::Path;

use super::report::Report;

const BEGIN: &str = "<!-- bench: begin -->\n";
const END: &str = "<!-- bench: end -->";

/// Writes what stands between the marks anew.
pub fn write(report: &Report) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = docs.join("performance.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the first mark");
    let (_, after) = rest.split_once(END).expect("the second mark");
    let text = format!("{before}{BEGIN}\n{}\n{END}{after}", report.markdown());
    fs::write(page, text).unwrap();
    fs::create_dir_all(docs.join("pictures")).unwrap();
    fs::write(docs.join("pictures/performance.svg"), report.picture()).unwrap();
    println!("bench: docs/performance.md is written");
}
