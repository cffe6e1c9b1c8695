//! `tanish relay dead`: the events no destination would take.

use clap::Subcommand;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use tanish::time::rfc3339;
use tanish_relay::queue::{DeadLetter, Which, drop_letters, replay_of};

/// Dead letters listed at a time.
const LISTED: usize = 1000;

#[derive(Subcommand)]
pub enum Action {
    /// One line a dead letter, oldest first
    List {
        /// Of this destination only
        #[arg(long)]
        destination: Option<String>,
    },
    /// An event with the answers it got
    Show {
        /// The event's messageId
        id: String,
    },
    /// Put dead letters back in the queue
    Replay(Choice),
    /// Remove dead letters for good
    Drop(Choice),
}

#[derive(clap::Args)]
pub struct Choice {
    /// The event's messageId
    #[arg(required_unless_present_any = ["all", "destination"])]
    id: Option<String>,
    /// Of this destination only
    #[arg(long)]
    destination: Option<String>,
    /// All of them
    #[arg(long, conflicts_with = "id")]
    all: bool,
}

impl Choice {
    fn which(&self) -> Which<'_> {
        Which { destination: self.destination.as_deref(), message_id: self.id.as_deref() }
    }
}

pub fn run(action: &Action, config: &Path) -> Result<(), Box<dyn Error>> {
    let database = super::database(config)?;
    let mut out = io::stdout().lock();
    match action {
        Action::List { destination } => {
            let which = Which { destination: destination.as_deref(), message_id: None };
            let letters = DeadLetter::list_of(&database, which, LISTED)?;
            letters.iter().try_for_each(|letter| line(&mut out, letter))?;
            if letters.len() == LISTED {
                writeln!(out, "(only the oldest {LISTED} are listed)")?;
            }
        }
        Action::Show { id } => {
            let which = Which { message_id: Some(id), ..Which::default() };
            let letters = DeadLetter::show(&database, which)?;
            if letters.is_empty() {
                return Err(format!("no dead letter has the id {id:?}: see `tanish relay dead list`").into());
            }
            for (letter, body) in letters {
                line(&mut out, &letter)?;
                let value: serde_json::Value = serde_json::from_str(&body)?;
                writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
            }
        }
        Action::Replay(choice) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
            let count = replay_of(&database, choice.which(), u64::try_from(now)?)?;
            writeln!(out, "{count} events are back in the queue")?;
        }
        Action::Drop(choice) => {
            let count = drop_letters(&database, choice.which())?;
            writeln!(out, "{count} dead letters are gone")?;
        }
    }
    Ok(())
}

fn line(out: &mut impl Write, letter: &DeadLetter) -> io::Result<()> {
    let failure = &letter.failure;
    let status = failure.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    // Quoted: what a destination answered must not steer the terminal.
    writeln!(
        out,
        "{}\t{}\t{:?}\t{} tries\t{status}\t{:?}\t{:?}",
        rfc3339(letter.at),
        letter.destination,
        letter.message_id,
        letter.attempts,
        failure.reason,
        failure.response
    )
}
