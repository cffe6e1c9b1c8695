//! One request to a destination, with everything about it bounded.

use super::decide::{Outcome, retry_after};
use crate::config::Destination;
use crate::preset::Sealed;
use crate::{RelayError, clock};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, Url, redirect};
use std::error::Error;

/// Bytes of an answer that are read: searches answer with lists.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The HTTP client of one destination.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
}

impl Client {
    /// A client for a destination.
    pub fn new(destination: &Destination) -> Result<Client, RelayError> {
        let url = Url::parse(destination.target.url()).ok();
        let insecure = url.as_ref().is_some_and(|url| url.scheme() == "http");
        Client::make(destination.timeout, insecure, url.as_ref().is_some_and(is_loopback))
            .map_err(|source| RelayError::Client { name: destination.name.clone(), source })
    }

    fn make(timeout: std::time::Duration, insecure: bool, loopback: bool) -> Result<Client, reqwest::Error> {
        // A program that embeds the relay may have installed its own provider, which then stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tanish-relay/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            // A redirect would repeat the events, and their key, at an address nobody configured.
            .redirect(redirect::Policy::none());
        if insecure {
            // Plain http needs no CA certificates, and small containers have none.
            builder = builder.tls_certs_only([]);
        }
        if loopback {
            builder = builder.no_proxy();
        }
        Ok(Client { http: builder.build()? })
    }

    /// Sends and waits for the end, whatever it is.
    pub async fn send(&self, request: Sealed) -> Outcome {
        let (method, url, headers) = match ready(&request) {
            Ok(ready) => ready,
            Err(problem) => return Outcome::Transport(problem),
        };
        let mut sending = self.http.request(method, url).headers(headers);
        if let Some(body) = request.body {
            sending = sending.body(body);
        }
        match sending.send().await {
            Ok(response) => answer(response).await,
            Err(error) => Outcome::Transport(words(error)),
        }
    }
}

fn ready(request: &Sealed) -> Result<(Method, Url, HeaderMap), String> {
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| "an unknown method".to_owned())?;
    let url = Url::parse(&request.url).map_err(|error| format!("the address is none: {error}"))?;
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no header"))?;
        // Bytes, not text: an id may hold letters beyond ASCII, which a header carries as they are.
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of the header {name} holds a control character"))?;
        headers.append(name, value);
    }
    Ok((method, url, headers))
}

async fn answer(mut response: Response) -> Outcome {
    let status = response.status().as_u16();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|value| retry_after(value, clock::now()));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ANSWER - body.len())]);
                if body.len() == LONGEST_ANSWER {
                    break;
                }
            }
            Ok(None) => break,
            // A refusal stays one. Of a success that broke off nobody knows what it would have said.
            Err(error) if (200..300).contains(&status) && !body.is_empty() => {
                return Outcome::Transport(words(error));
            }
            Err(_) => break,
        }
    }
    Outcome::Answer { status, retry_after, body }
}

/// The chain of causes, without the address: its query may hold a key.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words.push_str(": ");
        words.push_str(&next.to_string());
        cause = next.source();
    }
    words
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}
