//! The words that a program has for its quantities.

use super::variants::{Vocabulary, factors_in, is_quantity};
use crate::check::claims::Claims;
use crate::check::sites::{How, Site};
use crate::check::study::before;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_text_size::Ranged;

/// Collects the words of a program, before it is rewritten.
pub(super) fn collect(module: &ModModule, source: &str, sites: &[Site], claims: &Claims) -> Vocabulary {
    let mut words = Vocabulary::default();
    for site in sites.iter().filter(|site| site.how != How::Changed && !site.target.is_empty()) {
        add(&mut words.quantities, &site.target);
    }
    let mut collector = Collector { source, words };
    collector.visit_body(&module.body);
    let mut words = collector.words;
    for (place, update) in claims.updates.iter().enumerate() {
        words.before.push((update.spelled.clone(), before(place)));
    }
    words
}

/// Whether a function only computes what it returns, as far as its own statements tell: it is called to see what it
/// would give.
fn is_pure(body: &[Stmt]) -> bool {
    let is_name = |target: &Expr| target.is_name_expr() || target.is_tuple_expr();
    body.iter().all(|stmt| match stmt {
        Stmt::Return(_) | Stmt::Pass(_) => true,
        Stmt::Expr(each) => each.value.is_string_literal_expr(),
        Stmt::Assign(each) => each.targets.iter().all(is_name),
        Stmt::AugAssign(each) => is_name(&each.target),
        Stmt::If(each) => is_pure(&each.body) && each.elif_else_clauses.iter().all(|clause| is_pure(&clause.body)),
        _ => false,
    })
}

fn add(list: &mut Vec<String>, word: &str) {
    if !list.iter().any(|known| known == word) {
        list.push(word.to_owned());
    }
}

struct Collector<'a> {
    source: &'a str,
    words: Vocabulary,
}

impl Visitor<'_> for Collector<'_> {
    fn visit_stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::FunctionDef(function) if is_pure(&function.body) => {
                let arguments = function.parameters.iter_non_variadic_params().count();
                self.words.functions.push((function.name.to_string(), arguments));
            }
            Stmt::Assign(each) => factors_in(&each.value, self.source, &mut self.words.factors),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &Expr) {
        if expr.is_subscript_expr() && is_quantity(expr) {
            add(&mut self.words.quantities, &self.source[expr.range()]);
        }
        walk_expr(self, expr);
    }
}

/// How the derivative of one quantity by another is commonly written.
pub(super) fn derivatives(of: &Site, by: &Site) -> Vec<String> {
    let (y, x) = (&of.target, &by.target);
    vec![
        y.clone(),
        format!("{y} * (1 - {y})"),
        format!("1 - {y} ** 2"),
        format!("{x} > 0"),
        format!("2 * {x}"),
        format!("1 / {x}"),
    ]
}
