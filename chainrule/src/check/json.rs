//! A report as JSON.

use super::{ClaimKind, FaultKind, Judged, Report, Values, Verdict};
use crate::failure::Failure;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct FileEntry<'a> {
    file: &'a str,
    loss: Option<&'a str>,
    verdict: Verdict,
    claims: Vec<ClaimEntry<'a>>,
    error: Option<&'a Failure>,
}

#[derive(Serialize)]
struct ClaimEntry<'a> {
    kind: ClaimKind,
    target: &'a str,
    line: usize,
    of: &'a str,
    wrt: &'a str,
    points: usize,
    verdict: Verdict,
    claimed: Nested<'a>,
    derivative: Nested<'a>,
    failing_keys: &'a [String],
    diagnosis: Option<DiagnosisEntry<'a>>,
}

#[derive(Serialize)]
struct DiagnosisEntry<'a> {
    kind: Option<FaultKind>,
    text: String,
    path: &'a [String],
    factor: Option<f64>,
    replace: Option<&'a str>,
    with: Option<&'a str>,
    repaired: bool,
}

/// An array as nested lists, or one number; what is no finite number is null.
struct Nested<'a> {
    shape: &'a [usize],
    numbers: &'a [f64],
}

impl<'a> From<&'a Values> for Nested<'a> {
    fn from(values: &'a Values) -> Self {
        Nested { shape: &values.shape, numbers: &values.numbers }
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some((&length, shape)) = self.shape.split_first() else {
            return self.numbers.first().serialize(serializer);
        };
        let width: usize = shape.iter().product();
        let mut rows = serializer.serialize_seq(Some(length))?;
        for row in 0..length {
            let numbers = self.numbers.get(row * width..(row + 1) * width).unwrap_or_default();
            rows.serialize_element(&Nested { shape, numbers })?;
        }
        rows.end()
    }
}

impl Report {
    /// The report as one JSON object on one line.
    ///
    /// `claimed` and `derivative` are a number, or nested lists for an array, with null for NaN and the infinities.
    /// `diagnosis` is null for a right claim and for a kink; of a scaled one it holds the factor, of an unchecked one the
    /// reason as `text`, and its `kind` is null for both, since neither is a fault. `error` says why the file could not
    /// be checked, or not to its end.
    ///
    /// ```
    /// use chainrule::check::{Options, check};
    ///
    /// let json = check("x = (", "x.py", &Options::default()).json("x.py");
    /// assert!(json.starts_with(r#"{"file":"x.py","loss":null,"verdict":"unchecked","claims":[],"error":{"line":1,"#));
    /// ```
    pub fn json(&self, file: &str) -> String {
        let claims = self.claims.iter().map(|claim| self.entry(claim)).collect();
        let entry =
            FileEntry { file, loss: self.loss.as_deref(), verdict: self.verdict, claims, error: self.error.as_ref() };
        // Nothing in it can fail: there are no maps, and what is no number is null.
        serde_json::to_string(&entry).unwrap_or_default()
    }

    fn entry<'a>(&'a self, claim: &'a Judged) -> ClaimEntry<'a> {
        ClaimEntry {
            kind: claim.kind,
            target: &claim.target,
            line: claim.line,
            of: &claim.of,
            wrt: &claim.wrt,
            points: claim.points,
            verdict: claim.verdict,
            claimed: (&claim.claimed).into(),
            derivative: (&claim.derivative).into(),
            failing_keys: &claim.failing_keys,
            diagnosis: self.diagnosis(claim),
        }
    }

    /// What is said of a claim: of one that is only computed from another, what is said of that one.
    fn diagnosis<'a>(&'a self, claim: &'a Judged) -> Option<DiagnosisEntry<'a>> {
        let first = || self.claims.get(claim.begins_at?)?.diagnosis.as_ref();
        if let Some(found) = claim.diagnosis.as_ref().or_else(first) {
            return Some(DiagnosisEntry {
                kind: Some(found.kind),
                text: found.text.clone(),
                path: &found.path,
                factor: found.factor,
                replace: found.replace.as_deref(),
                with: found.with.as_deref(),
                repaired: found.repaired,
            });
        }
        let text = match (claim.verdict, claim.factor) {
            (Verdict::Unchecked, _) => claim.reason.clone()?,
            (Verdict::Scaled, Some(factor)) => format!("{factor} times the derivative of {}", claim.of),
            _ => return None,
        };
        let factor = claim.factor;
        Some(DiagnosisEntry { kind: None, text, path: &[], factor, replace: None, with: None, repaired: false })
    }
}

#[cfg(test)]
mod tests {
    use super::{Nested, Values};

    fn json(shape: &[usize], numbers: &[f64]) -> String {
        let values = Values { shape: shape.to_vec(), numbers: numbers.to_vec() };
        serde_json::to_string(&Nested::from(&values)).unwrap_or_default()
    }

    #[test]
    fn numbers_are_nested_by_their_shape() {
        assert_eq!(json(&[], &[0.1]), "0.1");
        assert_eq!(json(&[2], &[1.0, -2.5e-7]), "[1.0,-2.5e-7]");
        assert_eq!(json(&[2, 1], &[1.0, 2.0]), "[[1.0],[2.0]]");
        assert_eq!(json(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0]), "[[[1.0,2.0],[3.0,4.0]]]");
        assert_eq!((json(&[0], &[]), json(&[2, 0], &[])), ("[]".to_owned(), "[[],[]]".to_owned()));
    }

    #[test]
    fn what_is_no_number_in_json_is_null() {
        assert_eq!(json(&[], &[f64::NAN]), "null");
        assert_eq!(json(&[3], &[f64::INFINITY, f64::NEG_INFINITY, 1.0]), "[null,null,1.0]");
    }
}
