#include "harness/sha256.h"

#include <criterion/criterion.h>
#include <string.h>

static void assert_sum(const char *text, const char *wanted)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    g_autofree char *sum = ps_sha256_of_bytes(bytes);
    cr_assert_str_eq(sum, wanted);
}

// The examples that NIST publishes beside FIPS 180-4, and no bytes at all.
Test(sha256, sums_are_those_of_the_standard)
{
    assert_sum("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sum("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(sha256, pieces_make_the_sum_of_the_whole)
{
    char whole[1000];
    for (size_t i = 0; i < sizeof whole; i++)
        whole[i] = (char)(i * 7);
    g_autoptr(PsSha256) sum = ps_sha256_new();
    for (size_t start = 0, length = 1; start < sizeof whole; start += length, length = 97)
        ps_sha256_update(sum, whole + start, MIN(length, sizeof whole - start));
    g_autofree char *pieces = ps_sha256_finish(sum);
    g_autofree char *once =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)whole, sizeof whole);
    cr_assert_str_eq(pieces, once);
}
