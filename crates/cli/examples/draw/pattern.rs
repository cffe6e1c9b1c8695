//! Cloths: what repeats over an outline.

use crate::art::Spec;
use std::fmt::Write;

/// The pattern as an SVG definition called `p`; none for plain cloth and for the patterns that a
/// shape places itself.
pub fn define(spec: &Spec<'_>) -> Option<String> {
    let Spec { accent, trim, base, .. } = *spec;
    let tile = match spec.pattern {
        "ikat" => return Some(ikat(spec)),
        "suzani" => return Some(suzani(spec)),
        "floral" => return Some(floral(spec)),
        "rishton" => return Some(rishton(spec)),
        "patchwork" => return Some(patchwork(spec)),
        "stripe" => (34, 34, format!("<path d='M0 0h11v34H0z' fill='{accent}'/><path d='M21 0h2v34h-2z' fill='{trim}'/>")),
        "check" => (
            72,
            72,
            format!(
                "<path d='M0 0h26v72H0zM0 0h72v26H0z' fill='{accent}' opacity='.55'/>\
                 <path d='M46 0h4v72h-4zM0 46h72v4H0z' fill='{trim}' opacity='.8'/>"
            ),
        ),
        "denim" => (8, 8, format!("<path d='M0 8L8 0' stroke='{accent}' stroke-width='1.2' opacity='.35'/>")),
        "melange" => (
            30,
            30,
            format!(
                "<path d='M2 4h7M16 9h9M6 17h8M20 22h7M9 27h6' stroke='{accent}' stroke-width='1.6' opacity='.35'/>\
                 <path d='M12 3h6M3 11h6M18 16h7M1 24h5' stroke='#fff' stroke-width='1.4' opacity='.4'/>"
            ),
        ),
        "rib" => (12, 12, format!("<path d='M3 0v12' stroke='{accent}' stroke-width='3' opacity='.5'/>")),
        "cable" => (
            60,
            50,
            "<path d='M18 0c0 14 24 10 24 25S18 36 18 50M42 0c0 14-24 10-24 25s24 11 24 25' fill='none' \
             stroke='#8a7556' stroke-width='4' opacity='.32'/><path d='M4 0v50M56 0v50' stroke='#8a7556' stroke-width='3' opacity='.22'/>"
                .into(),
        ),
        "dots" => (
            44,
            44,
            format!("<g fill='{accent}'><circle cx='11' cy='11' r='5.5'/><circle cx='33' cy='33' r='5.5'/></g>"),
        ),
        "stars" => (
            60,
            60,
            format!(
                "<path id='t' d='M15 4l3.4 7.6 8.1.8-6.1 5.4 1.8 8-7.2-4.2-7.2 4.2 1.8-8-6.1-5.4 8.1-.8z' fill='{accent}'/>\
                 <use href='#t' x='30' y='30'/>"
            ),
        ),
        "pleat" => (
            30,
            30,
            format!("<path d='M0 0h11v30H0z' fill='{accent}' opacity='.55'/><path d='M18 0h3v30h-3z' fill='#fff' opacity='.25'/>"),
        ),
        "waffle" => (
            20,
            20,
            format!("<path d='M0 0h20v20' fill='none' stroke='{trim}' stroke-width='2.5' opacity='.3'/><path d='M5 5h10v10H5z' fill='#fff' opacity='.3'/>"),
        ),
        "paxta" => (110, 110, paxta(spec)),
        "pomegranate" => (120, 130, format!("<g transform='translate(60 65)'>{}</g>", fruit(accent, trim))),
        "wood" => (
            600,
            80,
            format!(
                "<g fill='none' stroke='{accent}' stroke-width='2.5' opacity='.3'><path d='M0 12q150-14 300 0t300 0M0 34q140 16 300 0t300 0'/>\
                 <path d='M0 58q160-10 300 0t300 0'/></g>"
            ),
        ),
        "studs" => (34, 34, format!("<circle cx='17' cy='17' r='6' fill='{accent}'/><circle cx='15' cy='15' r='2' fill='{base}'/>")),
        _ => return None,
    };
    let (width, height, inside) = tile;
    Some(wrap(width, height, &inside))
}

fn wrap(width: u32, height: u32, inside: &str) -> String {
    format!(
        "<pattern id='p' width='{width}' height='{height}' patternUnits='userSpaceOnUse'>{inside}</pattern>"
    )
}

/// A lozenge with the feathered edge that warp dyeing leaves: the colour runs along the thread.
fn feathered(cx: i32, cy: i32, rx: i32, ry: i32) -> String {
    let steps = 14;
    let (mut top, mut bottom) = (String::new(), String::new());
    for step in 0..=steps {
        let x = -rx + 2 * rx * step / steps;
        let reach = ry - ry * x.abs() / rx;
        let run = if step % 2 == 0 { 9 } else { -7 };
        let y = (reach + run).max(2);
        let _ = write!(top, "{}{} {}", if step == 0 { 'M' } else { 'L' }, cx + x, cy - y);
        bottom.insert_str(0, &format!("L{} {}", cx + x, cy + y));
    }
    format!("{top}{bottom}z")
}

fn ikat(spec: &Spec<'_>) -> String {
    let Spec { accent, trim, .. } = *spec;
    let mut inside = String::new();
    for (d, colour) in [
        (feathered(60, 95, 52, 84), accent),
        (feathered(60, 95, 34, 54), trim),
        (feathered(60, 95, 17, 27), "#fff6e2"),
    ] {
        let _ = write!(inside, "<path d='{d}' fill='{colour}'/>");
    }
    for x in [0, 120] {
        for y in [0, 190] {
            let _ = write!(inside, "<path d='{}' fill='{trim}'/>", feathered(x, y, 24, 42));
            let _ = write!(inside, "<path d='{}' fill='#fff6e2'/>", feathered(x, y, 10, 18));
        }
    }
    wrap(120, 190, &inside)
}

/// A stitched rosette: petals round a ringed heart.
fn rosette(spec: &Spec<'_>, radius: i32) -> String {
    let Spec { accent, trim, .. } = *spec;
    let (petal, heart) = (radius * 2 / 3, radius / 3);
    let mut out = format!("<circle r='{radius}' fill='{accent}'/><g fill='{trim}'>");
    for turn in (0..360).step_by(45) {
        let _ = write!(
            out,
            "<ellipse cy='-{petal}' rx='{}' ry='{}' transform='rotate({turn})'/>",
            radius / 6,
            radius / 4
        );
    }
    let _ = write!(out, "</g><circle r='{heart}' fill='#f6e3b4'/><circle r='{}' fill='{trim}'/>", heart / 2);
    out
}

fn suzani(spec: &Spec<'_>) -> String {
    let Spec { accent, trim, .. } = *spec;
    let flower = rosette(spec, 46);
    let leaf = "M0 0q16-26 40-22q-6 26-40 22z";
    wrap(
        200,
        200,
        &format!(
            "<g fill='none' stroke='{trim}' stroke-width='5'><path d='M100 0c-70 40-70 160 0 200M0 100c40-70 160-70 200 0'/></g>\
             <g fill='{trim}'><path d='{leaf}' transform='translate(52 120)'/><path d='{leaf}' transform='translate(150 78) rotate(180)'/>\
             <path d='{leaf}' transform='translate(80 46) rotate(-80)'/><path d='{leaf}' transform='translate(122 150) rotate(100)'/></g>\
             <g id='f' transform='translate(50 50)'>{flower}</g><use href='#f' x='100' y='100'/>\
             <g fill='{accent}'><circle cx='150' cy='42' r='14'/><circle cx='46' cy='152' r='14'/></g>\
             <g fill='#f6e3b4'><circle cx='150' cy='42' r='6'/><circle cx='46' cy='152' r='6'/></g>"
        ),
    )
}

fn floral(spec: &Spec<'_>) -> String {
    let Spec { accent, trim, .. } = *spec;
    let mut flower = String::new();
    for turn in (0..360).step_by(72) {
        let _ = write!(flower, "<circle cy='-9' r='9' transform='rotate({turn})'/>");
    }
    wrap(
        100,
        100,
        &format!(
            "<g id='f' transform='translate(26 28)' fill='{accent}'>{flower}<circle r='5' fill='{trim}'/></g><use href='#f' x='50' y='50'/>\
             <g fill='#6f8f6a'><path d='M52 26q14-14 24 0q-12 10-24 0zM4 74q12-14 22-2q-10 12-22 2zM38 52q4-16 18-14q-2 16-18 14z'/></g>\
             <g fill='{trim}'><circle cx='82' cy='12' r='5'/><circle cx='10' cy='54' r='4'/><circle cx='44' cy='92' r='5'/></g>"
        ),
    )
}

fn rishton(spec: &Spec<'_>) -> String {
    let Spec { accent, trim, .. } = *spec;
    let mut petals = String::new();
    for turn in (0..360).step_by(45) {
        let _ = write!(petals, "<path d='M0-6q9-14 0-30q-9 16 0 30z' transform='rotate({turn})'/>");
    }
    wrap(
        92,
        92,
        &format!(
            "<g transform='translate(46 46)'><g fill='{accent}'>{petals}</g><circle r='8' fill='{trim}'/><circle r='4' fill='{accent}'/></g>\
             <g fill='none' stroke='{trim}' stroke-width='3'><path d='M0 18q18 0 18-18M92 18q-18 0-18-18M0 74q18 0 18 18M92 74q-18 0-18 18'/></g>\
             <g fill='{trim}'><circle cx='46' cy='1' r='4'/><circle cx='46' cy='91' r='4'/><circle cx='1' cy='46' r='4'/><circle cx='91' cy='46' r='4'/></g>"
        ),
    )
}

/// A cotton boll in its leaves: the sign on every tea house's cup.
fn paxta(spec: &Spec<'_>) -> String {
    let Spec { accent, trim, .. } = *spec;
    let mut bolls = String::new();
    for (x, y, turn) in [(55, 55, 0), (0, 0, 40), (110, 0, -40), (0, 110, 140), (110, 110, -140)] {
        let _ = write!(
            bolls,
            "<g transform='translate({x} {y}) rotate({turn})'><g fill='{accent}'><circle cx='-11' cy='4' r='12'/><circle cx='11' cy='4' r='12'/>\
             <circle cy='-11' r='13'/></g><path d='M0 34q-26-2-30-28q20 6 30 28q10-22 30-28q-4 26-30 28z' fill='{trim}'/></g>"
        );
    }
    bolls
}

/// A pomegranate with its crown and two leaves, round the origin.
pub fn fruit(skin: &str, leaf: &str) -> String {
    format!(
        "<path d='M-3 24q-34 14-44-8q20-12 44 8zM3 24q34 14 44-8q-20-12-44 8z' fill='{leaf}'/>\
         <path d='M-7-22l-7-15 8 5 6-9 6 9 8-5-7 15q25 6 25 26 0 26-32 26t-32-26q0-20 25-26z' fill='{skin}'/>\
         <path d='M-14 2q14-16 28 0q0 16-14 20q-14-4-14-20z' fill='#f7dcc2'/>\
         <g fill='{skin}'><circle cx='-5' cy='4' r='3'/><circle cx='5' cy='4' r='3'/><circle cy='12' r='3'/></g>"
    )
}

fn patchwork(spec: &Spec<'_>) -> String {
    let Spec { base, accent, trim, .. } = *spec;
    let colours = [base, accent, trim, "#f3e9d8"];
    let mut inside = String::new();
    for row in 0..4 {
        for column in 0..4 {
            let (x, y) = (column * 60, row * 60);
            let one = colours[(row + column) % 4];
            let other = colours[(row + column + 2 + row % 2) % 4];
            let _ = write!(
                inside,
                "<path d='M{x} {y}h60v60z' fill='{one}'/><path d='M{x} {y}v60h60z' fill='{other}'/>"
            );
        }
    }
    wrap(240, 240, &inside)
}
