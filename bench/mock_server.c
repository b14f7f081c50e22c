// mock_server - an OpenAI-compatible server on the loopback that echoes: one thread, one epoll
// loop.
//
// The answer to a chat request is the last text of its last user message, still escaped as it
// came, except that where FNV-1a (64 bits) of those bytes is divisible by 10 it is "wrong
// answer". Failures are chosen by a hash of the seed and the running number of the request, so
// a run can be repeated. See --help for the options, mock_connection.h for the order of things,
// README.md for the endpoints.
#include "mock_connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 8192,
    MAX_EVENTS = 16, // few: answers that are due must not wait for a long row of requests
};

static volatile sig_atomic_t must_stop;

static void on_signal(int number)
{
    (void)number;
    must_stop = 1;
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void die(const char *what)
{
    fprintf(stderr, "mock_server: %s: %s\n", what, strerror(errno));
    exit(71); // EX_OSERR
}

// Takes the connections that wait; beyond the limit they wait on until another one closes.
static void connections_accept(Server *server)
{
    while (server->n_connections < MAX_CONNECTIONS) {
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            connection_open(server, fd);
            continue;
        }
        if (errno == ECONNABORTED || errno == EINTR) continue;
        if (errno != EAGAIN) break; // out of descriptors
        return;
    }
    server_listen_set(server, false);
}

static int events_wait(Server *server, struct epoll_event *events, const sigset_t *signals)
{
    uint64_t next_ns = timer_next_ns(&server->timers);
    if (next_ns == UINT64_MAX)
        return epoll_pwait(server->epoll_fd, events, MAX_EVENTS, -1, signals);
    uint64_t now = now_ns();
    uint64_t left_ns = next_ns > now ? next_ns - now : 0;
    struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000u),
                            .tv_nsec = (long)(left_ns % 1000000000u)};
    int n = epoll_pwait2(server->epoll_fd, events, MAX_EVENTS, &left, signals);
    if (n < 0 && errno == ENOSYS) // before Linux 5.11: whole milliseconds
        n = epoll_pwait(server->epoll_fd, events, MAX_EVENTS, (int)(left_ns / 1000000 + 1),
                        signals);
    return n;
}

static void timers_run(Server *server)
{
    if (server->timers.n_timers == 0) return;
    // The clock is read anew for each: what went before took its time.
    for (Timer *timer; (timer = timer_take_due(&server->timers, now_ns()));)
        connection_timer_handle(server, timer);
}

static void server_run(Server *server, const sigset_t *signals)
{
    struct epoll_event events[MAX_EVENTS];
    while (!must_stop) {
        int n = events_wait(server, events, signals);
        if (n < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < n; i++) {
            if (!events[i].data.ptr)
                connections_accept(server);
            else
                connection_handle(server, events[i].data.ptr, events[i].events);
        }
        timers_run(server);
    }
}

static void server_listen(Server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server->options.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1;
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listen_fd < 0) die("socket");
    setsockopt(server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server->listen_fd, (struct sockaddr *)&address, size) < 0)
        die("bind to 127.0.0.1");
    if (listen(server->listen_fd, MAX_CONNECTIONS) < 0
        || getsockname(server->listen_fd, (struct sockaddr *)&address, &size) < 0)
        die("listen");
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (server->epoll_fd < 0
        || epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &event) < 0)
        die("epoll");
    server->is_listening = true;
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void server_clear(Server *server)
{
    close(server->listen_fd);
    server->is_listening = true; // closing connections must not wake the closed listener
    while (server->connections)
        connection_close(server, server->connections);
    timer_heap_clear(&server->timers);
    buffer_clear(&server->log_line);
    close(server->epoll_fd);
    if (server->log_fd >= 0) close(server->log_fd);
}

static void descriptors_raise(void)
{
    struct rlimit limit;
    rlim_t wanted = MAX_CONNECTIONS + 64;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGTERM and SIGINT are let in only while the loop waits. *waiting is the mask for that.
static void signals_prepare(sigset_t *waiting)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigdelset(waiting, SIGTERM);
    sigdelset(waiting, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

int main(int argc, char **argv)
{
    Server server = {.log_fd = -1};
    sigset_t waiting;
    options_read(&server.options, argc, argv);
    descriptors_raise();
    prctl(PR_SET_TIMERSLACK, 1UL); // or the kernel lets each wait run 50 us over
    signals_prepare(&waiting);
    if (server.options.log_path) {
        server.log_fd =
            open(server.options.log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        if (server.log_fd < 0) die(server.options.log_path);
    }
    server_listen(&server);
    server_run(&server, &waiting);
    fprintf(stderr, "mock_server: %llu chat requests, at most %d in flight\n",
            (unsigned long long)server.n_requests, server.max_in_flight);
    server_clear(&server);
    return 0;
}
