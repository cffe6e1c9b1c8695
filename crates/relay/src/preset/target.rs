//! A preset with what one shop set: ready to turn events into requests.

use super::auth::{Credential, LoginPlan, Token, scope, with};
use super::program::{Program, field, is_true, object, parse, plain, text};
use super::template::Place;
use super::{Preset, Purpose, Requires};
use crate::config::Secret;
use jaq_json::{Map, Val};
use ring::digest;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// What a shop adds to the records of each action: field and program.
type Fields = BTreeMap<String, Vec<(String, Program)>>;

/// A preset with its settings.
#[derive(Clone)]
pub struct Target {
    pub(super) preset: Arc<Preset>,
    /// Where its API is.
    pub(super) url: String,
    /// Whether the shop named the address, which then stands against what a login says.
    pub(super) own_url: bool,
    pub(super) config: Val,
    secrets: BTreeMap<String, String>,
    signing: Option<Secret>,
    fields: Arc<Fields>,
    only: HashSet<String>,
    except: HashSet<String>,
}

/// Prints no secret.
impl fmt::Debug for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Target({}, {})", self.preset.name, self.url)
    }
}

/// What is to become of an event at a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// This action of the preset takes it.
    Act(usize),
    /// The destination is not to have it, for this reason.
    Skip(&'static str),
    /// Nobody knows yet whose it is.
    Hold,
    /// A program of the preset stumbled over it.
    Bad(String),
}

/// An event as a target sees it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub message_id: String,
    /// What is to become of it.
    pub fate: Fate,
    /// What may stand only once in a request, where the action says so.
    pub unique: Option<String>,
    pub(super) scope: Val,
}

#[cfg(test)]
impl Item {
    /// An item without anything in it.
    pub(crate) fn for_tests(message_id: &str, fate: Fate, unique: Option<&str>) -> Item {
        let unique = unique.map(str::to_owned);
        Item { message_id: message_id.to_owned(), fate, unique, scope: Val::Null }
    }
}

/// What a shop sets.
#[derive(Debug, Default)]
pub struct Settings {
    /// The address, where it is not the preset's own.
    pub url: Option<String>,
    /// `settings`.
    pub config: BTreeMap<String, String>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// The key that signs, for `standard-webhooks`.
    pub signing: Option<Secret>,
    /// `fields.<action>`: the destination's field and a jq program over the event's scope.
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
    /// Only these events, by name or type.
    pub only: Vec<String>,
    /// Not these.
    pub except: Vec<String>,
}

impl Target {
    /// Puts a preset and its settings together.
    ///
    /// # Errors
    /// The key at fault and what is wrong, in words.
    pub fn new(preset: Arc<Preset>, settings: Settings) -> Result<Target, (String, String)> {
        let mut config = Map::default();
        for name in settings.config.keys() {
            if !preset.settings.contains_key(name) {
                let known: Vec<&str> = preset.settings.keys().map(String::as_str).collect();
                let message = format!(
                    "the preset {} has no setting {name:?}; it has: {}",
                    preset.name,
                    known.join(", ")
                );
                return Err(("settings".to_owned(), message));
            }
        }
        for (name, setting) in &preset.settings {
            let value = settings.config.get(name).or(setting.default.as_ref());
            let Some(value) = value else {
                return Err((format!("settings.{name}"), format!("is missing: {}", setting.about)));
            };
            config.insert(text(name.as_str()), text(value.as_str()));
        }
        let config = Val::obj(config);
        let own_url = settings.url.is_some();
        let url = match (settings.url, &preset.url) {
            (Some(url), _) => url,
            (None, Some((_, template))) => {
                let scope = object([("config", config.clone())]);
                template.need(&scope, Place::Plain).map_err(|message| ("url".to_owned(), message))?
            }
            (None, None) => {
                return Err((
                    "url".to_owned(),
                    format!("is missing: the preset {} has no address of its own", preset.name),
                ));
            }
        };
        let fields = compile_fields(&preset, settings.fields)?;
        Ok(Target {
            preset,
            url,
            own_url,
            config,
            secrets: settings.secrets,
            signing: settings.signing,
            fields: Arc::new(fields),
            only: settings.only.into_iter().collect(),
            except: settings.except.into_iter().collect(),
        })
    }

    /// The preset.
    pub fn preset(&self) -> &Arc<Preset> {
        &self.preset
    }

    /// Where its API is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A setting's value.
    pub fn setting(&self, name: &str) -> Option<String> {
        field(&self.config, name).and_then(plain)
    }

    /// A secret, by name.
    pub(crate) fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).map(String::as_str)
    }

    /// Every secret, to keep them out of what is written down.
    pub fn secret_values(&self) -> impl Iterator<Item = &str> {
        self.secrets.values().map(String::as_str).filter(|value| value.len() >= 6)
    }

    fn auth_scope(&self) -> Val {
        let secrets = self.secrets.iter().map(|(name, value)| (text(name.as_str()), text(value.as_str())));
        scope(&self.config, Val::obj(secrets.collect()), &self.url)
    }

    /// What to add to requests; `None` where a token has to be fetched first.
    ///
    /// # Errors
    /// A secret or setting that is missing, in words.
    pub fn credential(&self) -> Result<Option<Credential>, String> {
        match self.preset.auth.fixed(&self.auth_scope())? {
            Some(Credential::Webhook(_)) => Ok(Some(Credential::Webhook(self.signing.clone()))),
            other => Ok(other),
        }
    }

    /// The credential a fetched token makes.
    ///
    /// # Errors
    /// In words.
    pub fn with_token(&self, token: &Token) -> Result<Credential, String> {
        self.preset.auth.with_token(&self.auth_scope(), &token.value)
    }

    /// How a token is fetched, where one is.
    pub(crate) fn login_plan(&self) -> Option<&LoginPlan> {
        match &self.preset.auth {
            super::auth::Auth::Token { login, .. } => Some(login),
            _ => None,
        }
    }

    /// The request for a token.
    ///
    /// # Errors
    /// A secret or setting that is missing, in words.
    pub fn login(&self) -> Result<Option<super::Login>, String> {
        self.login_plan().map(|plan| plan.request(&self.auth_scope())).transpose()
    }

    /// Reads an event's body; `customer` is what the relay knows of its person.
    pub fn item(&self, message_id: &str, body: &str, customer: Option<&str>) -> Item {
        let bad = |message: String| Item {
            message_id: message_id.to_owned(),
            fate: Fate::Bad(message),
            unique: None,
            scope: Val::Null,
        };
        let event = match parse(body.as_bytes()) {
            Ok(event) => event,
            Err(message) => return bad(format!("the event is not JSON: {message}")),
        };
        let customer = customer.and_then(|known| parse(known.as_bytes()).ok()).unwrap_or_default();
        let mut scope = object([
            ("event", event),
            ("customer", customer),
            ("config", self.config.clone()),
            ("id", text(message_id)),
            ("uuid", text(uuid_of(message_id))),
        ]);
        match self.preset.contact.run(scope.clone()) {
            Ok(contact) => scope = with(&scope, "contact", contact),
            Err(message) => return bad(message),
        }
        match self.decide(&scope) {
            Ok((fate, unique, scope)) => Item { message_id: message_id.to_owned(), fate, unique, scope },
            Err(message) => bad(message),
        }
    }

    fn decide(&self, scope: &Val) -> Result<(Fate, Option<String>, Val), String> {
        let skip = |reason| Ok((Fate::Skip(reason), None, scope.clone()));
        let event = field(scope, "event").cloned().unwrap_or_default();
        let name = ["event", "type"].into_iter().filter_map(|key| plain(field(&event, key)?));
        let names: Vec<String> = name.collect();
        let listed = |set: &HashSet<String>| names.iter().any(|name| set.contains(name));
        if (!self.only.is_empty() && !listed(&self.only)) || listed(&self.except) {
            return skip("`only` and `except` leave it out");
        }
        if self.preset.consent.is_some_and(|purpose| is_refused(&event, purpose)) {
            return skip("the visitor refused");
        }
        let mut found = None;
        for (index, action) in self.preset.actions.iter().enumerate() {
            if is_true(&action.when.run(scope.clone())?) {
                found = Some((index, action));
                break;
            }
        }
        let Some((index, action)) = found else { return skip("the preset has no place for it") };
        let contact = field(scope, "contact").cloned().unwrap_or_default();
        let has = |key: &str| field(&contact, key).is_some();
        let known = match self.preset.requires {
            Requires::Nothing => true,
            Requires::Email => has("email"),
            Requires::Phone => has("phone"),
            Requires::Id => has("id"),
            Requires::Contact => has("email") || has("phone") || has("id"),
        };
        if !known {
            return Ok((Fate::Hold, None, scope.clone()));
        }
        let mut mapped = Map::default();
        for (name, program) in self.fields.get(&action.name).into_iter().flatten() {
            let value = program.run(scope.clone()).map_err(|error| format!("fields.{name}: {error}"))?;
            if !matches!(value, Val::Null) {
                mapped.insert(text(name.as_str()), value);
            }
        }
        let scope = with(scope, "fields", Val::obj(mapped));
        let unique = match &action.unique {
            Some(program) => plain(&program.run(scope.clone())?),
            None => None,
        };
        Ok((Fate::Act(index), unique, scope))
    }

    /// Events of one request at most, for an action.
    pub fn batch_of(&self, action: usize) -> usize {
        self.preset.actions.get(action).map_or(1, |action| action.batch)
    }
}

fn compile_fields(
    preset: &Preset,
    written: BTreeMap<String, BTreeMap<String, String>>,
) -> Result<Fields, (String, String)> {
    let mut fields = BTreeMap::new();
    for (action, entries) in written {
        let at = format!("fields.{action}");
        if !preset.action_names().any(|name| name == action) {
            let names: Vec<&str> = preset.action_names().collect();
            return Err((
                at,
                format!(
                    "the preset {} has no action of this name; it has: {}",
                    preset.name,
                    names.join(", ")
                ),
            ));
        }
        let mut programs = Vec::with_capacity(entries.len());
        for (name, code) in entries {
            let program = Program::compile("", &code).map_err(|message| (format!("{at}.{name}"), message))?;
            programs.push((name, program));
        }
        fields.insert(action, programs);
    }
    Ok(fields)
}

/// Whether the event says that its visitor refused the purpose, in Tanish's words or Segment's.
fn is_refused(event: &Val, purpose: Purpose) -> bool {
    let consent = field(event, "context").and_then(|context| field(context, "consent"));
    let Some(consent) = consent else { return false };
    let no = |value: Option<&Val>| matches!(value, Some(Val::Bool(false)));
    let categories = field(consent, "categoryPreferences");
    let segment = match purpose {
        Purpose::Analytics => "Analytics",
        Purpose::Personalization => "Functional",
        Purpose::Marketing => "Advertising",
    };
    no(field(consent, purpose.field())) || no(categories.and_then(|all| field(all, segment)))
}

/// The event's id as a UUID, for APIs that take no other: itself where it is one, else digest of it (version 8).
fn uuid_of(message_id: &str) -> String {
    if let Ok(id) = uuid::Uuid::try_parse(message_id) {
        return id.hyphenated().to_string();
    }
    let hash = digest::digest(&digest::SHA256, message_id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid::Uuid::from_bytes(bytes).hyphenated().to_string()
}
