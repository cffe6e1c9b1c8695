//! The browser's side: the only room that knows one.
//!
//! What is synchronous (cookie, profile, journal) is done here, before a call returns. What takes
//! time (files, store, sending) goes to the script in `js/`, which answers by calling again.

mod browser;
#[cfg(feature = "full")]
mod campaigns;
#[cfg(feature = "full")]
mod engine;
#[cfg(feature = "full")]
mod host;
mod wire;

use crate::event::{self, Outcome};
use crate::shop::{Boot, Effect, Shop};
use crate::time::Millis;
use crate::value::Value;
use wasm_bindgen::prelude::*;
use wire::{from_js, texts, to_js};

/// The shop of one page.
#[wasm_bindgen]
pub struct Core {
    shop: Shop,
    /// The profile as it is to be kept; written once for all calls of a task.
    unsaved: Option<Value>,
    /// The text last read or written: another one is another tab's.
    seen: Option<String>,
}

#[wasm_bindgen]
impl Core {
    /// Starts from `{site, locale, page, optOut, twin, seed}` (`seed`: eight random 32-bit numbers); cookie, profile and journal are read here.
    #[wasm_bindgen(constructor)]
    pub fn new(boot: JsValue, now: f64) -> Core {
        let boot = from_js(&boot);
        let seed = boot.get("seed").map(Value::items).unwrap_or_default();
        let half = |at: usize| seed.get(at).and_then(Value::as_f64).unwrap_or_default() as u64;
        let word = |at: usize| half(2 * at) << 32 | half(2 * at + 1);
        let shop = Shop::open(
            Boot {
                site: boot.get("site").cloned().unwrap_or_default(),
                cookies: browser::cookies(),
                stored: browser::profile().unwrap_or_default(),
                journal: browser::journal(),
                page: boot.get("page").cloned().unwrap_or_default(),
                locale: boot.str("locale").unwrap_or_default().to_owned(),
                secure: browser::secure(),
                twin: boot.get("twin").and_then(Value::as_bool).unwrap_or(false),
                opt_out: boot.get("optOut").and_then(Value::as_bool).unwrap_or(false),
                seed: [word(0), word(1), word(2), word(3)],
            },
            now as Millis,
        );
        Core { shop, unsaved: None, seen: browser::profile_text() }
    }

    /// A command or news, and its arguments; returns what the script has to do, in order, each as
    /// `[what, …]`.
    pub fn call(&mut self, name: &str, arguments: JsValue, now: f64) -> JsValue {
        let arguments = from_js(&arguments);
        dispatch(&mut self.shop, name, arguments.items(), now as Millis);
        self.carry_out()
    }

    /// A file of the site folder arrived, or is not there.
    pub fn file(&mut self, name: &str, bytes: Option<Vec<u8>>) -> JsValue {
        self.shop.file(name, bytes);
        self.carry_out()
    }

    /// The order of a list as far as is known now, and what the script has to do.
    pub fn order(&mut self, products: JsValue, now: f64) -> Vec<JsValue> {
        let places = self.shop.order(from_js(&products).items(), now as Millis);
        vec![to_js(&places), self.carry_out()]
    }

    /// Writes the profile, if `save` was asked for and nothing was erased since. What another tab wrote
    /// meanwhile is joined first, so that neither overwrites the other.
    pub fn save(&mut self, now: f64) -> JsValue {
        if self.unsaved.is_some()
            && browser::profile_text() != self.seen
            && let Some(stored @ Value::Object(_)) = browser::profile()
        {
            self.shop.storage(&stored, now as Millis);
        }
        let left = self.carry_out();
        if let Some(profile) = self.unsaved.take() {
            self.seen = browser::save_profile(&profile);
        }
        left
    }

    /// The place of the step of permission to offer now, of these channels in order.
    pub fn next_permission(&self, channels: JsValue, now: f64) -> Option<usize> {
        let channels = texts(&from_js(&channels));
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        self.shop.next_permission(&channels, now as Millis).filter(|_| crate::FULL)
    }

    /// `visitor`, `diagnostics` or `export`.
    pub fn view(&self, name: &str, now: f64) -> JsValue {
        to_js(&match name {
            "visitor" => self.shop.visitor(now as Millis),
            "export" => self.shop.export(),
            _ => self.shop.diagnostics(),
        })
    }

    fn carry_out(&mut self) -> JsValue {
        let mut left: Vec<Value> = Vec::new();
        for effect in self.shop.effects() {
            match effect {
                Effect::Save(profile) => {
                    if self.unsaved.replace(profile).is_none() {
                        left.push(Value::Array(vec!["save".into()]));
                    }
                }
                effect => {
                    if let Effect::Erase(_) = effect {
                        self.unsaved = None;
                    }
                    left.extend(carry_out(effect));
                }
            }
        }
        to_js(&Value::Array(left))
    }
}

fn dispatch(shop: &mut Shop, name: &str, arguments: &[Value], now: Millis) {
    let at = |place: usize| arguments.get(place).cloned().unwrap_or_default();
    let number = |place: usize| arguments.get(place).and_then(Value::as_f64).unwrap_or_default();
    let text = |place: usize| arguments.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ticket = number(0) as event::Ticket;
    match name {
        "track" => shop.track(ticket, &text(1), at(2), now),
        "identify" => shop.identify(ticket, at(1).as_str().map(str::to_owned), at(2), now),
        "recommend" => shop.recommend(ticket, &at(1), now),
        // Without rules a list is in order as it stands.
        "rank" => shop.rank(ticket, at(1).items().to_vec(), now),
        "consent" => {
            shop.cookies(browser::cookies());
            shop.consent(ticket, &at(1), now);
        }
        "signal" => {
            shop.cookies(browser::cookies());
            shop.signal(&text(0), &at(1), now);
        }
        "preferences" if crate::FULL => shop.preferences(ticket, at(1), now),
        "preferences" => shop.leave_to_full(ticket, name),
        "later" if crate::FULL => shop.later(&text(0), now),
        "twin" => shop.twin(&text(0), at(1).as_str(), now),
        "twin_cleared" => shop.twin_cleared(at(0).as_bool().unwrap_or(false)),
        "look" => shop.look(browser::cookies(), &browser::profile().unwrap_or_default(), now),
        "flush" => shop.flush(ticket),
        "forget" => shop.forget(ticket),
        "history" => shop.history(at(0).items(), now),
        "store_failed" => shop.store_failed(&texts(&at(0))),
        "page" => shop.page(at(0)),
        "context" => shop.set_context(at(0)),
        // What is stored now, not what was when the other tab told: its news may be old.
        "storage" => {
            if let Some(stored) = browser::profile() {
                shop.storage(&stored, now);
            }
        }
        "stored" => shop.stored(&texts(&at(0)), &texts(&at(1))),
        "loaded" => shop.loaded(at(0).items().to_vec()),
        "removed" => shop.removed(&texts(&at(0))),
        "counted" => shop.counted(number(0) as usize),
        "answered" => {
            let retry_after = arguments.get(2).and_then(Value::as_f64).map(|wait| wait as Millis);
            let outcome = Outcome {
                status: number(1) as u16,
                retry_after,
                refused: texts(&at(3)),
                farewell: at(4).as_bool().unwrap_or(false),
            };
            shop.answered(texts(&at(0)), &outcome);
        }
        "lead" => shop.lead(at(0).as_bool().unwrap_or(false)),
        "poked" => shop.poked(),
        "announced" => shop.announced(&texts(&at(0))),
        "hidden" => shop.hidden(),
        _ => shop.woken(),
    }
}

/// Does what is synchronous; the rest is the script's.
fn carry_out(effect: Effect) -> Option<Value> {
    let told = |name: &str, rest: Vec<Value>| {
        let mut all = vec![Value::from(name)];
        all.extend(rest);
        Some(Value::Array(all))
    };
    let list = |ids: Vec<String>| Value::Array(ids.into_iter().map(Value::from).collect());
    match effect {
        Effect::SetCookie(text) => browser::set_cookie(&text),
        Effect::Save(_) => {}
        Effect::EraseEvents => {
            browser::erase_journal();
            return told("erase", vec![]);
        }
        Effect::Erase(ticket) => {
            browser::erase();
            return told("erase", vec![ticket.map(f64::from).into()]);
        }
        Effect::AskTwin(id) => return told("askTwin", vec![id.to_string().into()]),
        Effect::ClearTwin => return told("clearTwin", vec![]),
        Effect::Join => return told("join", vec![]),
        Effect::Fetch(names) => return told("fetch", vec![list(names)]),
        Effect::Settle(ticket, Ok(value)) => return told("resolve", vec![f64::from(ticket).into(), value]),
        Effect::Settle(ticket, Err(reason)) => {
            return told("reject", vec![f64::from(ticket).into(), reason.into()]);
        }
        Effect::Changed { anew } => return told("changed", vec![anew.into()]),
        Effect::Warn(text) => return told("warn", vec![text.into()]),
        Effect::Outbox(effect) => match effect {
            event::Effect::Journal(event) => browser::journal_put(&event),
            event::Effect::Store(events) => return told("store", vec![events.into()]),
            event::Effect::Unjournal(ids) => return told("unjournal", vec![list(ids)]),
            event::Effect::Load(limit) => return told("load", vec![(limit as f64).into()]),
            event::Effect::Send { ids, events, farewell } => {
                return told("send", vec![list(ids), events.into(), farewell.into()]);
            }
            event::Effect::Remove(ids) => return told("remove", vec![list(ids)]),
            event::Effect::Count => return told("count", vec![]),
            event::Effect::Trim(count) => return told("trim", vec![(count as f64).into()]),
            event::Effect::Poke => return told("poke", vec![]),
            event::Effect::Announce(ids) => return told("announce", vec![list(ids)]),
            event::Effect::Wake(wait) => return told("wake", vec![wait.into()]),
            event::Effect::Settle(..) => {}
        },
    }
    None
}

/// Takes events out of the journal.
#[wasm_bindgen]
pub fn unjournal(ids: JsValue) {
    browser::journal_remove(&texts(&from_js(&ids)));
}
