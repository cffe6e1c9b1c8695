//! Draws the pictures of the sample shop: `cargo run -p tanish-cli --example draw`.
//!
//! Every product has a line in `www/sample/drawings.csv`: a shape, a pattern and four colours. The
//! shapes are drawn by hand as parametric outlines, so one outline serves every cloth it is cut from.

mod art;
mod bottoms;
mod ceramics;
mod dresses;
mod feet;
mod heads;
mod household;
mod linen;
mod palette;
mod pattern;
mod rugs;
mod tops;

use art::{Art, Spec};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let www = std::env::args().nth(1).unwrap_or_else(|| "www".into());
    let www = Path::new(&www);
    std::fs::create_dir_all(www.join("images"))?;
    let mut bytes = 0;
    let mut count = 0;
    for row in csv::Reader::from_path(www.join("sample/drawings.csv"))?.records() {
        let row = row?;
        let fields: [&str; 7] =
            row.iter().collect::<Vec<_>>().try_into().map_err(|_| "seven columns a line")?;
        let [id, shape, pattern, base, accent, trim, ground] = fields;
        let spec = Spec {
            shape,
            pattern,
            base: palette::hex(base)?,
            accent: palette::hex(accent)?,
            trim: palette::hex(trim)?,
            ground: palette::ground(ground)?,
        };
        let svg = draw(&spec)?;
        bytes += svg.len();
        count += 1;
        std::fs::write(www.join("images").join(format!("{id}.svg")), svg)?;
    }
    println!("{count} pictures, {} KB", bytes / 1024);
    Ok(())
}

fn draw(spec: &Spec<'_>) -> Result<String, String> {
    let mut art = Art::new(spec);
    let drawn = tops::draw(&mut art)
        || dresses::draw(&mut art)
        || bottoms::draw(&mut art)
        || feet::draw(&mut art)
        || heads::draw(&mut art)
        || ceramics::draw(&mut art)
        || rugs::draw(&mut art)
        || linen::draw(&mut art)
        || household::draw(&mut art);
    if drawn { Ok(art.finish()) } else { Err(format!("no shape is called {}", spec.shape)) }
}
