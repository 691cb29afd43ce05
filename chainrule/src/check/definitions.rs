//! What the names of a program are made of, as far as the syntax tells.

use super::claims::last_name;
use super::rates::is_rate;
use super::sites::Site;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, Number, Operator, Stmt};
use std::collections::{HashMap, HashSet};

/// The right sides that each name is assigned, and the names that are made of themselves.
pub(crate) struct Definitions<'a> {
    pub(super) source: &'a str,
    /// Single targets of assignments.
    pub(super) of: HashMap<String, Vec<&'a Expr>>,
    /// In what other ways names get values: as one of several targets, by `+=`, as a key, as the variable of a loop, as
    /// what a function returns, and as what it is given.
    pub(super) also: HashMap<String, Vec<&'a Expr>>,
    pub(super) recursive: HashSet<String>,
    /// Those of them that are multiplied by something each time, as what is carried with a momentum is.
    decaying: HashSet<String>,
    /// What names are multiplied by, or divided by.
    rescalings: Vec<(String, &'a Expr)>,
    /// The functions around, while the program is looked through.
    functions: Vec<String>,
    parameters: HashMap<String, Vec<String>>,
    calls: Vec<&'a ExprCall>,
}

impl<'a> Definitions<'a> {
    /// Looks through a program.
    pub(crate) fn find(module: &'a ModModule, source: &'a str) -> Definitions<'a> {
        let mut definitions = Definitions {
            source,
            of: HashMap::new(),
            also: HashMap::new(),
            recursive: HashSet::new(),
            decaying: HashSet::new(),
            rescalings: Vec::new(),
            functions: Vec::new(),
            parameters: HashMap::new(),
            calls: Vec::new(),
        };
        definitions.visit_body(&module.body);
        for call in std::mem::take(&mut definitions.calls) {
            definitions.called(call);
        }
        definitions
    }

    /// The names that an expression is made of, but for what only names in `ends` are made of.
    pub(crate) fn made_of(&self, expr: &Expr, ends: &HashSet<String>) -> HashSet<String> {
        let mut seen: HashSet<String> = HashSet::new();
        let mut open = self.names_in(expr);
        while let Some(name) = open.pop() {
            if ends.contains(&name) || !seen.insert(name.clone()) {
                continue;
            }
            open.extend(self.values(&name).flat_map(|value| self.names_in(value)));
        }
        seen
    }

    /// What any of the statements that give a name its value is made of.
    pub(crate) fn name_made_of(&self, name: &str, ends: &HashSet<String>) -> HashSet<String> {
        self.values(name).flat_map(|value| self.made_of(value, ends)).collect()
    }

    /// Everything that gives a name its value.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a Expr> {
        [self.of.get(name), self.also.get(name)].into_iter().flatten().flatten().copied()
    }

    /// The numbers, without their signs, that are typed in an expression and in what it is made of, but for what `others`
    /// are made of, rates, places, exponents, and numbers up to 2, which belong to formulas.
    pub(crate) fn typed_in(&self, expr: &Expr, others: &HashSet<String>) -> Vec<f64> {
        let mut typed = Typed(Vec::new());
        typed.visit_expr(expr);
        for name in self.made_of(expr, others).iter().filter(|name| !is_rate(name)) {
            self.values(name).for_each(|value| typed.visit_expr(value));
        }
        typed.0.retain(|number| ![0.0, 1.0, 2.0].contains(number));
        typed.0
    }

    /// The names, other than `own`, that an expression is made of and that are made of themselves.
    pub(crate) fn recursive_in(&self, expr: &Expr, own: &str) -> Vec<String> {
        let made_of = self.made_of(expr, &HashSet::from([own.to_owned()]));
        let mut found: Vec<String> = made_of.into_iter().filter(|name| self.recursive.contains(name)).collect();
        found.sort_unstable();
        found
    }

    /// Whether any of some names is multiplied by something each time that it is made of itself.
    pub(crate) fn decays(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.decaying.contains(name))
    }

    /// The names that are rescaled by something that they have been made into themselves, as a gradient is by its norm.
    pub(crate) fn rescaled(&self, ends: &HashSet<String>) -> HashSet<String> {
        let is_own = |(name, by): &&(String, &Expr)| {
            let others = self.names_in(by).into_iter().filter(|other| other != name && !ends.contains(other));
            others.flat_map(|other| self.name_made_of(&other, ends)).any(|part| part == *name)
        };
        self.rescalings.iter().filter(is_own).map(|(name, _)| name.clone()).collect()
    }

    /// Whether a name gets a value that is drawn at random.
    pub(super) fn is_random(&self, name: &str) -> bool {
        let draws = |name: &String| ["rand", "normal", "uniform", "gauss"].iter().any(|part| name.contains(part));
        self.values(name).any(|value| self.names_in(value).iter().any(draws))
    }

    /// Whether a term of an expression is a product with a name.
    fn has_product_with(&self, expr: &Expr, name: &str) -> bool {
        match expr {
            Expr::BinOp(each) if matches!(each.op, Operator::Add | Operator::Sub) => {
                self.has_product_with(&each.left, name) || self.has_product_with(&each.right, name)
            }
            Expr::BinOp(each) if each.op == Operator::Mult => {
                [&each.left, &each.right].into_iter().any(|factor| last_name(factor) == Some(name))
            }
            _ => false,
        }
    }

    /// Every name and attribute in an expression; of a part by a key that is assigned somewhere, the key, and the key in
    /// its container.
    pub(super) fn names_in(&self, expr: &Expr) -> Vec<String> {
        struct Names<'a, 'b>(&'b Definitions<'a>, Vec<String>);
        impl Visitor<'_> for Names<'_, '_> {
            fn visit_expr(&mut self, expr: &Expr) {
                match expr {
                    Expr::Name(name) => self.1.push(name.id.to_string()),
                    Expr::Attribute(attribute) => self.1.push(attribute.attr.to_string()),
                    Expr::Subscript(part) => {
                        let key = part.slice.as_string_literal_expr().map(|key| key.value.to_str());
                        let known = |key: &&str| self.0.of.contains_key(*key) || self.0.also.contains_key(*key);
                        if let Some(key) = key.filter(known) {
                            self.1.push(key.to_owned());
                            return self.1.extend(part_name(expr));
                        }
                    }
                    _ => {}
                }
                walk_expr(self, expr);
            }
        }
        let mut names = Names(self, Vec::new());
        names.visit_expr(expr);
        names.1
    }

    fn define(&mut self, target: &Expr, value: &'a Expr) {
        match target {
            Expr::Tuple(each) => each.elts.iter().for_each(|target| self.define(target, value)),
            Expr::List(each) => each.elts.iter().for_each(|target| self.define(target, value)),
            Expr::Starred(each) => self.define(&each.value, value),
            _ => {
                for name in [Site::name_of(target), last_name(target)].into_iter().flatten() {
                    self.also.entry(name.to_owned()).or_default().push(value);
                }
            }
        }
    }

    /// What is appended to a list is one of its values; such a list may carry what it held.
    fn appended(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(method) = &*call.func else { return };
        if let (Some(name), "append", [value]) = (last_name(&method.value), method.attr.as_str(), &*call.arguments.args)
        {
            self.also.entry(name.to_owned()).or_default().push(value);
            if reads(value, &method.value) {
                self.recursive.insert(name.to_owned());
            }
        }
    }

    /// What a function of the program is given, gets the names of its parameters.
    fn called(&mut self, call: &'a ExprCall) {
        let Some(parameters) = last_name(&call.func).and_then(|name| self.parameters.get(name)) else { return };
        let given = given(parameters, call);
        given.into_iter().for_each(|(name, value)| self.also.entry(name).or_default().push(value));
    }
}

/// What a call gives to each of the parameters of its function, but to `self`.
pub(super) fn given<'a>(parameters: &[String], call: &'a ExprCall) -> Vec<(String, &'a Expr)> {
    let own = usize::from(parameters.first().is_some_and(|first| first == "self"));
    let by_place = parameters.iter().skip(own).cloned().zip(&call.arguments.args);
    let by_name = call.arguments.keywords.iter().filter_map(|each| Some((each.arg.as_ref()?.to_string(), &each.value)));
    by_place.chain(by_name).collect()
}

/// What a part of a container by a key that is typed is called: `v` and `v["W1"]` are made of different things.
fn part_name(expr: &Expr) -> Option<String> {
    let part = expr.as_subscript_expr()?;
    Some(format!("{}[{:?}]", last_name(&part.value)?, part.slice.as_string_literal_expr()?.value.to_str()))
}

/// Whether an expression is a product or a quotient, or a list of them.
fn is_scaling(expr: &Expr) -> bool {
    match expr {
        Expr::BinOp(each) => matches!(each.op, Operator::Mult | Operator::Div),
        Expr::ListComp(list) => is_scaling(&list.elt),
        _ => false,
    }
}

/// Whether an expression reads a name, or an attribute, that is assigned: `rate` is none of `self.rate`.
fn reads(expr: &Expr, target: &Expr) -> bool {
    struct Reads<'a>(&'a Expr, bool);
    impl Visitor<'_> for Reads<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            self.1 |= match (expr, self.0) {
                (Expr::Name(own), Expr::Name(name)) => own.id == name.id,
                (Expr::Attribute(own), Expr::Attribute(name)) => own.attr.as_str() == name.attr.as_str(),
                _ => false,
            };
            walk_expr(self, expr);
        }
    }
    let mut inner = target;
    while let Expr::Subscript(part) = inner {
        inner = &part.value;
    }
    let mut reads = Reads(inner, false);
    reads.visit_expr(expr);
    reads.1
}

/// Numbers that are typed.
struct Typed(Vec<f64>);

impl Visitor<'_> for Typed {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::NumberLiteral(each) => self.0.extend(match &each.value {
                Number::Int(i) => i.as_u64().map(|i| i as f64),
                Number::Float(x) => Some(*x),
                Number::Complex { .. } => None,
            }),
            Expr::BinOp(power) if power.op == Operator::Pow => self.visit_expr(&power.left),
            Expr::Subscript(part) => self.visit_expr(&part.value),
            _ => walk_expr(self, expr),
        }
    }
}

impl<'a> Visitor<'a> for Definitions<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(each) => {
                for target in &each.targets {
                    match last_name(target) {
                        Some(name) => {
                            self.of.entry(name.to_owned()).or_default().push(&each.value);
                            let part = part_name(target);
                            if let Some(part) = &part {
                                self.also.entry(part.clone()).or_default().push(&each.value);
                            }
                            if reads(&each.value, target) && is_scaling(&each.value) {
                                self.rescalings.push((name.to_owned(), &each.value));
                            }
                            if reads(&each.value, target) {
                                let names = || part.iter().cloned().chain([name.to_owned()]);
                                self.recursive.extend(names());
                                if self.has_product_with(&each.value, name) {
                                    self.decaying.extend(names());
                                }
                            }
                            if target.is_subscript_expr() {
                                self.define(target, &each.value);
                            }
                        }
                        None => self.define(target, &each.value),
                    }
                }
            }
            Stmt::AnnAssign(each) => {
                if let Some(value) = &each.value {
                    self.define(&each.target, value);
                }
            }
            Stmt::AugAssign(each) => {
                if let (Some(name), Operator::Mult | Operator::Div) = (last_name(&each.target), each.op) {
                    self.rescalings.push((name.to_owned(), &each.value));
                }
                self.define(&each.target, &each.value);
                self.recursive.extend(last_name(&each.target).map(str::to_owned));
                self.recursive.extend(part_name(&each.target));
            }
            Stmt::For(each) => self.define(&each.target, &each.iter),
            Stmt::Return(each) => {
                if let (Some(function), Some(value)) = (self.functions.last(), &each.value) {
                    self.also.entry(function.clone()).or_default().push(value);
                }
            }
            Stmt::FunctionDef(each) => {
                let names = each.parameters.iter_non_variadic_params().map(|each| each.parameter.name.to_string());
                self.parameters.insert(each.name.to_string(), names.collect());
                self.functions.push(each.name.to_string());
                walk_stmt(self, stmt);
                self.functions.pop();
                return;
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                self.appended(call);
                self.calls.push(call);
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key {
                        self.also.entry(key.value.to_str().to_owned()).or_default().push(&item.value);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
