//! What can go wrong.

use std::path::PathBuf;

/// An error of this crate. Each message names what it is about and says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something has no parts: a network no layers, a layer no neurons, a neuron no inputs, a data set no samples.
    #[error("{what} has no {parts}: give it at least one")]
    Empty {
        /// What is empty.
        what: String,
        /// What it lacks.
        parts: &'static str,
    },
    /// A list of numbers has the wrong length.
    #[error("{what}: {given} given where {expected} belong")]
    Length {
        /// Which list, of what.
        what: String,
        /// How many belong there.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// More parameters than can be counted.
    #[error("{what} has more parameters than fit in memory: make it smaller")]
    TooLarge {
        /// What is too large.
        what: String,
    },
    /// A number is infinite or NaN.
    #[error("{what} is {value}: it has to be finite")]
    NotFinite {
        /// Which number.
        what: String,
        /// The number.
        value: f64,
    },
    /// A setting is outside of its range.
    #[error("the {setting} is {value}: it needs {needs}")]
    Setting {
        /// Which setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it has to meet.
        needs: &'static str,
    },
    /// Two things have one name.
    #[error("the name `{name}` is given twice: names are unique")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A word that is none of the choices.
    #[error("`{given}` is no {what}: choose {choices}")]
    Unknown {
        /// What it was to be.
        what: &'static str,
        /// The word.
        given: String,
        /// The words that are known.
        choices: String,
    },
    /// A table has no such column.
    #[error("there is no column `{column}`: the header has {header}")]
    NoColumn {
        /// The column asked for.
        column: String,
        /// The columns of the header, as text.
        header: String,
    },
    /// All samples of a data set are of one class, so that there is nothing to tell apart.
    #[error("every sample is of the class `{class}`: give samples of at least two classes")]
    OneClass {
        /// The class.
        class: String,
    },
    /// A cell of a table does not hold a finite number.
    #[error("line {line}, column `{column}`: `{text}` is not a finite number")]
    Cell {
        /// The line of the file, from 1.
        line: usize,
        /// The name of the column.
        column: String,
        /// What is in the cell.
        text: String,
    },
    /// A row of a table cannot be read.
    #[error("line {line}: {reason}")]
    Row {
        /// The line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A sample's target is not what the loss takes.
    #[error("the target of sample {sample} is {target:?}: this loss needs {needs}")]
    Target {
        /// The sample's position in the data set, from 0.
        sample: usize,
        /// Its target.
        target: Vec<f64>,
        /// What the loss takes.
        needs: &'static str,
    },
    /// A loss that is to be recorded once, for all samples, compares numbers otherwise than by ops.
    #[error("the loss is another computation at other numbers: where it decides by one, use `select` or `max`")]
    Decides,
    /// The loss or a derivative stopped being finite in training.
    #[error("epoch {epoch}: {cause}; a lower learning rate may help")]
    Diverged {
        /// The epoch, from 0.
        epoch: usize,
        /// What was not finite: [`Error::Sample`] or [`Error::Derivative`] or [`Error::NotFinite`].
        cause: Box<Error>,
    },
    /// The loss of a sample is not finite.
    #[error("the loss of sample {sample} is not finite: {cause}")]
    Sample {
        /// The sample's position in the data set, from 0.
        sample: usize,
        /// The node where it began.
        cause: engine::Error,
    },
    /// The loss is finite and a derivative of it is not.
    #[error("the derivative of the loss by `{param}`, which is {at:?}, is {value}: keep clear of such points")]
    Derivative {
        /// The name of the parameter.
        param: String,
        /// The parameter's number.
        at: f64,
        /// The derivative.
        value: f64,
    },
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        cause: Box<Error>,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A file is not a saved network.
    #[error("not a saved network: {0}")]
    Json(serde_json::Error),
    /// An error of the engine.
    #[error(transparent)]
    Engine(#[from] engine::Error),
}

impl Error {
    /// The same error with the file that it is about.
    pub(crate) fn in_file(self, path: &std::path::Path) -> Error {
        Error::File { path: path.to_owned(), cause: Box::new(self) }
    }
}

/// The result of what may fail in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error unless both counts agree.
pub(crate) fn expect_length(what: impl FnOnce() -> String, expected: usize, given: usize) -> Result<()> {
    if expected == given { Ok(()) } else { Err(Error::Length { what: what(), expected, given }) }
}

/// An error unless every number is finite; `what` says which one a position is.
pub(crate) fn expect_finite(numbers: &[f64], what: impl FnOnce(usize) -> String) -> Result<()> {
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(position) => Err(Error::NotFinite { what: what(position), value: numbers[position] }),
        None => Ok(()),
    }
}

/// An error unless a setting meets what it needs; else its value.
pub(crate) fn expect_setting(setting: &'static str, value: f64, meets: bool, needs: &'static str) -> Result<f64> {
    if meets { Ok(value) } else { Err(Error::Setting { setting, value, needs }) }
}

/// An error unless a setting is finite and not negative; else its value.
pub(crate) fn expect_from_0(setting: &'static str, value: f64) -> Result<f64> {
    expect_setting(setting, value, value.is_finite() && value >= 0.0, "a finite number from 0 on")
}
