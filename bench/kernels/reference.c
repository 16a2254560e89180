/*
 * What C reaches: the loops of the workloads as a compiler vectorises them, on OpenMP threads, without huge pages.
 *
 * It answers the lines that child.ts describes; the operands are those of inputs.ts. Loops are written plainly: no
 * intrinsics, but tiles where a transposed operand needs them.
 */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Fewer elements than this are not worth a second thread. */
#define PARALLEL_MIN 10000
#define PARALLEL _Pragma("omp parallel for schedule(static) if (n >= PARALLEL_MIN)")
#define SIMD _Pragma("omp parallel for simd schedule(static) if (n >= PARALLEL_MIN)")
#define SIMD_SUM _Pragma("omp parallel for simd schedule(static) reduction(+ : total) if (n >= PARALLEL_MIN)")
#define SIMD_MAX _Pragma("omp parallel for simd schedule(static) reduction(max : most) if (n >= PARALLEL_MIN)")

/* Of both axes. */
#define TILE 32

/* Columns that one thread sums at a time: they stay in its first cache. */
#define COLUMNS 1024

#define ROUNDS_MAX 256
#define RATE 0.02
#define VOLATILITY 0.3

#define FLOAT_LOOPS(S, R, SQRT, EXP, SIN)                                                                              \
  static void add_##S(long n, R *restrict out, const R *a, const R *b) {                                               \
    SIMD for (long i = 0; i < n; i++) out[i] = a[i] + b[i];                                                            \
  }                                                                                                                    \
  static void fused_##S(long n, R *restrict out, const R *a, const R *b, const R *c) {                                 \
    SIMD for (long i = 0; i < n; i++) out[i] = SQRT(a[i] * a[i] + b[i] * b[i]) * (R)0.5 + c[i];                        \
  }                                                                                                                    \
  static void sum_##S(long n, R *out, const R *a) {                                                                    \
    R total = 0;                                                                                                       \
    SIMD_SUM for (long i = 0; i < n; i++) total += a[i];                                                               \
    out[0] = total;                                                                                                    \
  }                                                                                                                    \
  static void dot_##S(long n, R *out, const R *a, const R *b) {                                                        \
    R total = 0;                                                                                                       \
    SIMD_SUM for (long i = 0; i < n; i++) total += a[i] * b[i];                                                        \
    out[0] = total;                                                                                                    \
  }                                                                                                                    \
  static void max_##S(long n, R *out, const R *a) {                                                                    \
    R most = -INFINITY;                                                                                                \
    SIMD_MAX for (long i = 0; i < n; i++) most = a[i] > most ? a[i] : most;                                            \
    out[0] = most;                                                                                                     \
  }                                                                                                                    \
  static void exp_##S(long n, R *restrict out, const R *a) {                                                           \
    SIMD for (long i = 0; i < n; i++) out[i] = EXP(a[i]);                                                              \
  }                                                                                                                    \
  static void sin_##S(long n, R *restrict out, const R *a) {                                                           \
    SIMD for (long i = 0; i < n; i++) out[i] = SIN(a[i]);                                                              \
  }

FLOAT_LOOPS(float64, double, sqrt, exp, sin)
FLOAT_LOOPS(float32, float, sqrtf, expf, sinf)

static void add_transposed(long rows, long columns, float *restrict out, const float *a, const float *b) {
  long n = rows * columns;
  PARALLEL for (long i0 = 0; i0 < rows; i0 += TILE)
    for (long j0 = 0; j0 < columns; j0 += TILE)
      for (long i = i0; i < i0 + TILE && i < rows; i++)
        for (long j = j0; j < j0 + TILE && j < columns; j++) out[i * columns + j] = a[i * columns + j] + b[j * rows + i];
}

static void every_other(long rows, long columns, float *restrict out, const float *a) {
  long n = rows * columns / 4, half = columns / 2;
  PARALLEL for (long i = 0; i < rows / 2; i++)
    for (long j = 0; j < half; j++) out[i * half + j] = a[2 * i * columns + 2 * j] * 2;
}

static void sum_axis_0(long rows, long columns, float *restrict out, const float *a) {
  long n = rows * columns;
  PARALLEL for (long j0 = 0; j0 < columns; j0 += COLUMNS) {
    long stop = j0 + COLUMNS < columns ? j0 + COLUMNS : columns;
    for (long j = j0; j < stop; j++) out[j] = 0;
    for (long i = 0; i < rows; i++)
      for (long j = j0; j < stop; j++) out[j] += a[i * columns + j];
  }
}

static void sum_axis_1(long rows, long columns, float *restrict out, const float *a) {
  long n = rows * columns;
  PARALLEL for (long i = 0; i < rows; i++) {
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (long j = 0; j < columns; j++) total += a[i * columns + j];
    out[i] = total;
  }
}

static void add_broadcast(long rows, long columns, float *restrict out, const float *a, const float *b) {
  long n = rows * columns;
  PARALLEL for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) out[i * columns + j] = a[i * columns + j] + b[j];
}

static void scale(long n, float *restrict out, const uint8_t *a) {
  SIMD for (long i = 0; i < n; i++) out[i] = a[i] * (1.0f / 255);
}

static void gray(long n, float *restrict out, const uint8_t *a) {
  SIMD for (long i = 0; i < n; i++)
    out[i] = (0.2126f * a[3 * i] + 0.7152f * a[3 * i + 1] + 0.0722f * a[3 * i + 2]) / 255;
}

static void gray_to_uint8(long n, uint8_t *restrict out, const uint8_t *a) {
  SIMD for (long i = 0; i < n; i++) out[i] = (uint8_t)((54 * a[3 * i] + 183 * a[3 * i + 1] + 19 * a[3 * i + 2]) >> 8);
}

static void mandelbrot(long rows, long columns, int32_t *restrict out, const double *cx, const double *cy) {
#pragma omp parallel for schedule(dynamic, 8)
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) {
      double x = 0, y = 0;
      int count = 0;
      while (count < ROUNDS_MAX && x * x + y * y <= 4) {
        double t = x * x - y * y + cx[j];
        y = 2 * x * y + cy[i];
        x = t;
        count++;
      }
      out[i * columns + j] = count;
    }
}

/* The normal distribution by formula 26.2.17 of Abramowitz and Stegun. */
static inline double normal(double x) {
  double k = 1 / (1 + 0.2316419 * fabs(x));
  double series = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  double upper = 0.3989422804014327 * exp(x * x * -0.5) * series;
  return x < 0 ? upper : 1 - upper;
}

static void black_scholes(long n, double *restrict out, const double *spot, const double *strike, const double *years) {
  SIMD for (long i = 0; i < n; i++) {
    double deviation = VOLATILITY * sqrt(years[i]);
    double d = (log(spot[i] / strike[i]) + (RATE + VOLATILITY * VOLATILITY * 0.5) * years[i]) / deviation;
    out[i] = spot[i] * normal(d) - strike[i] * exp(-RATE * years[i]) * normal(d - deviation);
  }
}

static struct {
  char workload[32], dtype[16];
  long rows, columns;
  void *operands[3], *out;
  size_t out_bytes;
  /* All arrays lie in it, one after the other. */
  char *arena, *free;
  size_t arena_bytes;
} row;

static void *take(size_t bytes) {
  void *taken = row.free;
  /* The odd lines keep arrays of a power of 2 from meeting in the same sets of a cache. */
  row.free += (bytes + 4095) / 4096 * 4096 + 5 * 64;
  return taken;
}

static double fraction(uint32_t index, uint32_t seed) {
  uint32_t bits = index * 0x9e3779b1u + (seed + 1) * 0x85ebca6bu;
  bits = (bits ^ bits >> 15) * 0x2c1b3c6du;
  bits ^= bits >> 12;
  return (bits >> 8) / 16777216.0;
}

static void make_operand(int operand, long n, double low, double high, int is_grid) {
  int is_double = !strcmp(row.dtype, "float64"), is_float = !strcmp(row.dtype, "float32");
  double *doubles = row.operands[operand] = take(n * (is_double ? 8 : is_float ? 4 : 1));
  float *floats = (float *)doubles;
  uint8_t *bytes = (uint8_t *)doubles;
  for (long i = 0; i < n; i++) {
    double value = low + (high - low) * (is_grid ? (double)i / n : fraction(i, operand));
    if (is_double) doubles[i] = value;
    else if (is_float) floats[i] = (float)value;
    else bytes[i] = (uint8_t)value;
  }
}

static int is(const char *workload) { return !strcmp(row.workload, workload); }

/* Returns 0 for a workload that it doesn't know. */
static int load(void) {
  long rows = row.rows, columns = row.columns, n = rows * columns;
  size_t itemsize = !strcmp(row.dtype, "float64") ? 8 : 4;
  if (row.arena != NULL) munmap(row.arena, row.arena_bytes);
  row.arena_bytes = 4 * (3 * n * 8 + 16384);
  row.arena = row.free = mmap(NULL, row.arena_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (row.arena == MAP_FAILED) return 0;
#ifdef MADV_NOHUGEPAGE
  madvise(row.arena, row.arena_bytes, MADV_NOHUGEPAGE);
#endif
  int count = is("fused") ? 3 : is("add") || is("dot") || is("add_transposed") ? 2 : 1;
  if (is("Mandelbrot")) {
    make_operand(0, columns, -2, 0.5, 1);
    make_operand(1, rows, -1.25, 1.25, 1);
    row.out_bytes = n * 4;
  } else if (is("Black-Scholes")) {
    make_operand(0, n, 10, 50, 0);
    make_operand(1, n, 10, 50, 0);
    make_operand(2, n, 0.25, 2, 0);
    row.out_bytes = n * 8;
  } else if (!strcmp(row.dtype, "uint8")) {
    make_operand(0, 3 * n, 0, 256, 0);
    row.out_bytes = is("gray") ? n * 4 : is("gray_to_uint8") ? n : n * 12;
  } else {
    for (int operand = 0; operand < count; operand++) make_operand(operand, n, -5, 5, 0);
    if (is("add_broadcast")) make_operand(1, columns, -5, 5, 0);
    long results = is("sum") || is("dot") || is("max")  ? 1
                   : is("sum_axis_0")                   ? columns
                   : is("sum_axis_1")                   ? rows
                   : is("every_other")                  ? n / 4
                                                        : n;
    row.out_bytes = results * itemsize;
  }
  row.out = take(row.out_bytes);
  return 1;
}

#define DISPATCH(S)                                                                                                    \
  do {                                                                                                                 \
    if (is("add")) add_##S(n, out, a, b);                                                                              \
    else if (is("fused")) fused_##S(n, out, a, b, c);                                                                  \
    else if (is("sum")) sum_##S(n, out, a);                                                                            \
    else if (is("dot")) dot_##S(n, out, a, b);                                                                         \
    else if (is("max")) max_##S(n, out, a);                                                                            \
    else if (is("exp")) exp_##S(n, out, a);                                                                            \
    else if (is("sin")) sin_##S(n, out, a);                                                                            \
    else return 0;                                                                                                     \
  } while (0)

/* Computes the row once. Returns 0 for a workload that it doesn't know. */
static int run(void) {
  long rows = row.rows, columns = row.columns, n = rows * columns;
  void *a = row.operands[0], *b = row.operands[1], *c = row.operands[2], *out = row.out;
  if (is("add_transposed")) add_transposed(rows, columns, out, a, b);
  else if (is("every_other")) every_other(rows, columns, out, a);
  else if (is("sum_axis_0")) sum_axis_0(rows, columns, out, a);
  else if (is("sum_axis_1")) sum_axis_1(rows, columns, out, a);
  else if (is("add_broadcast")) add_broadcast(rows, columns, out, a, b);
  else if (is("uint8_to_float32")) scale(3 * n, out, a);
  else if (is("gray")) gray(n, out, a);
  else if (is("gray_to_uint8")) gray_to_uint8(n, out, a);
  else if (is("Mandelbrot")) mandelbrot(rows, columns, out, a, b);
  else if (is("Black-Scholes")) black_scholes(n, out, a, b, c);
  else if (!strcmp(row.dtype, "float64")) DISPATCH(float64);
  else DISPATCH(float32);
  return 1;
}

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double batch(long runs) {
  double start = now_us();
  for (long i = 0; i < runs; i++) run();
  return now_us() - start;
}

static void sample(double time_ms, double warmup_ms, double batch_us) {
  long runs = 1;
  double warm = now_us() + warmup_ms * 1000;
  do {
    if (batch(runs) < batch_us) runs *= 2;
  } while (now_us() < warm);
  double spent = 0;
  do {
    double us = batch(runs);
    printf(spent == 0 ? "%.4f" : " %.4f", us / runs);
    spent += us;
  } while (spent < time_ms * 1000);
  printf("\n");
}

static void answer(int is_known) { puts(is_known ? "ok" : "unknown"); }

static void run_and_write(const char *name) {
  memset(row.out, 255, row.out_bytes);
  int is_known = run();
  FILE *file = fopen(name, "wb");
  if (file == NULL || fwrite(row.out, 1, row.out_bytes, file) != row.out_bytes || fclose(file) != 0) exit(1);
  answer(is_known);
}

int main(void) {
  char line[4096], file[4000];
  int threads;
  double time_ms, warmup_ms, batch_us;
  setvbuf(stdout, NULL, _IOLBF, 1 << 20);
  printf("gcc %d.%d, OpenMP\n", __GNUC__, __GNUC_MINOR__);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "load %31s %15s %ld %ld", row.workload, row.dtype, &row.rows, &row.columns) == 4) {
      answer(load());
    } else if (sscanf(line, "run %d %3999[^\n]", &threads, file) == 2) {
      omp_set_num_threads(threads);
      run_and_write(file);
    } else if (sscanf(line, "sample %d %lf %lf %lf", &threads, &time_ms, &warmup_ms, &batch_us) == 4) {
      omp_set_num_threads(threads);
      sample(time_ms, warmup_ms, batch_us);
    } else {
      answer(0);
    }
  }
}
