//! Updates, while the program runs.

use super::claims::Update;
use super::entering::{Entered, Entering, Reading, Step};
use super::lives::{Life, Met};
use super::monitor::{Monitor, renewed};
use super::newton::is_newton;
use super::samples::{Point, Sample};
use super::scene::Scene;
use crate::array::{Array, Kind, Number, broadcast_shapes};
use crate::numpy::convert::{element_of, to_array};
use crate::numpy::object::NdArray;
use rustpython_vm::builtins::{PyInt, PyStr};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

impl Update {
    /// What the statement gives its target, without a look at it.
    pub(crate) fn apply(&self, in_place: bool, old: &PyObject, step: &PyObject, vm: &VirtualMachine) -> PyResult {
        match (self.adds, in_place) {
            (false, false) => vm._sub(old, step),
            (false, true) => vm._isub(old, step),
            (true, false) => vm._add(old, step),
            (true, true) => vm._iadd(old, step),
        }
    }
}

impl Monitor {
    /// Does what a statement does that is written as an update, and judges it where it is one.
    pub(super) fn update(
        &self,
        k: usize,
        in_place: bool,
        old: &PyObject,
        step: &PyObject,
        key: Option<String>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let update = &self.claims.updates[k];
        let new = |step: &PyObject| update.apply(in_place, old, step, vm);
        if self.evaluating.get() || element_of(old, vm)?.is_none() && !old.downcastable::<NdArray>() {
            return new(step);
        }
        self.stop_when_enough(vm)?;
        let parameter = to_array(old, vm)?;
        let numbers = parameter.numbers();
        let wants = self.wants(k);
        let mut life = if wants { self.life(k, &numbers) } else { Life::default() };
        let traced = life.waits || numbers.iter().any(Number::is_leaf);
        self.keep_old(k, &parameter, vm)?;
        if wants && traced {
            self.evaluating.set(true);
            let met = self.judge(k, key.as_deref(), &parameter, step, &life, vm);
            self.evaluating.set(false);
            let Some(met) = met? else { return new(step) };
            if !self.take_met(k, &mut life, met) {
                let value = new(step)?;
                self.take_bound(k, &to_array(&value, vm)?.numbers(), numbers, life);
                return Ok(value);
            }
        } else if self.seen.borrow().points[k].is_empty() && !self.begins(k, &numbers, step, vm) {
            return new(step);
        }
        if !traced && !self.is_tracing() {
            return new(step);
        }
        self.trace.pass(&numbers);
        let tracing = self.is_tracing();
        let begin = |number: &Number| match tracing {
            true => self.trace.leaf(number.value()),
            false => Number::from(number.value()),
        };
        let mended = self.mended(step, vm);
        let value = match new(mended.as_deref().unwrap_or(step))? {
            // Whatever else it is called, the program has moved it in place.
            value if in_place && renew_in_place(&value, &begin) => value,
            value => renewed(value, &begin, vm)?,
        };
        let bound = to_array(&value, vm)?.numbers();
        self.take_bound(k, &bound, numbers, life);
        Ok(value)
    }

    /// Whether what an update binds may be a parameter from now on, though nothing that has its name was one before: an
    /// argument of a function, or the variable of a loop.
    fn begins(&self, k: usize, old: &[Number], step: &PyObject, vm: &VirtualMachine) -> bool {
        let plain = |numbers: &[Number]| numbers.iter().all(|number| number.node().is_none());
        let step = || to_array(step, vm).is_ok_and(|step| plain(&step.numbers()));
        self.claims.updates[k].has_rate() && plain(old) && step()
    }

    /// The numbers of an update at one execution, unless there is no loss to compare them with.
    fn judge(
        &self,
        k: usize,
        key: Option<&str>,
        parameter: &Array,
        step: &PyObject,
        life: &Life,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Met>> {
        let (update, numbers) = (&self.claims.updates[k], &parameter.numbers());
        let open: Vec<usize> =
            (0..self.candidates.len()).filter(|place| !self.seen.borrow().refused[k].contains(place)).collect();
        let values: Vec<(usize, Option<Number>)> =
            open.into_iter().map(|place| (place, self.loss(k, place, numbers, vm))).collect();
        let rates = self.rates_of(update, vm);
        self.take_again(k, life, numbers, vm);
        // Nodes are asked for only now: while an expression is evaluated, the trace may let go of its beginning.
        let nodes = Number::nodes(numbers);
        let mut losses: Vec<(usize, u32)> = Vec::new();
        let idle;
        for (place, value) in &values {
            match value.as_ref().and_then(Number::node) {
                Some(node) if self.trace.tape().depends(node, &nodes) => losses.push((*place, node)),
                _ => self.refuse_old(k, *place, value.as_ref(), life),
            }
        }
        let is_idle = losses.is_empty();
        if is_idle {
            let Some((place, value)) = self.idle_loss(k, life, &values) else { return Ok(None) };
            if self.is_guarded(&value) {
                return Ok(Some(Met::Idle(None)));
            }
            // What is no part of the tape yet has a place on it for as long as it is compared.
            idle = self.trace.traced(&value);
            losses.extend(idle.node().map(|node| (place, node)));
        }
        if losses.iter().any(|&(place, _)| !self.is_elsewhere(k, place)) {
            losses.retain(|&(place, _)| !self.is_elsewhere(k, place));
        }
        let Some(&(first, loss)) = losses.first() else { return Ok(None) };
        // A plain number alone is how far a finite difference goes.
        if update.is_bare && element_of(step, vm)?.is_some_and(|each| each.number().node().is_none()) {
            return Ok(None);
        }
        let derivatives = |loss: u32| -> Vec<(f64, f64)> {
            let by = self.trace.tape().derivatives(loss);
            numbers.iter().map(|number| number.node().map_or((0.0, 0.0), |node| by.by(node))).collect()
        };
        let expected = derivatives(loss);
        for &(other, rival) in &losses[1..] {
            let factor = proportion(&expected, &derivatives(rival), self.rtol);
            let seen = &mut *self.seen.borrow_mut();
            let known = *seen.proportions.entry([k, first, other]).or_insert(factor);
            let same = match (known, factor) {
                (Some(a), Some(b)) => a.is_nan() || b.is_nan() || (a - b).abs() <= self.rtol * a.abs(),
                _ => false,
            };
            // Two that are alike where the program is are one loss to it.
            if !same && !self.replay.is_on() {
                seen.rivals = Some([first, other]);
            }
        }
        let Ok(step) = to_array(step, vm) else { return Ok(None) };
        let hand_shape = step.shape().to_vec();
        let Some(step) = comparable(step, parameter) else { return Ok(None) };
        let tape = self.trace.tape();
        let sample = |rate: f64, claimed: &Number, (derivative, derivative_rounding): (f64, f64)| {
            let rounding = claimed.node().map_or(0.0, |node| tape.rounding(node));
            Sample {
                claimed: claimed.value() / rate,
                claimed_rounding: (rounding + f64::EPSILON * claimed.value().abs()) / rate.abs(),
                derivative,
                derivative_rounding,
                is_clipped: false,
                is_set: false,
            }
        };
        let hand = step.numbers();
        self.take_feeding_update(k, &hand);
        let before = self.take_carried(k, life, &hand);
        let sign = if update.adds { -1.0 } else { 1.0 };
        let samples = |expected: &[(f64, f64)], rate: f64| -> Vec<Sample> {
            hand.iter().zip(expected).map(|(claimed, &derivative)| sample(sign * rate, claimed, derivative)).collect()
        };
        let fitting = |expected: &[(f64, f64)]| {
            let agrees = |rate: &f64| samples(expected, *rate).iter().all(|sample| sample.agrees(1.0, self.rtol));
            rates.iter().copied().find(agrees)
        };
        let (loss, expected) = match self.loss_before(first, numbers) {
            Some(before) if fitting(&expected).is_none() => (before, derivatives(before)),
            _ => (loss, expected),
        };
        if !is_idle {
            self.take_typed(k, loss, &hand);
        }
        let rate = fitting(&expected).unwrap_or(rates[0]);
        let (rate, mut samples) = (sign * rate, samples(&expected, rate));
        self.excuse_clipped(k, loss, &hand, &mut samples);
        self.excuse_decayed(k, numbers, &mut samples, vm);
        let nodes = |numbers: &[Number]| numbers.iter().map(Number::node).collect::<Vec<Option<u32>>>();
        let (wrt, hand) = (nodes(numbers), nodes(&hand));
        let on_kink = if is_idle { self.is_tied(&wrt) } else { self.jumps(loss, &wrt, &samples) };
        let (key, shape) = (key.map(str::to_owned), parameter.shape().to_vec());
        self.rise(first, tape.number(loss));
        let is_off = !samples.iter().all(|sample| sample.agrees(1.0, self.rtol));
        let is_newton = is_off && rate.abs() == 1.0 && is_newton(&tape, loss, &wrt, &samples, self.rtol);
        let (is_delta, is_telling, when) = (false, false, self.now());
        let point = Point { loss: Some(first), key, shape, samples, on_kink, is_delta, is_telling, is_newton, when };
        let scene = || Scene {
            claim: k,
            of: loss,
            wrt: wrt.clone(),
            shape: point.shape.clone(),
            hand_shape,
            hand: hand.clone(),
            rate,
            samples: point.samples.clone(),
            noted: self.notes.all().len(),
            on_kink,
            enters: false,
        };
        let entering = before.and_then(|before| {
            let derivatives: Vec<f64> = expected.iter().map(|derivative| derivative.0).collect();
            let (step, parameter) = (&hand[..], &wrt[..]);
            let step = Step { tape: &tape, step, parameter, before: &before, loss, derivatives: &derivatives, rate };
            self.seen.borrow_mut().recalls[k] |= step.recalls();
            (!update.recursive.is_empty()).then(|| step.entering())
        });
        match entering {
            _ if is_idle && life.loss.is_none() => {}
            Some(entering) => self.take_entering(k, entering, &point, scene()),
            None => self.keep_scene(scene),
        }
        Ok(Some(if is_idle { Met::Idle(Some(point)) } else { Met::Live(point) }))
    }

    /// Takes down what enters the state that a step carries, by each reading.
    fn take_entering(&self, k: usize, entering: Option<Entering>, point: &Point, scene: Scene) {
        let seen = &mut *self.seen.borrow_mut();
        let (Some(entering), Some(entries)) = (entering, &mut seen.entries[k]) else {
            seen.entries[k] = None;
            return self.keep_scene(|| scene);
        };
        let nodes = |reading: &Reading| reading.iter().map(|each| each.and_then(|each| each.node)).collect::<Vec<_>>();
        let is_named = |reading: &Reading| {
            let nodes: Vec<u32> = nodes(reading).into_iter().flatten().map(|(node, _)| node).collect();
            !nodes.is_empty() && self.notes.is_named(&nodes)
        };
        let Entering { readings, usual } = entering;
        let named = readings[..2].iter().position(|reading| reading.as_ref().is_some_and(is_named));
        entries.named = named.unwrap_or(usual);
        let points = readings.each_ref().map(|reading| {
            let mut samples: Vec<Sample> = point.samples.iter().zip(reading.as_ref()?).map(entered).collect();
            self.excuse_shortened(k, &mut samples);
            let on_kink = self.jumps(scene.of, &scene.wrt, &samples);
            Some(Point { samples, on_kink, ..point.clone() })
        });
        if let (Some(reading), Some(shown)) = (&readings[entries.named], &points[entries.named]) {
            let nodes = nodes(reading);
            let rate = nodes.iter().flatten().next().map_or(1.0, |&(_, over)| over);
            let hand = nodes.into_iter().map(|node| node.filter(|node| node.1 == rate).map(|(node, _)| node)).collect();
            let (samples, on_kink) = (shown.samples.clone(), shown.on_kink);
            let hand_shape = scene.shape.clone();
            self.keep_scene(|| Scene { hand, hand_shape, rate, samples, on_kink, enters: true, ..scene });
        }
        entries.add(points);
    }
}

/// What is claimed as an array of the parameter's shape: no numbers where it has more than the parameter. Of a parameter
/// that is one number, which takes its shape from its first update, nothing can be said.
fn comparable(claimed: Array, parameter: &Array) -> Option<Array> {
    let after = broadcast_shapes(parameter.shape(), claimed.shape()).ok()?;
    if after.iter().product::<usize>() == parameter.len() {
        let own: Vec<isize> = parameter.shape().iter().map(|&length| length as isize).collect();
        return claimed.broadcast_to(&after).and_then(|claimed| claimed.reshape(&own)).ok();
    }
    let blank = Array::from_floats(vec![f64::NAN]).broadcast_to(parameter.shape()).ok();
    blank.filter(|_| parameter.len() > 1)
}

/// What enters a state, as a claim; what is no state yet claims nothing.
fn entered((sample, entered): (&Sample, &Option<Entered>)) -> Sample {
    match entered {
        Some(each) => Sample { claimed: each.number, claimed_rounding: each.rounding, ..*sample },
        None => Sample { claimed: 0.0, derivative: 0.0, ..*sample },
    }
}

/// A key of a container, as the report names it.
pub(super) fn key_of(key: &PyObject) -> Option<String> {
    let text = key.downcast_ref::<PyStr>().map(ToString::to_string);
    text.or_else(|| key.downcast_ref::<PyInt>().map(|i| i.as_bigint().to_string()))
}

/// Gives an array of numbers others in their place; not what is no such array.
fn renew_in_place(value: &PyObject, renew: &dyn Fn(&Number) -> Number) -> bool {
    let array = value.downcast_ref::<NdArray>().map(|each| &each.array).filter(|array| array.kind() == Kind::Float);
    array.is_some_and(|array| {
        array.renew(renew);
        true
    })
}

/// The constant that `b` is times `a`, if it is one; NaN where both vanish.
fn proportion(a: &[(f64, f64)], b: &[(f64, f64)], rtol: f64) -> Option<f64> {
    let clearest = a.iter().zip(b).max_by(|x, y| x.0.0.abs().total_cmp(&y.0.0.abs()))?;
    let factor = clearest.1.0 / clearest.0.0;
    let all = a.iter().zip(b).all(|(x, y)| {
        let floor = factor.abs() * x.1 + y.1 + f64::MIN_POSITIVE;
        (factor * x.0 - y.0).abs() <= rtol * y.0.abs() + floor
    });
    (factor.is_nan() || all).then_some(factor)
}
