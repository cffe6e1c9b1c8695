//! The way into a destination: its key, a token fetched and kept, the rate it bears, and what is carried by
//! mail instead of HTTP.

use super::client::Client;
use super::decide::Outcome;
use super::mail::Mailer;
use crate::config::Destination;
use crate::preset::{Credential, Draft, Exchange, Judgement, Next, Sealed, Token, Transport};
use crate::{RelayError, clock};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;
use tanish::time::Millis;
use tokio::sync::Mutex;

/// A token is renewed so long before it ends.
const MARGIN: Millis = 60_000;

/// A key in hand.
#[derive(Debug, Clone)]
struct Key {
    credential: Credential,
    token: Option<Token>,
    /// When it ends, where it does.
    until: Option<Millis>,
    /// Tells it from the one before.
    generation: u64,
}

/// The way into one destination, shared by its workers.
#[derive(Debug)]
pub struct Door {
    client: Client,
    mailer: Option<Mailer>,
    rate: Option<DefaultDirectRateLimiter>,
    /// Held while a token is fetched: one fetch serves all.
    key: Mutex<Option<Arc<Key>>>,
}

/// How the last request of an exchange ended, for the dead letter.
pub struct Ended {
    pub judgements: Vec<Judgement>,
    pub outcome: Option<Outcome>,
}

impl Door {
    pub fn new(destination: &Destination) -> Result<Door, RelayError> {
        let limits = destination.limits();
        let rate = limits.rate.and_then(|(requests, span)| {
            let quota = Quota::with_period(span / requests.get())?;
            // No more at once than a second's worth: a window's whole allowance in a burst starves the next.
            let burst = (f64::from(requests.get()) / span.as_secs_f64()).floor().max(1.0);
            Some(RateLimiter::direct(quota.allow_burst(std::num::NonZeroU32::new(burst as u32)?)))
        });
        let is_mail = destination.target.preset().transport == Transport::Smtp;
        let mailer = if is_mail { Some(Mailer::new(destination)?) } else { None };
        Ok(Door { client: Client::new(destination)?, mailer, rate, key: Mutex::new(None) })
    }

    /// Runs an exchange to its end. `start` makes it, for the token in use; `seen` is told of each request.
    pub async fn exchange<'a>(
        &self,
        destination: &Destination,
        start: impl FnOnce(Option<&Token>) -> Option<Exchange<'a>>,
        mut seen: impl FnMut(&Draft, &Outcome),
    ) -> Option<Ended> {
        let mut key = self.key(destination, None).await;
        let token = key.as_ref().ok().and_then(|key| key.token.clone());
        let mut exchange = start(token.as_ref())?;
        let mut outcome = None;
        let mut renewed = false;
        while let Next::Send(draft) = exchange.advance() {
            let current = match &key {
                Ok(current) => Arc::clone(current),
                Err(judgement) => {
                    exchange.fail(judgement);
                    break;
                }
            };
            let came = self.send(&draft, &current.credential).await;
            seen(&draft, &came);
            match &came {
                Outcome::Answer { status, body, retry_after } => {
                    if exchange.is_locked(*status, body) && current.token.is_some() && !renewed {
                        renewed = true;
                        key = self.key(destination, Some(current.generation)).await;
                        continue;
                    }
                    exchange.receive(*status, body);
                    if let Some(wait) = retry_after {
                        exchange.hint(wait.div_ceil(1000));
                    }
                }
                Outcome::Transport(problem) => {
                    let reason = format!("{}: {problem}", draft.step);
                    exchange.fail(&Judgement::Retry { reason, after: None, pause: true });
                }
            }
            outcome = Some(came);
        }
        Some(Ended { judgements: exchange.judgements(), outcome })
    }

    async fn send(&self, draft: &Draft, credential: &Credential) -> Outcome {
        if let Some(rate) = &self.rate {
            rate.until_ready().await;
        }
        if let Some(mailer) = &self.mailer {
            return mailer.send(draft).await;
        }
        let Some(nonce) = nonce() else {
            return Outcome::Transport("the system gives no random numbers".into());
        };
        match draft.seal(credential, &nonce, clock::now()) {
            Ok(sealed) => self.client.send(sealed).await,
            Err(message) => Outcome::Answer { status: 400, retry_after: None, body: message.into_bytes() },
        }
    }

    /// The key in use, fetched where there is none, it ends, or `stale` names it.
    async fn key(&self, destination: &Destination, stale: Option<u64>) -> Result<Arc<Key>, Judgement> {
        let mut held = self.key.lock().await;
        let now = clock::now();
        if let Some(key) = held.as_ref()
            && stale != Some(key.generation)
            && key.until.is_none_or(|until| now < until)
        {
            return Ok(Arc::clone(key));
        }
        let generation = held.as_ref().map_or(0, |key| key.generation) + 1;
        let target = &destination.target;
        let locked = Judgement::Locked;
        let key = match target.credential().map_err(locked)? {
            Some(credential) => Key { credential, token: None, until: None, generation },
            None => {
                let token = self.log_in(destination).await?;
                let until = token.expires_in.map(|seconds| {
                    let span = seconds.saturating_mul(1000);
                    now.saturating_add(span.saturating_sub(MARGIN).max(span / 2))
                });
                Key {
                    credential: target.with_token(&token).map_err(locked)?,
                    token: Some(token),
                    until,
                    generation,
                }
            }
        };
        let key = Arc::new(key);
        *held = Some(Arc::clone(&key));
        Ok(key)
    }

    /// Fetches a token. What went wrong is told without the answer's body, which may hold one.
    async fn log_in(&self, destination: &Destination) -> Result<Token, Judgement> {
        let target = &destination.target;
        let (Some(login), Some(plan)) = (target.login().map_err(Judgement::Locked)?, target.login_plan())
        else {
            return Err(Judgement::Locked("there is no way to log in".to_owned()));
        };
        let mut headers = login.headers;
        headers.push(("Content-Type".to_owned(), login.content_type.to_owned()));
        headers.push(("Accept".to_owned(), "application/json, */*".to_owned()));
        let request = Sealed { method: "POST".to_owned(), url: login.url, headers, body: Some(login.body) };
        match self.client.send(request).await {
            Outcome::Answer { status: 200..=299, body, .. } => plan
                .token(200, &body)
                .map_err(|problem| Judgement::Locked(format!("login: {problem} (check the id and secret)"))),
            Outcome::Answer { status, retry_after, .. } if crate::preset::is_retryable(status) => {
                let after = retry_after.map(|wait| wait.div_ceil(1000));
                Err(Judgement::Retry { reason: format!("login: status {status}"), after, pause: true })
            }
            Outcome::Answer { status, .. } => {
                Err(Judgement::Locked(format!("login: status {status} (check the id and secret)")))
            }
            Outcome::Transport(problem) => {
                Err(Judgement::Retry { reason: format!("login: {problem}"), after: None, pause: true })
            }
        }
    }
}

fn nonce() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}
