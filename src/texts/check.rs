//! Each use of a sentence is compared with the sentence, in every language: ids, and what they speak of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_bundle::FluentResource;
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};

use super::Language;

/// For each id, what the sentence speaks of.
type Spoken = BTreeMap<String, BTreeSet<String>>;

fn sentences(language: Language) -> Spoken {
    let mut all = Spoken::new();
    for source in language.sources() {
        if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
            panic!("{language:?}: {errors:?}");
        }
        for entry in parser::parse(source).expect("parsed above").body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut names = BTreeSet::new();
            variables(&message.value.expect("a text"), &mut names);
            let id = message.id.name.to_owned();
            let before = all.insert(id.clone(), names);
            assert!(before.is_none(), "{language:?} has {id} twice");
        }
    }
    all
}

fn variables(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => variable(inline, names),
                Expression::Select { selector, variants } => {
                    variable(selector, names);
                    for variant in variants {
                        variables(&variant.value, names);
                    }
                }
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = expression.as_ref() {
                variable(inline, names);
            }
        }
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("a sentence that is more than text and variables: {other:?}"),
    }
}

/// Every use in the sources: file, id, names.
fn uses() -> Vec<(String, String, BTreeSet<String>)> {
    let mut all = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in walkdir::WalkDir::new(&root) {
        let entry = entry.expect("can be read");
        let is_rust = entry.path().extension().is_some_and(|end| end == "rs");
        if !is_rust || entry.path().ends_with("texts/check.rs") {
            continue;
        }
        let source = fs::read_to_string(entry.path()).expect("text");
        let name = entry.path().display().to_string();
        // The macro's own definition, and its description, come before its first use.
        for piece in source.split("text!(").skip(1) {
            let Some(rest) = piece.trim_start().strip_prefix('"') else {
                continue;
            };
            let (id, rest) = rest.split_once('"').expect("an id in quotes");
            all.push((name.clone(), id.to_owned(), names(rest)));
        }
    }
    all
}

/// The names before `=` up to the parenthesis that closes the use.
fn names(rest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (mut depth, mut in_text, mut word) = (0, false, String::new());
    let mut chars = rest.chars().peekable();
    let mut fresh = false;
    while let Some(c) = chars.next() {
        if in_text {
            match c {
                '\\' => drop(chars.next()),
                '"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => in_text = true,
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => (fresh, word) = (true, String::new()),
            '=' if fresh && depth == 0 => {
                names.insert(word.trim().to_owned());
                fresh = false;
            }
            c => word.push(c),
        }
    }
    names
}

#[test]
fn every_use_has_its_sentence_and_every_sentence_its_use() {
    let english = sentences(Language::English);
    let mut used = BTreeSet::new();
    for (file, id, names) in uses() {
        if file.ends_with("texts/mod.rs") && id == "saved" {
            continue;
        }
        let sentence = english.get(&id);
        let sentence = sentence.unwrap_or_else(|| panic!("{file}: there is no sentence {id}"));
        assert_eq!(&names, sentence, "{file}: {id} speaks of other things");
        used.insert(id);
    }
    let unused: Vec<_> = english.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn every_language_has_the_same_sentences() {
    let english = sentences(Language::English);
    for language in Language::ALL {
        let other = sentences(language);
        let ids = |all: &Spoken| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(&other), ids(&english), "{language:?}");
        for (id, names) in &other {
            assert_eq!(names, &english[id], "{language:?}: {id}");
        }
    }
}
