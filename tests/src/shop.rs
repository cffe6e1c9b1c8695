//! A whole shop on this machine: pages, site folder, relay and CRM.

use crate::error::{Error, Result};
use crate::relay::RelayServer;
use crate::server::{Mount, SiteServer};
use crate::site::Site;
use crate::webhook::Webhook;
use crate::{Browser, repository};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// The pages of a shop and what stands behind them.
pub struct Shop {
    /// The web server of the pages (`/`) and of the site folder (`/tanish/`).
    pub web: SiteServer,
    /// The trained folder.
    pub site: Site,
    /// The CRM.
    pub crm: Webhook,
    relay: Option<RelayServer>,
    relay_port: u16,
    relay_data: TempDir,
}

impl Shop {
    /// Opens a shop whose pages are `examples/script-tag`, with these further keys in its `site.json`.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn open(keys: Value) -> Result<Self> {
        Self::with_crm(keys, Webhook::start().await?).await
    }

    /// As [`Shop::open`], with a CRM of your own.
    ///
    /// # Errors
    /// As [`Shop::open`].
    pub async fn with_crm(keys: Value, crm: Webhook) -> Result<Self> {
        let site = Site::sample().await?;
        let pages = repository().join("examples/script-tag");
        let web =
            SiteServer::start(vec![Mount::new("/", pages), Mount::new("/tanish/", site.path())]).await?;
        let relay_data = TempDir::with_prefix("tanish-relay-").map_err(Error::io(std::env::temp_dir()))?;
        let relay = RelayServer::start(relay_data.path(), &crm, &web.origin(), None).await?;
        site.configure(json!({ "events": { "endpoint": relay.endpoint() } }))?;
        site.configure(keys)?;
        Ok(Self { web, site, crm, relay_port: relay.port(), relay: Some(relay), relay_data })
    }

    /// The front page's address.
    pub fn home(&self) -> String {
        self.web.url("/")
    }

    /// The relay's event log.
    pub fn event_log(&self) -> std::path::PathBuf {
        self.relay_data.path().join("events")
    }

    /// The relay stops: connections to it are refused.
    ///
    /// # Errors
    /// When it had failed.
    pub async fn stop_relay(&mut self) -> Result<()> {
        match self.relay.take() {
            Some(relay) => relay.stop().await,
            None => Ok(()),
        }
    }

    /// The relay comes back, with its data, where it was.
    ///
    /// # Errors
    /// When its port was taken meanwhile.
    pub async fn start_relay(&mut self) -> Result<()> {
        let port = Some(self.relay_port);
        self.relay =
            Some(RelayServer::start(self.relay_data.path(), &self.crm, &self.web.origin(), port).await?);
        Ok(())
    }

    /// Opens a folder of pages instead of the example, beside the same site folder.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn pages(&self, folder: &Path) -> Result<SiteServer> {
        SiteServer::start(vec![Mount::new("/", folder), Mount::new("/tanish/", self.site.path())]).await
    }
}

impl Browser {
    /// Opens a page and waits until `tanish` has started in it.
    ///
    /// # Errors
    /// When it never does.
    pub async fn visit(&self, url: &str) -> Result<()> {
        self.open(url).await?;
        self.until("tanish to start", "return typeof window.tanish?.recommend === 'function'").await?;
        Ok(())
    }

    /// Tracks an event and waits until it is durable.
    ///
    /// # Errors
    /// When the page refuses it.
    pub async fn track(&self, event: &str, properties: &Value) -> Result<()> {
        self.run(&format!("await tanish.track({}, {properties})", json!(event))).await?;
        Ok(())
    }

    /// Buys products, a piece of each.
    ///
    /// # Errors
    /// As [`Browser::track`].
    pub async fn buy(&self, order: &str, ids: &[&str]) -> Result<()> {
        let price = |id: &str| {
            crate::site::PRODUCTS.iter().find(|(known, ..)| *known == id).map(|(.., price)| *price)
        };
        let products: Vec<Value> =
            ids.iter().map(|id| json!({ "product_id": id, "quantity": 1, "price": price(id) })).collect();
        self.track("Order Completed", &json!({ "order_id": order, "products": products })).await
    }

    /// The ids of what `recommend` answers.
    ///
    /// # Errors
    /// When the page refuses the question.
    pub async fn recommend(&self, query: Value) -> Result<Vec<String>> {
        let items =
            self.run(&format!("return (await tanish.recommend({query})).items.map(item => item.id)")).await?;
        serde_json::from_value(items).map_err(|error| Error::Script(error.to_string()))
    }
}
