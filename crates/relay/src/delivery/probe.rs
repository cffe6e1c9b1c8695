//! One test contact, to see whether a destination is set up right.

use super::decide::{Outcome, problem};
use super::door::Door;
use crate::config::Destination;
use crate::preset::{Draft, Exchange, Fate, Judgement, Token};
use crate::{RelayError, clock};
use serde_json::json;
use tanish::time::rfc3339;

/// Bytes of an answer that are shown.
const SHOWN: usize = 600;

/// A request of the probe, and how it ended.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The preset's step.
    pub step: String,
    /// Method and address, without keys.
    pub request: String,
    /// Status, or what kept the answer away.
    pub end: String,
    /// The start of the answer's body, without secrets.
    pub answer: String,
}

/// How a probe went.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Each request.
    pub seen: Vec<Seen>,
    /// Whether the destination took the contact.
    pub fine: bool,
    /// What it means and what to do, in words.
    pub words: String,
}

/// Sends one contact, `tanish-test@example.com`, unless told another address or phone.
///
/// # Errors
/// When no client can be made for the destination.
pub async fn probe(destination: &Destination, email: &str, phone: &str) -> Result<Probe, RelayError> {
    let door = Door::new(destination)?;
    let target = &destination.target;
    let now = clock::now();
    let event = json!({
        "type": "identify", "messageId": format!("tanish-test-{now}"), "anonymousId": "tanish-test",
        "userId": "tanish-test", "timestamp": rfc3339(now),
        "traits": {"email": email, "phone": phone, "first_name": "Tanish", "last_name": "Test"},
    });
    let message_id = event["messageId"].as_str().unwrap_or_default();
    let item = target.item(message_id, &event.to_string(), None);
    let action = match &item.fate {
        Fate::Act(action) => *action,
        fate => {
            let words = match fate {
                Fate::Skip(reason) => format!("nothing was sent: {reason}"),
                Fate::Hold => {
                    "nothing was sent: the preset needs an e-mail address or phone; give one".to_owned()
                }
                Fate::Bad(message) => format!("the preset stumbled over the test contact: {message}"),
                Fate::Act(_) => String::new(),
            };
            return Ok(Probe { seen: Vec::new(), fine: matches!(fate, Fate::Skip(_)), words });
        }
    };
    let items = [&item];
    let mut seen = Vec::new();
    let start = |token: Option<&Token>| {
        Exchange::new(target, action, &items, token, destination.is_grouped(action), now)
    };
    let ended =
        door.exchange(destination, start, |draft, outcome| seen.push(see(destination, draft, outcome))).await;
    let judgement =
        ended.and_then(|ended| ended.judgements.into_iter().next()).unwrap_or(Judgement::Delivered);
    let fine = matches!(judgement, Judgement::Delivered | Judgement::Skipped(_));
    Ok(Probe { words: advice(destination, &judgement), seen, fine })
}

fn see(destination: &Destination, draft: &Draft, outcome: &Outcome) -> Seen {
    let (end, answer) = match outcome {
        Outcome::Answer { status, body, .. } => {
            let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).into_owned();
            (format!("status {status}"), text)
        }
        Outcome::Transport(problem) => (problem.clone(), String::new()),
    };
    let mut answer = answer;
    for secret in destination.target.secret_values() {
        answer = answer.replace(secret, "…");
    }
    Seen { step: draft.step.clone(), request: format!("{} {}", draft.method, draft.url), end, answer }
}

/// What a judgement asks of a person.
fn advice(destination: &Destination, judgement: &Judgement) -> String {
    let preset = destination.target.preset();
    let secrets: Vec<String> =
        preset.secrets.iter().map(|secret| format!("`{}` ({})", secret.name, secret.about)).collect();
    let keys = if secrets.is_empty() { "the settings".to_owned() } else { secrets.join("; ") };
    let why = problem(judgement);
    match judgement {
        Judgement::Delivered => format!("{} took the test contact", preset.title),
        Judgement::Skipped(reason) => format!("nothing to send: {reason}"),
        Judgement::Locked(_) if why.contains("login:") => {
            format!("no token was given out ({why}): check {keys}")
        }
        Judgement::Locked(_) => format!("the key does not open ({why}): check {keys}, and `url`"),
        Judgement::Refused(_) if why.contains("404") || why.contains("405") => {
            format!("there is nothing at this address ({why}): check `url` and `settings`")
        }
        Judgement::Refused(_) => {
            format!("the key is known but may not do this ({why}): give it the rights it needs: {keys}")
        }
        Judgement::Retry { .. } if why.contains("429") => {
            format!(
                "{} is asked too much right now ({why}): try again later, or lower `requests_per_second`",
                preset.title
            )
        }
        Judgement::Retry { .. } if why.contains("status 5") => {
            format!("{} is in trouble itself ({why}): try again later", preset.title)
        }
        Judgement::Retry { .. } => {
            format!("nobody answers ({why}): check `url`, the name's DNS entry, firewalls and certificates")
        }
        Judgement::Dead(_) | Judgement::Split(_) => {
            format!(
                "the record was refused ({why}): the answer above says which field; map yours in `fields`"
            )
        }
    }
}
