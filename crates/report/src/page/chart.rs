//! Charts as SVG: readable without colour, without script, on paper and in the dark. Colours are classes of
//! the page's style. Every text that goes in is escaped here.

use std::fmt::Write as _;

/// Width of every chart, in its own units.
const WIDTH: f64 = 860.0;
/// Longest label drawn, in characters.
const LONGEST: usize = 40;

/// A bar or a column.
pub(crate) struct Bar {
    pub label: String,
    pub value: f64,
    /// The value in words.
    pub shown: String,
    /// A second value to compare with, drawn behind.
    pub before: Option<f64>,
}

/// An interval around a value.
pub(crate) struct Interval {
    pub label: String,
    pub value: f64,
    /// Read once.
    pub inner: [f64; 2],
    /// Always valid.
    pub outer: [f64; 2],
    pub shown: String,
}

/// The five characters that mean something in markup.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

fn label(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.pop();
        short.push('…');
    }
    escape(&short)
}

fn open(height: f64, title: &str) -> String {
    let title = escape(title);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    )
}

/// A number that SVG takes.
fn at(value: f64) -> f64 {
    if value.is_finite() { (value * 10.0).round() / 10.0 } else { 0.0 }
}

/// Horizontal bars, one a row.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 300.0;
    let most = bars.iter().map(|bar| bar.value.max(bar.before.unwrap_or(0.0))).fold(0.0, f64::max);
    let scale = if most > 0.0 { (WIDTH - LEFT - 110.0) / most } else { 0.0 };
    let mut svg = open(ROW * bars.len() as f64 + 8.0, title);
    for (row, bar) in bars.iter().enumerate() {
        let y = row as f64 * ROW + 4.0;
        let (text, shown, tip) =
            (label(&bar.label), escape(&bar.shown), escape(&format!("{}: {}", bar.label, bar.shown)));
        let length = at((bar.value * scale).max(0.0));
        let _ = write!(
            svg,
            "<g><title>{tip}</title><text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{text}</text>",
            LEFT - 10.0,
            y + 15.0
        );
        if let Some(before) = bar.before {
            let length = at((before * scale).max(0.0));
            let _ = write!(
                svg,
                "<rect class=\"before\" x=\"{LEFT}\" y=\"{y}\" width=\"{length}\" height=\"20\" rx=\"2\"/>"
            );
        }
        let (top, height) = if bar.before.is_some() { (y + 5.0, 10.0) } else { (y + 1.0, 18.0) };
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{LEFT}\" y=\"{top}\" width=\"{length}\" height=\"{height}\" rx=\"2\"/><text x=\"{}\" y=\"{}\">{shown}</text></g>",
            at(LEFT + length.max(bar.before.unwrap_or(0.0) * scale) + 6.0),
            y + 15.0
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Columns side by side, for times and places in a list.
pub(crate) fn columns(title: &str, bars: &[Bar]) -> String {
    const HEIGHT: f64 = 200.0;
    const FLOOR: f64 = 172.0;
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let step = (WIDTH - 20.0) / bars.len().max(1) as f64;
    let wide = (step * 0.72).min(60.0);
    // Labels stand where there is room for them.
    let every = (44.0 / step).ceil().max(1.0) as usize;
    let mut svg = open(HEIGHT, title);
    let _ =
        write!(svg, "<line class=\"axis\" x1=\"10\" y1=\"{FLOOR}\" x2=\"{}\" y2=\"{FLOOR}\"/>", WIDTH - 10.0);
    for (column, bar) in bars.iter().enumerate() {
        let middle = 10.0 + (column as f64 + 0.5) * step;
        let height = if most > 0.0 { at((bar.value / most * 140.0).max(0.0)) } else { 0.0 };
        let tip = escape(&format!("{}: {}", bar.label, bar.shown));
        let _ = write!(
            svg,
            "<g><title>{tip}</title><rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"2\"/>",
            at(middle - wide / 2.0),
            at(FLOOR - height),
            at(wide)
        );
        if column % every == 0 {
            let _ = write!(
                svg,
                "<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                at(middle),
                FLOOR + 17.0,
                label(&bar.label)
            );
            let _ = write!(
                svg,
                "<text class=\"small\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                at(middle),
                at(FLOOR - height - 6.0),
                escape(&bar.shown)
            );
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

/// Values with their intervals around a line at zero.
pub(crate) fn intervals(title: &str, intervals: &[Interval]) -> String {
    const ROW: f64 = 30.0;
    const LEFT: f64 = 300.0;
    const RIGHT: f64 = 760.0;
    let bound = |value: &f64| value.is_finite().then_some(value.abs());
    let ends = intervals.iter().flat_map(|row| row.inner.iter().chain(&row.outer).filter_map(bound));
    // One interval as wide as the sea must not flatten all others.
    let mut ends: Vec<f64> = ends.collect();
    ends.sort_by(f64::total_cmp);
    let typical = ends.get(ends.len() / 2).copied().unwrap_or(0.0) * 4.0;
    let most = ends.last().copied().unwrap_or(0.0).min(typical).max(1e-9);
    let x = |value: f64| at((LEFT + RIGHT) / 2.0 + (value / most).clamp(-1.0, 1.0) * (RIGHT - LEFT) / 2.0);
    let height = ROW * intervals.len() as f64 + 12.0;
    let mut svg = open(height, title);
    let zero = x(0.0);
    let _ =
        write!(svg, "<line class=\"axis\" x1=\"{zero}\" y1=\"2\" x2=\"{zero}\" y2=\"{}\"/>", height - 2.0);
    for (row, interval) in intervals.iter().enumerate() {
        let y = row as f64 * ROW + 20.0;
        let tip = escape(&format!("{}: {}", interval.label, interval.shown));
        let _ = write!(
            svg,
            "<g><title>{tip}</title><text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 10.0,
            y + 4.0,
            label(&interval.label)
        );
        for (class, [low, high]) in [("outer", interval.outer), ("inner", interval.inner)] {
            let _ = write!(
                svg,
                "<line class=\"{class}\" x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/>",
                x(low),
                x(high)
            );
        }
        let _ = write!(
            svg,
            "<circle class=\"dot\" cx=\"{}\" cy=\"{y}\" r=\"5\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            x(interval.value),
            RIGHT + 12.0,
            y + 4.0,
            escape(&interval.shown)
        );
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_and_number_is_a_well_formed_picture(text in ".{0,60}", value in any::<f64>(), low in any::<f64>(), high in any::<f64>()) {
            let bar = || Bar { label: text.clone(), value, shown: text.clone(), before: Some(low) };
            let interval = Interval { label: text.clone(), value, inner: [low, high], outer: [high, low], shown: text.clone() };
            for svg in [bars(&text, &[bar(), bar()]), columns(&text, &[bar()]), intervals(&text, &[interval]), bars("", &[])] {
                let mut reader = quick_xml::Reader::from_str(&svg);
                loop {
                    match reader.read_event() {
                        Ok(quick_xml::events::Event::Eof) => break,
                        Ok(_) => {}
                        Err(error) => prop_assert!(false, "{error}: {svg}"),
                    }
                }
                prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }
}
