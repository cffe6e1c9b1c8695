//! What the queue knows of one customer: found by any of their names, and forgotten on request.

use super::people::{by_key, load, names};
use super::sqlite::SqliteQueue;
use super::{DestinationId, Person, QueueError};
use rusqlite::params;

/// A customer with every name they are known by.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The record.
    pub person: Person,
    /// As `u:…`, `e:…`, `p:…`, `a:…`.
    pub names: Vec<String>,
}

impl Known {
    /// The browsers: `anonymousId`s.
    pub fn visitors(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| name.strip_prefix("a:"))
    }

    /// The shop's ids: `userId`s.
    pub fn customers(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| name.strip_prefix("u:"))
    }
}

/// The part of the queue that knows people.
pub trait People {
    /// Whoever the first of these names means.
    ///
    /// # Errors
    /// When the storage fails.
    fn find(&self, keys: &[String]) -> Result<Option<Known>, QueueError>;

    /// Forgets a person: their record, what waits for destinations, dead letters and bodies. Ids of events
    /// stay, so that a late repeat does not bring anything back.
    ///
    /// # Errors
    /// When the storage fails; then nothing was forgotten.
    fn erase(&mut self, known: &Known) -> Result<(), QueueError>;
}

impl People for SqliteQueue {
    fn find(&self, keys: &[String]) -> Result<Option<Known>, QueueError> {
        for key in keys {
            if let Some(row) = by_key(&self.connection, key)?
                && let Some(person) = load(&self.connection, row)?
            {
                return Ok(Some(Known { person, names: names(&self.connection, row)? }));
            }
        }
        Ok(None)
    }

    fn erase(&mut self, known: &Known) -> Result<(), QueueError> {
        let transaction = self.durable()?;
        for lane in known.names.iter().filter(|name| name.starts_with("a:") || name.starts_with("u:")) {
            let lanes: Vec<(i64, i64)> = {
                let mut statement =
                    transaction.prepare("SELECT id, destination FROM lane WHERE visitor = ?1")?;
                let rows = statement.query_map([lane], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect::<Result<_, _>>()?
            };
            for (id, destination) in lanes {
                let gone = transaction.execute("DELETE FROM outbox WHERE lane = ?1", [id])?;
                transaction.execute("DELETE FROM lane WHERE id = ?1", [id])?;
                let gone = i64::try_from(gone).unwrap_or(i64::MAX);
                super::sqlite::count(&transaction, DestinationId(destination), -gone, 0)?;
            }
            transaction.execute(
                "UPDATE destination SET dead = dead - (SELECT count(*) FROM dead_letter JOIN event USING (seq)
                     WHERE dead_letter.destination = destination.id AND visitor = ?1)",
                [lane],
            )?;
            transaction.execute(
                "DELETE FROM dead_letter WHERE seq IN (SELECT seq FROM event WHERE visitor = ?1)",
                [lane],
            )?;
            transaction.execute("UPDATE event SET body = '', visitor = '' WHERE visitor = ?1", [lane])?;
        }
        transaction.execute("DELETE FROM alias WHERE person = ?1", params![known.person.row])?;
        transaction.execute("DELETE FROM person WHERE id = ?1", params![known.person.row])?;
        Ok(transaction.commit()?)
    }
}
