//! A report of claims as text.

use crate::check::hand::{Judged, Report};
use crate::check::words::{number, quotient};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = |judged: &Judged| {
            let [hand, derivative] = [judged.hand, judged.derivative].map(number);
            [quotient(&judged.of, &judged.wrt), hand, derivative, judged.verdict.to_string()]
        };
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["claim", "hand", "derivative", "verdict"]);
        table.add_rows(self.claims.iter().map(cells));
        for column in table.column_iter_mut().skip(1).take(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{}", table.trim_fmt())?;
        let only_here = self.claims.iter().filter(|judged| judged.only_here);
        let only_here: Vec<String> = only_here.map(|judged| quotient(&judged.of, &judged.wrt)).collect();
        if !only_here.is_empty() {
            writeln!(f, "\n{}: right for these inputs only: with other data the claim differs.", only_here.join(", "))?;
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
