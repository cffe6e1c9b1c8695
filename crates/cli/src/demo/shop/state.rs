//! The shop as its pages share it.

use super::cart::Cart;
use super::catalog::{Catalog, Product};
use super::crm::Crm;
use super::customers::Customer;
use super::money::Currency;
use super::search::Index;
use super::strings::Strings;
use jiff::civil::Date;
use minijinja::Environment;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Orders remembered until their thanks page was shown.
const PLACED: usize = 500;

/// Everything a page needs.
#[derive(Debug)]
pub struct Shop {
    /// What it sells.
    pub catalog: Catalog,
    /// Search in it.
    pub index: Index,
    /// In what it is paid.
    pub currency: Currency,
    /// Its words.
    pub strings: Strings,
    /// Its templates.
    pub templates: Environment<'static>,
    /// Who can sign in.
    pub customers: Vec<Customer>,
    /// The day the demo was started.
    pub today: Date,
    /// Whether it is our own sample, with its pictures and stories.
    pub sample: bool,
    /// What the CRM received.
    pub crm: Crm,
    /// Product ids, most bought first.
    popular: Vec<String>,
    companions: HashMap<String, Vec<String>>,
    placed: Mutex<VecDeque<(String, Cart)>>,
}

/// What a shop is opened with.
#[derive(Debug)]
pub struct Opening {
    /// What it sells.
    pub catalog: Catalog,
    /// In what it is paid.
    pub currency: Currency,
    /// Its words.
    pub strings: Strings,
    /// Its templates.
    pub templates: Environment<'static>,
    /// Who can sign in.
    pub customers: Vec<Customer>,
    /// Today.
    pub today: Date,
    /// Whether it is our own sample.
    pub sample: bool,
    /// Product ids, most bought first.
    pub popular: Vec<String>,
    /// What is bought with what, strongest first.
    pub companions: HashMap<String, Vec<String>>,
}

impl Shop {
    /// Opens the shop.
    pub fn open(opening: Opening) -> Shop {
        let Opening { catalog, currency, strings, templates, customers, today, sample, popular, companions } =
            opening;
        let ranked: HashSet<&str> = popular.iter().map(String::as_str).collect();
        let unsold = catalog.products().iter().filter(|product| !ranked.contains(product.id.as_str()));
        let unsold: Vec<String> = unsold.map(|product| product.id.clone()).collect();
        drop(ranked);
        let mut popular = popular;
        popular.retain(|id| catalog.get(id).is_some());
        popular.extend(unsold);
        Shop {
            index: Index::new(&catalog),
            catalog,
            currency,
            strings,
            templates,
            customers,
            today,
            sample,
            crm: Crm::default(),
            popular,
            companions,
            placed: Mutex::default(),
        }
    }

    /// A customer who can sign in.
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// Products in stock, most bought first.
    pub fn popular(&self) -> impl Iterator<Item = &Product> {
        self.popular.iter().filter_map(|id| self.catalog.get(id)).filter(|product| product.in_stock())
    }

    /// How popular each product is: 0 is the most bought.
    pub fn ranks(&self) -> HashMap<&str, usize> {
        self.popular.iter().enumerate().map(|(rank, id)| (id.as_str(), rank)).collect()
    }

    /// Products of the same shelf, most bought first.
    pub fn similar(&self, product: &Product, limit: usize) -> Vec<&Product> {
        let same = |other: &&Product| other.category == product.category && other.id != product.id;
        self.popular().filter(same).take(limit).collect()
    }

    /// What is known to go with a product, then what is popular on other shelves.
    pub fn together(&self, product: &Product, limit: usize) -> Vec<&Product> {
        let known =
            self.companions.get(&product.id).into_iter().flatten().filter_map(|id| self.catalog.get(id));
        let mut chosen: Vec<&Product> = known.filter(|other| other.in_stock()).take(limit).collect();
        for other in self.popular() {
            if chosen.len() >= limit {
                break;
            }
            let near = other.category.first() == product.category.first();
            let elsewhere = other.category != product.category || product.category.is_empty();
            if near && elsewhere && other.id != product.id && !chosen.iter().any(|one| one.id == other.id) {
                chosen.push(other);
            }
        }
        chosen
    }

    /// Products in stock, newest first.
    pub fn fresh(&self, limit: usize) -> Vec<&Product> {
        let mut products: Vec<&Product> = self.popular().collect();
        products.sort_by_key(|product| std::cmp::Reverse(product.added));
        products.truncate(limit);
        products
    }

    /// Remembers an order for its thanks page.
    pub fn place(&self, order: String, cart: Cart) {
        let mut placed = lock(&self.placed);
        if placed.len() >= PLACED {
            placed.pop_front();
        }
        placed.push_back((order, cart));
    }

    /// An order placed since the demo was started.
    pub fn placed(&self, order: &str) -> Option<Cart> {
        lock(&self.placed).iter().find(|(id, _)| id == order).map(|(_, cart)| cart.clone())
    }
}

/// A lock that a panic elsewhere does not close: what it guards is whole after every statement.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
