//! Puts calls of the monitor into a program, in place of the statements that it has to see and after them.

use super::claims::{Claims, Form, Parameter, assigned_form, forms, last_name};
use super::inputs::is_written;
use super::named::Making;
use super::sites::{How, Site, bodies};
use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_expr};
use ruff_python_ast::{
    Arguments, AtomicNodeIndex, Expr, ExprCall, ExprContext, ExprName, ExprNumberLiteral, Int, ModModule, Number, Stmt,
    StmtAssign, StmtExpr,
};
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashSet;

/// What the program calls in place of an update, of binding a number to the name of a parameter or an input, after a value got a name,
/// and with a value on its way. No program can write these names.
pub(crate) const UPDATE: &str = "<update>";
pub(crate) const BIND: &str = "<bind>";
pub(crate) const INPUT: &str = "<input>";
pub(crate) const NOTE: &str = "<note>";
pub(crate) const PASS: &str = "<pass>";
pub(crate) const VARY: &str = "<vary>";
/// In place of `float`, which would give a number without its past.
pub(crate) const FLOAT: &str = "<float>";
/// After a statement that makes what is said to be a derivative, and before one that reads it.
pub(crate) const MADE: &str = "<made>";
pub(crate) const READ: &str = "<read>";

/// Which values the monitor is to see.
#[derive(Debug, Clone)]
pub(crate) enum Noted {
    /// Those that get one of these names.
    Names(HashSet<String>),
    /// All, also what is returned and what an update subtracts.
    All,
}

/// Rewrites `T -= S` to `T = <update>(k, T, S)`, and `T = v` to `T = <bind>(n, v)` for the name T of a parameter, with a
/// third argument for a further name of the same value; puts
/// `<note>(site, T)` after what gives T a value. Gives the sites.
///
/// The values of the sites in `varied` are passed through the monitor before they get their name.
pub(crate) fn rewrite(
    module: &mut ModModule,
    claims: &Claims,
    source: &str,
    noted: &Noted,
    varied: &HashSet<usize>,
) -> Vec<Site> {
    let mut rewriter = Rewriter { claims, source, noted, varied, sites: Vec::new() };
    rewriter.body(&mut module.body);
    module.body.iter_mut().for_each(|stmt| Floats.visit_stmt(stmt));
    rewriter.sites
}

/// Puts `<float>(x)` in place of `float(x)`, and `map(<float>, xs)` in place of `map(float, xs)`.
struct Floats;

impl Transformer for Floats {
    fn visit_expr(&self, expr: &mut Expr) {
        walk_expr(self, expr);
        let Expr::Call(call) = expr else { return };
        let Expr::Name(function) = &mut *call.func else { return };
        let arguments = &mut call.arguments.args;
        match (function.id.as_str(), arguments.len()) {
            ("float", 1) => function.id = Name::new_static(FLOAT),
            ("map", 2) => {
                if let Expr::Name(mapped) = &mut arguments[0]
                    && mapped.id.as_str() == "float"
                {
                    mapped.id = Name::new_static(FLOAT);
                }
            }
            _ => {}
        }
    }
}

struct Rewriter<'a> {
    claims: &'a Claims,
    source: &'a str,
    noted: &'a Noted,
    varied: &'a HashSet<usize>,
    sites: Vec<Site>,
}

impl Rewriter<'_> {
    fn body(&mut self, body: &mut Vec<Stmt>) {
        for mut stmt in std::mem::take(body) {
            let range = stmt.range();
            body.extend(self.reads(range));
            let after = self.stmt(&mut stmt);
            body.push(stmt);
            body.extend(after);
            body.extend(self.makings(range));
        }
    }

    /// The calls before a statement that reads what is said to be a derivative.
    fn reads(&self, range: TextRange) -> Vec<Stmt> {
        let variables = self.claims.partials.reads.get(&range).into_iter().flatten();
        variables.map(|&variable| statement(call(READ, vec![number(variable, range)], range))).collect()
    }

    /// The calls after a statement that takes part in making one.
    fn makings(&self, range: TextRange) -> Vec<Stmt> {
        let made = |making: &Making| {
            let owner = match &making.target {
                Expr::Attribute(attribute) => loaded((*attribute.value).clone()),
                Expr::Subscript(part) => loaded((*part.value).clone()),
                _ => number(0, range),
            };
            let claim = making.claim.map_or(0, |claim| claim + 1);
            let arguments =
                vec![number(making.variable, range), number(claim, range), owner, loaded(making.target.clone())];
            statement(call(MADE, arguments, range))
        };
        self.claims.partials.makings.get(&range).into_iter().flatten().map(made).collect()
    }

    /// Rewrites a statement; gives what is to follow it.
    fn stmt(&mut self, stmt: &mut Stmt) -> Vec<Stmt> {
        bodies(stmt).into_iter().for_each(|body| self.body(body));
        let range = stmt.range();
        if let Some((target, how, value)) = self.updated(stmt, range) {
            let (targets, value) = (vec![target.clone()], Box::new(value));
            *stmt = Stmt::Assign(StmtAssign { node_index: AtomicNodeIndex::NONE, range, targets, value });
            return self.note(&target, range, None, how);
        }
        match stmt {
            Stmt::Assign(each) => {
                let mut notes = Vec::new();
                if let ([Expr::Tuple(targets)], Expr::Tuple(values)) = (each.targets.as_slice(), &mut *each.value)
                    && targets.elts.len() == values.elts.len()
                {
                    for (target, value) in targets.elts.iter().zip(&mut values.elts) {
                        let form = assigned_form(target, value, value.range(), self.source);
                        if let Some(update) = form.and_then(|form| self.update(&form)) {
                            *value = update;
                            notes.extend(self.note(target, range, None, How::Assigned));
                            continue;
                        }
                        let first = self.sites.len();
                        notes.extend(self.note(target, range, Some(value.range()), How::Assigned));
                        self.vary(first, value);
                        self.bind(std::slice::from_ref(target), value);
                    }
                    return notes;
                }
                let value = each.value.range();
                let alone = (each.targets.len() == 1 && !each.targets[0].is_tuple_expr()).then_some(value);
                let first = self.sites.len();
                for target in &each.targets {
                    notes.extend(self.note(target, range, alone, How::Assigned));
                }
                self.vary(first, &mut each.value);
                self.bind(&each.targets, &mut each.value);
                let mut after = self.shared(&each.targets, range);
                for target in &each.targets {
                    after.extend(self.unpacked(target, range));
                }
                after.extend(notes);
                after
            }
            Stmt::AnnAssign(each) => {
                let Some(value) = &mut each.value else { return Vec::new() };
                let first = self.sites.len();
                let notes = self.note(&each.target, range, Some(value.range()), How::Assigned);
                self.vary(first, value);
                self.bind(std::slice::from_ref(&each.target), value);
                notes
            }
            Stmt::AugAssign(each) => {
                let first = self.sites.len();
                let notes = self.note(&each.target, range, Some(each.value.range()), How::Changed);
                self.vary(first, &mut each.value);
                notes
            }
            Stmt::For(each) => {
                let notes = self.note(&each.target, each.target.range(), None, How::Handed);
                each.body.splice(0..0, notes);
                Vec::new()
            }
            Stmt::FunctionDef(each) => {
                let mut notes = Vec::new();
                for parameter in each.parameters.iter_non_variadic_params() {
                    let range = parameter.parameter.range;
                    notes.extend(self.note(&name(parameter.parameter.name.as_str(), range), range, None, How::Handed));
                }
                each.body.splice(0..0, notes);
                Vec::new()
            }
            Stmt::Return(each) => {
                if let Some(value) = &mut each.value {
                    **value = self.passed((**value).clone(), range, How::Returned);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The target of a statement that is an update, how it gets its value, and the call that gives it.
    fn updated(&mut self, stmt: &Stmt, range: TextRange) -> Option<(Expr, How, Expr)> {
        let whole = |form: &Form| form.range == range;
        let form = forms(stmt, self.source).into_iter().find(whole)?;
        let how = if form.in_place { How::Changed } else { How::Assigned };
        Some((form.target.clone(), how, self.update(&form)?))
    }

    /// The call in place of what an update gives its target, if it is one.
    fn update(&mut self, form: &Form) -> Option<Expr> {
        let range = form.range;
        let place = self.claims.updates.iter().position(|update| update.range == range)?;
        let old = loaded(form.old.clone());
        let step = self.passed(form.step.clone(), range, How::Step(place));
        let mut arguments = vec![number(place, range), number(usize::from(form.in_place), range), old, step];
        if let Expr::Subscript(part) = form.target
            && !matches!(*part.slice, Expr::Slice(_) | Expr::Tuple(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_))
        {
            arguments.push((*part.slice).clone());
        }
        Some(call(UPDATE, arguments, range))
    }

    /// Passes what gets the name of a parameter, or of an input, through the monitor.
    fn bind(&self, targets: &[Expr], value: &mut Expr) {
        let range = value.range();
        let mut names = targets.iter().filter_map(last_name);
        let place = |target: &Expr| {
            let name = last_name(target)?;
            self.claims.parameters.iter().position(|(own, parameter)| own == name && parameter.is_bound(target, value))
        };
        if let Some(place) = targets.iter().find_map(place) {
            *value = call(BIND, vec![number(place, range), value.clone()], range);
        } else if names.any(|name| self.claims.inputs.contains(name)) && is_written(value) {
            *value = call(INPUT, vec![value.clone()], range);
        }
    }

    /// The parameter of a name, if it may begin under that.
    fn begins(&self, name: &str) -> Option<usize> {
        let is_own = |(own, parameter): (&String, &Parameter)| own == name && !parameter.begins_elsewhere();
        self.claims.parameters.iter().position(is_own)
    }

    /// Gives each name of a parameter but the first its own part in what all of them are bound to.
    fn shared(&self, targets: &[Expr], range: TextRange) -> Vec<Stmt> {
        let place = |target: &Expr| {
            let name = last_name(target).filter(|_| !target.is_subscript_expr())?;
            self.begins(name)
        };
        let several = targets.iter().filter_map(|target| Some((target, place(target)?))).skip(1);
        several.map(|(target, place)| again(target, place, Some(number(1, range)), range)).collect()
    }

    /// Passes each name of a parameter through the monitor that got its value as one of several.
    fn unpacked(&self, targets: &Expr, range: TextRange) -> Vec<Stmt> {
        let Expr::Tuple(targets) = targets else { return Vec::new() };
        let own = |target: &Expr| {
            let name = target.as_name_expr().map(|name| name.id.as_str())?;
            Some(again(target, self.begins(name)?, None, range))
        };
        targets.elts.iter().filter_map(own).collect()
    }

    /// Passes the value of a site through the monitor, if it is to be varied.
    fn vary(&self, site: usize, value: &mut Expr) {
        if site < self.sites.len() && self.varied.contains(&site) {
            let range = value.range();
            *value = call(VARY, vec![number(site, range), value.clone()], range);
        }
    }

    /// The calls that show the monitor what a target holds.
    fn note(&mut self, target: &Expr, range: TextRange, value: Option<TextRange>, how: How) -> Vec<Stmt> {
        match target {
            Expr::Tuple(each) => each.elts.iter().flat_map(|target| self.note(target, range, None, how)).collect(),
            Expr::List(each) => each.elts.iter().flat_map(|target| self.note(target, range, None, how)).collect(),
            Expr::Subscript(each) if !each.slice.is_string_literal_expr() => {
                self.note(&each.value, range, None, How::Changed)
            }
            Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) => {
                let Some(name) = Site::name_of(target) else { return Vec::new() };
                if matches!(self.noted, Noted::Names(names) if !names.contains(&plain(name))) {
                    return Vec::new();
                }
                let site = Site { name: name.to_owned(), target: self.spelled(target), range, value, how };
                self.sites.push(site);
                let arguments = vec![number(self.sites.len() - 1, range), loaded(target.clone())];
                vec![statement(call(NOTE, arguments, range))]
            }
            _ => Vec::new(),
        }
    }

    /// A value that the monitor sees on its way.
    fn passed(&mut self, value: Expr, range: TextRange, how: How) -> Expr {
        if matches!(self.noted, Noted::Names(_)) {
            return value;
        }
        let here = value.range();
        let site = self.sites.len();
        self.sites.push(Site { name: String::new(), target: String::new(), range, value: Some(here), how });
        let mut value = value;
        self.vary(site, &mut value);
        call(PASS, vec![number(site, here), value], here)
    }

    fn spelled(&self, target: &Expr) -> String {
        self.source[target.range()].to_owned()
    }
}

/// `T = <bind>(n, T)`, with a third argument where there is one.
fn again(target: &Expr, place: usize, third: Option<Expr>, range: TextRange) -> Stmt {
    let arguments = [number(place, range), loaded(target.clone())].into_iter().chain(third).collect();
    let (node_index, value) = (AtomicNodeIndex::NONE, Box::new(call(BIND, arguments, range)));
    Stmt::Assign(StmtAssign { node_index, range, targets: vec![target.clone()], value })
}

/// A name as names are compared: without underscores.
pub(crate) fn plain(name: &str) -> String {
    name.replace('_', "")
}

fn number(n: usize, range: TextRange) -> Expr {
    let value = Number::Int(Int::from(n as u64));
    Expr::NumberLiteral(ExprNumberLiteral { node_index: AtomicNodeIndex::NONE, range, value })
}

fn name(id: &str, range: TextRange) -> Expr {
    Expr::Name(ExprName { node_index: AtomicNodeIndex::NONE, range, id: Name::new(id), ctx: ExprContext::Load })
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

fn statement(value: Expr) -> Stmt {
    Stmt::Expr(StmtExpr { node_index: AtomicNodeIndex::NONE, range: value.range(), value: Box::new(value) })
}

fn call(function: &'static str, arguments: Vec<Expr>, range: TextRange) -> Expr {
    let node_index = AtomicNodeIndex::NONE;
    let func = Box::new(name(function, range));
    let arguments =
        Arguments { range, node_index: node_index.clone(), args: arguments.into_boxed_slice(), keywords: Box::new([]) };
    Expr::Call(ExprCall { node_index, range, func, arguments })
}
