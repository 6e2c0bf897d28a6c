/* The rounds of Philox4x32-10 on one counter, inline so that batches can run them over lanes. Pure
 * integer arithmetic; holds no state. */
#ifndef RH_BASE_PHILOX_H
#define RH_BASE_PHILOX_H

#include <stdint.h>

#define RH_PHILOX_ROUNDS 10

/* key is (k0, k1); the counter's words are changed in place. */
static inline void rh_philox_rounds(uint32_t c[4], uint32_t k0, uint32_t k1)
{
    const uint32_t multiplier_0 = UINT32_C(0xD2511F53), multiplier_1 = UINT32_C(0xCD9E8D57);
    const uint32_t weyl_0 = UINT32_C(0x9E3779B9), weyl_1 = UINT32_C(0xBB67AE85);
    uint32_t c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    for (int round = 0; round < RH_PHILOX_ROUNDS; round++) {
        uint64_t product_0 = (uint64_t)multiplier_0 * c0;
        uint64_t product_1 = (uint64_t)multiplier_1 * c2;
        c0 = (uint32_t)(product_1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product_1;
        c2 = (uint32_t)(product_0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product_0;
        k0 += weyl_0;
        k1 += weyl_1;
    }
    c[0] = c0;
    c[1] = c1;
    c[2] = c2;
    c[3] = c3;
}

#endif
