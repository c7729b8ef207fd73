//! Texts that are typed: what is read back, and which slips show.

use proptest::{collection::vec, prelude::*};

use super::*;

fn invitation(random: &[u8]) -> Invitation {
    Invitation {
        url: "https://saves.example.org:8000/deep".to_owned(),
        account: "alice".to_owned(),
        words: Words {
            code: "482913".to_owned(),
            secret: Secret::of(random),
        },
    }
}

fn typed(invitation: &Invitation) -> String {
    invitation.to_text().expose_secret().to_owned()
}

#[test]
fn it_is_written_in_groups_and_without_what_goes_without_saying() {
    let random: Vec<u8> = (0..12).collect();
    let text = typed(&invitation(&random));
    assert_eq!(
        text,
        "saves.example.org:8000/deep/alice/482913-0123-4567-89AB-N8"
    );
    let mut local = invitation(&[]);
    local.url = "http://127.0.0.1:8000".to_owned();
    assert_eq!(typed(&local), "http://127.0.0.1:8000/alice/482913-9Z");
    assert!(matches!(local.words.secret, Secret::None));
}

#[test]
fn a_secret_has_as_many_letters_as_what_is_typed_or_scanned() {
    let of = |length| Secret::of(&vec![0; length]);
    assert!(matches!(of(TYPED), Secret::Typed(_)));
    assert!(matches!(of(SCANNED), Secret::Scanned(_)));
    assert!(
        [1, TYPED + 1, SCANNED + 1]
            .iter()
            .all(|length| matches!(of(*length), Secret::None))
    );
}

#[test]
fn plain_http_to_another_machine_can_be_read_by_others() {
    let mut at = invitation(&[]);
    assert!(!at.is_insecure());
    at.url = "http://127.0.0.1:8000".to_owned();
    assert!(!at.is_insecure());
    at.url = "http://saves.example.org".to_owned();
    assert!(at.is_insecure());
}

#[test]
fn an_address_of_this_machine_leads_the_new_one_to_itself() {
    let mut at = invitation(&[]);
    assert!(!at.is_loopback());
    at.url = "http://192.168.0.2:8000".to_owned();
    assert!(!at.is_loopback());
    at.url = "http://localhost:8000".to_owned();
    assert!(at.is_loopback());
}

#[test]
fn case_hyphens_blanks_and_letters_that_look_alike_do_not_count() {
    let random: Vec<u8> = (0..12).collect();
    for text in [
        "saves.example.org:8000/deep/alice/482913-0123-4567-89AB-N8",
        "https://saves.example.org:8000/deep/alice/4829130123456789ABN8",
        " HTTPS://saves.example.org:8000/deep/Alice/482 913-o1 23-4567-89ab-n8 ",
        "saves.example.org:8000/deep/alice/482913-0l23-4567-89ab-n8",
    ] {
        let read = Invitation::parse(text).expect(text);
        assert_eq!(typed(&read), typed(&invitation(&random)), "{text}");
        let shown = "https://saves.example.org:8000/deep/alice";
        assert_eq!(read.to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_pairing_is_told_without_repeating_it() {
    for (text, why) in [
        ("", "pairing-form"),
        ("482913-0123-4567-89AB-N8", "pairing-form"),
        ("alice/482913-0123-4567-89AB-N8", "pairing-form"),
        ("s3://h/alice/482913-0123-4567-89AB-N8", "pairing-form"),
        ("h/a b/482913-0123-4567-89AB-N8", "pairing-form"),
        ("h/snapshots/482913-0123-4567-89AB-N8", "pairing-form"),
        ("h/alice/482913-0123-4567-89A", "pairing-length"),
        ("h/alice/48291A-0123-4567-89AB-N8", "pairing-length"),
        ("h/alice/482913-0123-4567-89AU-RZ", "pairing-letter"),
        ("h/alice/482913-0123-4567-89AB-N8", "pairing-slip"),
    ] {
        let error = Invitation::parse(text).expect_err(text).to_string();
        let expected = match why {
            "pairing-form" => text!("pairing-form"),
            "pairing-length" => text!("pairing-length"),
            "pairing-letter" => text!("pairing-letter"),
            _ => text!("pairing-slip"),
        };
        assert_eq!(error, expected, "{text}");
        assert!(!error.contains("89AB"));
    }
}

#[test]
fn an_address_is_told_from_a_pairing_by_its_end() {
    for is in ["h/alice/482913-0123", "http://h:1/alice/000000-72"] {
        assert!(Invitation::is_meant(is), "{is}");
    }
    for not in [
        "https://h:8000",
        "/srv/saves",
        "h/alice/48291-0",
        "482913-9Z",
        "/srv/482913",
    ] {
        assert!(!Invitation::is_meant(not), "{not}");
    }
}

#[test]
fn no_secret_is_shown() {
    let text = format!("{:?}", invitation(&[7; 12]));
    assert!(!text.contains("7777"), "{text}");
    assert!(!invitation(&[7; 12]).to_string().contains("7777"));
}

proptest! {
    #[test]
    fn what_is_written_is_read(random in prop_oneof![vec(any::<u8>(), 0), vec(any::<u8>(), 12), vec(any::<u8>(), 52)], code in 0..1_000_000_u32) {
        let mut written = invitation(&random);
        written.words.code = format!("{code:06}");
        let read = Invitation::parse(&typed(&written)).expect("reads");
        prop_assert_eq!(typed(&read), typed(&written));
        prop_assert_eq!(read.words.code, written.words.code);
    }

    #[test]
    fn a_slip_never_passes(random in vec(any::<u8>(), 12), at in 0..20_usize, by in 1..32_usize, swaps in any::<bool>()) {
        let text = typed(&invitation(&random));
        let (place, words) = text.rsplit_once('/').expect("a slash");
        let mut letters: Vec<char> = words.chars().filter(|c| *c != '-').collect();
        let before = letters.clone();
        if swaps {
            letters.swap(at.min(18), at.min(18) + 1);
        } else {
            let value = value(letters[at]).expect("a letter");
            letters[at] = char::from(LETTERS[(value + by) % 32]);
        }
        prop_assume!(letters != before);
        let slipped: String = letters.into_iter().collect();
        let whole = format!("{place}/{slipped}");
        prop_assert!(Invitation::parse(&whole).is_err());
    }

    #[test]
    fn a_slip_in_the_address_never_passes(random in vec(any::<u8>(), 12), at in 0..33_usize, letter in "[a-z0-9]") {
        let text = typed(&invitation(&random));
        let mut letters: Vec<char> = text.chars().collect();
        let letter = letter.chars().next().expect("a letter");
        prop_assume!(!letters[at].eq_ignore_ascii_case(&letter));
        letters[at] = letter;
        let slipped: String = letters.into_iter().collect();
        prop_assert!(Invitation::parse(&slipped).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), words in "[0-9A-Za-z -]{0,64}") {
        let _ = Invitation::parse(&text);
        let _ = Invitation::parse(&format!("h/a/{words}"));
        let _ = Invitation::is_meant(&text);
    }
}
