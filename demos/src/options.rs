//! The flags that the demos have in common.

/// Flags of a demo that trains a tutorial's network.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Draw new initial values where the tutorial draws them, from this seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Train for this many steps over the data instead of the tutorial's number
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    pub epochs: Option<u32>,
    /// Learn at this rate instead of the tutorial's
    #[arg(long, value_parser = positive, allow_negative_numbers = true)]
    pub rate: Option<f64>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Reads a finite number above zero.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        Ok(number) => Err(format!("{number} is not a finite number above 0")),
        Err(error) => Err(error.to_string()),
    }
}
