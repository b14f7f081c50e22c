#include "harness/sha256.h"

#include <openssl/evp.h>

struct PsSha256 {
    EVP_MD_CTX *context;
};

static void check(int status)
{
    if (status != 1) g_error("OpenSSL: no SHA-256");
}

PsSha256 *ps_sha256_new(void)
{
    PsSha256 *sum = g_new(PsSha256, 1);
    sum->context = EVP_MD_CTX_new();
    check(sum->context != NULL && EVP_DigestInit_ex(sum->context, EVP_sha256(), NULL));
    return sum;
}

void ps_sha256_free(PsSha256 *sum)
{
    if (sum == NULL) return;
    EVP_MD_CTX_free(sum->context);
    g_free(sum);
}

void ps_sha256_update(PsSha256 *sum, const void *bytes, size_t n_bytes)
{
    check(EVP_DigestUpdate(sum->context, bytes, n_bytes));
}

char *ps_sha256_finish(PsSha256 *sum)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n_bytes = 0;
    check(EVP_DigestFinal_ex(sum->context, digest, &n_bytes));
    GString *text = g_string_sized_new(2 * n_bytes + 1);
    for (unsigned i = 0; i < n_bytes; i++)
        g_string_append_printf(text, "%02x", digest[i]);
    return g_string_free(text, FALSE);
}

char *ps_sha256_of_bytes(GBytes *bytes)
{
    g_autoptr(PsSha256) sum = ps_sha256_new();
    size_t n_bytes;
    const void *start = g_bytes_get_data(bytes, &n_bytes);
    ps_sha256_update(sum, start, n_bytes);
    return ps_sha256_finish(sum);
}
