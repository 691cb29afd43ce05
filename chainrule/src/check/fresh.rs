//! Sums that only look like parameters: `z = 0.0`, then `z -= w * x`.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

/// Where the names of a program are set to a plain number, where they are changed, and where they are read.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// By name: the statements that set it to a number.
    set: HashMap<String, Vec<TextRange>>,
    /// By name: all statements that give it a value.
    changed: HashMap<String, Vec<TextRange>>,
    read: HashMap<String, Vec<TextRange>>,
    global: HashSet<String>,
    /// The loops and functions around each statement, the outermost first.
    around: HashMap<TextRange, Vec<TextRange>>,
    open: Vec<TextRange>,
}

impl Fresh {
    /// Looks through a program.
    pub(crate) fn find(body: &[Stmt]) -> Fresh {
        let mut fresh = Fresh::default();
        fresh.visit_body(body);
        fresh
    }

    /// Whether what a statement moves was set to a number in the same round of a loop, or the same call of a function,
    /// and nothing reads it before the statement is through with it: then it is a sum in the making.
    pub(crate) fn is_sum(&self, target: &Expr, stmt: TextRange) -> bool {
        let Expr::Name(name) = target else { return false };
        let all = |map: &HashMap<String, Vec<TextRange>>| map.get(name.id.as_str()).cloned().unwrap_or_default();
        let Some(around) = self.around.get(&stmt) else { return false };
        let before = |begin: &TextRange| {
            let own = &self.around[begin];
            begin.end() <= stmt.start() && !own.is_empty() && own.len() <= around.len() && *own == around[..own.len()]
        };
        let Some(begin) = all(&self.set).into_iter().rfind(before) else { return false };
        // In a loop that does not set it again, what follows in the loop comes before it too.
        let end = around.get(self.around[&begin].len()).map_or(stmt.start(), |inner| inner.end());
        let changed = all(&self.changed);
        let is_between = |place: &TextRange| place.start() >= begin.end() && place.start() < end;
        let is_own = |place: &TextRange| changed.iter().any(|change| change.contains_range(*place));
        let is_read = all(&self.read).iter().any(|place| is_between(place) && !is_own(place));
        !is_read && !self.global.contains(name.id.as_str())
    }
}

impl<'a> Visitor<'a> for Fresh {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let range = stmt.range();
        self.around.insert(range, self.open.clone());
        let target = match stmt {
            Stmt::Assign(each) if each.targets.len() == 1 => each.targets[0].as_name_expr(),
            Stmt::AugAssign(each) => each.target.as_name_expr(),
            _ => None,
        };
        if let Some(target) = target {
            self.changed.entry(target.id.to_string()).or_default().push(range);
            if matches!(stmt, Stmt::Assign(each) if each.value.is_number_literal_expr()) {
                self.set.entry(target.id.to_string()).or_default().push(range);
            }
        }
        if let Stmt::Global(each) = stmt {
            self.global.extend(each.names.iter().map(ToString::to_string));
        }
        let opens = matches!(stmt, Stmt::For(_) | Stmt::While(_) | Stmt::FunctionDef(_));
        if opens {
            self.open.push(range);
        }
        walk_stmt(self, stmt);
        if opens {
            self.open.pop();
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx == ExprContext::Load
        {
            self.read.entry(name.id.to_string()).or_default().push(name.range);
        }
        walk_expr(self, expr);
    }
}
