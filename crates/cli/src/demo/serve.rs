//! One origin: the shop, its site folder, the relay, and the CRM the relay delivers to.

use super::assets;
use super::error::DemoError;
use super::gate;
use super::patience;
use super::shop::pages;
use super::shop::state::Shop;
use super::shop::strings::fill;
use super::shop::visit::Visit;
use super::training::{self, Trainer};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Json, Router, http};
use serde_json::json;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tanish_relay::{Config, Destination, Relay, RelayError};
use tokio::net::TcpListener;

/// Takes the port, or says why not.
pub async fn listen(host: IpAddr, port: u16) -> Result<TcpListener, DemoError> {
    TcpListener::bind((host, port)).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => DemoError::Port { host: host.to_string(), port },
        _ => DemoError::Listen { host: host.to_string(), port, source },
    })
}

/// Opens the relay in the demo's data folder, which is this demo's alone from now on.
///
/// # Errors
/// When another demo uses the folder, or it cannot be used.
pub fn open_relay(listener: &TcpListener, data: &Path) -> Result<Relay, Box<dyn Error>> {
    let address = listener.local_addr()?;
    let mut config = Config::new(training::relay(data));
    config.listen = address;
    config.destinations =
        vec![Destination::webhook("crm", &format!("http://{}/crm/hook", loopback(address)))?];
    Ok(Relay::open(config).map_err(|error| match error {
        RelayError::InUse { .. } => DemoError::InUse(data.into()),
        other => DemoError::Relay(other),
    })?)
}

/// Serves until interrupted; then finishes what is under way.
pub async fn run(
    listener: TcpListener,
    relay: Relay,
    shop: Arc<Shop>,
    trainer: Arc<Trainer>,
    www: &Path,
    data: &Path,
) -> Result<(), Box<dyn Error>> {
    let address = listener.local_addr()?;
    let app = Router::new()
        .merge(pages::router(shop.clone()))
        .merge(training_button(shop.clone(), trainer))
        .merge(assets::router(www))
        .merge(assets::site(&training::site(data)))
        .merge(relay.router());
    let stop = crate::stop::signal()?;
    tell(&shop, address);
    let running = relay.start();
    let app = gate::keep(assets::guard(app), address.ip());
    patience::serve(listener, app, stop, patience::GRACE).await?;
    running.shutdown().await?;
    relay.shutdown().await?;
    Ok(())
}

/// An address this machine can reach itself at.
fn loopback(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) => SocketAddr::from(([127, 0, 0, 1], address.port())),
        IpAddr::V6(_) => SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], address.port())),
    }
}

fn training_button(shop: Arc<Shop>, trainer: Arc<Trainer>) -> Router {
    let train = move |State(shop): State<Arc<Shop>>, visit: Visit, headers: http::HeaderMap| {
        let trainer = trainer.clone();
        async move { train(&shop, &visit, &headers, trainer).await }
    };
    Router::new().route("/crm/train", post(train)).with_state(shop)
}

/// `POST /crm/train`: trains on the orders and on what happened since; a script is told how it went.
async fn train(shop: &Shop, visit: &Visit, headers: &http::HeaderMap, trainer: Arc<Trainer>) -> Response {
    let started = std::time::Instant::now();
    let done = tokio::task::spawn_blocking(move || trainer.train()).await;
    let say = |key| shop.strings.label(visit.lang, "crm", key);
    let message = match done {
        Ok(Ok(summary)) => {
            let seconds = format!("{:.1}", started.elapsed().as_secs_f64());
            let (orders, products) = (summary.orders.to_string(), summary.products.to_string());
            let events = summary.events_read.rows.to_string();
            let values = [
                ("seconds", &*seconds),
                ("orders", &*orders),
                ("products", &*products),
                ("events", &*events),
            ];
            Ok(fill(say("trained"), &values))
        }
        Ok(Err(error)) => Err(fill(say("failed"), &[("why", &error.to_string())])),
        Err(error) => Err(fill(say("failed"), &[("why", &error.to_string())])),
    };
    let script =
        headers.get(http::header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json");
    match (message, script) {
        (Ok(message), true) => Json(json!({ "message": message })).into_response(),
        (Err(message), true) => {
            (http::StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "message": message }))).into_response()
        }
        (_, false) => Redirect::to("/crm").into_response(),
    }
}

/// What to open and try.
#[allow(clippy::print_stdout, reason = "a command line tool reports on standard output")]
fn tell(shop: &Shop, address: SocketAddr) {
    let home = format!("http://{}", loopback(address));
    println!();
    println!("The shop is open: {home}");
    println!("  1. Look at two or three things; go back home: \"Chosen for you\" is yours now.");
    if shop.sample {
        println!("  2. {home}/account  sign in as Oybek: his name, sizes, colours, and the belt he missed.");
        println!("  3. {home}/search?q=purple+umbrella  let the shop remember what it has not got.");
    } else {
        println!("  2. {home}/category  {} real products.", shop.catalog.products().len());
        println!("  3. {home}/search?q=heart  search in them.");
    }
    println!("  4. Put something in the cart and order it; nothing is charged.");
    println!("  5. {home}/crm  what the CRM received; train on it there, then reload the shop.");
    println!("  6. {home}/?lang=uz  Oʻzbekcha; {home}/?lang=ru  Русский.");
    if let Some(warning) = gate::warning(address.ip()) {
        println!("{warning}");
    }
    println!("Ctrl-C closes it.");
}
