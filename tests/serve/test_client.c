#include "harness/response.h"
#include "serve/client.h"

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

Test(serve_client, who_has_hung_up_is_gone)
{
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    PsClient client = {.socket = ends[0]};
    cr_expect_not(ps_client_stops(&client));
    cr_assert_eq(write(ends[1], "more", 4), 4); // what it says meanwhile does not matter
    cr_expect_not(ps_client_stops(&client));
    close(ends[1]);
    cr_expect(ps_client_stops(&client));
    cr_expect_not(ps_client_was_late(&client));
    close(ends[0]);
    cr_expect(ps_client_stops(&client), "it is remembered");
}

Test(serve_client, a_deadline_passes)
{
    PsClient client = {.socket = -1, .deadline_ns = ps_now_ns() + 20000000};
    cr_expect_not(ps_client_stops(&client));
    g_usleep(25000);
    cr_expect_not(ps_client_was_late(&client), "nothing was ended by it yet");
    cr_expect(ps_client_stops(&client));
    cr_expect(ps_client_was_late(&client));
}

Test(serve_client, one_without_a_socket_is_there_until_cancelled)
{
    PsClient client = {.socket = -1};
    cr_expect_not(ps_client_stops(&client));
    ps_client_cancel(&client);
    cr_expect(ps_client_stops(&client));
}
