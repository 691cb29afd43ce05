//! What a program claims, found in its syntax tree.

use super::definitions::Definitions;
use super::elsewhere;
use super::fresh::{Fresh, Moves};
use super::handed::Handed;
use super::inputs;
use super::named::Partials;
use super::rates::typed_rate;
use super::rounds::{Rounds, is_path};
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Operator, Stmt, UnaryOp};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{BTreeMap, HashSet};

/// `T -= S`, `T = T - S` or `T_new = T - S`, or the same with `+`: S is said to be the rate times the derivative of the
/// loss by the old T.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    /// What the statement assigns to, as the source spells it, without `self.`.
    pub(crate) target: String,
    /// The old one that it is about.
    pub(crate) wrt: String,
    /// The same as the source spells it.
    pub(crate) spelled: String,
    /// The statement.
    pub(crate) range: TextRange,
    /// Whether S is added.
    pub(crate) adds: bool,
    /// Expressions that may be the rate: one that is named so, or else what could be one.
    pub(crate) rates: Vec<String>,
    /// What the rate is multiplied by that changes from step to step, an expression.
    pub(crate) schedule: Option<String>,
    /// Whether a name tells the rate.
    pub(crate) named_rate: bool,
    /// Whether S is one name or number alone, and none that tells a rate.
    pub(crate) is_bare: bool,
    /// The names that S is made of and that are made of themselves, as what is carried from step to step is.
    pub(crate) recursive: Vec<String>,
    /// Whether one of them decays, as with a momentum.
    pub(crate) decays: bool,
    /// All names that S is made of.
    pub(crate) made_of: HashSet<String>,
    /// The numbers that are typed in its making, without their signs.
    pub(crate) typed: Vec<f64>,
    /// Whether S may be a number that is set by hand.
    pub(crate) sets: bool,
}

/// An assignment to a name that tells a loss: the source of its right side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    /// The variable, as the source spells it.
    pub(crate) variable: String,
    pub(crate) source: String,
    pub(crate) range: TextRange,
}

/// What is known of the name of a parameter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameter {
    /// The updates that are about it.
    pub(crate) updates: Vec<usize>,
    /// Whether they know it by another name, as an argument of a function or the variable of a loop.
    pub(crate) is_handed: bool,
    /// Those of them whose parameter begins under other names alone.
    elsewhere: Vec<usize>,
    /// The typed keys of a container that they are about, as in `neuron["weights"][j]`; empty if any is about the whole.
    keys: HashSet<String>,
}

impl Update {
    /// Whether a rate is named, or typed.
    pub(crate) fn has_rate(&self) -> bool {
        self.named_rate || self.rates.iter().any(|rate| typed_rate(rate).is_some())
    }
}

impl Parameter {
    /// Whether all updates know it as an argument or the variable of a loop: what else has its name is something else.
    pub(crate) fn begins_elsewhere(&self) -> bool {
        !self.updates.is_empty() && self.elsewhere.len() == self.updates.len()
    }

    /// Whether what a target gets is the parameter, or has it in it: not another part of its container, and not a container
    /// that is known by another name already.
    pub(crate) fn is_bound(&self, target: &Expr, value: &Expr) -> bool {
        let keys = keys_of(target);
        if self.begins_elsewhere() {
            return false;
        }
        self.keys.is_empty() || if keys.is_empty() { !is_path(value) } else { !keys.is_disjoint(&self.keys) }
    }
}

/// The keys that are typed in a target, as in `neuron["weights"][j]`.
fn keys_of(mut target: &Expr) -> HashSet<String> {
    let mut keys = HashSet::new();
    while let Expr::Subscript(part) = target {
        keys.extend(part.slice.as_string_literal_expr().map(|key| key.value.to_str().to_owned()));
        target = &part.value;
    }
    keys
}

/// Everything that a program claims.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    pub(crate) updates: Vec<Update>,
    pub(crate) losses: Vec<Candidate>,
    pub(crate) partials: Partials,
    /// The names that updates rebind, without what stands before a dot.
    pub(crate) parameters: BTreeMap<String, Parameter>,
    /// The names that are rescaled by what they have been made into.
    pub(crate) rescaled: HashSet<String>,
    /// The names of numbers that are written down and multiplied by parameters.
    pub(crate) inputs: HashSet<String>,
    /// The names that a loss is made of.
    pub(crate) forward: HashSet<String>,
    /// The pairs of a claim and a loss that is computed elsewhere.
    pub(crate) elsewhere: HashSet<(usize, usize)>,
    /// The pairs of a claim and a loss that is computed after it.
    pub(crate) afterwards: HashSet<(usize, usize)>,
}

const LOSSES: [&str; 9] = ["loss", "cost", "error", "L", "J", "C", "E", "E_total", "Etotal"];

/// Those of them that may be parameters as well: what is moved by a rate is no loss.
const LETTERS: [&str; 5] = ["error", "L", "J", "C", "E"];

/// The parts of an assigning statement that could be an update.
pub(crate) struct Form<'a> {
    pub(crate) target: &'a Expr,
    pub(crate) old: &'a Expr,
    pub(crate) step: &'a Expr,
    pub(crate) adds: bool,
    pub(crate) in_place: bool,
    /// Where it stands.
    pub(crate) range: TextRange,
}

/// The updates that a statement has the form of: one, or one for each part of `w, b = w - rate*dw, b - rate*db`.
pub(crate) fn forms<'a>(stmt: &'a Stmt, source: &str) -> Vec<Form<'a>> {
    match stmt {
        Stmt::AugAssign(each) if is_assignable(&each.target) => {
            let (target, range) = (&*each.target, each.range);
            let form = |adds| Form { target, old: target, step: &each.value, adds, in_place: true, range };
            sign(each.op).map(form).into_iter().collect()
        }
        Stmt::Assign(each) => match (each.targets.as_slice(), &*each.value) {
            ([Expr::Tuple(targets)], Expr::Tuple(values)) if targets.elts.len() == values.elts.len() => {
                let parts = targets.elts.iter().zip(&values.elts);
                parts.filter_map(|(target, value)| assigned_form(target, value, value.range(), source)).collect()
            }
            ([target], value) => assigned_form(target, value, each.range, source).into_iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The update that giving a value to a target has the form of.
pub(crate) fn assigned_form<'a>(target: &'a Expr, value: &'a Expr, range: TextRange, source: &str) -> Option<Form<'a>> {
    let Expr::BinOp(value) = value else { return None };
    let adds = sign(value.op)?;
    let same = source[target.range()] == source[value.left.range()];
    let renewed = last_name(target).zip(last_name(&value.left)).is_some_and(|(new, old)| is_new_of(new, old));
    (is_assignable(target) && (same || renewed)).then_some(Form {
        target,
        old: &value.left,
        step: &value.right,
        adds,
        in_place: false,
        range,
    })
}

fn is_assignable(expr: &Expr) -> bool {
    expr.is_name_expr() || expr.is_attribute_expr() || expr.is_subscript_expr()
}

/// Whether an operator adds, if it adds or subtracts.
fn sign(op: Operator) -> Option<bool> {
    match op {
        Operator::Sub => Some(false),
        Operator::Add => Some(true),
        _ => None,
    }
}

/// Whether `new` is `old` with the word new in front or behind.
fn is_new_of(new: &str, old: &str) -> bool {
    let rest = new.strip_prefix("new_").or_else(|| new.strip_suffix("_new")).or_else(|| new.strip_prefix("updated_"));
    rest == Some(old)
}

/// Whether an expression, or the first factor of a product, has a minus before it.
fn is_negative(expr: &Expr) -> bool {
    match expr {
        Expr::UnaryOp(minus) => minus.op == UnaryOp::USub,
        Expr::BinOp(product) if matches!(product.op, Operator::Mult | Operator::MatMult | Operator::Div) => {
            is_negative(&product.left)
        }
        _ => false,
    }
}

/// The name that an expression ends with: of `self.w1` it is `w1`, of `params[k]` it is `params`.
pub(crate) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        _ => None,
    }
}

impl Claims {
    /// Looks through a program.
    pub(crate) fn find(module: &ModModule, source: &str) -> Claims {
        let definitions = Definitions::find(module, source);
        let (fresh, rounds) = (Fresh::find(&module.body), Rounds::find(module));
        let find = |sums| {
            let (claims, targets, steps, losses) = (Claims::default(), Vec::new(), Vec::new(), Vec::new());
            let (definitions, fresh, rounds) = (&definitions, &fresh, &rounds);
            let mut finder = Finder { source, definitions, fresh, rounds, sums, claims, targets, steps, losses };
            finder.visit_body(&module.body);
            finder
        };
        let all = find(HashSet::new());
        let (updates, targets, steps) = (&all.claims.updates[..], &all.targets[..], &all.steps[..]);
        let sums = Moves { updates, targets, steps, rounds: &rounds, source }.inside_steps();
        let finder = if sums.is_empty() { all } else { find(sums) };
        let Finder { mut claims, targets, steps, mut losses, .. } = finder;
        losses.retain(|(candidate, _)| !claims.parameters.contains_key(&candidate.name));
        // Beside a loss, a J or an L may be what is to grow.
        losses.sort_by_key(|(candidate, _)| LOSSES.iter().position(|name| *name == candidate.name));
        let (candidates, losses): (Vec<Candidate>, Vec<&Expr>) = losses.into_iter().unzip();
        claims.losses = candidates;
        // A parameter that an update knows by another name begins where it has its own.
        let handed = Handed::find(module);
        for (k, update) in claims.updates.iter().enumerate().filter(|(_, update)| update.has_rate()) {
            let name = update.spelled.split('[').next().unwrap_or_default();
            let sources = handed.sources(name, update.range, &definitions);
            if let Some(own) = claims.parameters.get_mut(name).filter(|_| !sources.iter().any(|source| source == name))
            {
                own.elsewhere.extend((!sources.is_empty()).then_some(k));
            }
            for source in sources {
                claims
                    .parameters
                    .entry(source)
                    .or_insert(Parameter { is_handed: true, ..Parameter::default() })
                    .updates
                    .push(k);
            }
        }
        let updates = claims.updates.iter().map(|update| update.range).collect();
        claims.partials = Partials::find(&module.body, source, &updates);
        // What is said to be a derivative is no parameter, however it is added up.
        let partials: HashSet<&str> = claims.partials.claims.iter().map(|partial| partial.name.as_str()).collect();
        let ends: HashSet<String> =
            claims.parameters.keys().filter(|name| !partials.contains(name.as_str())).cloned().collect();
        // What a loss is made of is no derivative by hand.
        let mut forward: HashSet<String> = losses.iter().flat_map(|loss| definitions.made_of(loss, &ends)).collect();
        forward.extend(ends.iter().cloned());
        for (update, step) in claims.updates.iter_mut().zip(steps) {
            // What is said to be a derivative is no rate.
            update.rates.retain(|rate| update.named_rate || !partials.contains(rate.as_str()));
            update.is_bare &= !last_name(step).is_some_and(|name| partials.contains(name));
            update.made_of = definitions.made_of(step, &ends);
            update.typed = definitions.typed_in(step, &forward);
            update.sets = definitions.sets(step, &ends);
            update.typed.retain(|typed| !update.rates.iter().any(|rate| rate.parse() == Ok(*typed)));
        }
        for partial in &mut claims.partials.claims {
            partial.made_of = definitions.name_made_of(&partial.name, &ends);
            partial.sets = definitions.values(&partial.name).any(|value| definitions.sets(value, &ends));
            partial.typed = definitions.values(&partial.name).flat_map(|v| definitions.typed_in(v, &forward)).collect();
        }
        claims.forward = forward;
        claims.elsewhere = elsewhere::find(&claims, &targets, &losses, &rounds);
        claims.afterwards = elsewhere::afterwards(&claims, &rounds);
        claims.rescaled = definitions.rescaled(&ends);
        claims.inputs = inputs::find(&module.body, &definitions, &|name| claims.parameters.contains_key(name));
        claims
    }

    /// Whether a claim is rescaled on its way, as by a norm.
    pub(crate) fn is_rescaled(&self, claim: usize) -> bool {
        let own = claim.checked_sub(self.updates.len()).map(|k| &self.partials.claims[k].name);
        self.making(claim).1.iter().chain(own).any(|name| self.rescaled.contains(name))
    }

    /// The numbers that are typed in the making of a claim, and the names that it is made of.
    pub(crate) fn making(&self, claim: usize) -> (&[f64], &HashSet<String>) {
        match claim.checked_sub(self.updates.len()) {
            None => (&self.updates[claim].typed, &self.updates[claim].made_of),
            Some(k) => (&self.partials.claims[k].typed, &self.partials.claims[k].made_of),
        }
    }
}

/// Whether something is called an error and is how far a result lies from its target, which nobody descends.
fn is_mere_difference(name: &str, value: &Expr) -> bool {
    ["error", "E"].contains(&name) && matches!(value, Expr::BinOp(difference) if difference.op == Operator::Sub)
}

struct Finder<'a> {
    source: &'a str,
    definitions: &'a Definitions<'a>,
    fresh: &'a Fresh,
    rounds: &'a Rounds<'a>,
    /// What only looks like an update.
    sums: HashSet<TextRange>,
    claims: Claims,
    /// What each update moves.
    targets: Vec<&'a Expr>,
    /// What each update subtracts.
    steps: Vec<&'a Expr>,
    /// The names that tell a loss, and what each is assigned.
    losses: Vec<(Candidate, &'a Expr)>,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        for form in forms(stmt, self.source) {
            self.update(stmt, &form);
        }
        let assigned = match stmt {
            Stmt::Assign(each) if each.targets.len() == 1 => Some((&each.targets[0], &*each.value)),
            // What is added up over statements is known by its name alone.
            Stmt::AugAssign(each) => Some((&*each.target, &*each.target)),
            _ => None,
        };
        if let Some((target @ (Expr::Name(_) | Expr::Attribute(_)), value)) = assigned
            && let Some(name) = last_name(target).filter(|name| LOSSES.contains(name))
            && !is_mere_difference(name, value)
        {
            let (name, variable) = (name.to_owned(), self.source[target.range()].to_owned());
            let source = self.source[value.range()].to_owned();
            self.losses.push((Candidate { name, variable, source, range: stmt.range() }, value));
        }
        walk_stmt(self, stmt);
    }
}

impl<'a> Finder<'a> {
    fn update(&mut self, stmt: &Stmt, form: &Form<'a>) {
        let Some(parameter) = last_name(form.old) else { return };
        let named = self.definitions.named_rate(form.step, 3);
        let named_rate = named.is_some();
        let rates = named.map_or_else(|| self.definitions.possible_rates(form.step), |rate| vec![rate]);
        // Sums of other things than steps are many, but few of them begin at random.
        let has_rate = named_rate || rates.iter().any(|rate| typed_rate(rate).is_some());
        let is_step = !form.adds || has_rate || is_negative(form.step) || self.definitions.is_random(parameter);
        let is_other = |name: &&str| *name != parameter && self.definitions.of.contains_key(*name);
        let may_move = named_rate || has_rate && LOSSES.iter().any(is_other);
        let is_loss = LOSSES.contains(&parameter) && !(LETTERS.contains(&parameter) && may_move && !form.adds);
        // A number alone is none of a derivative.
        let is_move = is_step && !form.step.is_number_literal_expr() && !self.sums.contains(&form.range);
        if is_loss || !is_move || self.fresh.is_sum(form.target, stmt.range(), self.rounds) {
            return;
        }
        let keys = keys_of(form.old);
        let known = self.claims.parameters.entry(parameter.to_owned()).or_default();
        if keys.is_empty() || known.keys.is_empty() && !known.updates.is_empty() {
            known.keys.clear();
        } else {
            known.keys.extend(keys);
        }
        known.updates.push(self.steps.len());
        let spelled = |expr: &Expr| self.source[expr.range()].trim_start_matches("self.").to_owned();
        self.targets.push(form.target);
        self.steps.push(form.step);
        let recursive = self.definitions.recursive_in(form.step, parameter);
        self.claims.updates.push(Update {
            target: spelled(form.target),
            wrt: spelled(form.old),
            spelled: self.source[form.old.range()].to_owned(),
            range: form.range,
            adds: form.adds,
            is_bare: !named_rate && matches!(form.step, Expr::Name(_) | Expr::Attribute(_) | Expr::NumberLiteral(_)),
            named_rate,
            rates,
            schedule: self.definitions.schedule(form.step),
            decays: self.definitions.decays(&recursive),
            recursive,
            made_of: HashSet::new(),
            typed: Vec::new(),
            sets: false,
        });
    }
}
