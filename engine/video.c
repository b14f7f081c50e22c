#include "engine/video.h"

#include <math.h>
#include <stdio.h>

size_t pe_video_time_print(double time_s, char text[PE_VIDEO_TIME_BYTES])
{
    const unsigned long tenths = (unsigned long)lrint(time_s * 10);
    return (size_t)snprintf(text, PE_VIDEO_TIME_BYTES, "[%02lu:%02lu.%lu] ", tenths / 600,
                            tenths / 10 % 60, tenths % 10);
}
