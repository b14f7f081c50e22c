// Numbers as people read them: rounded, with their unit, the same in every locale. Machines get
// all digits from ps_json_append_number. The texts hold only characters that no format escapes.
#pragma once

#include "harness/metric.h"

#define PS_MINUS "\xE2\x88\x92" // U+2212, which lines up with digits and is not a hyphen

// "1,234".
void ps_number_append_count(GString *out, size_t count);

// "1.4 MB" (powers of 1000).
void ps_number_append_bytes(GString *out, size_t n_bytes);

// A value of metric in its printed unit: "93.1%", "1,234 ms", "0.125", "0.00310 $".
void ps_number_append_value(GString *out, const PsMetric *metric, double value);

// An interval, without the unit: "[90.2, 95.1]".
void ps_number_append_interval(GString *out, const PsMetric *metric, double low, double high);

// A signed difference of two values: "+1.2 pp" (percentage points), "-35 ms".
void ps_number_append_difference(GString *out, const PsMetric *metric, double difference);

// The same for its interval: "[-3.1, +0.4]".
void ps_number_append_difference_interval(GString *out,
                                          const PsMetric *metric,
                                          double low,
                                          double high);

// "118 ms", "2.41 s".
void ps_number_append_ms(GString *out, double ms);

// Unix time as "2025-11-23 15:50:18 UTC"; "unknown" for 0 and for times no calendar has.
void ps_number_append_time(GString *out, int64_t unix_ns);

// The same as RFC 3339, "2025-11-23T15:50:18Z"; nothing where there is no such time.
void ps_number_append_time_rfc3339(GString *out, int64_t unix_ns);

// "1 h 02 min 03 s", "4.2 s".
void ps_number_append_duration(GString *out, int64_t duration_ns);
