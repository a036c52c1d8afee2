//! Draws lines over two logarithmic axes as an SVG.

use std::fmt::Write as _;

/// One line of the plot.
pub struct Line {
    /// What grows.
    pub name: &'static str,
    /// How large it is, and what an operation costs then.
    pub points: Vec<(f64, f64)>,
}

const COLOURS: [&str; 4] = ["#1b6ca8", "#c0392b", "#2e8b57", "#8e6bbf"];
const SIZE: (f64, f64) = (760.0, 440.0);
const MARGIN: f64 = 60.0;
/// Powers of ten at the ends of the axes: sizes to a million, nanoseconds from 10 to a million.
const DECADES: [(f64, f64); 2] = [(0.0, 6.0), (1.0, 6.0)];

/// The plot as text.
pub fn draw(lines: &[Line]) -> String {
    let (width, height) = SIZE;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' \
         font-family='sans-serif' font-size='12'>\n<rect width='100%' height='100%' fill='white'/>\n"
    );
    grid(&mut svg);
    for (i, line) in lines.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let points: Vec<String> = line
            .points
            .iter()
            .map(|&(size, ns)| format!("{:.1},{:.1}", across(size.log10()), up(ns.log10())))
            .collect();
        let points = points.join(" ");
        let (x, y) = (MARGIN + 10.0, MARGIN + 16.0 * i as f64);
        add(
            &mut svg,
            format!(
                "<polyline fill='none' stroke='{colour}' stroke-width='2' points='{points}'/>\n\
                 <text x='{x}' y='{y}' fill='{colour}'>{}</text>\n",
                line.name
            ),
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A line for each power of ten, with its number.
fn grid(svg: &mut String) {
    let [(left, right), (low, high)] = DECADES;
    let (bottom, top) = (up(low), up(high));
    for decade in left as i32..=right as i32 {
        let x = across(f64::from(decade));
        let label = format!("<text x='{x}' y='{}'>1e{decade}</text>", bottom + 18.0);
        let line = format!("<path d='M{x} {bottom}V{top}' stroke='#ddd'/>");
        add(svg, format!("{line}{label}\n"));
    }
    for decade in low as i32..=high as i32 {
        let y = up(f64::from(decade));
        let label = format!("<text x='8' y='{y}'>1e{decade} ns</text>");
        let line = format!("<path d='M{} {y}H{}' stroke='#ddd'/>", across(left), across(right));
        add(svg, format!("{line}{label}\n"));
    }
}

fn add(svg: &mut String, text: String) {
    svg.write_str(&text).expect("a string takes anything");
}

fn across(decade: f64) -> f64 {
    let (first, last) = DECADES[0];
    MARGIN + (SIZE.0 - 2.0 * MARGIN) * (decade - first) / (last - first)
}

fn up(decade: f64) -> f64 {
    let (first, last) = DECADES[1];
    SIZE.1 - MARGIN - (SIZE.1 - 2.0 * MARGIN) * (decade - first) / (last - first)
}
