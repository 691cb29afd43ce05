//! Mistakes that the compiler refuses, with its messages; `TRYBUILD=overwrite` writes them anew.

use engine::{Error, Gradients, Graph, Program};

#[test]
fn mistakes_are_compile_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn what_has_no_values_in_it_crosses_threads() {
    fn moves<T: Send>() {}
    fn is_shared<T: Sync>() {}
    moves::<(Graph, Program, Gradients, Error)>();
    is_shared::<(Program, Gradients, Error)>();
}
