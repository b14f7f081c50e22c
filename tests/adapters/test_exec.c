#include "driver.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const PsAdapter ps_adapter_exec;

static GPtrArray *scripts; // paths, removed after the test

static void make_scripts(void)
{
    scripts = g_ptr_array_new_with_free_func(g_free);
}

static void remove_scripts(void)
{
    for (guint i = 0; i < scripts->len; i++)
        g_unlink(g_ptr_array_index(scripts, i));
    g_ptr_array_unref(scripts);
}

TestSuite(exec, .init = make_scripts, .fini = remove_scripts);

// A command that runs body, in Python, for each request `r`.
static char *python(const char *body)
{
    char *path = NULL;
    int fd = g_file_open_tmp("proofsheet-test-XXXXXX.py", &path, NULL);
    close(fd);
    g_autofree char *text = g_strdup_printf("import json, os, sys, time\n"
                                            "def say(**answer):\n"
                                            "    print(json.dumps(answer), flush=True)\n"
                                            "for line in sys.stdin:\n"
                                            "    r = json.loads(line)\n"
                                            "    %s\n",
                                            body);
    g_assert(g_file_set_contents(path, text, -1, NULL));
    g_ptr_array_add(scripts, path);
    return g_strdup_printf("exec python3 %s", path);
}

static void ask_command(Asked *asked, const char *command, size_t n)
{
    PsSystem system = system_of(command);
    g_autofree PsRequest *requests = text_requests("question", n);
    ask(asked, &ps_adapter_exec, &system, requests, n);
}

Test(exec, each_request_is_a_line_and_each_answer_too)
{
    g_autofree char *command = python(
        "say(id=r['id'], answer=f\"{r['prompt']} {r['id']} {r['sample']} {r['epoch']}\")");
    g_auto(Asked) asked;
    ask_command(&asked, command, 3);
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[2], PS_OUTCOME_ANSWERED, "question 2 sample 0");
    cr_assert_eq(asked.responses[2].n_attempts, 1);
    cr_assert_lt(asked.responses[2].started_ns, asked.responses[2].finished_ns);
}

Test(exec, one_child_answers_all_requests_of_a_worker)
{
    g_autofree char *command = python("say(id=r['id'], answer=str(os.getpid()))");
    g_auto(Asked) asked;
    ask_command(&asked, command, 3);
    cr_assert_str_eq(asked.responses[0].answer, asked.responses[2].answer);
}

Test(exec, options_and_media_reach_the_child_and_files_go_away)
{
    g_autofree char *command = python(
        "p = r['parts']; f = p[1]['image']; say(id=r['id'], answer=f\"{open(f).read()} \" +"
        "f\"{p[0]['text']} {p[1]['media_type']} {f[-4:]} {oct(os.stat(f).st_mode)[-3:]} \" +"
        "f\"{oct(os.stat(os.path.dirname(f)).st_mode)[-3:]} {r['options']} {f}\")");
    g_autoptr(GBytes) bytes = g_bytes_new_static("pixels", 6);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "image/png", NULL);
    const PsPart parts[] = {{.kind = PS_PART_TEXT, .text = (char *)"look"},
                            {.kind = PS_PART_IMAGE}};
    const PsMedia *const all_media[] = {NULL, media};
    PsRequest request = {.sample_id = "s",
                         .condition = "blur@2",
                         .n_parts = 2,
                         .parts = parts,
                         .media = all_media};
    PsSystem system = system_of(command);
    system.temperature = 0.5;
    system.max_tokens = 9;
    system.seed = 3;
    g_auto(Asked) asked;
    ask(&asked, &ps_adapter_exec, &system, &request, 1);
    cr_assert_null(asked.error);
    cr_assert_eq(asked.responses[0].outcome, PS_OUTCOME_ANSWERED, "%s",
                 asked.responses[0].error);
    const char *answer = asked.responses[0].answer;
    assert_contains(answer, "pixels look image/png .png 600 700 {'temperature': 0.5, "
                            "'max_tokens': 9, 'seed': 3, 'timeout_ms': 10000} /");
    const char *path = strrchr(answer, ' ') + 1;
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_not(g_file_test(path, G_FILE_TEST_EXISTS));
    cr_assert_not(g_file_test(folder, G_FILE_TEST_EXISTS));
}

Test(exec, captions_and_times_reach_the_child)
{
    g_autofree char *command = python(
        "p = r['parts']; say(id=r['id'], answer=f\"{p[0]['caption']} {p[0]['time_s']} \" +"
        "f\"{sorted(p[1])}\")");
    g_autoptr(GBytes) bytes = g_bytes_new_static("pixels", 6);
    g_autoptr(PsMedia) media = ps_media_new(bytes, "image/jpeg", NULL);
    const PsPart parts[] = {{.kind = PS_PART_IMAGE},
                            {.kind = PS_PART_TEXT, .text = (char *)"?"}};
    const PsPartNote notes[] = {{"video 1, frame 1 of 1, at 0.50 s", 0.5}, {NULL, NAN}};
    const PsMedia *const all_media[] = {media, NULL};
    PsRequest request = {.sample_id = "s",
                         .condition = "clean",
                         .n_parts = 2,
                         .parts = parts,
                         .media = all_media,
                         .notes = notes};
    PsSystem system = system_of(command);
    g_auto(Asked) asked;
    ask(&asked, &ps_adapter_exec, &system, &request, 1);
    cr_assert_str_eq(asked.responses[0].answer,
                     "video 1, frame 1 of 1, at 0.50 s 0.5 ['text']");
}

Test(exec, the_media_of_a_request_are_gone_by_the_next)
{
    g_autofree char *command = python(
        "f = r['parts'][0]['image']; d = os.path.dirname(f)\n"
        "    say(id=r['id'], answer=' '.join(sorted(os.listdir(d))) + ' ' + open(f).read())");
    g_autoptr(GBytes) bytes = g_bytes_new_static("pixels", 6);
    g_autoptr(PsMedia) png = ps_media_new(bytes, "image/png", NULL);
    g_autoptr(PsMedia) jpeg = ps_media_new(bytes, "image/jpeg", NULL);
    const PsPart part = {.kind = PS_PART_IMAGE};
    const PsMedia *media[] = {png, jpeg};
    PsSystem system = system_of(command);
    g_autofree PsRequest *requests = text_requests(NULL, 2);
    for (int i = 0; i < 2; i++)
        requests[i].n_parts = 1, requests[i].parts = &part, requests[i].media = &media[i];
    g_auto(Asked) asked;
    ask(&asked, &ps_adapter_exec, &system, requests, 2);
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "part-1.png pixels");
    assert_outcome(&asked.responses[1], PS_OUTCOME_ANSWERED, "part-1.jpg pixels");
}

Test(exec, everything_an_answer_may_say_is_kept)
{
    g_autofree char *command =
        python("say(id=r['id'], answer='yes', confidence=0.75, input_tokens=5, output_tokens=2,"
               "spans=[dict(name='ocr', start_ns=1000, end_ns=2000)])");
    g_auto(Asked) asked;
    ask_command(&asked, command, 1);
    const PsResponse *response = &asked.responses[0];
    assert_outcome(response, PS_OUTCOME_ANSWERED, "yes");
    cr_assert_eq(response->confidence, 0.75);
    cr_assert_eq(response->input_tokens, 5);
    cr_assert_eq(response->output_tokens, 2);
    cr_assert_eq(response->spans->len, 1);
    const PsSpan *span = g_ptr_array_index(response->spans, 0);
    cr_assert_str_eq(span->name, "ocr");
    cr_assert_eq(span->start_ns, 1000);
    cr_assert_eq(span->end_ns, 2000);
    assert_contains(response->raw, "\"confidence\": 0.75");
}

Test(exec, the_probabilities_of_tokens_are_a_confidence_unless_one_is_stated)
{
    static const struct {
        const char *members;
        double confidence;
        bool is_of_tokens;
    } cases[] = {{"logprobs=[-1, -2, 0]", 0.36787944117144233, true},
                 {"logprobs=[-1, -2], confidence=0.75", 0.75, false},
                 {"logprobs=[-1, -3], confidence=None", 0.1353352832366127, true},
                 {"logprobs=[]", NAN, false},
                 {"logprobs=None", NAN, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf(
            "assert r['options']['logprobs'] is True; say(id=r['id'], answer='x', %s)",
            cases[i].members);
        g_autofree char *command = python(body);
        PsSystem system = system_of(command);
        system.logprobs = true;
        g_auto(Asked) asked;
        ask_text(&asked, &ps_adapter_exec, &system, "q");
        const PsResponse *response = &asked.responses[0];
        assert_outcome(response, PS_OUTCOME_ANSWERED, "x");
        cr_expect_eq(isnan(response->confidence), isnan(cases[i].confidence));
        cr_expect_not(fabs(response->confidence - cases[i].confidence) > 1e-15, "%zu", i);
        cr_expect_eq(response->is_confidence_of_tokens, cases[i].is_of_tokens, "%zu", i);
    }
}

Test(exec, outcomes_other_than_an_answer)
{
    static const struct {
        const char *body;
        PsOutcome outcome;
        const char *text;
    } cases[] = {
        {"say(id=r['id'], outcome='refused', error='will not')", PS_OUTCOME_REFUSED,
         "will not"},
        {"say(id=r['id'], outcome='abstained')", PS_OUTCOME_ABSTAINED, "(no reason given)"},
        {"say(id=r['id'], outcome='failed', error='x')", PS_OUTCOME_FAILED, "x"},
        {"say(id=r['id'], error='y')", PS_OUTCOME_FAILED, "y"},
        {"say(id=str(r['id']), answer='I do not know.')", PS_OUTCOME_ABSTAINED,
         "I do not know."},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *command = python(cases[i].body);
        g_auto(Asked) asked;
        ask_command(&asked, command, 1);
        assert_outcome(&asked.responses[0], cases[i].outcome, cases[i].text);
    }
}

Test(exec, a_wrong_line_is_a_failure_and_the_next_request_gets_a_new_child)
{
    static const struct {
        const char *line, *problem;
    } cases[] = {{"print('hello', flush=True); say(id=0, answer='late')", "malformed JSON"},
                 {"print('hello', flush=True)", "malformed JSON"},
                 {"say(id=77, answer='x')", "\"id\" is not 0"},
                 {"say(answer='x')", "\"id\" is not 0"},
                 {"say(id=r['id'])", "there is no string \"answer\""},
                 {"say(id=r['id'], outcome='happy')", "there is no outcome \"happy\""},
                 {"say(id=r['id'], answer='x', confidence=7)", "\"confidence\" is not"},
                 {"say(id=r['id'], answer='x', logprobs=[-1, 0.5])", "\"logprobs\" is not"},
                 {"say(id=r['id'], answer='x', logprobs=['-1'])", "\"logprobs\" is not"},
                 {"say(id=r['id'], answer='x', logprobs=-1)", "\"logprobs\" is not"},
                 {"say(id=r['id'], answer='x', logprobs={'a': -1})", "\"logprobs\" is not"},
                 {"say(id=r['id'], answer='x', spans=[1])", "a span needs"},
                 {"say(id=r['id'], answer='x', input_tokens='many')", "is not a count"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body =
            g_strdup_printf("sys.stderr.write('note %%d\\n' %% r['id']); sys.stderr.flush()\n"
                            "    if r['id'] == 0: %s\n    else: say(id=r['id'], answer='fine')",
                            cases[i].line);
        g_autofree char *command = python(body);
        g_auto(Asked) asked;
        ask_command(&asked, command, 2);
        cr_assert_null(asked.error);
        cr_assert_eq(asked.responses[0].outcome, PS_OUTCOME_FAILED);
        assert_contains(asked.responses[0].error, cases[i].problem);
        assert_contains(asked.responses[0].error, "note 0");
        assert_outcome(&asked.responses[1], PS_OUTCOME_ANSWERED, "fine");
    }
}

// A process that ended may stay as a zombie of whoever adopted it.
static bool is_running(int pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) return false;
    return strstr(text, ") Z ") == NULL;
}

static void assert_ends_soon(int pid)
{
    for (int i = 0; i < 100 && is_running(pid); i++)
        g_usleep(20000);
    cr_assert_not(is_running(pid));
}

Test(exec, a_child_that_is_late_is_killed_with_its_children)
{
    g_autofree char *command =
        python("import subprocess\n"
               "    if r['id'] != 1: say(id=r['id'], answer='ok'); continue\n"
               "    sys.stderr.write(str(subprocess.Popen(['sleep', '300']).pid)); "
               "sys.stderr.flush()\n"
               "    time.sleep(300)");
    PsSystem system = system_of(command);
    system.timeout_ns = 1500000000;
    g_autofree PsRequest *requests = text_requests("q", 3);
    g_auto(Asked) asked;
    int64_t start_ns = ps_now_ns();
    ask(&asked, &ps_adapter_exec, &system, requests, 3);
    cr_assert_lt(ps_now_ns() - start_ns, INT64_C(8000000000));
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "ok");
    assert_outcome(&asked.responses[2], PS_OUTCOME_ANSWERED, "ok");
    const char *error = asked.responses[1].error;
    cr_assert_eq(asked.responses[1].outcome, PS_OUTCOME_TIMED_OUT);
    cr_assert(g_str_has_prefix(error, "no answer within the time limit\nstderr: "), "%s",
              error);
    assert_ends_soon(atoi(strrchr(error, ' ')));
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1); // no zombie is left
    cr_assert_eq(errno, ECHILD);
}

typedef struct {
    PsSystem system;
    void *worker;
    int pid;
} Asker;

static void *ask_and_end(void *data)
{
    Asker *asker = data;
    PsRequest request = {.sample_id = "s", .condition = "clean"};
    g_auto(PsResponse) response;
    ps_response_init(&response);
    asker->worker = ps_adapter_exec.worker_open(&asker->system, 0, NULL);
    cr_assert(ps_adapter_exec.answer(asker->worker, &request, &response, NULL));
    asker->pid = atoi(response.answer);
    return NULL;
}

Test(exec, a_child_does_not_outlive_the_thread_that_started_it)
{
    g_autofree char *command =
        python("say(id=r['id'], answer=str(os.getpid())); time.sleep(300)");
    Asker asker = {.system = system_of(command)};
    g_thread_join(g_thread_new("worker", ask_and_end, &asker));
    cr_assert_gt(asker.pid, 0);
    assert_ends_soon(asker.pid);
    ps_adapter_exec.worker_close(asker.worker);
}

Test(exec, a_child_that_dies_fails_with_its_status_and_last_words)
{
    g_autofree char *command = python("if r['id'] == 1: sys.exit('out of memory')\n"
                                      "    say(id=r['id'], answer='ok')");
    g_auto(Asked) asked;
    ask_command(&asked, command, 3);
    cr_assert_null(asked.error);
    assert_outcome(&asked.responses[1], PS_OUTCOME_FAILED,
                   "the command ended with status 1\nstderr: out of memory");
    assert_outcome(&asked.responses[2], PS_OUTCOME_ANSWERED, "ok");
}

Test(exec, only_the_end_of_what_it_says_on_stderr_is_kept)
{
    g_autofree char *command =
        python("sys.stderr.write('x' * 300000 + 'the end'); sys.exit(5)");
    g_auto(Asked) asked;
    ask_command(&asked, command, 1);
    const char *error = asked.responses[0].error;
    assert_contains(error, "status 5");
    cr_assert(g_str_has_suffix(error, "xxxthe end"));
    cr_assert_lt(strlen(error), 4200);
}

Test(exec, a_child_that_never_answers_ends_the_run)
{
    g_auto(Asked) asked;
    ask_command(&asked, "exit 9", 10);
    cr_assert(g_error_matches(asked.error, PS_ERROR, PS_ERROR_UNAVAILABLE));
    cr_assert_eq(asked.n_done, 2); // the third in a row is one too many
    assert_contains(asked.error->message, "status 9");
}

Test(exec, a_command_that_is_not_there_ends_the_run_at_once)
{
    g_auto(Asked) asked;
    ask_command(&asked, "no-such-command-xyz --flag", 10);
    cr_assert(g_error_matches(asked.error, PS_ERROR, PS_ERROR_UNAVAILABLE));
    cr_assert_eq(asked.n_done, 0);
    assert_contains(asked.error->message, "no-such-command-xyz");
}

Test(exec, a_program_that_answers_once_and_exits_is_started_for_each_request)
{
    g_autofree char *command = python("say(id=r['id'], answer='ok'); break");
    g_auto(Asked) asked;
    ask_command(&asked, command, 5);
    cr_assert_null(asked.error);
    for (int i = 0; i < 5; i++)
        assert_outcome(&asked.responses[i], PS_OUTCOME_ANSWERED, "ok");
}

Test(exec, an_answer_without_a_newline_before_the_end_counts)
{
    g_auto(Asked) asked;
    ask_command(&asked, "read line; printf '{\"id\":0,\"answer\":\"ok\"}'", 1);
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "ok");
}

Test(exec, a_child_that_reads_nothing_does_not_stop_us)
{
    signal(SIGPIPE, SIG_DFL);
    g_autofree char *big = g_strnfill(4 << 20, 'x');
    PsSystem system = system_of("exec <&-; echo '{\"id\":0,\"answer\":\"ok\"}'; sleep 0.1");
    g_autofree PsRequest *request = text_requests(big, 1);
    g_auto(Asked) asked;
    ask(&asked, &ps_adapter_exec, &system, request, 1);
    assert_outcome(&asked.responses[0], PS_OUTCOME_ANSWERED, "ok");
}

Test(exec, large_requests_and_answers_pass_while_both_sides_write)
{
    g_autofree char *command = python("sys.stderr.write('e' * 200000); sys.stderr.flush()\n"
                                      "    say(id=r['id'], answer=r['prompt'])");
    g_autofree char *big = g_strnfill(2 << 20, 'x');
    PsSystem system = system_of(command);
    g_autofree PsRequest *request = text_requests(big, 1);
    g_auto(Asked) asked;
    ask(&asked, &ps_adapter_exec, &system, request, 1);
    cr_assert_eq(asked.responses[0].outcome, PS_OUTCOME_ANSWERED);
    cr_assert_str_eq(asked.responses[0].answer, big);
    cr_assert_leq(strlen(asked.responses[0].raw), 16 << 10);
}

Test(exec, an_endless_line_is_a_failure)
{
    g_auto(Asked) asked;
    ask_command(&asked, "exec tr '\\0' x < /dev/zero", 1);
    assert_outcome(&asked.responses[0], PS_OUTCOME_FAILED, "the answer's line is over 16 MB");
}

Test(exec, no_command_is_a_usage_error)
{
    g_auto(Asked) asked;
    ask_command(&asked, "", 1);
    cr_assert(g_error_matches(asked.error, PS_ERROR, PS_ERROR_USAGE));
}
