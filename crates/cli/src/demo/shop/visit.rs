//! What a request says of its visitor: language, customer, cart.

use super::cart::Cart;
use super::lang::Lang;
use super::state::Shop;
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::sync::Arc;

/// Cookies the shop sets. All are its own, needed for what the visitor asked for.
const LANG: &str = "lang";
const CUSTOMER: &str = "customer";
const CART: &str = "cart";
const YEAR: u32 = 365 * 24 * 3600;

/// The visitor of one request.
#[derive(Debug)]
pub struct Visit {
    /// The page's language: `?lang=`, else the cookie, else English.
    pub lang: Lang,
    /// Who is signed in: a known customer's id.
    pub customer: Option<String>,
    /// What is in the cart.
    pub cart: Cart,
    /// The address asked for.
    pub uri: Uri,
    chosen: bool,
}

impl Visit {
    /// The same page in another language.
    pub fn in_language(&self, lang: Lang) -> String {
        let rest = self.uri.query().unwrap_or("").split('&');
        let mut pairs: Vec<&str> =
            rest.filter(|pair| !pair.is_empty() && *pair != LANG && !pair.starts_with("lang=")).collect();
        let choice = format!("{LANG}={}", lang.code());
        pairs.push(&choice);
        // A browser reads `//host` and `/\host` as another site's address.
        format!("/{}?{}", self.uri.path().trim_start_matches(['/', '\\']), pairs.join("&"))
    }

    /// A page, which remembers the language when it was chosen with this request.
    pub fn answer(&self, page: impl IntoResponse) -> Response {
        let mut response = page.into_response();
        if self.chosen {
            set(&mut response, LANG, self.lang.code());
        }
        response
    }
}

impl FromRequestParts<Arc<Shop>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Visit, Infallible> {
        let query = parts.uri.query().unwrap_or("");
        let asked = query.split('&').find_map(|pair| Lang::from_code(pair.strip_prefix("lang=")?));
        let remembered = || cookie(parts, LANG).and_then(|code| Lang::from_code(&code));
        Ok(Visit {
            lang: asked.or_else(remembered).unwrap_or_default(),
            customer: cookie(parts, CUSTOMER).filter(|id| shop.customer(id).is_some()),
            cart: cookie(parts, CART)
                .map(|value| Cart::from_cookie(&value, &shop.catalog))
                .unwrap_or_default(),
            uri: parts.uri.clone(),
            chosen: asked.is_some(),
        })
    }
}

fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let headers = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    headers
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Remembers the cart.
pub fn set_cart(response: &mut Response, cart: &Cart) {
    set(response, CART, &cart.to_cookie());
}

/// Remembers who signed in; `None` forgets.
pub fn set_customer(response: &mut Response, customer: Option<&str>) {
    set(response, CUSTOMER, customer.unwrap_or(""));
}

/// Values are the shop's own: codes, known ids, encoded carts. An empty one removes the cookie.
fn set(response: &mut Response, name: &str, value: &str) {
    let age = if value.is_empty() { 0 } else { YEAR };
    let cookie = format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax; HttpOnly");
    if let Ok(header) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, header);
    }
}
