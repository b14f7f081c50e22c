#include "engine/error.h"

#include <stdarg.h>
#include <stdio.h>

#undef pe_fail
#undef pe_fail_prefix
#undef pe_fail_memory

// Names and strings of a file may hold anything; a message is one line.
static void clean(char *message)
{
    for (; *message != '\0'; message++)
        if ((unsigned char)*message < ' ' || *message == '\x7f') *message = '?';
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
