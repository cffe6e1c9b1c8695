//! Dresses, tunics and skirts.

use crate::art::Art;

const DRESS: &str = "M226 84L186 100 150 196 208 222 224 190Q236 250 226 290L138 528Q300 560 462 528L374 290Q364 250 376 190L392 222 450 196 414 100 374 84Q300 150 226 84z";

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "dress" => dress(art),
        "kiddress" => art.group("translate(42 60) scale(.86)", kid_dress),
        "shirtdress" => shirt_dress(art),
        "wrapdress" => wrap_dress(art),
        "gown" => gown(art),
        "tierdress" => tiered(art),
        "tunic" => tunic(art),
        "skirt" => skirt(art),
        _ => return false,
    }
    true
}

fn folds(art: &mut Art<'_>) {
    art.twice(|art| {
        art.shade("M236 312Q214 430 180 536L212 541Q236 430 236 312z", 0.1);
        art.shade("M276 312Q272 430 258 545L282 547Q288 430 276 312z", 0.08);
        art.light("M250 312Q236 430 220 542L234 543Q252 430 250 312z", 0.1);
    });
}

fn dress(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.shade("M236 88Q300 70 364 88Q300 140 236 88z", 0.4);
    art.cloth(DRESS);
    folds(art);
    art.line("M226 84Q300 150 374 84", trim, 5.0);
    art.seam("M227 290Q300 306 373 290M224 190L214 130M376 190L386 130");
}

fn kid_dress(art: &mut Art<'_>) {
    dress(art);
    let trim = art.spec.trim;
    art.line("M228 282Q300 300 372 282", trim, 14.0);
    art.flat("M300 292q-40-30-50-4q6 28 50 4q40-30 50-4q-6 28-50 4z", trim);
    art.dot(300.0, 291.0, 9.0, "#f6e3b4");
}

fn shirt_dress(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.shade("M258 84Q300 70 342 84L300 140z", 0.45);
    art.cloth("M236 94L188 112Q164 122 152 160L116 330 170 344 206 226 218 292 168 536Q300 556 432 536L382 292 394 226 430 344 484 330 448 160Q436 122 412 112L364 94Q300 150 236 94z");
    folds(art);
    art.seam("M290 140V547M310 140V547");
    art.buttons(300.0, 166.0, 516.0, 8, trim);
    art.line("M217 294Q300 310 383 294", trim, 15.0);
    art.flat("M284 290h32v26h-32z", accent);
    art.twice(|art| {
        art.solid("M236 94L264 78 300 134 266 162z", base);
        art.seam("M236 94L264 78 300 134 266 162zM121 306L176 322");
    });
}

fn wrap_dress(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.shade("M232 92Q300 70 368 92L300 236z", 0.35);
    art.solid("M232 90L188 108Q164 118 152 156L116 330 172 344 206 226 220 288 300 250z", base);
    art.solid("M368 90L412 108Q436 118 448 156L484 330 428 344 394 226 380 288 230 292 330 200z", base);
    art.solid("M220 286H380L452 520Q360 552 260 540Q200 540 148 524z", base);
    folds(art);
    art.light("M368 90L230 292 222 290 356 92z", 0.18);
    art.light("M240 300Q330 420 300 546L312 546Q350 420 258 300z", 0.12);
    art.line("M220 290H380", trim, 14.0);
    art.line("M236 292Q214 350 206 402M238 292Q246 350 236 390", trim, 9.0);
}

fn gown(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.cloth("M244 92Q272 128 300 124Q328 128 356 92L366 96Q372 190 364 252L470 548Q300 580 130 548L236 252Q228 190 234 96z");
    folds(art);
    art.line("M238 92Q232 66 244 50M362 92Q368 66 356 50", art.spec.base, 7.0);
    art.line("M237 252Q300 268 363 252", trim, 8.0);
    for x in 0..7 {
        art.dot(246.0 + x as f32 * 18.0, 254.0 + (3 - (x - 3i32).abs()) as f32 * 2.4, 4.5, "#f9e7b6");
    }
    art.twice(|art| art.seam("M266 130Q262 200 268 254"));
}

fn tiered(art: &mut Art<'_>) {
    let accent = art.spec.accent;
    art.shade("M240 96Q300 76 360 96Q300 140 240 96z", 0.4);
    art.cloth("M230 92L196 104Q172 130 160 190L196 236 226 216V272L160 400 112 540Q300 568 488 540L440 400 374 272V216L404 236 440 190Q428 130 404 104L370 92Q300 150 230 92z");
    art.seam("M226 274Q300 290 374 274M160 402Q300 426 440 402");
    let gathers = |y: i32, from: i32, step: i32| -> String {
        (0..9).map(|fold| format!("M{} {y}q-3 22-9 40", from + fold * step)).collect()
    };
    art.seam(&gathers(288, 236, 16));
    art.seam(&gathers(416, 184, 29));
    art.shade("M160 400Q300 428 440 400L444 412Q300 442 156 412z", 0.12);
    art.line("M230 92Q300 150 370 92", accent, 4.0);
    art.stitch("M116 530Q300 556 484 530", accent);
}

fn tunic(art: &mut Art<'_>) {
    let (trim, accent) = (art.spec.trim, art.spec.accent);
    art.shade("M246 92Q300 76 354 92L300 200z", 0.42);
    art.cloth("M240 88L188 106Q160 116 146 160L84 380 156 404 200 270 184 500Q300 522 416 500L400 270 444 404 516 380 454 160Q440 116 412 106L360 88 300 206z");
    art.line("M240 88L300 206 360 88", trim, 14.0);
    art.line("M240 88L300 206 360 88", accent, 3.0);
    art.twice(|art| {
        art.line("M88 374L158 396", trim, 11.0);
        art.seam("M200 270Q196 210 208 150");
        art.shade("M196 496Q230 420 216 320Q250 420 236 506z", 0.09);
    });
    art.line("M186 492Q300 514 414 492", trim, 11.0);
    art.line("M300 208V262", trim, 6.0);
    art.dot(300.0, 268.0, 8.0, trim);
}

fn skirt(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.cloth("M222 110H378L484 506Q300 546 116 506z");
    art.twice(|art| {
        art.shade("M240 136Q210 320 166 516L204 524Q244 330 250 136z", 0.11);
        art.shade("M284 136Q276 330 256 531L284 533Q296 330 292 136z", 0.08);
    });
    art.solid("M220 92H380V134Q300 144 220 134z", trim);
    art.line("M118 500Q300 540 482 500", trim, 9.0);
}
