//! What would be sent, and nothing is: for the curious, and for tests.

use super::{Credential, Exchange, Fate, Next, Sealed, Target};
use tanish::time::Millis;

/// More requests than any preset makes of an event: a preset whose steps never end is told apart.
const MOST_REQUESTS: usize = 32;

/// What would become of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRun {
    /// These requests, were each answered as the preset's example says.
    Requests(Vec<DryRequest>),
    /// Nothing, for this reason.
    Nothing(&'static str),
    /// Nothing yet: nobody knows whose it is.
    Hold,
    /// A program of the preset stumbled.
    Bad(String),
}

/// A request, and the answer the preset gives as an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRequest {
    /// What would be sent.
    pub request: Sealed,
    /// Status of the example.
    pub status: u16,
    /// Body of the example.
    pub answer: String,
}

/// Plays one event through a target. `customer` is what the relay would know of its person.
pub fn dry_run(
    target: &Target,
    message_id: &str,
    body: &str,
    customer: Option<&str>,
    credential: &Credential,
    now: Millis,
) -> DryRun {
    let item = target.item(message_id, body, customer);
    let action = match &item.fate {
        Fate::Act(action) => *action,
        Fate::Skip(reason) => return DryRun::Nothing(reason),
        Fate::Hold => return DryRun::Hold,
        Fate::Bad(message) => return DryRun::Bad(message.clone()),
    };
    let items = [&item];
    let grouped = target.batch_of(action) > 1;
    let Some(mut exchange) = Exchange::new(target, action, &items, None, grouped, now) else {
        return DryRun::Nothing("the preset has no place for it");
    };
    let mut requests = Vec::new();
    while let Next::Send(draft) = exchange.advance() {
        let request = match draft.seal(credential, "0123456789abcdef", now) {
            Ok(sealed) => sealed,
            Err(message) => return DryRun::Bad(format!("{}: {message}", draft.step)),
        };
        let (status, example) = exchange.example();
        // An example that is a string is an answer that is no JSON.
        let text: Option<String> = serde_json::from_str(example).ok();
        let answer = text.unwrap_or_else(|| example.to_owned());
        exchange.receive(status, answer.as_bytes());
        requests.push(DryRequest { request, status, answer });
        if requests.len() > MOST_REQUESTS {
            return DryRun::Bad(format!("more than {MOST_REQUESTS} requests for one event"));
        }
    }
    let bad = exchange.judgements().into_iter().find(|judgement| *judgement != super::Judgement::Delivered);
    match bad {
        Some(judgement) => DryRun::Bad(crate::delivery::decide::problem(&judgement).to_owned()),
        None => DryRun::Requests(requests),
    }
}
