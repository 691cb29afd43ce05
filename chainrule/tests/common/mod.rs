//! What several tests need.

use chainrule::{Limits, Outcome, run};
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Keeps what a program prints.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How a program ends, and what it prints.
pub(crate) fn printed(program: &str, path: &str, limits: Limits) -> (Outcome, String) {
    let kept = Kept::default();
    let outcome = run(program, path, Box::new(kept.clone()), limits);
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    (outcome, text)
}
