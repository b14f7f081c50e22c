// What the HTTP client prepares once: libcurl, the address, the headers.
#pragma once

#include "harness/error.h"

#include <curl/curl.h>

typedef struct {
    CURLU *url;       // taken apart once, for CURLOPT_CURLU: each request would do it again
    bool is_secure;   // https
    bool is_loopback; // this machine: no proxy
} PsHttpAddress;

// Starts libcurl, once a process, from any thread. Also tells malloc to keep freed memory:
// libcurl takes a buffer for every large upload, and giving it back to the system and faulting
// it in again costs a third of the CPU time of sending a picture.
void ps_curl_init(void);

// Looks at an http or https URL; PS_ERROR_CONFIG if it is not one. "localhost" is taken to be
// what its name says (RFC 6761). The caller clears the address, also after an error.
bool ps_http_address_read(PsHttpAddress *address, const char *url, GError **error);
void ps_http_address_clear(PsHttpAddress *address);

// headers ("Name: value", NULL-terminated) and those of every request, for CURLOPT_HTTPHEADER.
struct curl_slist *ps_http_headers_new(const char *const *headers);
