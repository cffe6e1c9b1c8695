//! Pages to look at: home, shelves, products, search.

use super::base::{ROW, render};
use crate::demo::shop::catalog::{Product, Shelf, encode};
use crate::demo::shop::lang::Lang;
use crate::demo::shop::state::Shop;
use crate::demo::shop::visit::Visit;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use minijinja::{Value as Jinja, context};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Products on a page of a shelf or a search.
const PAGE: usize = 24;
/// Most products `search.json` answers with.
const ANSWERS: usize = 8;

/// Which part of a list, in which order.
#[derive(Debug, Default, Deserialize)]
pub struct List {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    sort: String,
}

/// `/`
pub async fn home(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    let lang = visit.lang;
    let popular: Vec<&Product> = shop.popular().take(ROW * 2).collect();
    let (first, next) = popular.split_at(popular.len().min(ROW));
    let next = if next.is_empty() { first } else { next };
    let own = context! {
        hero => shop.cards(hero(&shop), lang),
        hero_url => if shop.sample { "/category/clothing/atlas-adras" } else { "/category" },
        popular => shop.cards(first.iter().copied(), lang),
        next => shop.cards(next.iter().copied(), lang),
        fresh => shop.cards(shop.fresh(ROW), lang),
        again => shop.cards(bought(&shop, &visit), lang),
        tiles => tiles(&shop, lang),
        products => shop.catalog.products().len(),
    };
    render(&shop, &visit, "home.html", json!({}), own)
}

/// The three pieces in the arches.
fn hero(shop: &Shop) -> Vec<&Product> {
    let chosen = ["AT-1025", "AT-1028", "AT-1079"].iter().filter_map(|id| shop.catalog.get(id));
    let chosen: Vec<&Product> = if shop.sample { chosen.collect() } else { Vec::new() };
    if chosen.len() == 3 { chosen } else { shop.popular().take(3).collect() }
}

/// What the signed-in customer bought, newest first, each product once.
pub fn bought<'a>(shop: &'a Shop, visit: &Visit) -> Vec<&'a Product> {
    let customer = visit.customer.as_deref().and_then(|id| shop.customer(id));
    let mut orders: Vec<_> = customer.map(|customer| customer.orders.iter().collect()).unwrap_or_default();
    orders.sort_by_key(|order| order.days_ago);
    let mut products: Vec<&Product> = Vec::new();
    for line in orders.iter().flat_map(|order| &order.lines) {
        if let Some(product) = shop.catalog.get(&line.product)
            && !products.iter().any(|known| known.id == product.id)
        {
            products.push(product);
        }
    }
    products.truncate(ROW);
    products
}

/// Six shelves as arches, each with its most bought product.
fn tiles(shop: &Shop, lang: Lang) -> Vec<Jinja> {
    const WANTED: [&str; ROW] = [
        "clothing/atlas-adras",
        "clothing/dresses",
        "clothing/doppi",
        "home/piala-teapots",
        "home/cushions",
        "home/rugs",
    ];
    let sample: Vec<&Shelf> = WANTED.iter().filter_map(|slug| shop.catalog.shelf(slug)).collect();
    let shelves =
        if sample.len() == ROW { sample } else { shop.catalog.shelves().iter().take(ROW).collect() };
    let ranks = shop.ranks();
    let best = |shelf: &Shelf| {
        shop.catalog.on_shelf(&shelf.slug).min_by_key(|product| ranks.get(product.id.as_str()).copied())
    };
    let tile = |shelf: &Shelf| {
        let name = shop.strings.label(lang, "category", &shelf.name);
        Some(context! { slug => &*shelf.slug, name, image => &*best(shelf)?.image })
    };
    shelves.into_iter().filter_map(tile).collect()
}

/// `/category`
pub async fn everything(State(shop): State<Arc<Shop>>, visit: Visit, Query(list): Query<List>) -> Response {
    let products = shop.catalog.products().iter().collect();
    let parts = shop.catalog.shelves().iter().filter(|shelf| shelf.depth == 0).collect();
    let name = shop.strings.say(visit.lang, "all").to_owned();
    shelf_page(&shop, &visit, &list, Shown { slug: "", name, parts, products })
}

/// `/category/{slug}`
pub async fn category(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Path(slug): Path<String>,
    Query(list): Query<List>,
) -> Response {
    let Some(shelf) = shop.catalog.shelf(&slug) else { return missing(State(shop), visit).await };
    let inside = format!("{slug}/");
    let part = |other: &&Shelf| other.slug.starts_with(&inside) && other.depth == shelf.depth + 1;
    let parts = shop.catalog.shelves().iter().filter(part).collect();
    let products = shop.catalog.on_shelf(&slug).collect();
    let name = shop.strings.label(visit.lang, "category", &shelf.name).to_owned();
    shelf_page(&shop, &visit, &list, Shown { slug: &slug, name, parts, products })
}

struct Shown<'a> {
    slug: &'a str,
    name: String,
    parts: Vec<&'a Shelf>,
    products: Vec<&'a Product>,
}

fn shelf_page(shop: &Shop, visit: &Visit, list: &List, shown: Shown<'_>) -> Response {
    let Shown { slug, name, parts, mut products } = shown;
    let lang = visit.lang;
    let ranks = shop.ranks();
    let sort = match list.sort.as_str() {
        "new" => {
            products.sort_by_key(|product| std::cmp::Reverse(product.added));
            "new"
        }
        "low" => {
            products.sort_by(|one, other| one.price.total_cmp(&other.price));
            "low"
        }
        "high" => {
            products.sort_by(|one, other| other.price.total_cmp(&one.price));
            "high"
        }
        _ => {
            products.sort_by_key(|product| (!product.in_stock(), ranks.get(product.id.as_str()).copied()));
            "popular"
        }
    };
    let keep = if sort == "popular" { String::new() } else { format!("sort={sort}&") };
    let pager = Pager::new(products.len(), &list.page, &format!("{}?{keep}", visit.uri.path()));
    let label = |shelf: &Shelf| {
        let name = shop.strings.label(lang, "category", &shelf.name);
        context! { slug => &*shelf.slug, name, count => shelf.count }
    };
    let sorts = ["popular", "new", "low", "high"].map(|code| {
        context! { code, name => shop.strings.say(lang, &format!("sort_{code}")) }
    });
    let own = context! {
        shelf => slug,
        name,
        sort,
        sorts,
        count => products.len(),
        crumbs => crumbs(shop, slug.rsplit_once('/').map_or("", |(above, _)| above), lang),
        parts => parts.into_iter().map(label).collect::<Vec<_>>(),
        products => shop.cards(pager.slice(&products), lang),
        pager => pager.view(),
    };
    render(shop, visit, "category.html", json!({}), own)
}

/// The way to a shelf, from the top.
fn crumbs(shop: &Shop, slug: &str, lang: Lang) -> Vec<Jinja> {
    let ends = slug.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at).chain([slug.len()]);
    let shelves = ends.filter_map(|end| shop.catalog.shelf(&slug[..end]));
    let crumb = |shelf: &Shelf| context! { slug => &*shelf.slug, name => shop.strings.label(lang, "category", &shelf.name) };
    shelves.map(crumb).collect()
}

/// `/product/{id}`
pub async fn product(State(shop): State<Arc<Shop>>, visit: Visit, Path(id): Path<String>) -> Response {
    let Some(product) = shop.catalog.get(&id) else { return missing(State(shop), visit).await };
    let lang = visit.lang;
    let slug = shop.catalog.shelf_of(product).unwrap_or_default();
    let own = context! {
        shelf => &*slug,
        product => shop.sheet(product, lang),
        crumbs => crumbs(&shop, &slug, lang),
        similar => shop.cards(shop.similar(product, ROW), lang),
        together => shop.cards(shop.together(product, ROW), lang),
    };
    let facts = json!({ "product": shop.event_product(product) });
    render(&shop, &visit, "product.html", facts, own)
}

/// `/search?q=`
pub async fn search(State(shop): State<Arc<Shop>>, visit: Visit, Query(list): Query<List>) -> Response {
    let query = list.q.trim();
    let found = shop.index.find(&shop.catalog, query);
    let pager = Pager::new(found.len(), &list.page, &format!("/search?q={}&", encode(query)));
    let facts = match query.is_empty() {
        true => json!({}),
        false => json!({ "search": { "query": query, "results": found.len() } }),
    };
    let own = context! {
        query,
        count => found.len(),
        products => shop.cards(pager.slice(&found), visit.lang),
        pager => pager.view(),
        popular => shop.cards(shop.popular().take(ROW), visit.lang),
    };
    render(&shop, &visit, "search.html", facts, own)
}

/// `/search.json?q=`: the first products found, those in stock only.
pub async fn search_json(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Query(list): Query<List>,
) -> Json<Value> {
    let found = shop.index.find(&shop.catalog, &list.q);
    let products =
        shop.cards(found.into_iter().filter(|product| product.in_stock()).take(ANSWERS), visit.lang);
    Json(json!({ "products": products }))
}

/// Whatever is not there.
pub async fn missing(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    let own = context! { popular => shop.cards(shop.popular().take(ROW), visit.lang) };
    (StatusCode::NOT_FOUND, render(&shop, &visit, "missing.html", json!({}), own)).into_response()
}

/// A list in pages.
struct Pager {
    number: usize,
    of: usize,
    address: String,
}

impl Pager {
    /// `wanted` is what the address says: anything. `address` ends where `page=` may follow.
    fn new(count: usize, wanted: &str, address: &str) -> Pager {
        let of = count.div_ceil(PAGE).max(1);
        Pager { number: wanted.parse().unwrap_or(1).clamp(1, of), of, address: address.to_owned() }
    }

    fn slice<'a>(&self, list: &[&'a Product]) -> Vec<&'a Product> {
        list.iter().skip((self.number - 1) * PAGE).take(PAGE).copied().collect()
    }

    fn view(&self) -> Jinja {
        let link = |number: usize| format!("{}page={number}", self.address);
        context! {
            n => self.number,
            of => self.of,
            previous => (self.number > 1).then(|| link(self.number - 1)),
            next => (self.number < self.of).then(|| link(self.number + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_number_may_be_anything() {
        for (wanted, number) in [("", 1), ("0", 1), ("2", 2), ("99", 3), ("-1", 1), ("x", 1)] {
            let pager = Pager::new(PAGE * 2 + 1, wanted, "/a?");
            assert_eq!((pager.number, pager.of), (number, 3), "{wanted}");
        }
        assert_eq!(Pager::new(0, "5", "/a?").of, 1);
    }
}
