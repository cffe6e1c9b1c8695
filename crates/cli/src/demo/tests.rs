//! The shop as a whole: its catalogue, its pictures, and every page in every language.

use super::opening;
use super::shop::catalog::{Catalog, Product};
use super::shop::lang::Lang;
use super::shop::money::Currency;
use super::shop::pages;
use super::shop::state::Shop;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use jiff::civil::{Date, date};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use tower::ServiceExt;

/// The shop's folder in this repository.
pub fn www() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../www"))
}

/// The day of these tests.
pub const TODAY: Date = date(2026, 11, 22);

pub fn catalog() -> Catalog {
    Catalog::read(&opening::sample_catalog(&www())).unwrap()
}

pub fn shop() -> Shop {
    opening::sample(&www(), TODAY, Currency::new("UZS").unwrap(), Vec::new()).unwrap()
}

#[test]
fn the_sample_catalogue_is_whole() {
    let text = std::fs::read_to_string(opening::sample_catalog(&www())).unwrap();
    let catalog = catalog();
    assert_eq!(catalog.products().len(), text.lines().count() - 1, "an id stands twice");
    assert!(catalog.products().len() >= 110);
    let mut titles = HashSet::new();
    for product in catalog.products() {
        let Product { id, titles: named, category, brand, colors, price, image, added, .. } = product;
        assert!(id.starts_with("AT-"), "{id}");
        assert!(named.iter().all(|title| title.chars().count() > 3), "{id} is not named in every language");
        assert!(named.iter().all(|title| titles.insert(title.clone())), "{id} shares a title");
        assert!(named[2].chars().any(|letter| ('а'..='я').contains(&letter)), "{id} has no Russian title");
        assert!(!named[1].contains(['\'', '’', '`']), "{id}: Oʻzbekcha writes ʻ and ʼ");
        assert_eq!(category.len(), 2, "{id}");
        assert!(!brand.is_empty() && added.is_some(), "{id}");
        // What is drunk or burnt has no colour to like.
        let used_up = ["Tea", "Soap & candles"].contains(&category[1].as_str());
        assert_eq!(colors.is_empty(), used_up, "{id}");
        assert!(*price >= 10_000.0 && price % 1_000.0 == 0.0, "{id} costs {price}");
        assert!(www().join(image.trim_start_matches('/')).is_file(), "{image} is not drawn");
    }
}

#[test]
fn every_shelf_and_colour_has_a_name_in_every_language() {
    let shop = shop();
    for lang in Lang::ALL {
        let categories = shop.strings.group(lang, "category");
        let colors = shop.strings.group(lang, "color");
        for product in shop.catalog.products() {
            assert!(
                product.category.iter().all(|name| categories.get(name).is_some()),
                "{:?}",
                product.category
            );
            assert!(product.colors.iter().all(|color| colors.get(color).is_some()), "{:?}", product.colors);
        }
    }
}

#[test]
fn the_pictures_are_small_and_none_is_left_over() {
    let used: HashSet<String> = catalog().products().iter().map(|product| product.image.clone()).collect();
    let mut bytes = 0;
    for entry in std::fs::read_dir(www().join("images")).unwrap() {
        let entry = entry.unwrap();
        bytes += entry.metadata().unwrap().len();
        let name = format!("/images/{}", entry.file_name().to_string_lossy());
        assert!(used.contains(&name), "{name} belongs to no product");
    }
    assert!(bytes < 420 * 1024, "{bytes} bytes of pictures");
}

#[test]
fn what_is_bought_together_is_sold() {
    let catalog = catalog();
    for bundle in opening::bundles(&www()).unwrap() {
        assert!(catalog.get(&bundle.product).is_some() && catalog.get(&bundle.with).is_some(), "{bundle:?}");
        assert!((0.0..=1.0).contains(&bundle.chance), "{bundle:?}");
    }
}

async fn ask(shop: &Arc<Shop>, address: &str, cookie: &str) -> (StatusCode, Response<Body>) {
    let request = Request::get(address).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = pages::router(shop.clone()).oneshot(request).await.unwrap();
    (response.status(), response)
}

async fn page(shop: &Arc<Shop>, address: &str, cookie: &str) -> (StatusCode, String) {
    let (status, response) = ask(shop, address, cookie).await;
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

const CART: &str = "cart=AT-1042!95!2~AT-1079!!1";

#[tokio::test]
async fn every_page_is_there_in_every_language() {
    let shop = Arc::new(shop());
    shop.crm.receive(serde_json::json!({ "type": "track", "event": "Cart Viewed", "anonymousId": "v" }));
    shop.place(
        "A-1".into(),
        super::shop::cart::Cart::from_cookie(CART.trim_start_matches("cart="), &shop.catalog),
    );
    let pages = [
        ("/", 200),
        ("/category", 200),
        ("/category?page=3&sort=low", 200),
        ("/category/clothing", 200),
        ("/category/clothing/belts?sort=new", 200),
        ("/product/AT-1042", 200),
        ("/cart", 200),
        ("/checkout", 200),
        ("/thanks/A-1", 200),
        ("/account", 200),
        ("/search", 200),
        ("/search?q=brown", 200),
        ("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("/crm", 200),
        ("/product/none", 404),
        ("/category/none", 404),
        ("/nowhere", 404),
    ];
    for (address, status) in pages {
        for lang in Lang::ALL {
            for who in ["", "customer=oybek; ", "customer=nobody; "] {
                let cookie = format!("{who}lang={}; {CART}", lang.code());
                let (answered, html) = page(&shop, address, &cookie).await;
                assert_eq!(answered.as_u16(), status, "{address} {lang:?} {who}: {html}");
                assert!(html.contains(&format!("<html lang=\"{}\">", lang.code())), "{address}");
                assert_eq!(html.matches("<script").count(), 2, "{address}: two modules and no inline script");
                assert!(
                    !html.contains("style=") && !html.contains("<style") && !html.contains(" onclick"),
                    "{address}"
                );
                assert!(!html.contains("undefined") && !html.contains("{{"), "{address}");
            }
        }
    }
}

#[tokio::test]
async fn a_chosen_language_is_remembered_and_the_address_keeps_its_query() {
    let shop = Arc::new(shop());
    let (_, response) = ask(&shop, "/search?q=brown&lang=ru", "lang=uz").await;
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("lang=ru; Path=/;"), "{cookie}");
    let (_, html) = page(&shop, "/search?q=brown&lang=ru", "").await;
    assert!(html.contains("<html lang=\"ru\">") && html.contains("search?q=brown&amp;lang=uz"), "{html}");
    let (_, response) = ask(&shop, "/?lang=xx", "").await;
    assert!(response.headers().get(header::SET_COOKIE).is_none());
}

#[tokio::test]
async fn a_language_link_stays_in_the_shop() {
    let shop = Arc::new(shop());
    for address in ["//evil.example/x", "///evil.example/x", "/\\evil.example/x"] {
        let (_, html) = page(&shop, address, "").await;
        let html = html.replace("&#x2f;", "/");
        assert!(html.contains("=\"/evil.example/x?lang=uz\""), "{address}: {html}");
    }
}

#[tokio::test]
async fn an_order_empties_the_cart_and_names_what_was_bought() {
    let shop = Arc::new(shop());
    let request = Request::post("/checkout").header(header::COOKIE, CART).body(Body::empty()).unwrap();
    let response = pages::router(shop.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("cart=; Path=/; Max-Age=0"));
    let thanks = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let (_, html) = page(&shop, &thanks, "lang=en").await;
    let expected = shop.currency.format(2.0 * 229_000.0 + 279_000.0, Lang::En);
    assert!(html.contains("Brown leather belt") && html.contains(&expected), "{html}");
    assert!(html.contains("&quot;order_id&quot;"));
}
