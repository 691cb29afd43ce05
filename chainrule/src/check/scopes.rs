//! Which variable a name in a program means.

use super::claims::last_name;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

/// A variable, as far as the syntax tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A name, in the scope that binds it.
    Name(usize, String),
    /// An attribute, of whatever object.
    Attribute(String),
    /// A part of a container, by the container's name and the source of the key.
    Part(String, String),
}

#[derive(Debug, Default)]
struct Scope {
    outer: Option<usize>,
    is_class: bool,
    bound: HashSet<String>,
    /// Names that it takes from the module, and those that it takes from a function around it.
    global: HashSet<String>,
    nonlocal: HashSet<String>,
}

/// The functions and classes of a program, and the module itself.
#[derive(Debug)]
pub(crate) struct Scopes {
    all: Vec<Scope>,
    by_range: HashMap<TextRange, usize>,
}

impl Scopes {
    /// The scope of what stands in no function or class.
    pub(crate) const MODULE: usize = 0;

    /// Looks through a program.
    pub(crate) fn find(body: &[Stmt]) -> Scopes {
        let scopes = Scopes { all: vec![Scope::default()], by_range: HashMap::new() };
        let mut finder = Finder { scopes, scope: Scopes::MODULE };
        finder.visit_body(body);
        finder.scopes
    }

    /// The scope inside a statement, if it opens one.
    pub(crate) fn inside(&self, stmt: &Stmt) -> Option<usize> {
        self.by_range.get(&stmt.range()).copied()
    }

    /// The scope that a name is bound in.
    fn binding(&self, name: &str, scope: usize) -> usize {
        let mut here = scope;
        loop {
            let each = &self.all[here];
            let skipped = each.is_class && here != scope;
            if each.global.contains(name) {
                return Scopes::MODULE;
            }
            if each.bound.contains(name) && !each.nonlocal.contains(name) && !skipped {
                return here;
            }
            match each.outer {
                Some(outer) => here = outer,
                None => return Scopes::MODULE,
            }
        }
    }

    /// The variable that an expression in a scope means; none for what may be another at each evaluation.
    pub(crate) fn place(&self, expr: &Expr, scope: usize, source: &str) -> Option<Place> {
        match expr {
            Expr::Name(name) => Some(Place::Name(self.binding(name.id.as_str(), scope), name.id.to_string())),
            Expr::Attribute(attribute) if is_path(&attribute.value) => {
                Some(Place::Attribute(attribute.attr.to_string()))
            }
            Expr::Subscript(part) if is_path(&part.value) && is_path(&part.slice) => {
                let key = part.slice.as_string_literal_expr().map(|key| key.value.to_str().to_owned());
                let key = key.unwrap_or_else(|| source[part.slice.range()].to_owned());
                Some(Place::Part(last_name(&part.value)?.to_owned(), key))
            }
            _ => None,
        }
    }

    /// Whether an expression in a scope, a name, an attribute or a part by a key, reads a variable.
    pub(crate) fn reads(&self, load: &Expr, scope: usize, place: &Place) -> bool {
        match (load, place) {
            (Expr::Name(name), Place::Name(bound, own)) => {
                name.id.as_str() == own && self.binding(own, scope) == *bound
            }
            (Expr::Attribute(attribute), Place::Attribute(own)) => attribute.attr.as_str() == own,
            (Expr::Subscript(part), Place::Part(container, key)) => {
                let same_key = part.slice.as_string_literal_expr().is_some_and(|own| own.value.to_str() == key);
                same_key && last_name(&part.value) == Some(container)
            }
            (Expr::Subscript(part), _) => self.reads(&part.value, scope, place),
            (Expr::Name(_) | Expr::Attribute(_), Place::Part(container, _)) => last_name(load) == Some(container),
            _ => false,
        }
    }
}

/// Whether evaluating an expression once more does nothing: names, attributes, parts and literals.
fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => true,
        Expr::Attribute(attribute) => is_path(&attribute.value),
        Expr::Subscript(part) => is_path(&part.value) && is_path(&part.slice),
        Expr::BinOp(sum) => is_path(&sum.left) && is_path(&sum.right),
        Expr::UnaryOp(minus) => is_path(&minus.operand),
        _ => false,
    }
}

struct Finder {
    scopes: Scopes,
    scope: usize,
}

impl Finder {
    fn bind(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => {
                self.scopes.all[self.scope].bound.insert(name.id.to_string());
            }
            Expr::Tuple(each) => each.elts.iter().for_each(|target| self.bind(target)),
            Expr::List(each) => each.elts.iter().for_each(|target| self.bind(target)),
            Expr::Starred(each) => self.bind(&each.value),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.scope;
        match stmt {
            Stmt::Assign(each) => each.targets.iter().for_each(|target| self.bind(target)),
            Stmt::AnnAssign(each) => self.bind(&each.target),
            Stmt::AugAssign(each) => self.bind(&each.target),
            Stmt::For(each) => self.bind(&each.target),
            Stmt::With(each) => {
                each.items.iter().filter_map(|item| item.optional_vars.as_ref()).for_each(|e| self.bind(e))
            }
            Stmt::Global(each) => {
                self.scopes.all[outer].global.extend(each.names.iter().map(ToString::to_string));
            }
            Stmt::Nonlocal(each) => {
                self.scopes.all[outer].nonlocal.extend(each.names.iter().map(ToString::to_string));
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                let bound = match stmt {
                    Stmt::FunctionDef(each) => each.parameters.iter().map(|any| any.name().to_string()).collect(),
                    _ => HashSet::new(),
                };
                let scope = Scope { outer: Some(outer), is_class: stmt.is_class_def_stmt(), bound, ..Scope::default() };
                self.scope = self.scopes.all.len();
                self.scopes.by_range.insert(stmt.range(), self.scope);
                self.scopes.all.push(scope);
            }
            _ => {}
        }
        walk_stmt(self, stmt);
        self.scope = outer;
    }
}
