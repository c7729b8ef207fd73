use super::*;

fn row(name: &str, parents: &[&str], text: &str) -> Row {
    Row {
        name: name.to_owned(),
        parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
        sign: Sign::Step,
        text: text.to_owned(),
        bright: vec![(name.to_owned(), Colour::Name)],
    }
}

const PLAIN: Pen = Pen {
    lines: true,
    colours: false,
    width: usize::MAX,
};

fn fork() -> Vec<Row> {
    let mut rows = vec![
        row("d", &["b", "c"], "d  today\nmerge of 2\nsaves/World"),
        row("c", &["a"], "c  yesterday"),
        row("b", &["a"], "b  before"),
        row("r", &[], "r  safety copy\nsaves/World"),
        row("a", &["older"], "a  first"),
    ];
    rows[0].sign = Sign::Here;
    rows[3].sign = Sign::Aside;
    rows
}

#[test]
fn a_fork_and_its_merge_are_drawn() {
    assert_drawn(&draw(&fork(), PLAIN), FORK);
}

#[test]
fn without_signs_for_lines_it_is_drawn_in_ascii() {
    let pen = Pen {
        lines: false,
        ..PLAIN
    };
    let drawn = draw(&fork(), pen);
    assert!(drawn.is_ascii(), "{drawn}");
    assert_drawn(&drawn, FORK_IN_ASCII);
}

#[test]
fn a_line_is_cut_at_the_edge_and_colours_take_no_room() {
    let rows = [row("a", &[], "a  a long line of text\nanother a of it")];
    let pen = Pen { width: 16, ..PLAIN };
    assert_drawn(
        &draw(&rows, pen),
        "\u{25cb}  a  a long ...\n   another a ...\n",
    );
    let pen = Pen {
        colours: true,
        ..pen
    };
    assert_drawn(
        &draw(&rows, pen),
        "\u{25cb}  \u{1b}[33ma\u{1b}[0m  a long ...\n   another a ...\n",
    );
}

#[test]
fn a_thousand_rows_are_drawn_at_once() {
    let name = |number: usize| format!("{number:04}");
    let rows: Vec<Row> = (0..1000)
        .rev()
        .map(|number| {
            // Every tenth is a fork of what is five below, and the one after it merges both.
            let parents = match number % 10 {
                _ if number < 10 => vec![],
                0 => vec![name(number - 5)],
                1 => vec![name(number - 1), name(number - 2)],
                _ => vec![name(number - 1)],
            };
            Row {
                parents,
                ..row(&name(number), &[], &name(number))
            }
        })
        .collect();
    let begun = std::time::Instant::now();
    let drawn = draw(&rows, PLAIN);
    assert!(drawn.lines().count() >= 1000);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[track_caller]
fn assert_drawn(drawn: &str, expected: &str) {
    assert_eq!(drawn.trim(), expected.trim(), "\n{drawn}");
}

const FORK: &str = "\
◉    d  today
├─╮  merge of 2
│ │  saves/World
│ ○  c  yesterday
│ │
○ │  b  before
├─╯
│ ◇  r  safety copy
│    saves/World
○  a  first
│
~";
const FORK_IN_ASCII: &str = r"
@    d  today
|\   merge of 2
| |  saves/World
| o  c  yesterday
| |
o |  b  before
|/
| x  r  safety copy
|    saves/World
o  a  first
|
~";
