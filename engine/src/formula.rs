//! A node written as a formula.

use crate::ops::{Notation, Op};
use crate::program::Program;
use std::collections::HashMap;

/// A formula is cut short after so many parts, or so many bytes.
const MOST_PARTS: usize = 60;
const MOST_BYTES: usize = 200;
/// So many arguments of a function are shown.
const MOST_ARGS: usize = 3;
/// Binds tighter than every operator.
const ATOM: u8 = 9;

/// What is still to be written: text, or a node in a place that wants operands to bind this tightly.
enum Part<'a> {
    Text(&'a str),
    Node(usize, u8),
}

impl Program {
    /// The name of a node, or else its formula in terms of named nodes; long ones are cut short with `…`.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (a, b) = (g.param("a", 1.0), g.param("b", 2.0));
    /// let sum = (a + b).named("sum");
    /// let program = (sum * a).program();
    /// assert_eq!(program.formula(program.output(0)?), "sum*a");
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such node.
    pub fn formula(&self, node: usize) -> String {
        let names = self.names().map(|(name, node)| (node, name)).collect();
        self.write_formula(node, &names, false)
    }

    /// The formula of a node even where it has a name: the right side of its definition.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (w, x) = (g.param("w", 1.0), g.input("x", 2.0));
    /// let y = (w * x).sigmoid().named("y");
    /// let program = g.program(&[y]);
    /// let node = program.output(0)?;
    /// assert_eq!(program.formula(node), "y");
    /// assert_eq!(program.definition(node), "sigmoid(w*x)");
    /// # Ok::<(), engine::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such node.
    pub fn definition(&self, node: usize) -> String {
        let names = self.names().map(|(name, node)| (node, name)).collect();
        self.write_formula(node, &names, true)
    }

    fn write_formula(&self, root: usize, names: &HashMap<usize, &str>, unfold: bool) -> String {
        let mut text = String::new();
        let mut todo = vec![Part::Node(root, 0)];
        let mut parts = 0;
        while let Some(part) = todo.pop() {
            parts += 1;
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Node(..) if parts > MOST_PARTS || text.len() > MOST_BYTES => {
                    text.push('…');
                    break;
                }
                Part::Node(node, _) if names.contains_key(&node) && !(unfold && node == root) => {
                    text.push_str(names[&node]);
                }
                Part::Node(node, tightness) => self.unfold(node, tightness, &mut text, &mut todo),
            }
        }
        text
    }

    /// Writes what begins a node and puts the rest on the stack, last part first.
    fn unfold<'a>(&'a self, node: usize, tightness: u8, text: &mut String, todo: &mut Vec<Part<'a>>) {
        let (op, args) = (self.op(node), self.args(node));
        match op {
            Op::Const => {
                let number = self.constant(node).unwrap_or(f64::NAN);
                let bare = number >= 0.0 || tightness <= 1;
                let short = short(number);
                text.push_str(&if bare { short } else { format!("({short})") });
                return;
            }
            Op::Param | Op::Input => {
                text.push_str(&format!("{}{}", op.name(), self.position(node)));
                return;
            }
            _ => {}
        }
        // The derivative of a square is full of these.
        if op == Op::Powi && self.constant(args[1] as usize) == Some(1.0) {
            todo.push(Part::Node(args[0] as usize, tightness));
            return;
        }
        let operand = |position: usize, tightness| Part::Node(args[position] as usize, tightness);
        let (binds, mut parts) = match op.notation() {
            Notation::Infix(symbol, binds) => {
                // A power of a power without parentheses is read from the right, everything else from the left.
                let left = if symbol == "^" { binds + 1 } else { binds };
                (binds, vec![operand(0, left), Part::Text(symbol), operand(1, binds + 1)])
            }
            Notation::Prefix(symbol, binds) => (binds, vec![Part::Text(symbol), operand(0, binds)]),
            Notation::Call => {
                let mut parts = vec![Part::Text(op.name()), Part::Text("(")];
                for position in 0..args.len().min(MOST_ARGS) {
                    parts.extend((position > 0).then_some(Part::Text(", ")));
                    parts.push(operand(position, 0));
                }
                parts.extend((args.len() > MOST_ARGS).then_some(Part::Text(", …")));
                parts.push(Part::Text(")"));
                (ATOM, parts)
            }
        };
        if binds < tightness {
            parts.insert(0, Part::Text("("));
            parts.push(Part::Text(")"));
        }
        todo.extend(parts.into_iter().rev());
    }
}

/// A number with all of its digits; very large and small ones with an exponent.
pub(crate) fn short(x: f64) -> String {
    match x.abs() {
        1e-5..1e16 | 0.0 => x.to_string(),
        _ => format!("{x:e}"),
    }
}
