//! A report of claims as text.

use crate::check::hand::{Judged, Report};
use crate::check::words::{number, quotient};
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["claim", "hand", "derivative", "verdict"].map(str::to_owned);
        let row = |judged: &Judged| {
            let [hand, derivative] = [judged.hand, judged.derivative].map(number);
            [quotient(&judged.of, &judged.wrt), hand, derivative, judged.verdict.name().to_owned()]
        };
        let rows: Vec<[String; 4]> = std::iter::once(head).chain(self.claims.iter().map(row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (claim, hand, derivative) = (width(0), width(1), width(2));
        for row in &rows {
            writeln!(f, "{:claim$}  {:>hand$}  {:>derivative$}  {}", row[0], row[1], row[2], row[3])?;
        }
        // What is said of several claims alike is said once.
        let mut said: Vec<&str> = Vec::new();
        for diagnosis in self.claims.iter().filter_map(|judged| judged.diagnosis.as_ref()) {
            if said.contains(&diagnosis.text.as_str()) {
                continue;
            }
            said.push(&diagnosis.text);
            let about = |judged: &&Judged| judged.diagnosis.as_ref().is_some_and(|other| other.text == diagnosis.text);
            let names = self.claims.iter().filter(about).map(|judged| quotient(&judged.of, &judged.wrt));
            writeln!(f, "\n{}: {}", names.collect::<Vec<_>>().join(", "), diagnosis.text)?;
        }
        Ok(())
    }
}
