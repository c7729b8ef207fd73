//! The window of `pair`: the code and its square, the device that waits, what became of it.

use eframe::egui::{Event, Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use instance_sync::domain::square::{Correction, Square};
use instance_sync::texts::Language;
use instance_sync::window::protocol::{
    FromWindow, Said, ToWindow,
    pair::{Act, Begun, End, Machine, Newcomer, News, Over, Way},
};

use crate::stage::{Setting, Stage};

pub const TYPED: &str = "saves.example.org/mia/482913-7K2M-9QX4-TB0C-5H";
pub const SCANNED: &str = "saves.example.org/mia/482913-7K2M-9QX4-TB0C-D41V-88RP-K3QZ-M0N6-Y2WA-GJ5T-EE7H-4C9S-XB1D-PV6R-2M";

pub fn begun(seconds: u64) -> ToWindow {
    ToWindow::PairNews(News::Begun(Begun {
        typed: TYPED.into(),
        scanned: SCANNED.into(),
        seconds,
        options: String::new(),
        hints: Vec::new(),
    }))
}

pub fn waits(name: &str) -> ToWindow {
    ToWindow::PairNews(News::Waits(Newcomer {
        name: name.to_owned(),
        kind: Machine::Handheld,
        address: "192.0.2.7".to_owned(),
    }))
}

pub fn over(end: End, text: &str, hints: &[&str]) -> ToWindow {
    let hints = hints.iter().map(|&hint| hint.to_owned()).collect();
    let text = text.to_owned();
    let said = Said { text, hints };
    ToWindow::PairNews(News::Over(Over { end, said }))
}

/// The window with a code.
pub fn code(setting: Setting) -> Stage {
    let mut stage = setting.pair(Way::Show);
    stage.hear(begun(15 * 60));
    stage
}

/// The window with a device that waits.
pub fn asked(setting: Setting) -> Stage {
    let mut stage = code(setting);
    stage.hear(waits("Steam Deck"));
    stage
}

fn act(act: Act) -> FromWindow {
    FromWindow::Pair(act)
}

fn typed(code: &str) -> FromWindow {
    act(Act::Typed { code: code.into() })
}

fn sees(stage: &Stage, words: &str) {
    let labels = stage.labels();
    let seen = labels.iter().any(|label| label.contains(words));
    assert!(seen, "{words:?} is not in {labels:#?}");
}

#[test]
fn the_line_is_read_whole_and_how_long_it_is_good() {
    let mut stage = Setting::default().pair(Way::Show);
    sees(&stage, "Asking the server for a code");
    stage.hear(begun(15 * 60));
    assert!(stage.labels().contains(&TYPED.to_owned()));
    sees(&stage, "for 15 more minutes");
    sees(&stage, "Waiting for the new device");
    stage.hear(begun(61));
    sees(&stage, "for 2 more minutes");
    stage.hear(begun(40));
    sees(&stage, "for 1 more minute.");
    stage.hear(begun(0));
    sees(&stage, "not good any more");
    let mut german = code(Setting::german());
    sees(&german, "noch 15 Minuten");
    assert_eq!(german.said(), []);
}

/// A code that takes more than the line, and what the engine says of it.
fn needing(stage: &mut Stage, url: &str, options: &str, hints: &[&str]) {
    let ToWindow::PairNews(News::Begun(begun)) = begun(15 * 60) else {
        unreachable!("a code")
    };
    let path = &TYPED[TYPED.find('/').unwrap()..];
    stage.hear(ToWindow::PairNews(News::Begun(Begun {
        typed: format!("{url}{path}").into(),
        options: options.to_owned(),
        hints: hints.iter().map(|&hint| hint.to_owned()).collect(),
        ..begun
    })));
}

const LOOPBACK: &str = "https://127.0.0.1:8000 is this machine’s own address: no other machine gets to the server by it. For another machine, opt this folder in by the server’s name in the network: instance-sync setup --force.";
const CA: &str = "The server has a CA of its own: copy /home/mia/.config/cloud/ca.pem to the new device first, and name it there, for FILE.";
const OPENLY: &str = "This server is reached by plain http: whoever is on the way can read tokens. --insecure-http says that you know.";

/// The window with the most that is ever to be said of a code.
pub fn demanding(setting: Setting) -> Stage {
    let language = setting.language;
    let mut stage = setting.pair(Way::Show);
    let url = "https://127.0.0.1:8000";
    let hints = match language {
        Language::English => [LOOPBACK, CA],
        Language::German => [
            "https://127.0.0.1:8000 ist die eigene Adresse dieses Rechners: kein anderer Rechner erreicht den Server darunter. Für einen anderen Rechner: nimm in diesem Ordner den Namen des Servers im Netz, mit instance-sync setup --force.",
            "Der Server hat eine eigene CA: kopiere zuerst /home/mia/.config/cloud/ca.pem auf das neue Gerät, und nenne die Datei dort anstelle von FILE.",
        ],
    };
    needing(&mut stage, url, "--ca-file=FILE", &hints);
    stage
}

#[test]
fn what_the_new_device_needs_is_said_with_the_line() {
    let mut stage = demanding(Setting::default());
    sees(&stage, "run instance-sync setup --ca-file=FILE, and type");
    sees(&stage, LOOPBACK);
    sees(&stage, CA);
    needing(&mut stage, "http://nas:8000", "--insecure-http", &[OPENLY]);
    sees(&stage, "run instance-sync setup --insecure-http, and type");
    sees(&stage, OPENLY);
    // Nothing of it is said where there is nothing to say.
    stage.hear(begun(15 * 60));
    sees(&stage, "start the setup of Instance Sync, and type");
    let labels = stage.labels().join("\n");
    for word in ["--", "own address", "can read"] {
        assert!(!labels.contains(word), "{word} in {labels}");
    }
    let german = demanding(Setting::german());
    sees(&german, "instance-sync setup --ca-file=FILE und tippe");
}

/// What is on the screen is what the engine's own square says, with the light around it that cameras need.
#[test]
fn each_point_of_the_square_is_on_the_screen_and_readers_are_told_what_it_is() {
    for scale in [1.0, 1.5, 2.0] {
        let mut stage = code(Setting {
            scale,
            ..Setting::default()
        });
        let label = "The same line as a square, for a camera";
        let node = stage.harness.get_by_label(label);
        assert_eq!(node.accesskit_node().role(), Role::Image);
        let place = node.rect();
        assert!(!stage.labels().iter().any(|label| label.contains("D41V")));
        let square = Square::of(SCANNED, Correction::Medium).expect("fits");
        let whole = square.side() + 8;
        let points = f32::from(u16::try_from(whole).unwrap());
        let picture = stage.picture();
        let pixel = |point: usize, from: f32| {
            let point = f32::from(u16::try_from(point).unwrap()) + 0.5;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let pixel = ((from + point * place.width() / points) * scale) as u32;
            pixel
        };
        for (x, y) in (0..whole).flat_map(|y| (0..whole).map(move |x| (x, y))) {
            let seen = picture.get_pixel(pixel(x, place.left()), pixel(y, place.top()));
            let expected = if square.is_dark((x, y), 4) { 0 } else { 255 };
            assert_eq!(seen.0[..3], [expected; 3], "{scale}: {x} {y}");
        }
    }
}

#[test]
fn nobody_is_let_in_by_keys_that_were_meant_for_something_else() {
    let mut stage = code(Setting::default());
    // As if it were typed when the device comes, and after.
    stage.press(Key::Enter);
    stage.hear(waits("Steam Deck"));
    for key in [Key::Enter, Key::Space, Key::Y, Key::Enter] {
        stage.press(key);
    }
    assert_eq!(stage.said(), []);
    assert_eq!(stage.focused_label(), None);
    // The field of the code has the keys until the device is there, and then nothing has.
    let mut stage = Setting::default().pair(Way::Adopt);
    stage.harness.event(Event::Text("482913".to_owned()));
    stage.harness.run();
    stage.press(Key::Enter);
    assert_eq!(stage.said(), [typed("482913")]);
    stage.hear(waits("Steam Deck"));
    stage.press(Key::Enter);
    stage.press(Key::Space);
    assert_eq!(stage.said(), []);
    // What gives nothing away comes first.
    assert_eq!(stage.tour(), ["Refuse", "Let in", "Cancel"]);
}

#[test]
fn what_lets_in_is_never_where_a_page_before_had_something_to_press() {
    for language in Language::ALL {
        let setting = || Setting {
            language,
            ..Setting::default()
        };
        let mut stages = [code(setting()), setting().pair(Way::Adopt)];
        for stage in &mut stages {
            let before = stage.input_rects();
            stage.hear(waits("Steam Deck"));
            let (_, name) = stage.inputs().remove(1);
            let rects = stage.input_rects();
            let (_, lets_in) = rects.iter().find(|(label, _)| *label == name).unwrap();
            assert!(["Let in", "Hineinlassen"].contains(&&name[..]), "{name}");
            for (label, rect) in before {
                assert!(!rect.intersects(*lets_in), "{language:?}: {label}");
            }
        }
    }
}

#[test]
fn mouse_and_keyboard_say_yes_and_no_once() {
    for (button, word, at) in [
        ("Let in", Act::LetIn, "Letting it in"),
        ("Refuse", Act::Refuse, "Refusing it"),
    ] {
        let mut stage = asked(Setting::default());
        sees(&stage, "Let Steam Deck in?");
        sees(&stage, "A handheld");
        sees(&stage, "192.0.2.7");
        stage.click(button);
        assert_eq!(stage.said(), [act(word.clone())]);
        sees(&stage, at);
        // It was said.
        stage.click(button);
        assert_eq!(stage.said(), []);
        let mut stage = asked(Setting::default());
        stage.tab_to(usize::from(button == "Let in"));
        stage.press(Key::Enter);
        assert_eq!(stage.said(), [act(word)]);
    }
}

#[test]
fn escape_ends_it_on_every_page_and_closes_what_is_over() {
    let pages: [fn() -> Stage; 4] = [
        || Setting::default().pair(Way::Show),
        || Setting::default().pair(Way::Adopt),
        || code(Setting::default()),
        || asked(Setting::default()),
    ];
    for page in pages {
        let mut stage = page();
        stage.press(Key::Escape);
        assert_eq!(stage.said(), [FromWindow::Cancel]);
        let mut stage = page();
        stage.click("Cancel");
        assert_eq!(stage.said(), [FromWindow::Cancel]);
    }
    let mut stage = asked(Setting::default());
    stage.hear(over(End::In, "Steam Deck is in.", &["Choose there."]));
    sees(&stage, "Steam Deck is in.");
    sees(&stage, "Choose there.");
    stage.press(Key::Escape);
    assert_eq!(stage.said(), [FromWindow::Close]);
}

#[test]
fn what_is_over_says_why_and_goes_on_with_another_code() {
    for (end, heading) in [
        (End::In, "Let in"),
        (End::Refused, "Refused"),
        (End::Failed, "Nobody was let in"),
    ] {
        let mut stage = code(Setting::default());
        stage.hear(over(end, "it took too long", &["Begin again."]));
        sees(&stage, heading);
        // Sentences begin with a capital.
        sees(&stage, "It took too long");
        assert!(!stage.labels().contains(&TYPED.to_owned()));
        stage.click("Show another code");
        assert_eq!(stage.said(), [act(Act::Show)]);
        sees(&stage, "Asking the server for a code");
        stage.hear(begun(900));
        assert!(stage.labels().contains(&TYPED.to_owned()));
    }
}

#[test]
fn a_server_that_is_away_is_told_beside_the_code_and_hinders_no_answer() {
    let working = |text: &str| {
        let text = text.to_owned();
        ToWindow::PairNews(News::Working { text })
    };
    let mut stage = code(Setting::default());
    stage.hear(working("saves.example.org does not answer; trying again"));
    sees(&stage, "trying again");
    assert!(stage.labels().contains(&TYPED.to_owned()));
    stage.hear(waits("Deck"));
    assert!(!stage.labels().iter().any(|label| label.contains("trying")));
    stage.hear(working("saves.example.org does not answer; trying again"));
    sees(&stage, "trying again");
    stage.click("Let in");
    assert_eq!(stage.said(), [act(Act::LetIn)]);
}

#[test]
fn the_code_of_a_new_device_is_typed_and_what_is_wrong_is_mended_there() {
    let mut stage = Setting::default().pair(Way::Adopt);
    assert_eq!(
        stage.focused_label().as_deref(),
        Some("Code of the new device")
    );
    // Nothing typed says nothing.
    stage.press(Key::Enter);
    assert_eq!(stage.said(), []);
    stage.harness.event(Event::Text(" 482913-7K2M ".to_owned()));
    stage.harness.run();
    stage.click("Go on");
    assert_eq!(stage.said(), [typed("482913-7K2M")]);
    sees(&stage, "Asking the server");
    let refused = Said {
        text: "the code has too few characters".to_owned(),
        hints: vec!["Nothing was sent yet.".to_owned()],
    };
    let refused = Some(refused);
    stage.hear(ToWindow::PairNews(News::Adopt { refused }));
    sees(&stage, "The code has too few characters");
    sees(&stage, "Nothing was sent yet.");
    // The keyboard is at the end of what was typed.
    stage.harness.event(Event::Text("-9QX4".to_owned()));
    stage.harness.run();
    stage.press(Key::Enter);
    assert_eq!(stage.said(), [typed("482913-7K2M -9QX4")]);
    // The other way, and back.
    let mut stage = Setting::default().pair(Way::Adopt);
    stage.click("Show a code");
    assert_eq!(stage.said(), [act(Act::Show)]);
    stage.hear(begun(900));
    stage.click("It shows a code");
    assert_eq!(stage.said(), [act(Act::Adopt)]);
    stage.hear(ToWindow::PairNews(News::Adopt { refused: None }));
    sees(&stage, "Type the code of the new device");
}

#[test]
fn a_name_of_any_kind_is_one_line_and_turns_nothing() {
    let mut stage = code(Setting {
        foreign: true,
        ..Setting::default()
    });
    stage.hear(waits("De\u{202e}ck\r\n{ $name }"));
    stage.picture();
    sees(&stage, "Let De ck  { $name } in?");
    let unseen = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!stage.labels().iter().any(|label| label.contains(unseen)));
}
