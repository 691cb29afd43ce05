//! What is handed to the arguments of functions and to the variables of loops.

use super::claims::last_name;
use super::definitions::{Definitions, given};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// A value that a name has from elsewhere.
struct Hand<'a> {
    /// The function that the name belongs to, by its place; none for the module.
    scope: Option<usize>,
    name: String,
    value: &'a Expr,
}

/// All of them in a program.
pub(crate) struct Handed<'a> {
    functions: Vec<(TextRange, String, Vec<String>)>,
    /// The names that are given to functions and methods besides their own.
    aliases: Vec<(&'a str, &'a str)>,
    calls: Vec<&'a ExprCall>,
    hands: Vec<Hand<'a>>,
}

impl<'a> Handed<'a> {
    /// Looks through a program.
    pub(crate) fn find(module: &'a ModModule) -> Handed<'a> {
        let mut handed = Handed { functions: Vec::new(), aliases: Vec::new(), calls: Vec::new(), hands: Vec::new() };
        handed.visit_body(&module.body);
        for call in std::mem::take(&mut handed.calls) {
            handed.called(call);
        }
        handed
    }

    /// The names, without what stands before a dot, that a name at a place in the source may have its value from: as an
    /// argument, or as an element of a container.
    pub(crate) fn sources(&self, name: &str, at: TextRange, definitions: &Definitions<'a>) -> Vec<String> {
        let (mut found, mut open) = (Vec::<String>::new(), vec![(self.around(at), name.to_owned())]);
        while let Some((scope, name)) = open.pop() {
            let is_handed = !found.is_empty();
            let own = self.hands.iter().filter(|hand| hand.scope == scope && hand.name == name).map(|hand| hand.value);
            let listed = definitions.values(&name).filter_map(Expr::as_list_expr).flat_map(|list| &list.elts);
            for value in own.chain(listed.filter(|_| is_handed)) {
                let Some(source) = last_name(value).map(str::to_owned).filter(|source| !found.contains(source)) else {
                    continue;
                };
                open.push((self.around(value.range()), source.clone()));
                found.push(source);
            }
        }
        found
    }

    /// The innermost function around a place.
    fn around(&self, place: TextRange) -> Option<usize> {
        let around = (0..self.functions.len()).filter(|&k| self.functions[k].0.contains_range(place));
        around.min_by_key(|&k| self.functions[k].0.len())
    }

    fn called(&mut self, call: &'a ExprCall) {
        let Some(name) = last_name(&call.func) else { return };
        let is_called = |function: &str| {
            function == name || self.aliases.iter().any(|(alias, own)| *alias == name && *own == function)
        };
        let Some(scope) = self.functions.iter().position(|(_, own, _)| is_called(own)) else { return };
        let given = given(&self.functions[scope].2, call);
        let scope = Some(scope);
        self.hands.extend(given.into_iter().map(|(name, value)| Hand { scope, name, value }));
    }

    /// A loop gives a target each element of a container.
    fn each(&mut self, scope: Option<usize>, target: &Expr, container: &'a Expr) {
        let call = container.as_call_expr();
        let arguments = call.map_or(&[][..], |call| &call.arguments.args);
        let owner = call.and_then(|call| Some(&*call.func.as_attribute_expr()?.value));
        match (target, container, call.and_then(|call| last_name(&call.func)).unwrap_or_default()) {
            (_, Expr::List(each), _) => each.elts.iter().for_each(|value| self.one(scope, target, value)),
            (_, Expr::Tuple(each), _) => each.elts.iter().for_each(|value| self.one(scope, target, value)),
            (_, _, "reversed" | "list") => arguments.iter().for_each(|inner| self.each(scope, target, inner)),
            (Expr::Tuple(targets), _, "zip") => {
                targets.elts.iter().zip(arguments).for_each(|(target, inner)| self.each(scope, target, inner));
            }
            (Expr::Tuple(targets), _, "enumerate") => {
                targets.elts.iter().skip(1).zip(arguments).for_each(|(target, inner)| self.each(scope, target, inner));
            }
            (Expr::Tuple(targets), _, "items") => {
                targets.elts.iter().skip(1).zip(owner).for_each(|(target, owner)| self.one(scope, target, owner));
            }
            (_, _, "values") => owner.into_iter().for_each(|owner| self.one(scope, target, owner)),
            _ => self.one(scope, target, container),
        }
    }

    fn one(&mut self, scope: Option<usize>, target: &Expr, value: &'a Expr) {
        match (target, value) {
            (Expr::Tuple(targets), Expr::Tuple(values)) => {
                targets.elts.iter().zip(&values.elts).for_each(|(target, value)| self.one(scope, target, value));
            }
            (Expr::Name(name), _) => self.hands.push(Hand { scope, name: name.id.to_string(), value }),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Handed<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(each) => {
                let names = each.parameters.iter_non_variadic_params().map(|each| each.parameter.name.to_string());
                self.functions.push((each.range, each.name.to_string(), names.collect()));
            }
            Stmt::Assign(each) => {
                let names = each.targets.iter().filter_map(last_name).zip(last_name(&each.value));
                self.aliases.extend(names);
            }
            Stmt::For(each) => self.each(self.around(each.range), &each.target, &each.iter),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.calls.push(call);
        }
        walk_expr(self, expr);
    }
}
