//! Samples from CSV.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::layout::Layout;
use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Which columns of a table are the target; all others are inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'a> {
    /// One column that holds the name of the sample's class.
    Class(&'a str),
    /// Columns of numbers.
    Numbers(&'a [&'a str]),
}

impl Label<'_> {
    fn columns(&self) -> &[&str] {
        match self {
            Label::Class(column) => std::slice::from_ref(column),
            Label::Numbers(columns) => columns,
        }
    }
}

impl Dataset {
    /// Reads a table of comma-separated values whose first line names the columns.
    ///
    /// The target is what `label` says; every other column is an input and holds numbers. Classes are sorted, as in
    /// [`with_classes`](Dataset::with_classes). Errors name the line and the column: of a cell that is no finite number, a
    /// row of another length, a column that is not there or is there twice; and there must be a row.
    ///
    /// ```
    /// use nn::{Dataset, Label};
    ///
    /// let text = "length,width,species\n1.4,0.2,setosa\n4.7,1.4,versicolor\n";
    /// let data = Dataset::from_csv(text.as_bytes(), Label::Class("species"))?;
    /// assert_eq!(data.columns(), ["length", "width"]);
    /// assert_eq!((data.x(1), data.classes()[data.class(1)].as_str()), (&[4.7, 1.4][..], "versicolor"));
    ///
    /// let text = "length,width,species\n1.4,wide,setosa\n";
    /// let error = Dataset::from_csv(text.as_bytes(), Label::Class("species")).unwrap_err();
    /// assert_eq!(error.to_string(), "line 2, column `width`: `wide` is not a finite number");
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn from_csv(mut table: impl Read, label: Label<'_>) -> Result<Dataset> {
        let mut bytes = Vec::new();
        table.read_to_end(&mut bytes)?;
        let text = str::from_utf8(&bytes).map_err(|error| Error::Row {
            line: line_at(&bytes, error.valid_up_to()),
            reason: "not UTF-8 text: save the table as UTF-8".to_owned(),
        })?;
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| bad_row(text, &error))?.clone();
        Layout::new(&header)?;
        Layout::new(label.columns().iter().copied())?;
        let place = |column: &&str| {
            header.iter().position(|name| name == *column).ok_or_else(|| {
                let names: Vec<_> = header.iter().map(|name| format!("`{name}`")).collect();
                let header = if names.is_empty() { "no columns".to_owned() } else { names.join(", ") };
                Error::NoColumn { column: (*column).to_owned(), header }
            })
        };
        let targets: Vec<usize> = label.columns().iter().map(place).collect::<Result<_>>()?;
        let inputs: Vec<usize> = (0..header.len()).filter(|column| !targets.contains(column)).collect();
        let numbers = |record: &StringRecord, columns: &[usize]| {
            let number = |&column: &usize| {
                record[column].parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| Error::Cell {
                    line: record.position().map_or(0, |position| line_of(text, position)),
                    column: header[column].to_owned(),
                    text: record[column].to_owned(),
                })
            };
            columns.iter().map(number).collect::<Result<Vec<f64>>>()
        };

        let (mut x, mut y, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|error| bad_row(text, &error))?;
            x.push(numbers(&record, &inputs)?);
            match label {
                Label::Class(_) => classes.extend(targets.iter().map(|&column| record[column].to_owned())),
                Label::Numbers(_) => y.push(numbers(&record, &targets)?),
            }
        }
        let data = match label {
            Label::Class(_) => Dataset::with_classes(&x, &classes)?,
            Label::Numbers(_) => Dataset::new(&x, &y)?,
        };
        Ok(data.with_columns(inputs.iter().map(|&column| header[column].to_owned()).collect()))
    }

    /// Reads a file as [`from_csv`](Dataset::from_csv) does; errors name the file too.
    ///
    /// ```
    /// use nn::{Dataset, Label};
    ///
    /// let path = std::env::temp_dir().join(format!("flowers-{}.csv", std::process::id()));
    /// std::fs::write(&path, "length,area\n2,4\n3,9\n")?;
    /// let data = Dataset::from_csv_file(&path, Label::Numbers(&["area"]))?;
    /// std::fs::remove_file(&path)?;
    /// assert_eq!((data.x(1), data.target(1)), (&[3.0][..], &[9.0][..]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn from_csv_file(path: impl AsRef<Path>, label: Label<'_>) -> Result<Dataset> {
        let path = path.as_ref();
        let read = || Dataset::from_csv(File::open(path)?, label);
        read().map_err(|error| error.in_file(path))
    }
}

/// The line of a place in a text, from 1.
fn line_at(text: &[u8], place: usize) -> usize {
    1 + text[..place].iter().filter(|&&byte| byte == b'\n').count()
}

/// The line of a row. The reader says where it began to look for it, which may be at empty lines before it.
fn line_of(text: &str, position: &Position) -> usize {
    let start = position.byte() as usize;
    let empty = text.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    line_at(text.as_bytes(), start + empty)
}

fn bad_row(text: &str, error: &csv::Error) -> Error {
    let reason = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where there are {expected_len} columns")
        }
        _ => error.to_string(),
    };
    Error::Row { line: error.position().map_or(1, |position| line_of(text, position)), reason }
}
