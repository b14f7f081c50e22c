// Validation of JUnit XML against junit.rng with xmllint.
#pragma once

// Fails the current test if text is not valid.
void xmllint_expect_valid(const char *text);
