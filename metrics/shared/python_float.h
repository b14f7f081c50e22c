// Numbers as Python's float(text) reads them.
#pragma once

#include "metrics/shared/code_points.h"

// Reads all of slice as a number. False where float() raises ValueError.
//
// Numbered rules, after CPython's Objects/unicodeobject.c, floatobject.c and pystrtod.c:
// 1. white space around it is ignored: ASCII 0x09-0x0D and 0x20, and every Unicode space beyond
//    ASCII; 0x1C-0x1F, which str.strip() takes off, are not;
// 2. every Unicode decimal digit counts as its value;
// 3. "_" may stand between two digits;
// 4. an optional sign, then digits with at most one "." and an optional exponent, or "inf",
//    "infinity" or "nan" in any case; no hexadecimal, no thousands separator;
// 5. too large for a double is infinite, too small is zero.
bool ps_python_float(PsSlice slice, double *value);

// The \d of a regular expression: a Unicode decimal digit.
bool ps_is_digit(uint32_t code_point);
