#include "engine/kernels/vector_avx512.h"

#include "engine/kernels/body.h"

KERNELS(pe_kernels_avx512, pe_gemm_avx512);
