//! Parameters that decay beside their step, though nothing of that is in the loss.

use super::monitor::Monitor;
use super::samples::Sample;
use crate::array::Number;
use rustpython_vm::VirtualMachine;

impl Monitor {
    /// Excuses an update that takes off a multiple of its parameter too, by a coefficient that no loss is made of.
    pub(super) fn excuse_decayed(&self, k: usize, parameter: &[Number], samples: &mut [Sample], vm: &VirtualMachine) {
        if samples.iter().all(|sample| sample.agrees(1.0, self.rtol)) {
            return;
        }
        let is_decayed = |by: f64| {
            let rest = |(sample, number): (&Sample, &Number)| Sample {
                claimed: sample.claimed - by * number.value(),
                ..*sample
            };
            samples.iter().zip(parameter).map(rest).all(|rest| rest.agrees(1.0, self.rtol))
        };
        let others = self.claims.updates[k].made_of.iter().filter(|name| !self.claims.forward.contains(*name));
        let coefficients = others.filter_map(|name| self.scalar(name, false, vm));
        if coefficients.filter(|by| (0.0..1.0).contains(by)).any(is_decayed) {
            samples.iter_mut().for_each(|sample| sample.is_clipped = true);
            self.seen.borrow_mut().decayed.insert(k);
        }
    }
}
