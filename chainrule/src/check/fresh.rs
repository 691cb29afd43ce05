//! What only looks like a parameter, for each step begins it anew: sums in the making (`z = b`, then `z -= w * x`), and
//! what a simulation moves.

use super::claims::{Update, last_name};
use super::rates::is_rate;
use super::rounds::{Assigned, Rounds, Way, is_path, names_in};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

/// Where the names of a program are changed, and where they are read.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// By name: all statements that give it a value.
    changed: HashMap<String, Vec<TextRange>>,
    read: HashMap<String, Vec<TextRange>>,
    global: HashSet<String>,
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
    pub(crate) fn is_sum(&self, target: &Expr, stmt: TextRange, rounds: &Rounds) -> bool {
        let Expr::Name(name) = target else { return false };
        let all = |map: &HashMap<String, Vec<TextRange>>| map.get(name.id.as_str()).cloned().unwrap_or_default();
        let around = rounds.around(stmt);
        let begins = |each: &&Assigned| {
            let own = rounds.around(each.range);
            let is_number = each.is_set && each.value.is_number_literal_expr();
            let is_before = each.range.end() <= stmt.start() && !own.is_empty() && around.starts_with(own);
            is_number && is_before && each.target.as_name_expr().is_some_and(|own| own.id == name.id)
        };
        let Some(begin) = rounds.assigned.iter().rfind(begins).map(|each| each.range) else { return false };
        // In a loop that does not set it again, what follows in the loop comes before it too.
        let end = around.get(rounds.around(begin).len()).map_or(stmt.start(), |inner| inner.end());
        let changed = all(&self.changed);
        let is_between = |place: &TextRange| place.start() >= begin.end() && place.start() < end;
        let is_own = |place: &TextRange| changed.iter().any(|change| change.contains_range(*place));
        let is_read = all(&self.read).iter().any(|place| is_between(place) && !is_own(place));
        !is_read && !self.global.contains(name.id.as_str())
    }
}

impl<'a> Visitor<'a> for Fresh {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let target = match stmt {
            Stmt::Assign(each) if each.targets.len() == 1 => each.targets[0].as_name_expr(),
            Stmt::AugAssign(each) => each.target.as_name_expr(),
            _ => None,
        };
        if let Some(target) = target {
            self.changed.entry(target.id.to_string()).or_default().push(stmt.range());
        }
        if let Stmt::Global(each) = stmt {
            self.global.extend(each.names.iter().map(ToString::to_string));
        }
        walk_stmt(self, stmt);
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

/// What has the form of updates: what each moves, and what it takes off.
pub(crate) struct Moves<'a> {
    pub(crate) updates: &'a [Update],
    pub(crate) targets: &'a [&'a Expr],
    pub(crate) steps: &'a [&'a Expr],
    pub(crate) rounds: &'a Rounds<'a>,
    pub(crate) source: &'a str,
}

impl Moves<'_> {
    /// Those that are none: each step of another one, which persists from step to step, sets anew what they move.
    pub(crate) fn inside_steps(&self) -> HashSet<TextRange> {
        let all = 0..self.updates.len();
        let setters: Vec<Option<&Assigned>> = all.clone().map(|k| self.setter(k)).collect();
        let ways: Vec<Vec<Way>> =
            all.clone().map(|k| self.rounds.ways(self.updates[k].range, Some(self.targets[k]))).collect();
        let steps: Vec<&[TextRange]> = (all.clone().filter(|&k| self.may_be_step(k)))
            .flat_map(|k| ways[k].iter().filter_map(Way::to_step).map(move |to_step| (k, to_step)))
            .filter(|&(k, to_step)| setters[k].is_none_or(|setter| self.outlives(k, setter, to_step)))
            .map(|(_, to_step)| to_step)
            .collect();
        let is_inside = |&k: &usize| {
            let Some(setter) = setters[k].filter(|_| !self.has_learning_rate(k)) else { return false };
            let deeper = self.rounds.around(self.updates[k].range).len() - self.rounds.around(setter.range).len();
            let set: Vec<&[TextRange]> =
                ways[k].iter().map(|way| &way.rounds[..way.rounds.len().saturating_sub(deeper)]).collect();
            steps.iter().any(|to_step| set.iter().any(|way| way.starts_with(to_step)))
        };
        all.filter(is_inside).map(|k| self.updates[k].range).collect()
    }

    /// Whether what is set by a statement goes on from round to round of the loop at the end of a way.
    fn outlives(&self, k: usize, setter: &Assigned, to_step: &[TextRange]) -> bool {
        let Some(round) = to_step.last() else { return false };
        self.rounds.around(self.updates[k].range).contains(round) && !self.rounds.around(setter.range).contains(round)
    }

    /// Counters, and rates that fall, are no parameters.
    fn may_be_step(&self, k: usize) -> bool {
        !self.steps[k].is_number_literal_expr() && !last_name(self.targets[k]).is_some_and(is_rate)
    }

    /// Whether the statement itself names a rate that only learning has.
    fn has_learning_rate(&self, k: usize) -> bool {
        let is_learning = |name: &String| {
            let lower = name.to_lowercase();
            lower.contains("learn")
                || lower.starts_with("lr")
                || lower.split('_').any(|word| ["lr", "eta"].contains(&word))
        };
        names_in(self.steps[k]).iter().any(is_learning)
    }

    /// The last statement before that sets what is moved, in the same round of a loop or call of a function, and gives
    /// it nothing that goes on elsewhere.
    fn setter(&self, k: usize) -> Option<&Assigned<'_>> {
        let (stmt, target, rounds) = (self.updates[k].range, self.targets[k], self.rounds);
        let (around, branches, function) = (rounds.around(stmt), rounds.branches(stmt), rounds.function(stmt));
        let sets = |each: &&Assigned| {
            let (own, taken) = (rounds.around(each.range), rounds.branches(each.range));
            let is_around = !own.is_empty() && around.starts_with(own) && branches.starts_with(taken);
            let is_before = each.range.end() <= stmt.start() && rounds.function(each.range) == function;
            each.is_set && is_before && is_around && self.is_in(target, self.text(each.target)) && !self.reads(each)
        };
        let setter = rounds.assigned.iter().rfind(sets)?;
        let is_other_name = is_path(setter.value) && self.text(setter.target) != self.text(target);
        (!is_other_name && !self.flows_back(setter, target)).then_some(setter)
    }

    fn text(&self, expr: &Expr) -> &str {
        &self.source[expr.range()]
    }

    /// Whether an expression is spelled so, or is a part of what is.
    fn is_in(&self, part: &Expr, whole: &str) -> bool {
        self.text(part) == whole
            || match part {
                Expr::Subscript(part) => self.is_in(&part.value, whole),
                Expr::Attribute(part) => self.is_in(&part.value, whole),
                _ => false,
            }
    }

    /// Whether a statement sets something to what it is made into.
    fn reads(&self, each: &Assigned) -> bool {
        struct Reads<'a>(&'a str, &'a str, bool);
        impl Visitor<'_> for Reads<'_> {
            fn visit_expr(&mut self, expr: &Expr) {
                self.2 |= &self.0[expr.range()] == self.1;
                walk_expr(self, expr);
            }
        }
        let mut reads = Reads(self.source, self.text(each.target), false);
        reads.visit_expr(each.value);
        reads.2
    }

    /// Whether what was set to a copy of something is given back to that.
    fn flows_back(&self, setter: &Assigned, target: &Expr) -> bool {
        let Some(copied) = copied(setter.value) else { return false };
        let gives_back = |each: &Assigned| {
            let (to, from) = (self.is_in(each.target, self.text(copied)), self.is_in(copied, self.text(each.target)));
            each.is_set && (to || from) && self.hands(each.value, self.text(target))
        };
        self.rounds.assigned.iter().any(gives_back)
    }

    /// Whether an expression holds a value as it is.
    fn hands(&self, expr: &Expr, value: &str) -> bool {
        let any = |parts: &[Expr]| parts.iter().any(|part| self.hands(part, value));
        self.text(expr) == value
            || match expr {
                Expr::Tuple(each) => any(&each.elts),
                Expr::List(each) => any(&each.elts),
                Expr::Dict(each) => each.items.iter().any(|item| self.hands(&item.value, value)),
                Expr::Call(_) => copied(expr).is_some_and(|copied| self.text(copied) == value),
                _ => false,
            }
    }
}

/// What an expression is a copy of, or another name for.
fn copied(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else { return is_path(expr).then_some(expr) };
    let original = match (&*call.func, call.arguments.args.as_ref()) {
        (_, [original]) => original,
        (Expr::Attribute(method), []) => &method.value,
        _ => return None,
    };
    let is_copy = ["copy", "deepcopy", "array", "list", "float"].contains(&last_name(&call.func)?);
    (is_copy && is_path(original)).then_some(original)
}
