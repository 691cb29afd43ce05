//! Samples from CSV.

use crate::data::Dataset;
use crate::error::{Error, Result};
use csv::{ReaderBuilder, StringRecord, Trim};
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
    pub fn from_csv(table: impl Read, label: Label<'_>) -> Result<Dataset> {
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(table);
        let header = reader.headers().map_err(Error::Csv)?.clone();
        if let Some(name) = header.iter().enumerate().find_map(|(n, name)| header.iter().take(n).find(|it| *it == name))
        {
            return Err(Error::DuplicateName { name: name.to_owned() });
        }
        let place = |column: &&str| {
            header.iter().position(|name| name == *column).ok_or_else(|| Error::NoColumn {
                column: (*column).to_owned(),
                header: header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            })
        };
        let targets: Vec<usize> = label.columns().iter().map(place).collect::<Result<_>>()?;
        let inputs: Vec<usize> = (0..header.len()).filter(|column| !targets.contains(column)).collect();

        let (mut x, mut y, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(Error::Csv)?;
            x.push(numbers(&header, &record, &inputs)?);
            match label {
                Label::Class(_) => classes.extend(targets.iter().map(|&column| record[column].to_owned())),
                Label::Numbers(_) => y.push(numbers(&header, &record, &targets)?),
            }
        }
        let data = match label {
            Label::Class(_) => Dataset::with_classes(&x, &classes)?,
            Label::Numbers(_) => Dataset::new(&x, &y)?,
        };
        Ok(data.with_columns(inputs.iter().map(|&column| header[column].to_owned()).collect()))
    }

    /// Reads a file as [`from_csv`](Dataset::from_csv) does; errors name the file too.
    pub fn from_csv_file(path: impl AsRef<Path>, label: Label<'_>) -> Result<Dataset> {
        let path = path.as_ref();
        let read = || Dataset::from_csv(File::open(path)?, label);
        read().map_err(|error| error.in_file(path))
    }
}

/// The numbers in some columns of a row.
fn numbers(header: &StringRecord, record: &StringRecord, columns: &[usize]) -> Result<Vec<f64>> {
    let number = |&column: &usize| {
        let text = &record[column];
        text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| Error::Cell {
            line: record.position().map_or(0, csv::Position::line),
            column: header[column].to_owned(),
            text: text.to_owned(),
        })
    };
    columns.iter().map(number).collect()
}
