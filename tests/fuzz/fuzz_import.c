// Importers, the first byte chooses which: whatever a file holds, a dataset or a clear error.
#include "datasets/datasets.h"
#include "harness/importer.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n_importers = 0;
    while (ps_importers[n_importers] != NULL)
        n_importers++;
    if (size == 0) return 0;
    const PsImporter *importer = ps_importers[data[0] % n_importers];
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || write(file, data + 1, size - 1) != (ssize_t)(size - 1)) abort();
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_autofree char *output = g_strdup_printf("/dev/shm/fuzz-import-%d", (int)getpid());
    g_autoptr(GError) error = NULL;
    const PsImportSource source = {path, data[0] & 0x80 ? path : NULL, "/nonexistent"};
    g_autoptr(PsImportSink) sink = ps_import_sink_new(output, data[0] & 0x40, &error);
    if (sink == NULL || !importer->import(&source, sink, &error)) {
        if (error == NULL) abort(); // failed without saying why
    }
    close(file);
    return 0;
}
