//! The loop of a destination: lease, send, settle.
//!
//! Several workers share a destination. A lane belongs to one worker at a time, so a visitor's events go
//! out in order, while a slow visitor holds up nobody else.

use super::decide::{
    Outcome, Try, Verdict, as_millis, blames_content, decide, needs_mending, patience, problem, wait,
};
use super::door::{Door, Ended};
use super::gather::gather;
use crate::clock;
use crate::config::Destination;
use crate::metrics::Metrics;
use crate::preset::{Exchange, Fate, Item, Judgement};
use crate::queue::{DestinationId, Failure, Leased, Receipt};
use crate::store::{Settlement, Store, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tanish::time::{HOUR, Millis};
use tokio::sync::watch;

/// Events a worker takes at a time where each is a request of its own.
const TAKE: usize = 16;
/// How often an idle worker looks for dead letters replayed by another process.
const LOOK: Duration = Duration::from_secs(30);
/// How often an event is looked at again whose person nobody knows yet. A sign-in wakes it at once.
const HELD: Millis = HOUR;
/// Bytes of an answer that are kept with a dead letter.
const KEPT: usize = 2048;
/// A lease outlives everything a worker may do with it: it is void anyway when the process ends.
const LEASE: Millis = 24 * HOUR;

/// What the workers of a destination share.
#[derive(Debug)]
pub struct Route {
    id: DestinationId,
    /// Position in the metrics.
    position: usize,
    destination: Destination,
    door: Door,
    metrics: Arc<Metrics>,
    trouble: Trouble,
}

/// A destination that is down or asked for a pause: nothing is sent to it meanwhile.
#[derive(Debug, Default)]
struct Trouble {
    until: AtomicU64,
    in_a_row: AtomicU32,
    /// Refusals in a row, of whatever events.
    refused: AtomicU32,
}

/// A leased event with its fate.
struct Work<'a> {
    leased: &'a Leased,
    item: Item,
}

impl Route {
    /// A route to a destination.
    pub fn new(
        id: DestinationId,
        position: usize,
        destination: Destination,
        door: Door,
        metrics: Arc<Metrics>,
    ) -> Route {
        Route { id, position, destination, door, metrics, trouble: Trouble::default() }
    }

    /// Requests in flight.
    pub fn workers(&self) -> u32 {
        self.destination.limits().concurrency
    }

    fn take(&self) -> usize {
        self.destination.largest_batch().max(TAKE)
    }

    fn is_paused(&self) -> Option<Millis> {
        let until = self.trouble.until.load(Ordering::Relaxed);
        (until > clock::now()).then_some(until)
    }
}

/// Delivers until told to stop; a request in hand is finished, the rest stays queued.
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
            Err(StoreError::Queue(_) | StoreError::Erase(_)) => Some(LOOK),
        };
        let Some(idle) = idle else { continue };
        let paused = route.is_paused().is_some();
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
    if let Some(until) = route.is_paused() {
        return Ok(Some(Duration::from_millis(until.saturating_sub(clock::now())).min(LOOK)));
    }
    let leases = store.lease(route.id, route.take(), LEASE).await?;
    if leases.events.is_empty() {
        let wait =
            leases.next_due.map_or(LOOK, |due| Duration::from_millis(due.saturating_sub(clock::now())));
        return Ok(Some(wait.min(LOOK)));
    }
    deliver(route, store, stop, &leases.events).await?;
    Ok(None)
}

/// Request by request. After a failure the rest of that visitor's events wait for it. What became of a
/// request is noted before the next goes out: a death repeats the one under way, not the whole lease.
async fn deliver(
    route: &Route,
    store: &Store,
    stop: &watch::Receiver<bool>,
    leased: &[Leased],
) -> Result<(), StoreError> {
    let target = &route.destination.target;
    let mut works: Vec<Work<'_>> = leased
        .iter()
        .map(|leased| Work {
            leased,
            item: target.item(&leased.message_id, &leased.body, leased.customer.as_deref()),
        })
        .collect();
    let mut waiting: HashSet<&str> = HashSet::new();
    while !works.is_empty() {
        let group = gather(
            &mut works,
            |work| (work.leased.visitor.as_str(), &work.item),
            |action| route.destination.batch_of(action),
        );
        let (open, blocked): (Vec<Work<'_>>, Vec<Work<'_>>) =
            group.into_iter().partition(|work| !waiting.contains(work.leased.visitor.as_str()));
        // What waits for an event before it went back to the queue with that one.
        drop(blocked);
        if open.is_empty() {
            continue;
        }
        if *stop.borrow() || route.is_paused().is_some() {
            // The destination went down under this lease, or the relay stops: untried, not failed.
            let until = route.is_paused().unwrap_or(0);
            give_back(store, &open, until, &mut waiting).await?;
            continue;
        }
        match open[0].item.fate.clone() {
            Fate::Act(action) => attempt(route, store, action, &open, &mut waiting).await?,
            Fate::Skip(reason) => skip(route, store, &open, reason).await?,
            Fate::Hold => hold(route, store, &open, &mut waiting).await?,
            Fate::Bad(message) => {
                let judgement = Judgement::Dead(message);
                let ended = Ended { judgements: vec![judgement; open.len()], outcome: None };
                settle(route, store, &ended, &open, &mut waiting).await?;
            }
        }
    }
    Ok(())
}

async fn give_back<'a>(
    store: &Store,
    works: &[Work<'a>],
    until: Millis,
    waiting: &mut HashSet<&'a str>,
) -> Result<(), StoreError> {
    waiting.extend(works.iter().map(|work| work.leased.visitor.as_str()));
    let receipts = works.iter().map(|work| work.leased.receipt).collect();
    store.settle(vec![Settlement::Release(receipts, until)]).await
}

async fn skip(route: &Route, store: &Store, works: &[Work<'_>], reason: &str) -> Result<(), StoreError> {
    route.metrics.destinations[route.position].skipped.add(works.len() as u64);
    tracing::debug!(
        destination = route.destination.name,
        events = works.len(),
        reason,
        "not for this destination"
    );
    store.settle(vec![Settlement::Ack(works.iter().map(|work| work.leased.receipt).collect())]).await
}

/// Events of nobody known wait for a sign-in as long as the configuration says.
async fn hold<'a>(
    route: &Route,
    store: &Store,
    works: &[Work<'a>],
    waiting: &mut HashSet<&'a str>,
) -> Result<(), StoreError> {
    let now = clock::now();
    let held = as_millis(route.destination.hold);
    for work in works {
        let end = work.leased.since.saturating_add(held);
        let one = std::slice::from_ref(work);
        if waiting.contains(work.leased.visitor.as_str()) {
            continue;
        }
        if end <= now {
            skip(route, store, one, "nobody knows whose it is").await?;
        } else {
            give_back(store, one, end.min(now + HELD), waiting).await?;
        }
    }
    Ok(())
}

/// One request for all of them; one each where the destination blames what is in it.
async fn attempt<'a>(
    route: &Route,
    store: &Store,
    action: usize,
    works: &[Work<'a>],
    waiting: &mut HashSet<&'a str>,
) -> Result<(), StoreError> {
    let ended = send(route, action, works).await;
    let is_blamed = match &ended.outcome {
        Some(Outcome::Answer { status, .. }) => blames_content(*status),
        _ => false,
    };
    let all_dead = ended.judgements.iter().all(|judgement| matches!(judgement, Judgement::Dead(_)));
    let is_split = ended.judgements.iter().all(|judgement| matches!(judgement, Judgement::Split(_)));
    if works.len() > 1 && (is_split || all_dead && (is_blamed || ended.outcome.is_none())) {
        for work in works {
            if waiting.contains(work.leased.visitor.as_str()) {
                continue;
            }
            let one = std::slice::from_ref(work);
            if let Some(until) = route.is_paused() {
                give_back(store, one, until, waiting).await?;
                continue;
            }
            let ended = send(route, action, one).await;
            settle(route, store, &ended, one, waiting).await?;
        }
        return Ok(());
    }
    settle(route, store, &ended, works, waiting).await
}

async fn send(route: &Route, action: usize, works: &[Work<'_>]) -> Ended {
    let items: Vec<&Item> = works.iter().map(|work| &work.item).collect();
    let destination = &route.destination;
    let grouped = destination.is_grouped(action);
    let start = |token: Option<&crate::preset::Token>| {
        Exchange::new(&destination.target, action, &items, token, grouped, clock::now())
    };
    let nothing = || Ended { judgements: vec![Judgement::Delivered; works.len()], outcome: None };
    route.door.exchange(destination, start, |_, _| {}).await.unwrap_or_else(nothing)
}

/// Decides over each event of one request, counts and tells.
async fn settle<'a>(
    route: &Route,
    store: &Store,
    ended: &Ended,
    works: &[Work<'a>],
    waiting: &mut HashSet<&'a str>,
) -> Result<(), StoreError> {
    let (now, chance) = (clock::now(), fastrand::f64());
    let destination = &route.destination;
    let refused = note_refusals(route, &ended.judgements);
    let (mut delivered, mut again, mut again_at, mut given_up) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut pauses: Option<(&Judgement, Millis)> = None;
    for (work, judgement) in works.iter().zip(&ended.judgements) {
        let Leased { attempts, since, receipt, .. } = *work.leased;
        let this = Try { attempts, since, now, chance, refused };
        match decide(judgement, this, destination.backoff, destination.max_age) {
            Verdict::Delivered => delivered.push(receipt),
            Verdict::Retry { until, pause } => {
                again.push(receipt);
                again_at = until.max(again_at);
                waiting.insert(work.leased.visitor.as_str());
                if pause {
                    pauses = Some((judgement, until));
                }
            }
            Verdict::Dead(reason) => given_up.push((receipt, reason)),
        }
    }
    if let Some((judgement, until)) = pauses {
        start_pause(route, judgement, until, now);
    } else if !delivered.is_empty() {
        route.trouble.in_a_row.store(0, Ordering::Relaxed);
    }
    let why = ended.judgements.iter().find(|judgement| !matches!(judgement, Judgement::Delivered));
    tell(route, why, &delivered, &again, &given_up);
    // Dead letters first: a retry ends the lease of its lane, and with it the other receipts.
    let mut settled: Vec<Settlement> = given_up
        .into_iter()
        .map(|(receipt, reason)| {
            Settlement::Dead(vec![receipt], failure(route, ended.outcome.as_ref(), reason))
        })
        .collect();
    settled.push(Settlement::Ack(delivered));
    settled.push(Settlement::Nack(again, again_at));
    settled.retain(|settlement| !settlement.is_empty());
    store.settle(settled).await
}

/// How many events in a row were refused, up to these.
fn note_refusals(route: &Route, judgements: &[Judgement]) -> u32 {
    let refusals = &route.trouble.refused;
    if judgements.iter().any(|one| matches!(one, Judgement::Delivered)) {
        refusals.store(0, Ordering::Relaxed);
        return 0;
    }
    let more = judgements.iter().filter(|one| matches!(one, Judgement::Refused(_))).count();
    let more = u32::try_from(more).unwrap_or(u32::MAX).min(1);
    refusals.fetch_add(more, Ordering::Relaxed).saturating_add(more)
}

fn tell(
    route: &Route,
    why: Option<&Judgement>,
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
        let problem = why.map_or("", problem);
        tracing::warn!(destination, events = again.len(), problem, "delivery failed, trying again");
    }
    if let Some((_, reason)) = given_up.first() {
        let events = given_up.len();
        tracing::error!(destination, events, reason, "delivery given up: see `tanish relay dead list`");
    }
}

fn failure(route: &Route, outcome: Option<&Outcome>, reason: String) -> Failure {
    match outcome {
        Some(Outcome::Answer { status, body, .. }) => {
            let mut response = String::from_utf8_lossy(&body[..body.len().min(KEPT)]).into_owned();
            for secret in route.destination.target.secret_values() {
                response = response.replace(secret, "…");
            }
            Failure { status: Some(*status), reason, response }
        }
        _ => Failure { status: None, reason, response: String::new() },
    }
}

/// Holds the whole destination: as long as it asked, or by the number of failures in a row.
fn start_pause(route: &Route, judgement: &Judgement, until: Millis, now: Millis) {
    let in_a_row = route.trouble.in_a_row.fetch_add(1, Ordering::Relaxed);
    let asked = matches!(judgement, Judgement::Retry { after: Some(_), .. });
    let backoff = patience(judgement, route.destination.backoff);
    let until = if asked { until } else { now.saturating_add(wait(backoff, in_a_row, fastrand::f64())) };
    route.trouble.until.fetch_max(until, Ordering::Relaxed);
    if needs_mending(judgement) {
        let (destination, problem) = (route.destination.name.as_str(), problem(judgement));
        tracing::error!(
            destination,
            problem,
            "nothing is sent until this is mended: see `tanish relay test`"
        );
    }
}
