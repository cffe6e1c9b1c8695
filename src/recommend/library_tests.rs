//! Files that come late, twice, damaged, or of another training.

use super::*;
use crate::model::{Head, Patch, PlacedRow, Places, Settings};
use proptest::prelude::*;

const PRODUCTS: u32 = 40;
const SHARDS: u32 = 4;

/// A site of tail shards alone, whose generation is `letter` repeated; numbers begin at `first`, so that
/// generations disagree about every product.
fn entry(letter: char, first: u32, pack: u32) -> Entry {
    Entry {
        generation: letter.to_string().repeat(16),
        trained_to: 0,
        products: first + PRODUCTS,
        places: Places { head_shards: 0, tail_shards: SHARDS, head: Head::default() },
        pack,
        settings: Settings::default(),
        popular: Vec::new(),
    }
}

fn catalog(model: &Entry, pack: u32, patches: Vec<Patch>) -> CatalogEntry {
    CatalogEntry {
        generation: "c".repeat(16),
        model: model.generation.clone(),
        products: model.products,
        cards_per_shard: 10,
        pack,
        top: 1,
        patches,
        margin_cuts: Vec::new(),
        newest: Vec::new(),
    }
}

fn id(product: u32) -> String {
    format!("SKU-{product}")
}

fn rows(entry: &Entry, first: u32, shard: u32) -> Vec<u8> {
    let row = Row::default();
    let here = (0..PRODUCTS).map(|product| (first + product, key_of(&id(product))));
    let here = here.filter(|(_, key)| entry.places.tail(*key) == Some(RowFile::Tail(shard)));
    let placed: Vec<PlacedRow> =
        here.map(|(number, key)| PlacedRow { number, fingerprint: fingerprint(key), row: &row }).collect();
    RowShard::encode(&placed)
}

fn cards(title: &str) -> Vec<u8> {
    let card = Card { title: title.into(), ..Card::default() };
    CardShard { cards: vec![card; 10] }.encode().unwrap()
}

/// The numbers of all products, as far as the library can tell, and what it asks for.
fn read(library: &Library) -> (Vec<Option<u32>>, Vec<Request>) {
    let mut reading = Reading::new(library);
    let numbers =
        (0..PRODUCTS).map(|product| reading.place(&id(product)).map(|place| place.number)).collect();
    (numbers, reading.needs)
}

fn shard_of(name: &Name) -> u32 {
    match name {
        Name::Rows(_, RowFile::Tail(shard)) => *shard,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_of_another_training_is_never_used() {
    let (old, new) = (entry('a', 0, 0), entry('b', 1000, 0));
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(old.encode().unwrap())).unwrap();
    let (_, asked) = read(&library);
    assert_eq!(asked.len(), SHARDS as usize);
    // One file of the old training is here, the others under way, when the new entry comes.
    let give = |library: &mut Library, request: &Request, entry: &Entry, first: u32| {
        library.put(&request.to_string(), Some(rows(entry, first, shard_of(&request.name))))
    };
    give(&mut library, &asked[0], &old, 0).unwrap();
    assert!(read(&library).0.iter().flatten().all(|number| *number < PRODUCTS));
    library.put(ENTRIES[0], Some(new.encode().unwrap())).unwrap();
    for late in &asked[1..] {
        give(&mut library, late, &old, 0).unwrap();
    }
    let (numbers, again) = read(&library);
    assert!(numbers.iter().all(Option::is_none), "{numbers:?}");
    assert!(again.iter().all(|request| request.name.to_string().contains("/bbbb")), "{again:?}");
    for request in &again {
        give(&mut library, request, &new, 1000).unwrap();
    }
    assert_eq!(read(&library), ((1000..1000 + PRODUCTS).map(Some).collect(), Vec::new()));
}

#[test]
fn an_entry_that_fails_to_come_again_changes_nothing() {
    let old = entry('a', 0, 0);
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(old.encode().unwrap())).unwrap();
    for request in read(&library).1 {
        library.put(&request.to_string(), Some(rows(&old, 0, shard_of(&request.name)))).unwrap();
    }
    library.put(ENTRIES[0], None).unwrap();
    library.put(ENTRIES[0], Some(vec![7; 100])).unwrap_err();
    assert_eq!(read(&library), ((0..PRODUCTS).map(Some).collect(), Vec::new()));
}

#[test]
fn a_replaced_card_file_is_asked_for_by_its_new_name() {
    let model = entry('a', 0, 0);
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(model.encode().unwrap())).unwrap();
    let title = |library: &Library, number: u32| {
        let mut reading = Reading::new(library);
        let title = reading.card(number).map(|card| card.title.clone());
        (title, reading.needs.first().map(ToString::to_string))
    };
    library.put(ENTRIES[1], Some(catalog(&model, 0, Vec::new()).encode().unwrap())).unwrap();
    for number in [5, 15] {
        let (_, asked) = title(&library, number);
        library.put(&asked.unwrap(), Some(cards("before"))).unwrap();
    }
    let patched = catalog(&model, 0, vec![Patch { shard: 1, version: 0xfe }]);
    library.put(ENTRIES[1], Some(patched.encode().unwrap())).unwrap();
    assert_eq!(title(&library, 5), (Some("before".into()), None), "as it was");
    let (_, asked) = title(&library, 15);
    assert_eq!(asked.as_deref(), Some("catalog/cccccccccccccccc/c1-00000000000000fe.bin"));
    library.put(&asked.unwrap(), Some(cards("after"))).unwrap();
    assert_eq!(title(&library, 15), (Some("after".into()), None));
}

#[test]
fn entries_that_do_not_belong_together_are_asked_for_again_a_few_times() {
    let (old, new) = (entry('a', 0, 0), entry('b', 1000, 0));
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(old.encode().unwrap())).unwrap();
    library.put(ENTRIES[1], Some(catalog(&old, 0, Vec::new()).encode().unwrap())).unwrap();
    let asks = |library: &Library| {
        let mut reading = Reading::new(library);
        assert!(reading.card(1005).is_none());
        reading.needs.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    // A training is published between the two: the question waits for the other one.
    library.put(ENTRIES[0], Some(new.encode().unwrap())).unwrap();
    assert_eq!(asks(&library), ENTRIES);
    library.put(ENTRIES[1], Some(catalog(&new, 0, Vec::new()).encode().unwrap())).unwrap();
    assert_eq!(asks(&library), ["catalog/cccccccccccccccc/c100.bin"]);
    // They stay apart: after a while there is no card to be had, and no asking for ever.
    let mut rounds = 0;
    library.put(ENTRIES[1], Some(catalog(&old, 0, Vec::new()).encode().unwrap())).unwrap();
    while !asks(&library).is_empty() {
        library.put(ENTRIES[0], Some(new.encode().unwrap())).unwrap();
        library.put(ENTRIES[1], Some(catalog(&old, 0, Vec::new()).encode().unwrap())).unwrap();
        rounds += 1;
        assert!(rounds < 4);
    }
}

#[test]
fn packs_are_read_by_their_directory() {
    let model = entry('a', 0, 3);
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(model.encode().unwrap())).unwrap();
    let shards: Vec<Vec<u8>> = (0..SHARDS).map(|shard| rows(&model, 0, shard)).collect();
    let packs: Vec<Vec<u8>> = shards.chunks(3).map(Pack::encode).collect();
    let mut seen = Vec::new();
    loop {
        let (numbers, asked) = read(&library);
        if asked.is_empty() {
            assert_eq!(numbers, (0..PRODUCTS).map(Some).collect::<Vec<_>>());
            break;
        }
        for Request { name, place } in asked {
            let Some((Name::Pack(_, Packed::Tail, pack), start, end)) = place else { panic!("{name}") };
            seen.push(Request { name: name.clone(), place: place.clone() }.to_string());
            library
                .put(&name.to_string(), Some(packs[pack as usize][start as usize..end as usize].to_vec()))
                .unwrap();
        }
    }
    assert_eq!(seen[0], "model/aaaaaaaaaaaaaaaa/t0.pack@model/aaaaaaaaaaaaaaaa/t0.pack#0-21");
    assert_eq!(seen.len(), 2 + SHARDS as usize, "each directory and each shard once: {seen:?}");
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let model = entry('a', 0, 0);
    let mut library = Library::default();
    library.put(ENTRIES[0], Some(model.encode().unwrap())).unwrap();
    for request in read(&library).1 {
        library.put(&request.to_string(), Some(rows(&model, 0, shard_of(&request.name)))).unwrap();
    }
    library.make_room(0);
    assert_eq!(library.shards.len(), SHARDS as usize, "the question is not yet answered");
    library.answered();
    let kept = key_of(&id(3));
    Reading::new(&library).place(&id(3)).unwrap();
    library.make_room(0);
    let names: Vec<&Name> = library.shards.iter().map(|held| &held.name).collect();
    let file = model.places.tail(kept).unwrap();
    assert_eq!(names, [&Name::Rows(model.generation.clone(), file)]);
}

#[test]
fn the_log_is_bounded() {
    let mut library = Library::default();
    for n in 0..2 * MAX_LOG {
        assert_eq!(library.put(&format!("x{n}"), None), Err(ModelError::NotAsked));
        let _ = library.put("again", None);
    }
    assert_eq!(library.files().len(), MAX_LOG);
}

/// What may happen to a library.
#[derive(Debug, Clone)]
enum Step {
    Entry(usize),
    Answer { which: usize, damage: u8 },
}

proptest! {
    /// Whatever comes in whatever order, a number is always of the entry at hand.
    #[test]
    fn no_order_of_arrivals_mixes_trainings(steps in proptest::collection::vec(
        prop_oneof![
            (0usize..3).prop_map(Step::Entry),
            (any::<usize>(), 0u8..8).prop_map(|(which, damage)| Step::Answer { which, damage }),
        ],
        1..60,
    )) {
        let entries = [entry('a', 0, 0), entry('b', 1000, 0), entry('d', 2000, 0)];
        let mut library = Library::default();
        let mut asked: Vec<(usize, Request)> = Vec::new();
        let mut current = None;
        for step in steps {
            match step {
                Step::Entry(which) => {
                    library.put(ENTRIES[0], Some(entries[which].encode().unwrap())).unwrap();
                    current = Some(which);
                }
                Step::Answer { which, damage } if !asked.is_empty() => {
                    let (of, request) = asked.swap_remove(which % asked.len());
                    let bytes = rows(&entries[of], 1000 * of as u32, shard_of(&request.name));
                    let bytes = match damage {
                        0 => None,
                        1 => Some(bytes[..bytes.len() / 2].to_vec()),
                        _ => Some(bytes),
                    };
                    let _ = library.put(&request.to_string(), bytes);
                }
                Step::Answer { .. } => {}
            }
            let (numbers, needs) = read(&library);
            if let Some(current) = current {
                let first = 1000 * current as u32;
                prop_assert!(numbers.iter().flatten().all(|number| (first..first + PRODUCTS).contains(number)));
                let new = needs.into_iter().filter(|need| !asked.iter().any(|(_, known)| known == need));
                let new: Vec<_> = new.map(|need| (current, need)).collect();
                asked.extend(new);
            }
        }
    }
}
