//! The places of a program at which a value gets a name, or is handed back.

use super::claims::last_name;
use ruff_python_ast::{ExceptHandler, Expr, Stmt};
use ruff_text_size::TextRange;

/// How a value comes to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `T = value`, also for one of several targets.
    Assigned,
    /// `T += value`, `T[...] = value` or the like: T was there before.
    Changed,
    /// It is an argument of a function, or the variable of a loop.
    Handed,
    /// `return value`.
    Returned,
    /// It is what an update, by its place among the claims, subtracts.
    Step(usize),
}

/// One such place.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The name alone, of `self.w1` it is `w1`; empty for what is returned.
    pub(crate) name: String,
    /// The target as the source spells it.
    pub(crate) target: String,
    /// The statement.
    pub(crate) range: TextRange,
    /// The expression on the right side, where there is one for this target alone.
    pub(crate) value: Option<TextRange>,
    pub(crate) how: How,
}

impl Site {
    /// The name alone that a target gives: of `self.w1` it is `w1`, of `grads["dW1"]` it is `dW1`.
    pub(crate) fn name_of(target: &Expr) -> Option<&str> {
        match target {
            Expr::Subscript(each) => each.slice.as_string_literal_expr().map(|key| key.value.to_str()),
            _ => last_name(target),
        }
    }
}

/// Every body of statements that a statement holds.
pub(crate) fn bodies(stmt: &mut Stmt) -> Vec<&mut Vec<Stmt>> {
    match stmt {
        Stmt::FunctionDef(each) => vec![&mut each.body],
        Stmt::ClassDef(each) => vec![&mut each.body],
        Stmt::For(each) => vec![&mut each.body, &mut each.orelse],
        Stmt::While(each) => vec![&mut each.body, &mut each.orelse],
        Stmt::With(each) => vec![&mut each.body],
        Stmt::If(each) => {
            let rest = each.elif_else_clauses.iter_mut().map(|clause| &mut clause.body);
            std::iter::once(&mut each.body).chain(rest).collect()
        }
        Stmt::Match(each) => each.cases.iter_mut().map(|case| &mut case.body).collect(),
        Stmt::Try(each) => {
            let handlers = each.handlers.iter_mut().map(|handler| {
                let ExceptHandler::ExceptHandler(handler) = handler;
                &mut handler.body
            });
            [&mut each.body].into_iter().chain(handlers).chain([&mut each.orelse, &mut each.finalbody]).collect()
        }
        _ => Vec::new(),
    }
}
