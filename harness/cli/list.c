#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/importer.h"
#include "harness/report.h"

#include <stdio.h>
#include <string.h>

static void print_row(const char *name, const char *summary)
{
    printf("  %-22s %s\n", name, summary);
}

static void print_systems(const PsRegistry *registry)
{
    for (size_t i = 0; registry->adapters[i] != NULL; i++)
        print_row(registry->adapters[i]->usage, registry->adapters[i]->summary);
}

static void print_metrics(const PsRegistry *registry)
{
    for (size_t i = 0; registry->metrics[i] != NULL; i++)
        print_row(registry->metrics[i]->name, registry->metrics[i]->summary);
}

static void print_slicers(const PsRegistry *registry)
{
    for (size_t i = 0; registry->slicers[i] != NULL; i++)
        print_row(registry->slicers[i]->name, registry->slicers[i]->summary);
}

static void print_conditions(const PsRegistry *registry)
{
    for (size_t i = 0; registry->conditions[i] != NULL; i++) {
        const PsCondition *condition = registry->conditions[i];
        g_autofree char *name = g_strdup_printf(
            "%s@%g…%g %s", condition->name, condition->least, condition->most, condition->unit);
        print_row(name, condition->summary);
    }
}

static void print_devices(const PsRegistry *registry)
{
    for (const PsDevice *device = registry->devices; device->name != NULL; device++) {
        g_autofree char *summary = g_strdup_printf("%s: %s", device->summary, device->chain);
        print_row(device->name, summary);
    }
}

static void print_ablations(const PsRegistry *registry)
{
    (void)registry;
    print_row("drop:MODALITY", "its parts are left out; media: everything but text");
    print_row("swap:MODALITY", "its parts are those of another sample of the task");
    print_row("contradict:MODALITY", "its parts are what the dataset states as contradicting");
    print_row("twin", "the words that the dataset states stand in for the media");
}

static void print_datasets(const PsRegistry *registry)
{
    for (size_t i = 0; registry->readers[i] != NULL; i++)
        print_row(registry->readers[i]->name, registry->readers[i]->summary);
}

static void print_importers(const PsRegistry *registry)
{
    for (size_t i = 0; registry->importers[i] != NULL; i++) {
        const PsImporter *importer = registry->importers[i];
        g_autofree char *name = g_strdup_printf("%s %s", importer->name, importer->source);
        print_row(name, importer->summary);
    }
}

static void print_reports(const PsRegistry *registry)
{
    for (size_t i = 0; registry->reports[i] != NULL; i++)
        print_row(registry->reports[i]->extension, registry->reports[i]->summary);
}

static const struct {
    const char *name, *title;
    void (*print)(const PsRegistry *registry);
} kinds[] = {
    {"systems", "Systems (--model)", print_systems},
    {"metrics", "Metrics", print_metrics},
    {"slicers", "Slicers", print_slicers},
    {"conditions", "Capture conditions (NAME@AMOUNT or NAME/SEVERITY, 1 to 5; chains with +)",
     print_conditions},
    {"devices", "Devices (conditions too: names for chains)", print_devices},
    {"ablations",
     "Modality ablations (conditions too; MODALITY: text, image, audio, video, page, "
     "series)",
     print_ablations},
    {"datasets", "Datasets", print_datasets},
    {"importers", "Importers (proofsheet import)", print_importers},
    {"reports", "Reports (-o)", print_reports},
};

static void print_all(const PsRegistry *registry)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        printf("%s%s\n", i > 0 ? "\n" : "", kinds[i].title);
        kinds[i].print(registry);
    }
}

static bool print_kind(const PsRegistry *registry, const char *name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) return kinds[i].print(registry), true;
    return ps_fail(
        error, PS_ERROR_USAGE,
        "there is no kind %s: systems, metrics, slicers, conditions, devices, ablations, "
        "datasets, reports",
        name);
}

static bool
run(const PsRegistry *registry, int argc, char **argv, int *exit_status, GError **error)
{
    const GOptionEntry entries[] = {{0}};
    g_auto(GStrv) words = ps_options_parse(ps_command_list.usage, ps_command_list.summary,
                                           entries, argc, argv, error);
    if (words == NULL) return false;
    *exit_status = 0;
    if (g_strv_length(words) > 1)
        return ps_fail(error, PS_ERROR_USAGE, "takes at most one kind (see --help)");
    if (words[0] != NULL) return print_kind(registry, words[0], error);
    print_all(registry);
    return true;
}

const PsCommand ps_command_list = {
    .name = "list",
    .usage = "list [systems|metrics|slicers|conditions|devices|ablations|datasets|reports]",
    .summary = "The systems, metrics, slicers, conditions and reports there are",
    .run = run,
};
