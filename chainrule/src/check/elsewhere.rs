//! Losses that are computed elsewhere than a step is made, as once in an epoch: maybe over other data.

use super::claims::{Claims, last_name};
use super::monitor::Monitor;
use super::rounds::{Assigned, Rounds, Way};
use super::samples::Point;
use crate::failure::line_at;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Comprehension, Expr};
use ruff_text_size::TextRange;
use std::collections::HashSet;

/// The pairs of a claim, updates before partials, and a loss that lies outside of the loop each of whose rounds makes one
/// step, and is made of nothing that has its value from that loop. `targets` are those of the updates, and `losses` what
/// is assigned to each name that tells a loss.
pub(super) fn find(claims: &Claims, targets: &[&Expr], losses: &[&Expr], rounds: &Rounds) -> HashSet<(usize, usize)> {
    let ways_of_losses: Vec<Vec<Way>> = claims.losses.iter().map(|loss| rounds.ways(loss.range, None)).collect();
    let steps: Vec<Vec<Way>> =
        claims.updates.iter().zip(targets).map(|(update, target)| rounds.ways(update.range, Some(target))).collect();
    let is_elsewhere = |k: usize, loss: usize| {
        !steps[k].is_empty()
            && steps[k].iter().all(|way| {
                let Some(to_step) = way.to_step() else { return false };
                let finder = Finder { rounds, claims, to_step };
                let meets = |way: &Way| finder.meets(&way.rounds);
                // One that is taken after all is of the same data if each round makes its step of the same.
                let is_of_round = || {
                    to_step.last().is_some_and(|round| !rounds.given_by(round).is_disjoint(&claims.updates[k].made_of))
                };
                let ways = &ways_of_losses[loss];
                !ways.iter().any(|way| way.rounds.starts_with(to_step))
                    && !finder.gives(losses[loss], claims.losses[loss].range, &mut HashSet::new())
                    && (ways.iter().any(meets) || is_of_round())
            })
    };
    let mut found = HashSet::new();
    for loss in 0..losses.len() {
        let updates: Vec<usize> = (0..steps.len()).filter(|&k| is_elsewhere(k, loss)).collect();
        for (place, partial) in claims.partials.claims.iter().enumerate() {
            let own = rounds.ways(partial.range, None);
            let is_of_step = |way: &Way| {
                let to_steps = updates.iter().flat_map(|&k| &steps[k]).filter_map(Way::to_step);
                to_steps.into_iter().any(|to_step| way.rounds.starts_with(to_step))
            };
            if !own.is_empty() && own.iter().all(is_of_step) {
                found.insert((steps.len() + place, loss));
            }
        }
        found.extend(updates.into_iter().map(|k| (k, loss)));
    }
    found
}

/// The pairs of a claim, updates before partials, and a loss that the same function computes after it.
pub(super) fn afterwards(claims: &Claims, rounds: &Rounds) -> HashSet<(usize, usize)> {
    let updates = claims.updates.iter().map(|update| update.range);
    let ranges = updates.chain(claims.partials.claims.iter().map(|partial| partial.range));
    let after = |claim: TextRange, loss: TextRange| {
        claim.end() <= loss.start() && rounds.function(claim) == rounds.function(loss)
    };
    let of_claim = |(k, range)| {
        let losses = claims.losses.iter().enumerate().filter(move |(_, loss)| after(range, loss.range));
        losses.map(move |(loss, _)| (k, loss))
    };
    ranges.enumerate().flat_map(of_claim).collect()
}

/// Looks for what has its value from the loop at the end of a way.
struct Finder<'a> {
    rounds: &'a Rounds<'a>,
    claims: &'a Claims,
    to_step: &'a [TextRange],
}

impl Finder<'_> {
    /// Whether a way goes through a loop around that one, and not through that one.
    fn meets(&self, way: &[TextRange]) -> bool {
        let common = way.iter().zip(self.to_step).take_while(|(own, other)| own == other);
        !way.starts_with(self.to_step) && common.into_iter().any(|(round, _)| self.rounds.is_loop(round))
    }

    /// Whether an expression of a statement is made of what has its value from there.
    fn gives(&self, value: &Expr, at: TextRange, seen: &mut HashSet<String>) -> bool {
        let mut names = Names { found: Vec::new(), own: Vec::new() };
        names.visit_expr(value);
        names.found.iter().any(|(name, is_attribute)| {
            if self.claims.parameters.contains_key(name) || !seen.insert(name.clone()) {
                return false;
            }
            let own = |each: &&Assigned| {
                last_name(each.target) == Some(name) && each.target.is_attribute_expr() == *is_attribute
                    || binds(each.target, name)
            };
            let all = || self.rounds.assigned.iter().filter(own);
            if *is_attribute {
                let ways: Vec<Way> = all().flat_map(|each| self.rounds.ways(each.range, None)).collect();
                return ways.iter().any(|way| way.rounds.starts_with(self.to_step))
                    && !ways.iter().any(|way| self.meets(&way.rounds));
            }
            let function = self.rounds.function(at);
            let here = || all().filter(|each| self.rounds.function(each.range) == function);
            let last = here().filter(|each| each.range.start() < at.start()).max_by_key(|each| each.range.start());
            let Some(last) = last.or_else(|| here().next()) else { return false };
            let round = self.to_step.last();
            let is_inside = round.is_some_and(|round| round.contains_range(last.range));
            is_inside || last.is_set && self.gives(last.value, last.range, seen)
        })
    }
}

/// Whether a target of a loop binds a name.
fn binds(target: &Expr, name: &str) -> bool {
    match target {
        Expr::Name(own) => own.id.as_str() == name,
        Expr::Tuple(each) => each.elts.iter().any(|target| binds(target, name)),
        Expr::List(each) => each.elts.iter().any(|target| binds(target, name)),
        _ => false,
    }
}

/// The names in an expression and whether they are attributes, but for functions and for what is bound in it.
struct Names {
    found: Vec<(String, bool)>,
    own: Vec<String>,
}

impl Names {
    fn comprehension<'a>(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr]) {
        let outer = self.own.len();
        for each in generators {
            self.visit_expr(&each.iter);
            let mut targets = Names { found: Vec::new(), own: Vec::new() };
            targets.visit_expr(&each.target);
            self.own.extend(targets.found.into_iter().map(|(name, _)| name));
            each.ifs.iter().for_each(|test| self.visit_expr(test));
        }
        parts.iter().for_each(|part| self.visit_expr(part));
        self.own.truncate(outer);
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !self.own.iter().any(|own| own == name.id.as_str()) => {
                self.found.push((name.id.to_string(), false));
            }
            Expr::Attribute(attribute) => {
                self.found.push((attribute.attr.to_string(), true));
                if !attribute.value.is_name_expr() {
                    walk_expr(self, expr);
                }
            }
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func {
                    self.visit_expr(&method.value);
                }
                let keywords = call.arguments.keywords.iter().map(|each| &each.value);
                call.arguments.args.iter().chain(keywords).for_each(|argument| self.visit_expr(argument));
            }
            Expr::ListComp(each) => self.comprehension(&each.generators, &[&each.elt]),
            Expr::SetComp(each) => self.comprehension(&each.generators, &[&each.elt]),
            Expr::Generator(each) => self.comprehension(&each.generators, &[&each.elt]),
            Expr::DictComp(each) => self.comprehension(&each.generators, &[&each.key, &each.value]),
            _ => walk_expr(self, expr),
        }
    }
}

impl Monitor {
    /// Whether a candidate for the loss is computed elsewhere than a claim is made.
    pub(super) fn is_elsewhere(&self, claim: usize, candidate: usize) -> bool {
        self.given_loss().is_none() && self.claims.elsewhere.contains(&(claim, candidate))
    }

    /// Why a claim that fails at a point may be right all the same: its loss is computed elsewhere.
    pub(super) fn excused_elsewhere(&self, claim: usize, failing: Option<&Point>, source: &str) -> Option<String> {
        let place = failing?.loss.filter(|&loss| self.is_elsewhere(claim, loss))?;
        let loss = self.candidate(place);
        let line = line_at(source.as_bytes(), loss.range.start().to_usize());
        Some(format!(
            "{} is computed in line {line}, outside of the loop around this step and maybe over other data; give the loss \
             of one step, in the names that the step uses, with --loss",
            loss.name
        ))
    }
}
