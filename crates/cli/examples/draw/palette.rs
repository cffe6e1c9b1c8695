//! The colours of the shop, by name.

const COLOURS: [(&str, &str); 26] = [
    ("ink", "#26242a"),
    ("charcoal", "#4b4a50"),
    ("grey", "#9a9a9c"),
    ("silver", "#c9ccd0"),
    ("white", "#fbfaf7"),
    ("cream", "#f3e9d8"),
    ("sand", "#e2d3ba"),
    ("tan", "#c1966a"),
    ("brown", "#74482d"),
    ("terracotta", "#bf6140"),
    ("clay", "#e9c9b4"),
    ("brass", "#cfa24a"),
    ("saffron", "#e2a52f"),
    ("rose", "#e6b1ad"),
    ("pomegranate", "#a3273a"),
    ("plum", "#66294f"),
    ("lilac", "#a995c4"),
    ("navy", "#1e2f52"),
    ("indigo", "#2f4b8c"),
    ("sky", "#a9c8e2"),
    ("mist", "#d9e2e3"),
    ("turquoise", "#23929a"),
    ("teal", "#17626b"),
    ("green", "#2f6b4c"),
    ("sage", "#a8b89a"),
    ("olive", "#6c6e3f"),
];

/// The ground a product stands on: always quieter than the product.
pub fn ground(name: &str) -> Result<&'static str, String> {
    match name {
        "rose" => Ok("#f2dcd5"),
        "sage" => Ok("#d3dac8"),
        "clay" => Ok("#efd9c8"),
        "sand" => Ok("#e9dcc6"),
        other => hex(other),
    }
}

/// The colour called `name` as `#rrggbb`.
pub fn hex(name: &str) -> Result<&'static str, String> {
    COLOURS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, hex)| *hex)
        .ok_or_else(|| format!("no colour is called {name}"))
}
