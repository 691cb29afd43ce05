//! What got which name while the program ran.

use super::rewrite::plain;
use super::sites::Site;
use super::variables::Variable;
use crate::array::{Array, Number};
use crate::numpy::convert::{element_of, is_sequence, to_array};
use crate::numpy::object::NdArray;
use rustpython_vm::{PyObject, VirtualMachine};
use std::cell::RefCell;
use std::collections::HashMap;

/// A value that a site has had: its numbers row by row.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) site: usize,
    pub(crate) numbers: Vec<Number>,
    /// How long the tape was: what was recorded for this value lies before.
    pub(crate) end: usize,
    /// How many calls deep the site was.
    pub(crate) depth: usize,
}

impl Execution {
    /// Where the numbers stand on the tape, of those that are traced.
    pub(crate) fn nodes(&self) -> Vec<u32> {
        Number::nodes(&self.numbers)
    }
}

/// The values that the sites of a program have had.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) sites: Vec<Site>,
    /// Whether all are kept, and not the last of each name only.
    pub(crate) keeps_all: bool,
    last: RefCell<HashMap<String, Variable>>,
    all: RefCell<Vec<Execution>>,
}

impl Notes {
    pub(crate) fn new(sites: Vec<Site>, keeps_all: bool) -> Notes {
        Notes { sites, keeps_all, ..Notes::default() }
    }

    /// Takes down what a site has got, if it is made of numbers.
    pub(crate) fn take(&self, site: usize, value: &PyObject, end: usize, vm: &VirtualMachine) {
        let Some(array) = numbers_of(value, vm) else { return };
        let name = &self.sites[site].name;
        if !name.is_empty() {
            let (numbers, shape) = (array.numbers(), array.shape().to_vec());
            self.last.borrow_mut().insert(plain(name), Variable { name: name.clone(), numbers, shape });
        }
        if self.keeps_all {
            self.all.borrow_mut().push(Execution { site, numbers: array.numbers(), end, depth: depth(vm) });
        }
    }

    /// What last got a name, underscores apart.
    pub(crate) fn last(&self, name: &str) -> Option<Variable> {
        self.last.borrow().get(&plain(name)).cloned()
    }

    /// Forgets what last got which name.
    pub(crate) fn forget(&self) {
        self.last.borrow_mut().clear();
    }

    /// Whether some name holds what lies at these nodes.
    pub(crate) fn is_named(&self, nodes: &[u32]) -> bool {
        self.last.borrow().values().any(|variable| variable.nodes() == nodes)
    }

    /// All that was kept, in its order.
    pub(crate) fn all(&self) -> std::cell::Ref<'_, Vec<Execution>> {
        self.all.borrow()
    }
}

/// How many calls deep the running statement is.
pub(crate) fn depth(vm: &VirtualMachine) -> usize {
    std::iter::successors(vm.current_frame(), |frame| frame.f_back(vm)).count()
}

/// The numbers of a number, an array or a list of them.
pub(crate) fn numbers_of(value: &PyObject, vm: &VirtualMachine) -> Option<Array> {
    let is_number = element_of(value, vm).ok().flatten().is_some();
    let may_hold = is_number || value.downcastable::<NdArray>() || is_sequence(value);
    if may_hold { to_array(value, vm).ok() } else { None }
}
