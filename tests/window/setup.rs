//! The window of `setup`.

use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::NodeT, kittest::Queryable};
use instance_sync::texts::{Language, speaking};
use instance_sync::window::{
    apply,
    protocol::{
        FromWindow, Kind, Said, ToWindow,
        setup::{
            Account, Act, Became, Connect, Ended, Finish, Finished, Game, News, Offer, Readers,
            Setup, Which, Whose,
        },
    },
    view::View,
    view_of,
};
use secrecy::ExposeSecret;

/// The window, and what it said.
struct Shown {
    view: Box<dyn View>,
    said: Vec<FromWindow>,
    styled: bool,
    language: Language,
}

fn show_in(language: Language, setup: Setup) -> Harness<'static, Shown> {
    let view = view_of(Kind::Setup, ToWindow::Setup(setup)).expect("a view");
    let size = view.size();
    let shown = Shown {
        view,
        said: Vec::new(),
        styled: false,
        language,
    };
    let draw = |ui: &mut eframe::egui::Ui, shown: &mut Shown| {
        if !shown.styled {
            apply(ui.ctx());
            shown.styled = true;
            // Fonts are there from the next frame on.
            ui.ctx().request_repaint();
            return;
        }
        let event = speaking(shown.language, || shown.view.ui(ui));
        shown.said.extend(event);
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .build_ui_state(draw, shown);
    harness.run();
    harness
}

fn show(setup: Setup) -> Harness<'static, Shown> {
    show_in(Language::English, setup)
}

fn hear(harness: &mut Harness<'static, Shown>, news: News) {
    let shown = harness.state_mut();
    let language = shown.language;
    speaking(language, || shown.view.hear(ToWindow::SetupNews(news)));
    harness.run();
}

fn click(harness: &mut Harness<'static, Shown>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

fn press(harness: &mut Harness<'static, Shown>, key: Key) {
    harness.key_press(key);
    harness.run();
}

/// Types where the keyboard is.
fn type_text(harness: &mut Harness<'static, Shown>, text: &str) {
    harness.event(Event::Text(text.to_owned()));
    harness.run();
}

fn type_in(harness: &mut Harness<'static, Shown>, label: &str, text: &str) {
    harness.get_by_label(label).click();
    harness.run();
    type_text(harness, text);
}

/// Goes to the widget with this label by Tab alone.
fn tab_to(harness: &mut Harness<'static, Shown>, label: &str) {
    for _ in 0..300 {
        if harness.get_by_label(label).is_focused() {
            return;
        }
        harness.key_press(Key::Tab);
        harness.step();
    }
    panic!("Tab never comes to {label}");
}

/// The same backwards: what comes last is near.
fn tab_back_to(harness: &mut Harness<'static, Shown>, label: &str) {
    for _ in 0..10 {
        if harness.get_by_label(label).is_focused() {
            return;
        }
        harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
        harness.step();
    }
    panic!("Shift and Tab never come to {label}");
}

fn game(name: &str) -> Game {
    Game {
        name: name.to_owned(),
        launcher: Some("Prism Launcher".to_owned()),
        folder: format!("/games/{name}/minecraft").into(),
        own: None,
        unwired: true,
    }
}

fn setup(games: &[&str], choose: bool) -> Setup {
    Setup {
        games: games.iter().map(|name| game(name)).collect(),
        choose,
        address: None,
        token: None,
        said: Vec::new(),
        now: "2026-05-14T20:00:00Z".parse().expect("a time"),
    }
}

fn account(labels: &[String], games: usize) -> Account {
    let offer = |(place, label): (usize, &String)| Offer {
        label: label.clone(),
        id: format!("01M7Y{place:03}"),
        played: Some((
            "2026-05-14T17:00:00Z".parse().expect("a time"),
            "deck".to_owned(),
        )),
        never: false,
        devices: vec!["deck".to_owned()],
    };
    let order: Vec<usize> = (0..labels.len()).collect();
    Account {
        place: "https://saves.example.org".to_owned(),
        readers: Readers::Operator,
        offers: labels.iter().enumerate().map(offer).collect(),
        games: (0..games).map(|game| (game, order.clone())).collect(),
        keyring: false,
    }
}

/// The last thing that was said, which is an account to try.
fn tried(harness: &Harness<'static, Shown>) -> Connect {
    match harness.state().said.last() {
        Some(FromWindow::Setup(Act::Connect(connect))) => connect.clone(),
        other => panic!("no account was to be tried: {other:?}"),
    }
}

fn finish(harness: &Harness<'static, Shown>) -> Finish {
    match harness.state().said.last() {
        Some(FromWindow::Setup(Act::Finish(finish))) => finish.clone(),
        other => panic!("nothing was to be done: {other:?}"),
    }
}

/// Everything that a screen reader can be told.
fn told(harness: &Harness<'static, Shown>) -> String {
    let mut all = String::new();
    for node in harness.root().children_recursive() {
        let node = node.accesskit_node();
        for text in [node.label(), node.value()].into_iter().flatten() {
            all.push_str(&text);
            all.push('\n');
        }
    }
    all
}

const ADDRESS: &str = "Link, server address, or a folder";
const PASSPHRASE: &str = "Passphrase (optional with a token)";
const AGAIN: &str = "The same passphrase again";
const NEW: &str = "A new instance: The saves here go to the cloud; other devices can join.";

#[test]
fn clicks_lead_through_all_pages() {
    let mut window = show(setup(&["Skyblock", "Vanilla"], true));
    assert!(is_disabled(&window, "Next"));
    click(&mut window, "Vanilla (Prism Launcher)");
    click(&mut window, "Next");
    assert!(is_disabled(&window, "Connect"));
    type_in(&mut window, ADDRESS, "https://saves.example.org");
    assert!(is_disabled(&window, "Connect"));
    type_in(&mut window, "Token", "alice:hunter2");
    click(&mut window, "Connect");
    let asked = tried(&window);
    assert_eq!(asked.games, [1]);
    assert_eq!(asked.address, "https://saves.example.org");
    assert_eq!(asked.token.expose_secret(), "alice:hunter2");
    assert_eq!(asked.passphrase.expose_secret(), "");
    assert!(window.query_by_label("Connecting…").is_some());
    assert!(is_disabled(&window, "Connect"));

    hear(
        &mut window,
        News::Connected(account(&["Vanilla".to_owned()], 2)),
    );
    assert!(window.query_by_label("What is Vanilla?").is_some());
    // Nothing is chosen beforehand where there is a choice.
    assert!(is_disabled(&window, "Next"));
    click(
        &mut window,
        "Vanilla: last played 3 hours ago on deck · 01M7Y000",
    );
    click(&mut window, "Next");
    click(&mut window, "Start syncing");
    let done = finish(&window);
    assert_eq!(done.games, [(1, Which::Listed { offer: 0 })]);
    assert!(done.wire && !done.keyring);

    let became = Became::Joined { has_saves: false };
    let name = "Vanilla".to_owned();
    hear(
        &mut window,
        News::Finished(Finished {
            games: vec![Ended { name, became }],
            launchers: Vec::new(),
            said: Vec::new(),
        }),
    );
    let joined = "It is synced now. The next launch brings the saves here.";
    assert!(window.query_by_label(joined).is_some());
    assert!(window.query_by_label("Back").is_none());
    click(&mut window, "Close");
    assert!(matches!(
        window.state().said.last(),
        Some(FromWindow::Close)
    ));
}

fn is_disabled(window: &Harness<'static, Shown>, label: &str) -> bool {
    let node = window.get_by_role_and_label(Role::Button, label);
    node.accesskit_node().is_disabled()
}

#[test]
fn the_keyboard_alone_is_enough() {
    let mut window = show(setup(&["Skyblock"], true));
    tab_to(&mut window, "Skyblock (Prism Launcher)");
    press(&mut window, Key::Space);
    tab_to(&mut window, "Next");
    press(&mut window, Key::Enter);
    // The keyboard is in the first empty field.
    type_text(&mut window, "/mnt/cloud");
    // Enter goes on only where everything is there.
    press(&mut window, Key::Enter);
    assert!(window.state().said.is_empty());
    assert!(window.get_by_label("Token").is_focused());
    type_text(&mut window, "alice:hunter2");
    press(&mut window, Key::Enter);
    assert_eq!(tried(&window).token.expose_secret(), "alice:hunter2");
    hear(&mut window, News::Connected(account(&[], 1)));
    // There is only one thing to choose: it is chosen.
    tab_to(&mut window, "Next");
    press(&mut window, Key::Enter);
    tab_to(&mut window, "Wire the launcher for me");
    press(&mut window, Key::Space);
    tab_to(&mut window, "Start syncing");
    press(&mut window, Key::Enter);
    let done = finish(&window);
    assert_eq!(done.games, [(0, Which::Own)]);
    assert!(!done.wire);
}

#[test]
fn no_screen_reader_is_told_a_secret() {
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    type_in(&mut window, "Token", "alice:hunter2");
    type_in(&mut window, PASSPHRASE, "open sesame");
    let all = told(&window);
    assert!(all.contains("/mnt/cloud"), "{all}");
    assert!(!all.contains("hunter2") && !all.contains("sesame"), "{all}");
    // Whoever asks for it sees it.
    click(&mut window, "Show what is typed");
    let all = told(&window);
    assert!(all.contains("hunter2") && all.contains("sesame"), "{all}");
}

#[test]
fn what_is_pasted_comes_without_the_end_of_its_line() {
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    window.get_by_label("Token").click();
    window.run();
    window.event(Event::Paste("alice:hunter2\r\n".to_owned()));
    window.run();
    click(&mut window, "Connect");
    assert_eq!(tried(&window).token.expose_secret(), "alice:hunter2");
}

#[test]
fn an_error_is_shown_and_what_was_typed_stays() {
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "https://saves.example.org");
    type_in(&mut window, "Token", "alice:wrong");
    click(&mut window, "Connect");
    let said = Said {
        text: "the server refused it".to_owned(),
        hints: vec!["Check the token.".to_owned()],
    };
    let refused = |regardless| News::Refused {
        said: said.clone(),
        regardless,
    };
    hear(&mut window, refused(false));
    assert!(window.query_by_label("The server refused it").is_some());
    assert!(window.query_by_label("Check the token.").is_some());
    assert!(window.query_by_label("Go on without the list").is_none());
    assert!(told(&window).contains("https://saves.example.org"));
    // The keyboard is where it can be mended.
    assert!(window.get_by_label("Token").is_focused());
    press(&mut window, Key::Enter);
    assert_eq!(tried(&window).token.expose_secret(), "alice:wrong");
    hear(&mut window, refused(true));
    let all = window.get_by_label("Check the token.").rect();
    assert!(all.bottom() < 626.0, "it was not scrolled to: {all:?}");
    assert!(!tried(&window).regardless);
    click(&mut window, "Go on without the list");
    assert!(tried(&window).regardless);
}

#[test]
fn a_new_passphrase_is_typed_twice() {
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    type_in(&mut window, PASSPHRASE, "open sesame");
    assert!(window.query_by_label(AGAIN).is_none());
    click(&mut window, "Connect");
    assert!(tried(&window).again.is_none());
    hear(&mut window, News::Repeat);
    assert!(window.get_by_label(AGAIN).is_focused());
    assert!(is_disabled(&window, "Connect"));
    type_text(&mut window, "open sesame");
    press(&mut window, Key::Enter);
    let again = tried(&window).again.expect("a second time");
    assert_eq!(again.expose_secret(), "open sesame");
}

#[test]
fn a_devices_own_token_needs_a_passphrase() {
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "https://saves.example.org");
    type_in(&mut window, "Token", "alice:isd_0123");
    assert!(window.query_by_label(PASSPHRASE).is_none());
    let why = "This device has a token of its own";
    assert!(told(&window).contains(why), "{}", told(&window));
    assert!(is_disabled(&window, "Connect"));
    // Enter goes to what is missing.
    press(&mut window, Key::Enter);
    assert!(window.state().said.is_empty());
    assert!(window.get_by_label("Passphrase").is_focused());
    type_text(&mut window, "open sesame");
    press(&mut window, Key::Enter);
    let asked = tried(&window);
    assert_eq!(asked.token.expose_secret(), "alice:isd_0123");
    assert_eq!(asked.passphrase.expose_secret(), "open sesame");

    // So does one that comes from a file.
    let mut given = setup(&["Skyblock"], false);
    given.address = Some("https://saves.example.org".to_owned());
    given.token = Some(Whose::Device);
    let window = show(given.clone());
    assert!(is_disabled(&window, "Connect"));
    assert!(window.get_by_label("Passphrase").is_focused());
    // A folder that is opted in anew keeps what opened its saves before.
    given.games[0].own = Some("01M7Y000".to_owned());
    let mut window = show(given);
    assert!(window.query_by_label(PASSPHRASE).is_some());
    click(&mut window, "Connect");
    assert_eq!(tried(&window).passphrase.expose_secret(), "");
}

#[test]
fn a_link_of_an_operator_needs_a_passphrase_and_no_token() {
    let link = "https://saves.example.org/v1/enrol#ise_0123456789abcdefghijABCDEFGHIJ-_klmnopqrstu";
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, link);
    assert!(is_disabled(&window, "Connect"));
    press(&mut window, Key::Enter);
    assert!(window.get_by_label("Passphrase").is_focused());
    type_text(&mut window, "open sesame");
    press(&mut window, Key::Enter);
    let asked = tried(&window);
    assert_eq!(
        (&asked.address[..], asked.token.expose_secret()),
        (link, "")
    );
    assert_eq!(asked.passphrase.expose_secret(), "open sesame");
    hear(&mut window, News::Repeat);
    type_text(&mut window, "open sesame");
    press(&mut window, Key::Enter);
    assert!(tried(&window).again.is_some());
    // What was wrong with it is mended where it is.
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, link);
    type_in(&mut window, "Passphrase", "open sesame");
    click(&mut window, "Connect");
    let said = Said {
        text: "the server does not take it".to_owned(),
        hints: Vec::new(),
    };
    let regardless = false;
    hear(&mut window, News::Refused { said, regardless });
    assert!(window.get_by_label(ADDRESS).is_focused());

    // A code without a link stands where a token does.
    let mut window = show(setup(&["Skyblock"], false));
    type_in(&mut window, ADDRESS, "https://saves.example.org");
    type_in(
        &mut window,
        "Token",
        link.split_once('#').expect("a code").1,
    );
    assert!(is_disabled(&window, "Connect"));
    type_in(&mut window, "Passphrase", "open sesame");
    click(&mut window, "Connect");
    assert!(tried(&window).token.expose_secret().starts_with("ise_"));
}

#[test]
fn back_leads_to_the_page_before_and_keeps_what_was_said() {
    let mut window = show(setup(&["Skyblock", "Vanilla"], true));
    click(&mut window, "Skyblock (Prism Launcher)");
    click(&mut window, "Vanilla (Prism Launcher)");
    click(&mut window, "Next");
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    type_in(&mut window, "Token", "alice:hunter2");
    click(&mut window, "Connect");
    hear(
        &mut window,
        News::Connected(account(&["Modded".to_owned()], 2)),
    );
    click(&mut window, NEW);
    click(&mut window, "Next");
    assert!(window.query_by_label("What is Vanilla?").is_some());
    click(
        &mut window,
        "Another one, by its id: instance-sync status shows it on a device that has it.",
    );
    assert!(is_disabled(&window, "Next"));
    type_text(&mut window, "01M7Y8NXC8Z2MTVTHSG1NKY3QG");
    press(&mut window, Key::Enter);
    assert!(window.query_by_label("Where saves will go").is_some());
    for heading in [
        "What is Vanilla?",
        "What is Skyblock?",
        "Connect this device",
        "Which games are to be synced?",
    ] {
        click(&mut window, "Back");
        assert!(window.query_by_label(heading).is_some(), "{heading}");
    }
    assert!(window.query_by_label("Back").is_none());
    click(&mut window, "Next");
    assert!(told(&window).contains("/mnt/cloud"));
    click(&mut window, "Connect");
    assert_eq!(tried(&window).games, [0, 1]);
}

#[test]
fn escape_cancels_and_while_work_goes_on_it_is_heard_too() {
    let mut window = show(setup(&["Skyblock"], false));
    press(&mut window, Key::Escape);
    assert!(matches!(
        window.state().said.last(),
        Some(FromWindow::Cancel)
    ));
    assert!(!window.state().view.outlives(&FromWindow::Cancel));
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    type_in(&mut window, "Token", "alice:hunter2");
    click(&mut window, "Connect");
    assert!(
        window
            .state()
            .view
            .outlives(&FromWindow::Setup(Act::Finish(Finish {
                games: Vec::new(),
                keyring: false,
                wire: false
            })))
    );
    hear(&mut window, News::Connected(account(&[], 1)));
    click(&mut window, "Next");
    click(&mut window, "Start syncing");
    click(&mut window, "Cancel");
    assert!(matches!(
        window.state().said.last(),
        Some(FromWindow::Cancel)
    ));
    // What was begun ends first, and is told.
    assert!(window.state().view.outlives(&FromWindow::Cancel));
    assert!(window.query_by_label("Stopping…").is_some());
    hear(
        &mut window,
        News::Finished(Finished {
            games: vec![Ended {
                name: "Skyblock".to_owned(),
                became: Became::NotBegun,
            }],
            launchers: Vec::new(),
            said: Vec::new(),
        }),
    );
    assert!(window.query_by_label("Nothing was set up").is_some());
    // It can be tried anew.
    click(&mut window, "Back");
    assert!(window.query_by_label("Start syncing").is_some());
}

#[test]
fn two_hundred_games_and_instances_can_be_reached() {
    let names: Vec<String> = (0..200).map(|number| format!("Game {number}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut window = show(setup(&all, true));
    tab_back_to(&mut window, "Game 199 (Prism Launcher)");
    press(&mut window, Key::Space);
    let row = window.get_by_label("Game 199 (Prism Launcher)").rect();
    assert!(row.bottom() < 626.0, "it was not scrolled to: {row:?}");
    click(&mut window, "Next");
    type_in(&mut window, ADDRESS, "/mnt/cloud");
    type_in(&mut window, "Token", "alice:hunter2");
    click(&mut window, "Connect");
    assert_eq!(tried(&window).games, [199]);
    hear(&mut window, News::Connected(account(&names, 200)));
    let last = "Game 199: last played 3 hours ago on deck · 01M7Y199";
    tab_back_to(&mut window, last);
    press(&mut window, Key::Space);
    let row = window.get_by_label(last).rect();
    assert!(row.bottom() < 626.0, "it was not scrolled to: {row:?}");
    click(&mut window, "Next");
    click(&mut window, "Start syncing");
    assert_eq!(finish(&window).games, [(199, Which::Listed { offer: 199 })]);
}

#[test]
fn it_speaks_german() {
    let mut window = show_in(Language::German, setup(&["Skyblock"], true));
    click(&mut window, "Skyblock (Prism Launcher)");
    click(&mut window, "Weiter");
    type_in(
        &mut window,
        "Link, Adresse des Servers, oder ein Ordner",
        "/mnt",
    );
    type_in(&mut window, "Passphrase (mit Token freiwillig)", "geheim");
    click(&mut window, "Verbinden");
    hear(&mut window, News::Connected(account(&[], 1)));
    assert!(window.query_by_label("Was ist Skyblock?").is_some());
    click(&mut window, "Weiter");
    click(&mut window, "Zurück");
    click(&mut window, "Weiter");
    click(&mut window, "Jetzt abgleichen");
    assert!(finish(&window).wire);
}

#[test]
fn what_was_given_is_not_asked() {
    let mut given = setup(&["Skyblock"], false);
    given.address = Some("https://saves.example.org".to_owned());
    given.token = Some(Whose::Account);
    let mut window = show(given);
    assert!(window.query_by_label("Token").is_none());
    click(&mut window, "Connect");
    assert_eq!(tried(&window).address, "https://saves.example.org");
}
