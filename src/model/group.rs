//! Groups of customers whose favourites the model knows: a country, a city, a segment …
//!
//! A group has a row like a product has, under an id that no product can have, with a number past all
//! cards: so it lies in the same shards and is found in the same way.

/// The kinds of groups, the narrowest first: who belongs to several is shown the first's favourites.
pub const GROUP_KINDS: [&str; 5] = ["circle", "segment", "city", "region", "country"];

/// The id of a group: begins with a control character, which ids of products never have. Names are the
/// same in either case of Latin and Cyrillic letters.
pub fn group_id(kind: &str, name: &str) -> String {
    let mut id = ["\u{1}", kind, ":"].concat();
    id.extend(name.trim().chars().map(lower));
    id
}

/// The small letter of a capital one. Unicode's own table would cost the page more than this.
fn lower(letter: char) -> char {
    let step = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        'Қ' | 'Ғ' | 'Ҳ' => 1,
        _ => 0,
    };
    char::from_u32(letter as u32 + step).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_do_not_matter() {
        assert_eq!(group_id("city", " Toshkent "), "\u{1}city:toshkent");
        assert_eq!(group_id("city", "ТАШКЕНТ"), group_id("city", "Ташкент"));
        for name in ["ЁЛКА", "ЎҚҒҲ", "ÉVORA", "ÅRHUS"] {
            assert_eq!(group_id("city", name), group_id("city", &name.to_lowercase()), "{name}");
        }
        assert_ne!(group_id("city", "x"), group_id("region", "x"));
    }
}
