//! Java's modified UTF-8, in which NBT holds its texts: zero takes two bytes, and what is beyond the
//! first 65,536 characters takes two times three.

/// Returns the text; what is none of its characters becomes the replacement character.
pub fn decode(bytes: &[u8]) -> String {
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(length) = first(rest) {
        let (one, after) = rest.split_at(length);
        rest = after;
        match *one {
            // Programs that are not written in Java write plain UTF-8.
            [_, _, _, _] => match std::str::from_utf8(one) {
                Ok(text) => units.extend(text.encode_utf16()),
                Err(_) => units.push(0xfffd),
            },
            [a, b, c] => {
                units.push(bits(a, 0x0f) << 12 | bits(b, 0x3f) << 6 | bits(c, 0x3f));
            }
            [a, b] => units.push(bits(a, 0x1f) << 6 | bits(b, 0x3f)),
            [a] if a < 0x80 => units.push(u16::from(a)),
            _ => {
                // Two surrogates, or a byte that begins nothing.
                let three = one.chunks_exact(3);
                if three.len() == 2 {
                    units.extend(three.map(|c| {
                        bits(c[0], 0x0f) << 12 | bits(c[1], 0x3f) << 6 | bits(c[2], 0x3f)
                    }));
                } else {
                    units.push(0xfffd);
                }
            }
        }
    }
    String::from_utf16_lossy(&units)
}

fn bits(byte: u8, mask: u8) -> u16 {
    u16::from(byte & mask)
}

/// Returns the text as Java writes it.
pub fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let [high, low] = unit.to_be_bytes();
        let six = 0x80 | low & 0x3f;
        match unit {
            1..=0x7f => bytes.push(low),
            0 | 0x80..=0x7ff => bytes.extend([0xc0 | high << 2 | low >> 6, six]),
            0x800.. => bytes.extend([0xe0 | high >> 4, 0x80 | (high & 0x0f) << 2 | low >> 6, six]),
        }
    }
    bytes
}

/// Returns how many of the first `most` bytes are whole characters.
pub fn whole(bytes: &[u8], most: usize) -> usize {
    let mut end = 0;
    while let Some(length) = first(&bytes[end..]) {
        if end + length > most {
            break;
        }
        end += length;
    }
    end
}

/// How many bytes the first character takes; one where that is none. `None` at the end.
fn first(bytes: &[u8]) -> Option<usize> {
    let begins = *bytes.first()?;
    let length = match begins {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    };
    let is_whole = bytes.len() >= length && bytes[1..length].iter().all(|byte| byte & 0xc0 == 0x80);
    if !is_whole {
        return Some(1);
    }
    let is_pair =
        matches!(bytes, [0xed, 0xa0..=0xaf, _, 0xed, 0xb0..=0xbf, last, ..] if last & 0xc0 == 0x80);
    Some(if is_pair { 6 } else { length })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_written_as_java_writes_it() {
        let java: &[u8] = b"a\xc0\x80\xc3\xa4\xe2\x82\xac\xed\xa0\xbd\xed\xb8\x80";
        assert_eq!(encode("a\0\u{e4}\u{20ac}\u{1f600}"), java);
        assert_eq!(decode(java), "a\0\u{e4}\u{20ac}\u{1f600}");
        assert_eq!(
            decode("a\u{e4}\u{20ac}\u{1f600}".as_bytes()),
            "a\u{e4}\u{20ac}\u{1f600}"
        );
    }

    #[test]
    fn a_byte_that_begins_nothing_is_replaced() {
        for byte in [0x80, 0xbf, 0xc3, 0xff] {
            assert_eq!(decode(&[byte]), "\u{fffd}", "{byte}");
        }
        assert_eq!(decode(b"\x7f"), "\u{7f}");
    }

    #[test]
    fn a_character_is_never_cut() {
        let text = encode("a\u{e4}\u{20ac}\u{1f600}");
        let whole: Vec<usize> = (0..=13).map(|most| whole(&text, most)).collect();
        assert_eq!(whole, [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 6, 6, 12, 12]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(text in any::<String>()) {
            let bytes = encode(&text);
            prop_assert_eq!(decode(&bytes), text);
            prop_assert!(!bytes.contains(&0));
            prop_assert_eq!(whole(&bytes, bytes.len()), bytes.len());
        }

        #[test]
        fn any_bytes_are_some_text(bytes in any::<Vec<u8>>(), most in 0_usize..100) {
            let end = whole(&bytes, most);
            prop_assert!(end <= most && end <= bytes.len());
            let halves = decode(&bytes[..end]) + &decode(&bytes[end..]);
            prop_assert_eq!(halves, decode(&bytes));
        }
    }
}
