/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builder wants to know of a processor: one field for each method of the Java interface
 * AArch64LibCHelper$CPUFeatures (javap), by its name.
 */
#ifndef AARCH64CPUFEATURES_H
#define AARCH64CPUFEATURES_H

#include <stdbool.h>

typedef struct CPUFeatures {
    bool fFP;
    bool fASIMD;
    bool fEVTSTRM;
    bool fAES;
    bool fPMULL;
    bool fSHA1;
    bool fSHA2;
    bool fCRC32;
    bool fLSE;
    bool fDCPOP;
    bool fSHA3;
    bool fSHA512;
    bool fSVE;
    bool fSVE2;
    bool fSTXR_PREFETCH;
    bool fA53MAC;
    bool fDMB_ATOMICS;
    bool fPACA;
    bool fSVEBITPERM;
    bool fFPHP;
    bool fASIMDHP;
} CPUFeatures;

#endif
