//! Rugs and kilims, seen from above.

use crate::art::Art;

pub fn draw(art: &mut Art<'_>) -> bool {
    if art.spec.shape != "rug" {
        return false;
    }
    let base = art.spec.base;
    let threads: String = (152..=448).step_by(10).map(|x| format!("M{x} 66V42M{x} 534v24")).collect();
    art.line(&threads, "#f3e9d8", 3.5);
    art.solid("M146 64H454V536H146z", base);
    match art.spec.pattern {
        "medallion" => medallion(art),
        "kilim" => kilim(art),
        _ => diamonds(art),
    }
    art.light("M146 64H300V536H146z", 0.05);
    true
}

fn medallion(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.line("M166 84H434V516H166z", trim, 22.0);
    art.line("M166 84H434V516H166z", accent, 3.0);
    for step in 0..10 {
        for x in [166.0, 434.0] {
            art.dot(x, 96.0 + step as f32 * 45.0, 6.0, "#e2a52f");
        }
    }
    for step in 0..7 {
        for y in [84.0, 516.0] {
            art.dot(178.0 + step as f32 * 41.0, y, 6.0, "#e2a52f");
        }
    }
    for y in [196, 300, 404] {
        art.group(&format!("translate(300 {y})"), |art| {
            art.flat("M0-50L34-34 62 0 34 34 0 50-34 34-62 0-34-34z", trim);
            art.flat("M0-36L24-24 44 0 24 24 0 36-24 24-44 0-24-24z", accent);
            art.around(0.0, 0.0, 8, |art| art.flat("M0-4q7-9 0-24q-7 15 0 24z", trim));
            art.dot(0.0, 0.0, 6.0, "#e2a52f");
        });
    }
    art.twice(|art| {
        for y in [146, 248, 352, 454] {
            art.flat(&format!("M216 {}l16 16-16 16-16-16z", y - 16), accent);
            art.flat(&format!("M216 {}l7 7-7 7-7-7z", y - 7), trim);
        }
    });
}

fn kilim(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    for (row, y) in (84..520).step_by(62).enumerate() {
        art.flat(&format!("M146 {y}H454v46H146z"), if row % 2 == 0 { accent } else { trim });
    }
    // A stepped lozenge: kilim weaving knows no curves.
    for (parity, one, two) in [(0, base, trim), (1, accent, base)] {
        let places: Vec<_> = (0..4)
            .flat_map(|pair| {
                (0..5).map(move |column| (177 + column * 62, 107 + 62 * (pair * 2 + parity), 1.0))
            })
            .collect();
        art.at(&places, |art| {
            art.flat("M-4-20H8v8h12v8h12v8H20v8H8v8H-4v-8h-12V4h-12v-8h12v-8h12z", one);
            art.flat("M-6-4H10v8H-6z", two);
        });
    }
    let teeth: String =
        (146..454).step_by(22).map(|x| format!("M{x} 64l11 16 11-16zM{x} 536l11-16 11 16z")).collect();
    art.flat(&teeth, trim);
}

fn diamonds(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.line("M160 78H440V522H160z", accent, 12.0);
    for y in [180, 300, 420] {
        for (half, colour) in [(104, accent), (80, base), (56, trim), (32, "#f3e9d8"), (14, accent)] {
            let tall = half * 56 / 104;
            art.flat(
                &format!("M300 {}L{} {y} 300 {} {} {y}z", y - tall, 300 + half, y + tall, 300 - half),
                colour,
            );
        }
    }
    // Long pile: short strokes that break the edges.
    let pile: String =
        (0..90).map(|tuft| format!("M{} {}v11", 152 + (tuft * 67) % 296, 72 + (tuft * 113) % 450)).collect();
    art.seam(&pile);
    let shine: String =
        (0..70).map(|tuft| format!("M{} {}v9", 154 + (tuft * 89) % 292, 76 + (tuft * 71) % 446)).collect();
    art.line(&shine, "#ffffff40", 2.5);
}
