// Series in HDF5 files as others write them, and as nobody should.
#include "harness/error.h"
#include "harness/series.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

// A file in memory, closed and taken as media at the end.
static hid_t open_file(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false);
    hid_t file = H5Fcreate("test", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    cr_assert(file >= 0);
    return file;
}

static PsMedia *take_file(hid_t file)
{
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    ssize_t length = H5Fget_file_image(file, NULL, 0);
    void *bytes = g_malloc((size_t)length);
    cr_assert_eq(H5Fget_file_image(file, bytes, (size_t)length), length);
    H5Fclose(file);
    g_autoptr(GBytes) taken = g_bytes_new_take(bytes, (size_t)length);
    return ps_media_new(taken, NULL, "series.h5");
}

static void write_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE); // as h5py writes them
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(H5Awrite(attribute, type, &text) >= 0);
    H5Aclose(attribute);
}

static void write_number(hid_t object, const char *name, double value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        H5Acreate2(object, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
}

// A dataset of 16-bit numbers 0, 1, 2 …; chunk > 0: of that many rows, deflated and shuffled.
static hid_t
write_counts(hid_t group, const char *name, int n_dims, const hsize_t *sides, hsize_t chunk)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE),
          space = H5Screate_simple(n_dims, sides, NULL);
    hsize_t chunks[2] = {chunk, sides[1]};
    if (chunk > 0) {
        H5Pset_chunk(creation, n_dims, chunks);
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 9);
        H5Pset_fletcher32(creation);
    }
    hid_t dataset =
        H5Dcreate2(group, name, H5T_STD_I16BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    cr_assert(dataset >= 0);
    size_t n = (size_t)(sides[0] * (n_dims > 1 ? sides[1] : 1));
    g_autofree int *values = g_new(int, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (int)i;
    cr_assert(H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    return dataset;
}

static PsSeries *decode(PsMedia *media)
{
    g_autoptr(GError) error = NULL;
    PsSeries *series = ps_series_decode(media, &error);
    cr_assert(series != NULL, "%s", error != NULL ? error->message : "");
    ps_media_free(media);
    return series;
}

static void expect_error(PsMedia *media, const char *problem)
{
    g_autoptr(GError) error = NULL;
    cr_expect_null(ps_series_decode(media, &error));
    cr_assert(g_error_matches(error, PS_ERROR, PS_ERROR_DATA));
    cr_expect(strstr(error->message, problem) != NULL, "%s", error->message);
    ps_media_free(media);
}

Test(series_hdf5, a_matrix_has_a_channel_a_column)
{
    hid_t file = open_file();
    hid_t dataset = write_counts(file, "acc", 2, (hsize_t[]){5, 3}, 2);
    write_text(dataset, "columns", "x,y, z");
    write_text(dataset, "units", "m/s²");
    write_number(dataset, "rate_hz", 50);
    H5Dclose(dataset);
    g_autoptr(PsSeries) series = decode(take_file(file));
    cr_assert_eq(series->n_channels, 3);
    cr_expect_eq(series->n_rows, 5);
    cr_expect_eq(series->rate_hz, 50);
    cr_expect_str_eq(series->channels[2].name, "z");
    cr_expect_str_eq(series->channels[1].unit, "m/s²");
    cr_expect_eq(series->channels[2].values[4], 14);
}

Test(series_hdf5, datasets_of_the_only_group_are_channels)
{
    hid_t file = open_file();
    hid_t group = H5Gcreate2(file, "run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    write_number(group, "rate_hz", 8);
    H5Dclose(write_counts(group, "b", 1, (hsize_t[]){4, 1}, 0));
    H5Dclose(write_counts(group, "a", 1, (hsize_t[]){4, 1}, 3));
    H5Gclose(group);
    g_autoptr(PsSeries) series = decode(take_file(file));
    cr_assert_eq(series->n_channels, 2);
    cr_expect_str_eq(series->channels[0].name, "a");
    cr_expect_eq(series->channels[0].values[3], 3);
    cr_expect_eq(series->rate_hz, 8);
}

typedef struct {
    float temperature;
    char place[6];
    int count;
} Row;

Test(series_hdf5, a_table_has_a_channel_a_member)
{
    static const Row rows[] = {{1.5f, "north", 3}, {NAN, "", 4}};
    hid_t file = open_file(), type = H5Tcreate(H5T_COMPOUND, sizeof(Row));
    hid_t word = H5Tcopy(H5T_C_S1);
    H5Tset_size(word, 6);
    H5Tinsert(type, "temperature", offsetof(Row, temperature), H5T_NATIVE_FLOAT);
    H5Tinsert(type, "place", offsetof(Row, place), word);
    H5Tinsert(type, "count", offsetof(Row, count), H5T_NATIVE_INT);
    hid_t space = H5Screate_simple(1, (hsize_t[]){2}, NULL);
    hid_t dataset =
        H5Dcreate2(file, "table", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
    H5Dclose(dataset);
    g_autoptr(PsSeries) series = decode(take_file(file));
    cr_assert_eq(series->n_channels, 3);
    cr_expect_str_eq(series->channels[0].name, "temperature");
    cr_expect_eq(series->channels[0].values[0], 1.5);
    cr_expect(isnan(series->channels[0].values[1]));
    cr_assert_not_null(series->channels[1].words);
    cr_expect_str_eq(series->channels[1].words[0], "north");
    cr_expect_null(series->channels[1].words[1]);
    cr_expect_eq(series->channels[2].values[1], 4);
}

Test(series_hdf5, what_is_no_series_is_an_error)
{
    hid_t file = open_file();
    expect_error(take_file(file), "holds no dataset");
    file = open_file();
    H5Dclose(write_counts(file, "a", 1, (hsize_t[]){4, 1}, 0));
    H5Dclose(write_counts(file, "b", 1, (hsize_t[]){5, 1}, 0));
    expect_error(take_file(file), "b: 5 rows where others have 4");
    file = open_file();
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, (hsize_t[]){2}, NULL);
    H5Tset_size(type, H5T_VARIABLE);
    H5Dclose(H5Dcreate2(file, "words", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    expect_error(take_file(file), "words: does not hold numbers or words of a fixed length");
    file = open_file();
    hid_t cube = H5Screate_simple(3, (hsize_t[]){2, 2, 2}, NULL);
    H5Dclose(
        H5Dcreate2(file, "cube", H5T_NATIVE_INT, cube, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    expect_error(take_file(file), "cube: neither one nor two dimensions");
}

Test(series_hdf5, too_many_values_are_refused_before_they_are_read)
{
    hid_t file = open_file(), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 1, (hsize_t[]){1024});
    hid_t space = H5Screate_simple(1, (hsize_t[]){(hsize_t)1 << 40}, NULL);
    H5Dclose(
        H5Dcreate2(file, "long", H5T_NATIVE_INT, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    expect_error(take_file(file), "long: 1099511627776 rows");
}

Test(series_hdf5, links_into_other_files_are_not_followed)
{
    hid_t file = open_file();
    H5Lcreate_external("/etc/passwd", "/", file, "other", H5P_DEFAULT, H5P_DEFAULT);
    expect_error(take_file(file), "holds no dataset");
}

Test(series_hdf5, external_storage_is_refused)
{
    hid_t file = open_file(), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(creation, "/etc/passwd", 0, 16);
    hid_t space = H5Screate_simple(1, (hsize_t[]){2}, NULL);
    H5Dclose(
        H5Dcreate2(file, "a", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    expect_error(take_file(file), "a: damaged, or not stored as plain numbers");
}

// A chunk that claims 8 KB and inflates to 64 MB.
Test(series_hdf5, a_chunk_that_inflates_beyond_its_size_is_refused)
{
    hid_t file = open_file(), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(1, (hsize_t[]){1024}, NULL);
    H5Pset_chunk(creation, 1, (hsize_t[]){1024});
    H5Pset_deflate(creation, 9);
    hid_t dataset =
        H5Dcreate2(file, "a", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    uLong n_bomb = 64 << 20, n_written = compressBound(n_bomb);
    g_autofree uint8_t *zeros = g_malloc0(n_bomb), *bomb = g_malloc(n_written);
    cr_assert_eq(compress2(bomb, &n_written, zeros, n_bomb, 9), Z_OK);
    cr_assert(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, (hsize_t[]){0}, n_written, bomb) >= 0);
    H5Dclose(dataset);
    expect_error(take_file(file), "a: damaged, or not stored as plain numbers");
}
