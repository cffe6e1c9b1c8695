//! The shop's pages, complete without a line of script.

mod account;
mod base;
mod buying;
mod contacts;
mod looking;

use super::state::Shop;
use super::tile;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// Every page of the shop.
pub fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(looking::home))
        .route("/category", get(looking::everything))
        .route("/category/{*slug}", get(looking::category))
        .route("/product/{id}", get(looking::product))
        .route("/search", get(looking::search))
        .route("/search.json", get(looking::search_json))
        .route("/cart", get(buying::cart).post(buying::change))
        .route("/checkout", get(buying::checkout).post(buying::order))
        .route("/thanks/{order}", get(buying::thanks))
        .route("/account", get(account::account).post(account::sign_in))
        .route("/crm", get(contacts::contacts))
        .route("/crm/feed.json", get(contacts::feed))
        .route("/crm/hook", post(contacts::hook))
        .route("/tile/{name}", get(draw_tile))
        .fallback(looking::missing)
        .with_state(shop)
}

async fn draw_tile(Path(name): Path<String>) -> Response {
    match tile::draw(&name) {
        Some(svg) => {
            let headers =
                [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
            (headers, svg).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
