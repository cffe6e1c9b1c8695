//! The shop's rules, over random catalogues, histories and rules.

use super::tests::{GENERATION, NOW, ask_whole, did, files_of, places};
use super::*;
use crate::model::{Card, CatalogEntry, Entry, Neighbour, Popular, Relation, Row, Settings};
use crate::time::DAY;
use crate::value::Value;
use crate::visitor::Action;
use proptest::prelude::*;

/// A shop of cards, by number; everything follows everything, popular in order.
fn shop(cards: &[Card]) -> std::collections::BTreeMap<String, Vec<u8>> {
    let count = cards.len() as u32;
    let row = |from: u32| {
        let mut row = Row::default();
        for list in [Relation::Next, Relation::Together, Relation::Similar] {
            row.lists[list as usize] = (0..count)
                .filter(|to| *to != from)
                .map(|to| Neighbour { number: to, weight: 1.0 / (1 + (to + from) % count) as f32 })
                .collect();
        }
        row
    };
    let rows: Vec<Row> = (0..count).map(row).collect();
    let popular = (0..count).map(|number| Popular { number, weight: 255 - number as u8 });
    let entry = Entry {
        generation: GENERATION.into(),
        trained_to: NOW,
        products: count,
        places: places(&cards.iter().map(|card| card.id.as_str()).collect::<Vec<_>>()),
        pack: 0,
        settings: Settings::default(),
        popular: popular.collect(),
    };
    let catalog = CatalogEntry {
        generation: "fedcba9876543210".into(),
        model: GENERATION.into(),
        products: count,
        cards_per_shard: 4,
        pack: 0,
        top: 7,
        patches: Vec::new(),
        margin_cuts: vec![0.2],
        newest: (0..count).rev().collect(),
    };
    files_of(entry, catalog, &rows, cards)
}

fn rules(json: &str) -> Arc<Rules> {
    let mut problems = Problems::default();
    let placements = serde_json::from_str::<Value>(&format!(r#"{{"p":{json}}}"#)).unwrap();
    let placements = Placements::read(Some(&placements), &mut problems);
    assert_eq!(problems.0, Vec::<String>::new(), "{json}");
    placements.get("p").unwrap().clone()
}

fn card(id: usize, brand: &str, category: &str, color: &str) -> Card {
    let attributes = [("brand", brand), ("category", category), ("color", color)];
    Card {
        id: format!("p{id}"),
        price: Some(10.0 * id as f64),
        attributes: attributes.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).to_vec(),
        ..Card::default()
    }
}

/// Twelve products: brands a, b, c in turn, shirts then shoes, black and white in turn.
fn twelve() -> Vec<Card> {
    let color = |n: usize| if n.is_multiple_of(2) { "black" } else { "white" };
    (0..12).map(|n| card(n, ["a", "b", "c"][n % 3], if n < 6 { "shirt" } else { "shoe" }, color(n))).collect()
}

fn shown(json: &str, kind: Kind, history: &[HistoryEntry], change: impl FnOnce(&mut Query)) -> Vec<String> {
    let mut query = Query { limit: 4, rules: rules(json), ..Query::new(kind, NOW) };
    change(&mut query);
    ask_whole(&query, history, &shop(&twelve())).into_iter().map(|(id, _)| id).collect()
}

fn popular(json: &str) -> Vec<String> {
    shown(json, Kind::Popular, &[], |_| {})
}

#[test]
fn pins_take_their_positions() {
    assert_eq!(popular(r#"{"pin":["p9","p8"]}"#), ["p9", "p8", "p0", "p1"]);
    assert_eq!(popular(r#"{"pin":[{"id":"p9","position":3},"p1"]}"#), ["p0", "p1", "p9", "p2"]);
    assert_eq!(
        popular(r#"{"pin":[{"field":"category","value":"shoe","position":2}]}"#),
        ["p0", "p6", "p1", "p2"]
    );
    assert_eq!(popular(r#"{"pin":["nothing"]}"#), ["p0", "p1", "p2", "p3"]);
    assert_eq!(
        popular(r#"{"pin":["p9"],"exclude":["p9"]}"#),
        ["p0", "p1", "p2", "p3"],
        "excluded is excluded"
    );
    assert_eq!(popular(r#"{"pin":[{"id":"p9","position":9}]}"#), ["p0", "p1", "p2", "p3"], "past the end");
}

#[test]
fn boost_bury_and_exclude() {
    assert_eq!(popular(r#"{"boost":[{"field":"brand","value":"c","by":100}]}"#)[..2], ["p2", "p5"]);
    assert_eq!(popular(r#"{"bury":[{"field":"price","op":"lt","value":30}]}"#), ["p3", "p4", "p5", "p6"]);
    let but_two = r#"{"bury":[{"field":"price","op":"lt","value":100}]}"#;
    assert_eq!(popular(but_two), ["p10", "p11", "p0", "p1"], "buried fills what nothing else does");
    assert_eq!(popular(r#"{"exclude":[{"field":"brand","value":["a","b"]}]}"#), ["p2", "p5", "p8", "p11"]);
    assert_eq!(popular(r#"{"price":{"min":40,"max":60}}"#), ["p4", "p5", "p6"]);
}

#[test]
fn alike_ones_give_way() {
    assert_eq!(popular(r#"{"maxPerBrand":1}"#), ["p0", "p1", "p2"]);
    assert_eq!(
        popular(r#"{"diversity":{"strength":0,"maxPer":{"category+color":1}}}"#),
        ["p0", "p1", "p6", "p7"]
    );
    let unlike = popular(r#"{"diversity":0.9}"#);
    assert_eq!((unlike[0].as_str(), unlike[1].as_str()), ("p0", "p7"), "another brand, category and colour");
}

#[test]
fn what_is_owned_is_shown_as_the_shop_says() {
    let history = [did("p0", 30, Action::Purchase)];
    let for_you = |json: &str| shown(json, Kind::ForYou, &history, |query| query.limit = 12);
    let has = |json: &str| for_you(json).contains(&"p0".to_owned());
    assert!(!has("{}"), "nobody buys it twice");
    assert!(has(r#"{"bought":[{"field":"category","value":"shirt","hide":false}]}"#));
    assert!(has(r#"{"bought":29}"#) && !has(r#"{"bought":31}"#) && !has(r#"{"bought":true}"#));
    assert!(!has(r#"{"bought":[{"field":"category","value":"shoe","hide":false}]}"#));
    let with_cart = |json: &str| shown(json, Kind::Popular, &[], |query| query.cart = vec!["p0".into()]);
    assert_eq!(with_cart("{}")[0], "p0");
    assert_eq!(with_cart(r#"{"cart":true}"#)[0], "p1");
    assert_eq!(with_cart(r#"{"cart":[{"field":"brand","value":"a","hide":false},{"hide":true}]}"#)[0], "p0");
}

#[test]
fn kinds_to_fall_back_on_fill_the_list() {
    let history = [did("p3", 1, Action::View)];
    let fallback = r#"{"fallback":["similar","popular"]}"#;
    assert_eq!(shown(fallback, Kind::RecentlyViewed, &history, |_| {}), ["p3", "p0", "p1", "p2"]);
    assert_eq!(shown("{}", Kind::RecentlyViewed, &history, |_| {}), ["p3"]);
}

#[test]
fn the_cart_is_completed_and_never_repeated() {
    let fill = |query: &mut Query| query.cart = vec!["p1".into(), "p2".into()];
    let found = shown("{}", Kind::Complement, &[], fill);
    assert_eq!(found.len(), 4);
    assert!(!found.contains(&"p1".to_owned()) && !found.contains(&"p2".to_owned()));
    assert!(shown("{}", Kind::Complement, &[], |_| {}).is_empty());
    let pinned = shown(r#"{"pin":["p1"],"fallback":["popular"]}"#, Kind::Complement, &[], |query| {
        fill(query);
        query.limit = 12;
    });
    // Popular may show what is in the cart, complement not.
    assert_eq!(pinned.len(), 12);
    assert_ne!(pinned[0], "p1");
}

#[test]
fn reasons_name_the_rule() {
    let query = Query {
        limit: 2,
        rules: rules(r#"{"pin":["p9",{"id":"p8","because":{"ru":"Хит","en":"Our hit"}}]}"#),
        ..Query::new(Kind::Popular, NOW)
    };
    let because: Vec<_> =
        ask_whole(&query, &[], &shop(&twelve())).into_iter().map(|(_, because)| because).collect();
    assert_eq!(because, ["Picked by the shop", "Our hit"]);
}

#[test]
fn wrong_rules_are_told_with_their_path_and_cost_only_themselves() {
    let json = r#"{
        "*": {"exclude": [{"field":"brand","value":"x"}]},
        "home": {"kind":"for-me","limit":0,"pin":[{"position":1}],"boost":[{"field":"brand","value":"a","by":-1}],
            "exclude":[{"field":"brand","op":"like","value":"a"},{"field":"brand","value":"b"}],"diversity":7,
            "bought":"never","price":{"min":9,"max":1},"outOfStock":"no","fallback":["popular","best"],"excludes":[],"size":1}
    }"#;
    let mut problems = Problems::default();
    let placements = Placements::read(Some(&serde_json::from_str(json).unwrap()), &mut problems);
    for path in [
        "kind",
        "limit",
        "pin[0].field",
        "boost[0].by",
        "exclude[0].op",
        "diversity",
        "bought",
        "price",
        "outOfStock",
        "fallback[1]",
        "excludes",
        "size",
    ] {
        let start = format!("site.json: placements.home.{path} ");
        assert_eq!(
            problems.0.iter().filter(|text| text.starts_with(&start)).count(),
            1,
            "{path}: {:#?}",
            problems.0
        );
    }
    assert_eq!(problems.0.len(), 12);
    let home = placements.get("home").unwrap();
    assert_eq!(
        (home.list(placement::List::Exclude).len(), home.fallback.as_slice()),
        (2, &[Kind::Popular][..])
    );
    assert!(Placements::read(Some(&Value::Null), &mut problems).get("home").is_none());
}

#[test]
fn margins_are_collected_for_the_trainer() {
    let json = r#"{"a":{"bury":[{"field":"margin","op":"lt","value":0.4}]},"*":{"exclude":[{"field":"margin","op":"lte","value":0.1},{"field":"price","op":"gt","value":7}]}}"#;
    let placements = Placements::read(Some(&serde_json::from_str(json).unwrap()), &mut Problems::default());
    assert_eq!(placements.margins(), [0.1, 0.4]);
}

/// A rule over the attributes that [`any_card`] has.
fn any_condition() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..4).prop_map(|n| format!(r#"{{"field":"brand","op":"eq","value":"b{n}"}}"#)),
        (0..4).prop_map(|n| format!(r#"{{"field":"color","op":"ne","value":"c{n}"}}"#)),
        (0..100).prop_map(|n| format!(r#"{{"field":"price","op":"gte","value":{n}}}"#)),
        (0..30).prop_map(|n| format!(r#""p{n}""#)),
        (0..3).prop_map(|n| format!(r#"{{"field":"stock","op":"lt","value":{n}}}"#)),
        Just(r#"{"field":"margin","op":"lt","value":0.2}"#.to_owned()),
    ]
}

fn any_card() -> impl Strategy<Value = Card> {
    (0..4, 0..3, 0..4, 0..100, proptest::option::of(0..3u32), 0..3u8).prop_map(
        |(brand, category, color, price, stock, margin)| Card {
            price: Some(f64::from(price)),
            stock,
            margin: Some(margin),
            ..card(0, &format!("b{brand}"), &format!("k{category}"), &format!("c{color}"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rules_hold_whatever_they_are(
        mut cards in proptest::collection::vec(any_card(), 1..30),
        exclude in proptest::collection::vec(any_condition(), 0..3),
        bury in proptest::collection::vec(any_condition(), 0..2),
        boost in any_condition(),
        pins in proptest::collection::vec((0..30usize, 1..8usize), 0..3),
        cap in 1..3usize,
        strength in 0..=10u8,
        kind in proptest::sample::select(&Kind::ALL[..]),
        limit in 1..9usize,
        deeds in proptest::collection::vec((0..30usize, 0..400u64, 0..4usize), 0..6),
        cart in proptest::collection::vec(0..30usize, 0..4),
        fallback: bool,
    ) {
        for (n, card) in cards.iter_mut().enumerate() {
            card.id = format!("p{n}");
        }
        let pin: Vec<String> = pins.iter().map(|(n, at)| format!(r#"{{"id":"p{n}","position":{at}}}"#)).collect();
        let rules = rules(&format!(
            r#"{{"exclude":[{}],"bury":[{}],"boost":[{{"all":[{}],"by":3}}],"pin":[{}],"fallback":[{}],
                "diversity":{{"strength":{},"maxPer":{{"category+color":{cap}}}}}}}"#,
            exclude.join(","), bury.join(","),
            if boost.starts_with('"') { r#"{"field":"brand","value":"b0"}"# } else { &boost },
            pin.join(","), if fallback { r#""similar","popular""# } else { "" }, f64::from(strength) / 10.0,
        ));
        let query = Query {
            limit,
            product: Some("p1".into()),
            exclude: vec!["p2".into()],
            rules: rules.clone(),
            cart: cart.iter().map(|n| format!("p{n}")).collect(),
            ..Query::new(kind, NOW)
        };
        const ACTIONS: [Action; 4] = [Action::View, Action::Cart, Action::Purchase, Action::Wish];
        let history: Vec<HistoryEntry> =
            deeds.iter().map(|(n, days, action)| did(&format!("p{n}"), *days, ACTIONS[*action])).collect();
        let files = shop(&cards);
        let ids: Vec<String> = ask_whole(&query, &history, &files).into_iter().map(|(id, _)| id).collect();

        prop_assert_eq!(&ids, &ask_whole(&query, &history, &files).into_iter().map(|(id, _)| id).collect::<Vec<_>>());
        prop_assert!(ids.len() <= limit);
        let of = |id: &str| cards.iter().find(|card| card.id == id).unwrap();
        let facts = condition::Facts { now: NOW, margin_cuts: &[0.2] };
        let fits = |id: &str| {
            let card = of(id);
            card.available() && id != "p1" && id != "p2"
                && !rules.list(placement::List::Exclude).iter().any(|rule| rule.when.holds(card, facts))
        };
        for (at, id) in ids.iter().enumerate() {
            prop_assert!(fits(id), "{id} must not be shown");
            prop_assert!(!ids[..at].contains(id), "{id} twice");
        }
        if kind == Kind::Complement && !fallback {
            prop_assert!(query.cart.iter().all(|id| !ids.contains(id)));
        }
        // The pins that may be shown, each at its place or, where an earlier pin has it, at the next that is free.
        let mut expected: Vec<Option<&str>> = vec![None; limit];
        for (n, at) in &pins {
            let id = cards.get(*n).map(|card| card.id.as_str());
            let Some(id) = id.filter(|id| fits(id) && !expected.contains(&Some(*id))) else { continue };
            if kind == Kind::Complement && query.cart.iter().any(|other| other == id) {
                continue;
            }
            if let Some(slot) = expected.iter_mut().skip(at - 1).find(|slot| slot.is_none()) {
                *slot = Some(id);
            }
        }
        let pinned: Vec<&str> = expected.iter().flatten().copied().collect();
        if ids.len() == limit {
            for (at, id) in expected.iter().enumerate().filter_map(|(at, id)| Some((at, (*id)?))) {
                prop_assert_eq!(&ids[at], id);
            }
        }
        prop_assert!(pinned.iter().all(|id| ids.iter().any(|shown| shown == id)));
        for id in ids.iter().filter(|id| !pinned.contains(&id.as_str())) {
            let alike = |other: &&String| {
                ["category", "color"].iter().all(|name| of(other).attribute(name) == of(id).attribute(name))
            };
            prop_assert!(ids.iter().filter(alike).count() <= cap, "too many like {id}");
        }
    }

    #[test]
    fn any_placements_are_read(json in any_json()) {
        let mut problems = Problems::default();
        let placements = Placements::read(Some(&Value::object([("p", json)])), &mut problems);
        prop_assert!(placements.get("p").is_some());
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(&["popular", "p1", "eq", "lt", "brand", "price", "hide", ""][..])
            .prop_map(Value::from),
    ];
    let names = proptest::sample::select(
        &[
            "kind",
            "limit",
            "pin",
            "boost",
            "bury",
            "exclude",
            "bought",
            "cart",
            "diversity",
            "maxPer",
            "price",
            "field",
            "op",
            "value",
            "by",
            "position",
            "hide",
            "fallback",
            "all",
            "because",
            "min",
            "size",
        ][..],
    );
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((names.clone().prop_map(str::to_owned), inner), 0..6)
                .prop_map(Value::Object),
        ]
    })
}

#[test]
fn an_old_purchase_ages() {
    let history = [did("p0", 400, Action::Purchase)];
    let year = r#"{"bought":[{"field":"category","value":"shirt","hide":365}]}"#;
    assert!(shown(year, Kind::ForYou, &history, |query| query.limit = 12).contains(&"p0".to_owned()));
    assert_eq!(NOW - history[0].at, 400 * DAY);
}
