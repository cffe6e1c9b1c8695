//! Cookie, profile and journal: the browser's synchronous memory. Where it is forbidden, full or
//! damaged, reading finds nothing and writing does nothing.

use super::wire::{from_js, to_js};
use crate::event::outbox::message_id;
use crate::value::Value;
use js_sys::JSON;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, Storage, window};

/// Key of the profile.
const PROFILE: &str = "tanish";
/// Keys of the journal begin so.
const JOURNAL: &str = "tanish.j.";

fn document() -> Option<HtmlDocument> {
    window()?.document()?.dyn_into().ok()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn parse(text: &str) -> Option<Value> {
    JSON::parse(text).ok().map(|value| from_js(&value))
}

fn print(value: &Value) -> Option<String> {
    JSON::stringify(&to_js(value)).ok()?.as_string()
}

/// `document.cookie`; empty where cookies are forbidden.
pub fn cookies() -> String {
    document().and_then(|document| document.cookie().ok()).unwrap_or_default()
}

/// Assigns to `document.cookie`.
pub fn set_cookie(text: &str) {
    if let Some(document) = document() {
        let _ = document.set_cookie(text);
    }
}

/// Whether the page came by https.
pub fn secure() -> bool {
    window().and_then(|window| window.location().protocol().ok()).as_deref() == Some("https:")
}

/// The text of the profile.
pub fn profile_text() -> Option<String> {
    storage()?.get_item(PROFILE).ok()?
}

/// The profile kept by an earlier page or another tab: `Null` where there is none, nothing where it
/// cannot be read.
pub fn profile() -> Option<Value> {
    profile_text().map_or(Some(Value::Null), |text| parse(&text))
}

/// Keeps the profile; the text that is kept now.
pub fn save_profile(profile: &Value) -> Option<String> {
    let text = print(profile)?;
    storage()?.set_item(PROFILE, &text).ok()?;
    Some(text)
}

/// Removes the profile and the journal.
pub fn erase() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(PROFILE);
    }
    erase_journal();
}

/// Removes the journal.
pub fn erase_journal() {
    if let Some(storage) = storage() {
        for key in journal_keys(&storage) {
            let _ = storage.remove_item(&key);
        }
    }
}

fn journal_keys(storage: &Storage) -> Vec<String> {
    let length = storage.length().unwrap_or(0);
    let keys = (0..length).filter_map(|place| storage.key(place).ok()?);
    keys.filter(|key| key.starts_with(JOURNAL)).collect()
}

/// The events in the journal, in any order: the store sorts by id.
pub fn journal() -> Vec<Value> {
    let Some(storage) = storage() else { return Vec::new() };
    let read = |key: String| parse(&storage.get_item(&key).ok()??);
    let events = journal_keys(&storage).into_iter().filter_map(read);
    events.filter(|event| !message_id(event).is_empty()).collect()
}

/// Writes an event to the journal.
pub fn journal_put(event: &Value) {
    if let (Some(storage), Some(text)) = (storage(), print(event)) {
        let _ = storage.set_item(&[JOURNAL, message_id(event)].concat(), &text);
    }
}

/// Takes events out of the journal.
pub fn journal_remove(ids: &[String]) {
    if let Some(storage) = storage() {
        for id in ids {
            let _ = storage.remove_item(&[JOURNAL, id].concat());
        }
    }
}
