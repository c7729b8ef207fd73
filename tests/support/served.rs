//! A repository in a folder, served as a rest-server would, but for what a test lets fail.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::fault_server::{Answer, FaultServer, Request};
use super::opted::ID;

/// Serves the repository in a folder as a rest-server would, but for what `fault` answers.
pub fn serve(
    folder: PathBuf,
    fault: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
) -> FaultServer {
    FaultServer::start(move |request| {
        if let Some(answer) = fault(request) {
            return answer;
        }
        let below = request.path.split('?').next().unwrap_or_default();
        let Some(path) = below.strip_prefix(&format!("/alice/{ID}/")) else {
            return Answer::status(404);
        };
        // Packs lie one folder deeper than they are asked for.
        let path = match path.strip_prefix("data/") {
            Some(pack) if !pack.is_empty() => folder.join("data").join(&pack[..2]).join(pack),
            _ => folder.join(path),
        };
        match request.method.as_str() {
            "GET" if path.is_dir() => list(&path),
            "GET" | "HEAD" => match fs::read(&path) {
                Ok(bytes) => part(&bytes, request.header("range")),
                Err(_) => Answer::status(404),
            },
            "POST" => Answer::status(fs::write(&path, &request.body).map_or(500, |()| 200)),
            _ => Answer::status(200),
        }
    })
}

fn list(folder: &Path) -> Answer {
    let mut names = Vec::new();
    for entry in walk(folder) {
        let size = fs::metadata(&entry).unwrap().len();
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        names.push(json!({"name": name, "size": size}));
    }
    let body = serde_json::to_string(&names).unwrap();
    Answer::body(200, "application/vnd.x.restic.rest.v2", body)
}

/// The files below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn part(bytes: &[u8], range: Option<&str>) -> Answer {
    let kind = "application/octet-stream";
    let numbers = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let Some((first, last)) = numbers else {
        return Answer::body(200, kind, bytes);
    };
    let first: usize = first.parse().unwrap();
    let last = last.parse().unwrap_or(bytes.len() - 1).min(bytes.len() - 1);
    Answer::body(206, kind, &bytes[first..=last])
}
