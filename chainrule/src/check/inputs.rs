//! Inputs: numbers that a program writes down and multiplies by its parameters.

use super::claims::last_name;
use super::definitions::Definitions;
use super::rates::{is_product, is_rate};
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Operator, Stmt};
use std::collections::HashSet;

/// The names of the inputs: of what stands in a product with a parameter, and is written down under this name or under
/// one that is handed on. What a loss compares with, a label say, is none: a derivative may hold for some labels only.
pub(crate) fn find(body: &[Stmt], definitions: &Definitions, is_parameter: &dyn Fn(&str) -> bool) -> HashSet<String> {
    let mut products = Products { is_parameter, factors: Vec::new() };
    products.visit_body(body);
    let (mut open, mut seen, mut inputs) = (products.factors, HashSet::new(), HashSet::new());
    while let Some(name) = open.pop() {
        if is_parameter(&name) || is_rate(&name) || !seen.insert(name.clone()) {
            continue;
        }
        for value in definitions.values(&name) {
            match value {
                _ if is_written(value) => drop(inputs.insert(name.clone())),
                Expr::Name(_) | Expr::Attribute(_) => open.extend(last_name(value).map(str::to_owned)),
                _ => {}
            }
        }
    }
    inputs
}

/// Whether an expression is nothing but numbers that are written down, in lists or arrays.
pub(crate) fn is_written(expr: &Expr) -> bool {
    let all = |parts: &[Expr]| !parts.is_empty() && parts.iter().all(is_written);
    match expr {
        Expr::NumberLiteral(_) => true,
        Expr::UnaryOp(each) => is_written(&each.operand),
        Expr::BinOp(each) => is_written(&each.left) && is_written(&each.right),
        Expr::List(each) => all(&each.elts),
        Expr::Tuple(each) => all(&each.elts),
        Expr::Attribute(each) => each.attr.as_str() == "T" && is_written(&each.value),
        Expr::Call(call) => {
            let makes = last_name(&call.func).is_some_and(|name| ["array", "asarray", "float"].contains(&name));
            let reshapes = matches!(&*call.func, Expr::Attribute(method) if is_written(&method.value));
            makes && call.arguments.args.first().is_some_and(is_written) || reshapes
        }
        _ => false,
    }
}

/// Whether numbers are one-hot rows: where a place is chosen, a number near it means nothing.
pub(crate) fn is_one_hot(numbers: &[f64], width: usize) -> bool {
    let is_chosen =
        |row: &[f64]| row.iter().all(|&x| x == 0.0 || x == 1.0) && row.iter().filter(|&&x| x == 1.0).count() == 1;
    width > 1 && numbers.chunks(width).all(is_chosen)
}

struct Products<'a> {
    is_parameter: &'a dyn Fn(&str) -> bool,
    factors: Vec<String>,
}

/// What an operator multiplies, or a call of `dot` or its like.
fn factors(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinOp(product) if matches!(product.op, Operator::Mult | Operator::MatMult) => {
            let inner = |part| if matches!(part, &Expr::BinOp(_)) { factors(part) } else { vec![part] };
            [inner(&product.left), inner(&product.right)].concat()
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if is_product(method.attr.as_str()) => {
                std::iter::once(&*method.value).chain(&call.arguments.args).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

impl Visitor<'_> for Products<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        let untransposed = |factor: &Expr| match factor {
            Expr::Attribute(each) if each.attr.as_str() == "T" => last_name(&each.value).map(str::to_owned),
            _ => last_name(factor).map(str::to_owned),
        };
        let names: Vec<String> = factors(expr).into_iter().filter_map(untransposed).collect();
        if names.iter().any(|name| (self.is_parameter)(name)) {
            self.factors.extend(names);
        }
        walk_expr(self, expr);
    }
}
