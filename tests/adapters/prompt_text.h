// What a prompt says.
#pragma once

#include "adapters/shared/draft.h"

// The text of a draft that is encoded by work, "<image>" for each run of rows; the caller's.
// The test fails if it cannot be encoded.
char *prompt_text(const PeModel *model, PsDraft *draft, PeSensesWork *work);
