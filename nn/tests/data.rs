//! Data sets: what is read, what is refused, and what shuffling and scaling keep.

use nn::{Batches, Dataset, Label, Standard, seeded};
use proptest::collection::vec;
use proptest::prelude::*;

const CLASS: Label<'_> = Label::Class("kind");
const NUMBERS: Label<'_> = Label::Numbers(&["z", "x"]);

#[test]
fn tables_are_read_by_the_names_of_their_columns() {
    let text = "\u{feff}x,kind,y,z\n 1.5 ,b,-2e3,0\n\"3\", a ,4,-0.5\n";
    let data = Dataset::from_csv(text.as_bytes(), Label::Numbers(&["z"])).unwrap_err();
    assert_eq!(data.to_string(), "line 2, column `kind`: `b` is not a finite number");

    let data = Dataset::from_csv(text.as_bytes(), CLASS).unwrap();
    assert_eq!(data.columns(), ["x", "y", "z"]);
    assert_eq!(data.classes(), ["a", "b"]);
    assert_eq!(
        data.iter().collect::<Vec<_>>(),
        [(&[1.5, -2000.0, 0.0][..], &[0.0, 1.0][..]), (&[3.0, 4.0, -0.5][..], &[1.0, 0.0][..])]
    );
    assert_eq!((data.class(0), data.class(1)), (1, 0));

    let data = Dataset::from_csv("x,y,z\n1,2,3\n4,5,6\n".as_bytes(), NUMBERS).unwrap();
    assert_eq!(data.columns(), ["y"]);
    assert_eq!(data.iter().collect::<Vec<_>>(), [(&[2.0][..], &[3.0, 1.0][..]), (&[5.0][..], &[6.0, 4.0][..])]);
    assert!(data.classes().is_empty());
}

#[test]
fn bad_tables_are_refused_with_the_place() {
    let cases = [
        ("", CLASS, "there is no column `kind`: the header has no columns"),
        ("x,kind\n", CLASS, "the data set has no samples: give it at least one"),
        ("kind\na\n", CLASS, "the data set has no inputs: give it at least one"),
        ("x,y\n1,2\n", CLASS, "there is no column `kind`: the header has `x`, `y`"),
        ("x,kind,x\n1,a,2\n", CLASS, "the name `x` is given twice: names are unique"),
        ("x,kind\n1,a\n\nNaN,b\n", CLASS, "line 4, column `x`: `NaN` is not a finite number"),
        ("x,kind\n1e999,b\n", CLASS, "line 2, column `x`: `1e999` is not a finite number"),
        ("x,kind\n1,a\n,b\n", CLASS, "line 3, column `x`: `` is not a finite number"),
        ("x,z,y\n1,two,3\n", NUMBERS, "line 2, column `z`: `two` is not a finite number"),
        ("x,kind\n\r\n1,a\r\n\n2,b,3\n", CLASS, "line 5: 3 cells where there are 2 columns"),
        ("x,kind\n1,a\n2,a\n", CLASS, "every sample is of the class `a`: give samples of at least two classes"),
        ("x,y\n1,2\n", Label::Numbers(&[]), "the data set has no targets: give it at least one"),
        ("x,y\n1,2\n", Label::Numbers(&["y", "y"]), "the name `y` is given twice: names are unique"),
    ];
    for (text, label, message) in cases {
        let error = Dataset::from_csv(text.as_bytes(), label).unwrap_err();
        assert_eq!(error.to_string(), message, "{text:?}");
    }
    let error = Dataset::from_csv(&b"x,kind\n1,a\n\xff,a\n"[..], CLASS).unwrap_err().to_string();
    assert_eq!(error, "line 3: not UTF-8 text: save the table as UTF-8");
    let error = Dataset::from_csv_file("no/such/file.csv", CLASS).unwrap_err().to_string();
    assert!(error.starts_with("no/such/file.csv: "), "{error}");
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let refused = |x: &[Vec<f64>], y: &[Vec<f64>]| Dataset::new(x, y).unwrap_err().to_string();
    let one = || vec![vec![1.0]];
    assert_eq!(refused(&[], &[]), "the data set has no samples: give it at least one");
    assert_eq!(refused(&[vec![]], &one()), "the data set has no inputs: give it at least one");
    assert_eq!(refused(&one(), &[vec![]]), "the data set has no targets: give it at least one");
    assert_eq!(refused(&one(), &[]), "targets of the data set: 0 given where 1 belong");
    let ragged = [vec![1.0, 2.0], vec![3.0]];
    assert_eq!(refused(&ragged, &[one(), one()].concat()), "inputs of sample 1: 1 given where 2 belong");
    let message = "sample 0: number 1 of its targets is -inf: it has to be finite";
    assert_eq!(refused(&one(), &[vec![0.0, f64::NEG_INFINITY]]), message);
    assert_eq!(
        Dataset::with_classes(&one(), &["a", "b"]).unwrap_err().to_string(),
        "targets of the data set: 2 given where 1 belong"
    );
}

#[test]
fn splits_have_two_parts() {
    let data = Dataset::new(&[[1.0], [2.0], [3.0]], &[[1.0], [2.0], [3.0]]).unwrap();
    let (train, test) = data.split(0.5).unwrap();
    assert_eq!((train.len(), test.x(0)), (2, &[3.0][..]));
    for share in [0.0, 1.0, -0.5, f64::NAN] {
        let message = format!("the share of a split is {share}: it needs a number between 0 and 1");
        assert_eq!(data.split(share).unwrap_err().to_string(), message);
    }
    assert_eq!(data.split(0.9).unwrap_err().to_string(), "the selection has no samples: give it at least one");
}

#[test]
fn scaling_is_that_of_the_samples_that_it_was_fitted_on() {
    // A mean of 5 and a mean squared distance of 4, by hand; and an input that never changes.
    let rows = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|x| [x, 0.1]);
    let mut train = Dataset::new(&rows, &[[0.0]; 8]).unwrap();
    let standard = Standard::fit(&train).unwrap();
    assert_eq!((standard.means(), standard.scales()), (&[5.0, 0.1][..], &[2.0, 1.0][..]));
    standard.apply(&mut train).unwrap();
    assert_eq!((train.x(0), train.x(7)), (&[-1.5, 0.0][..], &[2.0, 0.0][..]));
    let mut other = [6.0, 1.1];
    standard.apply_to(&mut other).unwrap();
    assert_eq!(other, [0.5, 1.0]);

    let error = standard.apply_to(&mut [1.0]).unwrap_err().to_string();
    assert_eq!(error, "numbers of an input: 1 given where 2 belong");
    let mut narrow = Dataset::new(&[[1.0]], &[[1.0]]).unwrap();
    assert_eq!(standard.apply(&mut narrow).unwrap_err().to_string(), "inputs of the data set: 1 given where 2 belong");
    let huge = Dataset::from_csv("far,y\n-1e308,0\n1e308,0\n".as_bytes(), Label::Numbers(&["y"])).unwrap();
    let error = Standard::fit(&huge).unwrap_err().to_string();
    assert_eq!(error, "the deviation of the input `far` is inf: it has to be finite");
}

fn rows() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1..4usize).prop_flat_map(|width| vec(vec(-1e3..1e3, width), 2..30))
}

proptest! {
    #[test]
    fn shuffling_keeps_samples_whole(rows in rows(), seed: u64) {
        let y: Vec<_> = (0..rows.len()).map(|row| [row as f64]).collect();
        let data = Dataset::new(&rows, &y).unwrap();
        let shuffled = data.shuffled(&mut seeded(seed)).unwrap();
        prop_assert_eq!(&shuffled, &data.shuffled(&mut seeded(seed)).unwrap());
        let mut seen = vec![false; rows.len()];
        for (x, target) in shuffled.iter() {
            let row = target[0] as usize;
            prop_assert_eq!(x, &rows[row][..]);
            prop_assert!(!std::mem::replace(&mut seen[row], true));
        }
    }

    #[test]
    fn scaled_inputs_have_mean_0_and_deviation_1(rows in rows()) {
        let mut data = Dataset::new(&rows, &vec![[0.0]; rows.len()]).unwrap();
        Standard::fit(&data).unwrap().apply(&mut data).unwrap();
        let n = data.len() as f64;
        for column in 0..data.inputs() {
            let all = || data.iter().map(|(x, _)| x[column]);
            prop_assert!((all().sum::<f64>() / n).abs() < 1e-9);
            prop_assert!((all().map(|x| x * x).sum::<f64>() / n - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn batches_hold_every_sample_once(samples in 1..50usize, size in 1..60usize, seed: u64) {
        let mut batches = Batches::new(samples, size);
        batches.shuffle(&mut seeded(seed));
        let sizes: Vec<usize> = batches.iter().map(<[usize]>::len).collect();
        prop_assert!(sizes.iter().rev().skip(1).all(|&len| len == size) && sizes.iter().all(|&len| len <= size));
        let mut all: Vec<usize> = batches.iter().flatten().copied().collect();
        all.sort();
        prop_assert_eq!(all, (0..samples).collect::<Vec<_>>());
    }

    #[test]
    fn no_table_makes_the_reader_panic(text in "(x,kind|x,y,kind|)[\n\r\",a-c0-9.eE+-]{0,60}") {
        if let Ok(data) = Dataset::from_csv(text.as_bytes(), CLASS) {
            prop_assert!(data.iter().all(|(x, y)| x.iter().chain(y).all(|number| number.is_finite())));
        }
    }
}

#[test]
fn each_order_is_as_likely_as_any() {
    let mut counts = [0; 3];
    let (mut batches, mut random) = (Batches::new(3, 1), seeded(2));
    for _ in 0..3000 {
        batches.shuffle(&mut random);
        counts[batches.iter().next().unwrap()[0]] += 1;
    }
    // 1000 each, with a standard deviation of 26.
    assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
}
