//! One action for one or more events, request by request: sans-I/O.
//!
//! ```text
//! loop { match exchange.advance() { Send(draft) => exchange.receive(status, body), Done => break } }
//! ```
//! Each step sees the answers of those before it, so a search can come before a write. What is done again
//! after a crash starts with the first step.

use super::auth::{Credential, Token, with, wsse};
use super::encode::{Encoding, answer};
use super::judge::{Judgement, by_program, by_status};
use super::program::{Program, is_true, json, object, text};
use super::target::{Item, Target};
use super::template::{Place, escape};
use super::{Action, Step, Transport};
use crate::delivery::webhook;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jaq_json::Val;
use ring::digest;
use tanish::time::{Millis, rfc3339};

/// A request, not yet let in.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The step it belongs to.
    pub step: String,
    /// What carries it.
    pub transport: Transport,
    /// `GET`, `POST`, …
    pub method: String,
    /// The address, without the query.
    pub url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Val>,
    encode: Encoding,
    content_type: Option<String>,
    /// The same for every try of the same events.
    id: String,
}

/// A request, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// `GET`, `POST`, …
    pub method: String,
    /// The address with the query.
    pub url: String,
    /// Headers by name, in order.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<String>,
}

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Send this and tell what came back.
    Send(Box<Draft>),
    /// Everything is judged.
    Done,
}

/// An action under way.
#[derive(Debug)]
pub struct Exchange<'a> {
    target: &'a Target,
    action: &'a Action,
    items: &'a [&'a Item],
    judgements: Vec<Option<Judgement>>,
    scope: Val,
    answers: Val,
    step: usize,
    id: String,
    url: String,
}

impl<'a> Exchange<'a> {
    /// Starts the action for events that all belong to it. `token` is the one in use, for the address it
    /// came with; `grouped` asks for the form of several even for one.
    pub fn new(
        target: &'a Target,
        action: usize,
        items: &'a [&'a Item],
        token: Option<&Token>,
        grouped: bool,
        now: Millis,
    ) -> Option<Exchange<'a>> {
        let action = target.preset.actions.get(action)?;
        let first = items.first()?;
        let id = if grouped {
            batch_id(items.iter().map(|item| item.message_id.as_str()))
        } else {
            first.message_id.clone()
        };
        let instance = token.and_then(|token| token.instance.clone()).filter(|_| !target.own_url);
        let url = instance.unwrap_or_else(|| target.url.clone());
        let mut scope = first.scope.clone();
        for (name, value) in [
            ("grouped", Val::Bool(grouped)),
            ("now", text(rfc3339(now))),
            ("id", text(id.as_str())),
            ("url", text(url.as_str())),
        ] {
            scope = with(&scope, name, value);
        }
        Some(Exchange {
            target,
            action,
            items,
            judgements: vec![None; items.len()],
            scope,
            answers: object([]),
            step: 0,
            id,
            url,
        })
    }

    /// The next request, or the end.
    pub fn advance(&mut self) -> Next {
        while let Some(step) = self.action.steps.get(self.step) {
            if self.judgements.iter().all(Option::is_some) {
                return Next::Done;
            }
            match self.draft(step) {
                Ok(Some(draft)) => return Next::Send(Box::new(draft)),
                Ok(None) => self.step += 1,
                Err(message) => {
                    self.settle(&Judgement::Dead(format!("{}: {message}", step.name)));
                    return Next::Done;
                }
            }
        }
        Next::Done
    }

    /// What programs see now: of the events still open, the first one's fields at the top.
    fn scope(&self) -> Val {
        let open = self.open().map(|(_, item)| item.scope.clone());
        let items = Val::Arr(open.collect::<Vec<Val>>().into());
        with(&with(&self.scope, "items", items), "answers", self.answers.clone())
    }

    fn open(&self) -> impl Iterator<Item = (usize, &'a Item)> {
        let pairs = self.items.iter().zip(&self.judgements).enumerate();
        pairs.filter(|(_, (_, judgement))| judgement.is_none()).map(|(index, (item, _))| (index, *item))
    }

    fn draft(&self, step: &Step) -> Result<Option<Draft>, String> {
        let scope = self.scope();
        if let Some(when) = &step.when
            && !is_true(&when.run(scope.clone())?)
        {
            return Ok(None);
        }
        let url = match &step.url {
            Some(url) => url.need(&scope, Place::Plain)?,
            None => {
                let path = step.path.need(&scope, Place::Path)?;
                let base = if path.is_empty() { self.url.as_str() } else { self.url.trim_end_matches('/') };
                format!("{base}{path}")
            }
        };
        let filled = |templates: &[(String, super::Template)]| {
            let mut out = Vec::with_capacity(templates.len());
            for (name, template) in templates {
                if let Some(value) = template.fill(&scope, Place::Plain)? {
                    out.push((name.clone(), value));
                }
            }
            Ok::<_, String>(out)
        };
        let body = match &step.body {
            Some(program) => Some(program.run(scope.clone())?),
            None => None,
        };
        Ok(Some(Draft {
            step: step.name.clone(),
            transport: self.target.preset.transport,
            method: step.method.clone(),
            url,
            query: filled(&step.query)?,
            headers: filled(&step.headers)?,
            body,
            encode: step.encode,
            content_type: step.content_type.clone(),
            id: self.id.clone(),
        }))
    }

    /// What came back.
    pub fn receive(&mut self, status: u16, body: &[u8]) {
        let Some(step) = self.action.steps.get(self.step) else { return };
        self.step += 1;
        match self.judge(step, status, body) {
            Ok(judged) => {
                let open: Vec<usize> = self.open().map(|(index, _)| index).collect();
                for (index, judgement) in open.into_iter().zip(judged) {
                    self.judgements[index] = judgement;
                }
                self.answers = with(&self.answers, &step.name, answer(status, body));
            }
            Err(message) => self.settle(&Judgement::Dead(message)),
        }
    }

    /// The wait the last answer asked for, in seconds: for judgements that name none.
    pub fn hint(&mut self, seconds: u64) {
        for judgement in self.judgements.iter_mut().flatten() {
            if let Judgement::Retry { after: after @ None, .. } = judgement {
                *after = Some(seconds);
            }
        }
    }

    /// Whether this answer speaks of the key: worth one try with a fresh one.
    pub fn is_locked(&self, status: u16, body: &[u8]) -> bool {
        let Some(step) = self.action.steps.get(self.step) else { return false };
        let judged = self.judge(step, status, body).unwrap_or_default();
        !judged.is_empty()
            && judged.iter().all(|one| matches!(one, Some(Judgement::Locked(_))))
            && !is_redirect(status)
    }

    /// No answer came: every open event shares this end.
    pub fn fail(&mut self, judgement: &Judgement) {
        self.settle(judgement);
    }

    /// An example answer of the step at hand, for a dry run: status and body.
    pub fn example(&self) -> (u16, &'a str) {
        let example = self.action.steps.get(self.step).and_then(|step| step.example.as_deref());
        example.map_or((204, ""), |body| (200, body))
    }

    /// What became of each event, in order. An event that no step of the preset refused is delivered.
    pub fn judgements(self) -> Vec<Judgement> {
        let ended = self.judgements.into_iter();
        ended.map(|judgement| judgement.unwrap_or(Judgement::Delivered)).collect()
    }

    fn judge(&self, step: &Step, status: u16, body: &[u8]) -> Result<Vec<Option<Judgement>>, String> {
        let count = self.open().count();
        if let Some(results) = &step.results
            && let Some(judged) =
                by_program(&run_results(results, &self.scope(), status, body)?, count, &step.name)?
        {
            return Ok(judged);
        }
        Ok(vec![by_status(status, step); count])
    }

    fn settle(&mut self, judgement: &Judgement) {
        for open in self.judgements.iter_mut().filter(|judgement| judgement.is_none()) {
            *open = Some(judgement.clone());
        }
        self.step = self.action.steps.len();
    }
}

fn run_results(results: &Program, scope: &Val, status: u16, body: &[u8]) -> Result<Val, String> {
    results.run(with(scope, "answer", answer(status, body)))
}

fn is_redirect(status: u16) -> bool {
    (300..400).contains(&status)
}

/// A digest of the events' ids: the same events again have the same id.
fn batch_id<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for id in ids {
        context.update(id.as_bytes());
        // No messageId holds a line end, so no two lists of ids run together into one.
        context.update(b"\n");
    }
    format!("batch_{}", URL_SAFE_NO_PAD.encode(context.finish()))
}

impl Draft {
    /// The body of a mail.
    pub fn mail(&self) -> Option<&Val> {
        self.body.as_ref()
    }

    /// Adds the credential and writes the body. `nonce` is fresh randomness, for those who need some.
    ///
    /// # Errors
    /// When a body has no such form, in words.
    pub fn seal(&self, credential: &Credential, nonce: &str, now: Millis) -> Result<Sealed, String> {
        let (mut query, mut headers) = (self.query.clone(), self.headers.clone());
        let mut value = self.body.clone();
        match credential {
            Credential::None | Credential::Webhook(_) => {}
            Credential::Header(name, value) => headers.push((name.clone(), value.clone())),
            Credential::Query(name, value) => query.push((name.clone(), value.clone())),
            Credential::Body(name, key) => {
                value = Some(with(&value.unwrap_or_default(), name, text(key.as_str())));
            }
            Credential::Wsse(user, secret) => {
                headers.push(("X-WSSE".to_owned(), wsse(user, secret, nonce, now)));
            }
        }
        let body = value.as_ref().map(|value| self.encode.write(value)).transpose()?;
        if let Some(body) = &body {
            let content_type = self.content_type.as_deref().unwrap_or(self.encode.content_type());
            headers.insert(0, ("Content-Type".to_owned(), content_type.to_owned()));
            if let Credential::Webhook(secret) = credential {
                headers.extend(webhook::headers(&self.id, body, secret.as_ref(), now));
            }
        }
        let mut url = self.url.clone();
        for (index, (name, value)) in query.iter().enumerate() {
            url.push(if index == 0 && !url.contains('?') { '?' } else { '&' });
            escape(&mut url, name);
            url.push('=');
            escape(&mut url, value);
        }
        Ok(Sealed { method: self.method.clone(), url, headers, body })
    }

    /// The same for every try of the same events.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The body as text, for those who look on.
    pub fn body_text(&self) -> String {
        self.body.as_ref().map(json).unwrap_or_default()
    }
}
