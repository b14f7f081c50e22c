// Every reader of readers.def, every capture condition of conditions.def, NULL-terminated, and
// every device of devices.def; every importer of importers.def.
#pragma once

#include "harness/condition.h"
#include "harness/dataset.h"
#include "harness/importer.h"

extern const PsReader *const ps_readers[];
extern const PsImporter *const ps_importers[];
extern const PsCondition *const ps_conditions[];
extern const PsDevice ps_devices[]; // the last has no name
