//! The chain rule in words and numbers.

use super::paths::{Path, paths};
use super::record::{Recorded, record};
use super::{Look, shown};
use crate::failure::Failure;

/// So many paths are listed; what is left is summed up.
const MOST: usize = 12;

/// Explains the derivative of one quantity of a program by another: each path of the chain rule as a product of partials
/// between named quantities, with their values, and the sum of the paths.
///
/// Of an array, the element with the largest derivative is taken unless one is named. Errors when the program does not
/// run, when a name stands for nothing that depends on a parameter, and when there are fewer points.
///
/// ```
/// use chainrule::Limits;
/// use chainrule::explore::{Look, explain};
///
/// let program = "w = 3.0\nh = 2 * w\nL = h * w\nw -= 0.1 * 4 * w\n";
/// let look = Look { of: "L".into(), wrt: Some("w".into()), point: 1, limits: Limits::default() };
/// let text = explain(program, "square.py", &look)?;
/// assert!(text.contains("path 1 of 2: L, w") && text.ends_with("dL/dw = 12, the sum of 2 paths\n"));
/// # Ok::<(), chainrule::Failure>(())
/// ```
pub fn explain(source: &str, path: &str, look: &Look) -> Result<String, Failure> {
    let recorded = record(source, path, look)?;
    let derivatives = recorded.tape.derivatives(recorded.of);
    let largest = |a: &&u32, b: &&u32| derivatives.by(**a).0.abs().total_cmp(&derivatives.by(**b).0.abs());
    let by = recorded.wrt.iter().rev().max_by(largest);
    let by = *by.ok_or_else(|| Failure::whole("there is nothing to differentiate by: say it with --wrt"))?;
    let (of, wrt) = (recorded.name(recorded.of), recorded.name(by));
    let mut text = format!("{path}:{}: the derivative of {of} by {wrt}, point {}\n", recorded.line, look.point);
    if recorded.elements > 1 {
        let asked = look.wrt.as_deref().unwrap_or_default();
        let count = recorded.elements;
        text.push_str(&format!("{wrt} is the one of the {count} elements of {asked} that {of} depends on most\n"));
    }
    let all = paths(&recorded, by, MOST);
    for (k, path) in all.largest.iter().enumerate() {
        text.push_str(&recorded.tell(path, k + 1, all.count));
    }
    let derivative = derivatives.by(by).0;
    let left = all.count - all.largest.len() as f64;
    if left > 0.0 {
        let listed: f64 = all.largest.iter().map(|path| path.product).sum();
        text.push_str(&format!("\n{left} smaller paths: {} together\n", shown(derivative - listed)));
    }
    let plural = if all.count == 1.0 { "path" } else { "paths" };
    text.push_str(&format!("\nd{of}/d{wrt} = {}, the sum of {} {plural}\n", shown(derivative), all.count));
    Ok(text)
}

impl Recorded {
    /// The name of a node, if only for what is asked for.
    fn name(&self, node: u32) -> &str {
        self.names.get(&node).map_or("?", String::as_str)
    }

    fn tell(&self, path: &Path, place: usize, count: f64) -> String {
        let mut stops = vec![self.name(self.of)];
        stops.extend(path.edges().map(|edge| self.name(edge.by)));
        let value = |node: u32| format!("{} = {}", self.name(node), shown(self.tape.number(node)));
        let mut rows: Vec<[String; 3]> = path
            .edges()
            .map(|edge| {
                let factor = format!("d{}/d{}", self.name(edge.of), self.name(edge.by));
                [factor, shown(edge.partial), format!("at {}, {}", value(edge.of), value(edge.by))]
            })
            .collect();
        rows.push(["product".to_owned(), shown(path.product), String::new()]);
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (names, numbers) = (width(0), width(1));
        let lines = rows.iter().map(|[name, number, values]| {
            format!("    {name:names$}  {number:<numbers$}  {values}").trim_end().to_owned() + "\n"
        });
        format!("\npath {place} of {count}: {}\n{}", stops.join(", "), lines.collect::<String>())
    }
}
