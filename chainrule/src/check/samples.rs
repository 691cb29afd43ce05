//! The numbers that a claim was compared with, point by point.

/// One element of a claim at one point: what was claimed and the derivative, each with a bound on its rounding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) claimed: f64,
    pub(crate) claimed_rounding: f64,
    pub(crate) derivative: f64,
    pub(crate) derivative_rounding: f64,
    /// Whether what is claimed was clipped, and says nothing.
    pub(crate) is_clipped: bool,
    /// Whether what is claimed may be a number that the program sets, as a bound or for a sign.
    pub(crate) is_set: bool,
}

/// A derivative above this belongs to a training that diverges, where one side overflows before the other.
const LARGEST: f64 = 1e150;

impl Sample {
    /// Whether the claim is `factor` times the derivative. Numbers that have run away say nothing.
    pub(crate) fn agrees(&self, factor: f64, rtol: f64) -> bool {
        let derivative = factor * self.derivative;
        let floor = self.claimed_rounding + factor.abs() * self.derivative_rounding + f64::MIN_POSITIVE;
        let has_run_away = !self.derivative.is_finite() || self.derivative.abs() > LARGEST || floor.is_nan();
        if has_run_away || self.is_clipped {
            return true;
        }
        (self.claimed - derivative).abs() <= rtol * self.claimed.abs().max(derivative.abs()) + floor
    }

    /// Whether zero is claimed.
    pub(crate) fn is_zero(&self) -> bool {
        self.claimed == 0.0
    }

    pub(crate) fn vanishes(&self) -> bool {
        let floor = self.claimed_rounding + self.derivative_rounding + f64::MIN_POSITIVE;
        self.claimed.abs() <= floor && self.derivative.abs() <= floor
    }
}

/// A claim at one execution: all its elements.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Which candidate was the loss, if it is the loss that is differentiated.
    pub(crate) loss: Option<usize>,
    /// What told this execution of a claim about several parameters from the others.
    pub(crate) key: Option<String>,
    /// The lengths of the array that is claimed, none for a number.
    pub(crate) shape: Vec<usize>,
    pub(crate) samples: Vec<Sample>,
    /// Whether the loss depends on the parameter through an op that sits on its kink.
    pub(crate) on_kink: bool,
    /// Whether it is the derivative by what the variable is a function of.
    pub(crate) is_delta: bool,
    /// Whether it is said of a parameter, and is made of nothing that a step carries and no multiple of the parameter.
    pub(crate) is_telling: bool,
    /// Whether it is a step that Newton would take.
    pub(crate) is_newton: bool,
    /// How many points of any claim there were before.
    pub(crate) when: usize,
}

/// Whether what is claimed at some points is the sign of the derivative alone, times one number: such steps go the right
/// way, and are no derivative.
pub(super) fn go_by_sign(points: &[Point]) -> bool {
    let samples = || points.iter().flat_map(|point| &point.samples).filter(|sample| sample.claimed != 0.0);
    let size = samples().next().map_or(0.0, |first| first.claimed.abs());
    let has = |sign: f64| samples().any(|sample| sample.claimed.signum() == sign);
    let goes_along =
        |sample: &Sample| sample.derivative == 0.0 || sample.claimed.signum() == sample.derivative.signum();
    let goes_by = |sample: &Sample| goes_along(sample) && (sample.claimed.abs() - size).abs() <= 1e-9 * size;
    let is_set = |sample: &Sample| sample.is_set || sample.agrees(1.0, 0.0);
    (has(1.0) && has(-1.0) || size > 0.0 && samples().all(is_set)) && samples().all(goes_by)
}

/// Excuses what is set to a bound, one for each sign, wherever that goes the way of the derivative and no farther, if the
/// claim differs nowhere else.
pub(super) fn excuse_bounds(points: &mut [Point], rtol: f64) {
    let differs = |sample: &&Sample| !sample.agrees(1.0, rtol);
    let smooth = points.iter().filter(|point| !point.on_kink);
    let differing: Vec<&Sample> = smooth.flat_map(|point| &point.samples).filter(differs).collect();
    let is_bound = |sample: &Sample| {
        let mut same_sign = differing.iter().filter(|other| other.claimed.signum() == sample.claimed.signum());
        let goes_farther = sample.claimed.abs() > sample.derivative.abs();
        let goes_along = !sample.is_zero() && sample.claimed.signum() == sample.derivative.signum();
        sample.is_set
            && goes_along
            && !goes_farther
            && same_sign.next().is_none_or(|first| (first.claimed / sample.claimed - 1.0).abs() <= 1e-9)
    };
    if differing.iter().all(|sample| is_bound(sample)) {
        let smooth = points.iter_mut().filter(|point| !point.on_kink);
        let samples = smooth.flat_map(|point| &mut point.samples);
        samples.filter(|sample| !sample.agrees(1.0, rtol)).for_each(|sample| sample.is_clipped = true);
    }
}

impl Point {
    /// Whether the claim is the derivative here.
    pub(crate) fn agrees(&self, rtol: f64) -> bool {
        self.samples.iter().all(|sample| sample.agrees(1.0, rtol))
    }

    /// Whether the claim is the derivative here, and not for want of a derivative only.
    pub(crate) fn holds(&self, rtol: f64) -> bool {
        self.is_finite() && self.agrees(rtol)
    }

    /// Whether all its numbers are finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.samples.iter().all(|sample| sample.claimed.is_finite() && sample.derivative.is_finite())
    }

    /// Whether it differs and no kink explains that.
    pub(crate) fn fails(&self, rtol: f64) -> bool {
        !self.on_kink && !self.agrees(rtol)
    }
}

/// What the points of one claim say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Finding {
    /// Equal at every point.
    Right,
    /// Clipped at every point, and equal where an element is not.
    Clipped,
    /// Equal, and zero on both sides at every point.
    Vanishing,
    /// Different only where the derivative jumps.
    Kink,
    /// Different, by this factor at every point if there is one.
    Off(Option<f64>),
}

/// The first point at which a claim differs and no kink explains it.
pub(crate) fn failing(points: &[Point], rtol: f64) -> Option<&Point> {
    first_failing(points, rtol).map(|place| &points[place])
}

/// Its place among the points.
pub(crate) fn first_failing(points: &[Point], rtol: f64) -> Option<usize> {
    points.iter().position(|point| point.fails(rtol))
}

/// Of a claim in a loop over names, the ones at which it differs.
pub(crate) fn failing_keys(points: &[Point], rtol: f64) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in points.iter().filter(|point| point.fails(rtol)).filter_map(|point| point.key.as_ref()) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// What the points of a claim say.
pub(crate) fn find(points: &[Point], rtol: f64) -> Finding {
    let all = || points.iter().flat_map(|point| &point.samples);
    if failing(points, rtol).is_some() {
        return Finding::Off(factor(points, rtol));
    }
    if !all().all(|sample| sample.agrees(1.0, rtol)) {
        return Finding::Kink;
    }
    if all().any(|sample| sample.is_clipped) && all().all(|sample| sample.is_clipped || sample.vanishes()) {
        return Finding::Clipped;
    }
    if all().all(Sample::vanishes) { Finding::Vanishing } else { Finding::Right }
}

/// The constant that the claim is times the derivative, if it is one.
fn factor(points: &[Point], rtol: f64) -> Option<f64> {
    let smooth = || points.iter().filter(|point| !point.on_kink).flat_map(|point| &point.samples);
    let is_telling =
        |sample: &&Sample| sample.derivative.is_finite() && sample.claimed.is_finite() && !sample.is_clipped;
    let clarity = |sample: &Sample| sample.derivative.abs() / (sample.derivative_rounding + f64::MIN_POSITIVE);
    let clearest = smooth().filter(is_telling).max_by(|a, b| clarity(a).total_cmp(&clarity(b)))?;
    let factor = clearest.claimed / clearest.derivative;
    let constant = factor.is_finite() && factor != 0.0 && smooth().all(|sample| sample.agrees(factor, rtol));
    constant.then_some(factor)
}

/// The one positive factor by which all updates are off; or, when none is right, most of them or all that have one.
pub(super) fn common_factor(findings: &[Finding]) -> Option<f64> {
    let tells = |finding: &&Finding| !matches!(finding, Finding::Vanishing | Finding::Clipped);
    let telling: Vec<&Finding> = findings.iter().filter(tells).collect();
    let factors = telling.iter().filter_map(|finding| match finding {
        Finding::Off(Some(factor)) if *factor > 0.0 => Some(*factor),
        _ => None,
    });
    let factors: Vec<f64> = factors.collect();
    let like = |one: f64| factors.iter().filter(|&&other| is_same(one, other)).count();
    let most = factors.iter().copied().max_by_key(|&factor| like(factor))?;
    let all = like(most) == telling.len();
    let is_most = 2 * like(most) > telling.len() || like(most) == factors.len();
    let most_of_wrong = is_most && telling.iter().all(|each| matches!(each, Finding::Off(_)));
    (all || most_of_wrong).then_some(most)
}

/// Whether two factors are one, but for rounding.
pub(super) fn is_same(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 1e-6
}
