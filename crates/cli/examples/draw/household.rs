//! Lamps, tea tins, soap, candles and boards.

use crate::art::Art;
use std::fmt::Write;

pub fn draw(art: &mut Art<'_>) -> bool {
    match art.spec.shape {
        "tablelamp" => table_lamp(art),
        "floorlamp" => floor_lamp(art),
        "pendant" => pendant(art),
        "tin" => tin(art),
        "soap" => soap(art),
        "candle" => candle(art),
        "board" => board(art),
        _ => return false,
    }
    true
}

fn table_lamp(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.oval(300.0, 330.0, 220.0, 190.0, "#fff3c41c");
    let foot = "M270 320Q272 350 244 378Q212 416 244 470Q262 490 262 506H338Q338 490 356 470Q388 416 356 378Q328 350 330 320z";
    if art.spec.pattern == "rishton" {
        art.cloth_on(foot, accent)
    } else {
        art.solid(foot, accent)
    }
    art.seam("M246 380Q300 396 354 380M236 440Q300 458 364 440");
    if art.spec.pattern == "plain" {
        for x in 0..5 {
            art.dot(260.0 + x as f32 * 20.0, 412.0, 6.0, trim);
        }
    }
    art.solid("M226 502H374L386 532H214z", accent);
    art.solid("M292 296H308V326H292z", "#cfa24a");
    art.solid("M226 96H374L446 300H154z", base);
    art.light("M244 110H300V290H186z", 0.35);
    art.line("M226 98H374", trim, 7.0);
    art.line("M155 297H445", trim, 9.0);
    let tassels: String = (166..440).step_by(18).map(|x| format!("M{x} 300v14")).collect();
    art.line(&tassels, trim, 3.0);
}

fn floor_lamp(art: &mut Art<'_>) {
    let trim = art.spec.trim;
    art.oval(300.0, 250.0, 230.0, 200.0, "#fff3c424");
    art.solid("M292 240H308V520H292z", trim);
    art.oval(300.0, 528.0, 104.0, 20.0, trim);
    art.shade("M196 528A104 20 0 0 0 404 528A104 12 0 0 1 196 528z", 0.25);
    art.cloth("M208 66H392L440 268H160z");
    art.line("M208 68H392M161 265H439", trim, 7.0);
    art.line("M346 270v70", trim, 3.0);
    art.dot(346.0, 346.0, 7.0, trim);
}

fn pendant(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.line("M300 0V128", trim, 6.0);
    art.oval(300.0, 380.0, 250.0, 200.0, "#fff3c448");
    art.solid("M270 126H330L340 164H260z", base);
    let dome = "M260 160Q300 148 340 160Q470 210 476 380Q300 420 124 380Q130 210 260 160z";
    art.solid(dome, base);
    art.within(dome, |art| {
        for (row, y) in [214, 262, 310, 354].into_iter().enumerate() {
            let count = 5 + row * 2;
            for hole in 0..count {
                let x = 300.0 + (hole as f32 - (count - 1) as f32 / 2.0) * 37.0;
                art.group(&format!("translate({x} {y})"), |art| {
                    art.flat("M0-15l5 10 10 5-10 5-5 10-5-10-10-5 10-5z", "#fff2bf");
                });
            }
        }
    });
    art.oval(300.0, 382.0, 176.0, 26.0, accent);
    art.oval(300.0, 386.0, 150.0, 18.0, "#fff2bf");
    art.line("M124 380A176 26 0 0 0 476 380", trim, 4.0);
}

/// A sprig of the plant in the tin.
fn sprig(art: &mut Art<'_>) {
    let (accent, trim) = (art.spec.accent, art.spec.trim);
    if art.spec.pattern == "leaf" {
        art.line("M0 64V-30", accent, 5.0);
        art.flat(
            "M0 40Q-60 30-66-24Q-10-22 0 40zM0 20Q60 10 66-44Q10-42 0 20zM0-20Q-24-50 0-92Q24-50 0-20z",
            accent,
        );
        art.line("M-6 30Q-32 8-54-14M6 10Q32-12 54-34M0-28V-74", trim, 2.5);
    } else {
        art.line("M0 74Q6 20 0-10M0 50Q-30 40-40 14M2 40Q30 30 40 2", accent, 5.0);
        for (x, y, scale) in [(0, -34, 1.1), (-44, 0, 0.8), (46, -14, 0.8)] {
            art.group(&format!("translate({x} {y}) scale({scale})"), |art| {
                art.around(0.0, 0.0, 6, |art| art.flat("M0-4q15-16 0-34q-15 18 0 34z", trim));
                art.dot(0.0, 0.0, 8.0, "#e2a52f");
            });
        }
    }
}

fn tin(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.solid("M160 176H440V512Q300 540 160 512z", base);
    art.solid("M152 120Q300 98 448 120V184Q300 206 152 184z", base);
    art.shade("M152 172Q300 194 448 172V184Q300 206 152 184z", 0.25);
    art.light("M152 120Q300 98 448 120Q300 138 152 120z", 0.22);
    let mut border = String::new();
    for x in (172..400).step_by(28) {
        let _ = write!(border, "M{x} 472l14-16 14 16-14 16z");
    }
    art.flat(&border, accent);
    art.line("M162 440Q300 466 438 440M162 500Q300 528 438 500", trim, 5.0);
    art.flat(
        "M300 214Q396 226 396 320T300 424Q204 412 204 320T300 214z",
        if art.spec.pattern == "leaf" { "#1c14102e" } else { "#fffaf0" },
    );
    art.line("M300 220Q390 232 390 320T300 418Q210 406 210 320T300 220z", trim, 4.0);
    art.group("translate(300 326) scale(.9)", sprig);
}

fn soap(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.solid("M70 470H530L510 506H90z", "#a97c50");
    art.solid("M70 454H530V474H70z", "#c1966a");
    for (x, y) in [(110, 330), (250, 214)] {
        let d = format!("M{} {y}h180q40 0 40 40v44q0 40-40 40h-180q-40 0-40-40v-44q0-40 40-40z", x + 40);
        art.solid(&d, base);
        art.line(
            &format!("M{} {}h150q30 0 30 30v24q0 30-30 30h-150q-30 0-30-30v-24q0-30 30-30z", x + 55, y + 20),
            accent,
            5.0,
        );
        art.group(&format!("translate({} {}) scale(.42)", x + 130, y + 66), |art| {
            art.around(0.0, 0.0, 8, |art| art.flat("M0-12q30-34 0-90q-30 56 0 90z", accent));
            art.dot(0.0, 0.0, 16.0, trim);
        });
        art.light(&format!("M{} {}q6-20 30-22h120q-110 4-150 22z", x + 16, y + 32), 0.5);
    }
}

fn candle(art: &mut Art<'_>) {
    let (base, accent, trim) = (art.spec.base, art.spec.accent, art.spec.trim);
    art.oval(300.0, 150.0, 120.0, 110.0, "#fff0b455");
    art.flat("M300 70Q336 130 300 176Q264 130 300 70z", "#f4b63c");
    art.flat("M300 108Q316 140 300 166Q284 140 300 108z", "#fff3c4");
    art.line("M300 160V212", "#26242a", 5.0);
    art.solid("M170 216H430V500Q300 530 170 500z", base);
    art.oval(300.0, 216.0, 130.0, 26.0, "#fff8ea");
    art.oval(300.0, 216.0, 116.0, 19.0, "#f6e6c6");
    art.flat("M200 290H400V450Q300 468 200 450z", "#fffaf0");
    art.line("M212 302H388V438Q300 454 212 438z", accent, 3.0);
    art.group("translate(300 382)", |art| {
        if art.spec.pattern == "quince" {
            art.flat("M-6-44Q-54-40-52 4Q-48 46 0 46Q48 46 52 4Q54-40 6-44z", base);
            art.line("M0-44q2-16 14-22", "#74482d", 5.0);
        } else {
            art.flat("M0-54Q14-30 36-8Q58 48 0 50Q-58 48-36-8Q-14-30 0-54z", base);
            art.line("M0-40Q-20 0-14 42M0-40Q20 0 14 42", accent, 2.5);
        }
        art.flat("M10-50Q34-72 58-54Q40-32 10-50z", trim);
    });
    art.light("M186 236Q200 242 206 244V500Q196 498 186 494z", 0.3);
}

fn board(art: &mut Art<'_>) {
    art.solid("M280 60H320Q332 60 332 76V140H268V76Q268 60 280 60z", art.spec.base);
    art.dot(300.0, 86.0, 10.0, art.spec.ground);
    art.cloth("M300 124A202 202 0 0 1 300 528A202 202 0 0 1 300 124z");
    art.ring(300.0, 326.0, 186.0, "#74482d55", 4.0);
    // A loaf of non, stamped with the chekich.
    art.dot(300.0, 326.0, 132.0, "#d99a4e");
    art.ring(300.0, 326.0, 112.0, "#e9b872", 34.0);
    art.dot(300.0, 326.0, 88.0, "#c9853c");
    art.around(300.0, 326.0, 12, |art| {
        art.dot(0.0, -70.0, 6.0, "#8a5426");
        art.dot(0.0, -44.0, 5.0, "#8a5426");
        art.dot(8.0, -26.0, 3.0, "#8a5426");
    });
    art.light("M190 280Q220 214 300 200Q230 230 208 300z", 0.3);
}
