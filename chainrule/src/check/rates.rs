//! The rate by which an update goes: by its name, or else a constant factor of its step.

use super::claims::{Update, is_product, is_rate, last_name};
use super::definitions::Definitions;
use super::monitor::Monitor;
use crate::array::Kind;
use crate::numpy::convert::element_of;
use ruff_python_ast::{Expr, Operator, UnaryOp};
use ruff_text_size::Ranged;
use rustpython_vm::VirtualMachine;

impl Definitions<'_> {
    /// A factor of a product whose name tells a rate, also of a sum of them, and through the names that it is made of.
    pub(super) fn named_rate(&self, expr: &Expr, depth: usize) -> Option<String> {
        if let Expr::BinOp(sum) = expr
            && matches!(sum.op, Operator::Add | Operator::Sub)
        {
            return self.named_rate(&sum.left, depth).or_else(|| self.named_rate(&sum.right, depth));
        }
        let factors = factors(expr);
        let through = |factor: &&Expr| {
            let name = last_name(factor)?;
            // Of what is carried from step to step, each element; and what is added to it.
            let carried = self.recursive.contains(name);
            let known = [self.of.get(name), self.also.get(name).filter(|_| carried)];
            let mut values = known.into_iter().flatten().flatten().filter(|_| depth > 0);
            let is_followed = carried || !factor.is_subscript_expr();
            is_followed.then(|| values.find_map(|value| self.named_rate(value, depth - 1)))?
        };
        let told = factors.iter().find(|factor| last_name(factor).is_some_and(is_rate) && !factor.is_subscript_expr());
        if let Some(factor) = told {
            // A step that is computed before it is taken off is made of its rate.
            let deeper = if factors.len() == 1 { through(factor) } else { None };
            return deeper.or_else(|| Some(self.source[factor.range()].to_owned()));
        }
        factors.iter().find_map(through)
    }

    /// What else could be the rate: literals and names among the factors.
    pub(super) fn possible_rates(&self, expr: &Expr) -> Vec<String> {
        let plain = |factor: &&Expr| is_literal(factor) || factor.is_name_expr() || factor.is_attribute_expr();
        factors(expr).into_iter().filter(plain).map(|factor| self.source[factor.range()].to_owned()).collect()
    }
}

/// The factors of a product, of `@`, and of calls of `dot` and its like.
fn factors(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinOp(product) => match product.op {
            Operator::Mult | Operator::MatMult => [factors(&product.left), factors(&product.right)].concat(),
            Operator::Div => factors(&product.left),
            _ => vec![expr],
        },
        Expr::UnaryOp(minus) if minus.op == UnaryOp::USub && !minus.operand.is_number_literal_expr() => {
            factors(&minus.operand)
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if is_product(method.attr.as_str()) => {
                std::iter::once(&*method.value).chain(&call.arguments.args).flat_map(factors).collect()
            }
            _ => vec![expr],
        },
        _ => vec![expr],
    }
}

/// Whether an expression is a number that is typed, with its sign.
fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::UnaryOp(minus) => minus.op == UnaryOp::USub && minus.operand.is_number_literal_expr(),
        other => other.is_number_literal_expr(),
    }
}

/// A number that is typed as a rate would be: below 1. A sign before it belongs to the step.
pub(super) fn typed_rate(source: &str) -> Option<f64> {
    source.parse().ok().map(f64::abs).filter(|rate| (f64::MIN_POSITIVE..1.0).contains(rate))
}

impl Monitor {
    /// What may be the rate of an update, the likeliest first. Without a name that tells it that is a typed number below 1;
    /// or else the one constant factor, or none, but a formula may have constant factors of its own.
    pub(super) fn rates_of(&self, update: &Update, vm: &VirtualMachine) -> Vec<f64> {
        let scalar = |source: &String| {
            let value = self.evaluate(source, vm)?;
            let element = element_of(&value, vm).ok().flatten()?;
            let number = element.number();
            // What depends on a parameter is no rate, unless its name says so.
            let plain = element.kind() != Kind::Bool && (update.named_rate || number.node().is_none());
            (plain && number.value() != 0.0).then(|| number.value())
        };
        let named = update.rates.iter().filter(|_| update.named_rate);
        if let Some(told) = self.rate.iter().chain(named).find_map(scalar) {
            return vec![told];
        }
        let mut small: Vec<f64> = update.rates.iter().filter_map(|rate| typed_rate(rate)).collect();
        if !small.is_empty() {
            small.sort_by(f64::total_cmp);
            return small;
        }
        let found: Vec<f64> = update.rates.iter().filter_map(scalar).collect();
        match found[..] {
            [only] => vec![only, 1.0],
            _ => [&[1.0], &found[..]].concat(),
        }
    }
}
