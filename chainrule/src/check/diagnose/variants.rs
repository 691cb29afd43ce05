//! What an expression could have been meant to be: single edits of its source.

use crate::check::report::FaultKind;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashSet;

/// An edit of the source, and the kind of fault that it takes back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) kind: FaultKind,
    /// What is replaced, and by what.
    pub(crate) range: TextRange,
    pub(crate) with: String,
}

impl Variant {
    /// The source of an expression around the edit, after it.
    pub(crate) fn applied(&self, whole: TextRange, source: &str) -> String {
        let before = TextRange::new(whole.start(), self.range.start());
        let after = TextRange::new(self.range.end(), whole.end());
        format!("{}{}{}", &source[before], self.with, &source[after])
    }
}

/// What may stand in the place of a quantity, as the program spells it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    /// Variables, attributes, and elements by a literal index.
    pub(crate) quantities: Vec<String>,
    /// Functions that the program defines, with the number of their arguments.
    pub(crate) functions: Vec<(String, usize)>,
    /// Factors of products in the derivatives.
    pub(crate) factors: Vec<String>,
    /// Parameters that are updated, and the name under which the monitor keeps what each was before.
    pub(crate) before: Vec<(String, String)>,
}

impl Vocabulary {
    /// What may have been left out of a product: factors of other products, quantities, functions of them, and how the
    /// derivatives of common activations are written.
    fn all_factors(&self) -> Vec<String> {
        let mut factors = self.factors.clone();
        let functions: Vec<&str> =
            self.functions.iter().filter(|(_, arguments)| *arguments == 1).map(|(name, _)| name.as_str()).collect();
        factors.extend(self.quantities.iter().cloned());
        for each in &self.quantities {
            factors.extend(functions.iter().map(|name| format!("{name}({each})")));
            factors.extend([format!("1 - {each}"), format!("1 - {each} ** 2"), format!("{each} > 0")]);
        }
        factors
    }
}

/// Every edit that is tried on an expression.
pub(crate) fn variants(expr: &Expr, source: &str, words: &Vocabulary) -> Vec<Variant> {
    let mut finder = Finder { source, words, called: HashSet::new(), found: Vec::new() };
    finder.visit_expr(expr);
    let mut found = finder.found;
    let whole = expr.range();
    let text = &source[whole];
    found.push(Variant { kind: FaultKind::Transposed, range: whole, with: format!("({text}).T") });
    let factors = words.all_factors();
    for (term, is_operand) in terms(expr) {
        for factor in &factors {
            let product = format!("{} * {}", product_part(term, source), parenthesised(factor));
            let with = if is_operand && !term.is_bin_op_expr() { format!("({product})") } else { product };
            found.push(Variant { kind: FaultKind::MissingFactor, range: term.range(), with });
        }
    }
    found.sort_by_key(|variant| variant.kind);
    found
}

/// An expression, what it is a sum of, and the matrices that it is a product of, which are told from the others.
fn terms(expr: &Expr) -> Vec<(&Expr, bool)> {
    let mut found = vec![(expr, false)];
    if let Expr::BinOp(each) = expr {
        let parts = [&*each.left, &*each.right];
        match each.op {
            Operator::Add | Operator::Sub => found.extend(parts.into_iter().flat_map(terms)),
            Operator::MatMult => {
                let made = parts.into_iter().filter(|part| !part.is_attribute_expr());
                found.extend(made.map(|part| (part, true)));
            }
            _ => {}
        }
    }
    found
}

/// Edits that give a value another shape: sums over other axes.
pub(crate) fn reshaped(expr: &Expr, source: &str) -> Vec<Variant> {
    const AXES: [&str; 5] = ["", ", axis=0", ", axis=1", ", axis=0, keepdims=True", ", axis=1, keepdims=True"];
    struct Sums<'a>(&'a str, Vec<Variant>);
    impl Visitor<'_> for Sums<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            if let Expr::Call(call) = expr
                && let Expr::Attribute(method) = &*call.func
                && ["sum", "mean"].contains(&method.attr.as_str())
            {
                let function = &self.0[call.func.range()];
                let argument = call.arguments.args.first().map(|argument| &self.0[argument.range()]);
                for axes in AXES {
                    let with = match argument {
                        Some(argument) => format!("{function}({argument}{axes})"),
                        None => format!("{function}({})", axes.trim_start_matches(", ")),
                    };
                    self.1.push(Variant { kind: FaultKind::Shape, range: expr.range(), with });
                }
            }
            walk_expr(self, expr);
        }
    }
    let mut sums = Sums(source, Vec::new());
    sums.visit_expr(expr);
    let mut found = sums.1;
    for axes in &AXES[1..] {
        let with = format!("({}).sum({})", &source[expr.range()], axes.trim_start_matches(", "));
        found.push(Variant { kind: FaultKind::Shape, range: expr.range(), with });
    }
    found.retain(|variant| variant.with != source[variant.range]);
    found
}

/// The source of an expression as a factor.
pub(crate) fn product_part(expr: &Expr, source: &str) -> String {
    let text = &source[expr.range()];
    let needs = match expr {
        Expr::BinOp(each) => matches!(each.op, Operator::Add | Operator::Sub),
        Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) | Expr::Call(_) | Expr::NumberLiteral(_) => false,
        _ => true,
    };
    if needs { format!("({text})") } else { text.to_owned() }
}

fn parenthesised(factor: &str) -> String {
    let plain = factor.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
    let call =
        factor.ends_with(')') && factor.find('(').is_some_and(|open| open > 0 && !factor[open + 1..].contains('('));
    if plain || call { factor.to_owned() } else { format!("({factor})") }
}

/// The factors of the products in an expression, without numbers.
pub(crate) fn factors_in(expr: &Expr, source: &str, into: &mut Vec<String>) {
    struct Factors<'a>(&'a str, &'a mut Vec<String>);
    impl Visitor<'_> for Factors<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            if let Expr::BinOp(product) = expr
                && product.op == Operator::Mult
            {
                for factor in [&*product.left, &*product.right] {
                    let text = self.0[factor.range()].to_owned();
                    if !factor.is_number_literal_expr() && !self.1.contains(&text) {
                        self.1.push(text);
                    }
                }
            }
            walk_expr(self, expr);
        }
    }
    Factors(source, into).visit_expr(expr);
}

/// Whether an expression is a quantity that another may be taken for.
pub(crate) fn is_quantity(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Attribute(each) => each.attr.as_str() != "T" && is_quantity(&each.value),
        Expr::Subscript(each) => is_literal_index(&each.slice) && is_quantity(&each.value),
        _ => false,
    }
}

fn is_literal_index(index: &Expr) -> bool {
    match index {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => true,
        Expr::UnaryOp(minus) => minus.op == UnaryOp::USub && minus.operand.is_number_literal_expr(),
        _ => false,
    }
}

struct Finder<'a> {
    source: &'a str,
    words: &'a Vocabulary,
    /// The places of names that are called, which are no quantities.
    called: HashSet<TextRange>,
    found: Vec<Variant>,
}

impl Finder<'_> {
    fn text(&self, expr: &Expr) -> &str {
        &self.source[expr.range()]
    }

    fn add(&mut self, kind: FaultKind, expr: &Expr, with: String) {
        self.found.push(Variant { kind, range: expr.range(), with });
    }

    fn quantity(&mut self, expr: &Expr) {
        let own = self.text(expr).to_owned();
        for (parameter, before) in &self.words.before {
            if *parameter == own {
                self.add(FaultKind::UpdatedValue, expr, before.clone());
            }
        }
        for other in self.words.quantities.iter().filter(|other| **other != own) {
            self.add(FaultKind::Substitution, expr, other.clone());
        }
        if let Expr::Subscript(each) = expr
            && each.slice.is_number_literal_expr()
        {
            let base = self.text(&each.value).to_owned();
            for index in 0..4 {
                let other = format!("{base}[{index}]");
                if other != own && !self.words.quantities.contains(&other) {
                    self.add(FaultKind::Substitution, expr, other);
                }
            }
        }
        self.add(FaultKind::Transposed, expr, format!("{own}.T"));
    }

    /// A product without two of its factors that stand side by side, as `a * (1 - a)` does.
    fn without_two(&mut self, expr: &Expr) {
        let mut factors = Vec::new();
        let mut rest = expr;
        while let Expr::BinOp(each) = rest
            && each.op == Operator::Mult
        {
            factors.push(product_part(&each.right, self.source));
            rest = &each.left;
        }
        factors.push(product_part(rest, self.source));
        factors.reverse();
        for first in 0..factors.len().saturating_sub(2) + usize::from(factors.len() > 2) {
            let kept = factors.iter().enumerate().filter(|(k, _)| *k != first && *k != first + 1);
            let kept: Vec<&str> = kept.map(|(_, factor)| factor.as_str()).collect();
            if kept.len() + 2 == factors.len() {
                self.add(FaultKind::RepeatedFactor, expr, kept.join(" * "));
            }
        }
    }

    fn call(&mut self, call: &ruff_python_ast::ExprCall) {
        self.called.insert(call.func.range());
        let (name, arguments) = (self.text(&call.func).to_owned(), call.arguments.args.len());
        let known = |(function, count): &&(String, usize)| *count == arguments && *function != name;
        if self.words.functions.iter().any(|(function, _)| *function == name) {
            for (other, _) in self.words.functions.iter().filter(known) {
                self.found.push(Variant {
                    kind: FaultKind::Substitution,
                    range: call.func.range(),
                    with: other.clone(),
                });
            }
        }
        let multiplies = matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "multiply");
        if let [left, right] = &*call.arguments.args
            && multiplies
        {
            for alone in [left, right] {
                let with = self.text(alone).to_owned();
                self.found.push(Variant { kind: FaultKind::RepeatedFactor, range: call.range, with });
            }
        }
    }
}

impl Visitor<'_> for Finder<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if is_quantity(expr) && !self.called.contains(&expr.range()) {
            self.quantity(expr);
            return;
        }
        match expr {
            Expr::Attribute(each) if each.attr.as_str() == "T" => {
                let plain = self.text(&each.value).to_owned();
                self.add(FaultKind::Transposed, expr, plain);
            }
            Expr::Call(call) => self.call(call),
            Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => {
                let with = product_part(&minus.operand, self.source);
                self.add(FaultKind::Sign, expr, with);
            }
            Expr::BinOp(each) => {
                let (left, right) = (self.text(&each.left).to_owned(), self.text(&each.right).to_owned());
                if matches!(each.op, Operator::Add | Operator::Sub) {
                    for part in [&*each.left, &*each.right].into_iter().filter(|part| is_quantity(part)) {
                        self.add(FaultKind::MissingFactor, part, format!("{} ** 2", self.text(part)));
                    }
                }
                match each.op {
                    Operator::Add => self.add(FaultKind::Sign, expr, format!("{left} - {right}")),
                    Operator::Sub => self.add(FaultKind::Sign, expr, format!("{left} + {right}")),
                    Operator::Mult => {
                        self.add(FaultKind::RepeatedFactor, expr, left);
                        self.add(FaultKind::RepeatedFactor, expr, right);
                        self.without_two(expr);
                    }
                    Operator::Pow => self.add(FaultKind::RepeatedFactor, expr, left),
                    _ => {}
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
