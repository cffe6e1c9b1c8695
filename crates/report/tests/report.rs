//! Logs in, numbers and pages out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tanish_report::{Costs, Facts, Heading, Inputs, Report, csv, html, read, read_costs};

/// 2026-03-01T00:00:00Z, in milliseconds.
const SPRING: u64 = 1_772_323_200_000;
const MINUTE: u64 = 60_000;
const DAY: u64 = 1440 * MINUTE;

fn at(millis: u64) -> String {
    tanish::time::rfc3339(SPRING + millis)
}

fn event(id: impl std::fmt::Display, visitor: &str, time: u64, name: &str, properties: Value) -> Value {
    json!({"type": "track", "messageId": format!("m{id}"), "anonymousId": visitor, "timestamp": at(time),
        "event": name, "properties": properties})
}

fn write(folder: &Path, name: &str, events: &[Value]) -> PathBuf {
    let path = folder.join(name);
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    std::fs::write(&path, lines).unwrap();
    path
}

fn facts(events: &[Value]) -> Facts {
    let folder = tempfile::tempdir().unwrap();
    let inputs = Inputs { events: vec![write(folder.path(), "log.jsonl", events)], ..Inputs::default() };
    read(&inputs).unwrap().0
}

fn report(events: &[Value]) -> Report {
    Report::new(&facts(events), &Costs::default())
}

/// `visitors` in each arm, of whom so many buy for 50 after the exposure.
fn test_of(visitors: usize, buyers: [usize; 2]) -> Vec<Value> {
    let mut events = Vec::new();
    for (arm, buyers) in ["control", "blue"].into_iter().zip(buyers) {
        for number in 0..visitors {
            let (visitor, time) = (format!("{arm}{number}"), (number as u64 % 20) * DAY);
            let exposure = json!({"experiment_id": "hero", "variation_id": arm});
            events.push(event(format!("e{visitor}"), &visitor, time, "Experiment Viewed", exposure));
            if number < buyers {
                let order = json!({"order_id": visitor, "revenue": 50, "products": [{"product_id": "TEA", "price": 50}]});
                events.push(event(format!("o{visitor}"), &visitor, time + MINUTE, "Order Completed", order));
            }
        }
    }
    events
}

#[test]
fn an_experiment_is_read_as_managers_read_it() {
    let report = report(&test_of(10_000, [367, 688]));
    let conversion = &report.experiments[0];
    assert_eq!((conversion.key.as_str(), conversion.metric), ("hero", "conversion"));
    let arms: Vec<_> = conversion.variations.iter().map(|arm| (arm.id.as_str(), arm.n, arm.value)).collect();
    assert_eq!(arms, [("control", 10_000, 0.0367), ("blue", 10_000, 0.0688)]);
    let found = &conversion.comparisons[0];
    assert!((found.uplift - (0.0688 / 0.0367 - 1.0)).abs() < 1e-12);
    let says = found.verdict.says.replace('\u{a0}', " ");
    assert!(says.contains("conversion 3.67 % → 6.88 %, +87.5 %"), "{says}");
    assert!(!found.verdict.not.is_empty());
    assert_eq!(found.srm_p, 1.0);
    let revenue = &report.experiments[1];
    assert_eq!(
        (revenue.metric, revenue.variations[1].value),
        ("revenue_per_visitor", 688.0 * 50.0 / 10_000.0)
    );
    assert_eq!(report.experiments[2].variations[1].value, 50.0, "average order");
}

#[test]
fn a_broken_split_silences_the_test() {
    let mut events = test_of(2000, [100, 100]);
    events.retain(|event| !event["anonymousId"].as_str().unwrap().starts_with("blue1"));
    let report = report(&events);
    let found = &report.experiments[0].comparisons[0];
    assert!(found.srm_p < 0.001, "{}", found.srm_p);
    assert!(found.verdict.says.contains("split is broken"), "{}", found.verdict.says);
    let page = html(&report, &Heading::default()).unwrap();
    assert!(!page.contains("Other readings"), "a broken test's numbers are not laid out");
}

#[test]
fn what_came_before_the_exposure_is_no_effect_of_it_but_explains_it() {
    let mut events = test_of(400, [0, 0]);
    for (number, arm) in (0..400).flat_map(|number| [(number, "control"), (number, "blue")]) {
        let visitor = format!("{arm}{number}");
        for (when, worth) in
            [(-1i64, 10.0 + f64::from(number)), (1, 12.0 + f64::from(number) * 0.9 + f64::from(number % 7))]
        {
            let time = (i64::from(number) % 20 * DAY as i64 + when * MINUTE as i64) as u64;
            let order = json!({"order_id": format!("{visitor} {when}"), "revenue": worth});
            let at = tanish::time::rfc3339((SPRING as i64 + time as i64) as u64);
            let mut order = event(format!("{visitor} {when}"), &visitor, 0, "Order Completed", order);
            order["timestamp"] = json!(at);
            events.push(order);
        }
    }
    let report = report(&events);
    let revenue = report.experiments.iter().find(|test| test.metric == "revenue_per_visitor").unwrap();
    let found = &revenue.comparisons[0];
    let cuped = found.cuped.as_ref().unwrap();
    assert!(cuped.variance_explained > 0.9, "{cuped:?}");
    assert!(cuped.ci[1] - cuped.ci[0] < found.ci[1] - found.ci[0]);
}

#[test]
fn who_saw_two_arms_counts_in_none_and_browsers_become_customers() {
    let view = |id: &str, visitor: &str, arm: &str| {
        event(id, visitor, 0, "Experiment Viewed", json!({"experiment_id": "x", "variation_id": arm}))
    };
    let mut both = view("3", "phone", "0");
    both["userId"] = json!("ann");
    let mut order = event("4", "laptop", DAY, "Order Completed", json!({"order_id": "1", "total": 9}));
    order["userId"] = json!("ann");
    let report = report(&[
        view("1", "v", "0"),
        view("2", "v", "1"),
        both,
        order,
        view("5", "w", "1"),
        view("5", "w", "1"),
    ]);
    let conversion = &report.experiments[0];
    assert_eq!(conversion.crossed, 1);
    let arms: Vec<_> = conversion.variations.iter().map(|arm| (arm.id.as_str(), arm.n, arm.value)).collect();
    assert_eq!(arms, [("0", 1, 1.0), ("1", 1, 0.0)], "ann bought on her laptop what she saw on her phone");
}

#[test]
fn an_order_counts_once_however_often_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let order = |id: &str, time| {
        event(
            id,
            "v",
            time,
            "Order Completed",
            json!({"order_id": "7", "revenue": 30, "products": [{"product_id": "TEA", "price": 10, "quantity": 3}]}),
        )
    };
    let events = write(folder.path(), "log.jsonl", &[order("a", 0), order("b", MINUTE), order("a", 0)]);
    let alone = read(&Inputs { events: vec![events.clone()], ..Inputs::default() }).unwrap();
    assert_eq!(alone.1.events.duplicates.count, 1);
    let report = Report::new(&alone.0, &Costs::default());
    assert_eq!(
        (report.customers.orders, report.customers.revenue, report.products.best[0].pieces),
        (1, 30.0, 3.0)
    );
    let orders = folder.path().join("orders.csv");
    std::fs::write(&orders, "order_id,customer_id,product_id,timestamp,quantity,price\n7,ann,TEA,2026-03-01,3,9.5\n8,ann,TEA,2026-03-02,-1,9.5\n").unwrap();
    let (facts, _) =
        read(&Inputs { events: vec![events], orders: vec![orders], ..Inputs::default() }).unwrap();
    let report = Report::new(&facts, &Costs::default());
    assert_eq!(
        (report.customers.orders, report.customers.revenue),
        (1, 19.0),
        "the file knows better, and of the return"
    );
}

#[test]
fn recommendations_are_followed_from_showing_to_order() {
    let list = |id: &str, visitor: &str| {
        let products = json!([{"product_id": "A"}, {"product_id": "B"}]);
        event(
            id,
            visitor,
            0,
            "Product List Viewed",
            json!({"list_id": "tanish:similar", "products": products}),
        )
    };
    let click = |id: &str, visitor: &str| {
        event(
            id,
            visitor,
            MINUTE,
            "Product Clicked",
            json!({"list_id": "tanish:similar", "product_id": "B", "position": 2}),
        )
    };
    let bought = |id: &str, visitor: &str, product: &str, time| {
        let products = json!([{"product_id": product, "price": 5, "quantity": 2}]);
        event(id, visitor, time, "Order Completed", json!({"order_id": id, "products": products}))
    };
    let report = report(&[
        list("1", "v"),
        list("2", "w"),
        list("3", "x"),
        click("4", "v"),
        click("5", "w"),
        click("6", "x"),
        bought("7", "v", "B", DAY),
        bought("8", "w", "A", DAY),
        bought("9", "x", "B", 31 * DAY),
        bought("10", "y", "B", 0),
    ]);
    let found = &report.recommendations;
    let list = &found.lists[0];
    assert_eq!((list.list.as_str(), list.shown, list.clicked, list.bought_after), ("similar", 3, 3, 1));
    assert_eq!((list.revenue_after, found.assisted_revenue, found.assisted_share), (10.0, 10.0, 0.25));
    assert_eq!((list.positions[1].position, list.positions[1].shown, list.positions[1].clicked), (2, 3, 3));
    assert_eq!((found.coverage, list.diversity.round()), (1.0, 2.0));
}

#[test]
fn channels_get_their_visits_orders_and_return() {
    let folder = tempfile::tempdir().unwrap();
    let visit = |id: &str, time, query: &str| {
        let mut event = event(id, "v", time, "Product Viewed", json!({"product_id": "TEA"}));
        event["context"] = json!({"sessionId": id, "page": {"url": format!("https://shop.uz/{query}")}});
        event
    };
    let order = event("9", "v", 3 * DAY, "Order Completed", json!({"order_id": "1", "revenue": 100}));
    let mut order = order;
    order["context"] = json!({"sessionId": "b"});
    let log = write(
        folder.path(),
        "log.jsonl",
        &[visit("a", 0, "?utm_source=Mail&utm_campaign=june"), visit("b", 2 * DAY, ""), order],
    );
    let cost = folder.path().join("cost.csv");
    std::fs::write(&cost, "source,cost\nmail,20\nradio,30\ndirect,40\n").unwrap();
    let costs = read_costs(&cost, Costs::default()).unwrap();
    let (facts, _) = read(&Inputs { events: vec![log], ..Inputs::default() }).unwrap();
    let channels = Report::new(&facts, &costs).channels;
    let row = |name: &str| channels.sources.iter().find(|row| row.name == name).unwrap();
    assert_eq!((row("mail").first_touch_revenue, row("mail").last_touch_orders), (100.0, 0));
    assert_eq!((row("direct").last_touch_revenue, row("direct").return_on_cost), (100.0, Some(1.5)));
    assert_eq!((row("radio").visits, row("radio").return_on_cost), (0, Some(-1.0)));
    assert_eq!(channels.campaigns[0].name, "june");
    std::fs::write(&cost, "source,cost\nmail,a lot\n").unwrap();
    assert!(read_costs(&cost, Costs::default()).unwrap_err().to_string().contains("cost.csv:2"));
}

#[test]
fn contacts_and_answers() {
    let mut events = Vec::new();
    let mut tell = |count: usize, name: &str, properties: Value| {
        for _ in 0..count {
            events.push(event(events.len(), &format!("v{}", events.len()), 0, name, properties.clone()));
        }
    };
    tell(1000, "Email Sent", json!({}));
    tell(900, "Email Delivered", json!({}));
    tell(324, "Email Opened", json!({}));
    tell(117, "Email Link Clicked", json!({}));
    for (score, count) in [(10, 5), (9, 1), (8, 2), (6, 2)] {
        tell(count, "Survey Answered", json!({"survey_id": "after order", "kind": "nps", "score": score}));
    }
    tell(3, "Survey Answered", json!({"survey_id": "csat delivery", "score": "4"}));
    tell(4, "Permission Granted", json!({"permission": "email"}));
    tell(1, "Permission Withdrawn", json!({"permission": "email"}));
    tell(2, "Wish Recorded", json!({"query": "Samovar"}));
    let report = report(&events);
    let mail = report.contacts.mail.unwrap();
    assert!((mail.appeal_index - 0.9 * 0.36 * (117.0 / 324.0) * 100.0).abs() < 1e-9, "{mail:?}");
    let nps = report.customers.nps.unwrap();
    assert_eq!((nps.answers, nps.score.round()), (10, 40.0));
    assert_eq!(report.customers.csat.unwrap().score, 1.0);
    assert_eq!(report.contacts.permissions[0].decay, 0.25);
    assert_eq!((report.customers.wishes[0].wish.as_str(), report.customers.wishes[0].count), ("samovar", 2));
}

#[test]
fn hostile_content_stays_text() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}&";
    let mut events = Vec::new();
    for number in 0..400 {
        let arm = if number % 2 == 0 { evil } else { "0" };
        let visitor = format!("{evil}{number}");
        let mut viewed = event(
            format!("e{number}"),
            &visitor,
            0,
            "Experiment Viewed",
            json!({"experiment_id": evil, "variation_id": arm, "offer": evil}),
        );
        viewed["context"] = json!({"locale": format!("{evil}{}", number % 3), "page": {"url": format!("https://x/?utm_source={evil}&utm_campaign={evil}"), "referrer": evil}});
        events.push(viewed);
        let order = json!({"order_id": format!("o{number}"), "coupon": evil, "products": [{"product_id": evil, "name": evil, "price": number}]});
        events.push(event(format!("o{number}"), &visitor, MINUTE, "Order Completed", order));
        events.push(event(format!("l{number}"), &visitor, 0, "Product List Viewed", json!({"list_id": format!("tanish:{evil}"), "products": [{"product_id": evil}, {"product_id": "x"}]})));
        events.push(event(
            format!("c{number}"),
            &visitor,
            0,
            "Product Clicked",
            json!({"list_id": format!("tanish:{evil}"), "product_id": evil, "position": 1}),
        ));
        events.push(event(format!("w{number}"), &visitor, 0, "Wish Recorded", json!({"query": evil})));
        events.push(event(
            format!("p{number}"),
            &visitor,
            0,
            "Permission Granted",
            json!({"permission": evil}),
        ));
    }
    let report = report(&events);
    let heading = Heading { shop: evil.into(), notes: vec![evil.into()] };
    let page = html(&report, &heading).unwrap();
    assert!(page.matches("&lt;script&gt;").count() > 20, "the content is there, as text");
    for markup in ["<script", "<img", "javascript:"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(!page.contains("49&"), "no template runs in a template");
    // No attribute was left: every tag is one of the template's own.
    let tags = page.match_indices('<').map(|(at, _)| {
        page[at + 1..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '/' || *c == '!')
            .collect::<String>()
    });
    let known = [
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "h2",
        "h3",
        "p",
        "nav",
        "ul",
        "li",
        "a",
        "main",
        "section",
        "dl",
        "dt",
        "dd",
        "div",
        "figure",
        "figcaption",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "b",
        "footer",
        "svg",
        "g",
        "rect",
        "line",
        "circle",
        "text",
    ];
    for tag in tags {
        assert!(known.contains(&tag.trim_start_matches('/').trim_end_matches('/')), "<{tag}");
    }
    let rows = csv(&report);
    assert!(
        rows.lines().all(|line| !line.split(',').any(|cell| cell.starts_with("=") || cell.starts_with("@")))
    );
}

#[test]
fn nothing_at_all_is_a_page_that_says_so() {
    let report = report(&[]);
    let page = html(&report, &Heading::default()).unwrap();
    assert!(page.contains("Nothing happened in these files yet"));
    assert!(page.contains("No experiment was seen"));
    assert!(!page.contains("NaN") && !page.contains("null"));
    let value = serde_json::to_value(&report).unwrap();
    for section in ["experiments", "recommendations", "customers", "products", "channels", "contacts"] {
        assert!(value.get(section).is_some(), "{section}");
    }
}

#[test]
fn careless_fields_cost_no_event() {
    let lines = [
        r#"{"event": "Experiment Viewed", "anonymousId": 7, "timestamp": "2026-03-01", "properties": {"experiment_id": 12, "variation_id": true, "products": {}, "offer": [1]}, "context": "no"}"#,
        r#"{"event": ["x"], "anonymousId": "v", "timestamp": 1772323200000, "properties": [1, {"a": 2}]}"#,
        "not JSON",
        "[1]",
        r#"{"event": "Order Completed", "anonymousId": "v", "timestamp": "never"}"#,
        r#"{"event": "Order Completed", "anonymousId": "v", "timestamp": "2026-03-01T10:00:00+05:00", "properties": {"order_id": 5, "total": "12.5", "products": ["TEA", 7, null, {"productId": "POT", "quantity": "2", "price": "x"}]}}"#,
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let (facts, told) = read(&Inputs { events: vec![path], ..Inputs::default() }).unwrap();
    assert_eq!((told.events.rows, told.events.bad_rows()), (6, 3), "{:?}", told.events);
    let report = Report::new(&facts, &Costs::default());
    assert_eq!((report.events, report.customers.revenue, report.products.sold), (3, 12.5, 3));
    assert_eq!(report.experiments[0].variations[0].id, "true");
}

/// An event of a small world, where the same names meet again and again.
fn any_event() -> impl Strategy<Value = Value> {
    (0..12u8, 0..6u8, 0..4u8, 0..200u64, 0..3u8, -50.0..500.0f64).prop_map(|(kind, visitor, thing, hours, customer, money)| {
        let (product, order) = (format!("P{thing}"), format!("O{}", hours % 40));
        let products = json!([{"product_id": product, "price": money.abs(), "quantity": thing}, {"product_id": "X", "price": 1.1}]);
        let (name, properties) = match kind {
            0 | 1 => ("Experiment Viewed", json!({"experiment_id": format!("E{}", thing % 2), "variation_id": format!("{}", visitor % 2), "offer": "hero"})),
            2 => ("Product List Viewed", json!({"list_id": "tanish:similar", "products": products})),
            3 => ("Product Clicked", json!({"list_id": "tanish:similar", "product_id": product, "position": thing})),
            4 | 5 => ("Order Completed", json!({"order_id": order, "revenue": money, "products": products, "coupon": thing})),
            6 => ("Order Refunded", json!({"order_id": order, "total": money})),
            7 => ("Survey Answered", json!({"kind": "nps", "score": thing * 3})),
            8 => ("Permission Granted", json!({"permission": product})),
            9 => ("Wish Recorded", json!({"query": product})),
            10 => ("Promotion Clicked", json!({"promotion_id": "hero"})),
            _ => ("Complaint Opened", json!({"ticket_id": product})),
        };
        let mut event = event("", &format!("v{visitor}"), hours * 60 * MINUTE, name, properties);
        event["context"] = json!({"sessionId": format!("s{}", hours / 30), "page": {"url": format!("https://x/?utm_source={product}")}});
        if customer > 0 {
            event["userId"] = json!(format!("c{customer}"));
        }
        event
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn parts_add_up_to_the_whole_to_the_last_digit(events in proptest::collection::vec((any_event(), 0..4usize), 0..120)) {
        let mut parts = vec![Vec::new(); 4];
        let mut whole = Vec::new();
        for (number, (mut event, part)) in events.into_iter().enumerate() {
            event["messageId"] = json!(format!("m{number}"));
            whole.push(event.clone());
            parts[part].push(event);
        }
        let mut merged = Facts::default();
        for part in &parts {
            merged.merge(facts(part));
        }
        let (merged, whole) = (Report::new(&merged, &Costs::default()), report(&whole));
        prop_assert_eq!(serde_json::to_string(&merged).unwrap(), serde_json::to_string(&whole).unwrap());
    }

    #[test]
    fn no_line_breaks_the_report(lines in proptest::collection::vec("\\PC{0,80}", 0..8)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, format!("{{}}\n{}", lines.join("\n"))).unwrap();
        let (facts, _) = read(&Inputs { events: vec![path], ..Inputs::default() }).unwrap();
        html(&Report::new(&facts, &Costs::default()), &Heading::default()).unwrap();
    }
}
