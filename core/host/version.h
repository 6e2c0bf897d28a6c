/* Versions by Semantic Versioning 2.0.0 (semver.org): "1.2.3", "1.2.3-rc.1"; no build metadata.
 * And names of policies that can be shared: they are folders and words of a key store. */
#ifndef RH_HOST_VERSION_H
#define RH_HOST_VERSION_H

#include <stdbool.h>

/* Valid, and shorter than RH_NAME_MAX. */
bool rh_version_valid(const char *text);
/* Negative, 0 or positive, by precedence (semver.org section 11). Both must be valid. */
int rh_version_compare(const char *a, const char *b);
/* Lower-case letters, digits, '-' and '_', beginning with a letter, shorter than RH_NAME_MAX. */
bool rh_policy_name_valid(const char *text);

#endif
