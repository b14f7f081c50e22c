// The registry: every module that the program was built with. The command line fills it; stages
// look names up in it, so harness/ knows no concrete module. All arrays are NULL-terminated.
#pragma once

#include "harness/adapter.h"
#include "harness/condition.h"
#include "harness/dataset.h"
#include "harness/metric.h"
#include "harness/slicer.h"

typedef struct PsReport PsReport;
typedef struct PsImporter PsImporter;

typedef struct PsRegistry {
    const PsMetric *const *metrics;
    const PsSlicer *const *slicers;
    const PsCondition *const *conditions;
    const PsDevice *devices; // the last has no name; NULL: there are none
    const PsAdapter *const *adapters;
    const PsReader *const *readers;
    const PsImporter *const *importers;
    const PsReport *const *reports;
} PsRegistry;

// The module called name, or NULL; static storage.
const PsMetric *ps_registry_metric(const PsRegistry *registry, const char *name);
const PsSlicer *ps_registry_slicer(const PsRegistry *registry, const char *name);
const PsCondition *ps_registry_condition(const PsRegistry *registry, const char *name);
const PsAdapter *ps_registry_adapter(const PsRegistry *registry, const char *name);
