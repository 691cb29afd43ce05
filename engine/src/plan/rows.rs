//! Rows of numbers that begin where cache lines do.

use std::ops::{Deref, DerefMut, Range};

/// In bytes.
const CACHE_LINE: usize = 64;

/// Rows of `N` numbers each. The first begins a cache line: vectors across two of those take twice the time.
#[derive(Debug)]
pub(super) struct Rows<const N: usize> {
    numbers: Vec<f64>,
    /// Where the rows lie.
    place: Range<usize>,
}

impl<const N: usize> Rows<N> {
    pub(super) fn zeros(count: usize) -> Self {
        let numbers = vec![0.0; count * N + CACHE_LINE / size_of::<f64>()];
        // Where the allocator aligns to less than a number, nothing can be gained.
        let start = numbers.as_ptr().align_offset(CACHE_LINE).min(CACHE_LINE / size_of::<f64>());
        Rows { numbers, place: start..start + count * N }
    }
}

impl<const N: usize> Clone for Rows<N> {
    fn clone(&self) -> Self {
        let mut rows = Rows::zeros(self.len());
        rows.copy_from_slice(self);
        rows
    }
}

impl<const N: usize> Deref for Rows<N> {
    type Target = [[f64; N]];

    #[inline(always)]
    fn deref(&self) -> &[[f64; N]] {
        self.numbers[self.place.clone()].as_chunks().0
    }
}

impl<const N: usize> DerefMut for Rows<N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [[f64; N]] {
        self.numbers[self.place.clone()].as_chunks_mut().0
    }
}
