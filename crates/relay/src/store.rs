//! The one thread that writes to the queue, and the handle everyone else holds.
//!
//! Requests that arrive while a commit is being written share the next one: under load a group of up to
//! [`GROUP`] requests pays for one wait for the disk, and a lone request waits for nobody.

use crate::RelayError;
use crate::clock;
use crate::config::Retention;
use crate::delivery::decide::as_millis;
use crate::history::Whose;
use crate::lock::FolderLock;
use crate::log::EventLog;
use crate::metrics::Metrics;
use crate::queue::{
    Aging, Depth, DestinationId, Failure, Journal, Known, Leases, NewEvent, People, Pushed, Queue,
    QueueError, Receipt,
};
use std::error::Error;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tanish::time::{Millis, rfc3339};
use tokio::sync::{Notify, oneshot};

/// Most requests in one commit.
const GROUP: usize = 256;
/// The event log follows the queue at this distance.
const LOG_EVERY: Duration = Duration::from_millis(200);
/// Between steps while there is more to write, so that requests get their turn.
const LOG_SOON: Duration = Duration::from_millis(10);
/// What is too old is looked for so often, and first a little after the start.
const AGE_EVERY: Duration = Duration::from_secs(600);
const AGE_FIRST: Duration = Duration::from_secs(5);
/// After a step that failed.
const LOG_RETRY: Duration = Duration::from_secs(5);

/// Why the store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The queue failed; nothing of the request was kept.
    #[error("the queue failed")]
    Queue(#[source] Arc<QueueError>),
    /// A customer could not be erased; ask again.
    #[error("not everything could be erased: ask again")]
    Erase(#[source] Arc<RelayError>),
    /// The relay is shutting down.
    #[error("the relay is shutting down")]
    Closed,
}

/// What became of leased events.
#[derive(Debug)]
pub enum Settlement {
    /// Delivered.
    Ack(Vec<Receipt>),
    /// To be tried again, not before.
    Nack(Vec<Receipt>, Millis),
    /// Not tried, and free from this time on.
    Release(Vec<Receipt>, Millis),
    /// Given up.
    Dead(Vec<Receipt>, Failure),
}

impl Settlement {
    /// Whether it is about no event at all.
    pub fn is_empty(&self) -> bool {
        match self {
            Settlement::Ack(receipts)
            | Settlement::Nack(receipts, _)
            | Settlement::Release(receipts, _)
            | Settlement::Dead(receipts, _) => receipts.is_empty(),
        }
    }
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Command {
    Push(Vec<NewEvent>, Reply<Vec<Pushed>>),
    Lease { destination: DestinationId, n: usize, ttl: Millis, reply: Reply<Leases> },
    Settle(Vec<Settlement>, Reply<()>),
    Depths(Reply<Vec<Depth>>),
    Find(Vec<String>, Reply<Option<Known>>),
    Erase(Known, Reply<usize>),
    Close,
}

/// The way to the queue. Cheap to clone; the thread ends with the last handle.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    commands: Sender<Command>,
    thread: Mutex<Option<JoinHandle<()>>>,
    news: Arc<Notify>,
}

impl Store {
    /// Starts the writer. It keeps the lock: the folder is free when the thread has ended, and no sooner.
    pub fn start<Q: Queue + Journal + People + Aging + 'static>(
        queue: Q,
        log: EventLog,
        retention: Retention,
        metrics: Arc<Metrics>,
        lock: FolderLock,
    ) -> std::io::Result<Store> {
        let (commands, inbox) = channel();
        let news = Arc::new(Notify::new());
        let writer = Writer { queue, log, retention, metrics, news: Arc::clone(&news), _lock: lock };
        let thread =
            std::thread::Builder::new().name("relay-writer".into()).spawn(move || writer.run(&inbox))?;
        Ok(Store(Arc::new(Inner { commands, thread: Mutex::new(Some(thread)), news })))
    }

    /// Keeps the events; when this returns they are on the disk.
    pub async fn push(&self, events: Vec<NewEvent>) -> Result<Vec<Pushed>, StoreError> {
        self.ask(|reply| Command::Push(events, reply)).await
    }

    /// Asks for work, as [`Queue::lease`].
    pub async fn lease(
        &self,
        destination: DestinationId,
        n: usize,
        ttl: Millis,
    ) -> Result<Leases, StoreError> {
        self.ask(|reply| Command::Lease { destination, n, ttl, reply }).await
    }

    /// Reports on work.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError> {
        self.ask(|reply| Command::Settle(settlements, reply)).await
    }

    /// How much waits.
    pub async fn depths(&self) -> Result<Vec<Depth>, StoreError> {
        self.ask(Command::Depths).await
    }

    /// Whoever the first of these names means. The event log is up to date when this returns.
    pub async fn find(&self, keys: Vec<String>) -> Result<Option<Known>, StoreError> {
        self.ask(|reply| Command::Find(keys, reply)).await
    }

    /// Forgets a customer: in the queue, among the dead letters and in the log; how many events the log lost.
    pub async fn erase(&self, known: Known) -> Result<usize, StoreError> {
        self.ask(|reply| Command::Erase(known, reply)).await
    }

    /// Woken whenever events were accepted.
    pub fn news(&self) -> &Notify {
        &self.0.news
    }

    /// Brings the event log up to date and ends the thread; whether it was well until now.
    pub async fn close(&self) -> bool {
        let inner = Arc::clone(&self.0);
        // Joining a thread blocks, which an async worker must not.
        tokio::task::spawn_blocking(move || inner.end()).await.unwrap_or(false)
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.commands.send(command(reply)).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Inner {
    /// Whether the thread ran until now, or was ended before.
    fn end(&self) -> bool {
        // A send can only fail because the thread has ended already.
        let _ = self.commands.send(Command::Close);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread.is_none_or(|thread| thread.join().is_ok())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

struct Writer<Q> {
    queue: Q,
    log: EventLog,
    retention: Retention,
    metrics: Arc<Metrics>,
    news: Arc<Notify>,
    // Last, so that it is dropped after the queue is closed.
    _lock: FolderLock,
}

impl<Q: Queue + Journal + People + Aging> Writer<Q> {
    fn run(mut self, inbox: &Receiver<Command>) {
        let mut log_due = Some(Instant::now());
        let mut age_due = Instant::now() + AGE_FIRST;
        loop {
            if age_due <= Instant::now() {
                age_due = Instant::now() + if self.age() { LOG_SOON } else { AGE_EVERY };
            }
            let first = match log_due.map(|due| due.min(age_due)).or(Some(age_due)) {
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(RecvTimeoutError::from),
            };
            let open = match first {
                Ok(command) => {
                    let (open, accepted) = self.serve(command, inbox);
                    if accepted && log_due.is_none() {
                        log_due = Some(Instant::now() + LOG_EVERY);
                    }
                    open
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if !open {
                while self.write_log() == Some(LOG_SOON) {}
                return;
            }
            if log_due.is_some_and(|due| due <= Instant::now()) {
                log_due = self.write_log().map(|wait| Instant::now() + wait);
            }
        }
    }

    /// Serves a command and those that came after it; whether to go on, and whether events were accepted.
    fn serve(&mut self, first: Command, inbox: &Receiver<Command>) -> (bool, bool) {
        let (mut pushes, mut open, mut others) = (Vec::new(), true, Vec::new());
        let mut next = Some(first);
        while let Some(command) = next.take() {
            match command {
                Command::Push(events, reply) => pushes.push((events, reply)),
                Command::Close => open = false,
                other => others.push(other),
            }
            if open && pushes.len() + others.len() < GROUP {
                next = inbox.try_recv().ok();
            }
        }
        let accepted = self.push(pushes);
        for command in others {
            self.other(command);
        }
        (open, accepted)
    }

    /// One commit for all; whether anything new came in.
    fn push(&mut self, pushes: Vec<(Vec<NewEvent>, Reply<Vec<Pushed>>)>) -> bool {
        if pushes.is_empty() {
            return false;
        }
        let mut events = Vec::with_capacity(pushes.iter().map(|(events, _)| events.len()).sum());
        let mut replies = Vec::with_capacity(pushes.len());
        for (mut batch, reply) in pushes {
            replies.push((batch.len(), reply));
            events.append(&mut batch);
        }
        let started = Instant::now();
        let answer = self.queue.push_batch(&events, clock::now());
        self.metrics.commit.observe(started.elapsed());
        match answer {
            Ok(pushed) => {
                let mut rest = pushed.as_slice();
                for (length, reply) in replies {
                    let (mine, others) = rest.split_at(length.min(rest.len()));
                    rest = others;
                    // The client may have gone; its events are kept all the same.
                    let _ = reply.send(Ok(mine.to_vec()));
                }
                let accepted = pushed.contains(&Pushed::Accepted);
                if accepted {
                    self.news.notify_waiters();
                }
                accepted
            }
            Err(error) => {
                tracing::error!(%error, "events could not be stored");
                let error = Arc::new(error);
                for (_, reply) in replies {
                    let _ = reply.send(Err(StoreError::Queue(Arc::clone(&error))));
                }
                false
            }
        }
    }

    fn other(&mut self, command: Command) {
        let failed = |error: QueueError| {
            tracing::error!(%error, "the queue failed");
            StoreError::Queue(Arc::new(error))
        };
        match command {
            Command::Lease { destination, n, ttl, reply } => {
                let leases = self.queue.lease(destination, n, ttl, clock::now()).map_err(failed);
                let _ = reply.send(leases);
            }
            Command::Settle(settlements, reply) => {
                let settled = settlements.iter().try_for_each(|settlement| self.settle(settlement));
                let _ = reply.send(settled.map_err(failed));
            }
            Command::Depths(reply) => {
                let _ = reply.send(self.queue.depths().map_err(failed));
            }
            Command::Find(keys, reply) => {
                while self.write_log() == Some(LOG_SOON) {}
                let _ = reply.send(self.queue.find(&keys).map_err(failed));
            }
            Command::Erase(known, reply) => {
                let _ = reply.send(self.erase(&known).map_err(|error| {
                    tracing::error!(%error, "a customer could not be erased");
                    StoreError::Erase(Arc::new(error))
                }));
            }
            Command::Push(..) | Command::Close => {}
        }
    }

    /// The log first: should this break off, the customer is still known, and the same request finishes it.
    fn erase(&mut self, known: &Known) -> Result<usize, RelayError> {
        while self.write_log() == Some(LOG_SOON) {}
        let whose = Whose {
            visitors: known.visitors().map(str::to_owned).collect(),
            customers: known.customers().map(str::to_owned).collect(),
        };
        let gone = self.log.erase(&whose, &mut self.queue)?;
        self.queue.erase(known)?;
        Ok(gone)
    }

    /// Forgets what is too old; whether there may be more.
    fn age(&mut self) -> bool {
        let now = clock::now();
        let mut aged = || -> Result<bool, RelayError> {
            let more = self.queue.forget_ids(now.saturating_sub(as_millis(self.retention.ids)))?;
            if let Some(keep) = self.retention.log {
                let before = rfc3339(now.saturating_sub(as_millis(keep)));
                self.log.forget(&before[..10], &mut self.queue)?;
            }
            Ok(more)
        };
        aged().unwrap_or_else(|error| {
            tracing::error!(%error, "what is too old could not be forgotten");
            false
        })
    }

    fn settle(&mut self, settlement: &Settlement) -> Result<(), QueueError> {
        match settlement {
            Settlement::Ack(receipts) => self.queue.ack(receipts, clock::now()),
            Settlement::Nack(receipts, until) => self.queue.nack(receipts, *until),
            Settlement::Release(receipts, until) => self.queue.release(receipts, *until),
            Settlement::Dead(receipts, failure) => self.queue.dead(receipts, failure, clock::now()),
        }
    }

    /// A step of the event log; when to take the next, if one is needed before new events come. What
    /// fails is told and tried again: nothing is lost, for the queue has it.
    fn write_log(&mut self) -> Option<Duration> {
        match self.log.step(&mut self.queue) {
            Ok(more) => more.then_some(LOG_SOON),
            Err(error) => {
                self.metrics.log_failures.add(1);
                let cause = error.source().map(ToString::to_string);
                tracing::error!(%error, cause, "the event log could not be written");
                Some(LOG_RETRY)
            }
        }
    }
}
