/* The inner loops of the spatial engine. reference.py has the same functions in NumPy, with their shapes and sources.

   Plain C11 with the vectors of GCC and Clang; no library but libc's mathematics, no memory of its own, no state: every function
   may run in several threads at once. Audio is float, everything over control points is double. All arrays are contiguous. */

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifndef SOURCE
#define SOURCE "unknown"
#endif
#ifdef _WIN32
#define API __declspec(dllexport)
#else
#define API __attribute__((visibility("default")))
#endif
#define SHUFFLE __builtin_shufflevector
#define INLINE static inline __attribute__((always_inline))

typedef float v8 __attribute__((vector_size(32)));
typedef float v8u __attribute__((vector_size(32), aligned(4)));
typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));
typedef double v4 __attribute__((vector_size(32)));
typedef int64_t l4 __attribute__((vector_size(32)));
typedef double v4u __attribute__((vector_size(32), aligned(8)));

enum { STEP = 64, TAPS = 32, BEFORE = TAPS / 2 - 1, PHASES = 2048, ROW = TAPS, WIDEST = 1024, HOP = 256, MOST_SAMPLES = 2048 };

INLINE v8 load(const float *from) { return *(const v8u *)from; }
INLINE void store(float *to, v8 value) { *(v8u *)to = value; }

/* Which source this library was compiled from, so that another one's is not used. */
API const char *see2sound_source(void) { return SOURCE; }

/* Whether this processor, and its system, have AVX2 and FMA. */
API int see2sound_avx2(void)
{
#if defined(__x86_64__)
    unsigned a, b, c, d, low, high;
    const unsigned fma = 1u << 12, saved = 1u << 27, avx2 = 1u << 5;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & fma) == 0 || (c & saved) == 0)
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6u) == 6u && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & avx2) != 0;
#else
    return 0;
#endif
}

/* Make `low` and `high` hold `count` values too, a multiple of eight. */
INLINE void hold(const double *values, int count, double *low, double *high)
{
    double least[8], most[8];
    for (int k = 0; k < 8; k++)
        least[k] = most[k] = values[k];
    for (int i = 8; i < count; i += 8) {
        for (int k = 0; k < 8; k++) {
            least[k] = values[i + k] < least[k] ? values[i + k] : least[k];
            most[k] = values[i + k] > most[k] ? values[i + k] : most[k];
        }
    }
    for (int k = 0; k < 8; k++) {
        *low = least[k] < *low ? least[k] : *low;
        *high = most[k] > *high ? most[k] : *high;
    }
}

/* ---- Vectors across each other -------------------------------------------------------------------------------------- */

/* The sums of eight vectors, one in each place. */
INLINE v8 sums(const v8 *of)
{
    v8 two[4], four[2];
    for (int i = 0; i < 4; i++) {
        v8 a = of[2 * i], b = of[2 * i + 1];
        two[i] = SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 2; i++) {
        v8 a = two[2 * i], b = two[2 * i + 1];
        four[i] = SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    return SHUFFLE(four[0], four[1], 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLE(four[0], four[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

/* Eight rows of eight become columns. */
INLINE void transpose_eight(const float *from, int64_t from_row, float *to, int64_t to_row)
{
    v8 r[8], s[8], t[8];
    for (int i = 0; i < 8; i++)
        r[i] = load(from + i * from_row);
    for (int i = 0; i < 8; i += 2) {
        s[i] = SHUFFLE(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        s[i + 1] = SHUFFLE(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int j = 0; j < 2; j++) {
            t[i + 2 * j] = SHUFFLE(s[i + j], s[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            t[i + 2 * j + 1] = SHUFFLE(s[i + j], s[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < 4; i++) {
        store(to + i * to_row, SHUFFLE(t[i], t[i + 4], 0, 1, 2, 3, 8, 9, 10, 11));
        store(to + (i + 4) * to_row, SHUFFLE(t[i], t[i + 4], 4, 5, 6, 7, 12, 13, 14, 15));
    }
}

/* ---- Reading clips between samples ---------------------------------------------------------------------------------- */

/* STEP samples at moments that lie `at` whole samples after `from`, and `row` and `part` of the table's rows further. */
static void interpolate(const float *from, const int32_t *at, const int32_t *row, const float *part, const float *table, float *out)
{
    for (int i = 0; i < STEP; i += 8) {
        v8 all[8];
        for (int j = 0; j < 8; j++) {
            const float *taps = table + row[i + j], *samples = from + at[i + j];
            v16 here = {0}, next = {0};
            for (int k = 0; k < TAPS; k += 16) {
                v16 some = *(const v16u *)(samples + k);
                here += *(const v16u *)(taps + k) * some;
                next += *(const v16u *)(taps + ROW + k) * some;
            }
            here += (next - here) * part[i + j];
            all[j] = SHUFFLE(here, here, 0, 1, 2, 3, 4, 5, 6, 7) + SHUFFLE(here, here, 8, 9, 10, 11, 12, 13, 14, 15);
        }
        store(out + i, sums(all));
    }
}

/* `count` samples of a clip from the `first` on: silence outside, or over and over. */
static void fetch(const float *clip, int64_t length, int loop, int64_t first, int64_t count, float *out)
{
    if (loop) {
        int64_t place = first % length + (first % length < 0 ? length : 0);
        for (int64_t i = 0; i < count; i++) {
            out[i] = clip[place];
            place = place + 1 == length ? 0 : place + 1;
        }
        return;
    }
    for (int64_t i = 0; i < count; i++)
        out[i] = first + i < 0 || first + i >= length ? 0.0f : clip[first + i];
}

/* A moment for which there are whole numbers: also one that is no number. */
INLINE double bounded(double moment) { return moment > -1e15 ? (moment < 1e15 ? moment : 1e15) : -1e15; }

/* The table for a speed of reading, in samples a sample. */
INLINE const float *table_for(double speed, const float *tables, const double *quicker, int64_t speeds)
{
    int64_t level = 0;
    while (level < speeds - 1 && quicker[level] < speed - 0.02)
        level++;
    return tables + level * (PHASES + 1) * ROW;
}

/* A moment's fixed point has so many bits after the point, of them so many for the row of the table. */
enum { BITS = 23, PHASE_BITS = 11, PART_BITS = BITS - PHASE_BITS, WIDE = 1 << (31 - BITS) };

INLINE void split(int32_t since, int32_t *at, int32_t *row, float *part)
{
    *at = since >> BITS;
    *row = (since >> PART_BITS & (PHASES - 1)) * ROW;
    *part = (float)(since & ((1 << PART_BITS) - 1)) * (1.0f / (1 << PART_BITS));
}

/* STEP samples from `first` on, of which `wide` are looked at, whether they are in the clip or not. */
static void read_from(const float *clip, int64_t length, int loop, int64_t first, int64_t wide, const int32_t *at,
                      const int32_t *row, const float *part, const float *table, float *out)
{
    float near[WIDEST];
    if (loop && (first < 0 || first + wide > length)) {
        const int64_t turned = first % length;
        first = turned < 0 ? turned + length : turned;
    }
    if (first >= 0 && first + wide <= length) {
        interpolate(clip + first, at, row, part, table, out);
        return;
    }
    fetch(clip, length, loop, first, wide, near);
    interpolate(near, at, row, part, table, out);
}

/* STEP samples at moments that jump: sample by sample. */
static void read_jump(const float *clip, int64_t length, int loop, const double *moments, const float *table, float *out)
{
    float near[TAPS];
    for (int i = 0; i < STEP; i++) {
        const double moment = bounded(moments[i]), whole = floor(moment), place = (moment - whole) * PHASES;
        const int which = (int)place;
        double sum = 0.0;
        fetch(clip, length, loop, (int64_t)whole - BEFORE, TAPS, near);
        for (int k = 0; k < TAPS; k++) {
            const float *tap = table + which * ROW + k;
            sum += near[k] * (tap[0] + (tap[ROW] - tap[0]) * (place - which));
        }
        out[i] = (float)sum;
    }
}

/* STEP samples at the moments given. */
static void read_step(const float *clip, int64_t length, int loop, const double *moments, const float *table, float *out)
{
    int32_t at[STEP], row[STEP];
    float part[STEP];
    double low = moments[0], high = moments[0];
    hold(moments, STEP, &low, &high);
    low = floor(bounded(low));
    high = floor(bounded(high));
    const int64_t wide = high - low < WIDEST ? (int64_t)(high - low) + TAPS : WIDEST + 1;
    if (wide > WIDEST) {
        read_jump(clip, length, loop, moments, table, out);
        return;
    }
    const double most = high - low + (1.0 - 1e-9); /* what is no number is held too: nothing outside is read */
    for (int i = 0; wide < WIDE && i < STEP; i++) {
        const double since = moments[i] - low;
        split((int32_t)((since > 0.0 ? since < most ? since : most : 0.0) * (1 << BITS)), at + i, row + i, part + i);
    }
    for (int i = 0; wide >= WIDE && i < STEP; i++) {
        const double after = moments[i] - low, since = after > 0.0 ? after < most ? after : most : 0.0;
        const int32_t whole = (int32_t)since;
        const double place = (since - whole) * PHASES;
        const int32_t which = (int32_t)place;
        at[i] = whole;
        row[i] = which * ROW;
        part[i] = (float)(place - which);
    }
    read_from(clip, length, loop, (int64_t)low - BEFORE, wide, at, row, part, table, out);
}

/* `count` samples at moments each; what is less than a STEP is read as fast as the STEP before. */
API void see2sound_read(const float *clip, int64_t length, int64_t loop, const double *moments, int64_t count, const float *tables,
                        const double *quicker, int64_t speeds, float *out)
{
    const float *table = tables;
    int64_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        table = table_for(fabs(moments[i + STEP - 1] - moments[i]) / (STEP - 1), tables, quicker, speeds);
        read_step(clip, length, (int)loop, moments + i, table, out + i);
    }
    if (i < count) {
        double rest[STEP];
        float read[STEP];
        for (int k = 0; k < STEP; k++)
            rest[k] = moments[i + k < count ? i + k : count - 1];
        read_step(clip, length, (int)loop, rest, table, read);
        memcpy(out + i, read, sizeof(float) * (count - i));
    }
}

/* STEP samples at moments on a cubic: `c` from the first power of x on, x from 0 to 1. */
static void read_cubic(const float *clip, int64_t length, int loop, const double *c, const float *tables, const double *quicker,
                       int64_t speeds, float *out)
{
    const double end = (STEP - 1.0) / STEP, last = c[0] + end * (c[1] + end * (c[2] + end * c[3]));
    const float *table = table_for(fabs(last - c[0]) / (STEP - 1), tables, quicker, speeds);
    const int forwards = c[1] - 2.0 * fabs(c[2]) - 3.0 * fabs(c[3]) > 0.0;
    const double low = floor(bounded(c[0]));
    if (forwards && last - low < WIDE - TAPS - 1) {
        int32_t at[STEP], row[STEP];
        float part[STEP];
        double fixed[4];
        for (int k = 0; k < 4; k++)
            fixed[k] = (c[k] - (k ? 0.0 : low)) * (1 << BITS);
        for (int i = 0; i < STEP; i++) {
            const double x = i * (1.0 / STEP);
            split((int32_t)(fixed[0] + x * (fixed[1] + x * (fixed[2] + x * fixed[3]))), at + i, row + i, part + i);
        }
        read_from(clip, length, loop, (int64_t)low - BEFORE, (int64_t)(last - low) + TAPS + 1, at, row, part, table, out);
        return;
    }
    double moments[STEP];
    for (int i = 0; i < STEP; i++) {
        const double x = i * (1.0 / STEP);
        moments[i] = c[0] + x * (c[1] + x * (c[2] + x * c[3]));
    }
    read_step(clip, length, loop, moments, table, out);
}

/* Each of `reads` clips at moments at its control points, on a Catmull-Rom spline in between: STEP * (points - 3) samples. */
API void see2sound_read_smoothly(int64_t reads, const float *const *clips, const int64_t *lengths, const int64_t *loops,
                                 const double *const *controls, const int64_t *points, const float *tables,
                                 const double *quicker, int64_t speeds, float *const *outs)
{
    for (int64_t which = 0; which < reads; which++) {
        const double *m = controls[which];
        float *out = outs[which];
        for (int64_t i = 0; i + 3 < points[which]; i++, m++, out += STEP) {
            const double cubic[4] = {m[1], 0.5 * (m[2] - m[0]), m[0] - 2.5 * m[1] + 2.0 * m[2] - 0.5 * m[3],
                                     0.5 * (m[3] - m[0]) + 1.5 * (m[1] - m[2])};
            read_cubic(clips[which], lengths[which], (int)loops[which], cubic, tables, quicker, speeds, out);
        }
    }
}

/* ---- Gains on ramps ------------------------------------------------------------------------------------------------- */

/* Add `voices` signals of STEP * steps samples to `out` (channels, STEP * steps), by gains (voices, steps + 1, channels); if
   `fresh`, there is nothing in it yet. */
API void see2sound_mix(const float *const *signals, const double *gains, int64_t voices, int64_t channels, int64_t steps, int64_t fresh,
                       float *out)
{
    enum { TOGETHER = 32 };
    const int64_t samples = STEP * steps, points = steps + 1;
    const v8 first = {0.0f / STEP, 1.0f / STEP, 2.0f / STEP, 3.0f / STEP, 4.0f / STEP, 5.0f / STEP, 6.0f / STEP, 7.0f / STEP};
    float near[TOGETHER][STEP]; /* signals are as far apart as a cache's lines that drive each other out */
    for (int64_t begin = 0; begin < voices; begin += TOGETHER) {
        const int64_t some = voices - begin < TOGETHER ? voices - begin : TOGETHER;
        for (int64_t step = 0; step < steps; step++) {
            for (int64_t i = 0; i < some; i++)
                memcpy(near[i], signals[begin + i] + step * STEP, sizeof near[i]);
            for (int64_t channel = 0; channel < channels; channel++) {
                v8 total[STEP / 8];
                float *place = out + channel * samples + step * STEP;
                for (int i = 0; i < STEP / 8; i++)
                    total[i] = fresh && begin == 0 ? (v8){0} : load(place + 8 * i);
                for (int64_t i = 0; i < some; i++) {
                    const double *gain = gains + ((begin + i) * points + step) * channels + channel;
                    const float level = (float)gain[0], rise = (float)gain[channels] - level;
                    if (level == 0.0f && rise == 0.0f)
                        continue;
                    const v8 start = level + rise * first;
                    for (int k = 0; k < STEP / 8; k++)
                        total[k] += load(near[i] + 8 * k) * (start + rise * ((float)k * 8 / STEP));
                }
                for (int i = 0; i < STEP / 8; i++)
                    store(place + 8 * i, total[i]);
            }
        }
    }
}

/* ---- Fourier transforms --------------------------------------------------------------------------------------------- */

/* Transform each column of (rows, width): Stockham's way, by fours and a last two. `turn`: (2, n) cosines and sines of
   exp(-2 pi i k / n), of which every `every`th are those of `rows`. The result ends in `re` and `im`. */
INLINE void columns(float *re, float *im, float *re2, float *im2, int rows, int width, const float *turn, int n)
{
    float *xr = re, *xi = im, *yr = re2, *yi = im2;
    int left = rows, done = 1;
    while (left > 1) {
        const int radix = left % 4 == 0 ? 4 : 2, part = left / radix, every = n / left;
        for (int p = 0; p < part; p++) {
            for (int q = 0; q < done; q++) {
                const float *ar = xr + (q + done * p) * width, *ai = xi + (q + done * p) * width;
                float *br = yr + (q + done * radix * p) * width, *bi = yi + (q + done * radix * p) * width;
                const int in = done * part * width, out = done * width;
                if (radix == 2) {
                    const float c = turn[p * every], s = turn[n + p * every];
                    for (int i = 0; i < width; i += 8) {
                        v8 sr = load(ar + i) - load(ar + in + i), si = load(ai + i) - load(ai + in + i);
                        store(br + i, load(ar + i) + load(ar + in + i));
                        store(bi + i, load(ai + i) + load(ai + in + i));
                        store(br + out + i, c * sr - s * si);
                        store(bi + out + i, c * si + s * sr);
                    }
                    continue;
                }
                const float c1 = turn[p * every], s1 = turn[n + p * every], c2 = turn[2 * p * every], s2 = turn[n + 2 * p * every];
                const float c3 = turn[3 * p * every], s3 = turn[n + 3 * p * every];
                for (int i = 0; i < width; i += 8) {
                    v8 a = load(ar + i), b = load(ar + in + i), c = load(ar + 2 * in + i), d = load(ar + 3 * in + i);
                    v8 e = load(ai + i), f = load(ai + in + i), g = load(ai + 2 * in + i), h = load(ai + 3 * in + i);
                    v8 ac = a + c, bd = b + d, eg = e + g, fh = f + h, ca = a - c, db = b - d, ge = e - g, hf = f - h;
                    v8 r1 = ca + hf, i1 = ge - db, r2 = ac - bd, i2 = eg - fh, r3 = ca - hf, i3 = ge + db;
                    store(br + i, ac + bd);
                    store(bi + i, eg + fh);
                    store(br + out + i, c1 * r1 - s1 * i1);
                    store(bi + out + i, c1 * i1 + s1 * r1);
                    store(br + 2 * out + i, c2 * r2 - s2 * i2);
                    store(bi + 2 * out + i, c2 * i2 + s2 * r2);
                    store(br + 3 * out + i, c3 * r3 - s3 * i3);
                    store(bi + 3 * out + i, c3 * i3 + s3 * r3);
                }
            }
        }
        float *swap = xr; xr = yr; yr = swap;
        swap = xi; xi = yi; yi = swap;
        left = part;
        done *= radix;
    }
    if (xr != re) {
        memcpy(re, xr, sizeof(float) * rows * width);
        memcpy(im, xi, sizeof(float) * rows * width);
    }
}

INLINE void transpose(const float *from, float *to, int rows, int width)
{
    for (int i = 0; i < rows; i += 8)
        for (int j = 0; j < width; j += 8)
            transpose_eight(from + i * width + j, width, to + j * rows + i, rows);
}

/* Transform n = rows * 32 complex values in place: columns, a turn each, and the columns of the transposed matrix (Bailey's four
   steps). `turn`: (4, n), the cosines and sines of exp(-2 pi i k / n), then those of the turns of (rows, 32). */
INLINE void transform_of(float *re, float *im, int rows, const float *turn)
{
    const int n = rows * 32;
    float re2[MOST_SAMPLES], im2[MOST_SAMPLES];
    const float *cosine = turn + 2 * n, *sine = turn + 3 * n;
    columns(re, im, re2, im2, rows, 32, turn, n);
    for (int i = 0; i < n; i += 8) {
        v8 a = load(re + i), b = load(im + i), c = load(cosine + i), s = load(sine + i);
        store(re + i, a * c - b * s);
        store(im + i, a * s + b * c);
    }
    transpose(re, re2, rows, 32);
    transpose(im, im2, rows, 32);
    columns(re2, im2, re, im, 32, rows, turn, n);
    memcpy(re, re2, sizeof(float) * n);
    memcpy(im, im2, sizeof(float) * n);
}

static void transform(float *re, float *im, int n, const float *turn)
{
    if (n == 1024)
        transform_of(re, im, 32, turn);
    else
        transform_of(re, im, 64, turn);
}

/* The last of eight first. */
INLINE v8 backwards(v8 a) { return SHUFFLE(a, a, 7, 6, 5, 4, 3, 2, 1, 0); }

/* ---- Filters that change over time ---------------------------------------------------------------------------------- */

/* Add to `out` (STEP-aligned, as long as `signal`) frames of two hops, each filtered by its magnitudes (frames, bins) without
   phase; two frames at once, as real and imaginary part. */
API void see2sound_filter(const float *signal, int64_t frames, const float *magnitudes, int64_t bins, const float *window,
                          const float *turn, float *out)
{
    enum { SIZE = 4 * HOP };
    for (int64_t first = 0; first < frames; first += 2) {
        float re[SIZE] = {0}, im[SIZE] = {0};
        const int both = first + 1 < frames;
        const float *one = magnitudes + first * bins, *two = one + (both ? bins : 0);
        for (int i = 0; i < 2 * HOP; i++) {
            re[HOP + i] = signal[first * HOP + i] * window[i];
            im[HOP + i] = both ? signal[(first + 1) * HOP + i] * window[i] : 0.0f;
        }
        transform(re, im, SIZE, turn);
        /* Of z = a + ib the transforms are those of the even and the odd part. */
        for (int k = 0; k <= SIZE / 2; k++) {
            const int m = (SIZE - k) % SIZE;
            const float ar = 0.5f * (re[k] + re[m]), ai = 0.5f * (im[k] - im[m]), br = 0.5f * (im[k] + im[m]);
            const float bi = 0.5f * (re[m] - re[k]), f = one[k] / SIZE, g = two[k] / SIZE;
            re[k] = f * ar - g * bi;
            im[k] = f * ai + g * br;
            re[m] = f * ar + g * bi;
            im[m] = g * br - f * ai;
        }
        transform(im, re, SIZE, turn); /* backwards, by changing the parts */
        for (int i = 0; i < SIZE; i++)
            out[first * HOP + i] += re[i];
        for (int i = 0; both && i < SIZE; i++)
            out[(first + 1) * HOP + i] += im[i];
    }
}

/* ---- Two ears ------------------------------------------------------------------------------------------------------- */

/* Add to `spectra` (frames, 4, row) what both ears, (frames + 1) * HOP samples each, hear through a head: frames of two hops under a
   window, with gains on ramps (gain at (frames + 1) * HOP / STEP + 1 points). `table`: (directions, 4, row) real and imaginary
   parts of both ears' responses; `near`, `weight`: (frames or 1, around); `focus`: how much of that, the rest of `everywhere`. */
API void see2sound_hear(const float *left, const float *right, const double *gain, int64_t frames, const int32_t *near, const float *weight,
                        int64_t around, int64_t same, const float *focus, const float *table, const float *everywhere,
                        int64_t size, int64_t row, const float *window, const float *turn, float *spectra)
{
    float re[MOST_SAMPLES], im[MOST_SAMPLES], response[4 * (MOST_SAMPLES / 2 + 8)];
    const int64_t half = size / 2;
    for (int64_t frame = 0; frame < frames; frame++) {
        if (frame == 0 || !same) {
            memset(response, 0, sizeof(float) * 4 * row);
            for (int64_t i = 0; i < around; i++) {
                const float w = focus[same ? 0 : frame] * weight[frame * around + i];
                const float *from = table + near[frame * around + i] * 4 * row;
                if (w != 0.0f)
                    for (int64_t k = 0; k < 4 * row; k += 8)
                        store(response + k, load(response + k) + w * load(from + k));
            }
            const float rest = 1.0f - focus[same ? 0 : frame];
            if (rest > 0.0f)
                for (int64_t k = 0; k < 4 * row; k += 8)
                    store(response + k, load(response + k) + rest * load(everywhere + k));
        }
        for (int part = 0; part < 2 * HOP / STEP; part++) {
            const double *ends = gain + (frame * HOP) / STEP + part;
            const float begin = (float)ends[0], rise = (float)((ends[1] - ends[0]) / STEP);
            for (int i = 0; i < STEP; i++) {
                const float level = window[part * STEP + i] * (begin + rise * i);
                re[part * STEP + i] = left[frame * HOP + part * STEP + i] * level;
                im[part * STEP + i] = right[frame * HOP + part * STEP + i] * level;
            }
        }
        memset(re + 2 * HOP, 0, sizeof(float) * (size - 2 * HOP));
        memset(im + 2 * HOP, 0, sizeof(float) * (size - 2 * HOP));
        transform(re, im, (int)size, turn);
        const float *lr = response, *li = lr + row, *rr = li + row, *ri = rr + row;
        float *to = spectra + frame * 4 * row;
        for (int64_t k = 0; k < half; k += 8) { /* the left ear is the even part, the right one the odd part; see filter */
            v8 ar = load(re + k), ai = load(im + k), br, bi;
            if (k) {
                br = backwards(load(re + size - k - 7));
                bi = backwards(load(im + size - k - 7));
            } else {
                for (int i = 0; i < 8; i++) {
                    br[i] = re[(size - i) % size];
                    bi[i] = im[(size - i) % size];
                }
            }
            v8 er = 0.5f * (ar + br), ei = 0.5f * (ai - bi), dr = 0.5f * (ai + bi), di = 0.5f * (br - ar);
            store(to + k, load(to + k) + er * load(lr + k) - ei * load(li + k));
            store(to + row + k, load(to + row + k) + er * load(li + k) + ei * load(lr + k));
            store(to + 2 * row + k, load(to + 2 * row + k) + dr * load(rr + k) - di * load(ri + k));
            store(to + 3 * row + k, load(to + 3 * row + k) + dr * load(ri + k) + di * load(rr + k));
        }
        to[half] += re[half] * lr[half];
        to[2 * row + half] += im[half] * rr[half];
    }
}

/* Turn spectra (frames, 4, row) back into samples, and add them to both ears (2, samples) HOP samples apart: all of each but the
   last, of that the first hop. */
API void see2sound_sound(const float *spectra, int64_t frames, int64_t size, int64_t row, const float *turn, float *out,
                         int64_t samples)
{
    float re[MOST_SAMPLES], im[MOST_SAMPLES];
    const int64_t half = size / 2;
    const float scale = 1.0f / size;
    for (int64_t frame = 0; frame < frames; frame++) {
        const float *lr = spectra + frame * 4 * row, *li = lr + row, *rr = li + row, *ri = rr + row;
        for (int64_t k = 0; k <= half; k++) {
            const int64_t m = k ? size - k : 0;
            re[m] = scale * (lr[k] + ri[k]);
            im[m] = scale * (rr[k] - li[k]);
            re[k] = scale * (lr[k] - ri[k]);
            im[k] = scale * (li[k] + rr[k]);
        }
        transform(im, re, (int)size, turn); /* backwards, by changing the parts */
        const int64_t kept = frame + 1 < frames ? size : HOP;
        for (int64_t i = 0; i < kept; i += 8) {
            float *left = out + frame * HOP + i, *right = left + samples;
            store(left, load(left) + load(re + i));
            store(right, load(right) + load(im + i));
        }
    }
}

/* ---- At control points ---------------------------------------------------------------------------------------------- */

/* The place at a moment on a cubic between knots, which is looked for from `piece` on. */
INLINE void place_at(const double *knots, const double *coefficients, int64_t pieces, int64_t *piece, double moment, double *at)
{
    while (*piece > 0 && moment < knots[*piece])
        --*piece;
    while (*piece < pieces - 1 && moment >= knots[*piece + 1])
        ++*piece;
    const double held = moment < knots[0] ? knots[0] : moment > knots[pieces] ? knots[pieces] : moment;
    const double x = held - knots[*piece], *c = coefficients + 3 * *piece;
    for (int k = 0; k < 3; k++)
        at[k] = ((c[k] * x + c[3 * pieces + k]) * x + c[6 * pieces + k]) * x + c[9 * pieces + k];
}

/* The places at four moments, which are mostly on one piece. */
INLINE void places_at(const double *knots, const double *coefficients, int64_t pieces, int64_t *piece, v4 moment, v4 *at)
{
    double single[3];
    for (int k = 0; k < 3; k++)
        at[k] = (v4){0} + coefficients[k];
    if (!pieces)
        return;
    place_at(knots, coefficients, pieces, piece, moment[0], single);
    const double from = knots[*piece], to = knots[*piece + 1];
    const l4 outside = (moment < from) | (moment > to);
    if (outside[0] | outside[1] | outside[2] | outside[3]) {
        for (int i = 0; i < 4; i++) {
            place_at(knots, coefficients, pieces, piece, moment[i], single);
            for (int k = 0; k < 3; k++)
                at[k][i] = single[k];
        }
        return;
    }
    const v4 x = moment - from;
    const double *c = coefficients + 3 * *piece;
    for (int k = 0; k < 3; k++)
        at[k] = ((c[k] * x + c[3 * pieces + k]) * x + c[6 * pieces + k]) * x + c[9 * pieces + k];
}

INLINE v4 root(v4 a)
{
    v4 found;
    for (int i = 0; i < 4; i++)
        found[i] = sqrt(a[i]);
    return found;
}

/* When what arrives at `times` (points,) at `places` (points, 3), or always at one place, was emitted: `rounds` of a fixed-point
   iteration. The source is at `coefficients` (4, pieces, 3) of a cubic between `knots`, held before the first and after the last
   one; at `coefficients` (3,) if there are no pieces. `image`: a matrix (3, 3) and an offset (3,) of a mirror, or nothing.
   `seen`: the first and last moment that the curve was asked for, before they were held. */
API void see2sound_emit(const double *times, const double *places, int64_t moving, int64_t points, const double *knots,
                        const double *coefficients, int64_t pieces, const double *image, double speed, int64_t rounds,
                        double *emitted, double *towards, double *distance, double *seen)
{
    enum { TILE = 64 };
    double low = times[0], high = times[0];
    int64_t piece = 0;
    for (int64_t begin = 0; begin < points; begin += TILE) {
        const int count = (int)(begin + TILE < points ? TILE : points - begin);
        v4 time[TILE / 4], moment[TILE / 4], here[3][TILE / 4], way[3][TILE / 4], length[TILE / 4];
        for (int i = 0; i < TILE; i++) { /* the last point fills up */
            const int64_t which = begin + (i < count ? i : count - 1);
            time[i / 4][i % 4] = times[which];
            for (int k = 0; k < 3; k++)
                here[k][i / 4][i % 4] = places[moving ? 3 * which + k : k];
        }
        memcpy(moment, time, sizeof moment);
        for (int64_t round = 0; round < rounds; round++) {
            hold((const double *)moment, TILE, &low, &high);
            for (int i = 0; i < TILE / 4; i++) {
                v4 at[3], square = {0};
                places_at(knots, coefficients, pieces, &piece, moment[i], at);
                for (int k = 0; k < 3; k++) {
                    const v4 seen_at = image ? image[3 * k] * at[0] + image[3 * k + 1] * at[1] + image[3 * k + 2] * at[2] + image[9 + k]
                                             : at[k];
                    way[k][i] = seen_at - here[k][i];
                    square += way[k][i] * way[k][i];
                }
                length[i] = root(square);
                moment[i] = time[i] - length[i] / speed;
            }
        }
        memcpy(emitted + begin, moment, sizeof(double) * count);
        memcpy(distance + begin, length, sizeof(double) * count);
        for (int i = 0; i < count; i++)
            for (int k = 0; k < 3; k++)
                towards[3 * (begin + i) + k] = way[k][i / 4][i % 4];
    }
    seen[0] = low;
    seen[1] = high;
}

/* Unit vectors (points, 3) in the listener's frame of vectors in the world; its rotation (points, 3, 3), or always the same. */
API void see2sound_face(const double *towards, const double *distance, int64_t points, const double *rotations, int64_t turning,
                        double *direction)
{
    for (int64_t i = 0; i < points; i++) {
        const double *r = rotations + (turning ? 9 * i : 0), *t = towards + 3 * i, by = 1.0 / distance[i];
        const int there = distance[i] >= 1e-9; /* at the listener: ahead */
        for (int k = 0; k < 3; k++)
            direction[3 * i + k] = there ? by * (r[k] * t[0] + r[3 + k] * t[1] + r[6 + k] * t[2]) : k == 0;
    }
}

/* Which of the triangles of a hull, `inverse` (faces, 3, 3) of its corners, each direction (points, 3) goes through, and the
   weights (points, 3) of its corners, of sum 1. From face to face, across the edge that a direction lies furthest beyond. */
API void see2sound_around(const double *direction, int64_t points, const double *inverse, const int32_t *neighbours, int64_t faces,
                          int32_t *face, double *weight)
{
    int64_t now = 0;
    for (int64_t i = 0; i < points; i++) {
        const double *d = direction + 3 * i;
        double w[3] = {1.0, 1.0, 1.0}, best = -INFINITY;
        int64_t found = now, tries = 0;
        for (; tries < 2 * faces + 64; tries++) {
            const int64_t walked = tries < 64 ? now : (tries - 64) % faces; /* lost: one after the other */
            const double *m = inverse + 9 * walked;
            double v[3];
            for (int k = 0; k < 3; k++)
                v[k] = d[0] * m[k] + d[1] * m[3 + k] + d[2] * m[6 + k];
            const int lowest = v[0] <= v[1] ? (v[0] <= v[2] ? 0 : 2) : (v[1] <= v[2] ? 1 : 2);
            if (v[lowest] > best) {
                best = v[lowest];
                found = walked;
                memcpy(w, v, sizeof w);
            }
            if (best >= -1e-9 || tries >= 64 + faces)
                break;
            now = tries < 63 ? neighbours[3 * walked + lowest] : now;
        }
        now = found;
        double sum = 0.0;
        for (int k = 0; k < 3; k++)
            sum += w[k] = w[k] > 0.0 ? w[k] : 0.0;
        face[i] = (int32_t)found;
        for (int k = 0; k < 3; k++)
            weight[3 * i + k] = w[k] / sum;
    }
}

/* Where on a quadrangle's side a direction lies, from 0 to 1: a quadratic equation. `inside`: whether it lies there. */
static double share_of(const double *d, const double *m, double edge, int *inside)
{
    const double a = d[0] * m[0] + d[1] * m[3] + d[2] * m[6], b = d[0] * m[1] + d[1] * m[4] + d[2] * m[7];
    const double c = d[0] * m[2] + d[1] * m[5] + d[2] * m[8], under = b * b - 4.0 * a * c;
    const double root = sqrt(under > 0.0 ? under : 0.0), half = -0.5 * (b + (b >= 0.0 ? root : -root));
    double share = half != 0.0 ? c / half : INFINITY;
    if (!(share > -edge && share < 1.0 + edge)) /* the other solution */
        share = a != 0.0 ? half / a : INFINITY;
    *inside = share > -edge && share < 1.0 + edge;
    return !*inside ? 0.0 : share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
}

/* Whether a direction goes through a quadrangle; then also the shares of its corners. */
static int in_quadrangle(const double *d, const double *c, const double *sides, double edge, double *shares)
{
    int in_x, in_y;
    const double x = share_of(d, sides, edge, &in_x), y = share_of(d, sides + 9, edge, &in_y);
    const double four[4] = {(1.0 - x) * (1.0 - y), x * (1.0 - y), x * y, (1.0 - x) * y};
    double ahead = 0.0;
    for (int k = 0; k < 4; k++)
        ahead += four[k] * (c[3 * k] * d[0] + c[3 * k + 1] * d[1] + c[3 * k + 2] * d[2]);
    if (!in_x || !in_y || !(ahead > 0.0))
        return 0;
    memcpy(shares, four, sizeof four);
    return 1;
}

INLINE v4 choose(l4 mask, v4 there, v4 elsewhere) { return (v4)((mask & (l4)there) | (~mask & (l4)elsewhere)); }

/* `share_of` for four directions, of which all must lie inside. */
INLINE v4 shares_of(const v4 *d, const double *m, double edge, l4 *inside)
{
    const v4 zero = {0}, a = d[0] * m[0] + d[1] * m[3] + d[2] * m[6], b = d[0] * m[1] + d[1] * m[4] + d[2] * m[7];
    const v4 c = d[0] * m[2] + d[1] * m[5] + d[2] * m[8], under = b * b - 4.0 * a * c;
    const v4 by = root(choose(under > zero, under, zero)), half = -0.5 * (b + choose(b >= zero, by, -by));
    const v4 one = c / half, other = half / a; /* what is divided by zero is not inside */
    const l4 first = (one > zero - edge) & (one < zero + (1.0 + edge));
    *inside &= first | ((other > zero - edge) & (other < zero + (1.0 + edge)));
    return choose(first, one, other);
}

/* Whether four directions go through a face, as far inside as `inner`; then also the shares of its corners. */
INLINE int through(const v4 *d, const double *inverse, int64_t triangles, const double *corners, const double *sides, int64_t face,
                   double inner, v4 *shares)
{
    const v4 zero = {0};
    l4 in = zero == zero;
    if (face < triangles) {
        const double *m = inverse + 9 * face;
        for (int k = 0; k < 3; k++) {
            shares[k] = d[0] * m[k] + d[1] * m[3 + k] + d[2] * m[6 + k];
            in &= shares[k] >= zero + inner;
        }
        shares[3] = zero;
    } else {
        const double *c = corners + 12 * (face - triangles), *side = sides + 18 * (face - triangles);
        const v4 x = shares_of(d, side, -inner, &in), y = shares_of(d, side + 9, -inner, &in);
        const v4 four[4] = {(1.0 - x) * (1.0 - y), x * (1.0 - y), x * y, (1.0 - x) * y};
        v4 ahead = zero;
        for (int k = 0; k < 4; k++) {
            ahead += four[k] * (c[3 * k] * d[0] + c[3 * k + 1] * d[1] + c[3 * k + 2] * d[2]);
            shares[k] = four[k];
        }
        in &= ahead > zero;
    }
    return (in[0] & in[1] & in[2] & in[3]) != 0;
}

/* The face that a direction goes through, the one before first, and the weights (4,) of its corners. */
static int64_t face_of(const double *d, const double *inverse, int64_t triangles, const double *corners, const double *sides,
                       int64_t quadrangles, int64_t last, double inner, double edge, double *weight)
{
    double best = -INFINITY;
    int64_t found = 0;
    memset(weight, 0, sizeof(double) * 4);
    if (last >= triangles && in_quadrangle(d, corners + 12 * (last - triangles), sides + 18 * (last - triangles), -inner, weight))
        return last;
    for (int64_t tried = -1; tried < triangles && best < inner; tried++) {
        const int64_t face = tried < 0 ? last : tried;
        if (face >= triangles)
            continue;
        const double *m = inverse + 9 * face;
        double v[3];
        for (int k = 0; k < 3; k++)
            v[k] = d[0] * m[k] + d[1] * m[3 + k] + d[2] * m[6 + k];
        const double less = v[0] < v[1] ? v[0] : v[1], least = less < v[2] ? less : v[2];
        if (least > best) {
            best = least;
            found = face;
            for (int k = 0; k < 3; k++)
                weight[k] = v[k] > 0.0 ? v[k] : 0.0;
        }
    }
    for (int64_t q = 0; q < quadrangles && best < -edge; q++)
        if (in_quadrangle(d, corners + 12 * q, sides + 18 * q, edge, weight))
            return triangles + q;
    return found;
}

/* The gains (speakers,) of power 1 for weights (4,) of corners, by `downmix` (corners, speakers). */
INLINE void gains_of(const double *weight, const int32_t *members, const double *downmix, int64_t speakers, double *restrict gain)
{
    const double *a = downmix + members[0] * speakers, *b = downmix + members[1] * speakers;
    const double *c = downmix + members[2] * speakers, *d = downmix + members[3] * speakers;
    double power = 0.0;
    for (int64_t s = 0; s < speakers; s++) {
        gain[s] = weight[0] * a[s] + weight[1] * b[s] + weight[2] * c[s] + weight[3] * d[s];
        power += gain[s] * gain[s];
    }
    power = 1.0 / sqrt(power);
    for (int64_t s = 0; s < speakers; s++)
        gain[s] *= power;
}

/* Gains (points, speakers) by a hull of triangles, `inverse` (triangles, 3, 3), and quadrangles, each of whose `corners`
   (quadrangles, 4, 3) and `sides` (quadrangles, 2, 3, 3); `members` of first those, then these, four places each; `downmix`
   (corners, speakers). Four directions at once, as long as they go through the same face. */
API void see2sound_pan(const double *direction, int64_t points, const double *inverse, int64_t triangles, const double *corners,
                       const double *sides, int64_t quadrangles, const int32_t *members, const double *downmix, int64_t speakers,
                       double edge, double *gains)
{
    const double inner = 1e-6; /* so far inside a face that no other one is tried */
    int64_t last = 0;
    for (int64_t i = 0; i < points;) {
        const double *d = direction + 3 * i;
        double weight[4];
        if (i + 4 <= points) {
            const v4 four[3] = {{d[0], d[3], d[6], d[9]}, {d[1], d[4], d[7], d[10]}, {d[2], d[5], d[8], d[11]}};
            v4 shares[4];
            if (through(four, inverse, triangles, corners, sides, last, inner, shares)) {
                for (int j = 0; j < 4; j++, i++) {
                    for (int k = 0; k < 4; k++)
                        weight[k] = shares[k][j];
                    gains_of(weight, members + 4 * last, downmix, speakers, gains + i * speakers);
                }
                continue;
            }
        }
        last = face_of(d, inverse, triangles, corners, sides, quadrangles, last, inner, edge, weight);
        gains_of(weight, members + 4 * last, downmix, speakers, gains + i * speakers);
        i++;
    }
}

/* SN3D harmonics (points, (order + 1)^2) of directions (points, 3), by the recurrences of reference.py. `first` (order + 1,) and
   `scale` ((order + 1)^2,): the Legendre functions to begin with, and the weights. */
API void see2sound_encode(const double *direction, int64_t points, int64_t order, const double *first, const double *scale,
                          double *harmonics)
{
    const int64_t channels = (order + 1) * (order + 1);
    for (int64_t i = 0; i < points; i++) {
        const double x = direction[3 * i], y = direction[3 * i + 1], z = direction[3 * i + 2];
        double cosine = 1.0, sine = 0.0, *to = harmonics + i * channels;
        for (int64_t m = 0; m <= order; m++) {
            double before = 0.0, current = first[m];
            for (int64_t n = m; n <= order; n++) {
                const int64_t middle = n * n + n;
                to[middle + m] = scale[middle + m] * current * cosine;
                if (m)
                    to[middle - m] = scale[middle - m] * current * sine;
                const double next = ((double)(2 * n + 1) * z * current - (double)(n + m) * before) / (double)(n - m + 1);
                before = current;
                current = next;
            }
            const double turned = cosine * x - sine * y;
            sine = sine * x + cosine * y;
            cosine = turned;
        }
    }
}

/* Magnitudes (points, bins) of the air over `distance` (points,) metres, at `loss` (bins,) dB a metre and at most `largest` dB. */
API void see2sound_air(const double *distance, int64_t points, const float *loss, int64_t bins, float largest, float *magnitudes)
{
    const float octaves = 0.16609640474436813f; /* log2(10) / 20: what a decibel is in powers of two */
    for (int64_t i = 0; i < points; i++) {
        const float metres = (float)distance[i];
        for (int64_t k = 0; k < bins; k++) {
            float lost = metres * loss[k];
            lost = (lost < largest ? lost : largest) * octaves;
            const int32_t whole = (int32_t)lost;
            const float x = (lost - (float)whole) * -0.69314718056f; /* 2^-part by its series */
            float part = 1.0f + x * (1.0f + x * (0.5f + x * (1.0f / 6 + x * (1.0f / 24 + x * (1.0f / 120 + x * (1.0f / 720 + x * (1.0f / 5040 + x / 40320)))))));
            const uint32_t power = (uint32_t)(127 - whole) << 23;
            float scale;
            memcpy(&scale, &power, sizeof scale);
            magnitudes[i * bins + k] = part * scale;
        }
    }
}

/* ---- Measuring ------------------------------------------------------------------------------------------------------ */

/* Add the energy of a block (channels, samples) through two biquads to `energies` (steps, channels), `since` samples after the
   first step began. `state`: (channels, 4), what the biquads hold. */
API void see2sound_weigh(const float *block, int64_t channels, int64_t samples, const double *sections, double *state, int64_t step,
                         int64_t since, double *energies)
{
    const double *p = sections, *q = sections + 6;
    for (int64_t first = 0; first < channels; first += 4) {
        const int64_t many = channels - first < 4 ? channels - first : 4;
        const float *rows[4];
        v4 s[4];
        for (int j = 0; j < 4; j++) {
            rows[j] = block + (first + (j < many ? j : 0)) * samples;
            for (int k = 0; k < 4; k++)
                s[k][j] = state[4 * (first + (j < many ? j : 0)) + k];
        }
        for (int64_t i = 0; i < samples;) {
            const int64_t place = (since + i) / step, until = (place + 1) * step - since, end = until < samples ? until : samples;
            v4 energy = {0};
            for (; i < end; i++) {
                v4 x = {rows[0][i], rows[1][i], rows[2][i], rows[3][i]};
                v4 y = p[0] * x + s[0];
                s[0] = p[1] * x - p[4] * y + s[1];
                s[1] = p[2] * x - p[5] * y;
                v4 z = q[0] * y + s[2];
                s[2] = q[1] * y - q[4] * z + s[3];
                s[3] = q[2] * y - q[5] * z;
                energy += z * z;
            }
            for (int64_t j = 0; j < many; j++) {
                energies[place * channels + first + j] += energy[j];
                for (int k = 0; k < 4; k++)
                    s[k][j] = fabs(s[k][j]) < 1e-30 ? 0.0 : s[k][j]; /* numbers near zero are slow */
            }
        }
        for (int64_t j = 0; j < many; j++)
            for (int k = 0; k < 4; k++)
                state[4 * (first + j) + k] = s[k][j];
    }
}

/* The largest absolute value of `span` (samples + taps - 1,) between its samples, `peak` or more: `phases` (4, taps) of an
   interpolator that makes no more than `bound` times the samples. */
API double see2sound_peak(const float *span, int64_t samples, const float *phases, int64_t taps, double bound, double peak)
{
    enum { TILE = 64 };
    float most = (float)peak;
    for (int64_t begin = 0; begin < samples; begin += TILE) {
        const int64_t count = samples - begin < TILE ? samples - begin : TILE;
        float largest = 0.0f;
        for (int64_t i = begin; i < begin + count + taps - 1; i++)
            largest = fabsf(span[i]) > largest ? fabsf(span[i]) : largest;
        if (largest * bound <= most)
            continue;
        most = largest > most ? largest : most;
        for (int phase = 0; phase < 4; phase++) {
            float between[TILE] = {0};
            for (int64_t k = 0; k < taps; k++)
                for (int64_t i = 0; i < count; i++)
                    between[i] += phases[phase * taps + k] * span[begin + i + k];
            for (int64_t i = 0; i < count; i++)
                most = fabsf(between[i]) > most ? fabsf(between[i]) : most;
        }
    }
    return most > peak ? most : peak;
}

/* The largest absolute value and the energy of `count` values, added to both in `found`. */
API void see2sound_level(const float *values, int64_t count, double *found)
{
    enum { TILE = 512 };
    for (int64_t begin = 0; begin < count; begin += TILE) {
        const int64_t end = begin + TILE < count ? begin + TILE : count;
        float largest = 0.0f, energy[8] = {0};
        for (int64_t i = begin; i < end; i++)
            largest = fabsf(values[i]) > largest ? fabsf(values[i]) : largest;
        int64_t i = begin;
        for (; i + 8 <= end; i += 8)
            for (int k = 0; k < 8; k++)
                energy[k] += values[i + k] * values[i + k];
        for (; i < end; i++)
            energy[0] += values[i] * values[i];
        for (int k = 0; k < 8; k++)
            found[1] += energy[k];
        found[0] = largest > found[0] ? largest : found[0];
    }
}
