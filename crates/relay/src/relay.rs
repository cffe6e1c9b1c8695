//! The relay as a whole: opened, mounted, started, stopped.

use crate::config::Config;
use crate::delivery::{self, Door, Route};
use crate::lock::FolderLock;
use crate::log::EventLog;
use crate::metrics::Metrics;
use crate::queue::{Durability, Queue, SqliteQueue};
use crate::store::Store;
use crate::{RelayError, http, serve};
use axum::Router;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A relay: its queue is open and takes events; delivery runs once it is [started](Relay::start).
///
/// Its data folder is in use until [`Relay::shutdown`] returns, or until the relay, its routers and what
/// they serve are all dropped.
#[derive(Debug)]
pub struct Relay {
    config: Config,
    store: Store,
    metrics: Arc<Metrics>,
    routes: Vec<Arc<Route>>,
}

impl Relay {
    /// The queue's database in a data folder.
    pub fn database(data: &Path) -> PathBuf {
        data.join("relay.sqlite")
    }

    /// Opens the data folder, or makes it, and brings the event log in line with the queue.
    ///
    /// # Errors
    /// When the folder cannot be used or another relay uses it, the database is damaged or newer than
    /// this program, or a destination's HTTPS client cannot be made.
    pub fn open(config: Config) -> Result<Relay, RelayError> {
        let events = config.data.join("events");
        let folder = |source| RelayError::Folder { path: events.clone(), source };
        std::fs::create_dir_all(&events).map_err(folder)?;
        let lock = FolderLock::take(&config.data)?;
        let mut queue = SqliteQueue::open(&Relay::database(&config.data), Durability::PowerCut)?;
        let names: Vec<String> = config.destinations.iter().map(|one| one.name.clone()).collect();
        let ids = queue.route(&names)?;
        for depth in queue.depths()? {
            if depth.pending > 0 && !names.contains(&depth.destination) {
                let (name, pending) = (depth.destination, depth.pending);
                tracing::warn!(
                    name,
                    pending,
                    "events wait for a destination that is not configured any more"
                );
            }
        }
        let metrics = Arc::new(Metrics::new(names.iter().map(String::as_str)));
        let mut routes = Vec::with_capacity(ids.len());
        for (position, (id, destination)) in ids.into_iter().zip(&config.destinations).enumerate() {
            let door = Door::new(destination)?;
            let route = Route::new(id, position, destination.clone(), door, Arc::clone(&metrics));
            routes.push(Arc::new(route));
        }
        let log = EventLog::open(events.clone(), &queue)?;
        let store = Store::start(queue, log, config.retention, Arc::clone(&metrics), lock).map_err(folder)?;
        Ok(Relay { config, store, metrics, routes })
    }

    /// The relay's routes, to serve alone or merge into another application.
    pub fn router(&self) -> Router {
        http::router(self.config.clone(), self.store.clone(), Arc::clone(&self.metrics))
    }

    /// The counters behind `/metrics`.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Starts delivery on the current Tokio runtime. Dropping the handle stops it where it stands.
    pub fn start(&self) -> Running {
        let (stop, stopped) = watch::channel(false);
        let mut workers = JoinSet::new();
        for route in &self.routes {
            for _ in 0..route.workers() {
                workers.spawn(delivery::run(Arc::clone(route), self.store.clone(), stopped.clone()));
            }
        }
        Running { stop, workers }
    }

    /// Serves until `shutdown` resolves; then finishes the requests and deliveries in hand, writes the
    /// event log and closes the queue.
    ///
    /// # Errors
    /// When a part ended before its time.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), RelayError> {
        let running = self.start();
        serve::serve(listener, self.router(), shutdown).await;
        let delivery = running.shutdown().await;
        self.shutdown().await?;
        delivery
    }

    /// Writes the event log and closes the queue. Routers that still stand answer 503 from now on.
    ///
    /// # Errors
    /// When the writer had stopped before.
    pub async fn shutdown(self) -> Result<(), RelayError> {
        if self.store.close().await { Ok(()) } else { Err(RelayError::Stopped) }
    }
}

/// Delivery under way.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    workers: JoinSet<()>,
}

impl Running {
    /// Finishes the requests in flight and notes what became of them. The rest stays in the queue.
    ///
    /// # Errors
    /// When a worker panicked.
    pub async fn shutdown(mut self) -> Result<(), RelayError> {
        self.stop.send_replace(true);
        let mut fine = true;
        while let Some(ended) = self.workers.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a delivery worker ended before its time");
                fine = false;
            }
        }
        if fine { Ok(()) } else { Err(RelayError::Stopped) }
    }
}
