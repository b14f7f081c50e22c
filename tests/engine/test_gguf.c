#include "engine/gguf.h"
#include "tests/engine/file.h"

#include <criterion/criterion.h>
#include <string.h>

// That file is refused with a message in which part occurs; file is cleared.
static void fails(File *file, const char *part)
{
    PeError error = {0};
    cr_assert_null(file_parse(file, &error));
    cr_assert_not_null(strstr(error.message, part), "%s", error.message);
    file_clear(file);
}

// Two keys, two tensors: a [2, 3] of F32 and a Q8_0 row.
static File two_and_two(void)
{
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    static const char block[34] = {0};
    File file = {0};
    file_begin(&file, 2, 2);
    file_add_u32(&file, "llama.block_count", 7);
    file_add_string(&file, "general.architecture", "llama");
    file_add_tensor(&file, "a", PE_TYPE_F32, 2, (uint64_t[]){3, 2}, 0);
    file_add_tensor(&file, "b", PE_TYPE_Q8_0, 1, (uint64_t[]){32}, 32);
    file_pad(&file);
    file_add_bytes(&file, values, sizeof values);
    file_pad(&file);
    file_add_bytes(&file, block, sizeof block);
    return file;
}

Test(gguf, keys_and_tensors_are_found)
{
    File file = two_and_two();
    PeError error;
    PeGguf *gguf = file_parse(&file, &error);
    cr_assert_not_null(gguf, "%s", error.message);
    size_t n_layers;
    PeString name;
    const PeTensor *tensor;
    cr_assert(pe_gguf_size(gguf, "llama.block_count", 1, 9, &n_layers, &error));
    cr_assert_eq(n_layers, 7);
    cr_assert(pe_gguf_string(gguf, "general.architecture", &name, &error));
    cr_assert(pe_string_is(name, "llama"));
    cr_assert(pe_gguf_tensor_get(gguf, "a", 2, (size_t[]){2, 3}, &tensor, &error));
    cr_assert_eq(((const float *)tensor->data)[5], 6);
    cr_assert_eq(pe_gguf_tensor_find(gguf, "b")->n_bytes, 34);
    cr_assert_null(pe_gguf_tensor_find(gguf, "c"));
    pe_gguf_free(gguf);
    file_clear(&file);
}

Test(gguf, what_is_asked_for_and_not_there_is_named)
{
    File file = two_and_two();
    PeError error;
    PeGguf *gguf = file_parse(&file, &error);
    size_t value;
    float number;
    const PeTensor *tensor;
    cr_assert_not(pe_gguf_size(gguf, "llama.none", 1, 9, &value, &error));
    cr_assert_str_eq(error.message, "key llama.none: is not there");
    cr_assert_not(pe_gguf_size(gguf, "llama.block_count", 1, 6, &value, &error));
    cr_assert_str_eq(error.message, "key llama.block_count: 7 is not within 1 and 6");
    cr_assert_not(pe_gguf_float(gguf, "llama.block_count", &number, &error));
    cr_assert_str_eq(error.message, "key llama.block_count: is a u32, not a f32");
    cr_assert_not(pe_gguf_tensor_get(gguf, "a", 2, (size_t[]){3, 2}, &tensor, &error));
    cr_assert_str_eq(error.message, "tensor a: has shape [2, 3] instead of [3, 2]");
    pe_gguf_free(gguf);
    file_clear(&file);
}

Test(gguf, every_shorter_file_is_refused)
{
    File whole = two_and_two();
    for (size_t n = 0; n < whole.n_bytes; n++) {
        File file = {0};
        file_add_bytes(&file, whole.bytes, n);
        fails(&file, "");
    }
    file_clear(&whole);
}

Test(gguf, counts_are_checked_before_they_are_believed)
{
    File file = {0};
    file_begin(&file, 0, UINT64_MAX);
    fails(&file, "states 18446744073709551615 keys");
    file_begin(&file, UINT64_C(1) << 60, 0);
    fails(&file, "states 1152921504606846976 tensors");
}

Test(gguf, a_dimension_that_overflows_is_refused)
{
    File file = {0};
    file_begin(&file, 1, 0);
    file_add_tensor(&file, "big", PE_TYPE_F32, 2,
                    (uint64_t[]){UINT64_C(1) << 33, UINT64_C(1) << 33}, 0);
    fails(&file, "tensor 0: big: a dimension of 8589934592 cannot be");
}

Test(gguf, data_beyond_the_end_is_refused)
{
    File file = {0};
    file_begin(&file, 1, 0);
    file_add_tensor(&file, "far", PE_TYPE_F32, 1, (uint64_t[]){4}, 32);
    file_pad(&file);
    fails(&file, "tensor far: its data reaches beyond the end of the file");
}

Test(gguf, what_is_there_twice_is_refused)
{
    File file = {0};
    file_begin(&file, 0, 2);
    file_add_u32(&file, "k", 1);
    file_add_u32(&file, "k", 2);
    fails(&file, "key k: is there twice");
}

Test(gguf, an_unknown_type_is_named)
{
    File file = {0};
    file_begin(&file, 1, 0);
    file_add_tensor(&file, "w", (PeType)12, 1, (uint64_t[]){256}, 0);
    fails(&file, "tensor 0: w: has type 12");
}

Test(gguf, an_array_in_an_array_is_refused)
{
    File file = {0};
    file_begin(&file, 0, 1);
    file_add_key(&file, "k", PE_GGUF_ARRAY);
    file_add_number(&file, PE_GGUF_ARRAY, 4);
    file_add_number(&file, 1, 8);
    file_add_number(&file, 0, 8);
    fails(&file, "key 0: k: values of type 9 are not known");
}

Test(gguf, another_version_and_another_file_are_refused)
{
    File file = {0};
    file_add_bytes(&file, "GGUF\2\0\0\0", 8);
    fails(&file, "version 3");
    file_add_bytes(&file, "RIFF\0\0\0\0", 8);
    fails(&file, "is not a GGUF file");
}

Test(gguf, a_path_that_is_no_file_is_named)
{
    PeError error;
    cr_assert_null(pe_gguf_open("/nowhere.gguf", &error));
    cr_assert_str_eq(error.message, "/nowhere.gguf: No such file or directory");
    cr_assert_null(pe_gguf_open("/", &error));
    cr_assert_str_eq(error.message, "/: is not a file");
}
