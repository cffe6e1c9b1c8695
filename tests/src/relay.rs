//! A relay on this machine.

use crate::error::{Error, Result};
use crate::webhook::Webhook;
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tanish_relay::{Config, Destination, Relay};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running relay that forwards to one webhook.
pub struct RelayServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<()>>,
}

impl RelayServer {
    /// Starts a relay that keeps its data in `data`, on `port` or on a free one, for pages of `origin`.
    ///
    /// # Errors
    /// When the port or the folder cannot be used.
    pub async fn start(data: &Path, webhook: &Webhook, origin: &str, port: Option<u16>) -> Result<Self> {
        let origin = tanish_relay::config::Origin::parse(origin).map_err(setup)?;
        Self::with(data, webhook, port, |config| config.origins.push(origin)).await
    }

    /// As [`RelayServer::start`], with settings of your own.
    ///
    /// # Errors
    /// As [`RelayServer::start`].
    pub async fn with(
        data: &Path,
        webhook: &Webhook,
        port: Option<u16>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<Self> {
        let mut config = config(data, webhook)?;
        adjust(&mut config);
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
        let listener = TcpListener::bind(wanted).await.map_err(Error::io(wanted.to_string()))?;
        let address = listener.local_addr().map_err(Error::io(wanted.to_string()))?;
        let relay = Relay::open(config).map_err(setup)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let until = async {
                if stopped.await.is_err() {
                    pending::<()>().await;
                }
            };
            relay.serve(listener, until).await.map_err(setup)
        });
        Ok(Self { address, stop: Some(stop), task })
    }

    /// Where pages send events.
    pub fn endpoint(&self) -> String {
        format!("http://{}/v1/batch", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Stops it; from now on its port refuses connections.
    ///
    /// # Errors
    /// When a part of it had failed.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.task).await.map_err(setup)?
    }
}

impl Drop for RelayServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn config(data: &Path, webhook: &Webhook) -> Result<Config> {
    let mut config = Config::new(data);
    let mut crm = Destination::webhook("crm", &webhook.url()).map_err(setup)?;
    crm.backoff.base = Duration::from_millis(20);
    config.destinations.push(crm);
    Ok(config)
}

fn setup(error: impl ToString) -> Error {
    Error::Setup(format!("relay: {}", error.to_string()))
}
