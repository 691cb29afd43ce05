//! Why a program ended early, or could not be checked, and where.

use serde::Serialize;

/// Why a program ended early, or could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}{message}", place(*line, *column))]
pub struct Failure {
    /// The line, from 1, where there is one.
    pub line: Option<usize>,
    /// The column, from 1, in characters.
    pub column: Option<usize>,
    /// What is wrong, and what to do.
    pub message: String,
}

fn place(line: Option<usize>, column: Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: "),
        (Some(line), None) => format!("line {line}: "),
        _ => String::new(),
    }
}

/// The line of a place in the source, in bytes: from 1.
pub(crate) fn line_at(source: &[u8], offset: usize) -> usize {
    source[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1
}

impl Failure {
    /// A failure of the program as a whole.
    pub fn whole(message: impl Into<String>) -> Failure {
        Failure { line: None, column: None, message: message.into() }
    }

    /// A failure at a place of the source, in bytes.
    pub(crate) fn at(source: &[u8], offset: usize, message: impl Into<String>) -> Failure {
        let before = &source[..offset];
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Failure { line: Some(line_at(source, offset)), column: Some(column), message: message.into() }
    }

    /// Where it lies in the source, in bytes: from its column to the end of the line.
    pub(crate) fn range(&self, source: &str) -> Option<std::ops::Range<usize>> {
        let line = source.split_inclusive('\n').nth(self.line?.checked_sub(1)?)?;
        let start = line.as_ptr() as usize - source.as_ptr() as usize;
        let text = line.trim_end();
        let column = text.char_indices().nth(self.column.unwrap_or(1) - 1).map_or(text.len(), |(place, _)| place);
        Some(start + column..start + text.len().max(column))
    }

    /// The message behind the file and the place, as compilers write it.
    pub fn in_file(&self, path: &str) -> String {
        match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{path}:{line}:{column}: {}", self.message),
            (Some(line), None) => format!("{path}:{line}: {}", self.message),
            _ => format!("{path}: {}", self.message),
        }
    }
}
