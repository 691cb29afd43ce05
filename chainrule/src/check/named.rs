//! Variables that are said to hold a derivative: by their name, or by a comment at the end of an assignment.

use super::claims::last_name;
use super::report::ClaimKind;
use super::scopes::{Place, Scopes};
use super::sites::Site;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

/// What the derivative may be of, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What is differentiated; none for the loss.
    pub(crate) of: Option<String>,
    /// What it is differentiated by.
    pub(crate) wrt: String,
}

/// A statement that gives a value to a variable that is said to hold a derivative.
#[derive(Debug, Clone)]
pub(crate) struct Partial {
    pub(crate) kind: ClaimKind,
    /// What the statement assigns to, as the source spells it, without `self.`.
    pub(crate) target: String,
    /// The name alone.
    pub(crate) name: String,
    /// What it may claim: the first that is true of the program's variables counts.
    pub(crate) readings: Vec<Reading>,
    /// The statement that shows how it is made: the first that is more than a zero.
    pub(crate) range: TextRange,
    /// Whether the statement itself only sets a zero, and whether others add to it.
    pub(crate) is_zero: bool,
    pub(crate) begins_sum: bool,
    /// All names that it is made of.
    pub(crate) made_of: HashSet<String>,
    /// The numbers that are typed in its making, without their signs.
    pub(crate) typed: Vec<f64>,
    /// Whether it may be a number that is set by hand.
    pub(crate) sets: bool,
}

/// A statement that takes part in making what a variable holds.
#[derive(Debug, Clone)]
pub(crate) struct Making {
    /// The variable, by its place among [`Partials::places`].
    pub(crate) variable: usize,
    /// The claim that begins here; none where the making of an earlier one goes on.
    pub(crate) claim: Option<usize>,
    /// Where the value is.
    pub(crate) target: Expr,
}

/// All of them in a program.
#[derive(Debug, Default)]
pub(crate) struct Partials {
    pub(crate) claims: Vec<Partial>,
    pub(crate) places: Vec<Place>,
    /// By the statement, what it makes.
    pub(crate) makings: HashMap<TextRange, Vec<Making>>,
    /// By the statement, the variables that it reads and does not make.
    pub(crate) reads: HashMap<TextRange, Vec<usize>>,
}

impl Partials {
    /// Looks through a program; `updates` are statements that say something else.
    pub(crate) fn find(body: &[Stmt], source: &str, updates: &HashSet<TextRange>) -> Partials {
        let scopes = Scopes::find(body);
        let (found, later) = (Partials::default(), Vec::new());
        let mut finder = Finder { source, updates, scopes: &scopes, scope: Scopes::MODULE, found, later };
        finder.visit_body(body);
        finder.go_on();
        let mut partials = finder.found;
        partials.show_the_sums();
        Readers { scopes: &scopes, scope: Scopes::MODULE, partials: &mut partials }.visit_body(body);
        partials
    }

    /// The names that claims may be about.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let readings = self.claims.iter().flat_map(|claim| &claim.readings);
        readings.flat_map(|reading| reading.of.iter().chain([&reading.wrt])).map(String::as_str)
    }

    /// Shows what begins with a zero at the statement that goes on with it.
    fn show_the_sums(&mut self) {
        let claims = &mut self.claims;
        let all =
            || self.makings.iter().flat_map(|(range, makings)| makings.iter().map(move |making| (*range, making)));
        for (begin, making) in all() {
            let Some(claim) = making.claim.filter(|&claim| claims[claim].begins_sum) else { continue };
            let others = all().filter(|(_, next)| next.variable == making.variable && next.claim.is_none());
            match others.map(|(range, _)| range).min_by_key(|range| (range.start() < begin.start(), range.start())) {
                Some(range) => claims[claim].range = range,
                None => claims[claim].begins_sum = false,
            }
        }
    }
}

/// What a name says: `d_A_d_B` and `dA_dB` the derivative of A by B, `dB` and `d_B` that of the loss by B.
pub(crate) fn readings_of_name(name: &str) -> Vec<Reading> {
    let Some(rest) = name.strip_prefix('d').map(|rest| rest.trim_start_matches('_')) else { return Vec::new() };
    let is_name = |text: &str| text.starts_with(|first: char| first.is_alphabetic());
    let split = |(at, _): (usize, &str)| {
        let (of, wrt) = (rest[..at].trim_end_matches('_'), rest[at + 2..].trim_start_matches('_'));
        (is_name(of) && is_name(wrt)).then(|| Reading { of: Some(of.to_owned()), wrt: wrt.to_owned() })
    };
    let explicit = rest.match_indices("_d").filter_map(split);
    explicit.chain(is_name(rest).then(|| Reading { of: None, wrt: rest.to_owned() })).collect()
}

/// What a comment `#: dA/dB` says.
pub(crate) fn reading_of_comment(text: &str) -> Option<Reading> {
    let text = text.trim_start().strip_prefix("#:")?.trim();
    let (of, wrt) = text.split_once('/')?;
    let part = |text: &str| {
        let text = text.trim().strip_prefix(['d', '∂'])?.trim_start_matches('_').trim();
        let text = text.strip_prefix("self.").unwrap_or(text);
        (!text.is_empty()).then(|| text.to_owned())
    };
    Some(Reading { of: Some(part(of)?), wrt: part(wrt)? })
}

/// Whether an expression is nothing but a zero or an array of them.
fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::NumberLiteral(number) => match &number.value {
            ruff_python_ast::Number::Int(i) => i.as_u64() == Some(0),
            ruff_python_ast::Number::Float(x) => *x == 0.0,
            ruff_python_ast::Number::Complex { .. } => false,
        },
        Expr::Call(call) => last_name(&call.func).is_some_and(|name| ["zeros", "zeros_like"].contains(&name)),
        Expr::BinOp(product) if product.op == Operator::Mult => is_zero(&product.left) || is_zero(&product.right),
        Expr::List(list) => list.elts.iter().all(is_zero),
        Expr::ListComp(list) => is_zero(&list.elt),
        _ => false,
    }
}

struct Finder<'a> {
    source: &'a str,
    updates: &'a HashSet<TextRange>,
    scopes: &'a Scopes,
    scope: usize,
    found: Partials,
    /// What may go on with the making of a claim, wherever that begins.
    later: Vec<(TextRange, usize, &'a Expr)>,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.scope;
        self.scope = self.scopes.inside(stmt).unwrap_or(outer);
        walk_stmt(self, stmt);
        self.scope = outer;
        match stmt {
            Stmt::Assign(each) => {
                for target in &each.targets {
                    self.assigned(stmt, target, &each.value);
                }
            }
            Stmt::AnnAssign(each) => {
                if let Some(value) = &each.value {
                    self.assigned(stmt, &each.target, value);
                }
            }
            Stmt::AugAssign(each) if self.comment(stmt).is_some() => self.assigned(stmt, &each.target, &each.value),
            Stmt::AugAssign(each) => self.later.push((stmt.range(), self.scope, &each.target)),
            _ => {}
        }
    }
}

/// The parts of a tuple or a list.
fn parts(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::Tuple(each) => &each.elts,
        Expr::List(each) => &each.elts,
        _ => &[],
    }
}

impl<'a> Finder<'a> {
    fn assigned(&mut self, stmt: &'a Stmt, target: &'a Expr, value: &'a Expr) {
        if !parts(target).is_empty() {
            for (place, target) in parts(target).iter().enumerate() {
                self.assigned(stmt, target, parts(value).get(place).unwrap_or(value));
            }
            return;
        }
        let is_element = target.as_subscript_expr().is_some_and(|part| !part.slice.is_string_literal_expr());
        let readings = match (self.comment(stmt), Site::name_of(target)) {
            (Some(reading), _) => vec![reading],
            (None, Some(name)) if !is_element && !continues(target, value, self.source) => readings_of_name(name),
            _ => Vec::new(),
        };
        let (false, Some(place)) = (readings.is_empty(), self.scopes.place(target, self.scope, self.source)) else {
            return self.later.push((stmt.range(), self.scope, target));
        };
        let is_comment = self.comment(stmt).is_some();
        let claim = self.found.claims.len();
        self.found.claims.push(Partial {
            kind: if is_comment { ClaimKind::Comment } else { ClaimKind::Named },
            target: self.source[target.range()].trim_start_matches("self.").to_owned(),
            name: Site::name_of(target).or_else(|| last_name(target)).unwrap_or_default().to_owned(),
            readings,
            range: stmt.range(),
            is_zero: is_zero(value),
            begins_sum: is_zero(value) && !stmt.is_aug_assign_stmt(),
            made_of: HashSet::new(),
            typed: Vec::new(),
            sets: false,
        });
        let places = &mut self.found.places;
        let known = places.iter().position(|other| *other == place);
        let variable = known.unwrap_or_else(|| {
            places.push(place);
            places.len() - 1
        });
        self.makes(stmt.range(), Making { variable, claim: Some(claim), target: target.clone() });
    }

    /// Finds what is changed in place, as a whole or in a part, of claims' variables.
    fn go_on(&mut self) {
        for (range, scope, target) in std::mem::take(&mut self.later) {
            let mut inner = Some(target);
            while let Some(target) = inner {
                let place = self.scopes.place(target, scope, self.source);
                if let Some(variable) = place.and_then(|place| self.found.places.iter().position(|own| *own == place)) {
                    self.makes(range, Making { variable, claim: None, target: target.clone() });
                    break;
                }
                inner = target.as_subscript_expr().map(|part| &*part.value);
            }
        }
    }

    fn makes(&mut self, range: TextRange, making: Making) {
        self.found.makings.entry(range).or_default().push(making);
    }

    /// The comment at the end of a statement's line, if it is a claim.
    fn comment(&self, stmt: &Stmt) -> Option<Reading> {
        let is_update = self.updates.contains(&stmt.range());
        let rest = self.source[stmt.range().end().to_usize()..].lines().next().filter(|_| !is_update)?;
        reading_of_comment(rest.trim_start().trim_start_matches(';'))
    }
}

/// Whether a value goes on from what the target held: `T = T + S`, `T = T / n`.
fn continues(target: &Expr, value: &Expr, source: &str) -> bool {
    let same = |expr: &Expr| source[expr.range()] == source[target.range()];
    match value {
        Expr::BinOp(each) => match each.op {
            Operator::Add => [&each.left, &each.right].iter().any(|part| same(part) || continues(target, part, source)),
            Operator::Mult => same(&each.left) || same(&each.right),
            Operator::Sub => same(&each.left) || continues(target, &each.left, source),
            Operator::Div => same(&each.left),
            _ => false,
        },
        _ => false,
    }
}

struct Readers<'a> {
    scopes: &'a Scopes,
    scope: usize,
    partials: &'a mut Partials,
}

impl<'a> Visitor<'a> for Readers<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let mut loads = Loads::default();
        loads.of(stmt);
        let makes = self.partials.makings.get(&stmt.range());
        // A statement may make one value of another of the same name: then it reads the first.
        let goes_on = |variable: &usize| {
            makes.into_iter().flatten().any(|making| making.variable == *variable && making.claim.is_none())
        };
        let read = |place: &Place| loads.0.iter().any(|load| self.scopes.reads(load, self.scope, place));
        let variables = 0..self.partials.places.len();
        let reads: Vec<usize> = variables.filter(|k| read(&self.partials.places[*k]) && !goes_on(k)).collect();
        if !reads.is_empty() {
            self.partials.reads.insert(stmt.range(), reads);
        }
        let outer = self.scope;
        self.scope = self.scopes.inside(stmt).unwrap_or(outer);
        walk_stmt(self, stmt);
        self.scope = outer;
    }
}

/// What a statement itself reads, without the statements inside it.
#[derive(Default)]
struct Loads<'a>(Vec<&'a Expr>);

impl<'a> Loads<'a> {
    fn of(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::If(each) => {
                self.visit_expr(&each.test);
                each.elif_else_clauses
                    .iter()
                    .filter_map(|clause| clause.test.as_ref())
                    .for_each(|e| self.visit_expr(e));
            }
            Stmt::While(each) => self.visit_expr(&each.test),
            Stmt::For(each) => self.visit_expr(&each.iter),
            Stmt::With(each) => each.items.iter().for_each(|item| self.visit_expr(&item.context_expr)),
            Stmt::Match(each) => self.visit_expr(&each.subject),
            Stmt::Try(_) => {}
            _ => walk_stmt(self, stmt),
        }
    }
}

impl<'a> Visitor<'a> for Loads<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // The container of what is assigned is not read.
            Expr::Subscript(each) if each.ctx != ExprContext::Load => return self.visit_expr(&each.slice),
            Expr::Name(each) if each.ctx != ExprContext::Load => return,
            Expr::Attribute(each) if each.ctx != ExprContext::Load => return,
            Expr::Name(_) | Expr::Attribute(_) => self.0.push(expr),
            // The key tells which part of the container is read.
            Expr::Subscript(each) if each.slice.is_string_literal_expr() => self.0.push(expr),
            _ => {}
        }
        match expr {
            Expr::Subscript(each)
                if each.slice.is_string_literal_expr() && !matches!(*each.value, Expr::Subscript(_)) =>
            {
                if let Expr::Attribute(container) = &*each.value {
                    self.visit_expr(&container.value);
                }
            }
            _ => ruff_python_ast::visitor::walk_expr(self, expr),
        }
    }
}
