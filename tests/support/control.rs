//! Requests of the control API. Each answer is held against what the server's own `OpenAPI` says of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use boon::{Compiler, Schemas};
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

/// What a server says of its routes.
pub struct Description(Value);

/// Who asks, and where.
#[derive(Clone)]
pub struct Control {
    client: Client,
    base: String,
    headers: Vec<(String, String)>,
    description: Arc<OnceLock<Description>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Said {
    pub status: u16,
    pub value: Value,
    pub cookie: Option<String>,
    pub retry_after: Option<u64>,
}

impl Control {
    /// Returns a stranger.
    pub fn new(base: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().timeout(Duration::from_secs(60));
        Self {
            client: builder.no_proxy().build().unwrap(),
            base: base.to_owned(),
            headers: Vec::new(),
            description: Arc::default(),
        }
    }

    /// Returns the same with a header more.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| known != name);
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// Returns the same with the token of a device, `ACCOUNT:SECRET`.
    #[must_use]
    pub fn device(&self, token: &str) -> Self {
        let (_, secret) = token.split_once(':').unwrap();
        self.with("authorization", &format!("Bearer {secret}"))
    }

    /// Returns the same as whoever got this answer: signed in.
    #[must_use]
    pub fn signed_in(&self, said: &Said) -> Self {
        let cookie = said.cookie.as_deref().expect("a cookie");
        let pair = cookie.split(';').next().unwrap();
        let csrf = said.value["csrf"].as_str().unwrap();
        self.with("cookie", pair).with("x-csrf-token", csrf)
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Said {
        self.ask("GET", path, &Value::Null)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Said {
        self.ask("POST", path, body)
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Said {
        self.ask("DELETE", path, &Value::Null)
    }

    /// Sends a request, and checks that the answer is one that the description knows.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Said {
        let said = self.ask_unchecked(method, path, body);
        let objection = self.description().objection(method, path, &said);
        assert_eq!(objection, None, "{method} {path}: {said:?}");
        said
    }

    #[track_caller]
    pub fn ask_unchecked(&self, method: &str, path: &str, body: &Value) -> Said {
        let method: Method = method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !body.is_null() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (cookie, retry_after) = (header("set-cookie"), header("retry-after"));
        Said {
            status: response.status().as_u16(),
            cookie,
            retry_after: retry_after.map(|text| text.parse().unwrap()),
            value: serde_json::from_slice(&response.bytes().unwrap()).unwrap_or(Value::Null),
        }
    }

    fn description(&self) -> &Description {
        self.description.get_or_init(|| {
            Description::of(
                self.ask_unchecked("GET", "/openapi.json", &Value::Null)
                    .value,
            )
        })
    }

    /// Makes an account by an invite, and signs in.
    #[track_caller]
    pub fn register(&self, invite: &str, account: &str) -> Self {
        let body = json!({ "invite": invite, "account": account, "password": PASSWORD });
        let said = self.post("/v1/auth/register", &body).ok();
        self.signed_in(&said)
    }
}

/// The password of everybody in tests.
pub const PASSWORD: &str = "correct horse battery";

impl Said {
    /// Returns it, if it is a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self:?}");
        self
    }

    /// Checks that it is this refusal.
    #[track_caller]
    pub fn refused(self, status: u16, error: &str) -> Self {
        assert_eq!(
            (self.status, self.value["error"].as_str()),
            (status, Some(error)),
            "{self:?}"
        );
        self
    }
}

impl Description {
    pub fn of(value: Value) -> Self {
        assert_eq!(value["openapi"], "3.1.0", "{value}");
        for name in value["components"]["schemas"].as_object().unwrap().keys() {
            // Two types of one name: programs that are made from this would call one of them by a number.
            let is_told = !name.ends_with(|c: char| c.is_ascii_digit());
            let is_telling = !["Listed", "Shown", "State", "What", "Entry"].contains(&&name[..]);
            assert!(is_told && is_telling, "{name}");
        }
        Self(value)
    }

    /// Returns all routes: method, path.
    pub fn routes(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        });
        all.collect()
    }

    /// Returns why an answer is none that is described.
    pub fn objection(&self, method: &str, path: &str, said: &Said) -> Option<String> {
        let path = path.split('?').next().unwrap();
        let same = |known: &str| {
            known.split('/').count() == path.split('/').count()
                && known
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(a, b)| a == b || a.starts_with('{'))
        };
        let (known, methods) = match self.0["paths"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(k, _)| same(k))
        {
            Some(found) => found,
            None if said.status == 404 => return None,
            None => return Some("no such path is described".to_owned()),
        };
        let operation = &methods[method.to_lowercase()];
        if operation.is_null() {
            return (said.status != 405).then(|| "no such method is described".to_owned());
        }
        let status = said.status.to_string();
        let answers = operation["responses"].as_object().unwrap();
        let of = if answers.contains_key(&status) {
            &status
        } else {
            "default"
        };
        if of == "default" && said.status < 400 {
            return Some("no such success is described".to_owned());
        }
        let kinds = answers[of]["content"].as_object().unwrap();
        let kind = kinds.get("application/json")?;
        // Something else than a value.
        kind.get("schema")?;
        assert!(kind["schema"].is_object() || kind["schema"].is_boolean());
        let escape = |text: &str| text.replace('~', "~0").replace('/', "~1");
        let pointer = format!(
            "#/paths/{}/{}/responses/{of}/content/application~1json/schema",
            escape(known).replace('{', "%7B").replace('}', "%7D"),
            method.to_lowercase(),
        );
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("file:///openapi.json", self.0.clone())
            .unwrap();
        let index = compiler
            .compile(&format!("file:///openapi.json{pointer}"), &mut schemas)
            .unwrap_or_else(|why| panic!("{why:#}"));
        let checked = schemas.validate(&said.value, index);
        checked.err().map(|why| format!("{why:#}"))
    }
}
