// Series to HDF5: a dataset a channel, without dates, so that the same series gives the same
// bytes.
#include "harness/error.h"
#include "harness/media/codec.h"
#include "harness/media/hdf5.h"

#include <string.h>

static bool write_attribute(hid_t object, const char *name, hid_t type, const void *value)
{
    g_auto(Hdf5Id) space = H5Screate(H5S_SCALAR);
    g_auto(Hdf5Id) attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    return attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
}

static bool write_unit(hid_t dataset, const char *unit)
{
    if (*unit == '\0') return true;
    g_auto(Hdf5Id) type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(unit));
    H5Tset_cset(type, H5T_CSET_UTF8);
    return write_attribute(dataset, "units", type, unit);
}

// A dataset of the channel's own name, or, if that cannot be or is taken, of its number.
static hid_t
create_dataset(hid_t file, const PsChannel *channel, size_t number, size_t n_rows, hid_t type)
{
    hsize_t side = n_rows;
    g_autofree char *numbered = g_strdup_printf("channel %zu", number + 1);
    bool is_name = *channel->name != '\0' && strchr(channel->name, '/') == NULL
                   && strcmp(channel->name, ".") != 0
                   && H5Lexists(file, channel->name, H5P_DEFAULT) == 0;
    g_auto(Hdf5Id) creation = H5Pcreate(H5P_DATASET_CREATE);
    g_auto(Hdf5Id) space = H5Screate_simple(1, &side, NULL);
    H5Pset_obj_track_times(creation, false);
    return H5Dcreate2(file, is_name ? channel->name : numbered, type, space, H5P_DEFAULT,
                      creation, H5P_DEFAULT);
}

static bool write_numbers(hid_t file, const PsChannel *channel, size_t number, size_t n_rows)
{
    g_auto(Hdf5Id) dataset = create_dataset(file, channel, number, n_rows, H5T_IEEE_F64LE);
    return dataset >= 0
           && H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                       channel->values)
                  >= 0
           && write_unit(dataset, channel->unit);
}

static size_t longest_word(const PsChannel *channel, size_t n_rows)
{
    size_t longest = 1;
    for (size_t row = 0; row < n_rows; row++)
        if (channel->words[row] != NULL) longest = MAX(longest, strlen(channel->words[row]));
    return longest;
}

// Words of one length, filled up with zeros.
static bool write_words(hid_t file, const PsChannel *channel, size_t number, size_t n_rows)
{
    size_t size = longest_word(channel, n_rows);
    g_autofree char *all =
        n_rows <= PS_MEDIA_MAX_BYTES / size ? g_try_malloc0_n(n_rows, size) : NULL;
    if (all == NULL) return false;
    for (size_t row = 0; row < n_rows; row++)
        if (channel->words[row] != NULL)
            memcpy(all + row * size, channel->words[row], strlen(channel->words[row]));
    g_auto(Hdf5Id) type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    g_auto(Hdf5Id) dataset = create_dataset(file, channel, number, n_rows, type);
    return dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0;
}

static bool write_channel(hid_t file, const PsChannel *channel, size_t number, size_t n_rows)
{
    return channel->words != NULL ? write_words(file, channel, number, n_rows)
                                  : write_numbers(file, channel, number, n_rows);
}

static GBytes *file_image(hid_t file)
{
    if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) return NULL;
    ssize_t length = H5Fget_file_image(file, NULL, 0);
    void *bytes = length > 0 ? g_try_malloc((size_t)length) : NULL;
    if (bytes == NULL || H5Fget_file_image(file, bytes, (size_t)length) != length)
        return g_free(bytes), NULL;
    return g_bytes_new_take(bytes, (size_t)length);
}

PsMedia *ps_hdf5_series_encode(const PsSeries *series, GError **error)
{
    hdf5_set_up();
    g_auto(Hdf5Id) access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false);
    g_auto(Hdf5Id) file = H5Fcreate("series", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    bool is_ok = file >= 0
                 && (series->rate_hz == 0
                     || write_attribute(file, "rate_hz", H5T_NATIVE_DOUBLE, &series->rate_hz));
    for (size_t i = 0; is_ok && i < series->n_channels; i++)
        is_ok = write_channel(file, &series->channels[i], i, series->n_rows);
    g_autoptr(GBytes) bytes = is_ok ? file_image(file) : NULL;
    if (bytes == NULL)
        return ps_fail_null(error, PS_ERROR_DATA,
                            "%zu rows of %zu channels cannot be written as HDF5",
                            series->n_rows, series->n_channels);
    return ps_media_new(bytes, "application/x-hdf5", NULL);
}
