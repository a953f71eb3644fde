/* Asserts that stay on: a broken one is our bug, and a wrong fiscal number is worse than a stop.
 * EN_ASSERT(condition) aborts with file, line and the text of the condition.
 * Faults of the world (disk, input, peers) are never asserted: they are `en_code` (error.h). */
#ifndef EN_CORE_ASSERT_H
#define EN_CORE_ASSERT_H

_Noreturn void en_assert_failed(const char *condition, const char *file, int line);

#define EN_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : en_assert_failed(#condition, __FILE__, __LINE__))

#if defined(__GNUC__)
#define EN_MUST_CHECK __attribute__((warn_unused_result))
#define EN_PRINTF(format_index, args_index)                                                        \
    __attribute__((format(printf, format_index, args_index)))
#else
#define EN_MUST_CHECK
#define EN_PRINTF(format_index, args_index)
#endif

#define EN_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
