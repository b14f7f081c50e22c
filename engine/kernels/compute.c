#include "engine/kernels/compute.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const names[] = {"plain", "avx2", "avx512", "bf16", "amx"};

const char *pe_level_name(PeLevel level)
{
    return names[level];
}

#if defined(PE_HAS_X86)

// The tiles' state is large, so Linux gives it only to processes that ask (5.16 and later).
static bool tiles_are_allowed(void)
{
    const int request_permission = 0x1023, tile_data = 18;
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

static bool has_amx(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
    const bool has_bf16 = d >> 22 & 1, has_tiles = d >> 24 & 1;
    return has_bf16 && has_tiles && tiles_are_allowed();
}

static bool has_bf16(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx2(void)
{
    unsigned a, b, c, d;
    const bool has_f16c = __get_cpuid(1, &a, &b, &c, &d) && (c >> 29 & 1);
    return has_f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static PeLevel level_find(void)
{
    if (!has_avx2()) return PE_LEVEL_PLAIN;
    if (!has_avx512()) return PE_LEVEL_AVX2;
    if (!has_bf16()) return PE_LEVEL_AVX512;
    return has_amx() ? PE_LEVEL_AMX : PE_LEVEL_BF16;
}

#define BUILT(x) &x

#else

static PeLevel level_find(void)
{
    return PE_LEVEL_PLAIN;
}

#define BUILT(x) NULL

#endif

typedef struct {
    const PeKernels *kernels;
    const PeGemm *gemms[2]; // by PePrecision
} Level;

static const Level levels[] = {
    {&pe_kernels_plain, {&pe_gemm_plain, &pe_gemm_plain}},
    {BUILT(pe_kernels_avx2), {BUILT(pe_gemm_avx2), BUILT(pe_gemm_avx2)}},
    {BUILT(pe_kernels_avx512), {BUILT(pe_gemm_avx512), BUILT(pe_gemm_avx512)}},
    {BUILT(pe_kernels_avx512), {BUILT(pe_gemm_avx512), BUILT(pe_gemm_bf16)}},
    {BUILT(pe_kernels_avx512), {BUILT(pe_gemm_amx_exact), BUILT(pe_gemm_amx_fast)}},
};

const PeKernels *pe_level_kernels(PeLevel level)
{
    return levels[level].kernels;
}

static PeLevel level_of_machine;

static void level_of_machine_set(void)
{
    level_of_machine = level_find();
}

// Once: in a virtual machine each CPUID is a call of the hypervisor.
PeLevel pe_level_of_machine(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, level_of_machine_set);
    return level_of_machine;
}

PeLevel pe_level_default(void)
{
    const PeLevel best = pe_level_of_machine();
    const char *wanted = getenv("PROOFSHEET_ENGINE_LEVEL");
    for (PeLevel level = PE_LEVEL_PLAIN; wanted && level < best; level++)
        if (strcmp(wanted, names[level]) == 0) return level;
    return best;
}

PeCompute *
pe_compute_new(PeLevel level, PePrecision precision, unsigned n_threads, size_t scratch_bytes)
{
    PeCompute *compute = calloc(1, sizeof *compute);
    if (!compute) return NULL;
    *compute = (PeCompute){.level = level,
                           .kernels = levels[level].kernels,
                           .gemm = levels[level].gemms[precision],
                           .pool = pe_pool_new(n_threads),
                           .scratch = aligned_alloc(64, pe_scratch_round(scratch_bytes + 1)),
                           .scratch_bytes = scratch_bytes};
    if (compute->kernels && compute->pool && compute->scratch) return compute;
    pe_compute_free(compute);
    return NULL;
}

void pe_compute_free(PeCompute *compute)
{
    if (!compute) return;
    pe_pool_free(compute->pool);
    free(compute->scratch);
    free(compute);
}

float *pe_rows_new(size_t n_rows, size_t n)
{
    if (n_rows > 0 && n > SIZE_MAX / 8 / n_rows) return NULL;
    return aligned_alloc(64, pe_scratch_round(n_rows * n * sizeof(float) + 1));
}

PeLevel pe_compute_level(const PeCompute *compute)
{
    return compute->level;
}

unsigned pe_compute_n_threads(const PeCompute *compute)
{
    return pe_pool_n_threads(compute->pool);
}

void pe_compute_run(PeCompute *compute,
                    size_t n_tasks,
                    void (*work)(void *data, size_t task, unsigned thread),
                    void *data)
{
    pe_pool_run(compute->pool, n_tasks, work, data);
}
