//! In which rounds of loops, and calls of functions, the statements of a program run.

use super::claims::last_name;
use super::definitions::given;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, Stmt, StmtFor, StmtFunctionDef, StmtWhile};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

/// More ways than these to one statement are not followed.
const MOST: usize = 64;

#[derive(Debug, Clone, Copy)]
enum Opened<'a> {
    For(&'a StmtFor),
    While(&'a StmtWhile),
    Function(&'a StmtFunctionDef),
}

/// A statement that gives a target a value: an assignment, or a loop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assigned<'a> {
    pub(crate) range: TextRange,
    pub(crate) target: &'a Expr,
    pub(crate) value: &'a Expr,
    /// Whether the target is set, whatever it was before.
    pub(crate) is_set: bool,
}

/// The loops and functions that a program goes through to a statement, the outermost first.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) rounds: Vec<TextRange>,
    /// How many of them there are down to the innermost loop that goes over no parts of what the statement assigns to.
    step: Option<usize>,
}

impl Way {
    /// The way to the loop each of whose rounds makes one step, if there is one.
    pub(crate) fn to_step(&self) -> Option<&[TextRange]> {
        Some(&self.rounds[..self.step?])
    }
}

/// The loops, functions and calls of a program.
#[derive(Debug, Default)]
pub(crate) struct Rounds<'a> {
    /// The loops and functions around each statement, the outermost first.
    around: HashMap<TextRange, Vec<TextRange>>,
    /// The same with the branches of conditions.
    branches: HashMap<TextRange, Vec<TextRange>>,
    opened: HashMap<TextRange, Opened<'a>>,
    /// The calls, each with its statement.
    calls: Vec<(TextRange, &'a ExprCall)>,
    pub(crate) assigned: Vec<Assigned<'a>>,
    open: Vec<TextRange>,
    taken: Vec<TextRange>,
    statements: Vec<TextRange>,
}

impl<'a> Rounds<'a> {
    /// Looks through a program.
    pub(crate) fn find(module: &'a ModModule) -> Rounds<'a> {
        let mut rounds = Rounds::default();
        rounds.visit_body(&module.body);
        rounds
    }

    /// The loops and functions around the statement at a place, the outermost first.
    pub(crate) fn around(&self, place: TextRange) -> &[TextRange] {
        self.around.get(&self.statement(place)).map_or(&[], Vec::as_slice)
    }

    /// The same with the branches of conditions.
    pub(crate) fn branches(&self, place: TextRange) -> &[TextRange] {
        self.branches.get(&self.statement(place)).map_or(&[], Vec::as_slice)
    }

    /// The innermost function around a place.
    pub(crate) fn function(&self, place: TextRange) -> Option<TextRange> {
        self.around(place).iter().copied().rfind(|round| !self.is_loop(round))
    }

    pub(crate) fn is_loop(&self, round: &TextRange) -> bool {
        matches!(self.opened.get(round), Some(Opened::For(_) | Opened::While(_)))
    }

    /// The names that a loop gives values.
    pub(crate) fn given_by(&self, round: &TextRange) -> HashSet<String> {
        match self.opened.get(round) {
            Some(Opened::For(each)) => names_in(&each.target),
            _ => HashSet::new(),
        }
    }

    /// All ways to the statement at a place, which gives `target` a value.
    pub(crate) fn ways(&self, place: TextRange, target: Option<&Expr>) -> Vec<Way> {
        let statement = self.statement(place);
        let mut own = target.map(names_in).unwrap_or_default();
        // What is taken out of a container in a loop is a part of that.
        let function = self.function(statement);
        let is_part = |each: &&Assigned| each.is_set && is_path(each.value) && self.function(each.range) == function;
        let parts =
            self.assigned.iter().filter(is_part).filter(|each| last_name(each.target).is_some_and(|n| own.contains(n)));
        let names: Vec<String> = parts.flat_map(|each| names_in(each.value)).collect();
        own.extend(names);
        let mut found = Vec::new();
        self.climb(statement, &own, (Vec::new(), None), &mut found);
        found
    }

    /// Goes outwards from a statement: `inner` are the rounds that were met, the innermost first, and up to which of them
    /// the target is gone over in parts.
    fn climb(
        &self,
        statement: TextRange,
        own: &HashSet<String>,
        (mut inner, mut step): (Vec<TextRange>, Option<usize>),
        found: &mut Vec<Way>,
    ) {
        for &round in self.around(statement).iter().rev() {
            inner.push(round);
            let is_over_parts = match self.opened[&round] {
                Opened::For(each) => !names_in(&each.target).is_disjoint(own),
                Opened::While(each) => !names_in(&each.test).is_disjoint(own),
                Opened::Function(function) => {
                    let before = found.len();
                    for (site, call) in self.calls_of(function) {
                        let is_recursive = self.around(site).iter().any(|round| inner.contains(round));
                        if !is_recursive && found.len() < MOST {
                            self.climb(site, &handed(own, function, call), (inner.clone(), step), found);
                        }
                    }
                    if found.len() > before {
                        return;
                    }
                    break;
                }
            };
            if !is_over_parts {
                step.get_or_insert(inner.len());
            }
        }
        inner.reverse();
        found.push(Way { step: step.map(|step| inner.len() + 1 - step), rounds: inner });
    }

    fn calls_of(&self, function: &StmtFunctionDef) -> impl Iterator<Item = (TextRange, &'a ExprCall)> {
        let name = function.name.to_string();
        self.calls.iter().copied().filter(move |(_, call)| last_name(&call.func) == Some(&name))
    }

    /// The innermost statement around a place.
    fn statement(&self, place: TextRange) -> TextRange {
        if self.around.contains_key(&place) {
            return place;
        }
        let around = self.around.keys().filter(|statement| statement.contains_range(place));
        around.min_by_key(|statement| statement.len()).copied().unwrap_or(place)
    }

    fn branch(&mut self, range: TextRange, body: &'a [Stmt]) {
        self.taken.push(range);
        self.visit_body(body);
        self.taken.pop();
    }
}

/// The names by which the caller of a function knows what the function knows by `own`.
fn handed(own: &HashSet<String>, function: &StmtFunctionDef, call: &ExprCall) -> HashSet<String> {
    let parameters: Vec<String> =
        function.parameters.iter_non_variadic_params().map(|each| each.parameter.name.to_string()).collect();
    let given = given(&parameters, call);
    let names = own.iter().flat_map(|name| {
        let value = given.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| *value);
        match (value, &*call.func) {
            (Some(value), _) => names_in(value),
            (None, Expr::Attribute(method)) if name == "self" => names_in(&method.value),
            _ => HashSet::from([name.clone()]),
        }
    });
    names.collect()
}

/// The names in an expression.
pub(crate) fn names_in(expr: &Expr) -> HashSet<String> {
    struct Names(HashSet<String>);
    impl Visitor<'_> for Names {
        fn visit_expr(&mut self, expr: &Expr) {
            if let Expr::Name(name) = expr {
                self.0.insert(name.id.to_string());
            }
            walk_expr(self, expr);
        }
    }
    let mut names = Names(HashSet::new());
    names.visit_expr(expr);
    names.0
}

/// Whether an expression is a name, an attribute or a part.
pub(crate) fn is_path(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_))
}

impl<'a> Visitor<'a> for Rounds<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let range = stmt.range();
        self.around.insert(range, self.open.clone());
        self.branches.insert(range, self.taken.clone());
        self.statements.push(range);
        let mut assign = |target: &'a Expr, value: &'a Expr, is_set: bool| match (target, value) {
            (Expr::Tuple(targets), Expr::Tuple(values)) if targets.elts.len() == values.elts.len() => {
                let parts = targets.elts.iter().zip(&values.elts);
                self.assigned.extend(parts.map(|(target, value)| Assigned { range, target, value, is_set }));
            }
            (Expr::Tuple(targets), _) => {
                self.assigned.extend(targets.elts.iter().map(|target| Assigned { range, target, value, is_set }));
            }
            _ => self.assigned.push(Assigned { range, target, value, is_set }),
        };
        match stmt {
            Stmt::Assign(each) => each.targets.iter().for_each(|target| assign(target, &each.value, true)),
            Stmt::AugAssign(each) => assign(&each.target, &each.value, false),
            Stmt::For(each) => assign(&each.target, &each.iter, false),
            _ => {}
        }
        let opened = match stmt {
            Stmt::For(each) => Some(Opened::For(each)),
            Stmt::While(each) => Some(Opened::While(each)),
            Stmt::FunctionDef(each) => Some(Opened::Function(each)),
            _ => None,
        };
        let (open, taken) = (self.open.len(), self.taken.len());
        if let Some(opened) = opened {
            self.opened.insert(range, opened);
            self.open.push(range);
            self.taken.push(range);
        }
        match stmt {
            Stmt::If(each) => {
                self.visit_expr(&each.test);
                self.branch(each.test.range(), &each.body);
                for clause in &each.elif_else_clauses {
                    clause.test.iter().for_each(|test| self.visit_expr(test));
                    self.branch(clause.range, &clause.body);
                }
            }
            _ => walk_stmt(self, stmt),
        }
        self.open.truncate(open);
        self.taken.truncate(taken);
        self.statements.pop();
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let (Expr::Call(call), Some(&statement)) = (expr, self.statements.last()) {
            self.calls.push((statement, call));
        }
        walk_expr(self, expr);
    }
}
