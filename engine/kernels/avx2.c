#include "engine/kernels/vector_avx2.h"

#include "engine/kernels/body.h"

KERNELS(pe_kernels_avx2, pe_gemm_avx2);
