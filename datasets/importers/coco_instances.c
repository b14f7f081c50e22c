// COCO instances: images[], annotations[] with boxes, categories[].
#include "harness/importer.h"

typedef struct {
    const char *images;
    PsImportIndex *boxes;      // by image_id
    PsImportIndex *categories; // by id
} Context;

static bool is_box(const cJSON *box)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, box) if (!cJSON_IsNumber(one)) return false;
    return cJSON_IsArray(box) && cJSON_GetArraySize(box) == 4;
}

// A box as detection_ap wants its references.
static char *
box_json(const Context *context, const cJSON *annotation, char **label, GError **error)
{
    g_autofree char *category = ps_import_need(annotation, "category_id", error);
    g_autoptr(cJSON) named =
        category != NULL ? ps_import_index_find(context->categories, category, 0) : NULL;
    const cJSON *box = cJSON_GetObjectItemCaseSensitive(annotation, "bbox");
    if (category == NULL) return NULL;
    *label = ps_import_text_of(named, "name");
    if (*label == NULL)
        return ps_fail_null(error, PS_ERROR_DATA, "category %s has no name", category);
    if (!is_box(box)) return ps_fail_null(error, PS_ERROR_DATA, "a bbox is not four numbers");
    g_autoptr(cJSON) out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "label", *label);
    cJSON_AddItemToObject(out, "box", cJSON_Duplicate(box, true));
    cJSON_AddNumberToObject(out, "area", ps_json_number(annotation, "area", 0));
    if (ps_json_number(annotation, "iscrowd", 0) != 0) cJSON_AddTrueToObject(out, "crowd");
    char *printed = cJSON_PrintUnformatted(out), *json = g_strdup(printed);
    cJSON_free(printed);
    return json;
}

// The boxes of a picture, and which kinds of thing are there.
static bool
add_boxes(PsImportSink *sink, const Context *context, const char *id, GError **error)
{
    g_autoptr(GString) objects = g_string_new(NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t n = 0;; n++) {
        g_autoptr(cJSON) annotation = ps_import_index_find(context->boxes, id, n);
        g_autofree char *label = NULL;
        if (annotation == NULL) break;
        g_autofree char *json = box_json(context, annotation, &label, error);
        if (json == NULL) return false;
        ps_import_repeat_reference(sink, json);
        if (g_hash_table_add(seen, g_strdup(label)))
            g_string_append_printf(objects, "%s%s", objects->len > 0 ? ", " : "", label);
    }
    ps_import_add_attribute(sink, "objects", objects->str);
    return true;
}

static bool add_image(PsImportSink *sink, const cJSON *record, void *data, GError **error)
{
    const Context *context = data;
    g_autofree char *id = ps_import_need(record, "id", error);
    g_autofree char *name = id != NULL ? ps_import_need(record, "file_name", error) : NULL;
    if (name == NULL) return false;
    ps_import_begin(sink, id);
    return ps_import_add_file(sink, PS_PART_IMAGE, context->images, name, error)
           && add_boxes(sink, context, id, error) && ps_import_end(sink, error);
}

static bool import(const PsImportSource *source, PsImportSink *sink, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(source->path);
    g_autoptr(PsImportIndex) boxes =
        ps_import_index_new(source->path, "annotations", "image_id", sink, error);
    g_autoptr(PsImportIndex) categories =
        boxes != NULL ? ps_import_index_new(source->path, "categories", "id", sink, error)
                      : NULL;
    if (categories == NULL) return false;
    Context context = {source->images != NULL ? source->images : folder, boxes, categories};
    if (!ps_import_elements(source->path, "images", sink, add_image, &context, error))
        return false;
    ps_import_index_note_rest(boxes, sink);
    return true;
}

const PsImporter ps_importer_coco_instances = {
    .name = "coco_instances",
    .source = "FILE.json",
    .summary = "COCO instances: boxes, and which objects are in a picture (for CHAIR)",
    .metrics = "detection_ap, detection_ap50, detection_ap75",
    .prompt = "List every object as a JSON array of {\\\"label\\\", \\\"box\\\": [x, y, width, "
              "height], "
              "\\\"score\\\"}.",
    .import = import,
};
