//! A secret that is typed on a terminal: nothing of it is shown, and the terminal is as before
//! however that ends, by an interrupt too.

use std::io;

use dialoguer::console::Term;
use secrecy::SecretString;

use super::menu;

/// Reads a line.
pub fn read(question: &str) -> io::Result<SecretString> {
    let term = Term::stderr();
    term.write_str(&format!("{question}: "))?;
    term.flush()?;
    let line = quietly();
    term.write_line("")?;
    let Some(line) = line? else {
        menu::interrupt();
        return Err(io::ErrorKind::Interrupted.into());
    };
    Ok(line)
}

/// Returns the line; `None` where it was interrupted.
#[cfg(unix)]
fn quietly() -> io::Result<Option<SecretString>> {
    use rustix::termios::{
        LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
    };
    use zeroize::Zeroizing;

    struct Restored(Termios);

    impl Drop for Restored {
        fn drop(&mut self) {
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
        }
    }

    let stdin = rustix::stdio::stdin();
    let before = tcgetattr(stdin)?;
    let mut quiet = before.clone();
    // Signals come as bytes, so that the terminal is put in order before one is heeded. What was
    // pasted ahead stays.
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
    quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
    let _restored = Restored(before);
    tcsetattr(stdin, OptionalActions::Now, &quiet)?;
    let mut line = Zeroizing::new(Vec::with_capacity(256));
    loop {
        let mut byte = [0];
        match (rustix::io::read(stdin, &mut byte)?, byte[0]) {
            (0, _) | (_, b'\r' | b'\n') => break,
            (_, 3) => return Ok(None),
            // The end of input.
            (_, 4) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            (_, 8 | 127) => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            // Ctrl-U takes all of it away.
            (_, 21) => line.clear(),
            (_, byte) => line.push(byte),
        }
    }
    let text = std::str::from_utf8(&line).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Some(SecretString::from(text)))
}

#[cfg(not(unix))]
fn quietly() -> io::Result<Option<SecretString>> {
    Term::stderr()
        .read_secure_line()
        .map(|line| Some(SecretString::from(line)))
}
