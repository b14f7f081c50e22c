#include "engine/kernels/vector_plain.h"

#include "engine/kernels/body.h"

KERNELS(pe_kernels_plain, pe_gemm_plain);
