//! Piala cups, teapots, lagan dishes and bowls.

use crate::art::Art;
use crate::pattern::fruit;

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "pialas" => pialas(art),
        "teapot" => teapot(art),
        "irontpot" => iron_teapot(art),
        "lagan" => lagan(art),
        "bowls" => bowls(art),
        _ => return false,
    }
    true
}

/// Gilded rims on plain ware.
fn rimmed(art: &Art<'_>) -> bool {
    art.spec.pattern == "rim"
}

fn piala(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    let side = "M-96-52Q-88 40-40 62V76H40V62Q88 40 96-52Q0-30-96-52z";
    art.cloth(side);
    art.oval(0.0, -52.0, 96.0, 22.0, "#fffdf7");
    art.oval(0.0, -48.0, 84.0, 15.0, "#b9782a");
    art.light("M-60-52Q-20-62 40-58Q-20-54-60-44z", 0.35);
    let rim = if rimmed(art) { accent } else { trim };
    art.line("M-96-52A96 22 0 0 1 96-52A96 22 0 0 1-96-52z", rim, 4.5);
    art.line("M-38 70H38", rim, 6.0);
    if rimmed(art) {
        art.line("M-92-26Q0-4 92-26", accent, 3.0);
    }
    art.light("M-78-24Q-66 26-40 48Q-58 12-60-20z", 0.4);
}

fn pialas(art: &mut Art<'_>) {
    let few = art.spec.pattern == "pomegranate";
    let places: &[(i32, i32, f32)] = if few {
        &[(390, 250, 1.25), (220, 380, 1.45)]
    } else {
        &[
            (150, 220, 0.86),
            (300, 190, 0.86),
            (450, 220, 0.86),
            (140, 380, 1.02),
            (460, 380, 1.02),
            (300, 420, 1.12),
        ]
    };
    art.at(places, piala);
}

const POT: &str = "M300 190Q430 190 446 318Q446 426 372 470H228Q154 426 154 318Q170 190 300 190z";

fn teapot(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    let edge = if rimmed(art) { accent } else { trim };
    art.line("M432 262Q540 240 524 340Q506 410 430 396", base, 30.0);
    art.seam("M440 274Q512 262 502 338Q490 386 436 384M430 247Q552 222 540 344");
    art.solid("M176 400Q110 360 92 250L64 218Q78 196 110 212Q140 300 196 316z", base);
    art.line("M64 218Q82 204 110 212", edge, 7.0);
    art.cloth(POT);
    art.solid("M226 466H374L384 490H216z", base);
    art.line("M218 488H382", edge, 6.0);
    art.cloth("M214 200Q220 150 300 146T386 200Q300 220 214 200z");
    art.line("M212 202Q300 224 388 202", edge, 6.0);
    art.solid("M284 146Q270 116 300 108Q330 116 316 146z", edge);
    if rimmed(art) {
        art.line("M160 290Q300 320 440 290M166 392Q300 424 434 392", accent, 4.0);
    }
    art.light("M190 268Q196 222 250 208Q208 250 208 330Q196 310 190 268z", 0.4);
}

fn iron_teapot(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.line("M190 226Q190 80 300 80T410 226", base, 18.0);
    art.line("M240 92Q300 70 360 92", trim, 20.0);
    art.solid("M170 380Q110 350 100 280L78 256Q90 240 116 250Q140 300 190 310z", base);
    art.cloth("M300 214Q440 214 458 330Q452 430 380 458H220Q148 430 142 330Q160 214 300 214z");
    art.solid("M204 222Q220 186 300 184T396 222Q300 244 204 222z", base);
    art.dot(300.0, 178.0, 15.0, trim);
    art.light("M176 300Q190 246 240 232Q204 270 196 350Q180 330 176 300z", 0.16);
}

fn lagan(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    let pattern = art.spec.pattern;
    art.dot(300.0, 300.0, 238.0, if pattern == "pomegranate" { accent } else { base });
    art.ring(300.0, 300.0, 226.0, trim, 5.0);
    art.around(300.0, 300.0, 24, |art| {
        art.flat("M0-172q17 24 0 48q-17-24 0-48z", "#fffaf0");
        art.dot(0.0, -208.0, 8.0, if pattern == "sun" { accent } else { trim });
    });
    art.ring(300.0, 300.0, 188.0, trim, 4.0);
    art.dot(300.0, 300.0, 164.0, if pattern == "sun" { base } else { "#fffaf0" });
    art.ring(300.0, 300.0, 164.0, trim, 5.0);
    match pattern {
        "pomegranate" => {
            art.around(300.0, 300.0, 5, |art| {
                art.group("translate(0 -98) scale(.98)", |art| art.raw(&fruit(accent, trim)));
            });
            art.dot(300.0, 300.0, 26.0, trim);
            art.dot(300.0, 300.0, 12.0, "#f7dcc2");
        }
        "rays" => star(art, &[(16, 150, 22, accent), (16, 112, 18, base), (8, 70, 22, trim)]),
        "sun" => star(art, &[(12, 150, 34, accent), (12, 106, 26, "#f3e9d8"), (12, 66, 18, trim)]),
        _ => star(art, &[(8, 154, 52, base), (8, 128, 34, accent), (8, 88, 20, "#fffaf0")]),
    }
    art.light("M120 210Q180 96 310 84Q200 120 150 224z", 0.2);
}

/// Petals in rings: `(count, reach, half width, colour)`, outermost first.
fn star(art: &mut Art<'_>, rings: &[(usize, i32, i32, &str)]) {
    for &(count, reach, wide, colour) in rings {
        let middle = reach * 3 / 5;
        art.around(300.0, 300.0, count, |art| {
            art.flat(&format!("M0-16Q{wide}-{middle} 0-{reach}Q-{wide}-{middle} 0-16z"), colour);
        });
    }
    let trim = art.spec.trim;
    art.dot(300.0, 300.0, 22.0, trim);
    art.dot(300.0, 300.0, 10.0, "#f6e3b4");
}

fn bowl(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.cloth("M-150-70Q-140 50-64 84V100H64V84Q140 50 150-70Q0-40-150-70z");
    art.oval(0.0, -70.0, 150.0, 34.0, "#fffaf0");
    art.oval(0.0, -64.0, 132.0, 24.0, base);
    art.shade("M-132-64A132 24 0 0 1 132-64A132 12 0 0 0-132-64z", 0.22);
    let rim = if rimmed(art) { accent } else { trim };
    art.line("M-150-70A150 34 0 0 1 150-70A150 34 0 0 1-150-70z", rim, 5.0);
    art.light("M-124-30Q-108 34-70 60Q-92 16-96-24z", 0.35);
}

fn bowls(art: &mut Art<'_>) {
    let places: &[(i32, i32, f32)] = if rimmed(art) {
        &[(380, 240, 0.95), (240, 380, 1.1)]
    } else {
        &[(180, 226, 0.8), (420, 226, 0.8), (176, 390, 0.88), (424, 390, 0.88)]
    };
    art.at(places, bowl);
}
