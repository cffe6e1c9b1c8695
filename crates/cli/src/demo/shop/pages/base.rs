//! What every page has in common.

use crate::demo::shop::lang::Lang;
use crate::demo::shop::state::Shop;
use crate::demo::shop::visit::Visit;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{Value as Jinja, context};
use serde_json::{Value, json};

/// Products in a row.
pub const ROW: usize = 6;

/// Renders a template with what it needs beside the common parts. `facts` goes to the page's scripts.
pub fn render(shop: &Shop, visit: &Visit, name: &str, facts: Value, own: Jinja) -> Response {
    let common = common(shop, visit, facts);
    let page =
        shop.templates.get_template(name).and_then(|template| template.render(context! { ..own, ..common }));
    match page {
        Ok(page) => visit.answer(([(header::CACHE_CONTROL, "no-cache")], Html(page))),
        Err(error) => {
            let why = format!("{name} cannot be rendered: {error:#}");
            (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
        }
    }
}

fn common(shop: &Shop, visit: &Visit, facts: Value) -> Jinja {
    let lang = visit.lang;
    let langs = Lang::ALL.map(|one| {
        let short = match one {
            Lang::En => "En",
            Lang::Uz => "Oʻz",
            Lang::Ru => "Ру",
        };
        let name = shop.strings.say(one, "lang_name");
        context! { code => one.code(), short, name, url => visit.in_language(one) }
    });
    let customer = visit.customer.as_deref().and_then(|id| shop.customer(id));
    let mut page = json!({
        "lang": lang.code(),
        "currency": shop.currency.code(),
        "text": shop.strings.group(lang, "script"),
        "colors": shop.strings.group(lang, "color"),
        "customer": customer.map(|customer| json!({
            "id": customer.id, "traits": customer.traits(), "history": customer.history(&shop.catalog, shop.today),
        })),
    });
    if let (Value::Object(page), Value::Object(facts)) = (&mut page, facts) {
        page.extend(facts);
    }
    context! {
        lang => lang.code(),
        langs,
        t => Jinja::from(Serde(shop.strings.all(lang))),
        page => page.to_string(),
        shelves => top_shelves(shop, lang),
        shelf => "-",
        query => "",
        pieces => visit.cart.pieces(),
        sample => shop.sample,
        customer => customer.map(|customer| context! { id => &*customer.id, name => &*customer.first_name }),
    }
}

/// The shelves of the head: each top shelf, or its parts where there are only two tops.
fn top_shelves(shop: &Shop, lang: Lang) -> Vec<Jinja> {
    let depth = usize::from(shop.catalog.shelves().iter().any(|shelf| shelf.depth > 0));
    let shelves = shop.catalog.shelves().iter().filter(|shelf| shelf.depth == depth);
    let link = |name: &str, slug: &str| context! { slug, name => shop.strings.label(lang, "category", name) };
    shelves.take(24).map(|shelf| link(&shelf.name, &shelf.slug)).collect()
}
