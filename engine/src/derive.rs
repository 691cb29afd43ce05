//! Derivatives of programs and of functions: thin calls of the two sweeps.

use crate::dual::Dual;
use crate::error::Result;
use crate::graph::Graph;
use crate::program::Program;
use crate::real::Real;
use crate::sweep::{expect_length, forward, reverse};
use crate::value::Value;
use std::collections::HashMap;

impl Program {
    /// Records a function of parameters at a point.
    ///
    /// Only the operations are kept, so the program runs at any other point, as long as the function did not decide by
    /// comparing numbers.
    ///
    /// ```
    /// let square = engine::Program::record(&[1.0], |x| x[0] * x[0]);
    /// assert_eq!(square.evaluate(&[7.0], &[])?, [49.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn record(at: &[f64], f: impl for<'g> Fn(&[Value<'g>]) -> Value<'g>) -> Program {
        Program::record_all(at, |x| vec![f(x)])
    }

    /// Records a function with several results.
    ///
    /// ```
    /// let both = engine::Program::record_all(&[1.0, 1.0], |x| vec![x[0] + x[1], x[0] * x[1]]);
    /// assert_eq!(both.evaluate(&[2.0, 5.0], &[])?, [7.0, 10.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn record_all(at: &[f64], f: impl for<'g> Fn(&[Value<'g>]) -> Vec<Value<'g>>) -> Program {
        let graph = Graph::new();
        let outputs = f(&graph.params(at));
        graph.program(&outputs)
    }

    /// The number of every output. Errors on lists of the wrong length, as all of these calls do.
    ///
    /// ```
    /// let g = engine::Graph::new();
    /// let (w, x) = (g.param("w", 1.0), g.input("x", 1.0));
    /// let program = (w * x + 1.0).program();
    /// assert_eq!(program.evaluate(&[2.0], &[10.0])?, [21.0]);
    /// assert!(program.evaluate(&[2.0], &[]).is_err());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn evaluate<R: Real>(&self, params: &[R], inputs: &[R]) -> Result<Vec<R>> {
        let numbers = self.numbers(params, inputs)?;
        Ok(self.pick(self.outputs(), &numbers))
    }

    /// The derivatives of the first output by every parameter.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0, 1.0], |x| x[0].powi(2) * x[1]);
    /// assert_eq!(program.gradient(&[3.0, 5.0], &[])?, [30.0, 9.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn gradient<R: Real>(&self, params: &[R], inputs: &[R]) -> Result<Vec<R>> {
        let (numbers, output) = (self.numbers(params, inputs)?, self.output(0)?);
        Ok(self.pull_back(&numbers, &[(output, R::from(1.0))]))
    }

    /// The derivative of every output as the parameters move along `tangents`: Jacobian times vector.
    ///
    /// ```
    /// let polar = engine::Program::record_all(&[1.0, 0.0], |x| vec![x[0] * x[1].cos(), x[0] * x[1].sin()]);
    /// assert_eq!(polar.jvp(&[2.0, 0.0], &[1.0, 10.0], &[])?, [1.0, 20.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn jvp(&self, params: &[f64], tangents: &[f64], inputs: &[f64]) -> Result<Vec<f64>> {
        let outputs = self.evaluate(&self.moving(params, tangents)?, &constants(inputs))?;
        Ok(outputs.iter().map(|output| output.tangent).collect())
    }

    /// The derivative by every parameter of the outputs weighted by `cotangents`: vector times Jacobian.
    ///
    /// ```
    /// let program = engine::Program::record_all(&[1.0, 1.0], |x| vec![x[0] * x[1], x[0] - x[1]]);
    /// assert_eq!(program.vjp(&[3.0, 5.0], &[1.0, 10.0], &[])?, [15.0, -7.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn vjp(&self, params: &[f64], cotangents: &[f64], inputs: &[f64]) -> Result<Vec<f64>> {
        expect_length("cotangents", self.outputs().len(), cotangents.len())?;
        let seeds = self.outputs().iter().map(|&node| node as usize).zip(cotangents.iter().copied());
        Ok(self.pull_back(&self.numbers(params, inputs)?, &seeds.collect::<Vec<_>>()))
    }

    /// The derivative of each output (row) by each parameter (column), by whichever sweep needs fewer runs.
    ///
    /// ```
    /// let program = engine::Program::record_all(&[1.0, 1.0], |x| vec![x[0] * x[1], x[0] - x[1]]);
    /// assert_eq!(program.jacobian(&[3.0, 5.0], &[])?, [[5.0, 3.0], [1.0, -1.0]]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn jacobian(&self, params: &[f64], inputs: &[f64]) -> Result<Vec<Vec<f64>>> {
        expect_length("parameters", self.params().len(), params.len())?;
        if self.outputs().len() <= params.len() {
            let numbers = self.numbers(params, inputs)?;
            Ok(self.outputs().iter().map(|&node| self.pull_back(&numbers, &[(node as usize, 1.0)])).collect())
        } else {
            let columns = unit_vectors(params.len()).map(|unit| self.jvp(params, &unit, inputs));
            Ok(transpose(&columns.collect::<Result<Vec<_>>>()?, self.outputs().len()))
        }
    }

    /// The Hessian of the first output times a vector: the reverse sweep on dual numbers.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0, 1.0], |x| x[0].powi(2) * x[1]);
    /// assert_eq!(program.hvp(&[3.0, 5.0], &[1.0, 100.0], &[])?, [10.0 + 600.0, 6.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn hvp(&self, params: &[f64], vector: &[f64], inputs: &[f64]) -> Result<Vec<f64>> {
        let gradient = self.gradient(&self.moving(params, vector)?, &constants(inputs))?;
        Ok(gradient.iter().map(|derivative| derivative.tangent).collect())
    }

    /// The second derivatives of the first output by each two parameters, row by row.
    ///
    /// ```
    /// let program = engine::Program::record(&[1.0, 1.0], |x| x[0].powi(2) * x[1]);
    /// assert_eq!(program.hessian(&[3.0, 5.0], &[])?, [[10.0, 6.0], [6.0, 0.0]]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn hessian(&self, params: &[f64], inputs: &[f64]) -> Result<Vec<Vec<f64>>> {
        expect_length("parameters", self.params().len(), params.len())?;
        unit_vectors(params.len()).map(|unit| self.hvp(params, &unit, inputs)).collect()
    }

    /// The gradient of one output as a program: the same parameters and inputs, one output a parameter.
    ///
    /// It is recorded by the same two sweeps, run on [`Value`]s, and can be differentiated again.
    ///
    /// ```
    /// let cube = engine::Program::record(&[1.0], |x| x[0].powi(3));
    /// let third = cube.differentiate(0)?.differentiate(0)?.differentiate(0)?;
    /// assert_eq!(third.evaluate(&[5.0], &[])?, [6.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn differentiate(&self, output: usize) -> Result<Program> {
        self.recorded_gradient(output, |_, gradient| gradient)
    }

    /// One output and its gradient as one program: the outputs are that output, and its derivative by each parameter.
    ///
    /// ```
    /// let cube = engine::Program::record(&[1.0], |x| x[0].powi(3));
    /// assert_eq!(cube.value_and_gradient(0)?.evaluate(&[5.0], &[])?, [125.0, 75.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn value_and_gradient(&self, output: usize) -> Result<Program> {
        self.recorded_gradient(output, |value, gradient| [vec![value], gradient].concat())
    }

    /// Records both sweeps of one output; `outputs` chooses among it and its derivatives.
    fn recorded_gradient(
        &self,
        output: usize,
        outputs: impl for<'g> FnOnce(Value<'g>, Vec<Value<'g>>) -> Vec<Value<'g>>,
    ) -> Result<Program> {
        let output = self.output(output)?;
        let graph = Graph::new();
        let names: HashMap<usize, &str> = self.names().map(|(name, node)| (node, name)).collect();
        let leaf = |&leaf: &u32, param: bool| match (names.get(&(leaf as usize)), param) {
            (Some(name), true) => graph.param(name, f64::NAN),
            (Some(name), false) => graph.input(name, f64::NAN),
            (None, true) => graph.params(&[f64::NAN])[0],
            (None, false) => graph.inputs(&[f64::NAN])[0],
        };
        let params: Vec<Value<'_>> = self.params().iter().map(|param| leaf(param, true)).collect();
        let inputs: Vec<Value<'_>> = self.inputs().iter().map(|input| leaf(input, false)).collect();
        let numbers = self.numbers(&params, &inputs)?;
        let gradient = self.pull_back(&numbers, &[(output, Value::from(1.0))]);
        Ok(graph.program(&outputs(numbers[output], gradient)))
    }

    /// The number of every node.
    pub(crate) fn numbers<R: Real>(&self, params: &[R], inputs: &[R]) -> Result<Vec<R>> {
        let mut numbers = Vec::new();
        forward(self, params, inputs, &mut numbers)?;
        Ok(numbers)
    }

    /// The derivatives by the parameters of the sum of seeded nodes.
    fn pull_back<R: Real>(&self, numbers: &[R], seeds: &[(usize, R)]) -> Vec<R> {
        let mut adjoints = vec![R::from(0.0); numbers.len()];
        for &(node, seed) in seeds {
            adjoints[node].accumulate(seed);
        }
        reverse(self, numbers, &mut adjoints);
        self.pick(self.params(), &adjoints)
    }

    fn pick<R: Real>(&self, nodes: &[u32], from: &[R]) -> Vec<R> {
        nodes.iter().map(|&node| from[node as usize]).collect()
    }

    fn moving(&self, params: &[f64], tangents: &[f64]) -> Result<Vec<Dual>> {
        expect_length("parameters", self.params().len(), params.len())?;
        expect_length("tangents", self.params().len(), tangents.len())?;
        Ok(params.iter().zip(tangents).map(|(&value, &tangent)| Dual { value, tangent }).collect())
    }
}

fn constants(numbers: &[f64]) -> Vec<Dual> {
    numbers.iter().copied().map(Dual::from).collect()
}

fn unit_vectors(n: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..n).map(move |k| (0..n).map(|i| f64::from(u8::from(i == k))).collect())
}

fn transpose(columns: &[Vec<f64>], rows: usize) -> Vec<Vec<f64>> {
    (0..rows).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}
