//! Tiny numbers that guard a logarithm, a root or a quotient against zero. Who derives `p - y` by hand leaves them out.

use super::claims::last_name;
use super::report::{Report, Verdict};
use super::study::Until;
use super::{Options, judge, verdicts};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Operator, Parameters, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// How large a guard may be.
const LARGEST: f64 = 1e-4;

/// Takes what is right where there are no guards for right.
pub(super) fn excuse(source: &str, path: &str, options: &Options, report: &mut Report) {
    let is_off = |verdict: Verdict| matches!(verdict, Verdict::Wrong | Verdict::Scaled);
    let off: Vec<usize> = report.claims.iter().filter(|claim| is_off(claim.verdict)).map(|claim| claim.id).collect();
    let unguarded = if off.is_empty() { None } else { without_guards(source) };
    let Some(unguarded) = unguarded else { return };
    let after = judge(&unguarded, path, options, Until::Points(off.clone()));
    if after.error.is_some() {
        return;
    }
    let is_right = |verdict: Verdict| matches!(verdict, Verdict::Right | Verdict::Kink);
    for claim in after.claims.into_iter().filter(|claim| is_right(claim.verdict) && off.contains(&claim.id)) {
        if let Some(own) = report.claims.iter_mut().find(|own| own.id == claim.id) {
            *own = claim;
        }
    }
    report.verdict = verdicts::worst(&report.claims);
}

/// A program with zeros in the place of its guards, each as long as what it replaces; nothing where there are none.
fn without_guards(source: &str) -> Option<String> {
    let parsed = ruff_python_parser::parse_module(source).ok()?;
    let mut guards = Guards { source, is_guarded: false, found: Vec::new() };
    let module: &ModModule = parsed.syntax();
    guards.visit_body(&module.body);
    let mut without = source.to_owned();
    for range in &guards.found {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        without.replace_range(start..end, &format!("{:<width$}", "0.0", width = end - start));
    }
    (!guards.found.is_empty()).then_some(without)
}

struct Guards<'a> {
    source: &'a str,
    /// Whether what is looked at is guarded against zero, or its guard.
    is_guarded: bool,
    found: Vec<TextRange>,
}

impl Guards<'_> {
    fn take(&mut self, expr: &Expr) {
        let number = self.source[expr.range()].parse().ok();
        let is_tiny = number.is_some_and(|number: f64| number > 0.0 && number <= LARGEST);
        if expr.is_number_literal_expr() && is_tiny && expr.range().len().to_usize() >= "0.0".len() {
            self.found.push(expr.range());
        }
    }

    fn within(&mut self, is_guarded: bool, visit: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.is_guarded, is_guarded);
        visit(self);
        self.is_guarded = around;
    }
}

fn is_guard(name: &str) -> bool {
    let name = name.to_lowercase();
    ["eps", "tiny", "small"].iter().any(|word| name.contains(word))
}

impl Visitor<'_> for Guards<'_> {
    fn visit_stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Assign(each) = stmt
            && each.targets.iter().any(|target| last_name(target).is_some_and(is_guard))
        {
            self.take(&each.value);
        }
        walk_stmt(self, stmt);
    }

    fn visit_parameters(&mut self, parameters: &Parameters) {
        for each in parameters.iter_non_variadic_params().filter(|each| is_guard(each.parameter.name.as_str())) {
            each.default.iter().for_each(|default| self.take(default));
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        const GUARDED: [&str; 8] = ["log", "log2", "log10", "sqrt", "clip", "maximum", "max", "min"];
        match expr {
            Expr::NumberLiteral(_) if self.is_guarded => self.take(expr),
            Expr::Call(call) => {
                let is_guarded = last_name(&call.func).is_some_and(|name| GUARDED.contains(&name));
                self.within(is_guarded, |guards| walk_expr(guards, expr));
            }
            Expr::BinOp(each) => match each.op {
                Operator::Add | Operator::Sub => walk_expr(self, expr),
                Operator::Div => {
                    self.visit_expr(&each.left);
                    self.within(true, |guards| guards.visit_expr(&each.right));
                }
                _ => self.within(false, |guards| walk_expr(guards, expr)),
            },
            _ => walk_expr(self, expr),
        }
    }
}
