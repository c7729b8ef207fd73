//! A real browser without a window, driven by `WebDriver`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use base64::Engine as _;
use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::programs::Program;

/// What an element is called in `WebDriver`.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key that is pressed for this.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
pub const SPACE: &str = " ";

/// How a window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Desktop,
    Phone,
}

/// Which colours somebody prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// A browser that runs until it is dropped.
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
    axe: String,
    base: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one for the pages of this server; `None` where a program is missing.
    #[track_caller]
    pub fn start(base: &str) -> Option<Self> {
        let (chromium, driver) = (Program::Chromium.find()?, Program::Chromedriver.find()?);
        let axe = fs::read_to_string(Program::Axe.find()?).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(driver)
            .arg("--port=0")
            // Chromium writes where its user's home is.
            .env("HOME", profile.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(driver.stdout.take().unwrap());
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        let client = Client::builder()
            .timeout(Duration::from_secs(120))
            .no_proxy();
        let client = client.build().unwrap();
        let folder = profile.path().join("profile");
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": chromium, "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US",
                format!("--user-data-dir={}", folder.display()),
            ] },
        } } });
        let at = format!("http://127.0.0.1:{}/session", port.expect("a port"));
        let begun = client.post(&at).body(asked.to_string()).send().unwrap();
        let begun: Value = serde_json::from_slice(&begun.bytes().unwrap()).unwrap();
        let id = begun["value"]["sessionId"].as_str();
        let session = format!("{at}/{}", id.unwrap_or_else(|| panic!("{begun}")));
        Some(Self {
            driver,
            client,
            session,
            axe,
            base: base.to_owned(),
            _profile: profile,
        })
    }

    /// Chooses the size of the window, and the colours that its user prefers.
    pub fn look(&self, look: Look, scheme: Scheme) {
        let (width, height, scale, mobile) = match look {
            Look::Desktop => (1100, 800, 1, false),
            Look::Phone => (390, 844, 2, true),
        };
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    /// Opens a page of the server.
    #[track_caller]
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.ask("POST", "/url", &json!({ "url": url })).unwrap();
    }

    /// Returns the path of the page that is open.
    #[track_caller]
    pub fn path(&self) -> String {
        let url = self.ask("GET", "/url", &Value::Null).unwrap();
        url.as_str().unwrap().replacen(&self.base, "", 1)
    }

    /// Waits until the page that is open is at this path.
    #[track_caller]
    pub fn wait_for_path(&self, path: &str) {
        let is_there = || self.path().split(['?', '#']).next() == Some(path);
        wait(is_there, || {
            format!("{} is open, and not {path}", self.path())
        });
    }

    /// Waits until the page says this.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let said = || self.run("return document.body.innerText");
        let is_said = || said().as_str().is_some_and(|said| said.contains(text));
        wait(is_said, || format!("no {text:?} in {}", said()));
    }

    /// Types into the field with this label.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        let field = self.labelled(label);
        let at = format!("/element/{field}");
        self.ask("POST", &format!("{at}/clear"), &json!({}))
            .unwrap();
        self.ask("POST", &format!("{at}/value"), &json!({ "text": text }))
            .unwrap();
    }

    /// Returns what is in the field with this label.
    #[track_caller]
    pub fn value_of(&self, label: &str) -> String {
        let field = self.labelled(label);
        let at = format!("/element/{field}/property/value");
        let value = self.ask("GET", &at, &Value::Null).unwrap();
        value.as_str().unwrap().to_owned()
    }

    /// Clicks on the button, the link or the disclosure that is called so.
    #[track_caller]
    pub fn click(&self, name: &str) {
        let script = "const all = [...document.querySelectorAll('button, a, summary')]; \
             return all.find(e => e.textContent.replace(/\\s+/g, ' ').trim() === arguments[0])";
        let found = self.run_with(script, &json!([name]));
        let id = found[ELEMENT].as_str();
        let id = id.unwrap_or_else(|| panic!("nothing is called {name:?}"));
        self.ask("POST", &format!("/element/{id}/click"), &json!({}))
            .unwrap();
    }

    /// Presses keys, wherever the focus is.
    #[track_caller]
    pub fn press(&self, keys: &str) {
        let steps: Vec<_> = keys
            .chars()
            .flat_map(|key| {
                let key = key.to_string();
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        let asked = json!({ "actions": [{ "type": "key", "id": "keys", "actions": steps }] });
        self.ask("POST", "/actions", &asked).unwrap();
    }

    /// Moves the focus on with the Tab key until it is on what is called so.
    #[track_caller]
    pub fn tab_to(&self, name: &str) {
        let script = "const e = document.activeElement; const label = e.labels && e.labels[0]; \
             return (label || e).textContent.replace(/\\s+/g, ' ').trim()";
        let mut seen = Vec::new();
        for _ in 0..80 {
            self.press(TAB);
            let at = self.run(script).as_str().unwrap_or_default().to_owned();
            if at == name {
                return;
            }
            seen.push(at);
        }
        panic!("Tab never comes to {name:?}: {seen:?}");
    }

    /// Runs a script on the page, and returns what it returns.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    #[track_caller]
    fn run_with(&self, script: &str, args: &Value) -> Value {
        let asked = json!({ "script": script, "args": args });
        self.ask("POST", "/execute/sync", &asked).unwrap()
    }

    /// Looks for barriers, and fails where there is one; and where something was refused or broke.
    #[track_caller]
    pub fn check(&self) {
        let script = format!(
            "{}; const done = arguments[arguments.length - 1]; \
             axe.run(document, {{ resultTypes: ['violations'] }}).then(\
             r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))), \
             e => done(['' + e]))",
            self.axe
        );
        let asked = json!({ "script": script, "args": [] });
        let found = self.ask("POST", "/execute/async", &asked).unwrap();
        assert_eq!(found, json!([]), "{}: {found:#}", self.path());
        let wide = self.run("return document.documentElement.scrollWidth - window.innerWidth");
        assert!(
            wide.as_i64().unwrap() <= 0,
            "{} is {wide} too wide",
            self.path()
        );
        let log = self
            .ask("POST", "/se/log", &json!({ "type": "browser" }))
            .unwrap();
        // A refused form is a 4xx on purpose; what a policy stops, or a script that fails, never is.
        let bad = log.as_array().unwrap().iter().filter(|entry| {
            let message = entry["message"].as_str().unwrap_or_default();
            entry["level"] == "SEVERE"
                && !message.contains("the server responded with a status of 4")
        });
        let bad: Vec<_> = bad.collect();
        assert!(bad.is_empty(), "{}: {bad:#?}", self.path());
    }

    /// Draws the whole page into a file of docs/images, where that is asked for.
    #[track_caller]
    pub fn picture(&self, name: &str) {
        if std::env::var_os("UPDATE_SNAPSHOTS").is_none() {
            return;
        }
        // The focus and a cursor that blinks are not what is shown.
        self.run("document.activeElement && document.activeElement.blur()");
        let asked = json!({ "format": "png", "captureBeyondViewport": true });
        let drawn = self.devtools("Page.captureScreenshot", &asked);
        let png = base64::engine::general_purpose::STANDARD
            .decode(drawn["data"].as_str().unwrap())
            .unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
        fs::write(folder.join(format!("dashboard-{name}.png")), png).unwrap();
    }

    #[track_caller]
    fn labelled(&self, label: &str) -> String {
        let script = "const l = [...document.querySelectorAll('label')].find(l => \
             l.textContent.replace(/\\s+/g, ' ').trim() === arguments[0]); return l && l.control";
        let found = self.run_with(script, &json!([label]));
        let id = found[ELEMENT].as_str();
        id.unwrap_or_else(|| panic!("no field is labelled {label:?}"))
            .to_owned()
    }

    #[track_caller]
    fn devtools(&self, command: &str, params: &Value) -> Value {
        let asked = json!({ "cmd": command, "params": params });
        self.ask("POST", "/goog/cdp/execute", &asked).unwrap()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let at = format!("{}{path}", self.session);
        let request = match method {
            "GET" => self.client.get(at),
            "DELETE" => self.client.delete(at),
            _ => self.client.post(at).body(body.to_string()),
        };
        let response = request.send().map_err(|error| error.to_string())?;
        let is_good = response.status().is_success();
        let bytes = response.bytes().map_err(|error| error.to_string())?;
        let said: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if is_good {
            Ok(said["value"].clone())
        } else {
            Err(format!("{path}: {}", said["value"]["message"]))
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its browser ends with its session.
        let _ = self.ask("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

#[track_caller]
fn wait(is_so: impl Fn() -> bool, say: impl Fn() -> String) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{}", say());
        thread::sleep(Duration::from_millis(50));
    }
}
