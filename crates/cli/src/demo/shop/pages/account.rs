//! Signing in as one of the sample customers.

use super::base::{ROW, render};
use super::looking::bought;
use crate::demo::shop::customers::{Customer, back, order_id};
use crate::demo::shop::lang::Lang;
use crate::demo::shop::state::Shop;
use crate::demo::shop::visit::{Visit, set_customer};
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value as Jinja, context};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Who wants to be signed in; empty signs out.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    #[serde(default)]
    customer: String,
}

/// `/account`
pub async fn account(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    let lang = visit.lang;
    let customer = visit.customer.as_deref().and_then(|id| shop.customer(id));
    let person = |one: &Customer| {
        let letter = one.first_name.chars().next().map(String::from);
        context! { id => &*one.id, name => &*one.first_name, letter, about => one.about(lang) }
    };
    let own = context! {
        people => shop.customers.iter().map(person).collect::<Vec<_>>(),
        orders => customer.map(|customer| orders(&shop, customer, lang)).unwrap_or_default(),
        again => shop.cards(bought(&shop, &visit), lang),
        popular => shop.cards(shop.popular().take(ROW), lang),
    };
    render(&shop, &visit, "account.html", json!({}), own)
}

/// A customer's orders, newest first.
fn orders(shop: &Shop, customer: &Customer, lang: Lang) -> Vec<Jinja> {
    let mut orders: Vec<_> = customer.orders.iter().enumerate().collect();
    orders.sort_by_key(|(_, order)| order.days_ago);
    let view = |(number, order): (usize, &crate::demo::shop::customers::Order)| {
        let price = |id: &str| shop.catalog.get(id).map_or(0.0, |product| product.price);
        let sum = order
            .lines
            .iter()
            .map(|line| line.price.unwrap_or_else(|| price(&line.product)) * f64::from(line.quantity));
        let lines = order
            .lines
            .iter()
            .filter_map(|line| shop.line(&line.product, &line.size, line.quantity, line.price, lang));
        context! {
            id => order_id(&customer.id, number),
            date => back(shop.today, order.days_ago).to_string(),
            total => shop.currency.format(sum.sum(), lang),
            lines => lines.collect::<Vec<_>>(),
        }
    };
    orders.into_iter().map(view).collect()
}

/// `POST /account`
pub async fn sign_in(State(shop): State<Arc<Shop>>, Form(form): Form<SignIn>) -> Response {
    let mut response = Redirect::to("/account").into_response();
    set_customer(&mut response, shop.customer(&form.customer).map(|customer| customer.id.as_str()));
    response
}
