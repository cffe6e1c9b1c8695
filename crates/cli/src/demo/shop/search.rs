//! Search in the shop's own products, by words, in all three languages.

use super::catalog::{Catalog, Product};

/// Longest query read, in bytes; what follows is ignored.
const LONGEST_QUERY: usize = 200;

/// The words of every product, ready to be searched.
#[derive(Debug)]
pub struct Index {
    words: Vec<Vec<String>>,
}

impl Index {
    /// Reads a catalogue once.
    pub fn new(catalog: &Catalog) -> Index {
        Index { words: catalog.products().iter().map(words_of).collect() }
    }

    /// The products that have every word of the query, best first: whole words before beginnings of
    /// words, words of the title before those of the category, then the catalogue's order.
    pub fn find<'a>(&self, catalog: &'a Catalog, query: &str) -> Vec<&'a Product> {
        let cut = query.char_indices().map(|(at, _)| at).find(|&at| at >= LONGEST_QUERY);
        let wanted = fold(&query[..cut.unwrap_or(query.len())]);
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(usize, usize)> = self
            .words
            .iter()
            .enumerate()
            .filter_map(|(product, words)| Some((cost(words, &wanted)?, product)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, product)| &catalog.products()[product]).collect()
    }
}

/// How far a product is from a query, 0 when every word stands whole at the start; `None` when a word is missing.
fn cost(words: &[String], wanted: &[String]) -> Option<usize> {
    wanted.iter().try_fold(0, |sum, word| {
        let whole = words.iter().position(|have| have == word);
        let begun = || words.iter().position(|have| have.starts_with(word.as_str())).map(|at| at + 20);
        Some(sum + whole.or_else(begun)?)
    })
}

fn words_of(product: &Product) -> Vec<String> {
    let mut words = Vec::new();
    for text in product
        .titles
        .iter()
        .chain([&product.brand, &product.id])
        .chain(&product.colors)
        .chain(&product.category)
    {
        words.extend(fold(text));
    }
    words
}

/// Lower-case words without apostrophes; English plurals lose their `s`.
fn fold(text: &str) -> Vec<String> {
    let plain: String =
        text.chars().filter(|letter| !matches!(letter, 'ʻ' | 'ʼ' | '\'' | '’' | '‘' | '`')).collect();
    plain
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
            _ => word.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Catalog {
        let product = |id: &str, titles: [&str; 3], color: &str, category: &str| Product {
            id: id.into(),
            titles: titles.map(str::to_owned),
            colors: vec![color.into()],
            category: vec![category.into()],
            ..Product::default()
        };
        Catalog::new([
            product(
                "1",
                ["Leather loafers in brown", "Jigarrang tufli", "Коричневые лоферы"],
                "Brown",
                "Shoes",
            ),
            product(
                "2",
                ["Brown leather belt", "Jigarrang charm kamar", "Коричневый кожаный ремень"],
                "Brown",
                "Belts",
            ),
            product("3", ["Gold cap", "Zardoʻzi doʻppi", "Тюбетейка"], "Plum", "Doʻppi"),
        ])
    }

    fn ids(query: &str) -> Vec<String> {
        let catalog = shop();
        Index::new(&catalog).find(&catalog, query).iter().map(|product| product.id.clone()).collect()
    }

    #[test]
    fn every_word_must_be_there() {
        assert_eq!(ids("brown leather belt"), ["2"]);
        assert_eq!(ids("BELTS, brown"), ["2"]);
        assert_eq!(ids("purple leather belt"), [""; 0]);
        assert_eq!(ids("  "), [""; 0]);
    }

    #[test]
    fn whole_words_at_the_start_come_first() {
        assert_eq!(ids("brown"), ["2", "1"]);
        assert_eq!(ids("lea"), ["1", "2"]);
    }

    #[test]
    fn apostrophes_and_languages_do_not_matter() {
        assert_eq!(ids("do'ppi"), ["3"]);
        assert_eq!(ids("doppi"), ["3"]);
        assert_eq!(ids("ремень"), ["2"]);
    }

    #[test]
    fn a_long_query_is_cut_between_letters() {
        assert_eq!(ids(&"ё".repeat(5_000)), [""; 0]);
    }
}
