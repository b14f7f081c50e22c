// Text from outside (answers, identifiers, prompts, file names) on its way into a document.
// There is one function, and every text goes through it, so that no text can become markup,
// reorder what stands around it, or hide part of itself.
//
// - Bytes that are not UTF-8, lone surrogates included, become U+FFFD, one for each bad byte.
// - Characters that are not seen or that act on their surroundings (controls other than tab and
//   newline, bidirectional overrides and isolates, zero-width and tag characters,
//   noncharacters) are written out as "[U+202E]". "\r\n" is a newline.
// - Text beyond a limit is left out, and the text says how many characters that were.
// - What means something in the format is escaped.
#pragma once

#include <glib.h>

typedef enum {
    PS_TEXT_HTML,     // content or a double-quoted attribute value
    PS_TEXT_XML,      // the same for XML 1.0; newline and tab survive in attributes
    PS_TEXT_MARKDOWN, // one table cell of GitHub-flavoured Markdown; newlines become spaces
    PS_TEXT_CSV,      // a whole field of RFC 4180, quotes included (see csv.c on formulas)
    PS_TEXT_PLAIN,    // one line for a terminal; newlines become spaces
    PS_TEXT_GITHUB,   // the message of a GitHub workflow command; newlines survive
    PS_TEXT_GITHUB_PROPERTY, // the value of such a command's property
} PsTextFormat;

#define PS_TEXT_MAX_CHARS 4000     // what a reader is asked to look at in one piece
#define PS_TEXT_MAX_NAME_CHARS 200 // names, keys, titles

// Appends at most max_chars characters of text, which may be NULL (then nothing, or "" in CSV).
void ps_text_append(GString *out, PsTextFormat format, const char *text, size_t max_chars);
