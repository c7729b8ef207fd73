//! Templates, without a server: what is in them is text and nothing else.

use askama::Template as _;

use super::{assets, shown::When, table};

#[test]
fn no_template_has_scripts_styles_or_handlers_of_its_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/pages/templates");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text").to_lowercase();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}: {line}", path.display(), number + 1);
            assert!(!line.contains(" style="), "{place}");
            assert!(!line.contains("<style"), "{place}");
            assert!(!line.contains("javascript:"), "{place}");
            assert!(!line.contains("hx-on"), "{place}");
            let is_loaded = line.starts_with("<script src=");
            assert!(is_loaded || !line.contains("<script"), "{place}");
            let words = line.split_whitespace();
            let handlers = words.filter(|word| word.starts_with("on") && word.contains('='));
            assert_eq!(handlers.count(), 0, "{place}");
            // Only times are safe: they are templates, escaped by themselves.
            let mut parts: Vec<_> = line.split("|safe").collect();
            parts.pop();
            for part in parts {
                let name = part.rsplit("{{ ").next().expect("a name");
                let is_time = [
                    "at", "since", "until", "added", "created", "asked", "begun", "seen",
                ]
                .iter()
                .any(|known| name.rsplit('.').next() == Some(known));
                assert!(is_time, "{place}");
            }
            if line.contains("<form") {
                assert!(line.contains("method=\"post\""), "{place}");
            }
        }
        let forms = text.matches("<form").count();
        let fields = text.matches("name=\"csrf\"").count();
        assert_eq!(forms, fields, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn what_pages_load_is_named_after_what_is_in_it() {
    let assets = assets::all();
    for path in [
        assets.style(),
        assets.script(),
        assets.htmx(),
        assets.icon(),
    ] {
        let name = path.strip_prefix("/assets/").expect("a path");
        let (_, digest) = name.split_once('-').expect("a digest");
        assert_eq!(digest.split('.').next().map(str::len), Some(16), "{path}");
    }
    assert!(When::of(0, 0).render().is_ok());
}

#[test]
fn each_page_is_below_a_word_that_is_no_account() {
    for page in table() {
        assert!(super::is_ours(page.path), "{page:?}");
        let first = page.path.trim_start_matches('/').split('/').next();
        let first = first.expect("a word");
        let is_account = first
            .parse::<crate::domain::rest::name::AccountName>()
            .is_ok();
        assert!(!is_account, "{page:?}");
    }
    for word in super::OURS {
        assert!(
            word.parse::<crate::domain::rest::name::AccountName>()
                .is_err()
        );
    }
    assert!(!super::is_ours("/alice/01ARZ3NDEKTSV4RRFFQ69G5FAW/config"));
}
