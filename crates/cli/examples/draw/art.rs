//! One picture being drawn: outlines cut from a cloth, with light and shadow.

use crate::pattern;
use std::fmt::Write;

/// What to draw, and in which colours.
pub struct Spec<'a> {
    pub shape: &'a str,
    pub pattern: &'a str,
    pub base: &'static str,
    pub accent: &'static str,
    pub trim: &'static str,
    pub ground: &'static str,
}

/// A 600 × 600 picture.
pub struct Art<'a> {
    pub spec: &'a Spec<'a>,
    defs: String,
    body: String,
    cloth: Option<String>,
    shapes: usize,
}

/// Shadow colour; always laid on with low opacity.
const DARK: &str = "#1c1410";

impl<'a> Art<'a> {
    pub fn new(spec: &'a Spec<'a>) -> Self {
        let cloth = pattern::define(spec);
        Art { spec, defs: String::new(), body: String::new(), cloth, shapes: 0 }
    }

    /// An outline in the picture's own cloth: base colour, pattern, and light from the left.
    pub fn cloth(&mut self, d: &str) {
        self.cloth_on(d, self.spec.base);
    }

    /// The same over another base colour.
    pub fn cloth_on(&mut self, d: &str, base: &str) {
        let id = self.outline(d);
        let _ = write!(self.body, "<use href='#{id}' fill='{base}'/>");
        if self.cloth.is_some() {
            let _ = write!(self.body, "<use href='#{id}' fill='url(#p)'/>");
        }
        let _ = write!(self.body, "<use href='#{id}' fill='url(#s)'/>");
    }

    /// An outline in one colour, with light from the left.
    pub fn solid(&mut self, d: &str, colour: &str) {
        let id = self.outline(d);
        let _ = write!(self.body, "<use href='#{id}' fill='{colour}'/><use href='#{id}' fill='url(#s)'/>");
    }

    /// An outline in one flat colour.
    pub fn flat(&mut self, d: &str, colour: &str) {
        let _ = write!(self.body, "<path d='{d}' fill='{colour}'/>");
    }

    /// A shaded place: folds, insides, undersides.
    pub fn shade(&mut self, d: &str, opacity: f32) {
        let _ = write!(self.body, "<path d='{d}' fill='{DARK}' opacity='{opacity}'/>");
    }

    /// A place where light falls.
    pub fn light(&mut self, d: &str, opacity: f32) {
        let _ = write!(self.body, "<path d='{d}' fill='#fff' opacity='{opacity}'/>");
    }

    /// A seam or a fold.
    pub fn seam(&mut self, d: &str) {
        let _ = write!(
            self.body,
            "<path d='{d}' fill='none' stroke='{DARK}' stroke-width='2.5' stroke-linecap='round' opacity='.22'/>"
        );
    }

    /// A line in a colour.
    pub fn line(&mut self, d: &str, colour: &str, width: f32) {
        let _ = write!(
            self.body,
            "<path d='{d}' fill='none' stroke='{colour}' stroke-width='{width}' stroke-linecap='round' stroke-linejoin='round'/>"
        );
    }

    /// A sewn line.
    pub fn stitch(&mut self, d: &str, colour: &str) {
        let _ = write!(
            self.body,
            "<path d='{d}' fill='none' stroke='{colour}' stroke-width='2.2' stroke-dasharray='7 5' opacity='.8'/>"
        );
    }

    pub fn dot(&mut self, x: f32, y: f32, r: f32, colour: &str) {
        let _ = write!(self.body, "<circle cx='{x}' cy='{y}' r='{r}' fill='{colour}'/>");
    }

    pub fn oval(&mut self, x: f32, y: f32, rx: f32, ry: f32, colour: &str) {
        let _ = write!(self.body, "<ellipse cx='{x}' cy='{y}' rx='{rx}' ry='{ry}' fill='{colour}'/>");
    }

    pub fn ring(&mut self, x: f32, y: f32, r: f32, colour: &str, width: f32) {
        let _ = write!(
            self.body,
            "<circle cx='{x}' cy='{y}' r='{r}' fill='none' stroke='{colour}' stroke-width='{width}'/>"
        );
    }

    /// SVG drawn elsewhere.
    pub fn raw(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// Buttons down a line.
    pub fn buttons(&mut self, x: f32, from: f32, to: f32, count: usize, colour: &str) {
        for step in 0..count {
            let y = from + (to - from) * step as f32 / (count.max(2) - 1) as f32;
            self.dot(x, y, 5.5, colour);
            let _ = write!(
                self.body,
                "<circle cx='{x}' cy='{y}' r='5.5' fill='none' stroke='{DARK}' stroke-width='1.5' opacity='.35'/>"
            );
        }
    }

    /// What `part` draws, `count` times round a centre.
    pub fn around(&mut self, x: f32, y: f32, count: usize, part: impl Fn(&mut Self)) {
        self.shapes += 1;
        let id = format!("r{}", self.shapes);
        let _ = write!(self.body, "<g transform='translate({x} {y})'><g id='{id}'>");
        part(self);
        self.body.push_str("</g>");
        for step in 1..count {
            let turn = 360.0 * step as f32 / count as f32;
            let _ =
                write!(self.body, "<use href='#{id}' transform='rotate({})'/>", (turn * 10.0).round() / 10.0);
        }
        self.body.push_str("</g>");
    }

    /// What `part` draws, once at every place `(x, y, scale)`, back to front.
    pub fn at(&mut self, places: &[(i32, i32, f32)], part: impl FnOnce(&mut Self)) {
        self.shapes += 1;
        let id = format!("a{}", self.shapes);
        let before = std::mem::take(&mut self.body);
        part(self);
        let drawn = std::mem::replace(&mut self.body, before);
        let _ = write!(self.defs, "<g id='{id}'>{drawn}</g>");
        for (x, y, scale) in places {
            let _ = write!(self.body, "<use href='#{id}' transform='translate({x} {y}) scale({scale})'/>");
        }
    }

    /// What `part` draws, moved, scaled or turned.
    pub fn group(&mut self, transform: &str, part: impl FnOnce(&mut Self)) {
        let _ = write!(self.body, "<g transform='{transform}'>");
        part(self);
        self.body.push_str("</g>");
    }

    /// What `part` draws, and its mirror image over the middle of the picture.
    pub fn twice(&mut self, part: impl Fn(&mut Self)) {
        self.shapes += 1;
        let id = format!("m{}", self.shapes);
        let _ = write!(self.body, "<g id='{id}'>");
        part(self);
        let _ = write!(self.body, "</g><use href='#{id}' transform='matrix(-1 0 0 1 600 0)'/>");
    }

    /// What `part` draws, cut along an outline.
    pub fn within(&mut self, d: &str, part: impl FnOnce(&mut Self)) {
        self.shapes += 1;
        let id = format!("c{}", self.shapes);
        let _ = write!(self.defs, "<clipPath id='{id}'><path d='{d}'/></clipPath>");
        let _ = write!(self.body, "<g clip-path='url(#{id})'>");
        part(self);
        self.body.push_str("</g>");
    }

    pub fn finish(self) -> String {
        let Spec { ground, .. } = self.spec;
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 600'><defs>\
             <linearGradient id='s'><stop stop-color='#fff' stop-opacity='.12'/><stop offset='.35' stop-color='#fff' \
             stop-opacity='.06'/><stop offset='.6' stop-opacity='0'/><stop offset='1' stop-opacity='.2'/></linearGradient>\
             <radialGradient id='g' cy='.42' r='.75'><stop stop-color='#fff' stop-opacity='.5'/>\
             <stop offset='1' stop-color='#fff' stop-opacity='0'/></radialGradient>\
             <filter id='d' x='-.1' y='-.1' width='1.2' height='1.25'><feDropShadow dx='3' dy='9' stdDeviation='9' \
             flood-color='#2a1a10' flood-opacity='.26'/></filter>{}{}</defs>\
             <path d='M0 0h600v600H0z' fill='{ground}'/><path d='M0 0h600v600H0z' fill='url(#g)'/>\
             <g filter='url(#d)'>{}</g></svg>\n",
            self.cloth.unwrap_or_default(),
            self.defs,
            self.body
        )
    }

    fn outline(&mut self, d: &str) -> String {
        self.shapes += 1;
        let id = format!("o{}", self.shapes);
        let _ = write!(self.defs, "<path id='{id}' d='{d}'/>");
        id
    }
}
