//! The picture: for each row a bar from 1, where both take as long, to our share of the other's time.
//!
//! Plain SVG with its own colours for light and dark pages. The scale is logarithmic: a bar twice as
//! long is a ratio squared.

use std::fmt::Write as _;

use super::row::{self, Row};

const WIDTH: f64 = 960.0;
const HEAD: f64 = 88.0;
const FOOT: f64 = 56.0;
/// The height of a row.
const STEP: f64 = 46.0;
const BAR: f64 = 20.0;
/// Where the scale begins and ends, from left to right.
const LEFT: f64 = 340.0;
const RIGHT: f64 = 900.0;
/// The lines of the scale that may be drawn.
const GRID: [f64; 9] = [0.001, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0];

/// Without variables, which not every viewer knows.
const STYLE: &str = "\
  text { font: 14px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif; fill: #1f2328 }
  .title { font-size: 19px; font-weight: 600 }
  .faint { font-size: 12px; fill: #656d76 }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .value { font-weight: 600 }
  .grid { stroke: #d0d7de }
  .one { stroke: #656d76; stroke-width: 1.5 }
  .met { fill: #2da44e }
  .missed { fill: #d4752c }
  .unjudged { fill: #8c959f }
  .reach { fill: #0969da; stroke: #fff; stroke-width: 1.5 }
  .spread { stroke: #1f2328; stroke-width: 1.5; opacity: .6 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .faint { fill: #8d96a0 }
    .grid { stroke: #3d444d }
    .one { stroke: #8d96a0 }
    .met { fill: #3fb950 }
    .missed { fill: #f0883e }
    .reach { fill: #58a6ff; stroke: #0d1117 }
    .spread { stroke: #f0f6fc }
  }
";

/// The scale: which ratio is where.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Returns one that all ratios and reaches fit on.
    fn of(rows: &[Row]) -> Self {
        let reaches = rows.iter().filter_map(|row| Some(row.reach()?.reach));
        let ratios = rows.iter().flat_map(|row| {
            let ratio = row.ratio();
            [ratio.low, ratio.median, ratio.high]
        });
        let values: Vec<f64> = reaches.chain(ratios).collect();
        Self {
            low: values.iter().copied().fold(0.02, f64::min) / 1.6,
            high: values.iter().copied().fold(3.0, f64::max) * 1.25,
        }
    }

    fn x(&self, ratio: f64) -> f64 {
        let part = (ratio / self.low).ln() / (self.high / self.low).ln();
        LEFT + part * (RIGHT - LEFT)
    }
}

/// Draws all rows.
pub fn draw(rows: &[Row]) -> String {
    let scale = Scale::of(rows);
    let count = f64::from(u32::try_from(rows.len()).unwrap());
    let bottom = HEAD + count * STEP;
    let height = bottom + FOOT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Time of the hooks as a share of the time beside it</title>\n<style>\n{STYLE}</style>\n\
         <text class=\"title\" x=\"16\" y=\"32\">How long a hook takes, beside the plain way to do the same</text>\n\
         <text class=\"faint\" x=\"16\" y=\"54\">Ratio of medians, logarithmic. To the left of 1 is faster.</text>\n"
    );
    grid(&mut svg, &scale, bottom);
    let mut y = HEAD;
    for row in rows {
        draw_row(&mut svg, &scale, row, y);
        y += STEP;
    }
    legend(&mut svg, bottom + 38.0);
    svg.push_str("</svg>\n");
    svg
}

fn grid(svg: &mut String, scale: &Scale, bottom: f64) {
    let visible = |ratio: &&f64| (scale.low..scale.high).contains(*ratio);
    for ratio in GRID.iter().filter(visible) {
        let (x, top) = (scale.x(*ratio), HEAD - 6.0);
        #[allow(clippy::float_cmp, reason = "the constant itself")]
        let class = if *ratio == 1.0 { "one" } else { "grid" };
        let _ = writeln!(
            svg,
            "<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom}\"/>\
             <text class=\"faint middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            top - 6.0,
            label(*ratio),
        );
    }
}

/// Writes a ratio of the grid as short as it can be.
fn label(ratio: f64) -> String {
    if ratio < 1.0 {
        format!("1/{:.0}", ratio.recip())
    } else {
        format!("{ratio:.0}")
    }
}

fn draw_row(svg: &mut String, scale: &Scale, row: &Row, y: f64) {
    let ratio = row.ratio();
    let (one, end) = (scale.x(1.0), scale.x(ratio.median));
    let (x, width) = (one.min(end), (one - end).abs().max(1.5));
    let middle = y + STEP / 2.0;
    let top = middle - BAR / 2.0;
    let class = match row.reach() {
        Some(check) if check.is_met() => "met",
        Some(_) => "missed",
        None => "unjudged",
    };
    let (label, theirs) = &row.theirs;
    let times = format!(
        "{} beside {} of {label}",
        row::time(row.ours.wall().median),
        row::time(theirs.wall().median)
    );
    let _ = writeln!(
        svg,
        "<text class=\"end\" x=\"{0}\" y=\"{1:.1}\">{2}</text>\n\
         <text class=\"faint end\" x=\"{0}\" y=\"{3:.1}\">{times}</text>\n\
         <rect class=\"{class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"3\"/>\n\
         <line class=\"spread\" x1=\"{4:.1}\" x2=\"{5:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
        LEFT - 14.0,
        middle - 2.0,
        row.title,
        middle + 14.0,
        scale.x(ratio.low),
        scale.x(ratio.high),
    );
    value(svg, scale, row, middle);
    if let Some(check) = row.reach() {
        mark(svg, scale.x(check.reach), middle);
    }
}

/// Writes the ratio beyond the end of its bar, and beyond the mark of the reach where that is near.
fn value(svg: &mut String, scale: &Scale, row: &Row, middle: f64) {
    let ratio = row.ratio();
    let text = row::share(ratio.median);
    let left_of_one = scale.x(1.0) + 10.0;
    let right_of_all = [
        ratio.median,
        ratio.high,
        row.reach().map_or(1.0, |check| check.reach),
    ]
    .into_iter()
    .fold(1.0, f64::max);
    let x = if ratio.median < 1.0 && row.reach().is_none_or(|check| check.reach < 1.0) {
        left_of_one
    } else {
        scale.x(right_of_all) + 14.0
    };
    let y = middle + 5.0;
    let _ = writeln!(
        svg,
        "<text class=\"value\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
    );
}

/// Marks the reach, across the bar.
fn mark(svg: &mut String, x: f64, middle: f64) {
    let height = BAR + 14.0;
    let (left, top) = (x - 2.5, middle - height / 2.0);
    let _ = writeln!(
        svg,
        "<rect class=\"reach\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"5\" height=\"{height}\" rx=\"2.5\"/>"
    );
}

fn legend(svg: &mut String, y: f64) {
    let mut x = LEFT;
    for (class, text) in [
        ("met", "reached"),
        ("missed", "missed"),
        ("unjudged", "not judged by its time"),
        ("reach", "the reach"),
    ] {
        let top = y - 10.0;
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"12\" height=\"12\" rx=\"2\"/>\
             <text class=\"faint\" x=\"{:.1}\" y=\"{y:.1}\">{text}</text>",
            x + 18.0,
        );
        x += 40.0 + 6.2 * f64::from(u32::try_from(text.len()).unwrap());
    }
}
