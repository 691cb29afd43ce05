//! What a check found, and the words for it.

use super::finite::Estimate;
use super::rounding::Rounded;
use super::words::number;
use comfy_table::{CellAlignment, Table, presets};
use std::fmt;

/// The columns of numbers: all but the first, and but the last.
const NUMBERS: std::ops::RangeInclusive<usize> = 1..=5;

/// How many errors away a derivative has to be for wrong. A function that saturates within the noise of its values shows
/// less of its slope than the error knows of.
const FAR: f64 = 30.0;
/// A difference whose error is a larger part than this of itself and of all slopes nearby calls nothing wrong: the
/// function may do what it likes between the steps.
const HAZY: f64 = 0.01;

/// What is thought of one derivative, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It agrees with the difference, which is known well enough to tell.
    Right,
    /// The derivatives from below and from above differ: there is no derivative to compare with.
    Kink,
    /// The difference is not known well enough to tell.
    Inconclusive,
    /// It differs from the difference by more than the error explains.
    Wrong,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Right => "right",
            Verdict::Kink => "kink",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Wrong => "wrong",
        })
    }
}

/// How close a derivative has to come; see [`Check`](super::Check).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tolerance {
    pub(super) relative: f64,
    pub(super) absolute: f64,
    pub(super) resolution: f64,
}

/// One derivative beside its difference.
///
/// ```
/// use engine::check::{self, Verdict};
///
/// let report = check::claimed(|x| x[0] * 4.0, &[1.0], &[5.0])?;
/// let row = &report.rows()[0];
/// assert_eq!((row.name.as_str(), row.derivative, row.verdict), ("x0", 5.0, Verdict::Wrong));
/// assert!((row.absolute_error() - 1.0).abs() < 1e-9 && (row.relative_error() - 0.2).abs() < 1e-9);
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What the derivative is by.
    pub name: String,
    /// The derivative that is checked.
    pub derivative: f64,
    /// What it is checked against.
    pub difference: Estimate,
    /// How far apart both may be.
    pub tolerance: f64,
    /// What is thought of it.
    pub verdict: Verdict,
}

impl Row {
    /// The derivative comes with a bound on its rounding.
    pub(super) fn new(name: String, derivative: Rounded, difference: Estimate, tolerance: Tolerance) -> Self {
        let size = derivative.value.abs().max(difference.value.abs());
        let relative = if size.is_finite() { tolerance.relative * size } else { 0.0 };
        let floor = relative + tolerance.absolute + f64::MIN_POSITIVE;
        // The bound is none where an infinite partial meets a zero, as that of a power at 0 does.
        let rounding = if derivative.error.is_finite() { derivative.error } else { 0.0 };
        let error = difference.error + rounding;
        let verdict = judge(derivative.value, &difference, error, floor, tolerance);
        Row { name, derivative: derivative.value, difference, tolerance: error + floor, verdict }
    }

    /// The same, but the difference is known no better than that it may be the derivative.
    pub(super) fn undecided(mut self) -> Row {
        self.difference.error = self.difference.error.max(self.absolute_error());
        self.tolerance = self.tolerance.max(self.absolute_error());
        self.verdict = Verdict::Inconclusive;
        self
    }

    /// How far the derivative is from the difference.
    pub fn absolute_error(&self) -> f64 {
        if self.derivative == self.difference.value { 0.0 } else { (self.derivative - self.difference.value).abs() }
    }

    /// The absolute error as a part of the larger of both numbers: 1 beside an infinite one.
    pub fn relative_error(&self) -> f64 {
        let size = self.derivative.abs().max(self.difference.value.abs());
        match self.absolute_error() {
            0.0 => 0.0,
            f64::INFINITY if self.derivative == -self.difference.value => 2.0,
            f64::INFINITY if size == f64::INFINITY => 1.0,
            apart => apart / size,
        }
    }

    /// What is to be said of it, in a sentence.
    fn words(&self, kinds: [&str; 2]) -> String {
        let Row { name, derivative, difference, tolerance, verdict } = self;
        let ([given, other], derivative) = (kinds, number(*derivative));
        let value = number(difference.value);
        let (apart, allowed) = (number(self.absolute_error()), number(*tolerance));
        match verdict {
            Verdict::Right => format!("right: by `{name}` the {given} is {derivative} and the {other} {value}"),
            Verdict::Wrong => format!(
                "wrong: by `{name}` the {given} is {derivative} but the {other} {value}: {apart} apart, where {allowed} \
                 is tolerated"
            ),
            Verdict::Kink => format!(
                "kink: by `{name}` the {other} is {} from below but {} from above; the {given} is {derivative}",
                number(difference.left.value),
                number(difference.right.value)
            ),
            Verdict::Inconclusive if difference.value.is_nan() => {
                format!("inconclusive: by `{name}` the {given} is {derivative}; there are no points for a {other}")
            }
            Verdict::Inconclusive if difference.value.is_infinite() => format!(
                "inconclusive: by `{name}` the {given} is {derivative}, but as the steps shrink the {other} grows without \
                 bound, to {value}"
            ),
            Verdict::Inconclusive => format!(
                "inconclusive: by `{name}` the {given} is {derivative} and the {other} {value}, which may be off by {}",
                number(difference.error)
            ),
        }
    }
}

/// `error` is that of both numbers, and `floor` is tolerated besides.
fn judge(derivative: f64, difference: &Estimate, error: f64, floor: f64, tolerance: Tolerance) -> Verdict {
    let Estimate { value, scale, flat, .. } = *difference;
    let unknown = value.is_nan() || difference.error == f64::INFINITY;
    if derivative.is_nan() {
        return if unknown || value.is_infinite() { Verdict::Inconclusive } else { Verdict::Wrong };
    }
    if difference.is_kink() {
        return Verdict::Kink;
    }
    if derivative == value && (derivative.is_infinite() || flat) {
        return Verdict::Right;
    }
    if unknown || value.is_infinite() {
        return Verdict::Inconclusive;
    }
    let Tolerance { absolute, resolution, .. } = tolerance;
    let apart = (derivative - value).abs();
    if apart <= error + floor && error <= absolute.max(resolution * value.abs()).max(resolution.powi(2) * scale) {
        Verdict::Right
    } else if apart > FAR * error + floor && (error <= HAZY * scale.max(value.abs()) || scale == 0.0) {
        Verdict::Wrong
    } else {
        Verdict::Inconclusive
    }
}

/// The result of a check: each derivative with its difference and verdict.
///
/// It prints as a table, the worst first, under a line that says in words what is wrong.
///
/// ```
/// use engine::check;
///
/// let report = check::claimed(|x| x[0] * x[1].exp(), &[2.0, 1.0], &[1f64.exp(), 1f64.exp()])?;
/// assert!(!report.is_right());
/// let first = report.to_string().lines().next().unwrap().to_owned();
/// assert!(first.starts_with("wrong: by `x1` the derivative is 2.7182818 but the difference 5.4365637"), "{first}");
/// # Ok::<(), engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    rows: Vec<Row>,
    /// What is compared with what.
    kinds: [&'static str; 2],
    allowed: Vec<Verdict>,
}

impl Report {
    pub(super) fn new(kinds: [&'static str; 2], rows: Vec<Row>) -> Self {
        Report { rows, kinds, allowed: vec![Verdict::Right] }
    }

    /// The derivatives in the order of the inputs.
    ///
    /// ```
    /// use engine::check;
    ///
    /// let report = check::gradient(|x| x[0] * x[1], &[3.0, 5.0])?;
    /// assert_eq!(report.rows().iter().map(|row| row.derivative).collect::<Vec<_>>(), [5.0, 3.0]);
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The worst: the first that [`assert`](Report::assert) would name; none when there are no inputs.
    ///
    /// ```
    /// use engine::check::{self, Verdict};
    ///
    /// let report = check::claimed(|x| x[0] * x[1], &[3.0, 5.0], &[5.0, 4.0])?;
    /// let worst = report.worst().expect("two rows");
    /// assert_eq!((worst.name.as_str(), worst.verdict), ("x1", Verdict::Wrong));
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn worst(&self) -> Option<&Row> {
        self.sorted().first().copied()
    }

    /// Lets a verdict pass besides right, such as kinks where a test's random points may meet one.
    ///
    /// ```
    /// use engine::check::{self, Verdict};
    ///
    /// let report = check::gradient(|x| x[0].abs(), &[0.0])?;
    /// assert!(!report.is_right());
    /// report.allow(Verdict::Kink).assert();
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn allow(mut self, verdict: Verdict) -> Self {
        self.allowed.push(verdict);
        self
    }

    /// Whether every verdict is right, or one that was [allowed](Report::allow). Kinks and inconclusive ones are not,
    /// unless allowed: a check that could not be made is no check.
    ///
    /// ```
    /// use engine::check;
    ///
    /// assert!(check::claimed(|x| x[0].powi(2), &[3.0], &[6.0])?.is_right());
    /// assert!(!check::claimed(|x| x[0].powi(2), &[3.0], &[5.0])?.is_right());
    /// # Ok::<(), engine::Error>(())
    /// ```
    pub fn is_right(&self) -> bool {
        self.rows.iter().all(|row| self.passes(row))
    }

    /// Fails a test unless all [is right](Report::is_right).
    ///
    /// # Panics
    ///
    /// With the report as the message, unless all is right.
    ///
    /// ```
    /// use engine::check;
    ///
    /// check::gradient(|x| (x[0] * x[1]).sin() + x[1].powi(2), &[0.3, -1.2])?.assert();
    /// # Ok::<(), engine::Error>(())
    /// ```
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_right(), "{self}");
    }

    fn passes(&self, row: &Row) -> bool {
        self.allowed.contains(&row.verdict)
    }

    fn sorted(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let badness = |row: &Row| (!self.passes(row), row.verdict);
        let excess = |row: &Row| row.absolute_error() / row.tolerance;
        rows.sort_by(|a, b| badness(b).cmp(&badness(a)).then(excess(b).total_cmp(&excess(a))));
        rows
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.sorted();
        let failed = rows.iter().filter(|row| !self.passes(row)).count();
        match (rows.first(), failed) {
            (None, _) => return f.write_str("right: there is nothing to differentiate by"),
            (Some(worst), 1..) => writeln!(f, "{} ({failed} of {} fail)", worst.words(self.kinds), rows.len())?,
            (Some(_), 0) => writeln!(f, "right: each {} agrees with its {}", self.kinds[0], self.kinds[1])?,
        }
        let [given, other] = self.kinds;
        let cells = |row: &Row| {
            let numbers = [row.derivative, row.difference.value].map(number);
            let known = |x: f64| if x.is_finite() { number(x) } else { "-".to_owned() };
            let errors = [row.difference.error, row.absolute_error(), row.relative_error()].map(known);
            [vec![row.name.clone()], numbers.to_vec(), errors.to_vec(), vec![row.verdict.to_string()]].concat()
        };
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["by", given, other, "error", "apart", "relative", "verdict"]);
        table.add_rows(rows.into_iter().map(cells));
        for (position, column) in table.column_iter_mut().enumerate() {
            if NUMBERS.contains(&position) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        f.write_str(&table.trim_fmt())
    }
}
