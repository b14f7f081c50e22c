// Text recognition with tesseract's LSTM engine (libtesseract 5, C API). One engine per worker.
//
// A page is read twice. The first pass looks for blocks and lines of text, which reads single
// digits well but skips lines of other colours and what it takes for pictures; the second looks
// for words anywhere. What only the second one sees is added. (On the 176 questions of
// datasets/documents the rules are right on 146 after the first pass alone, on 148 after the
// second alone and on about 160 after both.)
#include "adapters/perception/engines.h"
#include "harness/error.h"

#include <leptonica/allheaders.h>
#include <math.h>
#include <string.h>
#include <tesseract/capi.h>

// A slope is believed if the lines it was measured on are together this many pixels long.
#define MIN_SLOPE_RUN_PX 400
#define MAX_SLOPE 0.2 // 11 degrees; beyond that the engine's lines are not lines
#define MAX_WORD_BYTES 256
// The engine uses the resolution for sizes in points only; one that is stated keeps it from
// guessing.
#define ASSUMED_DPI 300
// A word of the second pass is new if it shares no more than this part of its area, and is not
// noise if the engine is this sure of it.
#define MAX_OVERLAP 0.1
#define MIN_ADDED_CONFIDENCE 0.3
// Connected black specks of a page: letters, dots, dirt. Looking for lines costs more than
// their square, and no deadline is looked at meanwhile: 17,000 took no time to speak of, 79,000
// (a page under noise@64) more than ten minutes. Beyond this it is noise, and nothing is read.
#define MAX_SPECKS 30000

// libgomp, which libtesseract is linked with. The engine's loops ask for four threads each;
// pages are what runs in parallel here, so they get one. (OMP_THREAD_LIMIT would have to be in
// the environment before the program starts.)
extern void omp_set_max_active_levels(int max_levels) __attribute__((weak));

static void use_one_thread(void)
{
    if (omp_set_max_active_levels != NULL) omp_set_max_active_levels(0); // of this thread
}

static bool set_up(TessBaseAPI *api)
{
    // Variables of the whole process: nothing is written to stderr.
    setMsgSeverity(L_SEVERITY_NONE);
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    if (TessBaseAPIInit2(api, NULL, "eng", OEM_LSTM_ONLY) != 0) return false;
    return true;
}

void *perception_ocr_open(GError **error)
{
    static GMutex lock; // initialisation touches variables of the whole process
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    use_one_thread();
    TessBaseAPI *api = TessBaseAPICreate();
    if (set_up(api)) return api;
    perception_ocr_close(api);
    return ps_fail_null(error, PS_ERROR_UNAVAILABLE,
                        "tesseract cannot load its model \"eng\" (package tesseract-ocr-eng; "
                        "TESSDATA_PREFIX names the folder)");
}

void perception_ocr_close(void *ocr)
{
    if (ocr == NULL) return;
    TessBaseAPIEnd(ocr);
    TessBaseAPIDelete(ocr);
}

const char *perception_ocr_version(void)
{
    return TessVersion();
}

static bool read_word(const TessResultIterator *at, PsOcrWord *word)
{
    const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(at);
    PsBox *box = &word->box;
    if (!TessPageIteratorBoundingBox(place, RIL_WORD, &box->left_px, &box->top_px,
                                     &box->right_px, &box->bottom_px))
        return false;
    char *text = TessResultIteratorGetUTF8Text(at, RIL_WORD);
    if (text == NULL) return false;
    g_strstrip(text);
    bool is_usable =
        *text != '\0' && strlen(text) < MAX_WORD_BYTES && g_utf8_validate(text, -1, NULL);
    if (is_usable) word->text = g_strdup(text);
    TessDeleteText(text);
    word->confidence = CLAMP(TessResultIteratorConfidence(at, RIL_WORD) / 100, 0, 1);
    return is_usable;
}

// Adds the baseline of the line at `at` to the run and rise of all lines.
static void add_baseline(const TessResultIterator *at, double *run_px, double *rise_px)
{
    const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(at);
    int x1, y1, x2, y2;
    if (!TessPageIteratorIsAtBeginningOf(place, RIL_TEXTLINE)) return;
    if (!TessPageIteratorBaseline(place, RIL_TEXTLINE, &x1, &y1, &x2, &y2) || x2 <= x1) return;
    if (abs(y2 - y1) > MAX_SLOPE * (x2 - x1)) return;
    *run_px += x2 - x1;
    *rise_px += y2 - y1;
}

// What one page holds so far.
typedef struct {
    GArray *words; // PsOcrWord
    double run_px, rise_px;
} Gathered;

static int64_t area_px(int left_px, int top_px, int right_px, int bottom_px)
{
    return (int64_t)MAX(0, right_px - left_px) * MAX(0, bottom_px - top_px);
}

static bool overlaps(const PsBox *a, const PsBox *b)
{
    int64_t shared_px = area_px(MAX(a->left_px, b->left_px), MAX(a->top_px, b->top_px),
                                MIN(a->right_px, b->right_px), MIN(a->bottom_px, b->bottom_px));
    int64_t smaller_px = MIN(area_px(a->left_px, a->top_px, a->right_px, a->bottom_px),
                             area_px(b->left_px, b->top_px, b->right_px, b->bottom_px));
    return (double)shared_px > MAX_OVERLAP * (double)smaller_px;
}

// Whether word is to be added to the first n_before words, which an earlier pass found.
static bool is_new(const Gathered *page, guint n_before, const PsOcrWord *word)
{
    if (n_before > 0 && word->confidence < MIN_ADDED_CONFIDENCE) return false;
    for (guint i = 0; i < n_before; i++)
        if (overlaps(&g_array_index(page->words, PsOcrWord, i).box, &word->box)) return false;
    return true;
}

static void gather(TessBaseAPI *api, Gathered *page)
{
    guint n_before = page->words->len;
    TessResultIterator *at = TessBaseAPIGetIterator(api);
    while (at != NULL && page->words->len < PS_OCR_MAX_WORDS) {
        PsOcrWord word;
        add_baseline(at, &page->run_px, &page->rise_px);
        if (read_word(at, &word)) {
            if (is_new(page, n_before, &word))
                g_array_append_val(page->words, word);
            else
                g_free(word.text);
        }
        if (!TessResultIteratorNext(at, RIL_WORD)) break;
    }
    TessResultIteratorDelete(at);
}

static void drop(Gathered *page)
{
    for (guint i = 0; i < page->words->len; i++)
        g_free(g_array_index(page->words, PsOcrWord, i).text);
    g_array_unref(page->words);
}

static PsOcrPage *finish(Gathered *gathered)
{
    PsOcrPage *page = g_new(PsOcrPage, 1);
    *page = (PsOcrPage){.n_words = gathered->words->len};
    page->words = (PsOcrWord *)(void *)g_array_free(gathered->words, FALSE);
    if (gathered->run_px >= MIN_SLOPE_RUN_PX)
        page->slope = gathered->rise_px / gathered->run_px;
    return page;
}

static int recognise(TessBaseAPI *api, int64_t limit_ns)
{
    if (limit_ns <= 0) return TessBaseAPIRecognize(api, NULL);
    ETEXT_DESC *monitor = TessMonitorCreate();
    TessMonitorSetDeadlineMSecs(monitor, (int)CLAMP(limit_ns / 1000000, 1, G_MAXINT));
    int status = TessBaseAPIRecognize(api, monitor);
    TessMonitorDelete(monitor);
    return status;
}

// Of the page as the engine sees it, black on white.
static int count_specks(TessBaseAPI *api)
{
    struct Pix *page = TessBaseAPIGetThresholdedImage(api);
    int n_specks = 0;
    if (page != NULL) pixCountConnComp(page, 8, &n_specks);
    pixDestroy(&page);
    return n_specks;
}

static int pass(TessBaseAPI *api,
                const PsImage *image,
                TessPageSegMode mode,
                int64_t limit_ns,
                Gathered *page)
{
    TessBaseAPISetPageSegMode(api, mode);
    TessBaseAPISetImage(api, image->pixels, image->width_px, image->height_px, image->n_bands,
                        image->width_px * image->n_bands);
    TessBaseAPISetSourceResolution(api, ASSUMED_DPI);
    const bool is_noise = count_specks(api) > MAX_SPECKS;
    int status = is_noise ? 0 : recognise(api, limit_ns);
    if (status == 0 && !is_noise) gather(api, page);
    TessBaseAPIClear(api); // the picture and its words: as much memory as the page needed
    return status;
}

PsOcrPage *
perception_ocr_read(void *ocr, const PsImage *image, int64_t limit_ns, GError **error)
{
    if ((uint64_t)image->width_px * (uint64_t)image->height_px > PS_OCR_MAX_PIXELS)
        return ps_fail_null(error, PS_ERROR_DATA,
                            "the page has %d × %d pixels, the limit is %u", image->width_px,
                            image->height_px, PS_OCR_MAX_PIXELS);
    use_one_thread();
    TessBaseAPIClearAdaptiveClassifier(ocr);
    Gathered gathered = {.words = g_array_new(FALSE, FALSE, sizeof(PsOcrWord))};
    int status = pass(ocr, image, PSM_AUTO, limit_ns, &gathered);
    if (status == 0) status = pass(ocr, image, PSM_SPARSE_TEXT, limit_ns, &gathered);
    if (status == 0) return finish(&gathered);
    drop(&gathered);
    return ps_fail_null(error, PS_ERROR_DATA, "tesseract gives up on the page (%d)", status);
}
