// The eighty kinds of object of COCO (cocodataset.org, 2014 and 2017), and English words for
// them. The words are this project's own choice, so counts differ a little from those with
// other lists.
#pragma once

// The kind that word (lower case, singular) names, or NULL. Static storage. Thread-safe.
const char *ps_coco_object_find(const char *word);
