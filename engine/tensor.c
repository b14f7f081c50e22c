#include "engine/tensor.h"

PeMatrix pe_tensor_matrix(const PeTensor *tensor)
{
    const size_t n_out = tensor->shape[0];
    return (PeMatrix){tensor->type, n_out, tensor->n_values / n_out, tensor->data};
}
