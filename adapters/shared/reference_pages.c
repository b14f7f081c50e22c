#include "adapters/shared/reference_pages.h"

#include "harness/sha256.h"

#include <string.h>

struct PsSharedPage {
    gatomicrefcount n_users;
    PsOcrPage *page;
};

typedef struct {
    char *key;          // SHA-256 of the picture; NULL: free
    PsSharedPage *page; // NULL while it is being read
    uint64_t used_at;   // a count of uses, not a time
} Slot;

static GMutex lock;
static GCond changed;
static Slot slots[PS_PAGES_KEPT];
static uint64_t n_uses;

const PsOcrPage *ps_shared_page_get(const PsSharedPage *page)
{
    return page->page;
}

static PsSharedPage *shared_page_new(PsOcrPage *page)
{
    PsSharedPage *shared = g_new(PsSharedPage, 1);
    g_atomic_ref_count_init(&shared->n_users);
    shared->page = page;
    return shared;
}

static PsSharedPage *shared_page_use(PsSharedPage *page)
{
    g_atomic_ref_count_inc(&page->n_users);
    return page;
}

void ps_shared_page_release(PsSharedPage *page)
{
    if (page == NULL || !g_atomic_ref_count_dec(&page->n_users)) return;
    ps_ocr_page_free(page->page);
    g_free(page);
}

static Slot *find_slot(const char *key)
{
    for (size_t i = 0; i < PS_PAGES_KEPT; i++)
        if (slots[i].key != NULL && strcmp(slots[i].key, key) == 0) return &slots[i];
    return NULL;
}

static void free_slot(Slot *slot)
{
    g_clear_pointer(&slot->key, g_free);
    g_clear_pointer(&slot->page, ps_shared_page_release);
}

// The slot whose page was used longest ago, emptied; NULL if all are being read.
static Slot *take_slot(void)
{
    Slot *oldest = NULL;
    for (size_t i = 0; i < PS_PAGES_KEPT; i++) {
        Slot *slot = &slots[i];
        if (slot->key == NULL) return slot;
        if (slot->page != NULL && (oldest == NULL || slot->used_at < oldest->used_at))
            oldest = slot;
    }
    if (oldest != NULL) free_slot(oldest);
    return oldest;
}

// A kept page, after waiting for one that is being read; NULL: the caller is to read it.
static PsSharedPage *find_or_promise(const char *key)
{
    g_mutex_lock(&lock);
    Slot *slot;
    while ((slot = find_slot(key)) != NULL && slot->page == NULL)
        g_cond_wait(&changed, &lock);
    PsSharedPage *page = slot != NULL ? shared_page_use(slot->page) : NULL;
    if (slot == NULL && (slot = take_slot()) != NULL) slot->key = g_strdup(key);
    if (slot != NULL) slot->used_at = ++n_uses;
    g_mutex_unlock(&lock);
    return page;
}

// Keeps what the promise was for, or (page NULL) lets the next one try.
static void keep(const char *key, PsSharedPage *page)
{
    g_mutex_lock(&lock);
    Slot *slot = find_slot(key);
    if (slot != NULL && page != NULL) slot->page = shared_page_use(page);
    if (slot != NULL && page == NULL) free_slot(slot);
    g_cond_broadcast(&changed);
    g_mutex_unlock(&lock);
}

PsSharedPage *
ps_pages_get(const PsMedia *picture, PsPageReader reader, void *user_data, GError **error)
{
    g_autofree char *key = ps_sha256_of_bytes(picture->bytes);
    PsSharedPage *page = find_or_promise(key);
    if (page != NULL) return page;
    bool is_whole = true;
    PsOcrPage *read = reader(user_data, &is_whole, error);
    if (read != NULL) page = shared_page_new(read);
    keep(key, is_whole ? page : NULL);
    return page;
}
