//! Towels, bedding, blankets, table linen, cushions and mattresses.

use crate::art::Art;

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "towels" => towels(art),
        "bed" => bed(art),
        "throw" => throw(art),
        "tablecloth" => tablecloth(art),
        "napkins" => napkins(art),
        "cushion" => cushion(art),
        "bolster" => bolster(art),
        "korpacha" => korpacha(art),
        _ => return false,
    }
    true
}

fn towels(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    for (step, y) in [412, 322, 232].into_iter().enumerate() {
        let inset = 100 + step as i32 * 8;
        let right = 600 - inset;
        let d = format!(
            "M{} {y}H{right}Q{} {} {right} {}H{}Q{} {} {} {y}z",
            inset + 24,
            right + 22,
            y + 42,
            y + 84,
            inset + 24,
            inset - 22,
            y + 42,
            inset + 24
        );
        if step == 1 && art.spec.pattern != "ikat" {
            art.solid(&d, base);
        } else {
            art.cloth(&d);
        }
        art.seam(&format!("M{} {}H{right}M{} {}H{right}", inset + 34, y + 28, inset + 34, y + 56));
        art.shade(&format!("M{} {}H{right}v10H{}z", inset + 24, y + 76, inset + 20), 0.12);
    }
    art.cloth("M238 226H362V300Q300 312 238 300z");
    art.line("M240 288Q300 300 360 288", trim, 5.0);
    art.line("M150 494Q300 470 450 494", trim, 3.0);
    art.line("M290 214Q252 186 270 168Q292 160 300 206Q308 160 330 168Q348 186 310 214", trim, 6.0);
}

fn bed(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    art.solid("M84 150Q84 110 124 110H476Q516 110 516 150V330H84z", "#8f6a4a");
    art.seam("M110 140H490M200 112V300M300 112V300M400 112V300");
    art.solid("M78 282H522V500H78z", "#fbfaf7");
    art.solid("M78 494H112V536H78zM488 494H522V536H488z", "#6b4a32");
    for x in [112, 308] {
        art.solid(
            &format!(
                "M{} 212Q{} 196 {} 212Q{} 256 {} 306Q{} 318 {} 306Q{} 256 {} 212z",
                x,
                x + 90,
                x + 180,
                x + 194,
                x + 180,
                x + 90,
                x,
                x - 14,
                x
            ),
            "#fdfbf6",
        );
        art.cloth(&format!(
            "M{} 226Q{} 214 {} 226Q{} 262 {} 300Q{} 308 {} 300Q{} 262 {} 226z",
            x + 14,
            x + 90,
            x + 166,
            x + 174,
            x + 166,
            x + 90,
            x + 14,
            x + 6,
            x + 14
        ));
    }
    art.cloth("M64 320Q300 300 536 320L544 500Q300 524 56 500z");
    art.solid("M64 320Q300 300 536 320L538 362Q300 342 62 362z", base);
    art.seam("M62 362Q300 342 538 362");
    art.line("M63 350Q300 330 537 350", trim, 3.0);
    art.shade(
        "M180 370Q170 440 150 510L186 514Q206 440 206 368zM420 368Q420 440 440 514L470 510Q446 440 444 370z",
        0.08,
    );
}

fn throw(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    let threads: String = (132..=468).step_by(12).map(|x| format!("M{x} 492v32")).collect();
    art.line(&threads, trim, 4.0);
    art.cloth("M120 190Q110 170 134 166H466Q490 170 480 190V496H120z");
    art.cloth("M120 176Q124 150 150 150H452Q478 150 480 176V330H120z");
    art.shade("M120 322H480V340H120z", 0.2);
    art.solid("M356 152H438V330Q398 342 356 330z", base);
    art.seam("M356 152V330M438 152V330M136 166Q300 178 466 166");
    art.light("M130 160Q300 150 470 160L470 170Q300 162 130 170z", 0.25);
}

fn tablecloth(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    let hang = "M84 250L64 470Q90 500 128 474Q172 510 216 478Q258 512 300 480Q342 512 384 478Q428 510 472 474Q510 500 536 470L516 250z";
    art.solid("M150 470h16v80h-16zM434 470h16v80h-16z", "#6b4a32");
    art.cloth(hang);
    art.shade(hang, 0.1);
    art.cloth("M130 160H470L516 254H84z");
    art.line("M84 254H516", trim, 5.0);
    art.line("M66 462Q92 492 128 466Q172 502 216 470Q258 504 300 472Q342 504 384 470Q428 502 472 466Q508 492 534 462", trim, 5.0);
    art.shade("M168 258Q160 370 130 472Q160 496 186 492Q196 380 190 258zM400 258Q410 380 412 492Q440 494 468 474Q444 370 432 258z", 0.1);
}

fn napkins(art: &mut Art<'_>) {
    let (base, trim) = (art.spec.base, art.spec.trim);
    for (step, turn) in [-16, -8, 0].into_iter().enumerate() {
        art.group(&format!("rotate({turn} 300 470) translate({} 0)", step as i32 * 4 - 8), |art| {
            art.solid("M176 196H424V460H176z", base);
            art.stitch("M188 208H412V448H188z", trim);
        });
    }
    art.solid("M176 196L424 460H176z", base);
    art.shade("M176 196L424 460H414L176 206z", 0.16);
    art.stitch("M188 226V448H396", trim);
    art.line("M250 420Q300 330 330 300M286 366q-36-2-44-30q32 0 44 30zM306 336q-4-34 22-50q10 30-22 50zM268 394q34 8 52-14q-28-16-52 14z", "#5d7a55", 4.0);
}

const PILLOW: &str = "M112 112Q300 146 488 112Q454 300 488 488Q300 454 112 488Q146 300 112 112z";

fn cushion(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    art.cloth(PILLOW);
    art.within(PILLOW, |art| {
        art.shade("M112 488Q300 454 488 488L488 430Q300 470 112 430z", 0.12);
        art.light("M140 150Q300 180 460 150L450 190Q300 210 150 190z", 0.1);
    });
    let edge = if art.spec.pattern == "plain" { accent } else { trim };
    art.line(PILLOW, edge, 6.0);
    for (x, y) in [(112.0, 112.0), (488.0, 112.0), (112.0, 488.0), (488.0, 488.0)] {
        art.dot(x, y, 15.0, edge);
        art.dot(x, y, 6.0, accent);
    }
    if art.spec.pattern == "plain" {
        art.stitch("M140 146Q300 176 460 146Q432 300 460 454Q300 424 140 454Q168 300 140 146z", trim);
        art.buttons(300.0, 300.0, 300.0, 1, trim);
        art.seam("M300 288Q250 240 210 220M312 300Q360 260 400 230M292 312Q250 360 214 386M310 312Q350 360 390 384");
    }
}

fn bolster(art: &mut Art<'_>) {
    let (base, accent) = (art.spec.base, art.spec.accent);
    art.solid("M120 214H480Q516 300 480 386H120z", base);
    art.shade("M120 336H494Q490 364 480 386H120z", 0.22);
    art.light("M130 228H482L486 244H130z", 0.18);
    art.oval(122.0, 300.0, 42.0, 86.0, base);
    art.shade("M80 300A42 86 0 0 1 164 300A42 86 0 0 1 80 300z", 0.2);
    art.around(122.0, 300.0, 12, |art| art.seam("M0-10L0-40"));
    art.dot(122.0, 300.0, 13.0, accent);
    art.line("M122 312v70M110 376q12 16 24 0", accent, 6.0);
    art.line("M170 214Q196 300 170 386M446 214Q476 300 446 386", accent, 9.0);
}

fn korpacha(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    for (y, shift) in [(376, 0), (286, 10), (196, -4)] {
        let left = 74 + shift;
        let d = format!(
            "M{left} {y}Q300 {} {} {y}Q{} {} {} {}Q300 {} {left} {}Q{} {} {left} {y}z",
            y - 16,
            526 + shift,
            548 + shift,
            y + 46,
            526 + shift,
            y + 92,
            y + 108,
            y + 92,
            left - 22,
            y + 46
        );
        art.cloth(&d);
        art.within(&d, |art| art.shade(&format!("M40 {}H560v40H40z", y + 70), 0.18));
        art.seam(&format!("M{} {}Q300 {} {} {}", left, y + 46, y + 54, 526 + shift, y + 46));
        art.line(&format!("M{left} {y}Q300 {} {} {y}", y - 16, 526 + shift), trim, 4.0);
    }
}
