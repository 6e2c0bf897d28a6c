#!/usr/bin/env python3
"""Prints the table of powers of ten in core/base/text_double.c, 10^(27 i - 324) to 128 bits,
rounded to nearest in exact arithmetic, and checks the two logarithm formulas of that file. Not part
of the build."""
from fractions import Fraction


def leading_bits(n):
    """10^n = p 2^r with 2^127 <= p < 2^128, p rounded."""
    power = Fraction(10)**n
    r = power.numerator.bit_length() - power.denominator.bit_length() - 128
    while power / Fraction(2)**r >= 2**128:
        r += 1
    return round(power / Fraction(2)**r), r


def floor_log(base, value):
    """floor(log(value) / log(base)) of a fraction, by counting."""
    n = 0
    while value >= base:
        value /= base
        n += 1
    while value < 1:
        value *= base
        n -= 1
    return n


for n in range(-350, 350):
    assert (n * 1741647) >> 19 == floor_log(2, Fraction(10)**n)
for n in range(-1140, 1030):
    assert (n * 315653) >> 20 == floor_log(10, Fraction(2)**n)
for n in range(-324, 325, 27):
    p, r = leading_bits(n)
    assert r == ((n * 1741647) >> 19) - 127
    print('    {0x%016x, 0x%016x},' % (p >> 64, p & (2**64 - 1)))
