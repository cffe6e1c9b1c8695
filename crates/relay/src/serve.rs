//! A plain HTTP server for a relay on its own: bounded in connections and in patience.

use crate::http::Peer;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections at a time; more wait in the system's queue.
const CONNECTIONS: usize = 4096;
/// For a request's headers, and for the next request on an open connection.
const HEADERS: Duration = Duration::from_secs(15);
/// For requests in hand at shutdown.
const GRACE: Duration = Duration::from_secs(15);
/// After a failed accept: out of file descriptors, mostly.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown` resolves and the requests in hand are answered.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok((stream, address)) => (stream, Peer(address.ip())),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let connection =
            http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(HEADERS).serve_connection(
                TokioIo::new(stream),
                TowerToHyperService::new(router.clone().layer(Extension(peer))),
            );
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off at shutdown: they took too long");
    }
}
