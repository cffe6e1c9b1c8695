//! A drawn tile for a product without a picture: its initials on a quiet ground.

/// Grounds with enough contrast to the letters.
const GROUNDS: [&str; 6] = ["#e9dcc6", "#d9e2e3", "#f2dcd5", "#d3dac8", "#efd9c8", "#dcd6e4"];

/// The letters of a title's first two words, upper case ASCII; `A` when it has none.
pub fn initials(title: &str) -> String {
    let letters: String = title
        .split_whitespace()
        .filter_map(|word| word.chars().find(char::is_ascii_alphanumeric))
        .take(2)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    if letters.is_empty() { "A".into() } else { letters }
}

/// The address of a title's tile.
pub fn address(title: &str) -> String {
    let ground = title.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("/tile/{}-{}.svg", initials(title), ground % GROUNDS.len())
}

/// Draws the tile named `AB-3.svg`; `None` for a name that `address` never gives.
pub fn draw(name: &str) -> Option<String> {
    let (letters, ground) = name.strip_suffix(".svg")?.split_once('-')?;
    let plain = (1..=2).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let ground = GROUNDS.get(ground.parse::<usize>().ok()?)?;
    plain.then(|| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 600'><path d='M0 0h600v600H0z' fill='{ground}'/>\
             <g fill='none' stroke='#fff' stroke-width='10' opacity='.5'><path d='M300 96L504 300 300 504 96 300z'/>\
             <path d='M300 150L450 300 300 450 150 300z'/></g><text x='300' y='300' dy='.35em' text-anchor='middle' \
             font-family='Georgia,serif' font-size='130' fill='#5b4a3a'>{letters}</text></svg>"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_can_be_drawn() {
        for title in ["WHITE HANGING HEART", "  ", "чой", "3 tier", "a <script>"] {
            let address = address(title);
            let name = address.strip_prefix("/tile/").unwrap();
            assert!(draw(name).unwrap().contains(&format!(">{}</text>", initials(title))), "{address}");
        }
    }

    #[test]
    fn nothing_else_is_drawn() {
        for name in ["", "AB.svg", "AB-9.svg", "<b-1.svg", "ABC-1.svg", "-1.svg", "AB--1.svg"] {
            assert_eq!(draw(name), None, "{name}");
        }
    }
}
