// English text as words in the singular: what metrics do that look for things a caption
// mentions. Source: the Treebank tokenisation of NLTK 3.8 and singularize() of clips/pattern,
// as far as they reach names of things. Numbered rules:
//
// 1. text is lower-cased and split at white space;
// 2. brackets, quotes, ; @ # $ % & ? ! * -- … and runs of dots are words of their own; "," and
//    ":" are unless a digit follows, "." is where nothing but closing marks follow before white
//    space;
// 3. the endings 's 'm 'd 'll 're 've n't and a single ' at the end of a word are cut off;
// 4. irregular plurals become what they are of: men, people, children, geese, oxen, mice, lice;
// 5. other plurals lose what was added: -ies → -y (but doggies, collies … stay), -ves → -f, -fe
//    or -ve, -es after x, ch, ss, sh, o and bus, otherwise -s;
// 6. so a singular in -s loses it too ("bus" becomes "bu", "glass" becomes "glas"): pattern
//    does that, and CHAIR counts accordingly; scissors, luggage … stay.
#pragma once

#include <glib.h>

// The words of text, as new strings in an array that frees them.
GPtrArray *ps_english_words(const char *text);

// Rules 4 to 6 for one word in lower case; the caller's.
char *ps_english_singular(const char *word);
