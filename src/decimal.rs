//! Whole numbers as machines write them: in headers, attributes and keys.
//!
//! Beside `to_string` and `parse`, which bring 3 kB of `fmt` and its kin along. Never for people: `Format` writes theirs.

/// In decimal digits, with a minus below zero.
#[inline(never)]
pub fn write(number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push(b'-');
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

/// What decimal digits say, with spaces around them or without. None for anything else, or more than fits.
#[inline(never)]
pub fn read(text: &str) -> Option<i64> {
    let digits = text.trim();
    if digits.is_empty() {
        return None;
    }
    let mut number = 0_i64;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn what_is_written_is_read_again() {
        for number in [0, 7, 10, 409, 1_806_336_000_123, i64::MAX] {
            assert_eq!(write(number), number.to_string());
            assert_eq!(read(&write(number)), Some(number));
        }
        assert_eq!(write(i64::MIN), i64::MIN.to_string());
    }

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(read(" 30 "), Some(30));
        for text in ["", " ", "-", "3.5", "Wed, 21 Oct 2026", "9223372036854775808"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
