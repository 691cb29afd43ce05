//! From a program to a plan: which nodes become one instruction, and in which order.

use super::{Affine, Instruction, List, Map, Operand, Plan, Wide};
use crate::ops::Op;
use crate::program::Program;
use std::collections::HashSet;

/// A node that will be computed, before it is put together with its likes.
struct Form {
    node: usize,
    shape: Shape,
}

/// Ordered so that those that may become one instruction are neighbours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Affine { slots: Vec<u32>, biased: bool, weights: u32, bias: u32 },
    Map { op: u8, args: Vec<u32> },
    Wide { args: Vec<u32> },
}

impl Plan {
    /// Lays out what the outputs of a program need.
    pub(crate) fn new(program: &Program) -> Plan {
        Compiler::new(program).compile()
    }
}

struct Compiler<'a> {
    program: &'a Program,
    plan: Plan,
    /// The slot of each node, once that is known.
    slots: Vec<u32>,
    /// Which nodes depend on a parameter, and so have an adjoint.
    active: Vec<bool>,
    /// The dot that an addition of a bias is computed together with.
    dots: Vec<Option<u32>>,
}

impl<'a> Compiler<'a> {
    fn new(program: &'a Program) -> Self {
        let mut slots: Vec<u32> = vec![u32::MAX; program.len()];
        let mut constants = Vec::new();
        let mut active = vec![false; program.len()];
        let inputs = program.inputs().len();
        for node in 0..program.len() {
            match program.op(node) {
                Op::Param => active[node] = true,
                Op::Input => slots[node] = program.position(node) as u32,
                Op::Const => {
                    slots[node] = (inputs + constants.len()) as u32;
                    constants.extend(program.constant(node));
                }
                _ => active[node] = program.args(node).iter().any(|&arg| active[arg as usize]),
            }
        }
        let plan = Plan {
            instructions: Vec::new(),
            params: program.params().len(),
            inputs,
            constants,
            spread: Vec::new(),
            slots: 0,
            outputs: Vec::new(),
        };
        Compiler { program, plan, slots, active, dots: vec![None; program.len()] }
    }

    /// Gives a slot to each parameter that is an output or an argument of something else than a layer.
    fn spread(&mut self, levels: &[Vec<usize>]) {
        let mut wanted = vec![false; self.program.len()];
        self.program.outputs().iter().for_each(|&node| wanted[node as usize] = true);
        for &node in levels.iter().flatten().filter(|&&node| self.layer(node).is_none()) {
            self.program.args(node).iter().for_each(|&arg| wanted[arg as usize] = true);
        }
        self.plan.slots = self.plan.fixed();
        for &param in self.program.params().iter().filter(|&&param| wanted[param as usize]) {
            self.slots[param as usize] = self.plan.slots as u32;
            self.plan.slots += 1;
            let position = self.program.position(param as usize);
            match self.plan.spread.last_mut().filter(|run| run.end == position) {
                Some(run) => run.end += 1,
                None => self.plan.spread.push(position..position + 1),
            }
        }
    }

    fn compile(mut self) -> Plan {
        let levels = self.levels();
        self.spread(&levels);
        for level in levels {
            let mut forms: Vec<Form> = level.into_iter().map(|node| Form { node, shape: self.shape(node) }).collect();
            forms.sort_by(|a, b| a.shape.cmp(&b.shape));
            let mut rest = &forms[..];
            while let [first, ..] = rest {
                let (like, others) = rest.split_at(self.run(rest));
                for (position, form) in like.iter().enumerate() {
                    self.slots[form.node] = (self.plan.slots + position) as u32;
                }
                let instruction = self.instruction(first, like);
                self.plan.instructions.push(instruction);
                self.plan.slots += like.len();
                rest = others;
            }
        }
        self.plan.outputs = self.program.outputs().iter().map(|&node| self.slots[node as usize]).collect();
        self.plan
    }

    /// The nodes to compute, in steps that need only earlier steps.
    fn levels(&mut self) -> Vec<Vec<usize>> {
        let program = self.program;
        let alive = program.ancestors(program.outputs().iter().map(|&node| node as usize));
        let mut uses = program.uses();
        for node in (0..program.len()).filter(|&node| alive[node] && program.op(node) == Op::Add) {
            let [a, b] = [0, 1].map(|side| program.args(node)[side]);
            let biased = |dot: u32, bias: u32| {
                uses[dot as usize] == 1
                    && program.op(bias as usize) == Op::Param
                    && self.weights(dot as usize).is_some()
            };
            self.dots[node] = if biased(a, b) { Some(a) } else { biased(b, a).then_some(b) };
            if let Some(dot) = self.dots[node] {
                uses[dot as usize] = 0;
            }
        }
        let mut levels: Vec<Vec<usize>> = Vec::new();
        let mut level = vec![0; program.len()];
        for node in (0..program.len()).filter(|&node| alive[node] && program.op(node).arity() != Some(0)) {
            let after = program.args(node).iter().map(|&arg| level[arg as usize]).max().unwrap_or(0);
            if uses[node] == 0 {
                level[node] = after;
                continue;
            }
            level[node] = after + 1;
            levels.resize_with(levels.len().max(after + 1), Vec::new);
            levels[after].push(node);
        }
        levels
    }

    /// Of a dot of neighbouring parameters with other numbers, the first parameter and the other nodes.
    fn weights(&self, node: usize) -> Option<(u32, Vec<u32>)> {
        if self.program.op(node) != Op::Dot {
            return None;
        }
        let args = self.program.args(node);
        let (a, b) = args.split_at(args.len() / 2);
        let position = |node: u32| {
            let param = self.program.op(node as usize) == Op::Param;
            param.then(|| self.program.position(node as usize) as u32)
        };
        let pairs = a.iter().zip(b).map(|(&a, &b)| match (position(a), position(b)) {
            (Some(weight), None) => Some((weight, b)),
            (None, Some(weight)) => Some((weight, a)),
            _ => None,
        });
        let (weights, others): (Vec<u32>, Vec<u32>) = pairs.collect::<Option<Vec<_>>>()?.into_iter().unzip();
        let neighbours = weights.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let different = others.iter().collect::<HashSet<_>>().len() == others.len();
        (neighbours && different).then(|| weights.first().map(|&first| (first, others)))?
    }

    /// The same of a dot together with the addition of a bias.
    fn layer(&self, node: usize) -> Option<(u32, Vec<u32>)> {
        self.weights(self.dots[node].map_or(node, |dot| dot as usize))
    }

    fn shape(&self, node: usize) -> Shape {
        let slot = |&arg: &u32| self.slots[arg as usize];
        if let Some((weights, others)) = self.layer(node) {
            let dot = self.dots[node];
            let bias = self.program.args(node).iter().find(|&&arg| dot.is_some_and(|dot| arg != dot));
            let bias = bias.map(|&bias| self.program.position(bias as usize) as u32);
            let (biased, bias) = (bias.is_some(), bias.unwrap_or(0));
            return Shape::Affine { slots: others.iter().map(slot).collect(), biased, weights, bias };
        }
        let args = self.program.args(node).iter().map(slot).collect();
        match self.program.op(node).arity() {
            Some(_) => Shape::Map { op: self.program.op(node) as u8, args },
            None => Shape::Wide { args },
        }
    }

    /// How many forms from the first on become one instruction.
    fn run(&self, forms: &[Form]) -> usize {
        let Some((first, second)) = forms.first().zip(forms.get(1)) else { return forms.len() };
        let follows = |(position, form): (usize, &Form)| match (&first.shape, &second.shape, &form.shape) {
            (
                Shape::Affine { slots: a, biased: p, weights: w, bias: b },
                Shape::Affine { weights: next_w, bias: next_b, .. },
                Shape::Affine { slots: c, biased: q, weights, bias },
            ) => {
                let at = |first: &u32, next: &u32| first + (next - first) * position as u32;
                a == c && p == q && next_w >= w && next_b >= b && *weights == at(w, next_w) && *bias == at(b, next_b)
            }
            (Shape::Map { op: a, args: first }, Shape::Map { args: second, .. }, Shape::Map { op: b, args }) => {
                let steps = first.iter().zip(second).map(|(first, second)| first != second);
                a == b
                    && first
                        .iter()
                        .zip(steps)
                        .zip(args)
                        .all(|((first, steps), arg)| *arg == first + if steps { position as u32 } else { 0 })
            }
            _ => position == 0,
        };
        forms.iter().enumerate().take_while(|&(position, form)| follows((position, form))).count().max(1)
    }

    fn instruction(&self, first: &Form, like: &[Form]) -> Instruction {
        let (out, rows) = (self.plan.slots, like.len());
        let args = self.program.args(first.node);
        let wants = |node: &u32| self.active[*node as usize];
        match (&first.shape, like.get(1).map(|next| &next.shape)) {
            (Shape::Affine { slots, biased, weights, bias }, next) => {
                let (mut weights, mut bias) = ((*weights as usize, 0), (*bias as usize, 0));
                if let Some(Shape::Affine { weights: w, bias: b, .. }) = next {
                    (weights.1, bias.1) = (*w as usize - weights.0, *b as usize - bias.0);
                }
                let dot = self.dots[first.node].map_or(first.node, |dot| dot as usize);
                let active = |&arg: &u32| self.program.op(arg as usize) != Op::Param && wants(&arg);
                Instruction::Affine(Affine {
                    rows,
                    weights,
                    bias: biased.then_some(bias),
                    consecutive: slots.windows(2).all(|pair| pair[0] + 1 == pair[1]),
                    slots: slots.clone(),
                    active: self.program.args(dot).iter().any(active),
                    out,
                })
            }
            (Shape::Map { args: slots, .. }, next) => {
                let mut operands = [Operand { slot: 0, step: 0, active: false }; 3];
                for (position, &slot) in slots.iter().enumerate() {
                    let steps = matches!(next, Some(Shape::Map { args, .. }) if args[position] != slot);
                    let active = like.iter().any(|form| wants(&self.program.args(form.node)[position]));
                    operands[position] = Operand { slot: slot as usize, step: usize::from(steps), active };
                }
                Instruction::Map(Map { op: self.program.op(first.node), len: rows, operands, out })
            }
            (Shape::Wide { args: slots }, _) => {
                let op = self.program.op(first.node);
                let active: Vec<bool> = args.iter().map(wants).collect();
                let (a, b) = slots.split_at(slots.len() / 2);
                let lists = List::new(a, &active[..a.len()]).zip(List::new(b, &active[a.len()..]));
                let lists = lists.filter(|_| op == Op::Dot).map(|(a, b)| [a, b]);
                Instruction::Wide(Wide { op, args: slots.clone(), active, out, lists })
            }
        }
    }
}
