//! Cart, checkout and thanks.

use super::base::{ROW, render};
use crate::demo::shop::state::Shop;
use crate::demo::shop::visit::{Visit, set_cart};
use axum::Json;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use minijinja::context;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// What a form says about a line of the cart.
#[derive(Debug, Deserialize)]
pub struct Change {
    action: String,
    product: String,
    #[serde(default)]
    size: String,
    #[serde(default = "one")]
    quantity: u32,
}

fn one() -> u32 {
    1
}

/// `/cart`
pub async fn cart(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    let first = visit.cart.lines.first().and_then(|line| shop.catalog.get(&line.product));
    let own = context! {
        lines => shop.lines(&visit.cart, visit.lang),
        total => shop.currency.format(visit.cart.total(&shop.catalog), visit.lang),
        together => first.map(|product| shop.cards(shop.together(product, ROW), visit.lang)),
        popular => shop.cards(shop.popular().take(ROW), visit.lang),
    };
    let facts = json!({ "cart": shop.event_products(&visit.cart) });
    render(&shop, &visit, "cart.html", facts, own)
}

/// `POST /cart`: a script gets JSON, a form gets the cart's page.
pub async fn change(
    State(shop): State<Arc<Shop>>,
    mut visit: Visit,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Response {
    let done = match change.action.as_str() {
        "add" => visit.cart.add(&shop.catalog, &change.product, &change.size, change.quantity),
        "set" => {
            visit.cart.set(&change.product, &change.size, change.quantity);
            true
        }
        "remove" => {
            visit.cart.set(&change.product, &change.size, 0);
            true
        }
        _ => false,
    };
    let script = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json");
    let mut response = match (done, script) {
        (false, true) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        (true, true) => Json(json!({ "pieces": visit.cart.pieces() })).into_response(),
        (_, false) => Redirect::to("/cart").into_response(),
    };
    set_cart(&mut response, &visit.cart);
    response
}

/// `/checkout`
pub async fn checkout(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    if visit.cart.lines.is_empty() {
        return Redirect::to("/cart").into_response();
    }
    let total = visit.cart.total(&shop.catalog);
    let own = context! {
        list => shop.lines(&visit.cart, visit.lang),
        total => shop.currency.format(total, visit.lang),
    };
    let products = shop.event_products(&visit.cart);
    let facts =
        json!({ "checkout": { "products": products, "value": total, "currency": shop.currency.code() } });
    render(&shop, &visit, "checkout.html", facts, own)
}

/// `POST /checkout`: what was typed about the buyer is not read at all.
pub async fn order(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    if visit.cart.lines.is_empty() {
        return Redirect::to("/cart").into_response();
    }
    // Unique over restarts too: events of an earlier run may still lie in the log.
    let id = format!("A-{:X}", Timestamp::now().as_microsecond());
    let mut response = Redirect::to(&format!("/thanks/{id}")).into_response();
    shop.place(id, visit.cart);
    set_cart(&mut response, &Default::default());
    response
}

/// `/thanks/{order}`
pub async fn thanks(State(shop): State<Arc<Shop>>, visit: Visit, Path(id): Path<String>) -> Response {
    let Some(cart) = shop.placed(&id) else { return Redirect::to("/").into_response() };
    let total = cart.total(&shop.catalog);
    let own = context! {
        order => &*id,
        list => shop.lines(&cart, visit.lang),
        total => shop.currency.format(total, visit.lang),
        popular => shop.cards(shop.popular().take(ROW), visit.lang),
    };
    let facts = json!({ "order": {
        "order_id": id, "revenue": total, "total": total, "currency": shop.currency.code(),
        "products": shop.event_products(&cart),
    } });
    render(&shop, &visit, "thanks.html", facts, own)
}
