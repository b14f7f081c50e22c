#include "metrics/shared/coco_objects.h"

#include <glib.h>

// A kind, and the other words for it, separated by "|". In the order of COCO.
static const struct {
    const char *kind, *words;
} objects[] = {
    {"person", "adult|athlete|baby|baker|batter|bicyclist|biker|boy|bride|camper|"
               "caller|chef|child|cop|coworker|cowboy|customer|cyclist|doctor|driver|"
               "farmer|father|female|fireman|firefighter|gentleman|girl|grandchild|"
               "groom|guy|hunter|kid|lady|male|man|mother|officer|passenger|patient|"
               "pedestrian|pitcher|player|policeman|politician|rider|sailor|shopper|"
               "sister|skateboarder|skater|skier|snowboarder|soldier|spectator|"
               "student|surfer|teenager|toddler|traveler|villager|waiter|walker|woman|"
               "worker"},
    {"bicycle", "bike|tricycle|unicycle"},
    {"car", "automobile|cab|convertible|coupe|hatchback|jeep|limo|limousine|"
            "minivan|sedan|suv|taxi|taxicab|van"},
    {"motorcycle", "moped|motorbike|scooter|motor bike|motor cycle"},
    {"airplane", "aircraft|airliner|biplane|jet|jetliner|monoplane|plane|seaplane|"
                 "air plane"},
    {"bus", "minibus|trolley"},
    {"train", "caboose|locomotive|tramway"},
    {"truck", "firetruck|lorry|pickup"},
    {"boat", "barge|battleship|canoe|catamaran|dinghy|ferry|ferryboat|freighter|"
             "houseboat|kayak|lifeboat|motorboat|pontoon|powerboat|riverboat|"
             "rowboat|sailboat|schooner|ship|skiff|speedboat|steamboat|steamship|"
             "trawler|tugboat|vessel|watercraft|yacht"},
    {"traffic light", "stoplight|streetlight|stop light|street light|traffic signal"},
    {"fire hydrant", "hydrant"},
    {"stop sign", ""},
    {"parking meter", ""},
    {"bench", "pew"},
    {"bird", "blackbird|crow|dove|duck|eagle|falcon|finch|goose|gull|hawk|heron|"
             "hummingbird|mallard|ostrich|owl|parakeet|parrot|pelican|pigeon|robin|"
             "seabird|seagull|sparrow|swan|waterfowl"},
    {"cat", "feline|kitten|kitty|tabby"},
    {"dog", "beagle|bulldog|canine|chihuahua|collie|corgi|dachshund|doberman|"
            "doggie|doggy|greyhound|hound|husky|labrador|mutt|pitbull|poodle|pug|"
            "pup|puppy|retriever|rottweiler|schnauzer|sheepdog|spaniel|terrier|"
            "whippet"},
    {"horse", "bronco|clydesdale|colt|foal|mare|mustang|palomino|pony|racehorse|"
              "stallion"},
    {"sheep", "ewe|goat|lamb|ram"},
    {"cow", "bison|buffalo|bull|calf|cattle|heifer|holstein|ox"},
    {"elephant", ""},
    {"bear", "panda"},
    {"zebra", ""},
    {"giraffe", ""},
    {"backpack", "knapsack|rucksack"},
    {"umbrella", "parasol"},
    {"handbag", "briefcase|purse|wallet"},
    {"tie", "bow|necktie"},
    {"suitcase", "luggage|suit case"},
    {"frisbee", ""},
    {"skis", "ski"},
    {"snowboard", ""},
    {"sports ball", "ball"},
    {"kite", ""},
    {"baseball bat", ""},
    {"baseball glove", ""},
    {"skateboard", ""},
    {"surfboard", "longboard|shortboard|skimboard|wakeboard"},
    {"tennis racket", "racket|racquet"},
    {"bottle", ""},
    {"wine glass", ""},
    {"cup", ""},
    {"fork", ""},
    {"knife", "pocketknife"},
    {"spoon", ""},
    {"bowl", "container"},
    {"banana", ""},
    {"apple", ""},
    {"sandwich", "burger|cheeseburger|hamburger|sub"},
    {"orange", ""},
    {"broccoli", ""},
    {"carrot", ""},
    {"hot dog", ""},
    {"pizza", ""},
    {"donut", "bagel|doughnut"},
    {"cake", "cheesecake|coffeecake|cupcake|pancake|shortcake"},
    {"chair", "seat|stool"},
    {"couch", "futon|loveseat|recliner|settee|sofa"},
    {"potted plant", "houseplant"},
    {"bed", ""},
    {"dining table", "desk|table"},
    {"toilet", "commode|lavatory|potty|urinal"},
    {"tv", "monitor|television"},
    {"laptop", "computer|macbook|netbook|notebook|laptop computer"},
    {"mouse", ""},
    {"remote", ""},
    {"keyboard", ""},
    {"cell phone", "cellphone|phone|smartphone|telephone|mobile phone"},
    {"microwave", ""},
    {"oven", "stove|stovetop"},
    {"toaster", ""},
    {"sink", ""},
    {"refrigerator", "freezer|fridge"},
    {"book", ""},
    {"clock", ""},
    {"vase", ""},
    {"scissors", ""},
    {"teddy bear", "teddybear"},
    {"hair drier", "hairdryer"},
    {"toothbrush", ""},
};

// Builds the table from word to kind; it lives as long as the program.
static gpointer table_new(gpointer unused)
{
    (void)unused;
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(objects); i++) {
        g_auto(GStrv) words = g_strsplit(objects[i].words, "|", -1);
        g_hash_table_insert(table, g_strdup(objects[i].kind), (gpointer)objects[i].kind);
        for (size_t j = 0; words[j]; j++)
            g_hash_table_insert(table, g_strdup(words[j]), (gpointer)objects[i].kind);
    }
    return table;
}

const char *ps_coco_object_find(const char *word)
{
    static GOnce once = G_ONCE_INIT;
    return g_hash_table_lookup(g_once(&once, table_new, NULL), word);
}
