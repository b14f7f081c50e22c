// The reference engine: a multimodal transformer, text, pictures and sound in, text out. It
// reads the GGUF files of llama.cpp and depends on libc, libm and threads only.
//
// From bytes to a token, one file a stage:
//
//     gguf.h         the model file: keys and tensors
//     tokenizer.h    text to tokens and back          unicode.h, words.h, vocabulary.h
//     prompt.h       tokens and media embeddings in one row
//     senses.h       pictures, sound and video to such embeddings
//                    image.h, vision.h, mel.h, audio.h, video.h
//     decoder.h      the network: positions in, logits out
//     cross.h        the same with media beside the positions instead of among them
//     embedding.h    one vector for a text or a medium
//     grammar.h      answers of a given form      pattern.h, json_pattern.h, automaton.h
//     kernels/       its arithmetic
//
// Errors: functions that can fail take a PeError and return false or NULL (error.h). Ownership:
// a const pointer returned is borrowed from the object asked, others are the caller's. An
// opened model is immutable and shared by threads without locks.
#pragma once

#include "engine/cross.h"
#include "engine/embedding.h"
#include "engine/error.h"
#include "engine/gguf.h"
#include "engine/prompt.h"
#include "engine/senses.h"
#include "engine/tensor.h"
