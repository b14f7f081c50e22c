// Series in HDF5. What is read: the datasets of the root group, or, if it has none, of its only
// group: numbers (whole or not) in one dimension, a channel each, or in two ([rows, channels]),
// and one table of the compound kind, whose numeric members are channels. All have as many
// rows. Attributes: "units" or "unit" (text; one for all, or one a column, separated by commas)
// and "columns" of a dataset; "rate_hz" of a dataset or of the file.
//
// A file may come from anywhere: it is opened in memory, its own links into other files,
// virtual and external storage and every filter but deflate, shuffle and checksums are refused,
// sizes are bounded before anything is read, and each deflated chunk is first inflated here
// into a buffer of the size it claims, since HDF5's own inflating grows without bound.
#include "harness/error.h"
#include "harness/media/codec.h"
#include "harness/media/hdf5.h"

#include <math.h>
#include <string.h>

#define TEXT_MOST_BYTES 65536
#define WORD_MOST_BYTES 4096
#define DATASETS_MOST PS_SERIES_MAX_CHANNELS

typedef struct {
    GArray *channels; // PsChannel, of n_rows each
    size_t n_rows;
    double rate_hz;
    GError *error;
} Reading;

// ---- attributes

// The text of an attribute of a fixed or variable length, or NULL. The caller's.
static char *text_attribute(hid_t object, const char *name)
{
    if (H5Aexists(object, name) <= 0) return NULL;
    g_auto(Hdf5Id) attribute = H5Aopen(object, name, H5P_DEFAULT);
    g_auto(Hdf5Id) type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    g_auto(Hdf5Id) space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    if (type < 0 || space < 0 || H5Tget_class(type) != H5T_STRING
        || H5Sget_simple_extent_npoints(space) != 1)
        return NULL;
    size_t size = H5Tget_size(type);
    if (H5Tis_variable_str(type) > 0) {
        char *text = NULL;
        g_auto(Hdf5Id) wanted = H5Tcopy(H5T_C_S1);
        H5Tset_size(wanted, H5T_VARIABLE);
        H5Tset_cset(wanted, H5Tget_cset(type));
        if (H5Aread(attribute, wanted, &text) < 0 || text == NULL) return NULL;
        char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, TEXT_MOST_BYTES));
        H5free_memory(text);
        return valid;
    }
    if (size == 0 || size > TEXT_MOST_BYTES) return NULL;
    g_autofree char *text = g_malloc0(size + 1);
    return H5Aread(attribute, type, text) >= 0 ? g_utf8_make_valid(text, -1) : NULL;
}

static double number_attribute(hid_t object, const char *name)
{
    double value = 0;
    if (H5Aexists(object, name) <= 0) return 0;
    g_auto(Hdf5Id) attribute = H5Aopen(object, name, H5P_DEFAULT);
    g_auto(Hdf5Id) type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    g_auto(Hdf5Id) space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    if (type < 0 || space < 0 || H5Sget_simple_extent_npoints(space) != 1) return 0;
    H5T_class_t class = H5Tget_class(type);
    if ((class != H5T_FLOAT && class != H5T_INTEGER)
        || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
        return 0;
    return isfinite(value) ? value : 0;
}

static char *units_attribute(hid_t object)
{
    char *units = text_attribute(object, "units");
    return units != NULL ? units : text_attribute(object, "unit");
}

// ---- what a dataset may look like

static bool is_number(hid_t type)
{
    H5T_class_t class = H5Tget_class(type);
    return (class == H5T_FLOAT || class == H5T_INTEGER) && H5Tget_size(type) <= 16;
}

static bool has_words(hid_t type)
{
    return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0
           && H5Tget_size(type) > 0 && H5Tget_size(type) <= WORD_MOST_BYTES;
}

static bool set_n_rows(Reading *reading, const char *name, hsize_t n_rows, hsize_t n_channels)
{
    if (n_rows == 0 || n_channels == 0
        || n_channels > PS_SERIES_MAX_CHANNELS - reading->channels->len
        || n_rows > PS_SERIES_MAX_VALUES / (reading->channels->len + n_channels))
        return ps_fail(&reading->error, PS_ERROR_DATA, "%s: %llu rows of %llu channels", name,
                       (unsigned long long)n_rows, (unsigned long long)n_channels);
    if (reading->channels->len > 0 && n_rows != reading->n_rows)
        return ps_fail(&reading->error, PS_ERROR_DATA, "%s: %llu rows where others have %zu",
                       name, (unsigned long long)n_rows, reading->n_rows);
    reading->n_rows = (size_t)n_rows;
    return true;
}

// ---- reading

// A new channel with room for numbers or words; NULL if there is no memory.
static PsChannel *add_channel(Reading *reading, char *name, const char *unit, bool is_words)
{
    PsChannel channel = {.name = name,
                         .unit = g_strdup(unit != NULL ? unit : ""),
                         .values = is_words ? NULL : g_try_new(double, reading->n_rows),
                         .words = is_words ? g_try_new0(char *, reading->n_rows) : NULL};
    g_array_append_val(reading->channels, channel);
    PsChannel *added = &g_array_index(reading->channels, PsChannel, reading->channels->len - 1);
    return added->values != NULL || added->words != NULL ? added : NULL;
}

static bool damaged(Reading *reading, const char *name)
{
    return ps_fail(&reading->error, PS_ERROR_DATA,
                   "%s: damaged, or not stored as plain numbers (deflate is the only "
                   "compression that is read)",
                   name);
}

static void mark_missing(PsChannel *channel, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
        if (!isfinite(channel->values[i])) channel->values[i] = NAN;
}

// The i-th of a list separated by commas, or the whole if it is but one; NULL past its end.
static char *nth(const char *list, size_t i)
{
    if (list == NULL) return NULL;
    g_auto(GStrv) words = g_strsplit(list, ",", (gint)PS_SERIES_MAX_CHANNELS + 1);
    size_t n_words = g_strv_length(words);
    if (n_words == 1) return g_strdup(list);
    return i < n_words ? g_strdup(g_strstrip(words[i])) : NULL;
}

static char *column_name(const char *columns, const char *dataset, size_t i, size_t n)
{
    g_autofree char *stated =
        n > 1 && columns != NULL && strchr(columns, ',') ? nth(columns, i) : NULL;
    if (stated != NULL) return g_steal_pointer(&stated);
    return n == 1 ? g_strdup(dataset) : g_strdup_printf("%s %zu", dataset, i + 1);
}

static bool read_matrix(Reading *reading, hid_t dataset, const char *name, hsize_t n_columns)
{
    g_autofree char *units = units_attribute(dataset),
                    *columns = text_attribute(dataset, "columns");
    g_autofree double *all = g_try_new(double, reading->n_rows *n_columns);
    if (all == NULL
        || H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) < 0)
        return damaged(reading, name);
    for (size_t c = 0; c < n_columns; c++) {
        g_autofree char *unit = nth(units, c);
        PsChannel *channel =
            add_channel(reading, column_name(columns, name, c, n_columns), unit, false);
        if (channel == NULL) return damaged(reading, name);
        for (size_t row = 0; row < reading->n_rows; row++)
            channel->values[row] = all[row * n_columns + c];
        mark_missing(channel, reading->n_rows);
    }
    return true;
}

// Reads dataset as `wanted`, which is a word of size bytes or a compound of one.
static bool read_words(Reading *reading,
                       hid_t dataset,
                       hid_t wanted,
                       size_t size,
                       PsChannel *channel,
                       const char *name)
{
    bool fits = reading->n_rows <= PS_MEDIA_MAX_BYTES / size;
    g_autofree char *all = fits ? g_try_malloc(reading->n_rows * size) : NULL;
    if (all == NULL || H5Dread(dataset, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) < 0)
        return damaged(reading, name);
    for (size_t row = 0; row < reading->n_rows; row++) {
        const char *word = all + row * size;
        g_autofree char *valid = g_utf8_make_valid(word, (gssize)strnlen(word, size));
        g_strchomp(valid); // Fortran pads with spaces
        if (*valid != '\0') channel->words[row] = g_steal_pointer(&valid);
    }
    return true;
}

// A type of memory for one member of a compound alone.
static hid_t member_alone(const char *member, hid_t of_type)
{
    hid_t alone = H5Tcreate(H5T_COMPOUND, H5Tget_size(of_type));
    if (alone >= 0 && H5Tinsert(alone, member, 0, of_type) >= 0) return alone;
    hdf5_id_close(alone);
    return -1;
}

static bool read_member(
    Reading *reading, hid_t dataset, const char *member, hid_t type, char *unit, bool is_words)
{
    g_auto(Hdf5Id) alone = member_alone(member, type);
    PsChannel *channel =
        alone >= 0 ? add_channel(reading, g_utf8_make_valid(member, -1), unit, is_words) : NULL;
    if (channel == NULL) return damaged(reading, member);
    if (is_words)
        return read_words(reading, dataset, alone, H5Tget_size(type), channel, member);
    if (H5Dread(dataset, alone, H5S_ALL, H5S_ALL, H5P_DEFAULT, channel->values) < 0)
        return damaged(reading, member);
    mark_missing(channel, reading->n_rows);
    return true;
}

static bool read_table(Reading *reading, hid_t dataset, hid_t type, const char *name)
{
    g_autofree char *units = units_attribute(dataset);
    int n_members = H5Tget_nmembers(type);
    for (int i = 0; i < n_members; i++) {
        g_auto(Hdf5Id) member = H5Tget_member_type(type, (unsigned)i);
        g_autofree char *unit = nth(units, (size_t)i);
        char *member_name = H5Tget_member_name(type, (unsigned)i);
        bool is_words = has_words(member), is_readable = is_words || is_number(member);
        bool is_read = member_name != NULL && is_readable
                       && read_member(reading, dataset, member_name,
                                      is_words ? member : H5T_NATIVE_DOUBLE, unit, is_words);
        H5free_memory(member_name);
        if (!is_readable)
            return ps_fail(&reading->error, PS_ERROR_DATA,
                           "%s: column %d does not hold numbers or words of a fixed length",
                           name, i + 1);
        if (!is_read) return false;
    }
    return true;
}

static bool read_list_of_words(Reading *reading, hid_t dataset, hid_t type, const char *name)
{
    PsChannel *channel = add_channel(reading, g_strdup(name), "", true);
    if (channel == NULL) return damaged(reading, name);
    return read_words(reading, dataset, type, H5Tget_size(type), channel, name);
}

static bool read_dataset(Reading *reading, hid_t dataset, const char *name)
{
    g_auto(Hdf5Id) type = H5Dget_type(dataset);
    g_auto(Hdf5Id) space = H5Dget_space(dataset);
    hsize_t sides[2] = {0, 1};
    int n_dims = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    if (type < 0 || n_dims < 1 || n_dims > 2
        || H5Sget_simple_extent_dims(space, sides, NULL) < 0)
        return ps_fail(&reading->error, PS_ERROR_DATA, "%s: neither one nor two dimensions",
                       name);
    bool is_table =
        H5Tget_class(type) == H5T_COMPOUND && n_dims == 1 && H5Tget_size(type) <= 65536;
    bool is_words = has_words(type) && n_dims == 1;
    if (!is_table && !is_words && !is_number(type))
        return ps_fail(&reading->error, PS_ERROR_DATA,
                       "%s: does not hold numbers or words of a fixed length", name);
    hsize_t n_channels = is_table ? (hsize_t)MAX(H5Tget_nmembers(type), 0) : sides[1];
    if (!set_n_rows(reading, name, sides[0], n_channels)) return false;
    if (!hdf5_is_stored_safely(dataset, n_dims, H5Tget_size(type)))
        return damaged(reading, name);
    double rate_hz = number_attribute(dataset, "rate_hz");
    if (rate_hz > 0) reading->rate_hz = rate_hz;
    if (is_words) return read_list_of_words(reading, dataset, type, name);
    return is_table ? read_table(reading, dataset, type, name)
                    : read_matrix(reading, dataset, name, n_channels);
}

// ---- walking

// The name of link i, in the order of names; NULL if it leads into another file. The caller's.
static char *link_name(hid_t group, hsize_t i)
{
    H5L_info_t info;
    char name[1024];
    if (H5Lget_info_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, &info, H5P_DEFAULT) < 0
        || info.type != H5L_TYPE_HARD
        || H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name,
                              H5P_DEFAULT)
               <= 0)
        return NULL;
    return g_strdup(name);
}

static bool read_group(Reading *reading, hid_t group)
{
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) return true;
    for (hsize_t i = 0; i < MIN(info.nlinks, DATASETS_MOST); i++) {
        g_autofree char *name = link_name(group, i);
        if (name == NULL) continue;
        g_auto(Hdf5Id) object = H5Oopen(group, name, H5P_DEFAULT);
        if (object < 0 || H5Iget_type(object) != H5I_DATASET) continue;
        g_autofree char *shown = g_utf8_make_valid(name, -1);
        if (!read_dataset(reading, object, shown)) return false;
    }
    return true;
}

// The only group of a file whose root holds no dataset, or -1.
static hid_t only_group(hid_t file)
{
    H5G_info_t info;
    if (H5Gget_info(file, &info) < 0 || info.nlinks != 1) return -1;
    g_autofree char *name = link_name(file, 0);
    hid_t object = name != NULL ? H5Oopen(file, name, H5P_DEFAULT) : -1;
    if (object < 0 || H5Iget_type(object) == H5I_GROUP) return object;
    hdf5_id_close(object);
    return -1;
}

static bool read_file(Reading *reading, hid_t file)
{
    reading->rate_hz = number_attribute(file, "rate_hz");
    if (!read_group(reading, file)) return false;
    if (reading->channels->len > 0) return true;
    g_auto(Hdf5Id) group = only_group(file);
    if (group >= 0 && !read_group(reading, group)) return false;
    if (reading->rate_hz == 0 && group >= 0)
        reading->rate_hz = number_attribute(group, "rate_hz");
    return reading->channels->len > 0
           || ps_fail(&reading->error, PS_ERROR_DATA, "the HDF5 file holds no dataset");
}

static PsSeries *take_series(Reading *reading)
{
    PsSeries *series = g_new0(PsSeries, 1);
    bool is_rate = reading->rate_hz > 0 && reading->rate_hz <= 1e9;
    series->rate_hz = is_rate ? reading->rate_hz : 0;
    series->n_rows = reading->n_rows;
    series->n_channels = reading->channels->len;
    series->channels = g_array_steal(reading->channels, NULL);
    return series;
}

PsSeries *ps_hdf5_series_decode(const PsMedia *media, GError **error)
{
    size_t length;
    const void *bytes = g_bytes_get_data(media->bytes, &length);
    hdf5_set_up();
    g_auto(Hdf5Id) access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false);
    H5Pset_file_image(access, (void *)bytes, length);
    g_auto(Hdf5Id) file = H5Fopen("series", H5F_ACC_RDONLY, access);
    if (file < 0)
        return ps_fail_null(error, PS_ERROR_DATA, "%zu bytes are not an HDF5 file", length);
    Reading reading = {.channels = g_array_new(false, false, sizeof(PsChannel))};
    bool is_read = read_file(&reading, file);
    g_autoptr(PsSeries) series = take_series(&reading);
    g_array_unref(reading.channels);
    if (is_read) return g_steal_pointer(&series);
    g_propagate_error(error, reading.error);
    return NULL;
}
