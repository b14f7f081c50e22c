// A weight as it lies in a model file.
#pragma once

#include "engine/kernels/kernels.h"

#include <stddef.h>

#define PE_TENSOR_DIMS_MOST 4
#define PE_TENSOR_NAME_BYTES_MOST 63

typedef struct {
    char name[PE_TENSOR_NAME_BYTES_MOST + 1];
    PeType type;
    size_t n_dims;                     // 1 … 4
    size_t shape[PE_TENSOR_DIMS_MOST]; // (out, in) order: the last of n_dims is contiguous; the
                                       // rest are 1
    size_t n_values, n_bytes;          // of the whole
    const void *data;                  // borrowed from the file, aligned to 8 bytes or more
} PeTensor;

// The tensor as the matrix of a linear map: [shape[0], all the others].
PeMatrix pe_tensor_matrix(const PeTensor *tensor);
