//! A program as one straight line of instructions.
//!
//! Only what an instruction or two of the processor do is written here, in the order in which the row in the op table has
//! it. Every other op is a call of its row.

use crate::code::{IN_REGISTERS, address};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F64, F64X2};
use cranelift_codegen::ir::{
    AbiParam, Endianness, Function, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind, Type, Value,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use engine::{Op, Program};

/// The bytes of a number, and as a power of two.
const BYTES: u32 = size_of::<f64>() as u32;
const ALIGNMENT: u8 = align_of::<f64>().ilog2() as u8;

/// Writes a function of three addresses: where the parameters are, where the inputs are, and where the outputs after the
/// first one go. It returns the first output.
///
/// Where an output depends on a product of zero with an infinity or NaN, which [`Op::Chain`] makes zero, it is NaN.
pub(crate) fn emit(program: &Program, function: &mut Function, target: TargetFrontendConfig) {
    function.signature = signature(target, &[target.pointer_type(); 3]);
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(function, &mut context);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let [params, inputs, outputs] = std::array::from_fn(|list| builder.block_params(block)[list]);

    let mut emitter = Emitter { builder, target, numbers: Vec::with_capacity(program.len()) };
    let mut leaves = vec![None; program.len()];
    for (nodes, list) in [(program.params(), params), (program.inputs(), inputs)] {
        nodes.iter().enumerate().for_each(|(position, &node)| leaves[node as usize] = Some((list, position)));
    }
    for (node, leaf) in leaves.into_iter().enumerate() {
        let number = match (leaf, program.constant(node)) {
            (Some((list, position)), _) => Number::Leaf { list, position },
            (_, Some(constant)) => Number::Constant(constant),
            _ => Number::Computed(emitter.compute(program, node)),
        };
        emitter.numbers.push(number);
    }
    let results: Vec<Value> = program.outputs().iter().map(|&node| emitter.take(node)).collect();
    for (position, &result) in results[1..].iter().enumerate() {
        emitter.builder.ins().store(MemFlagsData::trusted(), result, outputs, offset(position));
    }
    emitter.builder.ins().return_(&results[..1]);
    emitter.builder.finalize(target);
}

/// How far a position is from the beginning of a list.
fn offset(position: usize) -> i32 {
    position as i32 * BYTES as i32
}

/// A function in the convention of C that gives a number.
fn signature(target: TargetFrontendConfig, takes: &[Type]) -> Signature {
    let mut signature = Signature::new(target.default_call_conv);
    signature.params.extend(takes.iter().copied().map(AbiParam::new));
    signature.returns.push(AbiParam::new(F64));
    signature
}

struct Emitter<'a> {
    builder: FunctionBuilder<'a>,
    target: TargetFrontendConfig,
    /// Of the nodes so far.
    numbers: Vec<Number>,
}

/// Leaves and constants are taken anew wherever they are needed, which is cheaper than keeping them across calls.
#[derive(Clone, Copy)]
enum Number {
    Leaf { list: Value, position: usize },
    Constant(f64),
    Computed(Value),
}

impl Emitter<'_> {
    /// The number of a node that came before.
    fn take(&mut self, node: u32) -> Value {
        match self.numbers[node as usize] {
            Number::Leaf { list, position } => {
                self.builder.ins().load(F64, MemFlagsData::trusted(), list, offset(position))
            }
            Number::Constant(number) => self.number(number),
            Number::Computed(value) => value,
        }
    }

    fn number(&mut self, number: f64) -> Value {
        self.builder.ins().f64const(number)
    }

    /// The result of an op.
    fn compute(&mut self, program: &Program, node: usize) -> Value {
        let op = program.op(node);
        let args: Vec<Value> = program.args(node).iter().map(|&arg| self.take(arg)).collect();
        let exponent = |n: u32| program.constant(n as usize).filter(|n| [1.0, 2.0, 3.0].contains(n));
        match (op, &args[..]) {
            (Op::Neg, &[x]) => self.builder.ins().fneg(x),
            (Op::Add, &[a, b]) => self.builder.ins().fadd(a, b),
            (Op::Sub, &[a, b]) => self.builder.ins().fsub(a, b),
            (Op::Mul | Op::Chain, &[a, b]) => self.builder.ins().fmul(a, b),
            (Op::Div, &[a, b]) => self.builder.ins().fdiv(a, b),
            (Op::Recip, &[x]) => {
                let one = self.number(1.0);
                self.builder.ins().fdiv(one, x)
            }
            (Op::Powi, &[x, _]) if let Some(n) = exponent(program.args(node)[1]) => {
                (1..n as u32).fold(x, |power, _| self.builder.ins().fmul(power, x))
            }
            (Op::Sqrt, &[x]) => self.builder.ins().sqrt(x),
            (Op::Abs, &[x]) => self.builder.ins().fabs(x),
            (Op::Relu, &[x]) => {
                let zero = self.number(0.0);
                self.choose(x, x, zero)
            }
            (Op::Select, &[c, a, b]) => self.choose(c, a, b),
            (Op::Sum, terms) => self.sum(terms),
            (Op::Dot, _) => {
                let (a, b) = args.split_at(args.len() / 2);
                let products: Vec<Value> = a.iter().zip(b).map(|(&a, &b)| self.builder.ins().fmul(a, b)).collect();
                self.sum(&products)
            }
            _ => self.call(op, &args),
        }
    }

    /// From left to right, as a row adds up.
    fn sum(&mut self, terms: &[Value]) -> Value {
        let sum = terms.iter().copied().reduce(|sum, term| self.builder.ins().fadd(sum, term));
        sum.unwrap_or_else(|| self.number(-0.0))
    }

    /// `a` where the condition is positive, else `b`, and NaN where it is NaN. Comparing lanes of a vector gives a mask to
    /// choose with, all bits of it one or zero; comparing numbers gives a jump, which the processor would have to guess.
    fn choose(&mut self, condition: Value, a: Value, b: Value) -> Value {
        let zero = self.number(0.0);
        let [condition, a, b, zero] = [condition, a, b, zero].map(|x| self.builder.ins().scalar_to_vector(F64X2, x));
        let positive = self.mask(FloatCC::GreaterThan, condition, zero);
        let chosen = self.builder.ins().bitselect(positive, a, b);
        let nan = self.mask(FloatCC::Unordered, condition, zero);
        let result = self.builder.ins().bor(chosen, nan);
        self.builder.ins().extractlane(result, 0)
    }

    fn mask(&mut self, by: FloatCC, a: Value, b: Value) -> Value {
        let mask = self.builder.ins().fcmp(by, a, b);
        self.builder.ins().bitcast(F64X2, MemFlagsData::new().with_endianness(Endianness::Little), mask)
    }

    fn call(&mut self, op: Op, args: &[Value]) -> Value {
        let pointer = self.target.pointer_type();
        let (takes, passed) = if op.arity().is_some_and(|arity| arity <= IN_REGISTERS) {
            (vec![F64; args.len()], args.to_vec())
        } else {
            let list = StackSlotData::new(StackSlotKind::ExplicitSlot, BYTES * args.len() as u32, ALIGNMENT);
            let list = self.builder.create_sized_stack_slot(list);
            for (position, &arg) in args.iter().enumerate() {
                self.builder.ins().stack_store(pointer, arg, list, offset(position));
            }
            let first = self.builder.ins().stack_addr(pointer, list, 0);
            (vec![pointer, pointer], vec![first, self.builder.ins().iconst(pointer, args.len() as i64)])
        };
        let function = address(op).expect("a node that is no leaf has a row");
        let function = self.builder.ins().iconst(pointer, function as i64);
        let signature = self.builder.import_signature(signature(self.target, &takes));
        let call = self.builder.ins().call_indirect(signature, function, &passed);
        self.builder.inst_results(call)[0]
    }
}
