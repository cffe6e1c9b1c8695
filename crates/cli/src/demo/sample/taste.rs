//! What a synthetic customer likes, wears and needs.

use crate::demo::shop::catalog::Product;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Shelves and how much a kind of household cares for them.
const HOUSEHOLDS: [&[(&str, f64)]; 4] = [
    &[
        ("Shirts", 5.0),
        ("Jeans & trousers", 4.0),
        ("Knitwear", 2.0),
        ("Belts", 2.0),
        ("Shoes", 2.5),
        ("Doʻppi", 1.2),
        ("Atlas & adras", 0.3),
        ("Tea", 0.4),
    ],
    &[
        ("Dresses", 5.0),
        ("Atlas & adras", 4.0),
        ("Scarves", 3.0),
        ("Shoes", 2.0),
        ("Knitwear", 1.5),
        ("Jeans & trousers", 0.8),
        ("Cushions", 1.0),
        ("Soap & candles", 1.2),
        ("Doʻppi", 0.5),
    ],
    &[
        ("Children", 6.0),
        ("Towels", 2.0),
        ("Bedding", 1.5),
        ("Soap & candles", 1.5),
        ("Tea", 0.8),
        ("Shirts", 0.7),
        ("Dresses", 0.7),
        ("Lagan & bowls", 0.8),
    ],
    &[
        ("Piala & teapots", 4.0),
        ("Lagan & bowls", 3.0),
        ("Cushions", 3.0),
        ("Rugs", 0.9),
        ("Lamps", 1.2),
        ("Bedding", 2.0),
        ("Table linen", 2.2),
        ("Tea", 1.5),
        ("Towels", 2.0),
        ("Soap & candles", 1.0),
    ],
];

/// Colours that people like together.
const PALETTES: [&[&str]; 7] = [
    &["Navy", "Blue", "Indigo"],
    &["Pomegranate", "Red", "Pink", "Plum"],
    &["Turquoise", "Green", "Blue"],
    &["White", "Cream", "Beige", "Sage"],
    &["Black", "Grey", "White"],
    &["Yellow", "Orange", "Brown", "Tan"],
    &["Multicolour", "Pomegranate", "Turquoise"],
];

/// Runs out after so many days: shelf, shortest, longest.
const NEEDS: [(&str, u16, u16); 3] = [("Tea", 26, 50), ("Soap & candles", 38, 75), ("Towels", 150, 240)];

/// A favourite colour counts so many times.
const FAVOURITE: f64 = 5.0;

/// One customer's likes.
#[derive(Debug)]
pub struct Taste {
    household: &'static [(&'static str, f64)],
    palette: &'static [&'static str],
    sizes: Vec<String>,
    /// Above this a thing is dear, in soʻm.
    purse: f64,
    /// Orders beside the needs.
    pub orders: u32,
    /// What runs out.
    pub needs: Vec<Need>,
}

/// Something that runs out.
#[derive(Debug)]
pub struct Need {
    /// Where it stands.
    pub shelf: String,
    /// After how many days.
    pub days: u16,
}

impl Taste {
    /// A taste at random.
    pub fn of(rng: &mut ChaCha8Rng) -> Taste {
        let kind = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3][rng.random_range(0..11)];
        let needs = NEEDS.iter().filter_map(|&(shelf, from, to)| {
            let needed = rng.random_bool(0.07);
            let days = rng.random_range(from..=to);
            needed.then(|| Need { shelf: shelf.to_owned(), days })
        });
        let needs = needs.collect();
        Taste {
            household: HOUSEHOLDS[kind],
            palette: PALETTES[rng.random_range(0..PALETTES.len())],
            sizes: sizes(kind == 0, rng),
            purse: [250_000.0, 450_000.0, 900_000.0][rng.random_range(0..3)],
            // Most come once or twice, some come often.
            orders: 1 + (rng.random::<f64>().powi(3) * 14.0) as u32,
            needs,
        }
    }

    /// How much a product draws this customer; 0 when it does not fit.
    pub fn weight(&self, product: &Product) -> f64 {
        let shelf = product.category.last().map_or("", String::as_str);
        let care = self.household.iter().find(|(name, _)| *name == shelf).map_or(0.03, |(_, care)| *care);
        let color = if self.palette.contains(&product.color()) { FAVOURITE } else { 1.0 };
        let dear = (self.purse / product.price.max(1.0)).min(1.0);
        if self.size(product).is_some() { care * color * dear } else { 0.0 }
    }

    /// The size this customer takes; `None` when there is none that fits.
    pub fn size(&self, product: &Product) -> Option<String> {
        if product.sizes.is_empty() {
            return Some(String::new());
        }
        self.sizes.iter().find(|size| product.sizes.contains(size)).cloned()
    }
}

/// One size of each kind: letters, waist, belt, shoe, cap, child, baby, small shoe.
fn sizes(man: bool, rng: &mut ChaCha8Rng) -> Vec<String> {
    let letters = if man { ["M", "L", "L", "XL", "XXL"] } else { ["XS", "S", "M", "M", "L"] };
    let shoes: &[&str] = if man { &["41", "42", "42", "43", "44"] } else { &["36", "37", "38", "38", "39"] };
    let mut one = |choice: &[&str]| choice[rng.random_range(0..choice.len())].to_owned();
    vec![
        one(&letters),
        one(&["30", "32", "34", "34", "36", "38"]),
        one(&["85", "95", "105", "115"]),
        one(shoes),
        one(&["55", "56", "57", "58", "59", "60"]),
        one(&["92", "98", "104", "110", "116", "122"]),
        one(&["62", "68", "74", "80", "86"]),
        one(&["26", "27", "28", "29", "30", "31"]),
    ]
}

/// Most pieces of a product somebody buys at once.
pub fn pieces(product: &Product) -> u32 {
    match product.category.last().map(String::as_str) {
        Some("Tea" | "Soap & candles" | "Towels" | "Cushions") => 4,
        Some("Rugs" | "Lamps" | "Bedding") => 1,
        _ => 2,
    }
}
