/* Who signed an installed version: the key that verified it, as it was when it was installed.
 * One small file for each version, beside the folder of policies and not in it, since a version's
 * folder holds what was packed and nothing else. It is a note for people: nothing is permitted by
 * it. A note counts only for the very content it was made for. */
#ifndef RH_HOST_SIGNER_H
#define RH_HOST_SIGNER_H

#include "host/installed.h"
#include "host/minisign.h"

typedef struct rh_signer {
    char key_id[RH_KEY_ID_TEXT];    /* "" when no signature was verified */
    char about[256];                /* what the key store said of the key; "" */
    char comment[256];              /* the trusted comment of the signature, cut */
    char sha256[RH_SHA256_HEX];     /* of the source set, as a scenario pins it */
} rh_signer;

/* Note it, in place of what was noted; with an empty key_id only take the old note away. */
rh_status rh_signer_write(const char *root, const char *name, const char *version,
                          const rh_signer *signer, rh_error *error);
/* What is noted for this version with this content; false, and all empty, when nothing is. */
bool rh_signer_read(const char *root, const rh_installed *item, const char *sha256,
                    rh_signer *signer);
void rh_signer_remove(const char *root, const char *name, const char *version);

#endif
