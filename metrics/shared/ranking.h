// Rankings: how well an answer that orders items puts the relevant ones first. Source:
// trec_eval 9.0.8 (usnistgov/trec_eval) m_ndcg_cut.c, m_recall.c, m_recip_rank.c, m_map.c.
// Numbered rules:
//
// 1. an item that is not judged has grade 0, and so has one with a negative grade; relevant is
//    a grade of 1 or more;
// 2. DCG at k is the sum of grade / log2(rank + 1) over the first k ranks: the gain is linear;
//    nDCG divides it by the DCG of the best order of all judged items, cut at k too;
// 3. recall at k: relevant items in the first k ranks / all relevant items;
// 4. reciprocal rank: 1 / rank of the first relevant item;
// 5. average precision: the sum, over the relevant items that are ranked, of the share of
//    relevant ones up to their rank / all relevant items;
// 6. all of these are 0 where no judged item is relevant;
// 7. a run that states scores is ranked by score, larger first, and by id, in descending order
//    of its bytes, where scores are equal.
//
// How samples and answers state them:
//
// 8. a reference is the id of a judged item, and its grade where white space and a whole number
//    follow it ("d17", "red apple 3"); without one the grade is 1;
// 9. an answer is a JSON array of ids (text, numbers, or objects with a member "id"), from the
//    first "[" of the answer on, or a line for each id; a line may begin with "1." "1)" "-" or
//    "*", and quotes around an id, "," and "`" do not belong to it;
// 10. an id that is ranked twice counts at its first rank only.
#pragma once

#include "harness/metric.h"

// The grades of a ranking and the judgements behind it.
typedef struct {
    double *grades; // [n_ranked] of the items in the order of the answer, 0 or more
    size_t n_ranked;
    double *ideal; // [n_ideal] the grades above 0 of all judged items, descending
    size_t n_ideal;
    size_t n_relevant; // judged items of grade 1 or more
} PsRanking;

void ps_ranking_clear(PsRanking *ranking);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PsRanking, ps_ranking_clear)

// Takes ranked ids, first first, and judgements: id → grade (a double *).
void ps_ranking_init(PsRanking *ranking,
                     const char *const *ids,
                     size_t n_ids,
                     GHashTable *judgements);

// Rules 2 to 6; k counts ranks from 1.
double ps_ranking_ndcg(const PsRanking *ranking, size_t k);
double ps_ranking_recall(const PsRanking *ranking, size_t k);
double ps_ranking_reciprocal_rank(const PsRanking *ranking);
double ps_ranking_average_precision(const PsRanking *ranking);

// Rules 8 to 10. False without a reference.
bool ps_ranking_of(PsRanking *ranking, const PsSample *sample, const PsResponse *response);

// stats becomes {measure at k, 1}; false without a reference.
bool ps_ranking_score_at(double (*measure)(const PsRanking *ranking, size_t k),
                         size_t k,
                         const PsSample *sample,
                         const PsResponse *response,
                         double *stats);

// PsMetric.compute of the vector files retrieval, {qrels, run}, and ndcg_sklearn,
// {relevance, scores, k, ignore_ties}: ties share the mean of their discounts there.
cJSON *ps_ranking_compute(const cJSON *input, const cJSON *expected);
cJSON *ps_ranking_compute_sklearn(const cJSON *input, const cJSON *expected);
