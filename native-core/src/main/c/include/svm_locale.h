/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builder's Java interface LocaleCHelper (javap) asks about the caller's locale. A field
 * that is NULL is not known.
 */
#ifndef SVM_LOCALE_H
#define SVM_LOCALE_H

#define SVM_LOCALE_INITIALIZATION_SUCCEEDED 0
#define SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY 1

typedef struct svm_locale_props_t {
    const char *display_country;
    const char *format_country;
    const char *display_language;
    const char *format_language;
    const char *display_script;
    const char *format_script;
    const char *display_variant;
    const char *format_variant;
} svm_locale_props_t;

#endif
