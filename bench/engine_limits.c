#include "bench/engine_limits.h"

#include "bench/round_trip.h"

#include "engine/kernels/kernels.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { RUNS = 8, TASKS_PER_THREAD = 4, SQUARES = 4 };

// Operands of AMX in the shape of a prompt's products: a panel of weights and blocks of inputs.
enum { UNIT_BYTES = 2048, UNITS = 18, PANEL_TILES = 4, INPUT_BLOCKS = 16 };

// More than the last cache of any machine, together.
enum { MEMORY_BYTES = 256 * 1024 * 1024, MEMORY_PARTS = 4, HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

// Of reading memory: a task reads n_places of place_bytes at once and asks so far ahead.
typedef struct {
    size_t n_places, place_bytes, ahead_bytes;
} Pattern;

struct EngineLimits {
    PeCompute *compute;
    unsigned n_threads;
    unsigned char *weights, *inputs; // [PANEL_TILES or INPUT_BLOCKS, UNITS, UNIT_BYTES]
    unsigned char *memory;           // [MEMORY_PARTS, MEMORY_BYTES]
    size_t next_part;
    const Pattern *pattern; // the fastest here
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static _Noreturn void fail(void)
{
    fputs("engine: no memory or threads\n", stderr);
    exit(1);
}

// Random values in bf16 of -1 … 1: AMX is slower with them than with zeros.
static unsigned char *operands_new(size_t n_bytes)
{
    uint16_t *values = aligned_alloc(64, n_bytes);
    uint32_t state = 1;
    if (!values) fail();
    for (size_t i = 0; i < n_bytes / 2; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = pe_bf16_from_f32((float)(state >> 8) / (1 << 23) - 1);
    }
    return (unsigned char *)values;
}

EngineLimits *engine_limits_new(unsigned n_threads)
{
    EngineLimits *limits = malloc(sizeof *limits);
    if (!limits) fail();
    *limits = (EngineLimits){
        .compute = pe_compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, n_threads, 0),
        .n_threads = n_threads,
        .weights = operands_new((size_t)PANEL_TILES * UNITS * UNIT_BYTES),
        .inputs = operands_new((size_t)INPUT_BLOCKS * UNITS * UNIT_BYTES)};
    if (!limits->compute) fail();
    return limits;
}

void engine_limits_free(EngineLimits *limits)
{
    pe_compute_free(limits->compute);
    free(limits->weights);
    free(limits->inputs);
    free(limits->memory);
    free(limits);
}

// ---- Arithmetic

typedef struct {
    const char *name;
    PeLevel level; // that has the instruction
    double flop;   // of a task: a product and a sum are two
    void (*work)(void *data, size_t task, unsigned thread);
} Arithmetic;

#if defined(__x86_64__)

// Enough sums that none waits for itself.
enum { SUMS = 12, FMA_TURNS = 100000, AMX_TURNS = 20000, PANELS = 10 };

__attribute__((target("avx2,fma"))) static void
fma_avx2(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    const __m256 a = _mm256_set1_ps(0.5f);
    __m256 sums[SUMS];
#pragma GCC unroll 12
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = a;
    for (size_t turn = 0; turn < FMA_TURNS; turn++) {
#pragma GCC unroll 12
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm256_fmadd_ps(sums[i], a, a);
            __asm__ volatile("" : "+x"(sums[i]));
        }
    }
}

__attribute__((target("avx512f"))) static void
fma_avx512(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    const __m512 a = _mm512_set1_ps(0.5f);
    __m512 sums[SUMS];
#pragma GCC unroll 12
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = a;
    for (size_t turn = 0; turn < FMA_TURNS; turn++) {
#pragma GCC unroll 12
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm512_fmadd_ps(sums[i], a, a);
            __asm__ volatile("" : "+v"(sums[i]));
        }
    }
}

// VDPBF16PS on registers alone.
__attribute__((target("avx512f,avx512bf16"))) static void
dot_bf16(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    const __m512bh pairs = (__m512bh)_mm512_set1_epi32(0x3f003f00);
    __m512 sums[SUMS];
#pragma GCC unroll 12
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = _mm512_set1_ps(0.5f);
    for (size_t turn = 0; turn < FMA_TURNS; turn++) {
#pragma GCC unroll 12
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm512_dpbf16_ps(sums[i], pairs, pairs);
            __asm__ volatile("" : "+v"(sums[i]));
        }
    }
}

typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t n_rows[16];
} Config;

static const Config config = {.palette = 1,
                              .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                              .n_rows = {16, 16, 16, 16, 16, 16, 16, 16}};

// 2 × 2 squares: 2 registers of one operand, 2 of the other.
#define AMX_PRODUCTS                                                                           \
    _tile_dpbf16ps(0, 4, 6);                                                                   \
    _tile_dpbf16ps(1, 4, 7);                                                                   \
    _tile_dpbf16ps(2, 5, 6);                                                                   \
    _tile_dpbf16ps(3, 5, 7)

__attribute__((target("amx-tile,amx-bf16"))) static void
amx(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    _tile_loadconfig(&config);
    for (size_t turn = 0; turn < AMX_TURNS; turn++) {
        AMX_PRODUCTS;
    }
    _tile_release();
}

// A panel's tiles times one block after the other, without storing the sums.
__attribute__((target("amx-tile,amx-bf16"))) static void
amx_panel(void *data, size_t task, unsigned thread)
{
    (void)task, (void)thread;
    const EngineLimits *limits = data;
    _tile_loadconfig(&config);
    for (size_t i = 0; i < (size_t)PANELS * INPUT_BLOCKS * PANEL_TILES; i++) {
        const size_t tile = i % PANEL_TILES, block = i / PANEL_TILES % INPUT_BLOCKS;
        const unsigned char *w = limits->weights + tile * UNITS * UNIT_BYTES;
        const unsigned char *x = limits->inputs + block * UNITS * UNIT_BYTES;
        for (size_t k = 0; k < UNITS; k++, w += UNIT_BYTES, x += UNIT_BYTES) {
            _tile_loadd(4, w, 64);
            _tile_loadd(5, w + UNIT_BYTES / 2, 64);
            _tile_loadd(6, x, 64);
            _tile_loadd(7, x + UNIT_BYTES / 2, 64);
            AMX_PRODUCTS;
        }
    }
    _tile_release();
}

#define AMX_FLOP (SQUARES * 16.0 * 16 * 32 * 2)

static const Arithmetic arithmetics[] = {
    {"fma_avx2_gflop_per_s", PE_LEVEL_AVX2, FMA_TURNS *SUMS * 8.0 * 2, fma_avx2},
    {"fma_avx512_gflop_per_s", PE_LEVEL_AVX512, FMA_TURNS *SUMS * 16.0 * 2, fma_avx512},
    {"dot_bf16_gflop_per_s", PE_LEVEL_BF16, FMA_TURNS *SUMS * 32.0 * 2, dot_bf16},
    {"amx_bf16_gflop_per_s", PE_LEVEL_AMX, AMX_TURNS *AMX_FLOP, amx},
    {"amx_bf16_panel_gflop_per_s", PE_LEVEL_AMX,
     (double)PANELS *INPUT_BLOCKS *PANEL_TILES *UNITS *AMX_FLOP, amx_panel},
};

static double shortest_s(EngineLimits *limits, const Arithmetic *arithmetic, size_t n_tasks)
{
    double shortest = 1e9;
    for (size_t i = 0; i < RUNS; i++) {
        const double start = now_s();
        pe_compute_run(limits->compute, n_tasks, arithmetic->work, limits);
        const double seconds = now_s() - start;
        shortest = seconds < shortest ? seconds : shortest;
    }
    return shortest;
}

static void arithmetics_print(EngineLimits *limits)
{
    for (size_t i = 0; i < sizeof arithmetics / sizeof *arithmetics; i++) {
        const Arithmetic *arithmetic = &arithmetics[i];
        if (pe_level_of_machine() < arithmetic->level) continue;
        const size_t n_tasks = (size_t)TASKS_PER_THREAD * limits->n_threads;
        const double seconds = shortest_s(limits, arithmetic, n_tasks);
        printf("%s %.0f\n", arithmetic->name,
               1e-9 * (double)n_tasks * arithmetic->flop / seconds);
    }
}

#else

static void arithmetics_print(EngineLimits *limits)
{
    (void)limits;
}

#endif

void engine_limits_print(EngineLimits *limits)
{
    arithmetics_print(limits);
    engine_limits_print_distance(limits);
}

void engine_limits_print_distance(const EngineLimits *limits)
{
    if (limits->n_threads > 1) printf("round_trip_ns %.0f\n", round_trip_ns());
}

// ---- Memory

enum { THREADS_MOST = 64, PATTERN_TURNS = 3 };

// On a Xeon as good as each other; one thread of an EPYC reads 23 GB/s in the first two ways,
// 30 in the others.
static const Pattern patterns[] = {
    {8, 512 * 1024, 4096},
    {4, 256 * 1024, 2048},
    {4, 256 * 1024, 1024},
    {4, 1024 * 1024, 1024},
};

typedef struct {
    const Pattern *pattern;
    const unsigned char *bytes; // [tasks, n_places, place_bytes]
    uint64_t sums[THREADS_MOST];
} Memory;

static void memory_read(void *data, size_t task, unsigned thread)
{
    enum { LINE = 8 };
    Memory *memory = data;
    const Pattern pattern = *memory->pattern;
    const unsigned char *bytes = memory->bytes + task * pattern.n_places * pattern.place_bytes;
    uint64_t sums[LINE] = {0};
    for (size_t i = 0; i < pattern.place_bytes; i += LINE * sizeof *sums)
        for (size_t place = 0; place < pattern.n_places; place++) {
            const uint64_t *line = (const void *)(bytes + place * pattern.place_bytes + i);
            __builtin_prefetch((const void *)((uintptr_t)line + pattern.ahead_bytes), 0, 2);
            for (size_t j = 0; j < LINE; j++)
                sums[j] += line[j];
        }
    for (size_t j = 0; j < LINE; j++)
        memory->sums[thread] += sums[j];
}

// What is less than a task at the end is left out, and the time is scaled.
static double read_s(EngineLimits *limits, const Pattern *pattern, const void *bytes, size_t n)
{
    Memory memory = {.pattern = pattern, .bytes = bytes};
    const size_t task_bytes = pattern->n_places * pattern->place_bytes;
    const size_t n_tasks = n / task_bytes;
    const double start = now_s();
    pe_compute_run(limits->compute, n_tasks, memory_read, &memory);
    return (now_s() - start) * (double)n / (double)(n_tasks * task_bytes);
}

// The next part of the memory: it was not read for so long that no cache has it.
static const unsigned char *part_next(EngineLimits *limits)
{
    return limits->memory + limits->next_part++ % MEMORY_PARTS * MEMORY_BYTES;
}

// They take turns, as the machine's speed changes meanwhile.
static void memory_prepare(EngineLimits *limits)
{
    double shortest = 1e9;
    if (limits->memory) return;
    limits->memory = aligned_alloc(HUGE_PAGE_BYTES, (size_t)MEMORY_PARTS * MEMORY_BYTES);
    if (!limits->memory) fail();
    // As the weights lie: the machine's limit is not that of small pages.
    madvise(limits->memory, (size_t)MEMORY_PARTS * MEMORY_BYTES, MADV_HUGEPAGE);
    memset(limits->memory, 1, (size_t)MEMORY_PARTS * MEMORY_BYTES);
    for (size_t turn = 0; turn < PATTERN_TURNS; turn++)
        for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
            const double seconds =
                read_s(limits, &patterns[i], part_next(limits), MEMORY_BYTES);
            if (seconds < shortest) limits->pattern = &patterns[i];
            shortest = seconds < shortest ? seconds : shortest;
        }
}

double engine_limits_read_s(EngineLimits *limits, const void *bytes, size_t n_bytes)
{
    memory_prepare(limits);
    return read_s(limits, limits->pattern, bytes, n_bytes);
}

double engine_limits_memory_s(EngineLimits *limits, size_t n_bytes)
{
    memory_prepare(limits);
    return read_s(limits, limits->pattern, part_next(limits), n_bytes);
}
