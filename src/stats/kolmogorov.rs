//! Distribution of Kolmogorov's one-sample statistic, whose tail serves the two-sample test at large n.

use std::f64::consts::{PI, TAU};

use super::beta;

/// `P(D_n >= d)` for n uniform values against their distribution.
///
/// Simard and L'Ecuyer's (2011) choice of methods: twice the exact one-sided tail where the two sides
/// cannot meet (d >= ½) or do so with negligible probability; Marsaglia, Tsang and Wang's matrix for
/// n <= 140; Pelz and Good's expansion above.
/// `None` for n = 0 or d not a number.
pub fn sf(n: u64, d: f64) -> Option<f64> {
    if n == 0 || d.is_nan() {
        return None;
    }
    let size = n as f64;
    if d >= 1.0 {
        return Some(0.0);
    }
    if size * d <= 0.5 {
        return Some(1.0);
    }
    let nd2 = size * d * d;
    let p = if d >= 0.5 || nd2 > 4.0 || (n > 140 && nd2 >= 2.2) {
        2.0 * one_sided_sf(n, d)
    } else if n <= 140 {
        1.0 - matrix_cdf(n, d)
    } else {
        1.0 - pelz_good_cdf(size, d)
    };
    Some(p.clamp(0.0, 1.0))
}

/// Smirnov's `P(D⁺ >= d)`: `Σ_j d·C(n, j)·(d + j/n)^(j-1)·(1 - d - j/n)^(n-j)`, all terms positive.
fn one_sided_sf(n: u64, d: f64) -> f64 {
    let size = n as f64;
    if n > 100_000 {
        // Maag and Dicaire's correction of the limit; error O(1/n) of a figure already tiny.
        let a = 6.0 * size * d + 1.0;
        return libm::exp(-a * a / (18.0 * size));
    }
    let last = (size * (1.0 - d)).floor();
    let mut sum = 0.0;
    let mut j = 0.0;
    while j <= last {
        let (up, down) = (d + j / size, 1.0 - d - j / size);
        if down > 0.0 || j == size {
            let choose = -libm::log(size + 1.0) - beta::ln_beta(j + 1.0, size - j + 1.0);
            let tail = if j == size { 0.0 } else { (size - j) * libm::log(down) };
            sum += libm::exp(choose + (j - 1.0) * libm::log(up) + tail);
        }
        j += 1.0;
    }
    d * sum
}

/// Marsaglia, Tsang and Wang (2003): the middle entry of `n!/nⁿ · Hⁿ`.
fn matrix_cdf(n: u64, d: f64) -> f64 {
    let nd = n as f64 * d;
    let k = nd.ceil() as usize;
    let h = k as f64 - nd;
    let m = 2 * k - 1;
    let mut start = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m {
            if i + 1 >= j {
                let mut v = 1.0;
                if j == 0 {
                    v -= power(h, i + 1);
                }
                if i == m - 1 {
                    v -= power(h, m - j);
                }
                if i == m - 1 && j == 0 {
                    v += power((2.0 * h - 1.0).max(0.0), m);
                }
                for g in 1..=(i + 1 - j) {
                    v /= g as f64;
                }
                if let Some(slot) = start.get_mut(i * m + j) {
                    *slot = v;
                }
            }
        }
    }
    let middle = (k - 1) * m + (k - 1);
    let entry = |matrix: &[f64]| matrix.get(middle).copied().unwrap_or(0.0);
    // Powers by squaring; each factor i/n is worked in with its own matrix product to stay in range.
    let (mut result, mut base, mut exponent) = (identity(m), start, n);
    let (mut scale, mut base_scale) = (0_i32, 0_i32);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(&result, &base, m);
            scale += base_scale;
        }
        base = multiply(&base, &base, m);
        base_scale *= 2;
        if entry(&base) > 1e140 {
            for v in &mut base {
                *v *= 1e-140;
            }
            base_scale += 140;
        }
        if entry(&result) > 1e140 {
            for v in &mut result {
                *v *= 1e-140;
            }
            scale += 140;
        }
        exponent >>= 1;
    }
    let mut p = entry(&result);
    for i in 1..=n {
        p *= i as f64 / n as f64;
        if p < 1e-140 {
            p *= 1e140;
            scale -= 140;
        }
    }
    while scale > 0 {
        p *= 1e140;
        scale -= 140;
    }
    while scale < 0 {
        p *= 1e-140;
        scale += 140;
    }
    p
}

fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

fn identity(m: usize) -> Vec<f64> {
    (0..m * m).map(|at| if at % (m + 1) == 0 { 1.0 } else { 0.0 }).collect()
}

fn multiply(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut product = vec![0.0; m * m];
    for (row, out) in a.chunks(m).zip(product.chunks_mut(m)) {
        for (&v, line) in row.iter().zip(b.chunks(m)) {
            for (slot, &w) in out.iter_mut().zip(line) {
                *slot += v * w;
            }
        }
    }
    product
}

/// Pelz and Good (1976), as written in Simard and L'Ecuyer (2011), equation 12.
fn pelz_good_cdf(n: f64, d: f64) -> f64 {
    let z = d * n.sqrt();
    let z2 = z * z;
    let (z4, z6, z8) = (z2 * z2, z2 * z2 * z2, z2 * z2 * z2 * z2);
    let pi2 = PI * PI;
    let (mut k0, mut k1, mut k2, mut k3) = (0.0, 0.0, 0.0, 0.0);
    let (mut k2_even, mut k3_even) = (0.0, 0.0);
    for k in (1..=20_u32).rev() {
        let k = f64::from(k);
        let a = pi2 * (k - 0.5) * (k - 0.5);
        let e = libm::exp(-a / (2.0 * z2));
        k0 += e;
        k1 += (a - z2) * e;
        k2 += (6.0 * z6 + 2.0 * z4 + (2.0 * z4 - 5.0 * z2) * a + (1.0 - 2.0 * z2) * a * a) * e;
        k3 += (-30.0 * z6 - 90.0 * z8
            + (135.0 * z4 - 96.0 * z6) * a
            + (212.0 * z4 - 60.0 * z2) * a * a
            + (5.0 - 30.0 * z2) * a * a * a)
            * e;
        let b = pi2 * k * k;
        let e = libm::exp(-b / (2.0 * z2));
        k2_even += b * e;
        k3_even += (3.0 * z2 * b - b * b) * e;
    }
    let root = TAU.sqrt();
    let k0 = root / z * k0;
    let k1 = root / (6.0 * z4) * k1;
    let k2 = root / (72.0 * z6 * z) * k2 - root / (36.0 * z2 * z) * k2_even;
    let k3 = root / (6480.0 * z8 * z2) * k3 + root / (216.0 * z6) * k3_even;
    k0 + k1 / n.sqrt() + k2 / n + k3 / (n * n.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_scipy() {
        // scipy 1.17.1: kstwo.sf(d, n)
        for (n, d, p) in ORACLE {
            let tolerance = if n > 100_000 { 1e-4 } else { 1e-9 };
            assert_relative_eq!(sf(n, d).unwrap(), p, max_relative = tolerance);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(sf(0, 0.5), None);
        assert_eq!(sf(10, f64::NAN), None);
        assert_eq!(sf(10, 0.05), Some(1.0));
        assert_eq!(sf(10, 1.0), Some(0.0));
    }

    const ORACLE: [(u64, f64, f64); 16] = [
        (3, 0.42857142857142855, 0.5160349854227406),
        (1, 0.7, 0.6000000000000001),
        (5, 0.19, 0.977325184),
        (10, 0.3, 0.27053557479999946),
        (55, 0.32, 1.6474178646320696e-05),
        (55, 0.1, 0.6056154867138057),
        (140, 0.12, 0.03252638258561632),
        (140, 0.2, 2.1981563302200222e-05),
        (141, 0.05, 0.854845693009663),
        (500, 0.04, 0.3902508696049749),
        (500, 0.07, 0.01416832020019071),
        (5000, 0.02, 0.03613941395325637),
        (91111, 0.004, 0.10804229915358321),
        (91111, 0.006, 0.0028203865157832957),
        (91111, 0.02, 4.338082996984042e-32),
        (200000, 0.005, 9.049367287273853e-05),
    ];
}
