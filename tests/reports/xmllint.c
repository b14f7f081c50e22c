#include "tests/reports/xmllint.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <sys/wait.h>

void xmllint_expect_valid(const char *text)
{
    g_autofree char *xmllint = g_find_program_in_path("xmllint");
    cr_assert_not_null(xmllint,
                       "xmllint is not installed (scripts/install-dependencies tests)");
    g_autofree char *schema = g_build_filename(PS_TESTS_DIR, "reports", "junit.rng", NULL);
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("junit-XXXXXX.xml", &path, NULL);
    cr_assert(fd >= 0 && g_close(fd, NULL) && g_file_set_contents(path, text, -1, NULL));
    char *arguments[] = {
        xmllint, (char *)"--noout", (char *)"--nonet", (char *)"--relaxng", schema, path, NULL};
    g_autofree char *problem = NULL;
    int status = -1;
    cr_assert(g_spawn_sync(NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &problem,
                           &status, NULL));
    g_unlink(path);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", problem);
}
