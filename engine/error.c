#include "engine/error.h"

#include "engine/unicode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef pe_fail
#undef pe_fail_prefix
#undef pe_fail_memory

// Names and strings of a file may hold anything, and a cut may go through a character; a
// message is one line of UTF-8.
static void clean(char *message)
{
    size_t n_bytes = strlen(message);
    while (n_bytes > 0) {
        const PeCharacter character = pe_character_at(message, n_bytes);
        const bool is_control = character.code < ' ' || character.code == 0x7f;
        if (is_control || character.code == PE_NO_CHARACTER) *message = '?';
        message += character.n_bytes;
        n_bytes -= character.n_bytes;
    }
}

bool pe_fail(PeError *error, const char *format, ...)
{
    va_list arguments;
    if (error == NULL) return false;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    clean(error->message);
    return false;
}

bool pe_fail_prefix(PeError *error, const char *prefix)
{
    if (error == NULL) return false;
    const PeError inner = *error;
    return pe_fail(error, "%s: %s", prefix, inner.message);
}

bool pe_fail_memory(PeError *error)
{
    return pe_fail(error, "no memory left");
}
