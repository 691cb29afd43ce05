//! Finite differences keep to their error, and the checks made of them neither call a right derivative wrong nor let a
//! wrong one pass.

mod cases;
mod random;
