//! Scarves, shawls, doʻppi caps and bags.

use crate::art::Art;

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "scarf" => scarf(art),
        "shawl" => shawl(art),
        "square" => square(art),
        "doppi" => doppi(art),
        "tote" => tote(art),
        _ => return false,
    }
    true
}

fn fringe(art: &mut Art<'_>, from: i32, to: i32, y: i32, length: i32) {
    let threads: String = (from..=to).step_by(9).map(|x| format!("M{x} {y}v{length}")).collect();
    let colour = art.spec.trim;
    art.line(&threads, colour, 3.5);
}

fn scarf(art: &mut Art<'_>) {
    // Hung loose round an unseen neck: one end long, one end over it.
    fringe(art, 186, 276, 516, 34);
    art.cloth("M196 150Q176 330 180 520H282Q290 340 300 236z");
    art.shade("M236 260Q226 400 230 520L250 520Q258 380 262 250z", 0.1);
    fringe(art, 330, 418, 470, 34);
    art.cloth("M404 150Q424 300 424 474H324Q316 330 296 230z");
    art.shade("M350 270Q366 380 366 474L384 474Q392 360 376 240z", 0.1);
    art.cloth("M196 150Q210 66 300 66T404 150Q392 250 300 262Q206 250 196 150z");
    art.shade("M236 146Q240 104 300 104T364 146Q350 182 300 186Q246 180 236 146z", 0.5);
    art.seam("M206 176Q240 236 300 240Q366 236 394 176M214 206Q246 254 300 256");
}

fn shawl(art: &mut Art<'_>) {
    fringe(art, 150, 446, 506, 34);
    art.cloth("M140 120Q300 84 460 120L452 510Q300 524 148 510z");
    for (x, lean) in [(206, 8), (262, 3), (330, -4), (392, -9)] {
        art.shade(
            &format!(
                "M{x} 102Q{} 300 {} 514L{} 514Q{} 300 {} 102z",
                x + lean,
                x - lean,
                x + 26 - lean,
                x + 30,
                x + 16
            ),
            0.1,
        );
    }
    art.light("M232 100Q238 300 228 514L244 514Q252 300 246 100z", 0.12);
    art.seam("M148 482Q300 496 452 482");
}

fn square(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.cloth("M300 70L530 300 300 530 70 300z");
    art.line("M300 92L508 300 300 508 92 300z", trim, 8.0);
    art.line("M300 112L488 300 300 488 112 300z", accent, 4.0);
    art.cloth("M300 300L530 300 300 530z");
    art.shade("M300 300L530 300 300 530z", 0.1);
    art.light("M300 300L530 300 524 306 300 306z", 0.25);
    art.line("M306 506L506 306", trim, 8.0);
}

fn doppi(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    let crown = "M120 340L206 170Q300 130 394 170L480 340Q300 300 120 340z";
    let band = "M120 340Q300 300 480 340L472 456Q300 500 128 456z";
    art.solid(crown, base);
    art.shade("M300 148L394 170 480 340Q400 318 300 318z", 0.14);
    art.seam("M300 148V318M206 170Q190 250 200 326M394 170Q410 250 400 326");
    art.solid(band, base);
    art.line("M122 352Q300 312 478 352M129 446Q300 490 471 446", trim, 5.0);
    let paisley = art.spec.pattern == "paisley";
    for (x, y, turn) in [(210, 250, -14), (300, 232, 0), (390, 250, 14)] {
        art.group(&format!("translate({x} {y}) rotate({turn}) scale(1.25)"), |art| {
            if paisley { pepper(art) } else { flower(art) }
        });
    }
    for step in 0..6 {
        let x = 160 + step * 56;
        let y = 400 - (4 - (step * 2 - 5i32).abs()) * 4;
        art.group(
            &format!("translate({x} {y}) scale(.74)"),
            |art| if paisley { arch(art) } else { flower(art) },
        );
    }
    art.seam("M120 340Q300 300 480 340");
    art.dot(300.0, 147.0, 7.0, accent);
}

/// The pepper that keeps the evil eye away, as stitched on Chust caps.
fn pepper(art: &mut Art<'_>) {
    let accent = art.spec.accent;
    art.line("M4-42Q40-10 18 26Q-6 50-26 24Q-36 0-12-8Q8-10 6 10", accent, 6.0);
    art.dot(-6.0, 14.0, 6.0, accent);
    art.line("M-20 40q20 12 38-4", accent, 3.0);
}

fn arch(art: &mut Art<'_>) {
    let accent = art.spec.accent;
    art.line("M-26 36V-4Q0-56 26-4V36M-12 36V6Q0-16 12 6V36", accent, 5.0);
}

fn flower(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.around(0.0, 0.0, 8, |art| {
        art.flat("M0-8q12-14 0-34q-12 20 0 34z", accent);
    });
    art.dot(0.0, 0.0, 11.0, trim);
    art.dot(0.0, 0.0, 5.0, "#f6e3b4");
}

fn tote(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.line("M230 226Q226 70 300 70T370 226", trim, 17.0);
    art.shade("M140 220H460L456 236H144z", 0.3);
    art.cloth("M136 218H464L486 530Q300 548 114 530z");
    art.solid("M136 216H464L467 254H133z", trim);
    art.line("M240 238Q236 110 300 110T360 238", trim, 17.0);
    art.seam("M133 254H467");
    art.shade("M180 270Q170 400 150 534L190 538Q200 400 206 270z", 0.08);
}
