#include "adapters/shared/curl_loop.h"

#include "harness/response.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_EVENTS 256
#define FILES_BESIDE 64 // open files that are not connections

typedef struct {
    PsCurlLoop *loop;
    CURLM *multi;
    int64_t due_ns; // when libcurl wants to be called; INT64_MAX: not at all
} Handle;

// What is known of one file descriptor.
typedef struct {
    int handle;
    uint32_t wanted;  // epoll events libcurl asks for; 0: none
    uint32_t watched; // epoll events the kernel was asked for; 0: not in the epoll set
    bool is_own;      // opened and closed through the callbacks below
    uint64_t n_waits; // of the loop when it was opened: older events are of another socket
} Socket;

struct PsCurlLoop {
    int epoll_fd;
    bool lacks_pwait2; // the kernel has no epoll_pwait2
    PsCurlDone done;
    PsCurlServed served;
    void *user_data;
    GArray *sockets; // Socket, by file descriptor
    uint64_t n_waits;
    int64_t due_ns; // no handle wants to be called before
    // A transfer takes the place that was left last: its handle has a warm connection.
    GArray *places; // int: handle numbers of the places that are free
    int n_places;   // there ever were, shared out among the handles in turn
    int n_handles;
    Handle *handles; // [n_handles]
};

static Socket *socket_get(PsCurlLoop *loop, int fd)
{
    if ((guint)fd >= loop->sockets->len) g_array_set_size(loop->sockets, (guint)fd + 1);
    return &g_array_index(loop->sockets, Socket, fd);
}

static void socket_watch(PsCurlLoop *loop, int fd, Socket *known, uint32_t events)
{
    if (known->watched == events) return;
    struct epoll_event event = {.events = events, .data.fd = fd};
    int operation = events == 0           ? EPOLL_CTL_DEL
                    : known->watched == 0 ? EPOLL_CTL_ADD
                                          : EPOLL_CTL_MOD;
    epoll_ctl(loop->epoll_fd, operation, fd, &event);
    known->watched = events;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user_data, void *socket_data)
{
    (void)easy, (void)socket_data;
    Handle *handle = user_data;
    PsCurlLoop *loop = handle->loop;
    Socket *known = socket_get(loop, fd);
    known->handle = (int)(handle - loop->handles);
    known->wanted = what == CURL_POLL_REMOVE ? 0
                                             : (what & CURL_POLL_IN ? EPOLLIN : 0u)
                                                   | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    // An idle connection stays watched: the next request will want it again. That is safe for
    // sockets whose end we see; libcurl's own (of its resolver) go unseen.
    if (known->wanted != 0 || !known->is_own) socket_watch(loop, fd, known, known->wanted);
    return 0;
}

static curl_socket_t
on_open(void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    PsCurlLoop *loop = user_data;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    *socket_get(loop, fd) = (Socket){.is_own = true, .n_waits = loop->n_waits};
    return fd;
}

static int on_close(void *user_data, curl_socket_t fd)
{
    PsCurlLoop *loop = user_data;
    *socket_get(loop, fd) = (Socket){0}; // closing takes it out of the epoll set
    return close(fd);
}

static int on_timer(CURLM *multi, long wait_ms, void *user_data)
{
    (void)multi;
    Handle *handle = user_data;
    handle->due_ns = wait_ms < 0    ? INT64_MAX
                     : wait_ms == 0 ? 0
                                    : ps_now_ns() + wait_ms * INT64_C(1000000);
    handle->loop->due_ns = MIN(handle->loop->due_ns, handle->due_ns);
    return 0;
}

static bool handle_open(Handle *handle, PsCurlLoop *loop, long n_connections)
{
    *handle = (Handle){.loop = loop, .multi = curl_multi_init(), .due_ns = INT64_MAX};
    if (handle->multi == NULL) return false;
    curl_multi_setopt(handle->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(handle->multi, CURLMOPT_SOCKETDATA, handle);
    curl_multi_setopt(handle->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(handle->multi, CURLMOPT_TIMERDATA, handle);
    curl_multi_setopt(handle->multi, CURLMOPT_MAXCONNECTS, n_connections);
    return true;
}

// Makes room for so many open files at once. The kernel's table of them doubles as they come,
// which costs a process that has threads 5 to 20 ms each time.
static void files_reserve(int some_fd, int n_files)
{
    int high_fd = fcntl(some_fd, F_DUPFD_CLOEXEC, n_files);
    if (high_fd >= 0) close(high_fd);
}

PsCurlLoop *ps_curl_loop_new(int n_transfers,
                             int n_a_handle,
                             PsCurlDone done,
                             PsCurlServed served,
                             void *user_data,
                             GError **error)
{
    PsCurlLoop *loop = g_new0(PsCurlLoop, 1);
    loop->done = done;
    loop->served = served;
    loop->user_data = user_data;
    loop->sockets = g_array_new(false, true, sizeof(Socket));
    loop->due_ns = INT64_MAX;
    loop->places = g_array_new(false, false, sizeof(int));
    loop->n_handles = (n_transfers + n_a_handle - 1) / n_a_handle;
    loop->handles = g_new0(Handle, loop->n_handles);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bool is_open = loop->epoll_fd >= 0;
    if (is_open) files_reserve(loop->epoll_fd, n_transfers + FILES_BESIDE);
    long n_connections = (n_transfers + loop->n_handles - 1) / loop->n_handles + 1;
    for (int i = 0; i < loop->n_handles && is_open; i++)
        is_open = handle_open(&loop->handles[i], loop, n_connections);
    if (is_open) return loop;
    ps_fail(error, PS_ERROR_SOFTWARE, "cannot start libcurl: %s", g_strerror(errno));
    ps_curl_loop_free(loop);
    return NULL;
}

void ps_curl_loop_free(PsCurlLoop *loop)
{
    if (loop == NULL) return;
    for (int i = 0; i < loop->n_handles; i++)
        curl_multi_cleanup(loop->handles[i].multi);
    if (loop->epoll_fd >= 0) close(loop->epoll_fd);
    g_array_unref(loop->sockets);
    g_array_unref(loop->places);
    g_free(loop->handles);
    g_free(loop);
}

void ps_curl_loop_prepare(PsCurlLoop *loop, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, loop);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, loop);
}

static void reap(PsCurlLoop *loop, Handle *handle)
{
    CURLMsg *message;
    int n_left;
    while ((message = curl_multi_info_read(handle->multi, &n_left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; // message is gone with the next call
        void *owner = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
        curl_multi_remove_handle(handle->multi, easy);
        int handle_number = (int)(handle - loop->handles);
        g_array_append_val(loop->places, handle_number);
        loop->done(owner, code, loop->user_data);
    }
}

static void act(PsCurlLoop *loop, Handle *handle, curl_socket_t fd, int events)
{
    int n_running;
    if (fd == CURL_SOCKET_TIMEOUT) handle->due_ns = INT64_MAX; // unless it asks again
    curl_multi_socket_action(handle->multi, fd, events, &n_running);
    reap(loop, handle);
}

static int take_place(PsCurlLoop *loop)
{
    guint n_free = loop->places->len;
    if (n_free == 0) return loop->n_places++ % loop->n_handles;
    int handle = g_array_index(loop->places, int, n_free - 1);
    g_array_set_size(loop->places, n_free - 1);
    return handle;
}

void ps_curl_loop_add(PsCurlLoop *loop, CURL *easy, int *handle_number)
{
    *handle_number = take_place(loop);
    Handle *handle = &loop->handles[*handle_number];
    int64_t due_ns = loop->due_ns;
    curl_multi_add_handle(handle->multi, easy);
    loop->due_ns = due_ns; // it asks to be called at once, and is
    act(loop, handle, CURL_SOCKET_TIMEOUT, 0);
}

void ps_curl_loop_remove(PsCurlLoop *loop, CURL *easy, int handle_number)
{
    curl_multi_remove_handle(loop->handles[handle_number].multi, easy);
    g_array_append_val(loop->places, handle_number);
}

// epoll_pwait2 (Linux 5.11) waits to the nanosecond, which keeps the times of an open-loop load
// exact; an older kernel gets the next whole millisecond.
static int wait_for_events(PsCurlLoop *loop, struct epoll_event *events, int64_t wait_ns)
{
    if (!loop->lacks_pwait2) {
        struct timespec wait = {.tv_sec = wait_ns / 1000000000,
                                .tv_nsec = wait_ns % 1000000000};
        int n_events = epoll_pwait2(loop->epoll_fd, events, MAX_EVENTS, &wait, NULL);
        if (n_events >= 0 || errno != ENOSYS) return n_events;
        loop->lacks_pwait2 = true;
    }
    int64_t wait_ms = MIN((wait_ns + 999999) / 1000000, INT_MAX);
    return epoll_wait(loop->epoll_fd, events, MAX_EVENTS, (int)wait_ms);
}

static void take_event(PsCurlLoop *loop, const struct epoll_event *event)
{
    int fd = event->data.fd;
    Socket *known = socket_get(loop, fd);
    if (known->is_own && known->n_waits == loop->n_waits) return;
    if (known->wanted == 0) { // an idle connection that the server closed, most likely
        socket_watch(loop, fd, known, 0);
        return;
    }
    int events = (event->events & EPOLLIN ? CURL_CSELECT_IN : 0)
                 | (event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
                 | (event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    act(loop, &loop->handles[known->handle], fd, events);
}

// Calls every handle whose time has come. Returns how long there is nothing to do: 0 if
// something was done, since that may have ended a transfer.
static int64_t run_timers(PsCurlLoop *loop)
{
    if (loop->due_ns == INT64_MAX) return INT64_MAX;
    int64_t left_ns = ps_ns_until(loop->due_ns);
    if (left_ns > 0) return left_ns;
    int64_t now_ns = ps_now_ns();
    bool was_due = false;
    loop->due_ns = INT64_MAX;
    for (int i = 0; i < loop->n_handles; i++) {
        Handle *handle = &loop->handles[i];
        bool is_due = handle->due_ns <= now_ns;
        if (is_due) act(loop, handle, CURL_SOCKET_TIMEOUT, 0);
        was_due |= is_due;
        loop->due_ns = MIN(loop->due_ns, handle->due_ns);
    }
    return was_due ? 0 : ps_ns_until(loop->due_ns);
}

bool ps_curl_loop_run(PsCurlLoop *loop, int64_t wait_ns, GError **error)
{
    struct epoll_event events[MAX_EVENTS];
    int64_t idle_ns = run_timers(loop);
    loop->n_waits++;
    int n_events = wait_for_events(loop, events, MIN(wait_ns, idle_ns));
    if (n_events < 0 && errno != EINTR)
        return ps_fail(error, PS_ERROR_SOFTWARE, "epoll: %s", g_strerror(errno));
    for (int i = 0; i < n_events; i++) {
        take_event(loop, &events[i]);
        loop->served(loop->user_data);
    }
    run_timers(loop);
    return true;
}
