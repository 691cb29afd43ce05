//! Plants faults in right programs.

use crate::tutorials::Tutorial;
use chainrule::check::FaultKind;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::BTreeMap;

/// A program with one fault.
pub(crate) struct Mutant {
    pub(crate) kind: FaultKind,
    pub(crate) source: String,
    /// The line as it was and as it is.
    pub(crate) what: String,
}

/// A statement that assigns what is derived by hand, or takes it off a parameter.
struct Hand {
    target: String,
    line: TextRange,
    /// The right side; of an update, what is taken off.
    value: Expr,
    is_update: bool,
}

/// The faults of every kind at every place of a program; of each kind, at most `limit`, spread over the places.
pub(crate) fn mutants(tutorial: &Tutorial, limit: usize) -> Vec<Mutant> {
    let module = ruff_python_parser::parse_module(&tutorial.source).unwrap().into_syntax();
    let mut planter = Planter {
        tutorial,
        source: &tutorial.source,
        found: BTreeMap::new(),
        hand: Vec::new(),
        prefixes: tutorial.hand,
    };
    planter.visit_body(&module.body);
    let hand = std::mem::take(&mut planter.hand);
    hand.iter().for_each(|each| planter.spoil(each));
    planter.exchange(&hand);
    planter.hurry(&hand);
    planter.prefixes = tutorial.forward;
    planter.visit_body(&module.body);
    for each in std::mem::take(&mut planter.hand).iter().filter(|each| !each.is_update) {
        planter.confuse(&each.value, tutorial.parameters_alike, FaultKind::Unused);
    }
    planter.found.into_values().flat_map(|all| spread(all, limit)).collect()
}

/// So many of them, from all over the list.
fn spread(all: Vec<Mutant>, limit: usize) -> Vec<Mutant> {
    let count = all.len();
    let chosen = |k: &usize| k * limit / count != (k + 1) * limit / count || count <= limit;
    all.into_iter().enumerate().filter(|(k, _)| chosen(k)).map(|(_, mutant)| mutant).collect()
}

struct Planter<'a> {
    tutorial: &'a Tutorial,
    source: &'a str,
    prefixes: &'static [&'static str],
    found: BTreeMap<FaultKind, Vec<Mutant>>,
    hand: Vec<Hand>,
}

impl<'a> Visitor<'a> for Planter<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let (target, value, is_update) = match stmt {
            Stmt::Assign(each) => match (&each.targets[0], &*each.value) {
                (target, Expr::BinOp(value)) if self.text(target).ends_with("_new") => (target, &*value.right, true),
                (target, value) => (target, value, false),
            },
            Stmt::AugAssign(each) => (&*each.target, &*each.value, true),
            _ => return walk_stmt(self, stmt),
        };
        let name = self.text(target).trim_start_matches("self.").to_owned();
        let begins_so = |prefix: &&str| name.starts_with(*prefix);
        // What is bound by hand is computed: tuples, lists and calls of constructors are not.
        if self.prefixes.iter().any(begins_so) && !name.contains(',') && !value.is_literal_expr() && self.in_body(stmt)
        {
            self.hand.push(Hand {
                target: self.text(target).to_owned(),
                line: stmt.range(),
                value: value.clone(),
                is_update,
            });
        }
    }
}

impl Planter<'_> {
    fn text(&self, node: &impl Ranged) -> &str {
        &self.source[node.range()]
    }

    /// Whether a statement stands in a loop or a function.
    fn in_body(&self, stmt: &Stmt) -> bool {
        self.source[..stmt.range().start().to_usize()].ends_with("    ")
    }

    fn plant(&mut self, kind: FaultKind, range: TextRange, with: &str) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let source = format!("{}{with}{}", &self.source[..start], &self.source[end..]);
        let line = self.source[..start].matches('\n').count();
        let at = |text: &str| text.lines().nth(line).unwrap_or_default().trim().to_owned();
        let what = format!("{}  ->  {}", at(self.source), at(&source));
        self.found.entry(kind).or_default().push(Mutant { kind, source, what });
    }

    /// All that can be done to one right side.
    fn spoil(&mut self, hand: &Hand) {
        let range = hand.value.range();
        let whole = self.text(&range).to_owned();
        self.plant(FaultKind::Sign, range, &format!("-({whole})"));
        self.plant(FaultKind::ConstantFactor, range, &format!("0.5 * ({whole})"));
        self.plant(FaultKind::ConstantFactor, range, &format!("({whole}) * 3"));
        if whole.contains('@') {
            self.plant(FaultKind::Transposed, range, &format!("({whole}).T"));
        }
        self.confuse(&hand.value, self.tutorial.alike, FaultKind::Substitution);
        for each in parts(&hand.value) {
            self.shorten(each);
        }
    }

    /// What can be left out of an expression, or written twice.
    fn shorten(&mut self, expr: &Expr) {
        match expr {
            Expr::BinOp(each) => {
                let (left, right) = (self.text(&*each.left).to_owned(), self.text(&*each.right).to_owned());
                let whole = self.text(expr).to_owned();
                let lone =
                    |dropped: &Expr, kind| if dropped.is_literal_expr() { FaultKind::ConstantFactor } else { kind };
                let (alone, last) = (format!("({left})"), format!("({right})"));
                match each.op {
                    Operator::Mult => {
                        self.plant(lone(&each.right, FaultKind::MissingFactor), each.range, &alone);
                        let twice = format!("{whole} * {last}");
                        self.plant(lone(&each.right, FaultKind::RepeatedFactor), each.range, &twice);
                        if !left.contains("rate") {
                            self.plant(lone(&each.left, FaultKind::MissingFactor), each.range, &last);
                        }
                    }
                    Operator::Div => self.plant(FaultKind::ConstantFactor, each.range, &alone),
                    Operator::Add => {
                        self.plant(FaultKind::MissingPath, each.range, &alone);
                        self.plant(FaultKind::MissingPath, each.range, &last);
                    }
                    _ => {}
                }
            }
            Expr::Attribute(each) if each.attr.as_str() == "T" => {
                let inner = self.text(&*each.value).to_owned();
                self.plant(FaultKind::Transposed, each.range, &inner);
            }
            Expr::Call(each) if !each.arguments.keywords.is_empty() => {
                let arguments: Vec<&str> = each.arguments.args.iter().map(|argument| self.text(argument)).collect();
                let without = format!("{}({})", self.text(&*each.func), arguments.join(", "));
                self.plant(FaultKind::Shape, each.range, &without);
            }
            _ => {}
        }
    }

    /// Takes one quantity for another.
    fn confuse(&mut self, expr: &Expr, alike: &[&[&str]], kind: FaultKind) {
        for each in parts(expr) {
            let own = self.text(each).to_owned();
            for pool in alike.iter().filter(|pool| pool.contains(&own.as_str())) {
                for other in pool.iter().filter(|other| **other != own) {
                    self.plant(kind, each.range(), other);
                }
            }
        }
    }

    /// Gives each update what belongs to the next one.
    fn exchange(&mut self, hand: &[Hand]) {
        let updates: Vec<&Hand> = hand.iter().filter(|each| each.is_update).collect();
        for (this, next) in updates.iter().zip(updates.iter().cycle().skip(1)) {
            let other = self.text(&next.value).to_owned();
            self.plant(FaultKind::WrongVariable, this.value.range(), &other);
        }
    }

    /// Moves an update up to where all that it takes off is known, if its parameter is read in between.
    fn hurry(&mut self, hand: &[Hand]) {
        for (place, update) in
            hand.iter().enumerate().filter(|(_, each)| each.is_update && !each.target.ends_with("_new"))
        {
            let made_of = |each: &Hand| parts(&update.value).iter().any(|part| self.text(*part) == each.target);
            let first = hand[..place].iter().rposition(made_of).map_or(0, |last| last + 1);
            let reads = |each: &Hand| parts(&each.value).iter().any(|part| self.text(*part) == update.target);
            if !hand[first..place].iter().any(reads) {
                continue;
            }
            let line = |range: TextRange| {
                let start = self.source[..range.start().to_usize()].rfind('\n').map_or(0, |end| end + 1);
                let end = range.end().to_usize() + self.source[range.end().to_usize()..].find('\n').unwrap_or(0) + 1;
                start..end
            };
            let (from, to) = (line(update.line), line(hand[first].line).start);
            let moved = &self.source[from.clone()];
            let source =
                format!("{}{moved}{}{}", &self.source[..to], &self.source[to..from.start], &self.source[from.end..]);
            let what = format!("too early: {}", moved.trim());
            let kind = FaultKind::UpdatedValue;
            self.found.entry(kind).or_default().push(Mutant { kind, source, what });
        }
    }
}

/// An expression and all in it.
fn parts(expr: &Expr) -> Vec<&Expr> {
    struct Parts<'a>(Vec<&'a Expr>);
    impl<'a> Visitor<'a> for Parts<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.0.push(expr);
            walk_expr(self, expr);
        }
    }
    let mut parts = Parts(Vec::new());
    parts.visit_expr(expr);
    parts.0
}
