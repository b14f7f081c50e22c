#include "harness/verdict/audit/target.h"

#include "../fake.h"

#include <criterion/criterion.h>
#include <string.h>

static PsAuditTarget *load(const char *text, GError **error)
{
    char *folder = fake_folder_new();
    g_autofree char *path = g_build_filename(folder, "target.yaml", NULL);
    g_file_set_contents(path, text, -1, NULL);
    PsAuditTarget *target = ps_audit_target_load(path, error);
    fake_folder_free(folder);
    return target;
}

static void expect_problem(const char *text, const char *problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsAuditTarget) target = load(text, &error);
    cr_assert_null(target, "%s", text);
    cr_expect(g_error_matches(error, PS_ERROR, PS_ERROR_CONFIG));
    cr_expect(strstr(error->message, problem) != NULL, "%s: %s", text, error->message);
}

Test(audit_target, one_attribute_stands_at_the_top)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsAuditTarget) target =
        load("attribute: device\nshares: {phone: 0.7, laptop: 0.3}\naction: abstain\n", &error);
    cr_assert_null(error);
    cr_assert_eq(target->n_attributes, 1);
    cr_assert_str_eq(target->attributes[0].attribute, "device");
    cr_assert_str_eq(target->attributes[0].values[1], "laptop");
    cr_assert_float_eq(target->attributes[0].shares[0], 0.7, 1e-12);
    cr_assert_str_eq(target->action, "abstain");
}

Test(audit_target, several_attributes_stand_in_a_list_and_percentages_are_shares)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PsAuditTarget) target =
        load("targets:\n  - attribute: a\n    shares: {x: 25, 'y z': 75}\n"
             "  - attribute: b\n    shares: {u: 0.333, v: 0.333, w: 0.333}\n",
             &error);
    cr_assert_null(error);
    cr_assert_eq(target->n_attributes, 2);
    cr_assert_float_eq(target->attributes[0].shares[1], 0.75, 1e-12);
    cr_assert_str_eq(target->attributes[0].values[1], "y z");
    cr_assert_float_eq(target->attributes[1].shares[2], 1.0 / 3, 1e-12);
}

Test(audit_target, an_action_alone_is_a_policy)
{
    g_autoptr(PsAuditTarget) target = load("action: fallback\n", NULL);
    cr_assert_not_null(target);
    cr_assert_eq(target->n_attributes, 0);
}

Test(audit_target, what_is_wrong_is_named_with_its_line)
{
    expect_problem("attribute: a\nshares: {x: 0.7, y: 0.7}\n", ":2: a: the shares sum to 1.4");
    expect_problem("attribute: a\nshares: {x: -1, y: 2}\n", "-1 is not a share");
    expect_problem("attribute: a\nshares: {x: nan, y: 2}\n", "nan is not a share");
    expect_problem("attribute: a\nshares:\n  x: 0.5\n  x: 0.5\n", ":4: x: is there twice");
    expect_problem("attribute: a\n", "shares: is not a mapping");
    expect_problem("shares: {x: 1}\n", "attribute: is missing");
    expect_problem("attribute: a\nshares: {x: 1}\nmore: 1\n", ":3: unexpected key: more");
    expect_problem("attribute: a\nshares: {x: 1}\naction: shout\n",
                   "action: is not abstain, fallback or human");
    expect_problem("targets: []\n", "needs 1 to");
    expect_problem("targets: [1]\n", "is not a mapping");
    expect_problem("[1, 2]\n", "is not a mapping");
    expect_problem("", "is not a mapping");
    expect_problem("{}\n", "neither targets nor an action");
    expect_problem("attribute: [\n", "target.yaml:");
    expect_problem("targets:\n  - {attribute: a, shares: {x: 1}}\n  - {attribute: a, shares: "
                   "{x: 1}}\n",
                   ":3: attribute a: is there twice");
}

Test(audit_target, a_file_that_is_not_there_is_no_input)
{
    g_autoptr(GError) error = NULL;
    cr_assert_null(ps_audit_target_load("/nowhere/target.yaml", &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_NO_INPUT));
}
