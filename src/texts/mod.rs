//! Every sentence that a hook or a window says, in the player's language.
//!
//! The sentences are in `en/*.ftl` and `de/*.ftl`, in [Fluent's syntax](https://projectfluent.org).
//! English is complete; what another language lacks is said in English. A new language is a folder with
//! the same files, and a line in [`Language`].

#[cfg(test)]
mod check;

use std::{
    borrow::Cow,
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// Returns a sentence by its id, with what it speaks of: `text!("saved", unit = name, number = 3)`.
///
/// Texts and whole numbers may follow. A unit test compares each use with the sentence.
macro_rules! text {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "some sentences speak of nothing")]
        let mut args = $crate::texts::Args::new();
        $(args.set(stringify!($name), $value);)*
        $crate::texts::say($id, &args)
    }};
}
pub(crate) use text;

/// What a sentence speaks of.
pub type Args<'a> = FluentArgs<'a>;

/// A language that there are sentences in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The complete one.
    English,
    /// Deutsch.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Returns the language of this process: the first of the player's that is known, else English.
    pub fn of_this_process() -> Self {
        static CHOSEN: OnceLock<Language> = OnceLock::new();
        *CHOSEN.get_or_init(|| Self::first_of(sys_locale::get_locales()))
    }

    /// Returns its code, as `LANG` begins with it.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    fn first_of(mut locales: impl Iterator<Item = String>) -> Self {
        locales
            .find_map(|locale| {
                let code = locale.split(['-', '_', '.', '@']).next()?.to_lowercase();
                match code.as_str() {
                    // Whoever asks for no language at all gets what was written first.
                    "c" | "posix" => Some(Self::English),
                    code => Self::ALL
                        .into_iter()
                        .find(|language| language.code() == code),
                }
            })
            .unwrap_or(Self::English)
    }

    fn id(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }

    /// Its files.
    fn sources(self) -> [&'static str; 9] {
        macro_rules! files {
            ($folder:literal) => {
                [
                    include_str!(concat!($folder, "/windows.ftl")),
                    include_str!(concat!($folder, "/setup.ftl")),
                    include_str!(concat!($folder, "/hooks.ftl")),
                    include_str!(concat!($folder, "/sync.ftl")),
                    include_str!(concat!($folder, "/cloud.ftl")),
                    include_str!(concat!($folder, "/pairing.ftl")),
                    include_str!(concat!($folder, "/folder.ftl")),
                    include_str!(concat!($folder, "/launchers.ftl")),
                    include_str!(concat!($folder, "/save.ftl")),
                ]
            };
        }
        match self {
            Self::English => files!("en"),
            Self::German => files!("de"),
        }
    }

    fn bundle(self) -> &'static Bundle {
        static ENGLISH: OnceLock<Bundle> = OnceLock::new();
        static GERMAN: OnceLock<Bundle> = OnceLock::new();
        let bundle = match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        };
        bundle.get_or_init(|| {
            let mut bundle = Bundle::new_concurrent(vec![self.id()]);
            // The marks would end up in paths that a person copies.
            bundle.set_use_isolating(false);
            bundle.set_transform(Some(in_letters_that_are_read));
            for source in self.sources() {
                // A broken line costs that line alone, and a unit test fails.
                let resource = FluentResource::try_new(source.to_owned())
                    .unwrap_or_else(|(resource, _)| resource);
                bundle.add_resource_overriding(resource);
            }
            bundle
        })
    }
}

type Bundle = FluentBundle<FluentResource>;

static PLAIN: AtomicBool = AtomicBool::new(false);

/// From here on this process says its sentences in ASCII: whoever reads them understands nothing else.
/// What they speak of, names and paths, stays as it is.
pub fn in_ascii() {
    PLAIN.store(true, Ordering::Relaxed);
}

fn in_letters_that_are_read(text: &str) -> Cow<'_, str> {
    if PLAIN.load(Ordering::Relaxed) {
        plain(text)
    } else {
        text.into()
    }
}

/// Spells German without its own letters, as typewriters did.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'Ä' => plain.push_str("Ae"),
            'Ö' => plain.push_str("Oe"),
            'Ü' => plain.push_str("Ue"),
            '–' | '·' => plain.push('-'),
            '’' => plain.push('\''),
            '„' | '“' | '”' => plain.push('"'),
            '…' => plain.push_str("..."),
            c => plain.push(c),
        }
    }
    plain.into()
}

thread_local! {
    static SPOKEN: Cell<Option<Language>> = const { Cell::new(None) };
}

/// Does something in another language than this process's: pictures for the documentation, tests.
pub fn speaking<T>(language: Language, act: impl FnOnce() -> T) -> T {
    struct Back(Option<Language>);
    impl Drop for Back {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _back = Back(SPOKEN.replace(Some(language)));
    act()
}

/// Returns a sentence; use the `text!` macro.
#[doc(hidden)]
pub fn say(id: &str, args: &Args<'_>) -> String {
    let spoken = SPOKEN.get().unwrap_or_else(Language::of_this_process);
    for language in [spoken, Language::English] {
        let bundle = language.bundle();
        if let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) {
            let mut problems = Vec::new();
            let text = bundle.format_pattern(pattern, Some(args), &mut problems);
            return text.into_owned();
        }
    }
    id.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_counts() {
        let chosen = |locales: &[&str]| {
            Language::first_of(locales.iter().map(|locale| (*locale).to_owned()))
        };
        assert_eq!(chosen(&["de-DE", "en-GB"]), Language::German);
        assert_eq!(chosen(&["fr-FR", "de"]), Language::German);
        assert_eq!(chosen(&["fr-FR"]), Language::English);
        assert_eq!(chosen(&["C", "de"]), Language::English);
        assert_eq!(chosen(&[]), Language::English);
        assert_eq!(chosen(&["den-US"]), Language::English);
    }

    #[test]
    fn every_sentence_can_be_said_in_ascii() {
        for language in Language::ALL {
            for source in language.sources() {
                let strange: Vec<char> = plain(source).chars().filter(|c| !c.is_ascii()).collect();
                assert!(strange.is_empty(), "{language:?}: {strange:?}");
            }
        }
        assert_eq!(plain("Größe, „Übung“ – …"), "Groesse, \"Uebung\" - ...");
        assert!(matches!(plain("size"), Cow::Borrowed("size")));
    }

    #[test]
    fn a_language_is_spoken_for_as_long_as_it_is_asked_for() {
        let cancel = || text!("window-cancel");
        assert_eq!(speaking(Language::German, cancel), "Abbrechen");
        assert_eq!(speaking(Language::English, cancel), "Cancel");
        let files =
            |number: u64| speaking(Language::German, || text!("window-files", number = number));
        assert_eq!((files(1), files(3)), ("1 Datei".into(), "3 Dateien".into()));
    }
}
