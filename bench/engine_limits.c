#include "bench/engine_limits.h"

#include "engine/kernels/kernels.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { TURNS = 200000, RUNS = 20, TASKS_PER_THREAD = 4 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The shortest of RUNS runs of the tasks.
static double shortest_s(PeCompute *compute,
                         size_t n_tasks,
                         void (*work)(void *data, size_t task, unsigned thread),
                         void *data)
{
    double shortest = 1e9;
    for (size_t i = 0; i < RUNS; i++) {
        const double start = now_s();
        pe_compute_run(compute, n_tasks, work, data);
        const double seconds = now_s() - start;
        shortest = seconds < shortest ? seconds : shortest;
    }
    return shortest;
}

// ---- Arithmetic: each work does TURNS turns

typedef struct {
    const char *name;
    PeLevel level;       // that has the instruction
    double flop_of_turn; // a product and a sum are two
    void (*work)(void *data, size_t task, unsigned thread);
} Arithmetic;

#if defined(__x86_64__)

// Enough sums that none waits for itself.
enum { SUMS = 12, SQUARES = 4 };

__attribute__((target("avx2,fma"))) static void
fma_avx2(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    const __m256 a = _mm256_set1_ps(0.5f);
    __m256 sums[SUMS];
#pragma GCC unroll 12
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = a;
    for (size_t turn = 0; turn < TURNS; turn++) {
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
    for (size_t turn = 0; turn < TURNS; turn++) {
#pragma GCC unroll 12
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm512_fmadd_ps(sums[i], a, a);
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
    for (size_t turn = 0; turn < TURNS; turn++) {
        AMX_PRODUCTS;
    }
    _tile_release();
}

__attribute__((target("amx-tile,amx-bf16"))) static void
amx_loading(void *data, size_t task, unsigned thread)
{
    (void)data, (void)task, (void)thread;
    static const _Alignas(64) unsigned char squares[4][4][1024]; // 16 KB of zeros
    _tile_loadconfig(&config);
    for (size_t turn = 0; turn < TURNS; turn++) {
        _tile_loadd(4, squares[turn % 4][0], 64);
        _tile_loadd(5, squares[turn % 4][1], 64);
        _tile_loadd(6, squares[turn % 4][2], 64);
        _tile_loadd(7, squares[turn % 4][3], 64);
        AMX_PRODUCTS;
    }
    _tile_release();
}

static const Arithmetic arithmetics[] = {
    {"fma_avx2_gflop_per_s", PE_LEVEL_AVX2, SUMS * 8 * 2, fma_avx2},
    {"fma_avx512_gflop_per_s", PE_LEVEL_AVX512, SUMS * 16 * 2, fma_avx512},
    {"amx_bf16_gflop_per_s", PE_LEVEL_AMX, SQUARES * 16 * 16 * 32 * 2, amx},
    {"amx_bf16_loading_gflop_per_s", PE_LEVEL_AMX, SQUARES * 16 * 16 * 32 * 2, amx_loading},
};

static void arithmetics_print(PeCompute *compute, unsigned n_threads)
{
    for (size_t i = 0; i < sizeof arithmetics / sizeof *arithmetics; i++) {
        const Arithmetic *arithmetic = &arithmetics[i];
        if (pe_level_of_machine() < arithmetic->level) continue;
        const size_t n_tasks = TASKS_PER_THREAD * n_threads;
        const double seconds = shortest_s(compute, n_tasks, arithmetic->work, NULL);
        printf("%s %.0f\n", arithmetic->name,
               1e-9 * (double)n_tasks * TURNS * arithmetic->flop_of_turn / seconds);
    }
}

#else

static void arithmetics_print(PeCompute *compute, unsigned n_threads)
{
    (void)compute, (void)n_threads;
}

#endif

// ---- Memory

enum { BLOCKS = 64, PLACES = 8, PLACE_BYTES = 512 * 1024, AHEAD_BYTES = 4096 };

typedef struct {
    uint64_t *values; // [BLOCKS, PLACES, PLACE_BYTES / 8]
    uint64_t sum[BLOCKS];
} Memory;

// In several places at once, asking ahead: as fast as was found.
static void memory_read(void *data, size_t task, unsigned thread)
{
    (void)thread;
    Memory *memory = data;
    enum { LINE = 8, PLACE = PLACE_BYTES / 8 };
    const uint64_t *values = memory->values + task * PLACES * PLACE;
    uint64_t sums[LINE] = {0};
    for (size_t i = 0; i < PLACE; i += LINE)
        for (size_t place = 0; place < PLACES; place++) {
            const uint64_t *line = values + place * PLACE + i;
            __builtin_prefetch((const void *)((uintptr_t)line + AHEAD_BYTES), 0, 2);
            for (size_t j = 0; j < LINE; j++)
                sums[j] += line[j];
        }
    for (size_t j = 0; j < LINE; j++)
        memory->sum[task] += sums[j];
}

static void memory_print(PeCompute *compute)
{
    const size_t n_bytes = (size_t)BLOCKS * PLACES * PLACE_BYTES;
    Memory memory = {.values = aligned_alloc(4096, n_bytes)};
    if (!memory.values) return;
    memset(memory.values, 1, n_bytes);
    printf("read_gb_per_s %.1f\n",
           1e-9 * (double)n_bytes / shortest_s(compute, BLOCKS, memory_read, &memory));
    free(memory.values);
}

void engine_limits_print(unsigned n_threads)
{
    PeCompute *compute = pe_compute_new(PE_LEVEL_PLAIN, PE_PRECISION_EXACT, n_threads, 0);
    if (!compute) return;
    arithmetics_print(compute, n_threads);
    memory_print(compute);
    pe_compute_free(compute);
}
