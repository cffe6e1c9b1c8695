//! The profile: all that is kept of the visitor in this browser, in one value.

use super::cart::Cart;
use super::consent::Choice;
use super::history::{Action, History, HistoryEntry};
use super::id::VisitorId;
use super::permission::Permissions;
use super::preferences::Preferences;
use super::twin::Twin;
use crate::time::{MINUTE, Millis};
use crate::value::Value;

/// Version of the stored form; another one is not read.
const VERSION: f64 = 1.0;
/// A visit ends after this much silence.
const VISIT_GAP: Millis = 30 * MINUTE;
/// Largest traits object, as JSON text.
const MAX_TRAITS: usize = 8 * 1024;

/// What is known of the visitor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// The id; the cookie is the source of truth, this is the copy.
    pub id: Option<VisitorId>,
    /// The customer's id after sign-in.
    pub customer: Option<String>,
    /// Traits the shop gave: an object.
    pub traits: Value,
    /// What the visitor said of themselves.
    pub preferences: Preferences,
    /// The channels they may be written to by.
    pub permissions: Permissions,
    /// What the visitor did.
    pub history: History,
    /// What lies in the cart.
    pub cart: Cart,
    /// How many visits.
    pub visits: u32,
    /// First moment seen.
    pub first_seen: Option<Millis>,
    /// Last moment seen.
    pub last_seen: Option<Millis>,
    /// When the current visit began.
    pub visit_start: Option<Millis>,
    /// The visitor's choice, once made.
    pub choice: Option<Choice>,
    /// How often someone signed in or out here, or the id changed: of two tabs the higher number knows
    /// who is here, whatever their clocks say.
    pub turn: u32,
    /// The relay's cookie.
    pub twin: Twin,
}

impl Profile {
    /// The next person at this browser: nothing of the last, but the choice, which is the browser's.
    pub fn next_person(&mut self) {
        let (choice, turn, twin) = (self.choice, self.turn.saturating_add(1), self.twin);
        *self = Profile { choice, turn, twin: Twin { asked: None, ..twin }, ..Profile::default() };
    }

    /// What experiments assign by. Signing in keeps it; after a sign-out it is another one.
    pub fn assignment_id(&self) -> Option<String> {
        self.id.map(|id| id.to_string())
    }

    /// Notes that the visitor is here: a new visit after 30 minutes of silence. Says whether one began.
    pub fn seen(&mut self, now: Millis) -> bool {
        let silent = self.last_seen.is_none_or(|last| now.saturating_sub(last) > VISIT_GAP);
        if silent {
            self.visits = self.visits.saturating_add(1);
            self.visit_start = Some(now);
        }
        self.first_seen.get_or_insert(now);
        self.last_seen = self.last_seen.max(Some(now));
        silent
    }

    /// Adds or replaces traits; `null` removes one. Past 8 KB further traits are not kept.
    pub fn add_traits(&mut self, traits: &Value) {
        for (name, value) in traits.members() {
            if self.traits.weight() + value.weight() <= MAX_TRAITS {
                self.traits.set(name, value.clone());
            }
        }
        if let Value::Object(members) = &mut self.traits {
            members.retain(|(_, value)| *value != Value::Null);
        }
    }

    /// The time of each known order, oldest first: purchases of one order id, or of one moment, are one
    /// order.
    pub fn order_times(&self) -> Vec<Millis> {
        let mut orders: Vec<(Option<&str>, Millis)> = Vec::new();
        for entry in self.purchases() {
            let known = orders.iter().any(|(order, at)| match (&entry.order, order) {
                (Some(mine), Some(theirs)) => mine == theirs,
                _ => entry.at == *at,
            });
            if !known {
                orders.push((entry.order.as_deref(), entry.at));
            }
        }
        orders.into_iter().map(|(_, at)| at).collect()
    }

    /// Money spent in known orders.
    pub fn spent(&self) -> f64 {
        self.purchases().map(|entry| entry.quantity * entry.price.unwrap_or(0.0)).sum()
    }

    fn purchases(&self) -> impl Iterator<Item = &HistoryEntry> {
        self.history.entries().iter().filter(|entry| entry.action == Action::Purchase)
    }

    /// As kept in the browser.
    pub fn to_value(&self) -> Value {
        let time = |at: Option<Millis>| Value::from(at);
        let mut value = Value::object([
            ("v", VERSION.into()),
            ("id", self.id.map(|id| id.to_string()).into()),
            ("customer", self.customer.as_deref().into()),
            ("traits", self.traits.clone()),
            ("visits", f64::from(self.visits).into()),
            ("turn", f64::from(self.turn).into()),
            ("firstSeen", time(self.first_seen)),
            ("lastSeen", time(self.last_seen)),
            ("visitStart", time(self.visit_start)),
            ("preferences", self.preferences.to_value()),
            ("permissions", self.permissions.to_value()),
            ("history", self.history.to_value()),
            ("cart", self.cart.to_value()),
        ]);
        if let Some(choice) = self.choice {
            value.set("consent", choice.to_value());
        }
        if let Some(twin) = self.twin.to_value() {
            value.set("twin", twin);
        }
        value
    }

    /// Reads what [`Profile::to_value`] wrote; damaged parts are left out, never fatal.
    pub fn from_value(value: &Value, now: Millis) -> Profile {
        if value.number("v") != Some(VERSION) {
            return Profile::default();
        }
        let time = |name: &str| value.number(name).filter(|at| *at >= 0.0).map(|at| at as Millis);
        let count = |name: &str| value.number(name).filter(|count| *count >= 0.0).unwrap_or_default() as u32;
        let mut profile = Profile {
            id: value.str("id").and_then(VisitorId::parse).filter(|id| id.alive(now)),
            customer: value.str("customer").map(str::to_owned),
            visits: count("visits"),
            turn: count("turn"),
            twin: value.get("twin").map(|twin| Twin::from_value(twin, now)).unwrap_or_default(),
            first_seen: time("firstSeen"),
            last_seen: time("lastSeen").filter(|last| *last <= now.saturating_add(VISIT_GAP)),
            visit_start: time("visitStart"),
            preferences: value.get("preferences").map(Preferences::from_value).unwrap_or_default(),
            permissions: value.get("permissions").map(Permissions::from_value).unwrap_or_default(),
            choice: value.get("consent").map(Choice::from_value),
            ..Profile::default()
        };
        if let Some(traits) = value.get("traits") {
            profile.add_traits(traits);
        }
        let entries = value.get("history").map(Value::items).unwrap_or_default();
        profile.history.add(entries.iter().filter_map(HistoryEntry::from_value), now);
        profile.cart = Cart::from_value(value.get("cart").unwrap_or(&Value::Null));
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const NOW: Millis = 1_795_329_421_042;

    fn profile() -> Profile {
        let mut profile =
            Profile { id: Some(VisitorId::issue(NOW, &mut Random::new([1; 4]))), ..Profile::default() };
        profile.seen(NOW);
        profile.customer = Some("oybek".into());
        profile.add_traits(&Value::object([("firstName", "Oybek".into())]));
        let buy = |id: &str, order: &str| HistoryEntry {
            price: Some(10.0),
            quantity: 2.0,
            order: Some(order.into()),
            ..HistoryEntry::new(id, NOW, Action::Purchase)
        };
        profile.history.add([buy("a", "1"), buy("b", "1"), buy("a", "2")], NOW);
        profile
    }

    #[test]
    fn comes_back() {
        let profile = profile();
        assert_eq!(Profile::from_value(&profile.to_value(), NOW), profile);
        assert_eq!((profile.order_times().len(), profile.spent()), (2, 60.0));
    }

    #[test]
    fn damage_costs_only_the_damaged_part() {
        let mut value = profile().to_value();
        value.set("id", "garbage");
        value.set("visits", "many");
        value.set(
            "history",
            Value::Array(vec![Value::Null, Value::object([("id", "a".into()), ("at", NOW.into())])]),
        );
        let read = Profile::from_value(&value, NOW);
        assert_eq!((read.id, read.visits, read.history.entries().len()), (None, 0, 1));
        assert_eq!(read.customer.as_deref(), Some("oybek"));
        assert_eq!(Profile::from_value(&Value::Null, NOW), Profile::default());
    }

    #[test]
    fn visits_end_after_half_an_hour() {
        let mut profile = Profile::default();
        assert!(profile.seen(NOW) && !profile.seen(NOW + VISIT_GAP) && profile.seen(NOW + 2 * VISIT_GAP + 1));
        assert!(!profile.seen(NOW), "a clock set back starts no visit");
        assert_eq!(profile.visits, 2);
    }
}
