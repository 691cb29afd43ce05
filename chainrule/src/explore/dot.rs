//! A picture in the language of Graphviz.

use super::layout::Picture;
use super::shown;
use std::fmt::Write;

impl Picture {
    /// The picture for Graphviz, with the partial derivative at each arrow.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph computation {\n  rankdir=LR;\n");
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "  label={};\n  node [shape=box, style=\"rounded,filled\", fontname=monospace];",
            quoted(&self.title)
        );
        for (k, node) in self.boxes.iter().enumerate() {
            let label = quoted(&format!("{}\n{}\n{}", node.title(), node.value, node.adjoint)).replace('\n', "\\n");
            let colour = super::svg::fill(node);
            let _ = writeln!(text, "  n{k} [label={label}, fillcolor=\"{colour}\"];");
        }
        for edge in &self.edges {
            let _ = writeln!(text, "  n{} -> n{} [label=\"{}\"];", edge.from, edge.to, shown(edge.partial));
        }
        text + "}\n"
    }
}
