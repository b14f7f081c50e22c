// How far apart two threads are.
#pragma once

// The time in ns in which a value goes to another thread and back, both awake: about 50 where
// they share a cache, several hundred where they do not; with one processor thousands.
// The median of some, about 1 ms in all. One call at a time. Ends the program if a thread is
// refused.
double round_trip_ns(void);
