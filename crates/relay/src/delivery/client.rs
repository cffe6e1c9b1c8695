//! One request to a destination, with everything about it bounded.

use super::decide::{Outcome, retry_after};
use super::webhook::Request;
use crate::config::Destination;
use crate::{RelayError, clock};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url, redirect};
use std::error::Error;

/// Bytes of an answer that are read, and kept with a dead letter.
const LONGEST_ANSWER: usize = 2048;

/// The HTTP client of one destination.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
}

impl Client {
    /// A client for a destination.
    pub fn new(destination: &Destination) -> Result<Client, RelayError> {
        // A program that embeds the relay may have installed its own provider, which then stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tanish-relay/", env!("CARGO_PKG_VERSION")))
            .timeout(destination.timeout)
            // A redirect would repeat the events, and their signature, at an address nobody configured.
            .redirect(redirect::Policy::none());
        if destination.url.scheme() == "http" {
            // Plain http needs no CA certificates, and small containers have none.
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(&destination.url) {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|source| RelayError::Client { name: destination.name.clone(), source })?;
        Ok(Client { http, url: destination.url.clone() })
    }

    /// Sends and waits for the end, whatever it is.
    pub async fn send(&self, request: Request) -> Outcome {
        let Some(headers) = headers(&request) else {
            return Outcome::Transport("an id that fits in no header".to_owned());
        };
        match self.http.post(self.url.clone()).headers(headers).body(request.body).send().await {
            Ok(response) => answer(response).await,
            Err(error) => Outcome::Transport(words(error)),
        }
    }
}

fn headers(request: &Request) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Bytes, not text: an id may hold letters beyond ASCII, which a header carries as they are.
    headers.insert("webhook-id", HeaderValue::from_bytes(request.id.as_bytes()).ok()?);
    headers.insert("webhook-timestamp", HeaderValue::from(request.timestamp));
    if let Some(signature) = &request.signature {
        headers.insert("webhook-signature", HeaderValue::from_str(signature).ok()?);
    }
    Some(headers)
}

async fn answer(mut response: Response) -> Outcome {
    let status = response.status().as_u16();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|value| retry_after(value, clock::now()));
    let mut body = Vec::new();
    // A body that breaks off does not change what the status said.
    while body.len() < LONGEST_ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ANSWER - body.len())]);
    }
    Outcome::Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() }
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
