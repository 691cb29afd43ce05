//! Puts calls of the monitor into a program, in place of the statements that it has to see.

use super::claims::{Claims, form, last_name};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_stmt};
use ruff_python_ast::{
    Arguments, AtomicNodeIndex, Expr, ExprCall, ExprContext, ExprName, ExprNumberLiteral, Int, ModModule, Number, Stmt,
    StmtAssign,
};
use ruff_text_size::{Ranged, TextRange};

/// What the program calls in place of an update, and of binding a number to the name of a parameter. No program can
/// write these names.
pub(crate) const UPDATE: &str = "<update>";
pub(crate) const BIND: &str = "<bind>";

/// Rewrites `T -= S` to `T = <update>(k, T, S)`, and `T = v` to `T = <bind>(v)` for the name T of a parameter.
pub(crate) fn rewrite(module: &mut ModModule, claims: &Claims, source: &str) {
    let rewriter = Rewriter { claims, source };
    module.body.iter_mut().for_each(|stmt| rewriter.visit_stmt(stmt));
}

struct Rewriter<'a> {
    claims: &'a Claims,
    source: &'a str,
}

impl Transformer for Rewriter<'_> {
    fn visit_stmt(&self, stmt: &mut Stmt) {
        walk_stmt(self, stmt);
        let range = stmt.range();
        if let Some(place) = self.claims.updates.iter().position(|update| update.range == range)
            && let Some(form) = form(stmt, self.source)
        {
            let arguments = vec![
                number(place, range),
                number(usize::from(form.in_place), range),
                loaded(form.old.clone()),
                form.step.clone(),
            ];
            let value = Box::new(call(UPDATE, arguments, range));
            let targets = vec![form.target.clone()];
            *stmt = Stmt::Assign(StmtAssign { node_index: AtomicNodeIndex::NONE, range, targets, value });
            return;
        }
        match stmt {
            Stmt::Assign(each) => {
                if let ([Expr::Tuple(targets)], Expr::Tuple(values)) = (each.targets.as_slice(), &mut *each.value) {
                    for (target, value) in targets.elts.iter().zip(&mut values.elts) {
                        self.bind(target, value);
                    }
                } else if let Some(target) = each.targets.iter().find(|target| self.is_parameter(target)).cloned() {
                    self.bind(&target, &mut each.value);
                }
            }
            Stmt::AnnAssign(each) => {
                if let Some(value) = &mut each.value {
                    self.bind(&each.target, value);
                }
            }
            _ => {}
        }
    }
}

impl Rewriter<'_> {
    fn is_parameter(&self, target: &Expr) -> bool {
        last_name(target).is_some_and(|name| self.claims.parameters.contains(name))
    }

    fn bind(&self, target: &Expr, value: &mut Expr) {
        if self.is_parameter(target) {
            let range = value.range();
            *value = call(BIND, vec![value.clone()], range);
        }
    }
}

fn number(n: usize, range: TextRange) -> Expr {
    let value = Number::Int(Int::from(n as u64));
    Expr::NumberLiteral(ExprNumberLiteral { node_index: AtomicNodeIndex::NONE, range, value })
}

/// The same place, to be read.
fn loaded(mut expr: Expr) -> Expr {
    match &mut expr {
        Expr::Name(name) => name.ctx = ExprContext::Load,
        Expr::Attribute(attribute) => attribute.ctx = ExprContext::Load,
        Expr::Subscript(subscript) => subscript.ctx = ExprContext::Load,
        _ => {}
    }
    expr
}

fn call(function: &'static str, arguments: Vec<Expr>, range: TextRange) -> Expr {
    let node_index = AtomicNodeIndex::NONE;
    let id = Name::new_static(function);
    let func = Expr::Name(ExprName { node_index: node_index.clone(), range, id, ctx: ExprContext::Load });
    let arguments =
        Arguments { range, node_index: node_index.clone(), args: arguments.into_boxed_slice(), keywords: Box::new([]) };
    Expr::Call(ExprCall { node_index, range, func: Box::new(func), arguments })
}
