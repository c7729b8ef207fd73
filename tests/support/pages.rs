//! The server's pages, as a browser without scripts asks for them.

use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

/// A browser: it keeps cookies, and follows nothing by itself.
pub struct Pages {
    client: Client,
    base: String,
    cookies: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Shown {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Pages {
    pub fn new(base: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().timeout(Duration::from_secs(60));
        Self {
            client: builder.no_proxy().redirect(Policy::none()).build().unwrap(),
            base: base.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// Asks for a page.
    #[track_caller]
    pub fn get(&mut self, path: &str) -> Shown {
        self.ask("GET", path, &[], &[])
    }

    /// Sends a form as it stands on this page, with these fields filled in.
    #[track_caller]
    pub fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.get(page);
        assert_eq!(shown.status, 200, "{page}: {shown:?}");
        let start = format!("action=\"{action}");
        assert!(shown.text.contains(&start), "no form to {action} on {page}");
        let csrf = shown.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let origin = self.base.clone();
        self.ask("POST", action, &all, &[("origin", &origin)])
    }

    /// Sends any request.
    #[track_caller]
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Shown {
        let method: Method = method.parse().unwrap();
        let url = format!("{}{path}", self.base);
        let mut request = self.client.request(method, url);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(k, v)| format!("{k}={v}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !fields.is_empty() {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.finish());
        }
        let response = request.send().unwrap();
        let headers = response.headers().iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Shown {
            status: response.status().as_u16(),
            headers,
            text: response.text().unwrap(),
        }
    }

    /// Makes an account by an invite, and signs in.
    #[track_caller]
    pub fn register(&mut self, invite: &str, account: &str) {
        let fields = [
            ("invite", invite),
            ("account", account),
            ("password", super::control::PASSWORD),
        ];
        self.send("/invite", "/invite", &fields)
            .leads_to("/devices/connect?done=registered");
    }
}

impl Shown {
    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Checks that it was done, and where it goes on.
    #[track_caller]
    pub fn leads_to(self, path: &str) {
        assert_eq!(
            (self.status, self.header("location")),
            (303, Some(path)),
            "{self:?}"
        );
    }

    /// Checks that the page says this.
    #[track_caller]
    pub fn says(self, status: u16, text: &str) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        self
    }

    /// Returns what forms of this page send back.
    #[track_caller]
    pub fn csrf(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"csrf\" value=\"")
            .expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }
}
