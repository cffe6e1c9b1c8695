//! What makes rows one order, one session, one column.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::PathBuf;
use tanish::model::Relation;
use tanish_train::input::{ColumnNames, Problem};
use tanish_train::{Options, Summary, TrainError, train};

struct Inputs(tempfile::TempDir);

impl Inputs {
    fn new() -> Inputs {
        Inputs(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    fn run(&self, set: impl FnOnce(&mut Options)) -> (Summary, Published) {
        let out = self.0.path().join("site");
        (run(&out, set), Published::open(&out))
    }
}

#[test]
fn a_visit_without_a_session_id_is_an_order_not_a_life() {
    let inputs = Inputs::new();
    let rows = "timestamp,product_id,visitor_id,action
2026-01-01 10:00,A,v1,purchase
2026-01-01 10:20,C,v1,view
2026-01-01 10:45,B,v1,purchase
2026-02-01 10:00,D,v1,purchase
2026-01-01 10:00,E,v2,purchase
";
    let file = inputs.file("sessions.csv", rows);
    let (summary, site) = inputs.run(|options| options.events = vec![file]);
    assert_eq!((summary.orders, summary.customers, summary.visits), (3, 2, 3));
    // The view at 10:20 holds the first visit together; a month later is another order.
    assert_eq!(site.neighbours("A", Relation::Together), ["B"]);
    assert!(site.neighbours("D", Relation::Together).is_empty());
}

#[test]
fn session_ids_of_two_files_do_not_meet() {
    let inputs = Inputs::new();
    let rows = |product: &str| {
        format!("session_id,timestamp,product_id,action\n1,2026-01-01 10:00,{product},purchase\n")
    };
    let files = vec![inputs.file("a.csv", rows("A")), inputs.file("b.csv", rows("B"))];
    let (summary, site) = inputs.run(|options| options.events = files);
    assert_eq!((summary.orders, summary.visits), (2, 2));
    assert!(site.neighbours("A", Relation::Together).is_empty());
}

#[test]
fn a_named_column_must_be_there() {
    let inputs = Inputs::new();
    let orders = inputs.file("orders.csv", "order_id,product_id,timestamp\n1,A,2026-01-01\n");
    let sessions = inputs.file("sessions.csv", "session_id,product_id,timestamp\n1,A,2026-01-01 10:00\n");
    let catalog = inputs.file("catalog.csv", "id,title\nA,Apple\n");
    let attempt = |set: &dyn Fn(&mut Options)| {
        let mut options = Options::new(inputs.0.path().join("site"));
        options.orders = vec![orders.clone()];
        set(&mut options);
        train(&options, &mut ())
    };
    let names = |text: &str| ColumnNames::parse(text).unwrap();
    for (set, words) in [
        (
            &(|o: &mut Options| o.columns = names("customer_id=Client")) as &dyn Fn(&mut Options),
            "customerid=Client",
        ),
        (
            &|o: &mut Options| {
                (o.orders, o.events, o.columns) = (vec![], vec![sessions.clone()], names("action=Deed"))
            },
            "action=Deed",
        ),
        (
            &|o: &mut Options| (o.catalog, o.catalog_columns) = (vec![catalog.clone()], names("price=Cost")),
            "price=Cost",
        ),
    ] {
        let error = attempt(set).unwrap_err();
        assert!(matches!(error, TrainError::MissingColumn { .. }));
        let error = error.to_string();
        assert!(error.contains(words), "{words:?} is not in {error}");
        assert!(error.contains("product_id, timestamp") || error.contains("id, title"), "{error}");
    }
    // A name for order files says nothing of session rows beside them, nor the other way round.
    let both = attempt(&|o| {
        (o.events, o.columns) = (vec![sessions.clone()], names("order_id=order_id,session_id=session_id"));
    });
    assert_eq!(both.unwrap().events_read.kept, 1);
}

#[test]
fn a_bomb_in_a_products_json_is_broken_off() {
    let inputs = Inputs::new();
    let orders = inputs.file("orders.csv", "order_id,product_id,timestamp\n1,A,2026-01-01\n");
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(br#"{"products": [{"id": "A", "title": "Apple"}, {"id": "B", "title": ""#).unwrap();
    for _ in 0..8 {
        bomb.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    bomb.write_all(br#""}, {"id": "C", "title": "Cherry"}]}"#).unwrap();
    let catalog = inputs.file("products.json.gz", bomb.finish().unwrap());
    let (summary, _) = inputs.run(|options| {
        options.orders = vec![orders];
        options.catalog = vec![catalog];
    });
    let broken = &summary.catalog_read.bad[&Problem::BrokenOff];
    assert_eq!((summary.products, broken.count, broken.examples[0].line), (1, 1, 2));
    assert!(broken.examples[0].reason.contains("a piece of more than"), "{}", broken.examples[0]);
}

/// One event of a log.
fn event(name: &str, message: &str, at: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{name}","messageId":"{message}","anonymousId":"v1","timestamp":"{at}","properties":{properties}}}"#
    ) + "\n"
}

#[test]
fn an_order_told_of_twice_counts_once_and_sizes_stand_apart() {
    let inputs = Inputs::new();
    let products = r#"{"order_id":"1","products":[{"product_id":"A","size":"M"},{"product_id":"A","size":"L"},{"product_id":"B"}]}"#;
    let first = event("Order Completed", "page", "2026-01-01T10:00:00Z", products);
    let view = event("Product Viewed", "view", "2026-01-01T09:59:00Z", r#"{"product_id":"C"}"#);
    let again = event("Order Completed", "again", "2026-01-01T10:05:00Z", products)
        + &event("Order Completed", "server", "2026-01-01T12:00:00Z", products);
    let train = |log: String| {
        let file = inputs.file("events.jsonl", log);
        let (summary, site) = inputs.run(|options| options.events = vec![file]);
        (summary, site.entry)
    };
    let (once, entry) = train(format!("{view}{first}"));
    let (thrice, same) = train(format!("{view}{again}{first}"));
    assert_eq!((once.events_read.kept, once.events_read.duplicates.count), (4, 0));
    assert_eq!((thrice.events_read.kept, thrice.events_read.duplicates.count), (4, 6));
    assert_eq!((thrice.orders, thrice.visits), (1, 1), "the server's event is no visit");
    assert_eq!(same, entry, "the first stands, wherever in the log it is");
}

#[test]
fn a_refund_told_of_twice_is_taken_back_once() {
    let inputs = Inputs::new();
    let head = "order_id,product_id,customer_id,timestamp,quantity\n";
    let rows = format!(
        "{head}1,A,anna,2026-01-01,1\n2,A,anna,2026-01-02,1\n2,A,anna,2026-01-03,-1\n3,B,anna,2026-01-03,1\n"
    );
    let refund = |message: &str| {
        event(
            "Order Refunded",
            message,
            "2026-01-03T00:00:00Z",
            r#"{"order_id":"2","products":[{"product_id":"A"}]}"#,
        )
    };
    let orders = inputs.file("orders.csv", rows);
    let log = inputs.file("events.jsonl", refund("m1") + &refund("m2"));
    let popular = |site: &Published| site.entry.popular.clone();
    let (_, without) = inputs.run(|options| options.orders = vec![orders.clone()]);
    let (summary, with) = inputs.run(|options| (options.orders, options.events) = (vec![orders], vec![log]));
    assert_eq!((summary.events_read.known, summary.events_read.kept), (2, 0));
    assert_eq!(popular(&with), popular(&without));
    assert_eq!(popular(&with).len(), 2, "the first sale of A stands");
}
