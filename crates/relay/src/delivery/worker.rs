//! The loop of a destination: lease, send, settle.
//!
//! Several workers share a destination. A lane belongs to one worker at a time, so a visitor's events go
//! out in order, while a slow visitor holds up nobody else.

use super::client::Client;
use super::decide::{Outcome, Try, Verdict, blames_content, decide, patience, problem, wait};
use super::webhook;
use crate::clock;
use crate::config::Destination;
use crate::metrics::Metrics;
use crate::queue::{DestinationId, Failure, Leased, Receipt};
use crate::store::{Settlement, Store, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tanish::time::Millis;
use tokio::sync::watch;

/// Events a worker takes at a time where each is a request of its own.
const TAKE: usize = 16;
/// How often an idle worker looks for dead letters replayed by another process.
const LOOK: Duration = Duration::from_secs(30);

/// What the workers of a destination share.
#[derive(Debug)]
pub struct Route {
    id: DestinationId,
    /// Position in the metrics.
    position: usize,
    destination: Destination,
    client: Client,
    metrics: Arc<Metrics>,
    trouble: Trouble,
}

/// A destination that is down or asked for a pause: nothing is sent to it meanwhile.
#[derive(Debug, Default)]
struct Trouble {
    until: AtomicU64,
    in_a_row: AtomicU32,
}

impl Route {
    /// A route to a destination.
    pub fn new(
        id: DestinationId,
        position: usize,
        destination: Destination,
        client: Client,
        metrics: Arc<Metrics>,
    ) -> Route {
        Route { id, position, destination, client, metrics, trouble: Trouble::default() }
    }

    fn take(&self) -> usize {
        if self.destination.batch > 1 { self.destination.batch } else { TAKE }
    }

    /// Longer than all requests of one lease can take: one each, or a batch and then each.
    fn ttl(&self) -> Millis {
        let requests = u32::try_from(self.take() + 2).unwrap_or(u32::MAX);
        Millis::try_from(self.destination.timeout.saturating_mul(requests).as_millis()).unwrap_or(Millis::MAX)
    }
}

/// Delivers until told to stop; a lease in hand is finished event by event, the rest stays queued.
pub async fn run(route: Arc<Route>, store: Store, mut stop: watch::Receiver<bool>) {
    loop {
        // Listen before looking, or events committed in between would wait for the next look.
        let news = store.news().notified();
        tokio::pin!(news);
        news.as_mut().enable();
        if *stop.borrow() {
            return;
        }
        let idle = match work(&route, &store, &stop).await {
            Ok(idle) => idle,
            Err(StoreError::Closed) => return,
            Err(StoreError::Queue(_)) => Some(LOOK),
        };
        let Some(idle) = idle else { continue };
        let paused = route.trouble.until.load(Ordering::Relaxed) > clock::now();
        tokio::select! {
            () = tokio::time::sleep(idle) => {}
            () = news, if !paused => {}
            _ = stop.changed() => {}
        }
    }
}

/// One lease; how long to rest when there was nothing to do.
async fn work(
    route: &Route,
    store: &Store,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Duration>, StoreError> {
    let paused = route.trouble.until.load(Ordering::Relaxed).saturating_sub(clock::now());
    if paused > 0 {
        return Ok(Some(Duration::from_millis(paused).min(LOOK)));
    }
    let leases = store.lease(route.id, route.take(), route.ttl()).await?;
    if leases.events.is_empty() {
        let wait =
            leases.next_due.map_or(LOOK, |due| Duration::from_millis(due.saturating_sub(clock::now())));
        return Ok(Some(wait.min(LOOK)));
    }
    if route.destination.batch > 1 {
        deliver_batch(route, store, stop, &leases.events).await?;
    } else {
        deliver_each(route, store, stop, &leases.events).await?;
    }
    Ok(None)
}

/// A request an event. After a failure the rest of that visitor's events wait for it. What became of a
/// request is noted before the next goes out: a death repeats the one under way, not the whole lease.
async fn deliver_each(
    route: &Route,
    store: &Store,
    stop: &watch::Receiver<bool>,
    events: &[Leased],
) -> Result<(), StoreError> {
    let mut waiting: HashSet<&str> = HashSet::new();
    for event in events {
        if waiting.contains(event.visitor.as_str()) {
            continue;
        }
        let paused_until = route.trouble.until.load(Ordering::Relaxed);
        if *stop.borrow() || paused_until > clock::now() {
            // The destination went down under this lease, or the relay stops: untried, not failed.
            waiting.insert(&event.visitor);
            store.settle(vec![Settlement::Release(vec![event.receipt], paused_until)]).await?;
            continue;
        }
        let secret = route.destination.secret.as_ref();
        let one = std::slice::from_ref(event);
        let request = if route.destination.batch > 1 {
            webhook::batch(pairs(one), secret, clock::now())
        } else {
            webhook::single(&event.message_id, &event.body, secret, clock::now())
        };
        let verdicts = judge(route, &route.client.send(request).await, one);
        if verdicts.iter().any(|verdict| matches!(verdict, Settlement::Nack(..))) {
            waiting.insert(&event.visitor);
        }
        store.settle(verdicts).await?;
    }
    Ok(())
}

/// All events in one request; each alone where the destination blames what is in it.
async fn deliver_batch(
    route: &Route,
    store: &Store,
    stop: &watch::Receiver<bool>,
    events: &[Leased],
) -> Result<(), StoreError> {
    let secret = route.destination.secret.as_ref();
    let outcome = route.client.send(webhook::batch(pairs(events), secret, clock::now())).await;
    if let Outcome::Answer { status, .. } = outcome
        && blames_content(status)
        && events.len() > 1
    {
        return deliver_each(route, store, stop, events).await;
    }
    store.settle(judge(route, &outcome, events)).await
}

fn pairs(events: &[Leased]) -> impl Iterator<Item = (&str, &str)> + Clone {
    events.iter().map(|event| (event.message_id.as_str(), event.body.as_str()))
}

/// Decides over each event of one request, counts and tells.
fn judge(route: &Route, outcome: &Outcome, events: &[Leased]) -> Vec<Settlement> {
    let (now, chance) = (clock::now(), fastrand::f64());
    let (mut delivered, mut again, mut again_at, mut given_up) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut pauses = false;
    for event in events {
        let this = Try { attempts: event.attempts, since: event.since, now, chance };
        match decide(outcome, this, route.destination.backoff, route.destination.max_age) {
            Verdict::Delivered => delivered.push(event.receipt),
            Verdict::Retry { until, pause } => {
                again.push(event.receipt);
                again_at = until.max(again_at);
                pauses |= pause;
            }
            Verdict::Dead(reason) => given_up.push((event.receipt, reason)),
        }
    }
    if pauses {
        start_pause(route, outcome, again_at, now);
    } else if !delivered.is_empty() {
        route.trouble.in_a_row.store(0, Ordering::Relaxed);
    }
    tell(route, outcome, &delivered, &again, &given_up);
    // Dead letters first: a retry ends the lease of its lane, and with it the other receipts.
    let mut settled: Vec<Settlement> = given_up
        .into_iter()
        .map(|(receipt, reason)| Settlement::Dead(vec![receipt], failure(outcome, reason)))
        .collect();
    settled.push(Settlement::Ack(delivered));
    settled.push(Settlement::Nack(again, again_at));
    settled.retain(|settlement| !settlement.is_empty());
    settled
}

fn tell(
    route: &Route,
    outcome: &Outcome,
    delivered: &[Receipt],
    again: &[Receipt],
    given_up: &[(Receipt, String)],
) {
    let metrics = &route.metrics.destinations[route.position];
    metrics.delivered.add(delivered.len() as u64);
    metrics.retried.add(again.len() as u64);
    metrics.dead.add(given_up.len() as u64);
    let destination = route.destination.name.as_str();
    if !again.is_empty() {
        let problem = problem(outcome);
        tracing::warn!(destination, events = again.len(), problem, "delivery failed, trying again");
    }
    if let Some((_, reason)) = given_up.first() {
        let events = given_up.len();
        tracing::error!(destination, events, reason, "delivery given up: see `tanish relay dead`");
    }
}

fn failure(outcome: &Outcome, reason: String) -> Failure {
    match outcome {
        Outcome::Answer { status, body, .. } => {
            Failure { status: Some(*status), reason, response: body.clone() }
        }
        Outcome::Transport(_) => Failure { status: None, reason, response: String::new() },
    }
}

/// Holds the whole destination: as long as it asked, or by the number of failures in a row.
fn start_pause(route: &Route, outcome: &Outcome, until: Millis, now: Millis) {
    let in_a_row = route.trouble.in_a_row.fetch_add(1, Ordering::Relaxed);
    let asked = matches!(outcome, Outcome::Answer { retry_after: Some(_), .. });
    let backoff = patience(outcome, route.destination.backoff);
    let until = if asked { until } else { now.saturating_add(wait(backoff, in_a_row, fastrand::f64())) };
    route.trouble.until.fetch_max(until, Ordering::Relaxed);
}
