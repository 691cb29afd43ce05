//! The rate by which an update goes: by its name, or else a constant factor of its step.

use super::claims::{Update, last_name};
use super::definitions::Definitions;
use super::monitor::Monitor;
use crate::array::Kind;
use crate::numpy::convert::element_of;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Operator, UnaryOp};
use ruff_text_size::Ranged;
use rustpython_vm::VirtualMachine;

/// What a step is a product of: each part, and whether it divides.
type Parts<'a> = Vec<(&'a Expr, bool)>;

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
        let part = factors.iter().find(|factor| factors.len() > 1 && is_part_of_rates(factor));
        part.map(|factor| self.source[factor.range()].to_owned()).or_else(|| factors.iter().find_map(through))
    }

    /// What else could be the rate: literals and names among the factors, and what is divided by.
    pub(super) fn possible_rates(&self, expr: &Expr) -> Vec<String> {
        let rate = |&(part, divides): &(&Expr, bool)| match divides {
            false => (is_literal(part) || part.is_name_expr() || part.is_attribute_expr())
                .then(|| self.source[part.range()].to_owned()),
            true => self.source[part.range()]
                .parse()
                .ok()
                .filter(|n: &f64| *n >= FEWEST_PARTS)
                .map(|n| n.recip().to_string()),
        };
        parts(expr).iter().filter_map(rate).collect()
    }

    /// What a rate is multiplied by that changes from step to step: what a counter goes into, and no data.
    pub(super) fn schedule(&self, expr: &Expr) -> Option<String> {
        let is_counter = |name: &String| {
            let counts = |value: &Expr| match value {
                Expr::Call(call) => {
                    last_name(&call.func).is_some_and(|of| ["range", "enumerate", "count"].contains(&of))
                }
                Expr::BinOp(sum) => sum.right.is_number_literal_expr() && self.recursive.contains(name),
                other => other.is_number_literal_expr() && self.recursive.contains(name),
            };
            self.values(name).any(counts)
        };
        let is_schedule =
            |part: &Expr| !part.is_name_expr() && !has_part(part) && self.names_in(part).iter().any(is_counter);
        let told = parts(expr).into_iter().filter(|(part, _)| is_schedule(part));
        let told: Vec<String> = told
            .map(|(part, divides)| format!("{} ({})", if divides { "/" } else { "*" }, &self.source[part.range()]))
            .collect();
        (!told.is_empty()).then(|| format!("1.0 {}", told.join(" ")))
    }
}

/// From how many on a step may be said to be a part of so many, instead of by a rate.
const FEWEST_PARTS: f64 = 10.0;

/// Whether an expression is a part of what is called rates, one that is called so, or what a function gives that is.
fn is_part_of_rates(expr: &Expr) -> bool {
    let is_key = |key: &Expr| key.as_string_literal_expr().is_some_and(|key| is_rate(key.value.to_str()));
    match expr {
        Expr::Subscript(part) => is_key(&part.slice) || last_name(&part.value).is_some_and(is_rate),
        Expr::Call(call) => match last_name(&call.func) {
            Some("get") => call.arguments.args.first().is_some_and(is_key),
            name => name.is_some_and(is_rate),
        },
        _ => false,
    }
}

/// Whether an expression takes a part of something, as data are.
fn has_part(expr: &Expr) -> bool {
    struct HasPart(bool);
    impl Visitor<'_> for HasPart {
        fn visit_expr(&mut self, expr: &Expr) {
            self.0 |= expr.is_subscript_expr();
            walk_expr(self, expr);
        }
    }
    let mut seen = HasPart(false);
    seen.visit_expr(expr);
    seen.0
}

/// The parts of a product or quotient, of `@`, and of calls of `dot` and its like.
fn parts(expr: &Expr) -> Parts<'_> {
    match expr {
        Expr::BinOp(product) => match product.op {
            Operator::Mult | Operator::MatMult => [parts(&product.left), parts(&product.right)].concat(),
            Operator::Div => {
                let below = parts(&product.right).into_iter().map(|(part, divides)| (part, !divides));
                parts(&product.left).into_iter().chain(below).collect()
            }
            _ => vec![(expr, false)],
        },
        Expr::UnaryOp(minus) if minus.op == UnaryOp::USub && !minus.operand.is_number_literal_expr() => {
            parts(&minus.operand)
        }
        // A step that is taken on a condition only.
        Expr::If(each) => parts(&each.body),
        Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
            (Expr::Attribute(method), args) if is_product(method.attr.as_str()) => {
                std::iter::once(&*method.value).chain(args).flat_map(parts).collect()
            }
            (Expr::Name(name), [arg]) if name.id == "float" => parts(arg),
            _ => vec![(expr, false)],
        },
        _ => vec![(expr, false)],
    }
}

/// Those of the parts that do not divide.
fn factors(expr: &Expr) -> Vec<&Expr> {
    parts(expr).into_iter().filter(|(_, divides)| !divides).map(|(part, _)| part).collect()
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
    /// What may be the rate of an update, the likeliest first, none of them negative: a sign belongs to the step. A name
    /// tells it, or else a typed number below 1; or else it is the one constant factor, or 1, but a formula may have
    /// constant factors of its own. It may follow a schedule.
    pub(super) fn rates_of(&self, update: &Update, vm: &VirtualMachine) -> Vec<f64> {
        let mut rates = self.plain_rates_of(update, vm);
        let schedule = update.schedule.as_ref().filter(|_| self.rate.is_none());
        if let Some(factor) = schedule.and_then(|schedule| self.scalar(schedule, false, vm)) {
            rates.extend(rates.clone().iter().map(|rate| rate * factor));
            rates.push(factor);
        }
        rates.iter().map(|rate| rate.abs()).collect()
    }

    fn plain_rates_of(&self, update: &Update, vm: &VirtualMachine) -> Vec<f64> {
        let scalar = |source: &String| self.scalar(source, update.named_rate, vm);
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

    /// A number other than zero. What depends on a parameter is no rate, unless its name says so.
    pub(super) fn scalar(&self, source: &str, is_named: bool, vm: &VirtualMachine) -> Option<f64> {
        let value = self.evaluate(source, vm)?;
        let element = element_of(&value, vm).ok().flatten()?;
        let number = element.number();
        let is_plain = element.kind() != Kind::Bool && (is_named || number.node().is_none());
        (is_plain && number.value() != 0.0).then(|| number.value())
    }
}

/// Whether a name tells a learning rate.
pub(super) fn is_rate(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split('_').collect();
    words.iter().any(|word| ["lr", "eta", "step", "alpha", "rate"].contains(word))
        || ["rate", "alpha", "step"].iter().any(|part| lower.contains(part))
        || (lower.starts_with("lr") && lower.len() <= 4)
}

/// Whether a function multiplies.
pub(super) fn is_product(function: &str) -> bool {
    ["dot", "multiply", "matmul", "outer"].contains(&function)
}
