//! What the event log needs of the queue: the events in commit order, and a place to note its progress.

use super::QueueError;
use super::spent::forget;
use super::sqlite::{SqliteQueue, db, millis};
use rusqlite::params;
use tanish::time::Millis;

/// An event on its way to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its place in commit order, from 1.
    pub seq: i64,
    /// When the relay received it: decides the file.
    pub received: Millis,
    /// The line, without its end.
    pub body: String,
}

/// A file of the log, as far as it is written by right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its name, without the folder.
    pub name: String,
    /// Bytes that count. What a crash left behind them is cut off.
    pub bytes: u64,
}

/// Progress of the event log, kept with the events.
pub trait Journal {
    /// The next events after the noted progress, in commit order.
    ///
    /// # Errors
    /// When the storage fails.
    fn unlogged(&self, limit: usize) -> Result<Vec<LoggedEvent>, QueueError>;

    /// Every file known so far.
    ///
    /// # Errors
    /// When the storage fails.
    fn log_files(&self) -> Result<Vec<LogFile>, QueueError>;

    /// Notes the lengths of files and, if given, the last event written to them: in one transaction,
    /// on the disk when this returns. Written events that wait for no destination are forgotten then,
    /// all but their ids.
    ///
    /// # Errors
    /// When the storage fails.
    fn note_log(&mut self, files: &[LogFile], through: Option<i64>) -> Result<(), QueueError>;
}

impl Journal for SqliteQueue {
    fn unlogged(&self, limit: usize) -> Result<Vec<LoggedEvent>, QueueError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, received, body FROM event
             WHERE seq > (SELECT seq FROM log_cursor) ORDER BY seq LIMIT ?1",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map([limit], |row| {
            Ok(LoggedEvent { seq: row.get(0)?, received: millis(row.get(1)?), body: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn log_files(&self) -> Result<Vec<LogFile>, QueueError> {
        let mut statement =
            self.connection.prepare_cached("SELECT name, bytes FROM log_file ORDER BY name")?;
        let rows =
            statement.query_map([], |row| Ok(LogFile { name: row.get(0)?, bytes: millis(row.get(1)?) }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn note_log(&mut self, files: &[LogFile], through: Option<i64>) -> Result<(), QueueError> {
        let transaction = self.durable()?;
        for file in files {
            transaction
                .prepare_cached(
                    "INSERT INTO log_file VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
                )?
                .execute(params![file.name, db(file.bytes)])?;
        }
        if let Some(seq) = through {
            let before: i64 = transaction.query_row("SELECT seq FROM log_cursor", [], |row| row.get(0))?;
            transaction.prepare_cached("UPDATE log_cursor SET seq = ?1")?.execute([seq])?;
            forget(&transaction, before.saturating_add(1)..=seq)?;
        }
        Ok(transaction.commit()?)
    }
}
