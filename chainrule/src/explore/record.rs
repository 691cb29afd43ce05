//! Runs a program up to the moment that is looked at.

use super::Look;
use crate::array::{Number, Trace};
use crate::check::claims::{Claims, Parameter};
use crate::check::monitor::renewed;
use crate::check::notes::{depth, numbers_of};
use crate::check::replay::bound;
use crate::check::rewrite::{self, BIND, NOTE, Noted, PASS, UPDATE};
use crate::check::sites::{How, Site};
use crate::failure::{Failure, line_at};
use crate::host::{self, Hooks};
use engine::Tape;
use ruff_python_ast::{Expr, ModModule, UnaryOp};
use rustpython_vm::builtins::PyDict;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A quantity by the program's own name for it, and an element where it is an array.
#[derive(Debug, Clone)]
struct Wanted {
    /// As it was asked for.
    asked: String,
    /// The name alone, by which it is found.
    name: String,
    index: Option<Vec<usize>>,
}

impl Wanted {
    fn parse(asked: &str) -> Result<Wanted, Failure> {
        let refused =
            || Failure::whole(format!("`{asked}` is no name of a quantity: write it as h1, self.w1 or W1[0,2]"));
        let parsed = ruff_python_parser::parse_expression(asked).map_err(|_| refused())?;
        let (base, index) = match parsed.expr() {
            Expr::Subscript(each) if !each.slice.is_string_literal_expr() => {
                let places = match &*each.slice {
                    Expr::Tuple(places) => places.elts.iter().map(whole).collect(),
                    place => whole(place).map(|place| vec![place]),
                };
                // `W[0][1]` is `W[0,1]`.
                match &*each.value {
                    Expr::Subscript(inner) if !inner.slice.is_string_literal_expr() => {
                        let first = whole(&inner.slice);
                        (&*inner.value, first.zip(places).map(|(first, rest)| [vec![first], rest].concat()))
                    }
                    base => (base, places),
                }
            }
            base => (base, Some(Vec::new())),
        };
        let name = Site::name_of(base).ok_or_else(refused)?.to_owned();
        let index = index.ok_or_else(refused)?;
        Ok(Wanted { asked: asked.to_owned(), name, index: (!index.is_empty()).then_some(index) })
    }

    /// The elements that are asked for, by their place: all without an index.
    fn elements(&self, quantity: &Quantity) -> Option<Vec<usize>> {
        let Some(index) = &self.index else { return Some((0..quantity.numbers.len()).collect()) };
        let fits = index.len() == quantity.shape.len() && index.iter().zip(&quantity.shape).all(|(k, n)| k < n);
        fits.then(|| vec![index.iter().zip(&quantity.shape).fold(0, |place, (k, n)| place * n + k)])
    }
}

fn whole(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::NumberLiteral(each) => each.value.as_int().and_then(|n| n.as_u64()).map(|n| n as usize),
        Expr::UnaryOp(each) if each.op == UnaryOp::UAdd => whole(&each.operand),
        _ => None,
    }
}

/// What a name stood for.
#[derive(Debug, Clone)]
struct Quantity {
    numbers: Vec<Number>,
    shape: Vec<usize>,
}

/// A computation as it was when it was looked at.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) tape: Tape,
    /// The quantity that is differentiated.
    pub(super) of: u32,
    /// What it is differentiated by: the elements that it depends on.
    pub(super) wrt: Vec<u32>,
    /// How many elements that has in all.
    pub(super) elements: usize,
    pub(super) names: HashMap<u32, String>,
    /// The line that computed it.
    pub(super) line: usize,
}

/// Runs a program until `look.of` has been computed as often as asked for.
pub(super) fn record(source: &str, path: &str, look: &Look) -> Result<Recorded, Failure> {
    if look.point == 0 {
        return Err(Failure::whole("points are counted from 1"));
    }
    let of = Wanted::parse(&look.of)?;
    let wrt = look.wrt.as_deref().map(Wanted::parse).transpose()?;
    let (own, point) = (source.to_owned(), look.point);
    let begin = move |module: &mut ModModule| {
        let mut claims = Claims::find(module, &own);
        // Nothing is claimed here, so nothing has to be seen of what is.
        claims.partials = Default::default();
        claims.inputs.clear();
        claims.parameters.extend(wrt.iter().map(|wanted| (wanted.name.clone(), Parameter::default())));
        let sites = rewrite::rewrite(module, &claims, &own, &Noted::All, &HashSet::new());
        let watcher = Rc::new(Watcher {
            source: own,
            claims,
            sites,
            of,
            wrt,
            point,
            trace: Trace::new(),
            met: Cell::default(),
            named: RefCell::default(),
            last: RefCell::default(),
            has_stepped: Cell::default(),
            found: RefCell::default(),
        });
        let own = watcher.clone();
        Hooks {
            install: Box::new(move |vm| own.install(vm)),
            again: Box::new(|| false),
            finish: Box::new(move |failure| match watcher.found.take() {
                Some(found) => found,
                None => Err(failure.unwrap_or_else(|| watcher.missing())),
            }),
        }
    };
    host::watched(source, path, look.limits, begin)?
}

/// A name that a value got, at a call of some depth.
struct Named {
    number: Number,
    name: String,
    depth: usize,
}

struct Watcher {
    source: String,
    claims: Claims,
    sites: Vec<Site>,
    of: Wanted,
    wrt: Option<Wanted>,
    point: usize,
    trace: Trace,
    /// How often `of` was computed, and how often from what it is differentiated by.
    met: Cell<[usize; 2]>,
    /// The names of this step of training.
    named: RefCell<Vec<Named>>,
    /// What last had each name, of parameters and of what is looked at.
    last: RefCell<HashMap<String, Quantity>>,
    /// Whether an update was the last that happened.
    has_stepped: Cell<bool>,
    found: RefCell<Option<Result<Recorded, Failure>>>,
}

/// So many names of one step are remembered.
const MOST_NAMES: usize = 50_000;

impl Watcher {
    fn install(self: &Rc<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let own = self.clone();
        let update = move |k: usize,
                           in_place: usize,
                           old: PyObjectRef,
                           step: PyObjectRef,
                           _key: OptionalArg<PyObjectRef>,
                           vm: &VirtualMachine| own.update(k, in_place == 1, &old, &step, vm);
        vm.builtins.set_attr(UPDATE, vm.new_function(UPDATE, update), vm)?;
        let own = self.clone();
        let bind = move |_name: usize, value: PyObjectRef, shared: OptionalArg<usize>, vm: &VirtualMachine| {
            bound(value, shared.is_present(), &|number: &Number| own.trace.leaf(number.value()), vm)
        };
        vm.builtins.set_attr(BIND, vm.new_function(BIND, bind), vm)?;
        let own = self.clone();
        let note = move |site: usize, value: PyObjectRef, vm: &VirtualMachine| own.note(site, &value, vm);
        vm.builtins.set_attr(NOTE, vm.new_function(NOTE, note), vm)?;
        let pass = |_site: usize, value: PyObjectRef| value;
        vm.builtins.set_attr(PASS, vm.new_function(PASS, pass), vm)
    }

    fn update(&self, k: usize, in_place: bool, old: &PyObject, step: &PyObject, vm: &VirtualMachine) -> PyResult {
        let new = self.claims.updates[k].apply(in_place, old, step, vm)?;
        if !numbers_of(old, vm).is_some_and(|old| old.numbers().iter().any(Number::is_leaf)) {
            return Ok(new);
        }
        self.has_stepped.set(true);
        renewed(new, &|number: &Number| self.trace.leaf(number.value()), vm)
    }

    fn note(&self, site: usize, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let depth = depth(vm);
        if let Some(dict) = value.downcast_ref::<PyDict>() {
            for (key, item) in dict.items_vec() {
                if let Ok(key) = key.str(vm) {
                    self.name(&key.to_string_lossy(), site, depth, &item, vm)?;
                }
            }
            return Ok(());
        }
        self.name(&self.sites[site].name, site, depth, value, vm)
    }

    fn name(&self, name: &str, site: usize, depth: usize, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let Some(array) = numbers_of(value, vm) else { return Ok(()) };
        let quantity = Quantity { numbers: array.numbers(), shape: array.shape().to_vec() };
        let traced = quantity.numbers.iter().any(|number| number.node().is_some());
        if !traced || name.is_empty() {
            return Ok(());
        }
        let is_leaf = quantity.numbers.iter().any(Number::is_leaf);
        if !is_leaf && self.has_stepped.replace(false) || self.named.borrow().len() > MOST_NAMES {
            self.named.borrow_mut().retain(|named| named.number.is_leaf() && named.number.node().is_some());
        }
        if self.sites[site].how != How::Handed {
            for (place, number) in quantity.numbers.iter().enumerate() {
                let name = format!("{name}{}", index(place, &quantity.shape));
                self.named.borrow_mut().push(Named { number: number.clone(), name, depth });
            }
        }
        self.last.borrow_mut().insert(name.to_owned(), quantity.clone());
        if name == self.of.name && self.found.borrow().is_none() {
            self.meet(site, &quantity);
        }
        match self.found.borrow().is_some() {
            // What follows would not be looked at.
            true => Err(vm.new_exception_empty(vm.ctx.exceptions.system_exit.to_owned())),
            false => Ok(()),
        }
    }

    /// Looks at a value of what is asked for.
    fn meet(&self, site: usize, quantity: &Quantity) {
        let [times, depending] = self.met.get();
        self.met.set([times + 1, depending]);
        let Some(places) = self.of.elements(quantity) else {
            let (asked, shape) = (&self.of.asked, &quantity.shape);
            self.found.replace(Some(Err(Failure::whole(format!("there is no {asked}: its shape is {shape:?}")))));
            return;
        };
        let last = self.last.borrow();
        let by = match &self.wrt {
            Some(wanted) => {
                let Some(by) = last.get(&wanted.name) else { return };
                let Some(places) = wanted.elements(by) else {
                    let (asked, shape) = (&wanted.asked, &by.shape);
                    self.found
                        .replace(Some(Err(Failure::whole(format!("there is no {asked}: its shape is {shape:?}")))));
                    return;
                };
                places.iter().filter_map(|&place| by.numbers[place].node()).collect::<Vec<u32>>()
            }
            None => Vec::new(),
        };
        let tape = self.trace.tape();
        let of: Vec<u32> = places.iter().filter_map(|&place| quantity.numbers[place].node()).collect();
        let depends = |of: u32| self.wrt.is_none() || tape.depends(of, &by);
        if !of.iter().any(|&of| depends(of)) {
            return;
        }
        self.met.set([times + 1, depending + 1]);
        if depending + 1 < self.point {
            return;
        }
        self.found.replace(Some(match (places.as_slice(), of.as_slice()) {
            ([_], [of]) => Ok(self.recorded(*of, by, site, &tape)),
            _ => {
                let (asked, shape) = (&self.of.asked, &quantity.shape);
                let first = index(0, shape);
                Err(Failure::whole(format!("{asked} has the shape {shape:?}: say which element, as {asked}{first}")))
            }
        }));
    }

    fn recorded(&self, of: u32, by: Vec<u32>, site: usize, tape: &Tape) -> Recorded {
        let elements = by.len();
        let needed = tape.made_of(&[of]);
        let wrt: Vec<u32> = by.into_iter().filter(|&node| needed.get(node as usize) == Some(&true)).collect();
        let mut names: HashMap<u32, (String, usize)> = HashMap::new();
        for named in self.named.borrow().iter() {
            let Some(node) = named.number.node() else { continue };
            // The name that the outermost call gave first; of a parameter the one that it goes by now.
            let is_better =
                |known: &(String, usize)| named.depth < known.1 || named.depth == known.1 && named.number.is_leaf();
            if names.get(&node).is_none_or(is_better) {
                names.insert(node, (named.name.clone(), named.depth));
            }
        }
        let mut names: HashMap<u32, String> = names.into_iter().map(|(node, (name, _))| (node, name)).collect();
        if let Some(wanted) = &self.wrt
            && let Some(by) = self.last.borrow().get(&wanted.name)
        {
            let named = |place: usize| format!("{}{}", wanted.name, index(place, &by.shape));
            let nodes =
                by.numbers.iter().enumerate().filter_map(|(place, number)| Some((number.node()?, named(place))));
            names.extend(nodes);
        }
        if self.of.index.is_none() {
            names.insert(of, self.of.asked.clone());
        }
        let line = line_at(self.source.as_bytes(), self.sites[site].range.start().to_usize());
        Recorded { tape: tape.clone(), of, wrt, elements, names, line }
    }

    /// Why the program ended without what was asked for.
    fn missing(&self) -> Failure {
        let of = &self.of.asked;
        let by = self.wrt.as_ref().map_or("a parameter", |wanted| wanted.asked.as_str());
        let has = |name: &str| self.last.borrow().contains_key(name);
        Failure::whole(match (self.met.get(), &self.wrt) {
            (_, Some(wanted)) if !has(&wanted.name) => format!(
                "nothing by the name of {by} was traced: say something that an update rebinds, that is computed from it, or \
                 that is assigned a number"
            ),
            ([0, _], _) => format!("nothing by the name of {of} was computed from a parameter"),
            ([times, 0], _) => format!("{of} got a value {times} times, and never one that depends on {by}"),
            ([_, times], _) => {
                format!("{of} got a value that depends on {by} {times} times: there is no point {}", self.point)
            }
        })
    }
}

/// The index of an element, of what has more than one.
fn index(place: usize, shape: &[usize]) -> String {
    if shape.iter().product::<usize>() <= 1 {
        return String::new();
    }
    let mut rest = place;
    let mut places: Vec<String> = shape
        .iter()
        .rev()
        .map(|&n| {
            let k = rest % n;
            rest /= n;
            k.to_string()
        })
        .collect();
    places.reverse();
    format!("[{}]", places.join(","))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, index};

    #[test]
    fn quantities_are_found_by_their_last_name_and_their_index() {
        let parsed = |asked: &str| Wanted::parse(asked).ok().map(|wanted| (wanted.name, wanted.index));
        assert_eq!(parsed("self.w1"), Some(("w1".to_owned(), None)));
        assert_eq!(parsed("W[0, 2]"), Some(("W".to_owned(), Some(vec![0, 2]))));
        assert_eq!(parsed("W[0][2]"), Some(("W".to_owned(), Some(vec![0, 2]))));
        assert_eq!(parsed("params['W1'][1]"), Some(("W1".to_owned(), Some(vec![1]))));
        for refused in ["", "1", "w +", "W[-1]", "W[i]", "f(x)", "W[0.5]"] {
            assert_eq!(parsed(refused), None, "{refused}");
        }
    }

    #[test]
    fn elements_are_counted_row_by_row() {
        assert_eq!((index(4, &[2, 3]), index(0, &[1, 1]), index(2, &[3])), ("[1,1]".into(), "".into(), "[2]".into()));
    }
}
