//! Shoes, always as a pair: one behind, one in front.

use crate::art::Art;

pub fn draw(art: &mut Art<'_>) -> bool {
    let shoe: fn(&mut Art<'_>) = match art.spec.shape {
        "loafer" => loafer,
        "trainer" => trainer,
        "derby" => derby,
        "boot" => boot,
        "flat" => flat,
        "sandal" => sandal,
        "slipper" => slipper,
        _ => return false,
    };
    art.group("translate(106 -4) scale(.86)", shoe);
    art.group("translate(-12 104) scale(.96)", shoe);
    true
}

/// The last every low shoe is built on, toe to the left.
const LOW: &str = "M64 372Q58 330 108 312Q186 300 250 236Q300 250 352 236Q410 216 470 222Q500 300 492 372z";

fn sole(art: &mut Art<'_>, colour: &str, heel: bool) {
    art.solid("M56 368H496V386Q496 398 480 398H76Q56 398 56 380z", colour);
    if heel {
        art.solid("M404 392H496L490 418H408z", colour);
    }
}

fn loafer(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    sole(art, "#2c211b", true);
    art.cloth(LOW);
    art.flat(
        "M262 246Q310 256 352 240Q410 220 466 226Q474 250 470 262Q400 300 310 290Q276 280 262 246z",
        accent,
    );
    art.shade(
        "M262 246Q310 256 352 240Q410 220 466 226Q474 250 470 262Q400 300 310 290Q276 280 262 246z",
        0.35,
    );
    art.seam("M96 330Q170 300 236 266Q270 310 250 352Q180 372 96 360");
    art.solid("M196 268L246 238 312 352 262 368z", base);
    art.line("M214 286L276 336", trim, 9.0);
    art.seam("M404 268Q398 330 404 368");
    art.light("M84 340Q130 318 180 306Q130 340 84 352z", 0.22);
}

fn trainer(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.cloth("M66 366Q56 326 112 308Q180 292 234 226Q250 206 276 218Q300 250 372 232Q420 190 470 200Q506 290 496 366z");
    art.flat("M440 206Q462 198 470 202Q488 240 492 276Q462 262 440 206z", trim);
    art.flat("M276 218Q300 250 372 232L398 212Q340 262 300 262Q270 246 276 218z", accent);
    art.shade("M276 218Q300 250 372 232L398 212Q340 262 300 262Q270 246 276 218z", 0.4);
    art.seam("M70 346Q120 306 186 330Q200 350 196 366M340 262Q360 320 350 366M186 330Q260 320 340 262");
    for lace in 0..4 {
        let x = 186 + lace * 22;
        art.line(&format!("M{x} {}l34 30", 288 - lace * 20), "#fffdf8", 7.0);
        art.seam(&format!("M{x} {}l34 30", 292 - lace * 20));
    }
    art.line("M380 330Q430 336 486 320", trim, 9.0);
    art.solid("M56 358H500V384Q500 402 480 402H84Q56 402 56 376z", "#fbfaf7");
    art.line("M62 376H496", trim, 4.0);
}

fn derby(art: &mut Art<'_>) {
    let accent = art.spec.accent;
    sole(art, "#2c211b", true);
    art.cloth(LOW);
    art.shade("M300 250Q352 250 410 222Q440 218 466 222Q470 244 466 252Q390 290 320 280z", 0.5);
    art.seam("M150 308Q176 336 172 368M220 266Q290 300 300 368M404 250Q398 320 404 368");
    art.solid("M208 276L252 234Q300 262 330 282L330 346Q264 330 208 276z", art.spec.base);
    art.seam("M208 276Q264 330 330 346");
    for lace in 0..4 {
        art.line(&format!("M{} {}l20 26", 236 + lace * 22, 256 + lace * 12), accent, 6.0);
    }
    art.light("M84 342Q130 318 150 312Q140 346 90 354z", 0.25);
}

fn boot(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.cloth(
        "M66 372Q58 328 116 310Q190 292 238 220L246 130Q360 112 462 128Q480 200 482 250Q496 310 492 372z",
    );
    art.shade("M248 132Q360 114 460 130L462 150Q360 166 248 152z", 0.5);
    art.seam("M212 262Q286 300 296 372M410 150Q392 280 408 372");
    art.solid("M222 246L246 150 312 160 330 340Q262 310 222 246z", base);
    art.seam("M222 246Q262 310 330 340");
    for lace in 0..4 {
        art.line(&format!("M{} {}l36 8", 252 - lace * 6, 178 + lace * 28), trim, 7.0);
    }
    sole(art, accent, false);
    art.light("M86 344Q130 322 170 312Q150 348 92 356z", 0.2);
}

fn flat(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    sole(art, "#8a5a3a", false);
    art.cloth("M62 374Q58 326 130 318Q200 316 236 304Q270 350 372 318Q440 270 476 262Q500 320 492 374z");
    art.shade("M236 304Q270 350 372 318Q440 270 476 262L474 284Q380 352 300 350Q246 340 236 304z", 0.45);
    art.line("M236 304Q270 350 372 318Q440 270 476 262", trim, 6.0);
    art.flat("M246 320q-30-28-40-4q6 24 40 4q32-24 38 2q-8 20-38-2z", trim);
}

fn sandal(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    sole(art, "#3a2a20", false);
    art.solid("M60 352Q260 344 494 340V374H58z", art.spec.accent);
    art.cloth("M104 364Q120 280 186 300Q236 330 240 364z");
    art.line("M196 358Q250 250 330 360", base, 26.0);
    art.line("M320 300Q370 240 470 256", base, 22.0);
    art.line("M486 360Q490 270 440 222", base, 22.0);
    art.line("M330 350Q322 310 324 296", base, 20.0);
    art.line("M352 256h30v30h-30z", trim, 6.0);
    art.seam("M112 352Q130 296 182 312");
}

fn slipper(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.solid("M60 360H494V380Q494 398 476 398H80Q60 398 60 380z", accent);
    art.flat("M256 340Q380 330 492 342L490 362H250z", trim);
    art.shade("M256 340Q380 330 492 342L490 362H250z", 0.2);
    art.cloth("M64 368Q54 290 150 262Q240 244 292 284Q306 330 296 368z");
    art.line("M150 262Q240 244 292 284Q306 330 296 366", trim, 7.0);
    art.around(170.0, 318.0, 6, |art| art.flat("M0-4q10-14 0-26q-10 12 0 26z", trim));
}
