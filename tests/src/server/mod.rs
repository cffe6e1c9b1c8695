//! A web server over folders that records every request and can be told to misbehave.

mod file;
pub mod listen;

use crate::error::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use file::Encoded;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A folder and the path it is served under.
#[derive(Debug, Clone)]
pub struct Mount {
    /// As in `/tanish/`; ends with a slash.
    pub path: String,
    /// The folder.
    pub folder: PathBuf,
}

impl Mount {
    /// Serves `folder` under `path`.
    pub fn new(path: &str, folder: impl AsRef<Path>) -> Self {
        Self { path: path.to_owned(), folder: folder.as_ref().to_path_buf() }
    }
}

/// What to answer instead of a file.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A bare status.
    Status(u16),
    /// A text of a content type.
    Text(&'static str, String),
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Served {
    /// `GET`, `POST` …
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// The answer's status.
    pub status: u16,
    /// Bytes of the answer's body as they went over the wire.
    pub bytes: usize,
}

#[derive(Default)]
struct Site {
    mounts: Vec<Mount>,
    answers: Mutex<BTreeMap<String, Answer>>,
    headers: Mutex<HeaderMap>,
    served: Mutex<Vec<Served>>,
    encoded: Mutex<BTreeMap<PathBuf, Encoded>>,
    knows_no_ranges: AtomicBool,
}

/// A shop's web server.
pub struct SiteServer {
    site: Arc<Site>,
    server: listen::Server,
}

impl SiteServer {
    /// Serves the mounts, the longest path first, on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(mut mounts: Vec<Mount>) -> Result<Self> {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.path.len()));
        let site = Arc::new(Site { mounts, ..Site::default() });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&site));
        Ok(Self { site, server: listen::serve(app, None).await? })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn origin(&self) -> String {
        self.server.origin()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.origin())
    }

    /// Answers a path so from now on. A `*` in it stands for anything.
    pub fn answer(&self, path: &str, answer: Answer) {
        lock(&self.site.answers).insert(path.to_owned(), answer);
    }

    /// Serves the files again.
    pub fn mend(&self) {
        lock(&self.site.answers).clear();
    }

    /// Adds a header to every answer from now on.
    pub fn header(&self, name: &'static str, value: &'static str) {
        lock(&self.site.headers).insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }

    /// From now on answers every request for a part of a file with the whole.
    pub fn ignore_ranges(&self) {
        self.site.knows_no_ranges.store(true, Ordering::Relaxed);
    }

    /// Every request answered so far.
    pub fn served(&self) -> Vec<Served> {
        lock(&self.site.served).clone()
    }

    /// Forgets the requests answered so far.
    pub fn forget_served(&self) {
        lock(&self.site.served).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let mut asked = request.headers().clone();
    if site.knows_no_ranges.load(Ordering::Relaxed) {
        asked.remove(header::RANGE);
    }
    let (status, mut headers, body) = site.respond(&path, &asked);
    for (name, value) in lock(&site.headers).iter() {
        headers.insert(name, value.clone());
    }
    let method = request.method().to_string();
    lock(&site.served).push(Served { method, path, status: status.as_u16(), bytes: body.len() });
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

impl Site {
    fn respond(&self, path: &str, request: &HeaderMap) -> (StatusCode, HeaderMap, Vec<u8>) {
        let answers = lock(&self.answers);
        let told =
            answers.iter().find(|(pattern, _)| matches(pattern, path)).map(|(_, answer)| answer.clone());
        drop(answers);
        match told {
            Some(Answer::Status(status)) => (
                StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT),
                HeaderMap::new(),
                Vec::new(),
            ),
            Some(Answer::Text(kind, text)) => {
                let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
                (StatusCode::OK, headers, text.into_bytes())
            }
            // A browser asks for it on its own.
            None if path == "/favicon.ico" => (StatusCode::NO_CONTENT, HeaderMap::new(), Vec::new()),
            None => self.file(path, request),
        }
    }

    fn file(&self, path: &str, request: &HeaderMap) -> (StatusCode, HeaderMap, Vec<u8>) {
        let absent = (StatusCode::NOT_FOUND, HeaderMap::new(), Vec::new());
        let Some(file) = self.mounts.iter().find_map(|mount| file::locate(mount, path)) else {
            return absent;
        };
        let Ok(bytes) = std::fs::read(&file) else { return absent };
        let mut encoded = lock(&self.encoded);
        let entry = encoded.entry(file.clone()).or_insert_with(|| Encoded::new(&bytes));
        if !entry.is_of(&bytes) {
            *entry = Encoded::new(&bytes);
        }
        file::respond(&file, bytes, entry, request)
    }
}

/// Whether a path fits a pattern with at most one `*`.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, end)) => {
            path.len() >= start.len() + end.len() && path.starts_with(start) && path.ends_with(end)
        }
    }
}
