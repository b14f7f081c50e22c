// The layout of a file, all numbers little endian:
//
//     "GGUF"  u32 version = 3  u64 n_tensors  u64 n_entries
//     n_entries × { string key  u32 type  value }
//     n_tensors × { string name  u32 n_dims  u64 dims[n_dims]  u32 type  u64 offset }
//     zeros up to a multiple of the alignment
//     tensor data; offsets count from here
//
// A string is u64 n_bytes and the bytes; an array is u32 element type, u64 n and the values.
// dims begin with the contiguous one, the reverse of PeTensor's shape.
#include "engine/gguf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 3
#define KEY_BYTES_MOST 65535
#define ALIGNMENT_DEFAULT 32
#define ALIGNMENT_LEAST 8
#define ALIGNMENT_MOST (1u << 20)

// An entry or a tensor cannot be smaller, so that a count is checked before anything is
// allocated.
#define ENTRY_BYTES_LEAST (8 + 4 + 1)
#define TENSOR_BYTES_LEAST (8 + 4 + 8 + 4 + 8)

// The next byte to read, and the end.
typedef struct {
    const unsigned char *at, *end;
} Cursor;

static size_t bytes_left(const Cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static bool take(Cursor *cursor, void *value, size_t n_bytes)
{
    if (n_bytes > bytes_left(cursor)) return false;
    memcpy(value, cursor->at, n_bytes);
    cursor->at += n_bytes;
    return true;
}

static bool take_string(Cursor *cursor, PeString *string)
{
    uint64_t n_bytes;
    if (!take(cursor, &n_bytes, sizeof n_bytes) || n_bytes > bytes_left(cursor)) return false;
    *string = (PeString){(const char *)cursor->at, n_bytes};
    cursor->at += n_bytes;
    return true;
}

// The size of a value; 0 for strings, arrays and what is unknown.
static size_t type_bytes(uint32_t type)
{
    switch (type) {
    case PE_GGUF_U8:
    case PE_GGUF_I8:
    case PE_GGUF_BOOL:
        return 1;
    case PE_GGUF_U16:
    case PE_GGUF_I16:
        return 2;
    case PE_GGUF_U32:
    case PE_GGUF_I32:
    case PE_GGUF_F32:
        return 4;
    case PE_GGUF_U64:
    case PE_GGUF_I64:
    case PE_GGUF_F64:
        return 8;
    }
    return 0;
}

// ---- Entries

static bool skip_values(Cursor *cursor, uint32_t type, uint64_t n)
{
    PeString string;
    if (type == PE_GGUF_STRING) {
        for (uint64_t i = 0; i < n; i++)
            if (!take_string(cursor, &string)) return false;
        return true;
    }
    if (n > bytes_left(cursor) / type_bytes(type)) return false;
    cursor->at += n * type_bytes(type);
    return true;
}

static bool are_bools(const PeGgufEntry *entry)
{
    const unsigned char *values = entry->data;
    for (size_t i = 0; i < entry->n; i++)
        if (values[i] > 1) return false;
    return true;
}

static bool take_value(Cursor *cursor, PeGgufEntry *entry, PeError *error)
{
    uint32_t type, element_type;
    uint64_t n = 1;
    const char *const cut = "the file ends inside its value";
    if (!take(cursor, &type, sizeof type)) return pe_fail(error, "%s", cut);
    element_type = type;
    if (type == PE_GGUF_ARRAY
        && (!take(cursor, &element_type, sizeof element_type) || !take(cursor, &n, sizeof n)))
        return pe_fail(error, "%s", cut);
    if (element_type != PE_GGUF_STRING && type_bytes(element_type) == 0)
        return pe_fail(error, "values of type %u are not known", element_type);
    entry->type = type;
    entry->element_type = element_type;
    entry->data = cursor->at;
    if (!skip_values(cursor, element_type, n)) return pe_fail(error, "%s", cut);
    entry->n = n;
    if (element_type == PE_GGUF_BOOL && !are_bools(entry))
        return pe_fail(error, "is neither true nor false");
    return true;
}

static bool take_entry(Cursor *cursor, PeGgufEntry *entry, PeError *error)
{
    if (!take_string(cursor, &entry->key))
        return pe_fail(error, "the file ends inside its name");
    if (entry->key.n_bytes == 0 || entry->key.n_bytes > KEY_BYTES_MOST)
        return pe_fail(error, "its name has %zu bytes", entry->key.n_bytes);
    PeError inner = {0};
    if (take_value(cursor, entry, &inner)) return true;
    return pe_fail(error, "%.*s: %s", (int)entry->key.n_bytes, entry->key.bytes, inner.message);
}

static int compare_entries(const void *a, const void *b)
{
    return pe_string_compare((*(const PeGgufEntry *const *)a)->key,
                             (*(const PeGgufEntry *const *)b)->key);
}

static bool sort_entries(PeGguf *gguf, PeError *error)
{
    const size_t n = gguf->n_entries;
    const PeGgufEntry **sorted = gguf->entries_by_key;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &gguf->entries[i];
    if (n > 0) qsort(sorted, n, sizeof(const PeGgufEntry *), compare_entries);
    for (size_t i = 1; i < n; i++)
        if (compare_entries(&sorted[i - 1], &sorted[i]) == 0)
            return pe_fail(error, "key %.*s: is there twice", (int)sorted[i]->key.n_bytes,
                           sorted[i]->key.bytes);
    return true;
}

static bool read_entries(PeGguf *gguf, Cursor *cursor, uint64_t n, PeError *error)
{
    if (n > bytes_left(cursor) / ENTRY_BYTES_LEAST)
        return pe_fail(error, "states %llu keys, more than it has room for",
                       (unsigned long long)n);
    gguf->entries = calloc(n + 1, sizeof *gguf->entries);
    gguf->entries_by_key = calloc(n + 1, sizeof(const PeGgufEntry *));
    if (gguf->entries == NULL || gguf->entries_by_key == NULL) return pe_fail_memory(error);
    for (; gguf->n_entries < n; gguf->n_entries++) {
        PeError inner = {0};
        if (!take_entry(cursor, &gguf->entries[gguf->n_entries], &inner))
            return pe_fail(error, "key %zu: %s", gguf->n_entries, inner.message);
    }
    return sort_entries(gguf, error);
}

// ---- Tensors

static bool take_name(Cursor *cursor, PeTensor *tensor, PeError *error)
{
    PeString name;
    if (!take_string(cursor, &name)) return pe_fail(error, "the file ends inside its name");
    if (name.n_bytes == 0 || name.n_bytes > PE_TENSOR_NAME_BYTES_MOST
        || memchr(name.bytes, '\0', name.n_bytes) != NULL)
        return pe_fail(error, "its name has %zu bytes or holds a zero", name.n_bytes);
    memcpy(tensor->name, name.bytes, name.n_bytes);
    return true;
}

static bool take_shape(Cursor *cursor, PeTensor *tensor, PeError *error)
{
    uint32_t n_dims;
    if (!take(cursor, &n_dims, sizeof n_dims)) return pe_fail(error, "the file ends inside it");
    if (n_dims == 0 || n_dims > PE_TENSOR_DIMS_MOST)
        return pe_fail(error, "has %u dimensions instead of 1 to %d", n_dims,
                       PE_TENSOR_DIMS_MOST);
    tensor->n_dims = n_dims;
    tensor->n_values = 1;
    for (size_t i = 0; i < PE_TENSOR_DIMS_MOST; i++)
        tensor->shape[i] = 1;
    for (size_t i = n_dims; i-- > 0;) {
        uint64_t dim;
        if (!take(cursor, &dim, sizeof dim)) return pe_fail(error, "the file ends inside it");
        // A value takes a byte or more, so that the product is never more than a size can hold.
        if (dim == 0 || dim > (SIZE_MAX / 8) / tensor->n_values)
            return pe_fail(error, "a dimension of %llu cannot be", (unsigned long long)dim);
        tensor->shape[i] = dim;
        tensor->n_values *= dim;
    }
    return true;
}

static bool take_type(Cursor *cursor, PeTensor *tensor, PeError *error)
{
    uint32_t type;
    const size_t n_in = tensor->shape[tensor->n_dims - 1];
    if (!take(cursor, &type, sizeof type)) return pe_fail(error, "the file ends inside it");
    if (type > INT32_MAX || pe_type_name((PeType)type) == NULL)
        return pe_fail(error, "has type %u; F32, F16, BF16 and Q8_0 are understood", type);
    tensor->type = (PeType)type;
    const size_t row_bytes = pe_type_row_bytes(tensor->type, n_in);
    if (row_bytes == 0)
        return pe_fail(error, "rows of %zu values cannot be %s", n_in,
                       pe_type_name(tensor->type));
    tensor->n_bytes = tensor->n_values / n_in * row_bytes;
    return true;
}

// Leaves the offset in data until the place of the data is known.
static bool take_tensor(Cursor *cursor, PeTensor *tensor, uint64_t *offset, PeError *error)
{
    PeError inner = {0};
    if (!take_name(cursor, tensor, error)) return false;
    if (!take_shape(cursor, tensor, &inner) || !take_type(cursor, tensor, &inner))
        return pe_fail(error, "%s: %s", tensor->name, inner.message);
    if (!take(cursor, offset, sizeof *offset))
        return pe_fail(error, "%s: the file ends inside it", tensor->name);
    return true;
}

static bool place_tensor(
    const Cursor *data, size_t alignment, uint64_t offset, PeTensor *tensor, PeError *error)
{
    const size_t room = bytes_left(data);
    if (offset % alignment != 0)
        return pe_fail(error, "tensor %s: its offset %llu is not a multiple of %zu",
                       tensor->name, (unsigned long long)offset, alignment);
    if (offset > room || tensor->n_bytes > room - offset)
        return pe_fail(error, "tensor %s: its data reaches beyond the end of the file",
                       tensor->name);
    tensor->data = data->at + offset;
    return true;
}

static int compare_tensors(const void *a, const void *b)
{
    return strcmp((*(const PeTensor *const *)a)->name, (*(const PeTensor *const *)b)->name);
}

static bool sort_tensors(PeGguf *gguf, PeError *error)
{
    const size_t n = gguf->n_tensors;
    const PeTensor **sorted = gguf->tensors_by_name;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &gguf->tensors[i];
    if (n > 0) qsort(sorted, n, sizeof(const PeTensor *), compare_tensors);
    for (size_t i = 1; i < n; i++)
        if (compare_tensors(&sorted[i - 1], &sorted[i]) == 0)
            return pe_fail(error, "tensor %s: is there twice", sorted[i]->name);
    return true;
}

// The cursor goes to the data, which begins at a multiple of the alignment.
static bool find_data(const PeGguf *gguf, Cursor *cursor, size_t *alignment, PeError *error)
{
    if (!pe_gguf_size_or(gguf, "general.alignment", ALIGNMENT_LEAST, ALIGNMENT_MOST,
                         ALIGNMENT_DEFAULT, alignment, error))
        return false;
    if ((*alignment & (*alignment - 1)) != 0)
        return pe_fail(error, "key general.alignment: %zu is not a power of two", *alignment);
    const size_t at = (size_t)(cursor->at - gguf->bytes), padding = -at & (*alignment - 1);
    // A file without tensors may end before the padding.
    cursor->at = padding > bytes_left(cursor) ? cursor->end : cursor->at + padding;
    return true;
}

static bool place_tensors(PeGguf *gguf, Cursor *cursor, const uint64_t *offsets, PeError *error)
{
    size_t alignment;
    if (!find_data(gguf, cursor, &alignment, error)) return false;
    for (size_t i = 0; i < gguf->n_tensors; i++)
        if (!place_tensor(cursor, alignment, offsets[i], &gguf->tensors[i], error))
            return false;
    return sort_tensors(gguf, error);
}

static bool
take_tensors(PeGguf *gguf, Cursor *cursor, uint64_t n, uint64_t *offsets, PeError *error)
{
    for (; gguf->n_tensors < n; gguf->n_tensors++) {
        PeError inner = {0};
        const size_t i = gguf->n_tensors;
        if (!take_tensor(cursor, &gguf->tensors[i], &offsets[i], &inner))
            return pe_fail(error, "tensor %zu: %s", i, inner.message);
    }
    return true;
}

static bool read_tensors(PeGguf *gguf, Cursor *cursor, uint64_t n, PeError *error)
{
    if (n > bytes_left(cursor) / TENSOR_BYTES_LEAST)
        return pe_fail(error, "states %llu tensors, more than it has room for",
                       (unsigned long long)n);
    gguf->tensors = calloc(n + 1, sizeof *gguf->tensors);
    gguf->tensors_by_name = calloc(n + 1, sizeof(const PeTensor *));
    uint64_t *offsets = calloc(n + 1, sizeof *offsets);
    bool ok = gguf->tensors != NULL && gguf->tensors_by_name != NULL && offsets != NULL;
    ok = ok ? take_tensors(gguf, cursor, n, offsets, error)
                  && place_tensors(gguf, cursor, offsets, error)
            : pe_fail_memory(error);
    free(offsets);
    return ok;
}

// ---- The file

static bool read_all(PeGguf *gguf, PeError *error)
{
    Cursor cursor = {gguf->bytes, gguf->bytes + gguf->n_bytes};
    char magic[4];
    uint32_t version;
    uint64_t n_tensors, n_entries;
    if (!take(&cursor, magic, sizeof magic) || memcmp(magic, "GGUF", sizeof magic) != 0)
        return pe_fail(error, "is not a GGUF file");
    if (!take(&cursor, &version, sizeof version) || version != VERSION)
        return pe_fail(error, "is not of GGUF version 3 in little endian");
    if (!take(&cursor, &n_tensors, sizeof n_tensors)
        || !take(&cursor, &n_entries, sizeof n_entries))
        return pe_fail(error, "ends inside its header");
    return read_entries(gguf, &cursor, n_entries, error)
           && read_tensors(gguf, &cursor, n_tensors, error);
}

static PeGguf *gguf_new(const void *bytes, size_t n_bytes, bool is_mapped, PeError *error)
{
    PeGguf *gguf = calloc(1, sizeof *gguf);
    if (gguf == NULL) {
        if (is_mapped) munmap((void *)bytes, n_bytes);
        pe_fail_memory(error);
        return NULL;
    }
    gguf->bytes = bytes;
    gguf->n_bytes = n_bytes;
    gguf->is_mapped = is_mapped;
    if (read_all(gguf, error)) return gguf;
    pe_gguf_free(gguf);
    return NULL;
}

PeGguf *pe_gguf_parse(const void *bytes, size_t n_bytes, PeError *error)
{
    return gguf_new(bytes, n_bytes, false, error);
}

static PeGguf *open_descriptor(int descriptor, PeError *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) return pe_fail_null(error, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode)) return pe_fail_null(error, "is not a file");
    if (status.st_size == 0) return pe_fail_null(error, "is empty");
    const size_t n_bytes = (size_t)status.st_size;
    void *bytes = mmap(NULL, n_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (bytes == MAP_FAILED) return pe_fail_null(error, "%s", strerror(errno));
    // Weights from the disk then lie in huge pages, where the file system can do that.
    madvise(bytes, n_bytes, MADV_HUGEPAGE);
    return gguf_new(bytes, n_bytes, true, error);
}

PeGguf *pe_gguf_open(const char *path, PeError *error)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return pe_fail_null(error, "%s: %s", path, strerror(errno));
    PeGguf *gguf = open_descriptor(descriptor, error);
    close(descriptor);
    if (gguf == NULL) pe_fail_prefix(error, path);
    return gguf;
}

void pe_gguf_free(PeGguf *gguf)
{
    if (gguf == NULL) return;
    if (gguf->is_mapped) munmap((void *)gguf->bytes, gguf->n_bytes);
    free(gguf->entries);
    free(gguf->entries_by_key);
    free(gguf->tensors);
    free(gguf->tensors_by_name);
    free(gguf);
}
