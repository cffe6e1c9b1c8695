//! The whole machine, driven natively as a page would drive it.

use super::*;
use crate::event;
use crate::time::{DAY, MINUTE};

const NOW: Millis = 1_795_329_421_042;

fn site(consent: &str) -> Value {
    serde_json::from_str(&format!(
        r#"{{"version":1,"currency":"USD","consent":{{"mode":"{consent}"}},"events":{{"endpoint":"/v1/batch"}}}}"#
    ))
    .unwrap()
}

fn boot(consent: &str) -> Boot {
    Boot { site: site(consent), locale: "en".into(), seed: [1, 2, 3, 4], ..Boot::default() }
}

fn viewed(id: &str) -> Value {
    Value::object([("product_id", id.into())])
}

/// What a browser would hold after these effects.
#[derive(Default)]
struct Browser {
    cookie: Option<String>,
    profile: Value,
    journalled: Vec<Value>,
    settled: Vec<(Ticket, Result<Value, String>)>,
    fetched: Vec<String>,
    erased: bool,
    touched: bool,
}

impl Browser {
    fn take(&mut self, shop: &mut Shop) -> &mut Browser {
        for effect in shop.effects() {
            self.touched |= match &effect {
                Effect::SetCookie(text) => !text.contains("Max-Age=0"),
                Effect::Save(_) | Effect::Outbox(event::Effect::Journal(_) | event::Effect::Store(_)) => true,
                _ => false,
            };
            match effect {
                Effect::SetCookie(text) => self.cookie = Some(text),
                Effect::Save(profile) => self.profile = profile,
                Effect::Erase(ticket) => {
                    self.settled.extend(ticket.map(|ticket| (ticket, Ok(Value::Null))));
                    self.erased = true;
                    self.profile = Value::Null;
                    self.journalled.clear();
                }
                Effect::Fetch(names) => self.fetched.extend(names),
                Effect::Settle(ticket, result) => self.settled.push((ticket, result)),
                Effect::Outbox(event::Effect::Journal(event)) => self.journalled.push(event),
                _ => {}
            }
        }
        self
    }

    fn names(&self) -> Vec<&str> {
        self.journalled.iter().filter_map(|event| event.str("event").or(event.str("type"))).collect()
    }
}

#[test]
fn a_first_visit_issues_one_id_and_a_second_keeps_it() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    let cookie = browser.take(&mut shop).cookie.take().unwrap();
    let value = cookie.split(';').next().unwrap().to_owned();
    let again = Boot { cookies: format!("a=b; {value}"), stored: browser.profile.clone(), ..boot("granted") };
    let mut shop = Shop::open(again, NOW + MINUTE);
    assert_eq!(browser.take(&mut shop).cookie, None, "the cookie is never rewritten");
    assert_eq!(Some(format!("tanish=1.{}", shop.visitor(NOW).str("id").unwrap())), Some(value));
    assert_eq!(shop.visitor(NOW).number("visits"), Some(1.0));
}

#[test]
fn the_cookie_wins_over_the_copy() {
    let mut browser = Browser::default();
    browser.take(&mut Shop::open(boot("granted"), NOW));
    let other = Shop::open(Boot { seed: [9; 4], ..boot("granted") }, NOW).visitor(NOW);
    let other = other.str("id").unwrap();
    let cookies = format!("tanish=1.{other}");
    let shop = Shop::open(Boot { cookies, stored: browser.profile, ..boot("granted") }, NOW);
    assert_eq!(shop.visitor(NOW).str("id"), Some(other));
}

#[test]
fn an_event_is_journalled_before_track_returns_and_settles_when_stored() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(7, "Product Viewed", viewed("A"), NOW);
    browser.take(&mut shop);
    assert_eq!(browser.names(), ["Product Viewed"]);
    assert!(browser.settled.is_empty());
    let id = browser.journalled[0].str("messageId").unwrap().to_owned();
    shop.stored(&[id], &[]);
    assert_eq!(browser.take(&mut shop).settled, [(7, Ok(Value::Null))]);
    assert_eq!(browser.journalled[0].str("anonymousId"), shop.visitor(NOW).str("id"));
}

#[test]
fn before_the_choice_nothing_is_kept_and_then_all_is_replayed_with_its_true_time() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("ask"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.identify(2, Some("oybek".into()), Value::Null, NOW + 1);
    shop.history(&[Value::object([("id", "B".into()), ("at", NOW.into())])], NOW);
    browser.take(&mut shop);
    assert!(!browser.touched && browser.settled.is_empty());
    assert_eq!(shop.visitor(NOW).get("id"), Some(&Value::Null));

    let answer = Value::object([("analytics", true.into()), ("personalization", true.into())]);
    shop.consent(3, &answer, NOW + MINUTE);
    browser.take(&mut shop);
    assert_eq!(browser.names(), ["Product Viewed", "identify"]);
    assert_eq!(browser.journalled[0].str("timestamp"), Some(crate::time::rfc3339(NOW).as_str()));
    assert!(browser.cookie.is_some());
    assert_eq!(shop.visitor(NOW).get("viewed").map(Value::items), Some(&["A".into()][..]));
}

#[test]
fn a_refusal_drops_what_was_held_and_is_remembered() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("ask"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.consent(2, &Value::object([("analytics", false.into())]), NOW);
    browser.take(&mut shop);
    assert!(browser.journalled.is_empty() && browser.erased);
    assert_eq!(browser.settled.len(), 2);
    assert_eq!(browser.profile.get("id"), Some(&Value::Null), "the choice is kept, the visitor is not");
    let mut later = Shop::open(Boot { stored: browser.profile.clone(), ..boot("ask") }, NOW + DAY);
    later.track(1, "Product Viewed", viewed("A"), NOW + DAY);
    let mut clean = Browser::default();
    assert!(!clean.take(&mut later).touched);
    assert_eq!(clean.settled, [(1, Ok(Value::Null))]);
}

#[test]
fn refusing_personalization_forgets_the_history_and_keeps_measuring() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.consent(2, &Value::object([("personalization", false.into())]), NOW);
    shop.track(3, "Product Viewed", viewed("B"), NOW + 1);
    browser.take(&mut shop);
    assert_eq!(browser.names(), ["Product Viewed", "Product Viewed"]);
    assert_eq!(browser.profile.get("history").map(Value::items), Some(&[][..]));
}

#[test]
fn forget_leaves_nothing_and_keeps_nothing_until_the_next_page() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.forget(2);
    browser.take(&mut shop);
    assert!(browser.erased && browser.cookie.as_deref().unwrap().contains("Max-Age=0"));
    assert!(browser.settled.iter().any(|(ticket, _)| *ticket == 1), "no promise hangs");
    browser.touched = false;
    shop.track(3, "Product Viewed", viewed("B"), NOW);
    shop.history(&[Value::object([("id", "B".into()), ("at", NOW.into())])], NOW);
    shop.identify(4, Some("x".into()), Value::Null, NOW);
    shop.hidden();
    assert!(!browser.take(&mut shop).touched);
    assert_eq!(browser.profile, Value::Null);
}

#[test]
fn another_tab_that_forgets_is_followed() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    browser.take(&mut shop);
    shop.storage(&Value::Null, NOW);
    browser.touched = false;
    shop.track(2, "Product Viewed", viewed("B"), NOW);
    assert!(!browser.take(&mut shop).touched);
}

#[test]
fn signing_out_on_a_shared_computer_leaks_nothing() {
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.identify(1, Some("oybek".into()), Value::object([("firstName", "Oybek".into())]), NOW);
    shop.track(2, "Product Viewed", viewed("A"), NOW);
    shop.identify(3, None, Value::Null, NOW);
    let visitor = shop.visitor(NOW);
    assert_eq!(visitor.get("customer"), Some(&Value::Null));
    assert_eq!(visitor.get("traits"), Some(&Value::Object(vec![])));
    assert_eq!(visitor.get("viewed").map(Value::items), Some(&[][..]));
}

#[test]
fn a_page_that_identifies_on_every_view_sends_one_event() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    for ticket in 0..3 {
        shop.identify(ticket, Some("oybek".into()), Value::object([("firstName", "Oybek".into())]), NOW);
    }
    assert_eq!(browser.take(&mut shop).names(), ["identify"]);
    assert_eq!(browser.settled.len(), 3);
}

#[test]
fn an_order_scores_its_buyer() {
    let mut shop = Shop::open(boot("granted"), NOW);
    let order = serde_json::from_str(
        r#"{"order_id":"o1","products":[{"product_id":"A","price":60,"quantity":2,"color":"navy","size":"L"}]}"#,
    );
    shop.track(1, "Order Completed", order.unwrap(), NOW);
    let visitor = shop.visitor(NOW);
    assert_eq!((visitor.number("orders"), visitor.number("spent")), (Some(1.0), Some(120.0)));
    assert_eq!(visitor.path(&["rfm", "monetary"]).and_then(Value::as_f64), Some(4.0));
    let size = visitor.path(&["affinities", "size"]).unwrap().items()[0].str("value");
    assert_eq!(size, Some("L"));
}

#[test]
fn a_question_waits_for_its_files_and_each_is_fetched_once() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    let query = Value::object([("kind", "popular".into())]);
    shop.recommend(1, &query, NOW);
    shop.recommend(2, &query, NOW);
    browser.take(&mut shop);
    assert_eq!(browser.fetched, ["model/entry.bin"]);
    shop.file("model/entry.bin", None);
    browser.take(&mut shop);
    let nothing = Ok(Value::object([("kind", "popular".into()), ("items", Value::Array(vec![]))]));
    assert_eq!(browser.settled, [(1, nothing.clone()), (2, nothing)]);
}

#[test]
fn mistakes_are_answered_in_words() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    for (ticket, query) in
        [r#"{"kind":"best"}"#, r#"{"kind":"popular","limit":0}"#, r#"{"kind":"similar"}"#].iter().enumerate()
    {
        shop.recommend(ticket as Ticket, &serde_json::from_str(query).unwrap(), NOW);
    }
    shop.track(3, "", Value::Null, NOW);
    let said: Vec<String> =
        browser.take(&mut shop).settled.drain(..).filter_map(|(_, result)| result.err()).collect();
    assert_eq!(said.len(), 4);
    assert!(
        said[0].contains("best")
            && said[1].contains("limit")
            && said[2].contains("product")
            && said[3].contains("name")
    );
}

#[test]
fn without_an_endpoint_events_only_teach_this_browser() {
    let mut browser = Browser::default();
    let site = Value::object([("version", 1.0.into())]);
    let mut shop = Shop::open(Boot { site, ..boot("granted") }, NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    browser.take(&mut shop);
    assert!(browser.journalled.is_empty());
    assert_eq!(browser.settled, [(1, Ok(Value::Null))]);
    assert_eq!(shop.visitor(NOW).get("viewed").map(|viewed| viewed.items().len()), Some(1));
}

#[test]
fn withdrawn_events_are_erased_and_never_sent() {
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.lead(true);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.effects();
    shop.consent(2, &Value::object([("analytics", false.into())]), NOW);
    assert!(shop.effects().contains(&Effect::EraseEvents));
    shop.loaded(vec![Value::object([("messageId", "m".into())])]);
    shop.woken();
    shop.poked();
    shop.hidden();
    shop.flush(3);
    assert_eq!(shop.effects(), [Effect::Settle(3, Ok(Value::Null))]);
}

#[test]
fn a_choice_in_one_tab_holds_in_the_others() {
    let mut browser = Browser::default();
    let (mut first, mut second) = (Shop::open(boot("ask"), NOW), Shop::open(boot("ask"), NOW));
    second.track(1, "Product Viewed", viewed("A"), NOW);
    first.consent(1, &Value::object([("analytics", true.into())]), NOW + 1);
    browser.take(&mut first);
    second.storage(&browser.profile, NOW + 2);
    let mut other = Browser::default();
    assert_eq!(other.take(&mut second).names(), ["Product Viewed"]);
    assert_eq!(second.visitor(NOW).str("id"), first.visitor(NOW).str("id"));
    first.consent(2, &Value::object([("analytics", false.into())]), NOW + 3);
    browser.take(&mut first);
    second.storage(&browser.profile, NOW + 4);
    assert!(other.take(&mut second).erased);
}

#[test]
fn no_one_to_sign_out_leaves_the_anonymous_history() {
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    let before = shop.visitor(NOW);
    shop.identify(2, None, Value::Null, NOW);
    assert_eq!(shop.visitor(NOW), before);
}

#[test]
fn two_people_at_one_browser_are_two_visitors() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.identify(1, Some("oybek".into()), Value::Null, NOW);
    shop.identify(2, Some("malika".into()), Value::Null, NOW + MINUTE);
    browser.take(&mut shop);
    let of = |name: &str| {
        browser
            .journalled
            .iter()
            .map(|event| event.str(name).unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("userId"), ["oybek", "malika"]);
    assert_ne!(of("anonymousId")[0], of("anonymousId")[1]);
    let session = |place: usize| browser.journalled[place].path(&["context", "sessionId"]).cloned();
    assert_ne!(session(0), session(1));
    assert!(browser.cookie.as_deref().unwrap().contains(&of("anonymousId")[1]), "the cookie follows");
}

#[test]
fn history_given_before_the_choice_counts_after_it() {
    let mut shop = Shop::open(boot("ask"), NOW);
    shop.history(&[Value::object([("id", "B".into()), ("at", NOW.into()), ("price", 5.0.into())])], NOW);
    assert_eq!(shop.visitor(NOW).number("orders"), Some(0.0));
    shop.consent(1, &Value::object([("personalization", true.into())]), NOW);
    assert_eq!(shop.visitor(NOW).number("orders"), Some(1.0));
}

fn asked(shop: &mut Shop) -> Vec<Effect> {
    let twins = |effect: &Effect| matches!(effect, Effect::AskTwin(_) | Effect::ClearTwin);
    shop.effects().into_iter().filter(twins).collect()
}

#[test]
fn the_relay_is_asked_once_a_visit_and_its_older_id_wins() {
    let mut before = Shop::open(boot("granted"), NOW - 40 * DAY);
    let old = before.visitor(NOW).str("id").unwrap().to_owned();
    before.effects();
    let mut browser = Browser::default();
    let mut shop = Shop::open(Boot { twin: true, seed: [5; 4], ..boot("granted") }, NOW);
    let new = shop.visitor(NOW).str("id").unwrap().to_owned();
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.twin(&new, Some(&old), NOW);
    browser.take(&mut shop);
    assert_eq!(shop.visitor(NOW).str("id"), Some(old.as_str()));
    assert!(browser.cookie.as_deref().unwrap().starts_with(&format!("tanish=1.{old}; Max-Age=")));
    let alias = browser.journalled.last().unwrap();
    assert_eq!((alias.str("previousId"), alias.str("anonymousId")), (Some(&new[..]), Some(&old[..])));
    assert_eq!(shop.visitor(NOW).get("viewed").map(Value::items), Some(&["A".into()][..]));

    let again = |at| {
        let stored = browser.profile.clone();
        Shop::open(Boot { twin: true, cookies: format!("tanish=1.{old}"), stored, ..boot("granted") }, at)
    };
    assert_eq!(asked(&mut again(NOW + MINUTE)), []);
    assert_eq!(asked(&mut again(NOW + DAY)).len(), 1);
    for answer in [None, Some("damaged"), Some("")] {
        shop.twin(&old, answer, NOW);
        assert_eq!(shop.visitor(NOW).str("id"), Some(old.as_str()));
    }
}

#[test]
fn an_answer_about_who_left_names_nobody() {
    let mut shop = Shop::open(Boot { twin: true, ..boot("granted") }, NOW);
    let left = shop.visitor(NOW).str("id").unwrap().to_owned();
    shop.identify(1, Some("oybek".into()), Value::Null, NOW);
    shop.effects();
    shop.identify(2, None, Value::Null, NOW + 1);
    let next = shop.visitor(NOW).str("id").unwrap().to_owned();
    assert!(matches!(asked(&mut shop)[..], [Effect::ClearTwin, Effect::AskTwin(_)]));
    shop.twin(&left, Some(&left), NOW + 2);
    shop.twin_cleared(false);
    shop.twin(&next, Some(&left), NOW + 3);
    assert_eq!(shop.visitor(NOW).str("id"), Some(next.as_str()));
}

#[test]
fn a_younger_cookie_is_another_person() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    browser.take(&mut shop);
    let next = Shop::open(Boot { seed: [9; 4], ..boot("granted") }, NOW + 1).visitor(NOW);
    let cookies = format!("tanish=1.{}", next.str("id").unwrap());
    shop.look(cookies.clone(), &browser.profile, NOW + 2);
    for shop in [shop, Shop::open(Boot { cookies, stored: browser.profile, ..boot("granted") }, NOW + 2)] {
        assert_eq!(shop.visitor(NOW).get("id"), next.get("id"));
        assert_eq!(shop.visitor(NOW).get("viewed").map(Value::items), Some(&[][..]));
    }
}

#[test]
fn what_another_tab_stored_before_does_not_undo_a_choice() {
    let mut browser = Browser::default();
    let yes = Value::object([("analytics", true.into()), ("personalization", true.into())]);
    let mut shop = Shop::open(boot("ask"), NOW);
    shop.consent(1, &yes, NOW);
    let stored = browser.take(&mut shop).profile.clone();
    shop.consent(2, &Value::object([("analytics", false.into())]), NOW + 1);
    // The other tab wrote once more before it heard.
    shop.storage(&stored, NOW + 2);
    let consent = shop.visitor(NOW).get("consent").cloned().unwrap();
    assert_eq!(consent.get("analytics"), Some(&Value::Bool(false)));
}

#[test]
fn a_platform_is_followed_at_once_and_forgotten_with_the_visitor() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("ask"), NOW);
    let all = |yes: bool| Value::object([("analytics", yes.into()), ("personalization", yes.into())]);
    shop.track(1, "Product Viewed", viewed("A"), NOW);
    shop.signal("gpp", &Value::object([("marketing", false.into())]), NOW);
    shop.signal("nobody", &all(true), NOW);
    assert!(!browser.take(&mut shop).touched, "nobody chose yet");
    shop.signal("tcf", &all(true), NOW + 1);
    assert_eq!(browser.take(&mut shop).names(), ["Product Viewed"]);
    shop.signal("tcf", &all(false), NOW + 2);
    assert!(browser.take(&mut shop).erased);
    shop.forget(2);
    shop.signal("tcf", &all(true), NOW + 3);
    browser.touched = false;
    assert!(!browser.take(&mut shop).touched, "until the next page");
}

#[test]
fn what_is_stated_counts_for_more_than_what_is_inferred() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    let bought = r#"{"order_id":"o","products":[{"product_id":"A","brand":"Zar","size":"XL"}]}"#;
    shop.track(1, "Order Completed", serde_json::from_str(bought).unwrap(), NOW);
    let said =
        serde_json::from_str(r#"{"brands":["Atlas"],"sizes":"M","children":[{"age":3}],"x":1}"#).unwrap();
    shop.preferences(2, said, NOW);
    let first = |shop: &Shop, name: &str| {
        shop.visitor(NOW).path(&["affinities", name]).unwrap().items()[0].str("value").unwrap().to_owned()
    };
    assert_eq!((first(&shop, "brand"), first(&shop, "size")), ("Atlas".into(), "M".into()));
    assert_eq!(browser.take(&mut shop).names(), ["Order Completed", "Preferences Stated"]);
    let later = Shop::open(Boot { stored: browser.profile.clone(), ..boot("granted") }, NOW + DAY);
    assert_eq!(first(&later, "brand"), "Atlas");
    shop.consent(3, &Value::object([("personalization", false.into())]), NOW);
    assert_eq!(shop.visitor(NOW).get("preferences"), Some(&Value::Object(vec![])));
}

#[test]
fn permissions_are_events_and_are_offered_step_by_step() {
    let mut browser = Browser::default();
    let mut shop = Shop::open(boot("granted"), NOW);
    let steps = ["newsletter", "push"];
    assert_eq!(shop.next_permission(&steps, NOW), Some(0));
    shop.track(1, "Permission Granted", Value::object([("channel", "newsletter".into())]), NOW);
    assert_eq!(shop.next_permission(&steps, NOW), Some(1));
    shop.later("push", NOW);
    assert_eq!(shop.next_permission(&steps, NOW + DAY), None);
    browser.take(&mut shop);
    let again = Shop::open(Boot { stored: browser.profile.clone(), ..boot("granted") }, NOW + 31 * DAY);
    assert_eq!(again.next_permission(&steps, NOW + 31 * DAY), Some(1));
    assert_eq!(
        Shop::open(boot("ask"), NOW).next_permission(&steps, NOW),
        None,
        "nobody is asked before consent"
    );
    let granted = shop.visitor(NOW).path(&["permissions", "newsletter", "answer"]).cloned();
    assert_eq!(granted, Some("granted".into()));
}

#[test]
fn a_sign_out_takes_what_was_stated_along() {
    let mut shop = Shop::open(boot("granted"), NOW);
    shop.identify(1, Some("oybek".into()), Value::Null, NOW);
    shop.preferences(2, serde_json::from_str(r#"{"goal":"a gift"}"#).unwrap(), NOW);
    shop.track(3, "Permission Granted", Value::object([("channel", "sms".into())]), NOW);
    shop.track(4, "Products Searched", Value::object([("query", "suzani".into())]), NOW);
    assert_eq!(shop.visitor(NOW).get("searches").unwrap().items().len(), 1);
    shop.identify(5, None, Value::Null, NOW);
    let visitor = shop.visitor(NOW);
    for name in ["preferences", "permissions"] {
        assert_eq!(visitor.get(name), Some(&Value::Object(vec![])), "{name}");
    }
    assert_eq!(visitor.get("searches").unwrap().items(), []);
}
