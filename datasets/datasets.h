// Every reader of readers.def, every capture condition of conditions.def, NULL-terminated, and
// every device of devices.def.
#pragma once

#include "harness/condition.h"
#include "harness/dataset.h"

extern const PsReader *const ps_readers[];
extern const PsCondition *const ps_conditions[];
extern const PsDevice ps_devices[]; // the last has no name
