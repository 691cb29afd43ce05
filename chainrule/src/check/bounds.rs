//! Numbers that a program sets by hand: the bounds of a gradient, or a size for each of its signs.

use super::claims::{Claims, last_name};
use super::definitions::Definitions;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprIf, UnaryOp};
use ruff_text_size::Ranged;
use std::collections::HashSet;

impl Definitions<'_> {
    /// Whether an expression may be a number that is set: it, or what it is made of but for what `others` are made of, is
    /// bounded by `min` or `max`, takes a sign, or gets one of two opposite values.
    pub(super) fn sets(&self, expr: &Expr, others: &HashSet<String>) -> bool {
        let names = self.made_of(expr, others);
        let is_set = |values: Vec<&Expr>| {
            let mut choices = Choices { source: self.source, is_bounded: false, values: HashSet::new() };
            values.iter().for_each(|value| choices.take(value));
            choices.are_set()
        };
        is_set(vec![expr]) || names.iter().any(|name| is_set(self.values(name).collect()))
    }
}

impl Claims {
    /// Whether the numbers of a claim may be set by hand.
    pub(super) fn sets(&self, claim: usize) -> bool {
        match claim.checked_sub(self.updates.len()) {
            None => self.updates[claim].sets,
            Some(k) => self.partials.claims[k].sets,
        }
    }
}

/// The values among which a program chooses.
struct Choices<'a> {
    source: &'a str,
    is_bounded: bool,
    /// Whether there is a minus before it, and what stands behind.
    values: HashSet<(bool, &'a str)>,
}

impl Choices<'_> {
    fn take(&mut self, value: &Expr) {
        let (is_negative, value_behind) = match value {
            Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => (true, &*minus.operand),
            value => (false, value),
        };
        self.values.insert((is_negative, &self.source[value_behind.range()]));
        self.visit_expr(value);
    }

    fn are_set(&self) -> bool {
        self.is_bounded || self.values.iter().any(|&(is_negative, value)| self.values.contains(&(!is_negative, value)))
    }
}

impl Visitor<'_> for Choices<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::If(ExprIf { body, orelse, .. }) => [body, orelse].into_iter().for_each(|choice| self.take(choice)),
            Expr::Call(call) => {
                let function = last_name(&call.func).unwrap_or_default();
                self.is_bounded |=
                    function == "copysign" || call.func.is_name_expr() && ["min", "max"].contains(&function);
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
