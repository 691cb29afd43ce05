//! From a seed to the state of a generator.

/// The 32-bit words of a whole number, the lowest first; one word for 0.
pub fn seed_words(seed: u128) -> Vec<u32> {
    let words: Vec<u32> = (0..4).map(|k| (seed >> (32 * k)) as u32).collect();
    let used = words.iter().rposition(|&word| word != 0).map_or(1, |last| last + 1);
    words[..used].to_vec()
}

/// numpy's `SeedSequence`: spreads a seed over as many words as a generator wants (after O'Neill's `seed_seq_fe`).
pub(super) fn spread(words: &[u32], n: usize) -> Vec<u64> {
    let mut salt = 0x43b0_d7e5;
    let mut hash = |word: u32| {
        let mixed = word ^ salt;
        salt = salt.wrapping_mul(0x931e_8875);
        fold(mixed.wrapping_mul(salt))
    };
    let mix = |x: u32, y: u32| fold(x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715)));
    let mut pool = [0u32; 4];
    for (k, word) in pool.iter_mut().enumerate() {
        *word = hash(words.get(k).copied().unwrap_or(0));
    }
    for from in 0..4 {
        for to in (0..4).filter(|&to| to != from) {
            pool[to] = mix(pool[to], hash(pool[from]));
        }
    }
    for &word in words.iter().skip(4) {
        for to in &mut pool {
            *to = mix(*to, hash(word));
        }
    }
    let mut salt = 0x8b51_f9dd_u32;
    let mut word = |k: usize| {
        let mixed = pool[k % 4] ^ salt;
        salt = salt.wrapping_mul(0x58f3_8ded);
        u64::from(fold(mixed.wrapping_mul(salt)))
    };
    (0..n).map(|k| word(2 * k) | word(2 * k + 1) << 32).collect()
}

fn fold(x: u32) -> u32 {
    x ^ (x >> 16)
}
