//! What time it is on a server, by the Date of its answers.

use std::path::Path;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{header, redirect::Policy};

use super::{client, repository::DEADLINES};
use crate::error::Result;

/// Asks a server for anything at all, without the account. `None` where its answer has no date.
///
/// # Errors
/// [`crate::error::Kind::Offline`] where nothing answers.
pub fn of_server(url: &str, ca_file: Option<&Path>) -> Result<Option<Timestamp>> {
    let plain = url.starts_with("http://");
    let client = client::client(ca_file, DEADLINES, Policy::none(), !plain)?;
    let response = client
        .head(format!("{url}/"))
        .send()
        .map_err(|error| client::no_answer(client::host(url), ca_file, &error))?;
    let date = response.headers().get(header::DATE);
    let text = date.and_then(|date| date.to_str().ok());
    Ok(text.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok()))
}
