//! Checks of derivatives against what does not know the chain rule: differences of the function itself.
