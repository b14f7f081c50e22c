#include "datasets/datasets.h"

#define PS_ROW(name) extern const PsReader ps_reader_##name;
#include "datasets/readers.def"
#undef PS_ROW

const PsReader *const ps_readers[] = {
#define PS_ROW(name) &ps_reader_##name,
#include "datasets/readers.def"
#undef PS_ROW
    NULL,
};

#define PS_ROW(name) extern const PsImporter ps_importer_##name;
#include "datasets/importers.def"
#undef PS_ROW

const PsImporter *const ps_importers[] = {
#define PS_ROW(name) &ps_importer_##name,
#include "datasets/importers.def"
#undef PS_ROW
    NULL,
};

#define PS_ROW(name) extern const PsCondition ps_condition_##name;
#include "datasets/conditions.def"
#undef PS_ROW

const PsCondition *const ps_conditions[] = {
#define PS_ROW(name) &ps_condition_##name,
#include "datasets/conditions.def"
#undef PS_ROW
    NULL,
};

const PsDevice ps_devices[] = {
#define PS_ROW(name, chain, summary) {name, chain, summary},
#include "datasets/devices.def"
#undef PS_ROW
    {NULL, NULL, NULL},
};
