//! From what stands between square brackets in Python to an [`Index`].

use super::convert::{element_of, is_sequence, to_array};
use super::object::NdArray;
use crate::array::{Element, Index};
use rustpython_vm::builtins::{PySlice, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The items of an index.
pub(super) fn from_python(key: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Index>> {
    match key.downcast_ref::<PyTuple>() {
        Some(items) => items.iter().map(|item| from_item(item, vm)).collect(),
        None => Ok(vec![from_item(key, vm)?]),
    }
}

/// Whether an index names single places only, so that an element is meant and no array without dimensions.
pub(super) fn names_places(key: &PyObject, vm: &VirtualMachine) -> bool {
    let one = |item: &PyObject| !vm.is_none(item) && !item.is(&vm.ctx.ellipsis);
    key.downcast_ref::<PyTuple>().map_or_else(|| one(key), |items| items.iter().all(|item| one(item)))
}

fn from_item(item: &PyObject, vm: &VirtualMachine) -> PyResult<Index> {
    if let Some(slice) = item.downcast_ref::<PySlice>() {
        let start = bound(slice.start.as_ref(), vm)?;
        let (stop, step) = (bound(Some(&slice.stop), vm)?, bound(slice.step.as_ref(), vm)?);
        return Ok(Index::Slice(start, stop, step.unwrap_or(1)));
    }
    if vm.is_none(item) {
        return Ok(Index::NewAxis);
    }
    if item.is(&vm.ctx.ellipsis) {
        return Ok(Index::Ellipsis);
    }
    if is_sequence(item) || item.downcastable::<NdArray>() {
        return Ok(Index::Array(to_array(item, vm)?));
    }
    match element_of(item, vm)? {
        Some(Element::Int(k)) => Ok(Index::At(k)),
        Some(truth @ Element::Bool(_)) => Ok(Index::Array(crate::array::Array::scalar(truth))),
        _ => Err(vm.new_index_error(
            "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are \
             valid indices",
        )),
    }
}

fn bound(of: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Option<i64>> {
    match of {
        Some(object) if !vm.is_none(object) => object.try_index(vm)?.try_to_primitive(vm).map(Some),
        _ => Ok(None),
    }
}
