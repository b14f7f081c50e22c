#include "adapters/shared/child.h"

#include "harness/response.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 500 // for ending by itself
#define READ_BYTES 65536

struct PsChild {
    pid_t pid;                   // 0 once it is reaped
    int pid_fd;                  // readable when it has ended; -1 if there is none
    int in_fd, out_fd, error_fd; // our ends; -1 once closed
    int exit_status;
    GString *out;    // read, not yet taken
    GString *errors; // its last words
};

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

// Runs in the child between fork and exec: async-signal-safe calls only.
static _Noreturn void become(const char *command, const int fds[3], pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127); // the parent died before prctl
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    for (int i = 0; i < 3; i++)
        dup2(fds[i], i);
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static bool make_pipes(int ours[3], int theirs[3])
{
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) return false;
        ours[i] = i == 0 ? ends[1] : ends[0];
        theirs[i] = i == 0 ? ends[0] : ends[1];
        if (fcntl(ours[i], F_SETFL, O_NONBLOCK) < 0) return false;
    }
    return true;
}

static pid_t start_process(const char *command, int ours[3])
{
    int theirs[3] = {-1, -1, -1};
    pid_t pid = -1;
    pid_t parent = getpid();
    if (make_pipes(ours, theirs)) pid = fork();
    if (pid == 0) become(command, theirs, parent);
    int saved_errno = errno;
    for (int i = 0; i < 3; i++)
        close_fd(&theirs[i]);
    errno = saved_errno;
    return pid;
}

PsChild *ps_child_start(const char *command, GError **error)
{
    int ours[3] = {-1, -1, -1};
    pid_t pid = start_process(command, ours);
    if (pid < 0) {
        ps_fail(error, PS_ERROR_UNAVAILABLE, "cannot start a process: %s", g_strerror(errno));
        for (int i = 0; i < 3; i++)
            close_fd(&ours[i]);
        return NULL;
    }
    setpgid(pid, pid); // here too: whoever is first, the group is there when we need it
    PsChild *child = g_new(PsChild, 1);
    *child = (PsChild){.pid = pid, .in_fd = ours[0], .out_fd = ours[1], .error_fd = ours[2]};
    child->pid_fd = pidfd_open(pid, 0);
    child->out = g_string_new(NULL);
    child->errors = g_string_new(NULL);
    return child;
}

// Waits until the process has ended or time_ms are over.
static void await_end(const PsChild *child, int time_ms)
{
    int64_t deadline_ns = ps_now_ns() + time_ms * INT64_C(1000000);
    struct pollfd end = {.fd = child->pid_fd, .events = POLLIN};
    while (child->pid_fd >= 0 && poll(&end, 1, time_ms) < 0 && errno == EINTR)
        time_ms = (int)(ps_ns_until(deadline_ns) / 1000000);
}

// The group is killed before the process is reaped, while its number is surely still its own.
static void reap(PsChild *child)
{
    if (child->pid == 0) return;
    siginfo_t info = {0};
    bool has_ended = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0
                     && info.si_pid != 0;
    kill(-child->pid, SIGKILL);
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    bool was_killed = !has_ended || WIFSIGNALED(status);
    child->exit_status = was_killed ? 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : SIGKILL)
                                    : WEXITSTATUS(status);
    child->pid = 0;
}

static void child_free(PsChild *child)
{
    close_fd(&child->in_fd);
    close_fd(&child->out_fd);
    close_fd(&child->error_fd);
    close_fd(&child->pid_fd);
    g_string_free(child->out, true);
    g_string_free(child->errors, true);
    g_free(child);
}

void ps_child_kill(PsChild *child)
{
    if (child == NULL) return;
    reap(child);
    child_free(child);
}

void ps_child_stop(PsChild *child)
{
    if (child == NULL) return;
    close_fd(&child->in_fd);
    if (child->pid != 0) await_end(child, GRACE_MS);
    ps_child_kill(child);
}

// Reads what there is. False at the end of the stream.
static bool read_some(int fd, GString *into)
{
    char bytes[READ_BYTES];
    ssize_t n_bytes = read(fd, bytes, sizeof bytes);
    if (n_bytes > 0) g_string_append_len(into, bytes, n_bytes);
    return n_bytes > 0 || (n_bytes < 0 && (errno == EAGAIN || errno == EINTR));
}

static void read_errors(PsChild *child)
{
    size_t n_before = child->errors->len;
    if (!read_some(child->error_fd, child->errors)) close_fd(&child->error_fd);
    if (child->errors->len > n_before)
        g_log("adapters", G_LOG_LEVEL_DEBUG, "exec: %s", child->errors->str + n_before);
    if (child->errors->len > PS_CHILD_KEPT_ERROR_BYTES)
        g_string_erase(child->errors, 0,
                       (gssize)(child->errors->len - PS_CHILD_KEPT_ERROR_BYTES));
}

// Writes what fits. A child that reads no more is not an error yet: it may have answered.
// A write to it raises SIGPIPE, which is the thread's own and is taken back.
static size_t write_some(PsChild *child, const char *bytes, size_t n_bytes)
{
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    ssize_t n_written = write(child->in_fd, bytes, n_bytes);
    bool is_gone = n_written < 0 && errno != EAGAIN && errno != EINTR;
    if (is_gone && errno == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (is_gone) close_fd(&child->in_fd);
    return n_written > 0 ? (size_t)n_written : 0;
}

static bool take_line(PsChild *child, GString *line)
{
    const char *newline = memchr(child->out->str, '\n', child->out->len);
    size_t n_line = newline != NULL ? (size_t)(newline - child->out->str) : child->out->len;
    bool is_whole = newline != NULL || (child->out_fd < 0 && n_line > 0);
    if (!is_whole) return false;
    g_string_truncate(line, 0);
    g_string_append_len(line, child->out->str, (gssize)n_line);
    g_string_erase(child->out, 0, (gssize)(newline != NULL ? n_line + 1 : n_line));
    return true;
}

static int poll_time_ms(int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX) return -1;
    int64_t left_ns = ps_ns_until(deadline_ns);
    return (int)MIN((left_ns + 999999) / 1000000, INT_MAX);
}

PsChildEnd ps_child_ask(
    PsChild *child, const char *text, size_t n_bytes, int64_t deadline_ns, GString *line)
{
    size_t n_sent = 0;
    while (!take_line(child, line)) {
        if (child->out->len > PS_CHILD_MAX_LINE_BYTES) return PS_CHILD_TOO_LONG;
        if (child->out_fd < 0) return PS_CHILD_ENDED;
        if (ps_now_ns() >= deadline_ns) return PS_CHILD_TIMED_OUT;
        struct pollfd fds[] = {
            {.fd = n_sent < n_bytes ? child->in_fd : -1, .events = POLLOUT},
            {.fd = child->out_fd, .events = POLLIN},
            {.fd = child->error_fd, .events = POLLIN},
        };
        if (poll(fds, G_N_ELEMENTS(fds), poll_time_ms(deadline_ns)) <= 0) continue;
        if (fds[0].revents != 0) n_sent += write_some(child, text + n_sent, n_bytes - n_sent);
        if (fds[1].revents != 0 && !read_some(child->out_fd, child->out))
            close_fd(&child->out_fd);
        if (fds[2].revents != 0) read_errors(child);
    }
    return PS_CHILD_ANSWERED;
}

bool ps_child_has_ended(PsChild *child)
{
    if (child->out_fd >= 0 && !read_some(child->out_fd, child->out)) close_fd(&child->out_fd);
    return child->out_fd < 0 && child->out->len == 0;
}

char *ps_child_errors(PsChild *child)
{
    if (child->error_fd >= 0) read_errors(child);
    return g_strstrip(g_utf8_make_valid(child->errors->str, (gssize)child->errors->len));
}

void ps_child_forget_errors(PsChild *child)
{
    g_string_truncate(child->errors, 0);
}

int ps_child_wait(PsChild *child)
{
    if (child->pid != 0) await_end(child, GRACE_MS);
    reap(child);
    return child->exit_status;
}
