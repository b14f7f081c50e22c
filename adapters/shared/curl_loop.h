// The event loop under the HTTP client: libcurl's socket interface on epoll, built to cost
// little CPU a transfer. One thread at a time.
//
// Two things make it cheaper than curl_multi_poll, measured in docs/adapters.md: a kept-alive
// connection stays in the epoll set between two requests (no epoll_ctl at all in steady state),
// and transfers are spread over several multi handles, since libcurl searches a handle's
// connections one by one.
#pragma once

#include "harness/error.h"

#include <curl/curl.h>
#include <stdint.h>

typedef struct PsCurlLoop PsCurlLoop;

// A transfer that ended by itself; it is no longer in the loop. owner is CURLOPT_PRIVATE.
typedef void (*PsCurlDone)(void *owner, CURLcode code, void *user_data);

// After each socket that was served, outside of libcurl: the place to start what follows from a
// transfer that ended. Who waits for all of a batch of answers before it sends the next
// requests gets them back as a batch, for ever.
typedef void (*PsCurlServed)(void *user_data);

// For at most n_transfers at a time (it copes with more), n_a_handle of them on each multi
// handle: few cost less time, many share connections where the protocol lets them (HTTP/2).
// done is called from within ps_curl_loop_add and ps_curl_loop_run, served from within
// ps_curl_loop_run, neither from elsewhere; served may call ps_curl_loop_add.
PsCurlLoop *ps_curl_loop_new(int n_transfers,
                             int n_a_handle,
                             PsCurlDone done,
                             PsCurlServed served,
                             void *user_data,
                             GError **error);

// Every transfer must have been removed.
void ps_curl_loop_free(PsCurlLoop *loop);

// Sets the options of easy that the loop relies on. Once, before its first ps_curl_loop_add.
void ps_curl_loop_prepare(PsCurlLoop *loop, CURL *easy);

// Starts the transfer, and sends what can be sent at once. *handle is the number that
// ps_curl_loop_remove asks for; it is set before done can be called for this transfer.
void ps_curl_loop_add(PsCurlLoop *loop, CURL *easy, int *handle);

// Takes an unfinished transfer out; an HTTP/1 connection in the middle of it is closed.
void ps_curl_loop_remove(PsCurlLoop *loop, CURL *easy, int handle);

// Waits until a socket is ready or wait_ns have passed, and works off what is due. False with
// PS_ERROR_SOFTWARE if the loop itself is broken.
bool ps_curl_loop_run(PsCurlLoop *loop, int64_t wait_ns, GError **error);
