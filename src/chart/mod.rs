//! Outcome to scenes: pure geometry, then SVG text.
