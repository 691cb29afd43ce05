//! What is found in a program: claims, judged.

use crate::failure::Failure;
use serde::Serialize;
use std::fmt;
use std::ops::Range;

/// What is made of a claim, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It could not be compared.
    Unchecked,
    /// Equal to the derivative at every point.
    Right,
    /// A constant times the derivative: all updates are so, by one positive factor; or a partial, and a later line takes
    /// it back.
    Scaled,
    /// Different only where the derivative of the loss jumps.
    Kink,
    /// Anything else.
    Wrong,
}

impl Verdict {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Unchecked => "unchecked",
            Verdict::Right => "right",
            Verdict::Scaled => "scaled",
            Verdict::Kink => "kink",
            Verdict::Wrong => "wrong",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where a program says what a derivative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimKind {
    /// `w -= rate * G`: G is the derivative of the loss by w.
    Update,
    /// `d_L_d_w = G`: the name says it.
    Named,
    /// `G = ...  #: dL/dw`: a comment says it.
    Comment,
}

/// The numbers of a claim: one, or an array.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values {
    /// The lengths of the array, none for one number.
    pub shape: Vec<usize>,
    /// The numbers, row by row.
    pub numbers: Vec<f64>,
}

/// One claim, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Its place among the claims of the program.
    pub(super) id: usize,
    /// The first execution that failed.
    pub(super) first_failure: usize,
    /// Whether it holds where the program makes it, and fails near there only.
    pub(super) is_near: bool,
    /// Whether it holds wherever the inputs are as they are written, and fails for others only.
    pub(super) is_of_inputs: bool,
    /// Where the claim is made.
    pub kind: ClaimKind,
    /// What the statement assigns to, as the source spells it, without `self.`.
    pub target: String,
    /// What is differentiated.
    pub of: String,
    /// What the derivative is taken by.
    pub wrt: String,
    /// The line of the statement, from 1.
    pub line: usize,
    /// The statement's place in the source, in bytes.
    pub place: Range<usize>,
    /// At how many executions it was compared.
    pub points: usize,
    /// What came of it.
    pub verdict: Verdict,
    /// What is claimed at the first execution that failed, else at the first.
    pub claimed: Values,
    /// The derivative there.
    pub derivative: Values,
    /// Of a claim in a loop over names, the keys at which it fails.
    pub failing_keys: Vec<String>,
    /// The constant that the claim is times the derivative, where it is one other than 1.
    pub factor: Option<f64>,
    /// Why it is unchecked; of a wrong one, what of it is wrong where that is not all.
    pub reason: Option<String>,
    /// What is wrong with a wrong claim.
    pub diagnosis: Option<Diagnosis>,
    /// The claim, by its place among those of the report, in whose fault this one's lies: it is computed from that one.
    pub begins_at: Option<usize>,
}

/// The kinds of faults, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The claim has not the parameter's shape, and broadcasting hid it.
    Shape,
    /// The loss does not depend on the parameter where its author thinks so.
    Unused,
    /// Minus the derivative.
    Sign,
    /// A constant times the derivative.
    ConstantFactor,
    /// Right with the value that a parameter had before this step's update.
    UpdatedValue,
    /// One quantity stands where another belongs.
    Substitution,
    /// The transpose of the derivative, or of a matrix in the claim.
    Transposed,
    /// All paths of the chain rule through one line are left out.
    MissingPath,
    /// Only the paths through one line are followed.
    OnlyPath,
    /// The derivative of one quantity by another is left out.
    MissingFactor,
    /// The derivative of one quantity by another is used twice.
    RepeatedFactor,
    /// The derivative by another variable.
    WrongVariable,
    /// None of these.
    Unknown,
}

/// What is wrong with a claim, and what to write instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The kind of fault.
    pub kind: FaultKind,
    /// The fault and its repair in words.
    pub text: String,
    /// The quantities along the paths in question, from what is differentiated down to what it is differentiated by.
    pub path: Vec<String>,
    /// By which factor the claim is off, where that is constant.
    pub factor: Option<f64>,
    /// The source that is to be replaced.
    pub replace: Option<String>,
    /// What to write in its place.
    pub with: Option<String>,
    /// Where the fault lies in the source, in bytes.
    pub place: Range<usize>,
    /// Whether the program was run with the repair in place, and the claim was right.
    pub repaired: bool,
}

/// What is found in a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The name of the loss, or the expression that was given for it.
    pub loss: Option<String>,
    /// One for each claim that was met, in the order of the source.
    pub claims: Vec<Judged>,
    /// The worst of them; unchecked ones do not count unless there is nothing else.
    pub verdict: Verdict,
    /// Why the program could not be checked, or not to its end.
    pub error: Option<Failure>,
}

impl Report {
    /// The report on a program of which nothing could be checked.
    pub fn failed(failure: Failure) -> Report {
        Report { loss: None, claims: Vec::new(), verdict: Verdict::Unchecked, error: Some(failure) }
    }
}
