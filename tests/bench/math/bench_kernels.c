/* Nanoseconds per call of the kernels, inlined into a loop over an array and through the public
 * functions. A bench, never a test: it asserts nothing. Build it by hand against rh_math, with
 * -mfma -mavx2 for the inlined figures; the fastest of many passes is printed. */
#include <stdio.h>
#include <time.h>

#include "math/kernel_exp.h"
#include "math/kernel_log.h"
#include "math/kernel_normal.h"
#include "math/kernel_trig.h"
#include "math/kernels.h"

#define COUNT 4096
#define PASSES 300

static double input[COUNT];
static double output[COUNT];

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void fill(double low, double high)
{
    uint32_t state = 1;
    for (int i = 0; i < COUNT; i++) {
        state = state * 1664525u + 1013904223u;
        input[i] = low + (high - low) * ((double)(state >> 8) * 0x1p-24);
    }
}

#define BENCH(name, expression, low, high)                                                         \
    do {                                                                                           \
        fill(low, high);                                                                           \
        double best = 1e300;                                                                       \
        for (int pass = 0; pass < PASSES; pass++) {                                                \
            double start = now_ns();                                                               \
            for (int i = 0; i < COUNT; i++) {                                                      \
                double x = input[i];                                                               \
                output[i] = (expression);                                                          \
            }                                                                                      \
            double took = (now_ns() - start) / COUNT;                                              \
            best = took < best ? took : best;                                                      \
        }                                                                                          \
        sum += output[COUNT / 3];                                                                  \
        printf("%-28s %6.2f ns\n", name, best);                                                    \
    } while (0)

int main(void)
{
    volatile double sum = 0.0;
    printf("public functions use: %s\n", rh_isa_name());
    BENCH("exp", rh_k_exp(x), -10.0, 10.0);
    BENCH("expm1", rh_k_expm1(x), -1.0, 1.0);
    BENCH("log", rh_k_log(x), 0.01, 100.0);
    BENCH("log1p", rh_k_log1p(x), 0.0, 1.0);
    BENCH("pow(x, 2.37)", rh_k_pow(x, 2.37), 0.1, 10.0);
    BENCH("sin", rh_k_sin(x), -10.0, 10.0);
    BENCH("cos", rh_k_cos(x), -10.0, 10.0);
    BENCH("sin, huge", rh_k_sin(x), 1e10, 1e300);
    BENCH("erfc", rh_k_erfc(x), -4.0, 4.0);
    BENCH("erfcx", rh_k_erfcx(x), 0.0, 10.0);
    BENCH("normal_pdf", rh_k_normal_pdf(x), -4.0, 4.0);
    BENCH("normal_cdf", rh_k_normal_cdf(x), -4.0, 4.0);
    BENCH("normal_quantile", rh_k_normal_quantile(x), 0.0, 1.0);
    BENCH("rh_exp, called", rh_exp(x), -10.0, 10.0);
    BENCH("rh_log, called", rh_log(x), 0.01, 100.0);
    BENCH("rh_normal_cdf, called", rh_normal_cdf(x), -4.0, 4.0);
    return sum == 0.5;
}
