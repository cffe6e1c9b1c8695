//! Questions for products and their answers.

use super::{Effect, Question, Shop};
use crate::event::Ticket;
use crate::recommend::{
    Groups, Item, Kind, Language, MAX_LIMIT, Placements, Query, Request, Stated, recommend, reorder,
};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::Purpose;
use crate::visitor::history::MAX_TEXT;

/// Reads `{placement, kind, limit, product, exclude, cart, sizes}`; says what is wrong in words. What the
/// question does not say is as the placement has it.
pub fn read_query(value: &Value, placements: &Placements, now: Millis) -> Result<Query, String> {
    let placement = value.str("placement").filter(|name| !name.is_empty());
    let rules = placement.and_then(|name| placements.get(name));
    let kind = match value.str("kind") {
        Some(name) => Kind::parse(name)
            .ok_or_else(|| ["unknown kind \"", name, "\"; there are ", Kind::NAMED].concat())?,
        None => match (rules.and_then(|rules| rules.kind).or(placements.all().kind), placement) {
            (Some(kind), _) => kind,
            (None, Some(name)) if rules.is_none() => {
                return Err(["site.json has no placement \"", name, "\""].concat());
            }
            (None, _) => {
                return Err(["say which kind: ", Kind::NAMED].concat());
            }
        },
    };
    if !kind.is_known_here() {
        let name = kind.name();
        return Err(["\"", name, "\" needs the full module: set \"module\": \"full\" in site.json"].concat());
    }
    let rules = rules.unwrap_or(placements.all());
    let limit = value.number("limit").or(rules.limit.map(|limit| limit as f64)).unwrap_or(6.0);
    if !(1.0..=MAX_LIMIT as f64).contains(&limit) {
        // The number itself is not printed: printing fractions costs the module five kilobytes.
        return Err(format!("limit must be within 1 and {MAX_LIMIT}"));
    }
    let product = value.str("product").filter(|id| !id.is_empty() && id.len() <= MAX_TEXT).map(str::to_owned);
    if product.is_none() && matches!(kind, Kind::Similar | Kind::BoughtTogether) && rules.fallback.is_empty()
    {
        let name = kind.name();
        return Err(format!("\"{name}\" starts from a product: say which, as in product=\"AT-1042\""));
    }
    let mut sizes = Stated::default();
    let mut near = Groups::default();
    if crate::FULL {
        sizes.add(value.get("sizes").unwrap_or(&Value::Null));
        near.add(value.get("within").unwrap_or(&Value::Null));
    }
    let within = !near.is_empty();
    if crate::FULL {
        add_places(&mut near, value.get("context").unwrap_or(&Value::Null));
    }
    Ok(Query {
        limit: limit as usize,
        product,
        exclude: texts(value, "exclude"),
        rules: rules.clone(),
        cart: texts(value, "cart"),
        sizes,
        near,
        within,
        ..Query::new(kind, now)
    })
}

/// What a context says of groups, of itself and of its `places`: a place is the name of a city, or an
/// object that says what it is.
pub fn add_places(groups: &mut Groups, context: &Value) {
    groups.add(context);
    for place in context.get("places").map(Value::items).unwrap_or_default() {
        match place {
            Value::String(_) => groups.add(&Value::object([("city", place.clone())])),
            place => groups.add(place),
        }
    }
}

/// Places of a list as numbers.
pub fn places(places: Vec<usize>) -> Value {
    Value::Array(places.into_iter().map(|place| Value::Number(place as f64)).collect())
}

/// The texts of a list, whole numbers as their digits.
fn texts(value: &Value, name: &str) -> Vec<String> {
    let items = value.get(name).map(Value::items).unwrap_or_default().iter();
    items
        .filter_map(|item| match item {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some((*number as i64).to_string()),
            _ => None,
        })
        .collect()
}

/// `{kind, items: [{id, title, price, url, image, score, because, reason, attributes}]}`.
pub fn items_to_value(kind: Kind, items: &[Item], language: Language, locale: &str) -> Value {
    let item = |item: &Item| {
        let card = item.card;
        let named = item.named.map(|card| card.title_in(locale));
        let mut reason = Value::object([("code", item.because.code().into())]);
        if let Some(product) = item.because.product() {
            reason.set("product", product);
        }
        let attributes = card.attributes.iter().map(|(name, values)| {
            let value = match values.as_slice() {
                [one] => Value::from(one.as_str()),
                many => Value::Array(many.iter().map(|value| value.as_str().into()).collect()),
            };
            (name.clone(), value)
        });
        let mut value =
            Value::object([("id", card.id.as_str().into()), ("title", card.title_in(locale).into())]);
        for (name, text) in [("url", &card.url), ("image", &card.image)] {
            if let Some(text) = text {
                value.set(name, text.as_str());
            }
        }
        if let Some(price) = card.price {
            value.set("price", price);
        }
        value.set("score", item.score);
        value.set("because", item.because.text(language, named));
        value.set("reason", reason);
        value.set("attributes", Value::Object(attributes.collect()));
        value
    };
    Value::object([("kind", kind.name().into()), ("items", Value::Array(items.iter().map(item).collect()))])
}

impl Shop {
    /// Asks for products; the ticket settles with `{kind, items}` once the files it takes are here.
    pub fn recommend(&mut self, ticket: Ticket, query: &Value, now: Millis) {
        match self.question(query, now) {
            Ok(query) => self.answer(ticket, Question::Products(query)),
            Err(problem) => self.settle(ticket, Err(problem)),
        }
    }

    /// The order of a list as far as the files at hand tell: places in it. The files that tell more are on
    /// their way.
    pub fn order(&mut self, products: &[Value], now: Millis) -> Value {
        let order = reorder(products, self.usable_history(), now, &self.library);
        self.fetch_for_order(order.needs);
        places(order.places)
    }

    /// Asks for the order of a list; the ticket settles once all files are here that a list may ask for.
    pub fn rank(&mut self, ticket: Ticket, products: Vec<Value>, now: Millis) {
        self.answer(ticket, Question::Order(products, now));
    }

    /// Says whether any is on its way.
    fn fetch_for_order(&mut self, mut needs: Vec<Request>) -> bool {
        if !crate::FULL {
            return false;
        }
        let mut left = self.rank_files;
        needs.retain(|request| {
            let under_way = self.fetching.contains(&request.name.to_string());
            let goes = under_way || left > 0;
            left -= usize::from(goes && !under_way);
            goes
        });
        self.rank_files = left;
        let waits = !needs.is_empty();
        self.fetch(needs);
        waits
    }

    /// The question with what is known of the visitor: what it says itself holds.
    fn question(&self, value: &Value, now: Millis) -> Result<Query, String> {
        let mut query = read_query(value, &self.config.placements, now)?;
        if !crate::FULL {
            return Ok(query);
        }
        if query.near.is_empty() {
            add_places(&mut query.near, &self.context);
        }
        if self.allows(Purpose::Personalization) {
            if value.get("cart").is_none() {
                query.cart = self.profile.cart.products(now);
            }
            if value.get("sizes").is_none() {
                for name in ["size", "sizes"] {
                    query.sizes.add(self.profile.traits.get(name).unwrap_or(&Value::Null));
                }
            }
            if query.near.is_empty() {
                query.near.add(&self.profile.traits);
            }
        }
        Ok(query)
    }

    fn answer(&mut self, ticket: Ticket, question: Question) {
        let history = self.usable_history();
        let (answer, waits) = match &question {
            Question::Products(query) => match recommend(query, history, &self.library) {
                Ok(items) => (items_to_value(query.kind, &items, self.language, &self.locale), false),
                Err(needs) => {
                    self.fetch(needs);
                    (Value::Null, true)
                }
            },
            Question::Order(products, now) => {
                let order = reorder(products, history, *now, &self.library);
                (places(order.places), self.fetch_for_order(order.needs))
            }
        };
        if waits {
            self.asked.push((ticket, question));
        } else {
            self.settle(ticket, Ok(answer));
        }
    }

    fn fetch(&mut self, needs: Vec<Request>) {
        let mut new = Vec::new();
        for request in needs {
            let name = request.name.to_string();
            if !self.fetching.contains(&name) {
                self.fetching.push(name);
                new.push(request.to_string());
            }
        }
        if !new.is_empty() {
            self.out.push(Effect::Fetch(new));
        }
    }

    /// A file arrived, or is not there. Questions that waited for it are answered or go on.
    pub fn file(&mut self, name: &str, bytes: Option<Vec<u8>>) {
        self.fetching.retain(|fetching| fetching != name);
        if let Err(error) = self.library.put(name, bytes) {
            self.problem(format!("{name}: {error}"));
        }
        for (ticket, question) in core::mem::take(&mut self.asked) {
            self.answer(ticket, question);
        }
    }
}
