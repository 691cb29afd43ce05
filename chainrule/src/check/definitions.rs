//! What the names of a program are made of, as far as the syntax tells.

use super::claims::last_name;
use super::sites::Site;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, Stmt};
use std::collections::{HashMap, HashSet};

/// The right sides that each name is assigned, and the names that are made of themselves.
pub(crate) struct Definitions<'a> {
    pub(super) source: &'a str,
    /// Single targets of assignments.
    pub(super) of: HashMap<String, Vec<&'a Expr>>,
    /// In what other ways names get values: as one of several targets, by `+=`, as a key, as the variable of a loop, as
    /// what a function returns, and as what it is given.
    also: HashMap<String, Vec<&'a Expr>>,
    recursive: HashSet<String>,
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
            let values = [&self.of, &self.also].into_iter().filter_map(|map| map.get(&name)).flatten();
            open.extend(values.flat_map(|value| self.names_in(value)));
        }
        seen
    }

    /// What any of the statements that give a name its value is made of.
    pub(crate) fn name_made_of(&self, name: &str, ends: &HashSet<String>) -> HashSet<String> {
        let values = [&self.of, &self.also].into_iter().filter_map(|map| map.get(name)).flatten();
        values.flat_map(|value| self.made_of(value, ends)).collect()
    }

    /// The names, other than `own`, that an expression is made of and that are made of themselves.
    pub(crate) fn recursive_in(&self, expr: &Expr, own: &str) -> Vec<String> {
        let made_of = self.made_of(expr, &HashSet::from([own.to_owned()]));
        let mut found: Vec<String> = made_of.into_iter().filter(|name| self.recursive.contains(name)).collect();
        found.sort_unstable();
        found
    }

    /// Every name and attribute in an expression; of a part by a key that is assigned somewhere, the key alone.
    fn names_in(&self, expr: &Expr) -> Vec<String> {
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
                            return self.1.push(key.to_owned());
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

    /// What a function of the program is given, gets the names of its parameters.
    fn called(&mut self, call: &'a ExprCall) {
        let Some(parameters) = last_name(&call.func).and_then(|name| self.parameters.get(name)) else { return };
        let own = usize::from(parameters.first().is_some_and(|first| first == "self"));
        let by_place = parameters.iter().skip(own).cloned().zip(&call.arguments.args);
        let by_name =
            call.arguments.keywords.iter().filter_map(|each| Some((each.arg.as_ref()?.to_string(), &each.value)));
        let given: Vec<(String, &'a Expr)> = by_place.chain(by_name).collect();
        given.into_iter().for_each(|(name, value)| self.also.entry(name).or_default().push(value));
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
                            if self.names_in(&each.value).contains(&name.to_owned()) {
                                self.recursive.insert(name.to_owned());
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
                self.define(&each.target, &each.value);
                self.recursive.extend(last_name(&each.target).map(str::to_owned));
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
            Expr::Call(call) => self.calls.push(call),
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
