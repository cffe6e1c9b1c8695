//! Shirts, T-shirts, knitwear, coats and what children wear.

use crate::art::Art;

const LONG: &str = "M232 112L180 132Q150 146 138 190L90 436 148 450 190 270 190 512Q300 530 410 512L410 270 452 450 510 436 462 190Q450 146 420 132L368 112Q300 166 232 112z";
const SHORT: &str = "M232 112L176 132Q150 144 132 190L96 286 170 312 190 266 190 512Q300 530 410 512L410 266 430 312 504 286 468 190Q450 144 424 132L368 112Q300 166 232 112z";
const COAT: &str = "M238 92L172 116Q146 128 134 172L76 404 150 424 182 290 160 540 296 540 300 150 304 540 440 540 418 290 450 424 524 404 466 172Q454 128 428 116L362 92 300 150z";

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "shirt" => shirt(art, true),
        "shortshirt" => shirt(art, false),
        "bandshirt" => band_shirt(art),
        "tee" => tee(art),
        "pockettee" => pocket_tee(art),
        "polo" => polo(art),
        "sweater" => sweater(art),
        "cardigan" => cardigan(art),
        "chopon" => art.group("translate(54 -18) scale(.82 1.06)", chopon),
        "kimono" => kimono(art),
        "bodysuit" => bodysuit(art),
        "pyjamas" => pyjamas(art),
        _ => return false,
    }
    true
}

fn shirt(art: &mut Art<'_>, long: bool) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.shade("M258 98Q300 84 342 98L300 152z", 0.45);
    art.cloth(if long { LONG } else { SHORT });
    art.twice(|art| {
        art.seam("M190 270Q188 220 202 172");
        if long {
            art.cloth("M90 436L148 450 143 474 84 459z");
            art.seam("M90 436L148 450");
            art.seam("M150 396Q132 360 140 322");
        } else {
            art.seam("M101 272L175 299");
        }
        art.shade("M196 504Q230 420 214 330Q250 420 232 512z", 0.07);
    });
    art.seam("M288 160V521M312 160V521");
    art.buttons(300.0, 186.0, 492.0, 6, trim);
    art.cloth("M338 248h52v54q-26 16-52 0z");
    art.seam("M338 248h52v54q-26 16-52 0z M338 262h52");
    art.twice(|art| {
        art.cloth_on("M232 112L262 92 300 150 262 184z", base);
        art.seam("M232 112L262 92 300 150 262 184z");
    });
}

fn band_shirt(art: &mut Art<'_>) {
    let accent = art.spec.accent;
    let trim = art.spec.trim;
    art.shade("M256 100Q300 90 344 100L300 140z", 0.4);
    art.cloth(LONG);
    art.twice(|art| {
        art.seam("M190 270Q188 220 202 172");
        art.flat("M90 436L148 450 142 478 83 463z", accent);
        art.line("M88 450L146 464", trim, 4.0);
        art.shade("M196 504Q230 420 214 330Q250 420 232 512z", 0.07);
    });
    art.flat("M282 152H318V360H282z", accent);
    for step in 0..5 {
        let y = 174 + step * 38;
        art.flat(&format!("M300 {}l14 18-14 18-14-18z", y - 18), trim);
        art.dot(300.0, y as f32, 5.0, "#f6e3b4");
    }
    art.flat("M234 114L252 96Q300 132 348 96L366 114Q300 168 234 114z", accent);
    art.seam("M234 114Q300 168 366 114");
}

fn collarless(art: &mut Art<'_>, d: &str) {
    art.shade("M240 114Q300 96 360 114Q300 160 240 114z", 0.42);
    art.cloth(d);
}

fn tee(art: &mut Art<'_>) {
    collarless(art, SHORT);
    art.twice(|art| {
        art.seam("M190 266Q186 216 204 166");
        art.seam("M100 276L174 302");
        art.shade("M196 504Q234 420 216 320Q252 420 236 512z", 0.07);
    });
    art.line("M228 112Q300 182 372 112", art.spec.trim, 7.0);
    art.seam("M222 116Q300 194 378 116 M191 498Q300 516 409 498");
}

fn pocket_tee(art: &mut Art<'_>) {
    tee(art);
    art.solid("M330 236h62v58l-31 18-31-18z", art.spec.base);
    art.stitch("M334 248h54M334 290l27 15 27-15", art.spec.accent);
}

fn polo(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.shade("M252 102Q300 84 348 102L300 150z", 0.42);
    art.cloth(SHORT);
    art.twice(|art| {
        art.seam("M190 266Q186 216 204 166");
        art.line("M99 281L172 307", trim, 5.0);
        art.solid("M228 112L258 90 298 148 262 176z", base);
        art.line("M231 117L263 172 296 149", trim, 4.0);
        art.shade("M196 504Q234 420 216 320Q252 420 236 512z", 0.07);
    });
    art.solid("M284 150h32v108h-32z", base);
    art.seam("M284 160V258H316V160");
    art.buttons(300.0, 184.0, 240.0, 3, trim);
}

fn sweater(art: &mut Art<'_>) {
    collarless(art, LONG);
    let base = art.spec.base;
    art.twice(|art| {
        art.seam("M190 270Q188 220 206 166");
        art.solid("M96 408L154 422 146 460 86 446z", base);
        art.seam("M96 408L154 422M112 412l-9 38M126 416l-8 38M140 419l-8 38");
        art.shade("M196 480Q234 400 216 310Q252 400 236 490z", 0.08);
    });
    art.solid("M190 476Q300 494 410 476V514Q300 532 190 514z", base);
    let ribs: String =
        (0..10).map(|rib| format!("M{} {}v36", 208 + rib * 20, 481 + (rib.min(9 - rib)))).collect();
    art.seam(&format!("M190 476Q300 494 410 476{ribs}"));
    art.line("M230 110Q300 184 370 110", base, 16.0);
    art.seam("M222 118Q300 200 378 118M238 106Q300 168 362 106");
}

fn cardigan(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.shade("M232 112Q300 90 368 112L300 300z", 0.4);
    art.cloth("M232 112L180 132Q150 146 138 190L90 436 148 450 190 270 190 520 296 520 296 306z");
    art.cloth("M368 112L420 132Q450 146 462 190L510 436 452 450 410 270 410 520 304 520 304 306z");
    art.twice(|art| {
        art.solid("M96 408L154 422 146 460 86 446z", base);
        art.seam("M96 408L154 422M190 270Q188 220 206 166");
        art.seam("M210 420h52v66h-52z");
    });
    art.line("M232 112L297 304V518", base, 18.0);
    art.line("M368 112L303 304V518", base, 18.0);
    art.seam("M244 118L307 306V518M222 120L286 306V518M356 118L314 270");
    art.buttons(300.0, 324.0, 500.0, 5, trim);
}

fn chopon(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.flat("M238 94Q300 78 362 94L330 320 270 320z", trim);
    art.shade("M238 94Q300 78 362 94L330 320 270 320z", 0.18);
    art.cloth(COAT);
    art.twice(|art| {
        art.line("M240 94L297 150 296 538", trim, 13.0);
        art.line("M240 94L297 150 296 538", accent, 4.0);
        art.line("M163 534H292", trim, 11.0);
        art.line("M78 400L150 419", trim, 13.0);
        art.seam("M182 290Q184 220 200 160");
        art.shade("M176 520Q216 430 204 320Q240 430 220 530z", 0.09);
    });
}

fn kimono(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.flat("M246 96Q300 84 354 96L324 330 276 330z", trim);
    art.shade("M246 96Q300 84 354 96L324 330 276 330z", 0.25);
    art.twice(|art| {
        art.cloth("M246 96L128 128 58 330 166 372 184 300 176 500 292 500 296 190z");
        art.line("M248 98L296 190 292 498", trim, 12.0);
        art.line("M62 326L166 366", trim, 10.0);
        art.seam("M184 300L200 140");
    });
}

fn bodysuit(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.shade("M236 132Q300 112 364 132Q300 186 236 132z", 0.4);
    art.cloth("M228 128L168 152Q146 164 130 204L102 274 172 304 192 270 190 408Q200 456 252 496L262 520H338L348 496Q400 456 410 408L408 270 428 304 498 274 470 204Q454 164 432 152L372 128Q300 206 228 128z");
    art.twice(|art| {
        art.line("M105 268L174 297", trim, 8.0);
        art.line("M192 408Q204 452 254 492", trim, 8.0);
        art.seam("M192 270Q188 226 206 184");
    });
    art.line("M228 128Q300 206 372 128", trim, 10.0);
    art.line("M262 516H338", trim, 6.0);
    for x in [278.0, 300.0, 322.0] {
        art.dot(x, 504.0, 4.5, "#fff");
    }
}

fn pyjamas(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.group("translate(126 262) scale(.58)", |art| {
        art.cloth("M190 100H410L436 470H320L300 220 280 470H164z");
        art.line("M190 104H410", trim, 14.0);
        art.line("M166 464H280M320 464H434", trim, 12.0);
        art.seam("M300 110V220");
    });
    art.group("translate(126 -10) scale(.58)", |art| shirt(art, true));
}
