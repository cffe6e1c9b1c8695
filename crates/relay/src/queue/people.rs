//! Who is behind the ids: one person joined from browsers, sign-ins, e-mail addresses and phones.
//!
//! The rules, in this order:
//!
//! 1. An event names its person by `userId`, by `traits.email` and `traits.phone` where it is an `identify`, and by
//!    `anonymousId`. E-mail addresses are compared in lower case, phones by their digits.
//! 2. The strongest known name decides: `userId`, then e-mail, then phone, then `anonymousId`.
//! 3. Two different `userId`s are two people, whatever else they share. A browser belongs to the one who
//!    signed in last; a shared address or phone stays with the one who had it first.
//! 4. Other names that turn out to be of one person join their records; a later trait replaces an earlier.
//!
//! A person exists from the first `identify` or `userId` on: a browser nobody signed in to is no person.

use super::QueueError;
use super::sqlite::{connect, db, millis};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Map, Value, json};
use std::path::Path;
use tanish::time::Millis;

/// Most bytes of a person's traits; an identify that would grow them beyond replaces them.
const LARGEST_TRAITS: usize = 32 * 1024;

/// What an event says of the person behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// `anonymousId`.
    pub visitor: Option<String>,
    /// `userId`.
    pub customer: Option<String>,
    /// In lower case.
    pub email: Option<String>,
    /// A `+` where it was written with one, and digits.
    pub phone: Option<String>,
    /// Of an `identify`, as a JSON object.
    pub traits: Option<String>,
}

/// What is known of a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// Names it in this database only.
    pub row: i64,
    /// The shop's id.
    pub customer: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The phone.
    pub phone: Option<String>,
    /// Everything an `identify` said.
    pub traits: Map<String, Value>,
    /// When it was last told something.
    pub updated: Millis,
}

impl Who {
    /// What a checked event says.
    pub fn of(event: &Map<String, Value>) -> Who {
        let named = |field: &str| event.get(field).and_then(Value::as_str).map(str::to_owned);
        let is_identify = event.get("type").and_then(Value::as_str) == Some("identify");
        let traits = event.get("traits").and_then(Value::as_object).filter(|_| is_identify);
        let plain = |name: &str| match traits?.get(name)? {
            Value::String(text) => {
                Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text.len() <= 320)
            }
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Who {
            visitor: named("anonymousId"),
            customer: named("userId"),
            email: plain("email").map(|email| email.to_lowercase()).filter(|email| email.contains('@')),
            phone: plain("phone").as_deref().and_then(phone),
            traits: traits
                .filter(|traits| !traits.is_empty())
                .map(|traits| Value::Object(traits.clone()).to_string()),
        }
    }

    /// Whether there is anything to note.
    pub fn is_somebody(&self) -> bool {
        self.customer.is_some() || self.email.is_some() || self.phone.is_some() || self.traits.is_some()
    }

    /// Its names, the strongest first.
    fn keys(&self) -> Vec<String> {
        let named = [("u:", &self.customer), ("e:", &self.email), ("p:", &self.phone), ("a:", &self.visitor)];
        named.into_iter().filter_map(|(kind, name)| Some(format!("{kind}{}", name.as_ref()?))).collect()
    }
}

/// A phone's digits, with the `+` it was written with; `None` where there are too few to be one.
pub fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plus = if text.trim_start().starts_with('+') { "+" } else { "" };
    (5..=20).contains(&digits.len()).then(|| format!("{plus}{digits}"))
}

/// Notes what an event says; whether anything is new.
pub(super) fn note(transaction: &Transaction<'_>, who: &Who, now: Millis) -> Result<bool, QueueError> {
    if !who.is_somebody() {
        return Ok(false);
    }
    let keys = who.keys();
    let mut person = None;
    for key in &keys {
        let Some(found) = by_key(transaction, key)? else { continue };
        let Some(known) = load(transaction, found)? else { continue };
        let is_other = |mine: &Option<String>| matches!((mine, &known.customer), (Some(mine), Some(theirs)) if mine != theirs);
        match &mut person {
            None if is_other(&who.customer) => {}
            None => person = Some(known),
            Some(first) if first.row == known.row => {}
            Some(first) if is_other(&first.customer) || is_other(&who.customer) => {}
            Some(first) => join(transaction, first, known)?,
        }
    }
    let is_new = person.is_none();
    let mut person = match person {
        Some(person) => person,
        None => create(transaction, now)?,
    };
    let before = person.clone();
    update(&mut person, who);
    let mut changed = is_new || person != before;
    for key in &keys {
        changed |= point(transaction, key, person.row)?;
    }
    if changed {
        person.updated = now;
        save(transaction, &person)?;
    }
    Ok(changed)
}

fn update(person: &mut Person, who: &Who) {
    if person.customer.is_none() {
        person.customer.clone_from(&who.customer);
    }
    if who.email.is_some() {
        person.email.clone_from(&who.email);
    }
    if who.phone.is_some() {
        person.phone.clone_from(&who.phone);
    }
    let said = who.traits.as_deref().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let Some(said) = said else { return };
    let mut traits = person.traits.clone();
    traits.extend(said.clone().into_iter().filter(|(_, value)| !value.is_null()));
    let fits = Value::Object(traits.clone()).to_string().len() <= LARGEST_TRAITS;
    person.traits = if fits { traits } else { said };
}

/// Makes the second a part of the first: what the first does not know is taken over.
fn join(transaction: &Transaction<'_>, first: &mut Person, second: Person) -> Result<(), QueueError> {
    transaction
        .prepare_cached("UPDATE alias SET person = ?1 WHERE person = ?2")?
        .execute([first.row, second.row])?;
    transaction.prepare_cached("DELETE FROM person WHERE id = ?1")?.execute([second.row])?;
    let (mut older, newer) = if first.updated >= second.updated {
        (second.traits, first.traits.clone())
    } else {
        (first.traits.clone(), second.traits)
    };
    older.extend(newer);
    first.traits = older;
    first.customer = first.customer.take().or(second.customer);
    first.email = first.email.take().or(second.email);
    first.phone = first.phone.take().or(second.phone);
    Ok(())
}

/// Lets a name mean this person; whether it did not before. An address or phone of another customer stays theirs.
fn point(transaction: &Transaction<'_>, key: &str, person: i64) -> Result<bool, QueueError> {
    let steals = key.starts_with("a:") || key.starts_with("u:");
    let sql = if steals {
        "INSERT INTO alias VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET person = ?2 WHERE person <> ?2"
    } else {
        "INSERT INTO alias VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING"
    };
    Ok(transaction.prepare_cached(sql)?.execute(params![key, person])? > 0)
}

fn create(transaction: &Transaction<'_>, now: Millis) -> Result<Person, QueueError> {
    transaction
        .prepare_cached("INSERT INTO person (traits, updated) VALUES ('{}', ?1)")?
        .execute([db(now)])?;
    Ok(Person { row: transaction.last_insert_rowid(), updated: now, ..Person::default() })
}

fn save(transaction: &Transaction<'_>, person: &Person) -> Result<(), QueueError> {
    let traits = Value::Object(person.traits.clone()).to_string();
    transaction
        .prepare_cached(
            "UPDATE person SET customer = ?2, email = ?3, phone = ?4, traits = ?5, updated = ?6 WHERE id = ?1",
        )?
        .execute(params![person.row, person.customer, person.email, person.phone, traits, db(person.updated)])?;
    Ok(())
}

/// The person a name means.
pub(super) fn by_key(connection: &Connection, key: &str) -> Result<Option<i64>, QueueError> {
    let mut statement = connection.prepare_cached("SELECT person FROM alias WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// A person's record.
pub(super) fn load(connection: &Connection, row: i64) -> Result<Option<Person>, QueueError> {
    let mut statement = connection
        .prepare_cached("SELECT customer, email, phone, traits, updated FROM person WHERE id = ?1")?;
    let person = statement
        .query_row([row], |found| {
            let traits: String = found.get(3)?;
            Ok(Person {
                row,
                customer: found.get(0)?,
                email: found.get(1)?,
                phone: found.get(2)?,
                traits: serde_json::from_str(&traits).unwrap_or_default(),
                updated: millis(found.get(4)?),
            })
        })
        .optional()?;
    Ok(person)
}

/// Every name of a person.
pub(super) fn names(connection: &Connection, row: i64) -> Result<Vec<String>, QueueError> {
    let mut statement = connection.prepare_cached("SELECT key FROM alias WHERE person = ?1 ORDER BY key")?;
    let rows = statement.query_map([row], |found| found.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Tells of everybody, by age of their record, as long as `tell` says to go on.
///
/// # Errors
/// When the database cannot be read.
pub fn each_person(database: &Path, mut tell: impl FnMut(&Person) -> bool) -> Result<(), QueueError> {
    let connection = connect(database)?;
    let mut statement = connection.prepare("SELECT id FROM person ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(person) = load(&connection, row.get(0)?)?
            && !tell(&person)
        {
            break;
        }
    }
    Ok(())
}

/// What is known of the person behind a lane, as an event's `customer` is told.
pub(super) fn customer(connection: &Connection, lane: &str) -> Result<Option<String>, QueueError> {
    let Some(row) = by_key(connection, lane)? else { return Ok(None) };
    Ok(load(connection, row)?.map(|person| person.to_json().to_string()))
}

impl Person {
    /// As programs of presets see it.
    pub fn to_json(&self) -> Value {
        json!({"id": self.customer, "email": self.email, "phone": self.phone, "traits": self.traits})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Book {
        _folder: tempfile::TempDir,
        connection: Connection,
        now: Millis,
    }

    impl Book {
        fn new() -> Book {
            let folder = tempfile::tempdir().unwrap();
            let connection = connect(&folder.path().join("q")).unwrap();
            Book { _folder: folder, connection, now: 0 }
        }

        fn tell(&mut self, event: Value) -> bool {
            self.now += 1;
            let transaction = self.connection.transaction().unwrap();
            let changed = note(&transaction, &Who::of(event.as_object().unwrap()), self.now).unwrap();
            transaction.commit().unwrap();
            changed
        }

        fn who(&self, key: &str) -> Option<Person> {
            let row = by_key(&self.connection, key).unwrap()?;
            load(&self.connection, row).unwrap()
        }

        fn people(&self) -> i64 {
            self.connection.query_row("SELECT count(*) FROM person", [], |row| row.get(0)).unwrap()
        }
    }

    #[test]
    fn a_browser_becomes_a_customer_and_is_joined_by_address() {
        let mut book = Book::new();
        assert!(!book.tell(json!({"type": "track", "event": "A", "anonymousId": "v1"})), "nobody yet");
        assert!(book.tell(json!({"type": "identify", "anonymousId": "v1", "traits": {"email": " Ann@Shop.uz ", "name": "Ann"}})));
        assert!(book.tell(json!({"type": "identify", "anonymousId": "v2", "userId": "c1",
            "traits": {"email": "ann@shop.uz", "phone": "+998 (90) 123-45-67", "name": "Anna"}})));
        assert_eq!(book.people(), 1, "one address, one person");
        let ann = book.who("a:v1").unwrap();
        assert_eq!((ann.customer.as_deref(), ann.phone.as_deref()), (Some("c1"), Some("+998901234567")));
        assert_eq!(ann.traits["name"], "Anna", "the later word stands");
        assert_eq!(book.who("p:+998901234567"), Some(ann));
        assert!(
            !book.tell(json!({"type": "track", "event": "A", "anonymousId": "v2", "userId": "c1"})),
            "nothing new"
        );
    }

    #[test]
    fn two_customers_stay_two_whatever_they_share() {
        let mut book = Book::new();
        book.tell(json!({"type": "identify", "anonymousId": "home", "userId": "ann", "traits": {"email": "family@a.uz"}}));
        book.tell(json!({"type": "identify", "anonymousId": "home", "userId": "bob", "traits": {"email": "family@a.uz", "name": "Bob"}}));
        assert_eq!(book.people(), 2);
        assert_eq!(book.who("a:home").unwrap().customer.as_deref(), Some("bob"), "who signed in last");
        assert_eq!(book.who("e:family@a.uz").unwrap().customer.as_deref(), Some("ann"), "who had it first");
        assert!(book.who("u:ann").unwrap().traits.get("name").is_none());
    }

    #[test]
    fn records_join_when_their_names_meet() {
        let mut book = Book::new();
        book.tell(json!({"type": "identify", "anonymousId": "v1", "traits": {"email": "a@b.uz", "city": "Tashkent"}}));
        book.tell(json!({"type": "identify", "anonymousId": "v2", "traits": {"phone": "998901112233", "city": "Samarkand"}}));
        assert_eq!(book.people(), 2);
        book.tell(json!({"type": "identify", "anonymousId": "v3", "traits": {"email": "A@B.uz", "phone": "998901112233"}}));
        assert_eq!(book.people(), 1);
        let one = book.who("a:v2").unwrap();
        assert_eq!((one.email.as_deref(), one.traits["city"].as_str()), (Some("a@b.uz"), Some("Samarkand")));
        assert_eq!(
            names(&book.connection, one.row).unwrap(),
            ["a:v1", "a:v2", "a:v3", "e:a@b.uz", "p:998901112233"]
        );
    }

    #[test]
    fn phones_are_digits() {
        assert_eq!(phone(" +998 90 123 45 67 ").as_deref(), Some("+998901234567"));
        assert_eq!(phone("12").as_deref(), None);
        assert_eq!(phone(&"1".repeat(40)), None);
    }
}
