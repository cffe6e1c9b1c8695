//! Recommending from a small library, file by file as a page would fetch it.

use super::*;
use crate::model::{
    CardShard, CatalogEntry, Entry, Head, Name, Neighbour, PlacedRow, Places, Popular, Relation, Row,
    RowFile, RowShard, Settings, TopCards, fingerprint, key_of,
};
use crate::time::DAY;
use crate::visitor::Action;
use std::collections::BTreeMap;

pub(super) const NOW: Millis = 1_795_329_421_042;
pub(super) const GENERATION: &str = "0123456789abcdef";
const PRODUCTS: [&str; 6] = ["tea", "pot", "cup", "rug", "lamp", "belt"];

/// One head shard of three products, two tail shards of the others; `pairs` are (relation, from, to, weight).
fn site(pairs: &[(Relation, u32, u32, f32)], settings: Settings) -> BTreeMap<String, Vec<u8>> {
    let mut rows = vec![Row::default(); PRODUCTS.len()];
    rows[0].repeat_days = 30;
    rows[0].again = 255;
    for &(relation, from, to, weight) in pairs {
        rows[from as usize].lists[relation as usize].push(Neighbour { number: to, weight });
    }
    let entry = Entry {
        generation: GENERATION.into(),
        trained_to: NOW,
        products: PRODUCTS.len() as u32,
        places: places(&PRODUCTS),
        pack: 0,
        settings,
        popular: vec![Popular { number: 4, weight: 255 }, Popular { number: 1, weight: 100 }],
    };
    let catalog = CatalogEntry {
        generation: "fedcba9876543210".into(),
        model: GENERATION.into(),
        products: PRODUCTS.len() as u32,
        cards_per_shard: 2,
        pack: 0,
        top: 7,
        patches: Vec::new(),
        margin_cuts: Vec::new(),
        newest: vec![5, 3],
    };
    let card = |id: &str| Card {
        id: id.into(),
        title: id.to_uppercase(),
        stock: Some(u32::from(id != "cup")),
        ..Card::default()
    };
    let cards = PRODUCTS.map(card);
    files_of(entry, catalog, &rows, &cards)
}

/// So many rows lie in the head shard.
const HEAD: usize = 3;

/// One head shard of the first products, two tail shards of the others.
pub(super) fn places(ids: &[&str]) -> Places {
    let head: Vec<(u64, u32)> = ids.iter().take(HEAD).map(|id| (key_of(id), 0)).collect();
    Places { head_shards: 1, tail_shards: 2, head: Head::build(&head, 0, 8).unwrap() }
}

/// The files of a site with these products, [`places`] of their ids; popular cards in one file.
pub(super) fn files_of(
    entry: Entry,
    catalog: CatalogEntry,
    rows: &[Row],
    cards: &[Card],
) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<Name, Vec<u8>> = BTreeMap::new();
    let mut shards: BTreeMap<RowFile, Vec<PlacedRow>> = BTreeMap::new();
    for ((number, row), card) in (0..).zip(rows).zip(cards) {
        let key = key_of(&card.id);
        let file = if number < HEAD as u32 { RowFile::Head(0) } else { entry.places.tail(key).unwrap() };
        shards.entry(file).or_default().push(PlacedRow { number, fingerprint: fingerprint(key), row });
    }
    for (file, rows) in shards {
        files.insert(Name::Rows(GENERATION.into(), file), RowShard::encode(&rows));
    }
    for (shard, cards) in (0u32..).zip(cards.chunks(catalog.cards_per_shard as usize)) {
        let cards = CardShard { cards: cards.to_vec() };
        files.insert(Name::Cards(catalog.generation.clone(), shard, 0), cards.encode().unwrap());
    }
    let top = entry.popular.iter().map(|popular| (popular.number, cards[popular.number as usize].clone()));
    let top = TopCards { cards: top.collect() };
    files.insert(catalog.top(), top.encode().unwrap());
    files.insert(Name::CatalogEntry, catalog.encode().unwrap());
    files.insert(Name::Entry, entry.encode().unwrap());
    files.into_iter().map(|(name, bytes)| (name.to_string(), bytes)).collect()
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

fn query(kind: Kind) -> Query {
    Query { limit: 3, ..Query::new(kind, NOW) }
}

/// Fetches what is needed until there is an answer; says ids, reasons and the number of rounds.
fn ask(
    query: &Query,
    history: &[HistoryEntry],
    files: &BTreeMap<String, Vec<u8>>,
) -> (Vec<(String, String)>, usize, Library) {
    let mut library = Library::default();
    for name in ["model/entry.bin", "catalog/entry.bin"] {
        let _ = library.put(name, files.get(name).cloned());
    }
    for round in 0.. {
        let needs = match recommend(query, history, &library) {
            Err(needs) => needs,
            Ok(items) => {
                let told = |item: &Item| {
                    let title = item.named.map(|card| card.title_in("en"));
                    (item.card.id.clone(), item.because.text(Language::English, title))
                };
                let items = items.iter().map(told).collect();
                return (items, round, library);
            }
        };
        assert!(round < 12, "asks for ever: {needs:?}");
        for name in needs {
            let _ = library.put(&name.name.to_string(), files.get(&name.name.to_string()).cloned());
        }
    }
    unreachable!()
}

/// The whole answer, as ids and reasons.
pub(super) fn ask_whole(
    query: &Query,
    history: &[HistoryEntry],
    files: &BTreeMap<String, Vec<u8>>,
) -> Vec<(String, String)> {
    ask(query, history, files).0
}

fn ids(answer: &[(String, String)]) -> Vec<&str> {
    answer.iter().map(|(id, _)| id.as_str()).collect()
}

pub(super) fn did(id: &str, days_ago: u64, action: Action) -> HistoryEntry {
    HistoryEntry::new(id, NOW - days_ago * DAY, action)
}

#[test]
fn for_you_follows_the_history_and_says_so() {
    let files = site(&[(Relation::Next, 3, 5, 0.5), (Relation::Next, 3, 2, 0.9)], Settings::default());
    let (answer, rounds, _) = ask(&query(Kind::ForYou), &[did("rug", 1, Action::View)], &files);
    // The cup is sold out; the belt follows the rug; the rest is popular.
    assert_eq!(ids(&answer), ["belt", "lamp", "pot"]);
    assert_eq!(answer[0].1, "Because you viewed RUG");
    assert_eq!(answer[1].1, "Popular now");
    assert!(rounds <= 2, "row, cards");
}

#[test]
fn nearer_and_stronger_deeds_speak_louder() {
    let pairs = [(Relation::Next, 0, 5, 0.5), (Relation::Next, 3, 1, 0.5)];
    let files = site(&pairs, Settings::default());
    let history = [did("tea", 2, Action::View), did("rug", 1, Action::View)];
    assert_eq!(ids(&ask(&query(Kind::ForYou), &history, &files).0)[..2], ["pot", "belt"]);
    let history = [did("tea", 2, Action::Purchase), did("rug", 1, Action::View)];
    let never = Settings { frequency_weight: 0.0, ..Settings::default() };
    assert_eq!(ids(&ask(&query(Kind::ForYou), &history, &site(&pairs, never)).0)[..2], ["belt", "pot"]);
}

#[test]
fn what_was_bought_comes_back_only_where_people_rebuy() {
    let first = |history: &[HistoryEntry], settings| {
        ask(&query(Kind::ForYou), history, &site(&[], settings)).0[0].clone()
    };
    let never = Settings { frequency_weight: 0.0, ..Settings::default() };
    let popular = ("lamp".into(), "Popular now".into());
    let twice = [did("rug", 9, Action::Purchase), did("rug", 1, Action::Purchase)];
    assert_eq!(first(&twice, Settings::default()), ("rug".into(), "You buy this often".into()));
    assert_eq!(first(&twice, never), popular);
    // Everybody buys tea again, nobody a second rug.
    assert_eq!(
        first(&[did("tea", 9, Action::Purchase)], Settings::default()),
        ("tea".into(), "You bought this".into())
    );
    assert_eq!(first(&[did("rug", 9, Action::Purchase)], Settings::default()), popular);
    let answer =
        ask(&query(Kind::ForYou), &[did("lamp", 1, Action::Purchase)], &site(&[], Settings::default())).0;
    assert!(!ids(&answer).contains(&"lamp"), "popular, but in the cupboard already");
}

#[test]
fn a_visitor_without_history_sees_what_is_popular_in_one_round() {
    let files = site(&[], Settings::default());
    for kind in [Kind::ForYou, Kind::Popular] {
        let (answer, rounds, _) = ask(&query(kind), &[], &files);
        assert_eq!((ids(&answer), rounds), (vec!["lamp", "pot"], 1), "{kind:?}");
    }
}

#[test]
fn lists_of_a_product_leave_it_out() {
    let pairs =
        [(Relation::Similar, 1, 1, 0.9), (Relation::Similar, 1, 0, 0.5), (Relation::Together, 1, 3, 0.5)];
    let files = site(&pairs, Settings::default());
    let of = |kind| Query { product: Some("pot".into()), ..query(kind) };
    assert_eq!(ask(&of(Kind::Similar), &[], &files).0, [("tea".into(), "Like this one".into())]);
    assert_eq!(ask(&of(Kind::BoughtTogether), &[], &files).0, [("rug".into(), "Bought together".into())]);
    let unknown = Query { product: Some("nothing".into()), ..query(Kind::BoughtTogether) };
    assert!(ask(&unknown, &[], &files).0.is_empty());
}

#[test]
fn buy_again_knows_what_is_due() {
    let files = site(&[], Settings::default());
    let history =
        [did("rug", 40, Action::Purchase), did("tea", 31, Action::Purchase), did("lamp", 2, Action::View)];
    let (answer, ..) = ask(&query(Kind::BuyAgain), &history, &files);
    assert_eq!(
        answer,
        [("tea".into(), "Time to buy it again".into()), ("rug".into(), "You bought this".into())]
    );
}

#[test]
fn recently_viewed_is_newest_first_without_repeats() {
    let history =
        ["rug", "pot", "rug", "belt"].iter().zip([4, 3, 2, 1]).map(|(id, ago)| did(id, ago, Action::View));
    let query = Query { product: Some("belt".into()), ..query(Kind::RecentlyViewed) };
    let files = site(&[], Settings::default());
    assert_eq!(ids(&ask(&query, &history.collect::<Vec<_>>(), &files).0), ["rug", "pot"]);
}

#[test]
fn exclusions_are_refilled() {
    let files = site(&[], Settings::default());
    let query = Query { exclude: vec!["lamp".into()], limit: 1, ..query(Kind::Popular) };
    assert_eq!(ids(&ask(&query, &[], &files).0), ["pot"]);
}

#[test]
fn missing_and_damaged_files_cost_only_what_is_in_them() {
    let files = site(&[(Relation::Next, 3, 5, 0.5)], Settings::default());
    let history = [did("rug", 1, Action::View)];
    for name in files.keys().filter(|name| !name.ends_with("entry.bin")) {
        for damage in [None, Some(vec![1, 2, 3])] {
            let mut broken = files.clone();
            match damage {
                None => broken.remove(name),
                Some(bytes) => broken.insert(name.clone(), bytes),
            };
            let (answer, _, library) = ask(&query(Kind::ForYou), &history, &broken);
            assert!(!answer.is_empty(), "without {name}");
            assert!(library.files().iter().all(|file| file.loaded == (file.name != *name)), "{name}");
        }
    }
    let nothing = BTreeMap::new();
    assert!(ask(&query(Kind::ForYou), &history, &nothing).0.is_empty());
}

#[test]
fn cards_of_another_generation_are_not_mixed_in() {
    let mut files = site(&[], Settings::default());
    let other = CatalogEntry {
        generation: "fedcba9876543210".into(),
        model: "ffffffffffffffff".into(),
        products: 6,
        cards_per_shard: 2,
        pack: 0,
        top: 7,
        patches: Vec::new(),
        margin_cuts: Vec::new(),
        newest: vec![5, 3],
    };
    files.insert("catalog/entry.bin".into(), other.encode().unwrap());
    assert!(ask(&query(Kind::Popular), &[], &files).0.is_empty());
}

#[test]
fn new_is_newest_first_and_bends_to_taste() {
    let files = site(&[], Settings::default());
    let (answer, rounds, _) = ask(&query(Kind::New), &[], &files);
    assert_eq!(answer, [("belt".into(), "New in the shop".into()), ("rug".into(), "New in the shop".into())]);
    assert!(rounds <= 2);
    let red =
        HistoryEntry { attributes: vec![("color".into(), "red".into())], ..did("tea", 1, Action::View) };
    let mut cards = PRODUCTS.map(|id| Card { id: id.into(), ..Card::default() });
    cards[3].attributes = vec![("color".into(), vec!["Red".into()])];
    let mut changed = files.clone();
    let top = TopCards { cards: (0..).zip(cards).collect() };
    let name = files.keys().find(|name| name.contains("top")).unwrap();
    changed.insert(name.clone(), top.encode().unwrap());
    assert_eq!(ids(&ask(&query(Kind::New), &[red], &changed).0), ["rug", "belt"]);
}

/// A site whose row of a city names products.
fn city(of: &[u32]) -> BTreeMap<String, Vec<u8>> {
    let mut cards: Vec<Card> = PRODUCTS.map(|id| Card { id: id.into(), ..Card::default() }).to_vec();
    let mut rows = vec![Row::default(); PRODUCTS.len() + 1];
    rows[6].lists[0] =
        of.iter().map(|number| Neighbour { number: *number, weight: 1.0 / (1 + number) as f32 }).collect();
    let mut files = site(&[], Settings::default());
    let entry = Entry { products: 7, ..Entry::decode(&files["model/entry.bin"]).unwrap() };
    let catalog = CatalogEntry::decode(&files["catalog/entry.bin"]).unwrap();
    // The group's row is found by its id, and has no card.
    cards.push(Card { id: crate::model::group_id("city", "tashkent"), ..Card::default() });
    files = files_of(entry, catalog, &rows, &cards);
    files
}

#[test]
fn popular_nearby_begins_where_the_visitor_is() {
    let files = city(&[3, 5]);
    let near = |kind, json: &str| {
        let mut query = Query { limit: 4, ..query(kind) };
        query.near.add(&serde_json::from_str(json).unwrap());
        query.within = kind == Kind::Popular;
        ask_whole(&query, &[], &files)
    };
    let told = near(Kind::PopularNearby, r#"{"city":"TASHKENT","country":"UZ"}"#);
    assert_eq!(ids(&told), ["rug", "belt", "lamp", "pot"]);
    assert_eq!((told[0].1.as_str(), told[2].1.as_str()), ("Popular in TASHKENT", "Popular now"));
    assert_eq!(ids(&near(Kind::Popular, r#"{"city":["Samarkand","Tashkent"]}"#))[..1], ["rug"]);
    assert_eq!(ids(&near(Kind::PopularNearby, "{}")), ["lamp", "pot"]);
}

/// Reads what the order needs until it needs nothing more.
fn put_in_order(list: &[&str], history: &[HistoryEntry], files: &BTreeMap<String, Vec<u8>>) -> Vec<usize> {
    let mut library = Library::default();
    let list: Vec<crate::value::Value> = list.iter().map(|id| (*id).into()).collect();
    loop {
        let order = reorder(&list, history, NOW, &library);
        if order.needs.is_empty() {
            return order.places;
        }
        for name in order.needs {
            let _ = library.put(&name.name.to_string(), files.get(&name.name.to_string()).cloned());
        }
    }
}

#[test]
fn a_list_is_put_into_the_visitors_order() {
    let files = site(&[(Relation::Next, 3, 5, 0.5), (Relation::Next, 3, 2, 0.9)], Settings::default());
    let history = [did("rug", 1, Action::View)];
    let list = ["tea", "what", "pot", "belt", "lamp", "cup", "tea"];
    // The cup follows the rug most, then the belt; what nobody knows keeps its place among the rest.
    assert_eq!(put_in_order(&list, &history, &files), [5, 3, 0, 1, 2, 4]);
    assert_eq!(put_in_order(&list, &[], &files), [0, 1, 2, 3, 4, 5], "a stranger");
    assert_eq!(put_in_order(&list, &history, &BTreeMap::new()), [0, 1, 2, 3, 4, 5], "without files");
    assert!(put_in_order(&[], &history, &files).is_empty());
}

proptest::proptest! {
    #[test]
    fn an_order_has_each_product_once(
        list in proptest::collection::vec(proptest::sample::select(&["tea", "pot", "cup", "x", "", "belt"][..]), 0..12),
        deeds in proptest::collection::vec((0..6usize, 0..50u64), 0..5),
    ) {
        let files = site(&[(Relation::Next, 3, 5, 0.5), (Relation::Next, 0, 2, 0.9)], Settings::default());
        let history: Vec<HistoryEntry> = deeds.iter().map(|(n, days)| did(PRODUCTS[*n], *days, Action::View)).collect();
        let places = put_in_order(&list, &history, &files);
        let mut given: Vec<&str> = list.clone();
        let mut shown: Vec<&str> = places.iter().map(|place| list[*place]).collect();
        given.sort_unstable();
        given.dedup();
        shown.sort_unstable();
        proptest::prop_assert_eq!(shown, given);
        proptest::prop_assert_eq!(places, put_in_order(&list, &history, &files));
    }
}
