//! How launchers read one key of their files.

/// Qt's INI, of which `[General]` alone counts.
pub fn qt(text: &str, key: &str) -> String {
    let mut general = true;
    let mut found = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            general = line == "[General]";
        } else if let Some((name, raw)) = line.split_once('=')
            && general
            && name.trim() == key
        {
            found = unescaped(raw.trim());
        }
    }
    found
}

fn unescaped(raw: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {}
            '\\' => match chars.next().unwrap() {
                'x' => {
                    let mut digits = String::new();
                    while let Some(digit) = chars.next_if(char::is_ascii_hexdigit) {
                        digits.push(digit);
                    }
                    units.push(u16::from_str_radix(&digits, 16).unwrap());
                }
                c => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
            },
            c => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
    }
    String::from_utf16(&units).unwrap()
}

/// `MultiMC`'s lines; these tests have no comments behind values.
pub fn multimc(text: &str, key: &str) -> String {
    let line = |line: &str| {
        let (name, raw) = line.split_once('=')?;
        (name.trim() == key).then(|| raw.trim().to_owned())
    };
    let raw = text
        .lines()
        .filter_map(line)
        .next_back()
        .unwrap_or_default();
    let mut value = String::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        value.push(if c == '\\' { chars.next().unwrap() } else { c });
    }
    value
}

/// JSON, one level.
pub fn json(text: &str, key: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    match &value[key] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}
