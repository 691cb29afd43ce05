//! Samples: inputs and targets in memory.

use crate::error::{Error, Result, expect_finite, expect_length, expect_setting};
use crate::random::Random;
use rand::seq::SliceRandom;
use std::collections::BTreeSet;

/// Samples, each of them an input and a target, all of one width.
///
/// A class is given as a target with 1 at its place and 0 elsewhere.
///
/// ```
/// use nn::Dataset;
///
/// let data = Dataset::new(&[[-2.0, -1.0], [25.0, 6.0]], &[[1.0], [0.0]])?;
/// assert_eq!((data.len(), data.inputs(), data.targets()), (2, 2, 1));
/// assert_eq!((data.x(1), data.target(1)), (&[25.0, 6.0][..], &[0.0][..]));
///
/// let flowers = Dataset::with_classes(&[[1.4], [4.7], [1.3]], &["setosa", "virginica", "setosa"])?;
/// assert_eq!(flowers.classes(), ["setosa", "virginica"]);
/// assert_eq!(flowers.target(1), [0.0, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    x: Vec<f64>,
    inputs: usize,
    y: Vec<f64>,
    targets: usize,
    columns: Vec<String>,
    classes: Vec<String>,
}

impl Dataset {
    /// Rows of inputs and rows of targets. Errors when there are none, they are not of one width, or a number is not
    /// finite.
    pub fn new(x: &[impl AsRef<[f64]>], y: &[impl AsRef<[f64]>]) -> Result<Dataset> {
        expect_length(|| "targets of the data set".to_owned(), x.len(), y.len())?;
        let (x, inputs) = flatten("inputs", x)?;
        let (y, targets) = flatten("targets", y)?;
        let columns = (0..inputs).map(|column| format!("x[{column}]")).collect();
        Ok(Dataset { x, inputs, y, targets, columns, classes: Vec::new() })
    }

    /// Rows of inputs and the class of each. The classes are the distinct labels, sorted. Errors as
    /// [`new`](Dataset::new) does, and when there is but one class.
    ///
    /// ```
    /// use nn::Dataset;
    ///
    /// let data = Dataset::with_classes(&[[1.0], [2.0], [3.0]], &["b", "a", "b"])?;
    /// assert_eq!(data.classes(), ["a", "b"]);
    /// assert_eq!((data.target(0), data.target(1)), (&[0.0, 1.0][..], &[1.0, 0.0][..]));
    /// assert!(Dataset::with_classes(&[[1.0], [2.0]], &["a", "a"]).is_err());
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn with_classes(x: &[impl AsRef<[f64]>], labels: &[impl AsRef<str>]) -> Result<Dataset> {
        let classes: BTreeSet<&str> = labels.iter().map(AsRef::as_ref).collect();
        let one = |label: &str| classes.iter().map(|class| f64::from(u8::from(*class == label))).collect::<Vec<_>>();
        let y: Vec<_> = labels.iter().map(|label| one(label.as_ref())).collect();
        let data = Dataset::new(x, &y)?;
        let classes: Vec<String> = classes.iter().map(ToString::to_string).collect();
        match classes.as_slice() {
            [class] => Err(Error::OneClass { class: class.clone() }),
            _ => Ok(Dataset { classes, ..data }),
        }
    }

    /// The same samples with names for the columns of the inputs, as many as there are.
    pub(crate) fn with_columns(self, columns: Vec<String>) -> Dataset {
        Dataset { columns, ..self }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.x.len() / self.inputs
    }

    /// Whether there are no samples, which is never so.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// How many numbers an input has.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many numbers a target has.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// The input of a sample.
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn x(&self, sample: usize) -> &[f64] {
        &self.x[sample * self.inputs..][..self.inputs]
    }

    /// The target of a sample.
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn target(&self, sample: usize) -> &[f64] {
        &self.y[sample * self.targets..][..self.targets]
    }

    /// The samples in order: input and target of each.
    ///
    /// ```
    /// let data = nn::Dataset::new(&[[1.0], [2.0]], &[[10.0], [20.0]])?;
    /// assert_eq!(data.iter().map(|(x, target)| x[0] * target[0]).sum::<f64>(), 50.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[f64], &[f64])> {
        (0..self.len()).map(|sample| (self.x(sample), self.target(sample)))
    }

    /// The names of the inputs: those of the table's columns, or `x[0]`, `x[1]`, ...
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The names of the classes, in the order of their places in a target; empty when the targets are numbers.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of a sample, as a place in [`classes`](Dataset::classes): that of its largest target.
    ///
    /// ```
    /// let data = nn::Dataset::with_classes(&[[1.0], [2.0]], &["rose", "aster"])?;
    /// assert_eq!((data.class(0), data.classes()[data.class(0)].as_str()), (1, "rose"));
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn class(&self, sample: usize) -> usize {
        largest(self.target(sample))
    }

    /// The inputs, to be changed sample by sample.
    pub(crate) fn xs_mut(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.x.chunks_exact_mut(self.inputs)
    }

    /// The samples at these positions, in this order. Errors when there are none.
    ///
    /// ```
    /// let data = nn::Dataset::new(&[[1.0], [2.0], [3.0]], &[[0.0], [0.0], [1.0]])?;
    /// let two = data.select(&[2, 0])?;
    /// assert_eq!((two.len(), two.x(0), two.target(0)), (2, &[3.0][..], &[1.0][..]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such sample.
    pub fn select(&self, samples: &[usize]) -> Result<Dataset> {
        if samples.is_empty() {
            return Err(Error::Empty { what: "the selection".to_owned(), parts: "samples" });
        }
        let x = samples.iter().flat_map(|&sample| self.x(sample)).copied().collect();
        let y = samples.iter().flat_map(|&sample| self.target(sample)).copied().collect();
        Ok(Dataset { x, y, columns: self.columns.clone(), classes: self.classes.clone(), ..*self })
    }

    /// The samples in random order.
    ///
    /// ```
    /// use nn::{Dataset, seeded};
    ///
    /// let data = Dataset::new(&[[1.0], [2.0], [3.0]], &[[10.0], [20.0], [30.0]])?;
    /// let shuffled = data.shuffled(&mut seeded(5))?;
    /// assert!(shuffled.iter().all(|(x, target)| target[0] == 10.0 * x[0]));
    /// assert_eq!(shuffled.iter().map(|(x, _)| x[0]).sum::<f64>(), 6.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn shuffled(&self, random: &mut Random) -> Result<Dataset> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(random);
        self.select(&order)
    }

    /// Two parts, of which the first has this share of the samples, rounded: to train on, and to test with. Errors when
    /// the share does not lie between 0 and 1, or a part would be empty. Shuffle first what comes in some order.
    ///
    /// ```
    /// use nn::{Dataset, seeded};
    ///
    /// let rows: Vec<[f64; 1]> = (0..10).map(|n| [f64::from(n)]).collect();
    /// let (train, test) = Dataset::new(&rows, &rows)?.shuffled(&mut seeded(1))?.split(0.7)?;
    /// assert_eq!((train.len(), test.len()), (7, 3));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn split(&self, share: f64) -> Result<(Dataset, Dataset)> {
        expect_setting("share of a split", share, share > 0.0 && share < 1.0, "a number between 0 and 1")?;
        let order: Vec<usize> = (0..self.len()).collect();
        let (first, second) = order.split_at((share * self.len() as f64).round() as usize);
        Ok((self.select(first)?, self.select(second)?))
    }
}

/// The position of the largest number, the first of equal ones.
pub(crate) fn largest(numbers: &[f64]) -> usize {
    (0..numbers.len()).reduce(|best, next| if numbers[next] > numbers[best] { next } else { best }).unwrap_or(0)
}

/// Rows end to end, and their width.
fn flatten(what: &'static str, rows: &[impl AsRef<[f64]>]) -> Result<(Vec<f64>, usize)> {
    let width = rows.first().map_or(0, |row| row.as_ref().len());
    if rows.is_empty() || width == 0 {
        let parts = if rows.is_empty() { "samples" } else { what };
        return Err(Error::Empty { what: "the data set".to_owned(), parts });
    }
    let mut flat = Vec::with_capacity(rows.len() * width);
    for (row, numbers) in rows.iter().enumerate() {
        let numbers = numbers.as_ref();
        expect_length(|| format!("{what} of sample {row}"), width, numbers.len())?;
        expect_finite(numbers, |column| format!("sample {row}: number {column} of its {what}"))?;
        flat.extend_from_slice(numbers);
    }
    Ok((flat, width))
}

/// The positions of samples, in batches of one size of which the last may be smaller.
///
/// ```
/// use nn::{Batches, seeded};
///
/// let mut batches = Batches::new(5, 2);
/// assert_eq!(batches.iter().collect::<Vec<_>>(), [&[0, 1][..], &[2, 3], &[4]]);
/// batches.shuffle(&mut seeded(1));
/// assert_eq!(batches.iter().map(<[usize]>::len).sum::<usize>(), 5);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
}

impl Batches {
    /// Batches of so many samples, in order; a size of 0 counts as 1.
    pub fn new(samples: usize, size: usize) -> Batches {
        Batches { order: (0..samples).collect(), size: size.max(1) }
    }

    /// Puts the samples into another order, each as likely as any.
    pub fn shuffle(&mut self, random: &mut Random) {
        self.order.shuffle(random);
    }

    /// The batches.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.order.chunks(self.size)
    }
}
