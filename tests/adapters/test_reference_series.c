#include "adapters/shared/reference_series.h"

#include <criterion/criterion.h>
#include <string.h>

static const char csv[] = "# rate_hz: 2\ntemperature [°C],humidity [%]\n"
                          "20,40\n30,\n10,44\n20,50\n";

static void expect(const char *question, const char *wanted)
{
    g_autoptr(PsSeries) series = ps_series_from_csv(csv, sizeof csv - 1, NULL);
    g_auto(PsFinding) finding = {0};
    cr_assert(series != NULL);
    bool is_found = ps_reference_answer_series(series, question, &finding);
    cr_expect_eq(is_found, wanted != NULL, "%s", question);
    if (is_found && wanted != NULL)
        cr_expect_str_eq(finding.text, wanted, "%s: %s", question, finding.text);
}

Test(reference_series, rules)
{
    expect("How many rows are there?", "4");
    expect("How many channels does the file have?", "2");
    expect("What is the sampling rate?", "2");
    expect("How long is the recording in seconds?", "2");
    expect("What is the highest temperature?", "30");
    expect("What was the lowest temperature?", "10");
    expect("What is the average temperature?", "20");
    expect("When was the humidity highest?", "1.5");
    expect("How many humidity values are missing?", "1");
    expect("What is the range of the temperature?", "20");
    expect("What is the first humidity value?", "40");
    expect("What is the last humidity value?", "50");
}

Test(reference_series, what_no_rule_knows_is_not_known)
{
    expect("Is there an anomaly?", NULL);
    expect("What is the highest value?", NULL); // of which channel?
    expect("What is the highest temperature and humidity?", NULL);
    expect("What is the highest pressure?", NULL);
}
