// The loops over pixels that are worth several instruction sets: GCC compiles each for all of
// them and the loader picks. Sums are made in the order that is written here, without
// contraction
// (-std=c11), so every machine gets the same pixels.
#pragma once

#if defined __x86_64__ && defined __GNUC__ && !defined __clang__
#define PS_PIXEL_LOOP __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define PS_PIXEL_LOOP
#endif
