//! What a form sends.

use axum::body::Bytes;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// The fields of a form, in their order.
#[derive(Default)]
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form")
    }
}

impl Form {
    /// Reads the body of a request.
    pub fn read(body: &Bytes) -> Self {
        let pairs = form_urlencoded::parse(body);
        let owned = pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into()));
        Self(owned.collect())
    }

    /// Returns a field without what stands around it; an empty one, where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default().trim()
    }

    /// Returns a field that nobody else may see, as it is.
    pub fn secret(&self, name: &str) -> SecretString {
        SecretString::from(self.get(name).unwrap_or_default())
    }

    /// Returns a field as it is.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
