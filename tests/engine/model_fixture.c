#include "tests/engine/model_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

PeModel *fixture_open(const char *name)
{
    char path[1024];
    PeError error;
    snprintf(path, sizeof path, "%s/engine/fixtures/%s", PS_TESTS_DIR, name);
    PeModel *model = pe_model_open(path, &error);
    cr_assert_not_null(model, "%s", error.message);
    return model;
}
