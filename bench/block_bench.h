/* Measures the day block and the stored series of day blocks on the common workload. */
#ifndef EN_BENCH_BLOCK_BENCH_H
#define EN_BENCH_BLOCK_BENCH_H

#include <stdio.h>

#include "bench/workload.h"

/* Runs all tasks and prints one JSON line each to out. The directory (must exist) gets a scratch
 * store "block-bench", removed before and after. 0, or 1 after a message on stderr: a sum was
 * wrong, or the store failed.
 *
 *   block.encode   readings/s   raw: copying the same values
 *   block.size     bytes a reading   raw: information in the data, 1.096
 *   block.sum      decode and sum in memory, readings/s   raw: summing the plain values
 *   series.write   a day's encoded blocks into an empty table, in one commit without sync,
 *                  readings/s   raw: block.sum
 *   series.size    bytes a reading of the table's pages   raw: block.size
 *   series.scan    sum per point and half-hour sums per group over all days, readings/s
 *                  raw: block.sum
 *   series.get     one point's day in a new snapshot, decoded, us (median)   raw: its decoding */
int en_bench_block(const struct en_workload *workload, const char *dir, FILE *out);

#endif
