//! A picture as SVG.

use super::layout::{Node, Picture, Slot};
use std::collections::HashMap;
use std::fmt::Write;

const LETTER: f64 = 7.3;
const HEIGHT: f64 = 52.0;
const GAP: f64 = 14.0;
const BETWEEN: f64 = 56.0;
const MARGIN: f64 = 20.0;
const HEAD: f64 = 44.0;

/// The colour of a node: what it begins with, what has a name, and what has none.
pub(super) fn fill(node: &Node) -> &'static str {
    match (node.is_leaf, &node.name) {
        (true, _) => "#dcefdc",
        (false, Some(_)) => "#dde8f8",
        (false, None) => "#ffffff",
    }
}

/// Where a slot begins and ends from left to right, and its middle from top to bottom.
#[derive(Clone, Copy)]
struct Place {
    left: f64,
    right: f64,
    y: f64,
}

impl Picture {
    /// The picture as an SVG document.
    pub fn svg(&self) -> String {
        let (places, width, height) = self.places();
        let width = width.max(self.title.chars().count() as f64 * LETTER + 2.0 * MARGIN);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
             {height:.0}\" font-family=\"monospace\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
             <text x=\"{MARGIN}\" y=\"26\" font-weight=\"bold\">{}</text>\n",
            escaped(&self.title)
        );
        for k in 0..self.edges.len() {
            let _ = writeln!(text, "<path d=\"{}\" fill=\"none\" stroke=\"#8899aa\"/>", self.route(k, &places));
        }
        for (k, node) in self.boxes.iter().enumerate() {
            let Some(place) = places.get(&(Slot::Node(k), self.layer(Slot::Node(k)))) else { continue };
            let (middle, top) = ((place.left + place.right) / 2.0, place.y - HEIGHT / 2.0);
            let _ = writeln!(
                text,
                "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{HEIGHT}\" rx=\"6\" fill=\"{}\" stroke=\"#556677\"/>",
                place.left,
                place.right - place.left,
                fill(node)
            );
            let weight = if node.name.is_some() { "bold" } else { "normal" };
            for (line, words, style) in [
                (15.0, node.title(), format!("font-weight=\"{weight}\"")),
                (31.0, node.value.clone(), "fill=\"#222222\"".to_owned()),
                (46.0, node.adjoint.clone(), "fill=\"#b03020\"".to_owned()),
            ] {
                let _ = writeln!(
                    text,
                    "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\" {style}>{}</text>",
                    top + line,
                    escaped(&words)
                );
            }
        }
        text + "</svg>\n"
    }

    /// The place of every slot by its layer, and the size of the whole.
    fn places(&self) -> (HashMap<(Slot, usize), Place>, f64, f64) {
        let room = |slot: &Slot| match slot {
            Slot::Node(_) => HEIGHT + GAP,
            Slot::Pass(_) => GAP,
        };
        let tallest = |layer: &Vec<Slot>| layer.iter().map(room).sum::<f64>();
        let inner = self.layers.iter().map(tallest).fold(0.0, f64::max);
        let mut places = HashMap::new();
        let mut left = MARGIN;
        for (k, layer) in self.layers.iter().enumerate() {
            let letters = layer.iter().filter_map(|slot| match slot {
                Slot::Node(node) => {
                    let node = &self.boxes[*node];
                    Some(
                        [&node.title(), &node.value, &node.adjoint]
                            .map(|words| words.chars().count())
                            .into_iter()
                            .max()?,
                    )
                }
                Slot::Pass(_) => None,
            });
            let right = left + letters.max().unwrap_or(0) as f64 * LETTER + 18.0;
            let mut y = HEAD + (inner - tallest(layer)) / 2.0;
            for slot in layer {
                places.insert((*slot, k), Place { left, right, y: y + room(slot) / 2.0 });
                y += room(slot);
            }
            left = right + BETWEEN;
        }
        (places, left - BETWEEN + MARGIN, HEAD + inner + MARGIN)
    }

    fn layer(&self, slot: Slot) -> usize {
        self.layers.iter().position(|layer| layer.contains(&slot)).unwrap_or(0)
    }

    /// The line of an edge: from the right of a node by all layers between to the left of another.
    fn route(&self, k: usize, places: &HashMap<(Slot, usize), Place>) -> String {
        let (from, to) = (Slot::Node(self.edges[k].from), Slot::Node(self.edges[k].to));
        let (first, last) = (self.layer(from), self.layer(to));
        let mut line = String::new();
        let mut pen = (0.0, 0.0);
        for here in first..=last {
            let slot = if here == first {
                from
            } else if here == last {
                to
            } else {
                Slot::Pass(k)
            };
            let Some(place) = places.get(&(slot, here)) else { continue };
            if here == first {
                let _ = write!(line, "M {:.1} {:.1}", place.right, place.y);
            } else {
                let middle = (pen.0 + place.left) / 2.0;
                let y = place.y;
                let _ = write!(line, " C {middle:.1} {:.1} {middle:.1} {y:.1} {:.1} {y:.1}", pen.1, place.left);
                if here < last {
                    let _ = write!(line, " L {:.1} {y:.1}", place.right);
                }
            }
            pen = (place.right, place.y);
        }
        line
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
