//! A terminal: the program runs in it, keys are typed, and what is on the screen is read.

use super::programs::{Program, python};
use super::run::Run;

/// What was on the screen before each key, and at the end; and the exit code.
#[derive(Debug)]
pub struct Seen {
    pub screens: Vec<String>,
    /// What it exited with; minus the signal that ended it.
    pub code: i64,
    /// Whether the terminal was left without a cursor.
    pub hidden: bool,
    /// Whether it was left as one that shows what is typed.
    pub echo: bool,
}

impl Seen {
    /// Returns what is on the screen at the end.
    pub fn last(&self) -> &str {
        self.screens.last().map_or("", String::as_str)
    }
}

/// Runs it in a terminal of 100 columns. Of each step, the text is waited for and the keys are typed
/// then; `kill 15` sends that signal instead. `None` (the test is skipped) where there is no Python.
#[track_caller]
pub fn type_in(run: Run, steps: &[(&str, &str)]) -> Option<Seen> {
    Program::Python.find()?;
    let steps = serde_json::to_string(steps).unwrap();
    let wrapper = [
        python().into_os_string(),
        "-c".into(),
        SCRIPT.into(),
        steps.into(),
    ];
    let output = run.env("TERM", "xterm").under(wrapper).ok();
    let seen = output.json();
    assert_eq!(
        seen["missed"],
        serde_json::Value::Null,
        "never on the screen\n{output}"
    );
    let screens = seen["screens"].as_array().unwrap();
    Some(Seen {
        screens: screens
            .iter()
            .map(|screen| screen.as_str().unwrap().to_owned())
            .collect(),
        code: seen["code"].as_i64().unwrap(),
        hidden: seen["hidden"].as_bool().unwrap(),
        echo: seen["echo"].as_bool().unwrap(),
    })
}

/// Knows what of a terminal's language is used: colours are left out.
const SCRIPT: &str = r"
import codecs, fcntl, json, os, pty, re, select, struct, subprocess, sys, termios, time

WIDTH, HEIGHT = 100, 50
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
screen, row, column = [''], 0, 0

def put(c):
    global row, column
    if column == WIDTH:
        row, column = row + 1, 0
    while len(screen) <= row:
        screen.append('')
    line = screen[row].ljust(column)
    screen[row] = line[:column] + c + line[column + 1:]
    column += 1

def show(text):
    global row, column
    for piece in re.findall(r'\x1b\[[0-9;?]*[A-Za-z]|\x1b.|.', text, re.S):
        found = re.fullmatch(r'\x1b\[([0-9;?]*)([A-Za-z])', piece)
        if found:
            count = int(found[1]) if found[1].isdigit() else 1
            match found[2]:
                case 'A': row = max(0, row - count)
                case 'B': row += count
                case 'G': column = count - 1
                case 'K' if row < len(screen):
                    screen[row] = '' if found[1] == '2' else screen[row][:column]
                case 'J': del screen[row + 1:]
        elif piece == '\r': column = 0
        elif piece == '\n': row += 1
        elif piece >= ' ' and not piece.startswith('\x1b'): put(piece)

controller, terminal = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', HEIGHT, WIDTH, 0, 0))
def take_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal,
                         start_new_session=True, preexec_fn=take_terminal)
os.close(terminal)
decode = codecs.getincrementaldecoder('utf-8')('replace').decode
seen, fresh, missed, screens, deadline = '', 0, None, [], time.time() + 60

def read(wait):
    global seen
    if not select.select([controller], [], [], wait)[0]:
        return True
    try:
        text = decode(os.read(controller, 65536))
    except OSError:
        return False
    seen += text
    show(text)
    return True

def shot():
    screens.append('\n'.join(line.rstrip() for line in screen).strip('\n'))

for text, keys in steps:
    alive = True
    while alive and text not in seen[fresh:] and time.time() < deadline:
        alive = read(0.05)
    if text not in seen[fresh:]:
        missed = text
        break
    quiet = time.time() + 0.2
    while time.time() < quiet:
        read(0.05)
    shot()
    fresh = len(seen)
    if keys.startswith('kill '):
        child.send_signal(int(keys[5:]))
    else:
        os.write(controller, keys.encode())
while missed is None and time.time() < deadline and read(0.05):
    pass
if missed is not None or time.time() >= deadline:
    child.kill()
shot()
hidden = seen.rfind('\x1b[?25l') > seen.rfind('\x1b[?25h')
code = child.wait()
echo = bool(termios.tcgetattr(controller)[3] & termios.ECHO)
print(json.dumps({'screens': screens, 'missed': missed, 'hidden': hidden, 'echo': echo, 'code': code}, indent=1))
";
