#include "adapters/shared/http_setup.h"

#include <malloc.h>
#include <string.h>

#define KEPT_HEAP_BYTES (64 << 20)

void ps_curl_init(void)
{
    static gsize is_done;
    if (!g_once_init_enter(&is_done)) return;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    mallopt(M_TRIM_THRESHOLD, KEPT_HEAP_BYTES);
    g_once_init_leave(&is_done, 1);
}

bool ps_http_address_read(PsHttpAddress *address, const char *url, GError **error)
{
    char *scheme = NULL, *host = NULL;
    address->url = curl_url();
    bool is_url = curl_url_set(address->url, CURLUPART_URL, url, 0) == CURLUE_OK
                  && curl_url_get(address->url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
                  && curl_url_get(address->url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    address->is_secure = is_url && strcmp(scheme, "https") == 0;
    bool is_web = address->is_secure || (is_url && strcmp(scheme, "http") == 0);
    address->is_loopback = is_web
                           && (g_ascii_strcasecmp(host, "localhost") == 0
                               || strcmp(host, "[::1]") == 0 || g_str_has_prefix(host, "127."));
    curl_free(scheme);
    curl_free(host);
    return is_web || ps_fail(error, PS_ERROR_CONFIG, "not an http or https address");
}

void ps_http_address_clear(PsHttpAddress *address)
{
    curl_url_cleanup(address->url);
    address->url = NULL;
}

struct curl_slist *ps_http_headers_new(const char *const *headers)
{
    struct curl_slist *list = NULL;
    for (; *headers != NULL; headers++)
        list = curl_slist_append(list, *headers);
    // As a header of ours it is formatted once a request, and not twice.
    list = curl_slist_append(list, "User-Agent: proofsheet/" PS_VERSION);
    // Or libcurl waits for "100 Continue" before a large body. Accept-Encoding is left out on
    // purpose: answers are small, and inflating them costs more than it saves.
    return curl_slist_append(list, "Expect:");
}
