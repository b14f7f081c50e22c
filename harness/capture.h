// How a sample is taken: a chain of capture conditions, one after the other. In a suite
//     blur@2               a condition and its amount
//     blur/3               its amount of severity 3, of 1 (hardly visible) to 5 (hardly usable)
//     blur@2+jpeg/4        a chain
//     webcam               a device: a name for a chain
// docs/conditions.md is the manual.
#pragma once

#include "harness/condition.h"
#include "harness/registry.h"

#define PS_CAPTURE_MAX_STEPS 8

typedef struct {
    const PsCondition *condition;
    double amount;
    char *label; // "blur@2": of one condition and amount, however it was written
} PsCaptureStep;

typedef struct {
    size_t n_steps; // 0: as it is
    PsCaptureStep steps[PS_CAPTURE_MAX_STEPS];
    char *chain; // the labels of the steps with '+' between them; NULL if there are none
} PsCapture;

// Reads label. False: *problem says why not (the caller's), and capture is as it was.
bool ps_capture_parse(const char *label,
                      const PsRegistry *registry,
                      PsCapture *capture,
                      char **problem);
void ps_capture_clear(PsCapture *capture);

// Whether the step changes parts of that kind.
bool ps_capture_step_changes(const PsCaptureStep *step, PsPartKind kind);
