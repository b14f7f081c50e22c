// The Porter stemmer (Porter 1980) with the extensions of NLTK 3.8's PorterStemmer, which the
// stemming variant of ROUGE uses: a list of irregular forms, words of one or two letters left
// alone, and a few rules of Porter's own later C program.
#pragma once

// The stem of word, which is ASCII letters and digits in lower case. The caller's.
char *ps_porter_stem(const char *word);
