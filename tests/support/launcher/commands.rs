//! How launchers replace variables in a command, and split it.

use super::Brand;

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    ReplaceThenSplit,
    SplitThenReplace,
}

type Variables<'a> = &'a [(String, String)];

/// Takes a command apart: `own` are the launcher's variables, `whole` is the whole environment.
pub fn words(brand: Brand, line: &str, own: Variables<'_>, whole: Variables<'_>) -> Vec<String> {
    use Order::{ReplaceThenSplit, SplitThenReplace};
    let plain = |text: &str| replaced(text, own);
    let expanded = |text: &str| expanded(text, whole);
    let (order, replace): (Order, &dyn Fn(&str) -> String) = match brand {
        Brand::Prism9 => (SplitThenReplace, &plain),
        Brand::Prism10 => (ReplaceThenSplit, &expanded),
        Brand::PrismLater => (SplitThenReplace, &expanded),
        Brand::MultiMc => (ReplaceThenSplit, &plain),
        Brand::AtLauncher => {
            let tokens = tokens(line, own);
            return if cfg!(windows) {
                tokens.split_whitespace().map(str::to_owned).collect()
            } else {
                vec!["/bin/sh".to_owned(), "-c".to_owned(), tokens]
            };
        }
    };
    match order {
        ReplaceThenSplit => split(&replace(line)),
        SplitThenReplace => split(line).iter().map(|word| replace(word)).collect(),
    }
}

/// Each variable in its turn, wherever its name stands.
fn replaced(text: &str, variables: Variables<'_>) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables {
        text = text.replace(&format!("${name}"), value);
    }
    text
}

/// `$NAME` and `${NAME}`, once, as far as they are set.
fn expanded(text: &str, variables: Variables<'_>) -> String {
    let value = |name: &str| {
        let found = variables.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        let length = after
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(after.len());
        let (name, behind) = braced.unwrap_or_else(|| after.split_at(length));
        rest = if let Some(value) = value(name) {
            out.push_str(value);
            behind
        } else {
            out.push('$');
            after
        };
    }
    out + rest
}

/// `$NAME` in capitals, as far as it is a token.
fn tokens(text: &str, variables: Variables<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let length = after
            .find(|c: char| !c.is_ascii_uppercase() && c != '_')
            .unwrap_or(after.len());
        let found = variables.iter().find(|(name, _)| name == &after[..length]);
        rest = if let Some((_, value)) = found {
            out.push_str(value);
            &after[length..]
        } else {
            out.push('$');
            after
        };
    }
    out + rest
}

/// Qt's rules: double quotes group, three in a row are one that is meant; nothing else is special.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut inside = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let run = rest.len() - rest.trim_start_matches('"').len();
            word.extend(std::iter::repeat_n('"', run / 3));
            inside ^= run % 3 == 1;
            rest = &rest[run..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c.is_whitespace() && !inside {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
