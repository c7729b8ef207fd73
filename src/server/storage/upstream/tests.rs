//! An upstream that is dead, hangs, or says odd things, as a listener of the test's own.

use std::{io, time::Instant};

use futures_util::{StreamExt as _, stream};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::server::data::authority::status_of;

const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const BOUNDS: Bounds = Bounds {
    connect: Duration::from_millis(300),
    answer: Duration::from_millis(300),
    piece: Duration::from_millis(300),
};

fn repository() -> Repository {
    Repository {
        account: "alice".parse().expect("a name"),
        id: ID.parse().expect("an id"),
    }
}

fn nobody() -> Repositories {
    Box::new(|_| async { Ok(Vec::new()) }.boxed())
}

async fn open(url: String, known: Option<&str>) -> Result<Upstream> {
    let place = Place {
        url,
        credentials: Some("user:secret".to_owned().into()),
        ca_file: None,
    };
    Upstream::open(place, BOUNDS, known, "storage-id", nobody()).await
}

/// Answers each request by its head; nothing: it never answers.
async fn listen(answer: fn(&str) -> Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") {
                    if !matches!(stream.read(&mut byte).await, Ok(1)) {
                        return;
                    }
                    head.push(byte[0]);
                }
                match answer(&String::from_utf8_lossy(&head)) {
                    Some(text) => {
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                    None => tokio::time::sleep(Duration::from_secs(60)).await,
                }
            });
        }
    });
    url
}

#[allow(clippy::unnecessary_wraps)] // what `listen` takes
fn said(status: &str, headers: &str, body: &str) -> Option<String> {
    Some(format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn sentinel(head: &str) -> bool {
    head.starts_with("GET /.instance-sync/config ")
}

/// Asks for everything once; returns the statuses that clients see.
async fn statuses(upstream: &Upstream) -> Vec<u16> {
    let (of, name) = (repository(), "0".repeat(64).parse().expect("a name"));
    let lock = Object::Blob(Kind::Locks, name);
    let mut upload = Upload {
        body: stream::iter([Ok("x".into())]).boxed(),
    };
    let status = |fault: Option<Fault>| fault.map_or(200, |fault| status_of(&fault).as_u16());
    vec![
        status(upstream.ready().await.err()),
        status(upstream.create(&of).await.err()),
        status(upstream.size(&of, Object::Config).await.err()),
        status(upstream.get(&of, lock, Range::Whole).await.err()),
        status(upstream.list(&of, Kind::Snapshots).await.err()),
        status(upstream.put(&of, lock, &mut upload).await.err()),
        status(upstream.remove(&of, lock, Removal::ForGood).await.err()),
    ]
}

#[tokio::test]
async fn an_upstream_that_is_dead_or_hangs_is_never_an_empty_one() {
    // A port that nobody listens at any more.
    let free = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let dead = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let hanging = listen(|_| None).await;
    for url in [dead, hanging] {
        let since = Instant::now();
        let upstream = open(url.clone(), Some("storage-id"))
            .await
            .expect("may be away");
        assert_eq!(statuses(&upstream).await, [503; 7]);
        assert!(since.elapsed() < Duration::from_secs(10), "{url}");
        // The first start needs it.
        open(url, None).await.expect_err("is away");
    }
}

#[tokio::test]
async fn an_upstream_whose_disk_is_not_mounted_is_never_an_empty_one() {
    let url = listen(|_| said("404 Not Found", "", "")).await;
    let refused = open(url, Some("storage-id"))
        .await
        .expect_err("is not there");
    assert!(refused.to_string().contains("is not there"), "{refused}");
    // It was there at the start, and another one is now.
    let url = listen(|head| {
        if sentinel(head) && head.contains("authorization: Basic dXNlcjpzZWNyZXQ=") {
            said("200 OK", "", "another")
        } else {
            said("404 Not Found", "", "")
        }
    })
    .await;
    open(url.clone(), Some("storage-id"))
        .await
        .expect_err("is another one");
    let mut upstream = open(url, None).await.expect("takes what is there");
    assert_eq!(upstream.id(), "another");
    let inner = Arc::get_mut(&mut upstream.inner).expect("one holder");
    inner.id = "storage-id".to_owned();
    assert_eq!(statuses(&upstream).await, [503; 7]);
}

#[tokio::test]
async fn what_makes_no_sense_here_is_the_upstreams_fault() {
    for status in ["401 Unauthorized", "403 Forbidden", "500 No", "302 Found"] {
        // A function without surroundings: which one it is stands in the path of the sentinel's answer.
        let url = match &status[..3] {
            "401" => listen(|head| odd(head, "401 Unauthorized")).await,
            "403" => listen(|head| odd(head, "403 Forbidden")).await,
            "500" => listen(|head| odd(head, "500 No")).await,
            _ => listen(|head| odd(head, "302 Found")).await,
        };
        let upstream = open(url, None).await.expect("opens");
        let found = statuses(&upstream).await;
        assert_eq!(found[0], 200, "{status}");
        assert_eq!(found[1..], [502; 6], "{status}");
    }
    let url = listen(|head| {
        let head = head.replace("HEAD", "GET");
        match () {
            () if sentinel(&head) => said("200 OK", "", "storage-id"),
            () if head.starts_with("GET") && head.contains("/locks/ ") => said("200 OK", "", "[]"),
            () if head.starts_with("GET") => said("404 Not Found", "", ""),
            () => said("413 Too Large", "", ""),
        }
    })
    .await;
    let upstream = open(url, None).await.expect("opens");
    let name = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    let object = Object::Blob(Kind::Data, name.parse().expect("a name"));
    let mut upload = Upload {
        body: stream::iter([Ok("x".into())]).boxed(),
    };
    let put = upstream.put(&repository(), object, &mut upload).await;
    assert!(matches!(put, Err(Fault::Full(_))), "{put:?}");
}

fn odd(head: &str, status: &str) -> Option<String> {
    if sentinel(head) {
        said("200 OK", "", "storage-id")
    } else {
        said(status, "Location: http://127.0.0.1:1/\r\n", "")
    }
}

#[tokio::test]
async fn a_list_or_a_content_that_breaks_off_is_an_error_and_no_end() {
    let url = listen(|head| {
        if sentinel(head) {
            return said("200 OK", "", "storage-id");
        }
        let text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\n[]";
        Some(text.to_owned())
    })
    .await;
    let upstream = open(url, None).await.expect("opens");
    let list = upstream.list(&repository(), Kind::Data).await;
    assert!(matches!(list, Err(Fault::Unreachable(_))), "{list:?}");
    let got = upstream.get(&repository(), Object::Config, Range::Whole);
    let found = got.await.expect("begins").expect("is there");
    assert_eq!(found.size, 9);
    let crate::server::storage::Content::Pieces(pieces) = found.content else {
        panic!("all at once");
    };
    let pieces: Vec<io::Result<_>> = pieces.collect().await;
    assert!(pieces.last().is_some_and(io::Result::is_err), "{pieces:?}");
}

#[tokio::test]
async fn nothing_but_a_lock_is_ever_removed() {
    let url = listen(|head| {
        if sentinel(head) {
            said("200 OK", "", "storage-id")
        } else {
            assert!(
                head.starts_with("DELETE") && head.contains("/locks/"),
                "{head}"
            );
            said("200 OK", "", "")
        }
    })
    .await;
    let upstream = open(url, None).await.expect("opens");
    let name = "0".repeat(64).parse().expect("a name");
    let remove = async |kind, how| {
        upstream
            .remove(&repository(), Object::Blob(kind, name), how)
            .await
    };
    assert!(
        remove(Kind::Locks, Removal::ForGood)
            .await
            .expect("is gone")
    );
    let refused = remove(Kind::Data, Removal::ToTrash(5)).await;
    assert!(matches!(refused, Err(Fault::NoTrash)), "{refused:?}");
    assert!(!upstream.has_trash());
}
