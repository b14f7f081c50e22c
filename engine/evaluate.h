// A prompt through the network in one go: what the model expects after its last position.
#pragma once

#include "engine/model.h"
#include "engine/prompt.h"

// logits[n_tokens] after the last position. All memory is made and given back here; for answers
// of more than one token there is session.h. False: an empty prompt, one that is longer than
// the model takes, no memory.
bool pe_evaluate(const PeModel *model,
                 const PePrompt *prompt,
                 const PeWorkOptions *options, // n_rows_most and n_positions are not looked at
                 float *logits,
                 PeError *error);
