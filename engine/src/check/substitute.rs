//! One named quantity of a claim replaced by another.

use crate::check::study::Study;
use crate::ops::Op;
use crate::program::Program;
use smallvec::SmallVec;
use std::collections::HashMap;

/// In claims of more nodes than this, a name is replaced everywhere or nowhere.
const LARGE: usize = 200;
/// How many nodes are computed, at most, in the search for a substitution.
const WORK: usize = 5_000_000;

/// A name replaced by another, everywhere in some part of a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Substitution {
    pub(crate) replace: usize,
    pub(crate) with: usize,
    within: Part,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// The claim is nothing but the name.
    Whole,
    /// A node of the claim and all that it is made of.
    Below(usize),
    /// One argument of a node.
    Argument(usize, usize),
}

/// A substitution's place in words.
pub(crate) enum Place {
    /// Everywhere in the claim.
    Claim,
    /// Everywhere in a part of it, which is given as a formula.
    Within(String),
    /// In one of several places of a formula.
    Rewritten { old: String, new: String },
}

impl Substitution {
    pub(crate) fn place(&self, study: &Study, hand: usize) -> Place {
        let program = &study.program;
        let within = |node: usize| if node == hand { Place::Claim } else { Place::Within(program.definition(node)) };
        match self.within {
            Part::Whole => Place::Claim,
            Part::Below(node) => within(node),
            Part::Argument(node, position) => {
                let made_of = program.ancestors([node]);
                let uses = (0..=node).filter(|&user| made_of[user] && !study.forward[user]);
                let uses = uses.flat_map(|user| program.args(user)).filter(|&&arg| arg as usize == self.replace);
                if uses.count() == 1 {
                    return within(node);
                }
                let mut rewritten = program.clone();
                let args = program.args(node).iter().enumerate();
                let args: SmallVec<[u32; 8]> =
                    args.map(|(place, &arg)| if place == position { self.with as u32 } else { arg }).collect();
                let new = rewritten.push_op(program.op(node), args.into_iter());
                Place::Rewritten { old: program.definition(node), new: rewritten.definition(new as usize) }
            }
        }
    }
}

/// What a claim's author recorded for it: the nodes that it is made of and the computation is not.
pub(crate) struct Expression<'a> {
    study: &'a Study,
    hand: usize,
    own: Vec<usize>,
    moving_inputs: Vec<bool>,
}

impl<'a> Expression<'a> {
    pub(crate) fn new(study: &'a Study, hand: usize, move_inputs: bool) -> Self {
        let made_of = study.program.ancestors([hand]);
        let is_own = |&node: &usize| made_of[node] && !study.forward[node] && !study.program.args(node).is_empty();
        let own = (0..=hand).filter(is_own).collect();
        Expression { study, hand, own, moving_inputs: study.moving_inputs(move_inputs) }
    }

    /// The nodes of it that have names, but for the claim itself.
    pub(crate) fn named_steps(&self) -> impl Iterator<Item = usize> {
        self.own.iter().copied().filter(|node| *node != self.hand && self.study.names.contains_key(node))
    }

    /// The claim's number after a substitution, given the numbers of all nodes before it.
    pub(crate) fn replay(&self, substitution: &Substitution, numbers: &[f64]) -> f64 {
        let Substitution { replace, with, within } = *substitution;
        let program = &self.study.program;
        let mut changed: HashMap<usize, f64> = HashMap::new();
        let place = match within {
            Part::Whole => return numbers[with],
            Part::Below(top) => {
                for &node in self.own.iter().take_while(|&&node| node <= top) {
                    let get =
                        |arg: usize| if arg == replace { Some(numbers[with]) } else { changed.get(&arg).copied() };
                    if let Some(number) = recompute(program, node, numbers, |_, arg| get(arg)) {
                        changed.insert(node, number);
                    }
                }
                top
            }
            Part::Argument(top, position) => {
                let get = |place: usize, _: usize| (place == position).then_some(numbers[with]);
                changed.extend(recompute(program, top, numbers, get).map(|number| (top, number)));
                top
            }
        };
        // Outside of the part only what is made of it changes.
        changed.retain(|&node, _| node == place);
        for &node in self.own.iter().filter(|&&node| node > place) {
            if let Some(number) = recompute(program, node, numbers, |_, arg| changed.get(&arg).copied()) {
                changed.insert(node, number);
            }
        }
        changed.get(&self.hand).copied().unwrap_or(numbers[self.hand])
    }

    /// The substitutions that make a number of the claim that is `wanted`.
    ///
    /// Tried is every name for every name, in the whole claim, in each part of it and in each single place, until the
    /// work gets too much. Where inputs keep their numbers none is put in, since it would pass for a constant.
    pub(crate) fn substitutions(
        &self,
        numbers: &[f64],
        wanted: impl Fn(f64) -> bool,
    ) -> impl Iterator<Item = Substitution> {
        let sites = self.sites();
        let with = self.candidates();
        let each = self.own.len().max(1);
        let mut found = Vec::new();
        let mut work = 0;
        for &(replace, within) in &sites {
            let earliest = match within {
                Part::Whole => usize::MAX,
                Part::Below(_) => self.first_use(replace),
                Part::Argument(node, _) => node,
            };
            for &(with, made_of_claim) in &with {
                // What is made of the claim itself cannot stand in it.
                if with == replace || (made_of_claim && with >= earliest) || numbers[with] == numbers[replace] {
                    continue;
                }
                work += each;
                if work > WORK {
                    return found.into_iter();
                }
                let substitution = Substitution { replace, with, within };
                if wanted(self.replay(&substitution, numbers)) {
                    found.push(substitution);
                }
            }
        }
        found.into_iter()
    }

    /// Where a name can be replaced: the whole claim first, smaller parts last.
    fn sites(&self) -> Vec<(usize, Part)> {
        let named = |node: &usize| self.study.names.contains_key(node);
        if self.own.is_empty() {
            return Some(self.hand).filter(named).map(|node| (node, Part::Whole)).into_iter().collect();
        }
        let program = &self.study.program;
        let mut sites = Vec::new();
        for &top in self.own.iter().rev() {
            if top != self.hand && self.own.len() > LARGE {
                break;
            }
            let below = program.ancestors([top]);
            let mut inside: Vec<usize> = (self.own.iter().filter(|&&node| below[node]))
                .flat_map(|&node| program.args(node).iter().map(|&arg| arg as usize))
                .filter(named)
                .collect();
            inside.sort_unstable();
            inside.dedup();
            sites.extend(inside.into_iter().map(|name| (name, Part::Below(top))));
        }
        if self.own.len() <= LARGE {
            let places =
                self.own.iter().flat_map(|&node| (0..program.args(node).len()).map(move |place| (node, place)));
            let single = places.map(|(node, place)| (program.args(node)[place] as usize, Part::Argument(node, place)));
            sites.extend(single.filter(|(name, _)| named(name)));
        }
        sites
    }

    /// Every named node that moves, and whether it is made of this claim's.
    fn candidates(&self) -> Vec<(usize, bool)> {
        let made_of_claim = self.study.program.descendants(self.own.iter().copied());
        let program = &self.study.program;
        let useful = |&node: &usize| match program.op(node) {
            Op::Const => false,
            Op::Input => self.moving_inputs[program.position(node)],
            _ => true,
        };
        let mut named: Vec<usize> = self.study.names.keys().copied().filter(useful).collect();
        named.sort_unstable();
        named.into_iter().map(|node| (node, made_of_claim[node])).collect()
    }

    fn first_use(&self, name: usize) -> usize {
        let uses = |node: &&usize| self.study.program.args(**node).contains(&(name as u32));
        self.own.iter().find(uses).copied().unwrap_or(usize::MAX)
    }
}

/// The number of a node with some arguments changed; none when none is.
fn recompute(
    program: &Program,
    node: usize,
    numbers: &[f64],
    changed: impl Fn(usize, usize) -> Option<f64>,
) -> Option<f64> {
    let args = program.args(node);
    let mut any = false;
    let places: SmallVec<[f64; 8]> = (args.iter().enumerate())
        .map(|(place, &arg)| {
            let new = changed(place, arg as usize);
            any |= new.is_some();
            new.unwrap_or(numbers[arg as usize])
        })
        .collect();
    any.then(|| program.op(node).value(&places[..]))
}
