//! A small HTTP server that answers as the test says, errors and silence included, and remembers
//! what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Answers, and closes the connection.
    Reply {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Promises `whole` bytes of body, sends these, and closes.
    CutOff {
        status: u16,
        sent: Vec<u8>,
        whole: usize,
    },
    /// Promises `whole` bytes of body, sends these, and then nothing more.
    Stall {
        status: u16,
        sent: Vec<u8>,
        whole: usize,
    },
    /// Reads the request and never answers.
    Hang,
    /// Reads the request and closes the connection.
    Close,
}

impl Answer {
    /// Answers with a status and no body.
    pub fn status(status: u16) -> Self {
        Self::body(status, "text/plain", "")
    }

    pub fn body(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self::Reply {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Answers with the page that a hotel or a proxy puts in the place of what was asked for.
    pub fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><body>Please log in to the network</body></html>\n";
        Self::body(status, "text/html; charset=utf-8", page)
    }

    pub fn json(body: &str) -> Self {
        Self::body(200, "application/json", body)
    }

    /// Sends the client to another address.
    pub fn redirect(status: u16, to: &str) -> Self {
        let headers = vec![("Location".to_owned(), to.to_owned())];
        Self::Reply {
            status,
            headers,
            body: Vec::new(),
        }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Reply { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A request that the server saw.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The path with the query, as it was on the wire.
    pub path: String,
    /// Names in lower case, in the order of the wire.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| *known == name.to_lowercase());
        found.map(|(_, value)| value.as_str())
    }
}

/// The server; its threads end when it is dropped.
pub struct FaultServer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    gone: Arc<AtomicBool>,
}

impl FaultServer {
    /// Starts one that gives every request the same answer.
    pub fn always(answer: Answer) -> Self {
        Self::start(move |_| answer.clone())
    }

    /// Starts one that lets this function decide.
    pub fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            gone: Arc::default(),
        };
        let (seen, gone, script) = (server.seen.clone(), server.gone.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if gone.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, gone, script) = (seen.clone(), gone.clone(), script.clone());
                // A client that went away in the middle is none of the server's business.
                thread::spawn(move || drop(serve(stream, &seen, &gone, &*script)));
            }
        });
        server
    }

    /// Returns `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns `http://localhost:PORT`: for a client, another host.
    pub fn url_of_another_host(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Checks that this text (a secret, also as a Basic header has it) reached the server nowhere.
    #[track_caller]
    pub fn assert_never_saw(&self, secret: &str) {
        for request in self.requests() {
            let all = format!(
                "{} {:?} {}",
                request.path,
                request.headers,
                request.body.escape_ascii()
            );
            assert!(
                !all.contains(secret),
                "the server was shown a secret: {request:?}"
            );
        }
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections, so that it sees it.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    gone: &AtomicBool,
    script: &dyn Fn(&Request) -> Answer,
) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let Some(request) = read_request(&mut BufReader::new(stream))? else {
        return Ok(());
    };
    seen.lock().unwrap().push(request.clone());
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {length}\r\nConnection: close\r\n")
    };
    match script(&request) {
        Answer::Reply {
            status,
            headers,
            body,
        } => {
            let mut text = head(status, body.len());
            for (name, value) in headers {
                text.extend([&name, ": ", &value, "\r\n"]);
            }
            writer.write_all((text + "\r\n").as_bytes())?;
            if request.method != "HEAD" {
                writer.write_all(&body)?;
            }
        }
        Answer::CutOff {
            status,
            sent,
            whole,
        } => {
            writer.write_all((head(status, whole) + "\r\n").as_bytes())?;
            writer.write_all(&sent)?;
        }
        Answer::Stall {
            status,
            sent,
            whole,
        } => {
            writer.write_all((head(status, whole) + "\r\n").as_bytes())?;
            writer.write_all(&sent)?;
            wait_until(gone);
        }
        Answer::Hang => wait_until(gone),
        Answer::Close => {}
    }
    Ok(())
}

/// Keeps a connection open, and its client waiting, until the server is dropped.
fn wait_until(gone: &AtomicBool) {
    while !gone.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(20));
    }
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    if let Some(length) = request
        .header("content-length")
        .and_then(|text| text.parse().ok())
    {
        reader.take(length).read_to_end(&mut request.body)?;
    }
    Ok(Some(request))
}
