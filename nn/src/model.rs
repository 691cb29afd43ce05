//! What a model is.

use crate::error::{Result, expect_finite, expect_length};
use crate::layout::Layout;
use crate::network::Network;
use engine::Real;

/// A pure function of parameters and an input.
///
/// ```
/// use engine::Real;
/// use nn::{Layout, Model};
///
/// /// A straight line.
/// struct Line;
///
/// impl Model for Line {
///     fn inputs(&self) -> usize {
///         1
///     }
///     fn outputs(&self) -> usize {
///         1
///     }
///     fn layout(&self) -> Layout {
///         Layout::new(["slope", "offset"]).unwrap_or_default()
///     }
///     fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
///         vec![params[0] * x[0] + params[1]]
///     }
/// }
/// assert_eq!(Line.with([2.0, 1.0])?.predict(&[3.0])?, [7.0]);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Model {
    /// How many numbers an input has.
    fn inputs(&self) -> usize;

    /// How many numbers an output has.
    fn outputs(&self) -> usize;

    /// The names of the parameters in the order of the flat list.
    fn layout(&self) -> Layout;

    /// The outputs.
    ///
    /// # Panics
    ///
    /// May panic when `params` and `x` are not as many as the model has; [`Network::predict`] checks.
    fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R>;

    /// How many parameters there are.
    fn param_count(&self) -> usize {
        self.layout().len()
    }

    /// The model with its numbers. Errors when they are not as many as the parameters, or not finite.
    fn with(self, params: impl Into<Vec<f64>>) -> Result<Network<Self>>
    where
        Self: Sized,
    {
        let params = params.into();
        expect_length(|| "parameters of the model".to_owned(), self.param_count(), params.len())?;
        expect_finite(&params, |index| {
            let layout = self.layout();
            format!("the parameter `{}`", layout.name(index).unwrap_or_default())
        })?;
        Ok(Network { model: self, params })
    }
}

impl<M: Model> Model for &M {
    fn inputs(&self) -> usize {
        (**self).inputs()
    }

    fn outputs(&self) -> usize {
        (**self).outputs()
    }

    fn layout(&self) -> Layout {
        (**self).layout()
    }

    fn forward<R: Real>(&self, params: &[R], x: &[R]) -> Vec<R> {
        (**self).forward(params, x)
    }

    fn param_count(&self) -> usize {
        (**self).param_count()
    }
}
