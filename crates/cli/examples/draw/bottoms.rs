//! Trousers, jeans, dungarees and belts.

use crate::art::Art;

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "jeans" => trousers(art, "M196 70H404L424 536H326L300 226 274 536H176z"),
        "slimjeans" => trousers(art, "M198 70H402L408 250 384 538H318L300 226 282 538H216L192 250z"),
        "widejeans" => trousers(art, "M204 70H396L456 536H330L300 236 270 536H144z"),
        "cargo" => cargo(art),
        "dungarees" => dungarees(art),
        "belt" => belt(art),
        "sash" => sash(art),
        _ => return false,
    }
    true
}

fn trousers(art: &mut Art<'_>, d: &str) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    let denim = art.spec.pattern == "denim";
    art.cloth(d);
    if denim {
        art.within(d, |art| {
            art.light("M206 240Q222 330 224 470Q252 330 238 230z", 0.17);
            art.light("M394 240Q378 330 376 470Q348 330 362 230z", 0.17);
        });
    }
    art.solid("M194 62H406L407 96H193z", base);
    art.seam("M194 96H406M300 96V228M300 190q22-6 24-44V96");
    art.twice(|art| {
        art.seam("M196 104Q232 118 238 150Q222 166 192 160");
        art.seam("M226 60v38M276 60v38");
        art.shade("M276 230Q264 380 268 520L282 520 298 240z", 0.09);
    });
    if denim {
        art.stitch("M198 102Q228 116 233 148M402 102Q372 116 367 148M306 100V184M194 90H406", trim);
    } else {
        art.seam("M236 170Q226 340 226 530M364 170Q374 340 374 530");
    }
    art.buttons(300.0, 79.0, 79.0, 1, trim);
}

fn cargo(art: &mut Art<'_>) {
    trousers(art, "M196 70H404L426 536H324L300 226 276 536H174z");
    let base = art.spec.base;
    art.twice(|art| {
        art.solid("M178 286h62v82h-66z", base);
        art.seam("M178 286h62v82h-66zM207 312V368");
        art.solid("M174 280h70v28h-71z", base);
        art.seam("M174 280h70v28h-71z");
    });
}

fn dungarees(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.line("M262 72L240 152M338 72L360 152", base, 24.0);
    art.seam("M250 74L229 150M274 76L253 152M326 74L348 152M350 74L371 150");
    art.cloth("M226 140H374L384 262 410 292 424 530H324L300 356 276 530H176L190 292 216 262z");
    art.stitch("M232 148H368M192 288Q300 304 408 288M300 300V352M180 516H274M326 516H420", trim);
    art.cloth("M254 176h92v66q-46 18-92 0z");
    art.stitch("M260 184h80v54q-40 14-80 0z", trim);
    for x in [240.0, 360.0] {
        art.dot(x, 152.0, 10.0, trim);
        art.dot(x, 152.0, 4.0, base);
    }
    art.twice(|art| art.seam("M196 308q34 6 40 44"));
}

fn belt(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    // A rolled belt: the coil first, then the strap that lies in front of it.
    for (radius, colour) in [(146.0, base), (104.0, base), (64.0, base)] {
        art.ring(300.0, 262.0, radius, colour, 34.0);
        art.ring(300.0, 262.0, radius + 15.0, "#1c141044", 3.0);
        art.ring(300.0, 262.0, radius - 13.0, "#ffffff30", 2.5);
    }
    art.cloth("M132 396H470Q494 396 494 424T470 452H132z");
    if art.spec.pattern == "braid" {
        let braid: String = (0..13)
            .map(|turn| format!("M{} 398l26 26-26 26M{} 398l-26 26 26 26", 160 + turn * 24, 186 + turn * 24))
            .collect();
        art.line(&braid, accent, 6.0);
        art.seam(&braid);
    } else {
        art.stitch("M146 405H466Q485 405 485 424T466 443H146", accent);
        for x in 0..5 {
            art.dot(392.0 + x as f32 * 19.0, 424.0, 4.0, "#1c1410");
        }
    }
    art.solid("M196 390H222V458H196z", base);
    art.line("M118 378H176V470H118z", trim, 13.0);
    art.line("M114 424H182", trim, 8.0);
    art.light("M112 372h60v4h-60z", 0.5);
}

fn sash(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.cloth("M90 190Q300 120 510 190L510 270Q300 210 90 270z");
    art.line("M92 200Q300 130 508 200M92 262Q300 202 508 262", accent, 6.0);
    art.cloth("M262 210L210 500H290L318 240z");
    art.cloth("M320 220L352 470H424L372 214z");
    for (from, y, count) in [(212, 500, 8), (354, 470, 7)] {
        let fringe: String = (0..count).map(|thread| format!("M{} {y}v34", from + 4 + thread * 10)).collect();
        art.line(&fringe, accent, 4.0);
    }
    art.line("M214 482H288M351 456H420", trim, 6.0);
    art.solid("M262 196Q310 176 366 200Q378 240 362 256Q310 270 264 250Q250 222 262 196z", base);
    art.seam("M276 206Q282 230 276 250M350 206Q346 232 352 252");
}
