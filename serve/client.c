#include "serve/client.h"

#include "harness/response.h"

#include <poll.h>

void ps_client_cancel(PsClient *client)
{
    g_atomic_int_set(&client->is_cancelled, 1);
}

static bool has_hung_up(int socket)
{
    struct pollfd ask = {.fd = socket, .events = POLLRDHUP};
    return socket >= 0 && poll(&ask, 1, 0) > 0
           && (ask.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool ps_client_stops(void *data)
{
    PsClient *client = data;
    if (g_atomic_int_get(&client->is_cancelled) != 0) return true;
    if (client->deadline_ns > 0 && ps_now_ns() > client->deadline_ns) {
        g_atomic_int_set(&client->is_late, 1);
        return true;
    }
    if (!has_hung_up(client->socket)) return false;
    ps_client_cancel(client);
    return true;
}

bool ps_client_was_late(const PsClient *client)
{
    return g_atomic_int_get(&client->is_late) != 0;
}
