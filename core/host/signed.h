/* Signed bundles: what a signature must say about a bundle, and the way from an archive file to the
 * user's policies. A signature binds the name and version that the bundle declares, through the
 * words "name:NAME version:VERSION" of minisign's trusted comment. */
#ifndef RH_HOST_SIGNED_H
#define RH_HOST_SIGNED_H

#include "host/bundle.h"
#include "host/keystore.h"
#include "host/minisign.h"

typedef enum rh_signatures { RH_SIGNATURES_OFF, RH_SIGNATURES_WARN, RH_SIGNATURES_ENFORCE }
    rh_signatures;
extern const char *const rh_signatures_words[];     /* "off", "warn", "enforce", NULL */

/* "rehedge bundle name:NAME version:VERSION" */
void rh_binding_text(const rh_manifest *manifest, char out[RH_NAME_MAX * 2 + 64]);
/* RH_OK: the comment binds this name and version. RH_NOT_FOUND: it binds none (what plain minisign
 * writes). RH_INPUT: it binds others, or binds twice. With a message. */
rh_status rh_binding_check(const char *label, const char *trusted_comment,
                           const rh_manifest *manifest, rh_error *error);

typedef struct rh_install_request {
    const char *path;               /* of the archive */
    const char *signature_path;     /* NULL: path + ".minisig" */
    const rh_public_key *key;       /* a key named for this install; NULL: those of the store */
    const char *keystore_path, *root;
    rh_signatures signatures;
    bool allow_downgrade;
} rh_install_request;

typedef struct rh_install_result {
    rh_manifest manifest;
    char sha256[RH_SHA256_HEX];     /* of the policy's source set, what a scenario pins */
    char key_id[RH_KEY_ID_TEXT];    /* that verified; "" when none did */
    char key_about[256];            /* what the key store says of it */
    char warning[RH_ERROR_MESSAGE_MAX];     /* what WARN let pass; "" */
    bool already;                   /* this very content was installed before */
} rh_install_result;

/* Signature first, then the archive, then the policy (loaded, never called), then the files, under
 * their final name by one rename. Refused: RH_INPUT, RH_LIMIT or RH_POLICY and nothing left. */
rh_status rh_install(const rh_install_request *request, rh_install_result *result,
                     rh_error *error);

#endif
