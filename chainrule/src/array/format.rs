//! Text of arrays, as numpy prints them with its default options.
//!
//! The rules are those of numpy's `arrayprint`: at most eight decimals, as few as tell the numbers apart, the same
//! layout for all of an array, exponents where the numbers differ too much in size, lines of 75 characters, and the
//! middle left out of arrays of more than 1000 elements.

use super::{Array, Data};
use rustpython_vm::literal::float;
use std::fmt;

const PRECISION: usize = 8;
const LINE: usize = 75;
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;

/// Which of Python's two texts of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `str(a)`, as `print` shows it.
    Str,
    /// `repr(a)`, as it stands in a list.
    Repr,
}

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Style::Str))
    }
}

impl Array {
    /// The text of the array.
    ///
    /// ```
    /// use chainrule::array::{Array, Style};
    ///
    /// let a = Array::from_floats(vec![0.5, 1.0 / 3.0]);
    /// assert_eq!(a.text(Style::Str), "[0.5        0.33333333]");
    /// assert_eq!(a.text(Style::Repr), "array([0.5       , 0.33333333])");
    /// ```
    pub fn text(&self, style: Style) -> String {
        let summary = self.len() > THRESHOLD;
        if style == Style::Str {
            if self.ndim() == 0 {
                return self.nth(0).map(|element| scalar_text(&element)).unwrap_or_default();
            }
            return self.body(" ", " ", LINE, summary);
        }
        let lead = "array(".len();
        let body = match self.ndim() {
            0 => self.formatted(false).concat().trim().to_owned(),
            _ => self.body(", ", &" ".repeat(lead + 1), LINE - ")".len(), summary),
        };
        let shape = match self.shape() {
            [n] => format!(", shape=({n},)"),
            many => format!(", shape=({})", many.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
        };
        match (self.is_empty(), summary) {
            (true, _) if self.ndim() > 1 => format!("array({body}{shape}, dtype={})", self.kind().name()),
            (true, _) => format!("array({body}, dtype={})", self.kind().name()),
            (_, true) => format!("array({body}{shape})"),
            _ => format!("array({body})"),
        }
    }

    fn body(&self, separator: &str, indent: &str, width: usize, summary: bool) -> String {
        if self.is_empty() {
            return "[]".to_owned();
        }
        let layout = Layout { separator, words: self.formatted(summary), shape: self.shape(), summary };
        layout.part(0, 0, indent, width)
    }

    /// Every element in the layout that all of them share; with a summary, that of the elements shown.
    fn formatted(&self, summary: bool) -> Vec<String> {
        let shown = |n: usize| {
            !summary || {
                let mut rest = n;
                self.shape().iter().rev().all(|&length| {
                    let k = rest % length;
                    rest /= length;
                    length <= 2 * EDGE || k < EDGE || k >= length - EDGE
                })
            }
        };
        let scalar = self.ndim() == 0;
        match self.data() {
            Data::Bool(v) => {
                let word = |b: &bool| if *b && !scalar { " True".into() } else { python_bool(*b).to_owned() };
                v.iter().map(word).collect()
            }
            Data::Int(v) => {
                let wide = (0..v.len()).filter(|&n| shown(n)).map(|n| v[n].to_string().len()).max().unwrap_or(0);
                v.iter().map(|i| format!("{i:>wide$}")).collect()
            }
            Data::Float(v) => {
                let numbers: Vec<f64> = v.iter().map(|x| x.value()).collect();
                let visible: Vec<f64> = (0..v.len()).filter(|&n| shown(n)).map(|n| numbers[n]).collect();
                let columns = Columns::of(&visible);
                numbers.iter().map(|&x| columns.word(x)).collect()
            }
        }
    }
}

/// The text of one element: `str` of a numpy scalar.
pub(crate) fn scalar_text(element: &super::Element) -> String {
    match element {
        super::Element::Bool(b) => python_bool(*b).to_owned(),
        super::Element::Int(i) => i.to_string(),
        super::Element::Float(x) => float::to_string(x.value()),
    }
}

fn python_bool(b: bool) -> &'static str {
    if b { "True" } else { "False" }
}

/// How the numbers of one array are written: widths before and after the point, or an exponent.
struct Columns {
    left: usize,
    right: usize,
    exponent: Option<usize>,
}

impl Columns {
    fn of(numbers: &[f64]) -> Columns {
        let finite: Vec<f64> = numbers.iter().copied().filter(|x| x.is_finite()).collect();
        let sizes: Vec<f64> = finite.iter().filter(|x| **x != 0.0).map(|x| x.abs()).collect();
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
        let spread = !sizes.is_empty() && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000.0);
        let longest = |lengths: Vec<usize>| lengths.into_iter().max().unwrap_or(0);
        let mut columns = if finite.is_empty() {
            Columns { left: 0, right: 0, exponent: None }
        } else if spread {
            let parts: Vec<_> = finite.iter().map(|&x| scientific(x)).collect();
            let decimals = longest(parts.iter().map(|(_, fraction, _)| fraction.len()).collect());
            let exponent = longest(parts.iter().map(|(.., exponent)| exponent.len()).collect());
            let left = longest(parts.iter().map(|(whole, ..)| whole.len()).collect());
            Columns { left, right: decimals, exponent: Some(exponent) }
        } else {
            let parts: Vec<_> = finite.iter().map(|&x| positional(x)).collect();
            Columns {
                left: longest(parts.iter().map(|(whole, _)| whole.len()).collect()),
                right: longest(parts.iter().map(|(_, fraction)| fraction.len()).collect()),
                exponent: None,
            }
        };
        let tail = columns.tail();
        for x in numbers.iter().filter(|x| !x.is_finite()) {
            columns.left = columns.left.max(special(*x).len().saturating_sub(tail));
        }
        columns
    }

    /// The width from the point on.
    fn tail(&self) -> usize {
        // After the point, an exponent is an e and a sign more than its digits.
        1 + self.right + self.exponent.map_or(0, |digits| digits + 2)
    }

    fn word(&self, x: f64) -> String {
        if !x.is_finite() {
            return format!("{:>1$}", special(x), self.left + self.tail());
        }
        match self.exponent {
            None => {
                let (whole, fraction) = positional(x);
                format!("{whole:>0$}.{fraction:<1$}", self.left, self.right)
            }
            Some(digits) => {
                let text = format!("{x:.0$e}", self.right);
                let (whole, fraction, exponent) = split_scientific(&text);
                let sign = if exponent.starts_with('-') { '-' } else { '+' };
                let exponent = exponent.trim_start_matches('-');
                format!("{whole:>0$}.{fraction}e{sign}{exponent:0>digits$}", self.left)
            }
        }
    }
}

fn special(x: f64) -> &'static str {
    match x {
        _ if x.is_nan() => "nan",
        _ if x < 0.0 => "-inf",
        _ => "inf",
    }
}

/// The parts before and after the point: as few digits as tell the number from its neighbours, at most eight decimals.
fn positional(x: f64) -> (String, String) {
    let shortest = format!("{x}");
    let decimals = shortest.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let text = if decimals > PRECISION { format!("{x:.PRECISION$}") } else { shortest };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    (whole.to_owned(), fraction.trim_end_matches('0').to_owned())
}

/// The same with an exponent: before the point, after it, and the digits of the exponent.
fn scientific(x: f64) -> (String, String, String) {
    let shortest = format!("{x:e}");
    let (_, fraction, _) = split_scientific(&shortest);
    let text = if fraction.len() > PRECISION { format!("{x:.PRECISION$e}") } else { shortest };
    let (whole, fraction, exponent) = split_scientific(&text);
    let digits = format!("{:0>2}", exponent.trim_start_matches('-'));
    (whole.to_owned(), fraction.trim_end_matches('0').to_owned(), digits)
}

fn split_scientific(text: &str) -> (&str, &str, &str) {
    let (number, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    (whole, fraction, exponent)
}

/// Brackets, separators and line breaks around the words of the elements.
struct Layout<'a> {
    separator: &'a str,
    words: Vec<String>,
    shape: &'a [usize],
    summary: bool,
}

impl Layout<'_> {
    /// The text of the part from the element `start`, whose axes are those from `axis` on.
    fn part(&self, axis: usize, start: usize, indent: &str, width: usize) -> String {
        let Some(&length) = self.shape.get(axis) else { return self.words[start].clone() };
        let step: usize = self.shape[axis + 1..].iter().product();
        let cut = self.summary && 2 * EDGE < length;
        let shown: Vec<Option<usize>> = match cut {
            true => (0..EDGE).map(Some).chain([None]).chain((length - EDGE..length).map(Some)).collect(),
            false => (0..length).map(Some).collect(),
        };
        let inner = format!("{indent} ");
        let word = |k: &Option<usize>| match k {
            Some(k) => self.part(axis + 1, start + k * step, &inner, width.saturating_sub(1)),
            None => "...".to_owned(),
        };
        let rest = self.shape.len() - axis - 1;
        let end = self.separator.trim_end();
        if rest > 0 {
            let line_end = format!("{end}{}", "\n".repeat(rest));
            let rows: Vec<String> = shown.iter().map(|k| format!("{indent}{}", word(k))).collect();
            return format!("[{}]", &rows.join(&line_end)[indent.len()..]);
        }
        let width = width.saturating_sub(end.len().max(1));
        let (mut text, mut line) = (String::new(), indent.to_owned());
        for (n, k) in shown.iter().enumerate() {
            let word = word(k);
            if line.len() + word.len() > width && line.len() > indent.len() {
                text.push_str(line.trim_end());
                text.push('\n');
                line = indent.to_owned();
            }
            line.push_str(&word);
            if n + 1 < shown.len() {
                line.push_str(self.separator);
            }
        }
        text.push_str(&line);
        format!("[{}]", &text[indent.len()..])
    }
}
