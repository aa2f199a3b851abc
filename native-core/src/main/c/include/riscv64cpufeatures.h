/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builder wants to know of a processor: one field for each method of the Java interface
 * RISCV64LibCHelper$CPUFeatures (javap), by its name. It reads this file whatever it builds for.
 */
#ifndef RISCV64CPUFEATURES_H
#define RISCV64CPUFEATURES_H

#include <stdbool.h>

typedef struct CPUFeatures {
    bool fI;
    bool fM;
    bool fA;
    bool fF;
    bool fD;
    bool fC;
    bool fV;
} CPUFeatures;

#endif
