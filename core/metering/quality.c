#include "core/metering/quality.h"

static const char *const source_names[16] = {
    "NONE",        "MEASURED",    "MANUAL_READ",  "FROM_REGISTERS",
    "EST_INTERP",  "EST_LIKEDAY", "EST_CHECK",    "EST_REG_SHAPE",
    "EST_PROFILE", "EST_PRIOR",   "EST_MAXPOWER", "EST_PERMCURRENT",
    "EST_ZERO",    "EST_BALANCE", "EDIT_BY_ACT",  "DERIVED",
};

/* Place of each source in 1<2<3<6<7<4<5<8<13<9<11<10<12<14<0; DERIVED never asks. */
static const uint8_t source_ranks[15] = {14, 0, 1, 2, 5, 6, 3, 4, 7, 9, 11, 10, 12, 8, 13};

static const char *const verdict_names[4] = {"NOT_VALIDATED", "VALID", "SUSPECT", "REJECTED"};
static const char *const fiscal_names[4] = {"OPEN", "PROVISIONAL", "FROZEN", "CORRECTED"};

static const char *const flag_names[] = {
#define FLAG_NAME(name, number, about) [number] = #name,
    EN_QUALITY_FLAGS(FLAG_NAME)
#undef FLAG_NAME
};
static const char *const flag_abouts[] = {
#define FLAG_ABOUT(name, number, about) [number] = about,
    EN_QUALITY_FLAGS(FLAG_ABOUT)
#undef FLAG_ABOUT
};

#define FLAG_CHECK(name, number, about)                                                            \
    _Static_assert(EN_QUALITY_##name == EN_QUALITY_FLAG(number), "flag " #name);
EN_QUALITY_FLAGS(FLAG_CHECK)
#undef FLAG_CHECK
_Static_assert(EN_COUNT_OF(flag_names) == EN_QUALITY_FLAGS_COUNT, "every flag has a name");

static en_code name_find(const char *const *names, size_t count, const char *what,
                         struct en_slice name, size_t *index, struct en_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (en_slice_equal(name, en_slice_text(names[i]))) {
            *index = i;
            return EN_OK;
        }
    }
    int shown = name.size < 32 ? (int)name.size : 32;
    return en_error_set(err, EN_NOT_FOUND, "no %s is called \"%.*s\"", what, shown,
                        (const char *)name.bytes);
}

unsigned en_source_rank(en_source source)
{
    EN_ASSERT(source >= EN_SOURCE_NONE);
    EN_ASSERT(source < EN_SOURCE_DERIVED);
    return source_ranks[source];
}

bool en_source_is_estimate(en_source source)
{
    return source >= EN_SOURCE_EST_INTERP && source <= EN_SOURCE_EST_BALANCE;
}

uint64_t en_quality_derive(uint64_t quality)
{
    EN_ASSERT((quality & ~EN_QUALITY_MASK) == 0);
    en_source worst = en_quality_worst_source(quality);
    uint64_t kept = quality & (EN_QUALITY_FLAGS_MASK | UINT64_C(3) << EN_QUALITY_VERDICT_SHIFT);
    return kept | EN_SOURCE_DERIVED | ((uint64_t)worst << EN_QUALITY_WORST_SHIFT);
}

uint64_t en_quality_merge(uint64_t a, uint64_t b)
{
    uint64_t left = en_quality_derive(a);
    uint64_t right = en_quality_derive(b);
    en_source left_worst = en_quality_worst_source(left);
    en_source right_worst = en_quality_worst_source(right);
    en_source worst =
        en_source_rank(left_worst) >= en_source_rank(right_worst) ? left_worst : right_worst;
    en_verdict verdict = en_quality_verdict(left) >= en_quality_verdict(right)
                             ? en_quality_verdict(left)
                             : en_quality_verdict(right);
    uint64_t merged = en_quality_flags(left) | en_quality_flags(right) | EN_SOURCE_DERIVED |
                      ((uint64_t)worst << EN_QUALITY_WORST_SHIFT);
    return en_quality_with_verdict(merged, verdict);
}

const char *en_source_name(en_source source)
{
    EN_ASSERT((unsigned)source < EN_COUNT_OF(source_names));
    return source_names[source];
}

const char *en_verdict_name(en_verdict verdict)
{
    EN_ASSERT((unsigned)verdict < EN_COUNT_OF(verdict_names));
    return verdict_names[verdict];
}

const char *en_fiscal_name(en_fiscal fiscal)
{
    EN_ASSERT((unsigned)fiscal < EN_COUNT_OF(fiscal_names));
    return fiscal_names[fiscal];
}

const char *en_quality_flag_name(unsigned number)
{
    EN_ASSERT(number < EN_QUALITY_FLAGS_COUNT);
    return flag_names[number];
}

const char *en_quality_flag_about(unsigned number)
{
    EN_ASSERT(number < EN_QUALITY_FLAGS_COUNT);
    return flag_abouts[number];
}

en_code en_source_parse(struct en_slice name, en_source *source, struct en_error *err)
{
    size_t index = 0;
    en_code code = name_find(source_names, EN_COUNT_OF(source_names), "source", name, &index, err);
    *source = code == EN_OK ? (en_source)index : *source;
    return code;
}

en_code en_verdict_parse(struct en_slice name, en_verdict *verdict, struct en_error *err)
{
    size_t index = 0;
    en_code code =
        name_find(verdict_names, EN_COUNT_OF(verdict_names), "verdict", name, &index, err);
    *verdict = code == EN_OK ? (en_verdict)index : *verdict;
    return code;
}

en_code en_fiscal_parse(struct en_slice name, en_fiscal *fiscal, struct en_error *err)
{
    size_t index = 0;
    en_code code =
        name_find(fiscal_names, EN_COUNT_OF(fiscal_names), "fiscal state", name, &index, err);
    *fiscal = code == EN_OK ? (en_fiscal)index : *fiscal;
    return code;
}

en_code en_quality_flag_parse(struct en_slice name, uint64_t *flag, struct en_error *err)
{
    size_t index = 0;
    en_code code =
        name_find(flag_names, EN_COUNT_OF(flag_names), "quality flag", name, &index, err);
    *flag = code == EN_OK ? EN_QUALITY_FLAG(index) : *flag;
    return code;
}
