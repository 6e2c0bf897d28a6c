/* Key files on disk. A secret key is created with mode 0600 and never replaces a file; what was
 * read of one is wiped. */
#ifndef RH_HOST_KEYFILE_H
#define RH_HOST_KEYFILE_H

#include "host/minisign.h"

/* A file, or the base64 text of a public key itself ("RW..." of 56 characters). */
rh_status rh_keyfile_public(const char *path_or_text, rh_public_key *key, rh_error *error);
rh_status rh_keyfile_secret(const char *path, const rh_asker *asker, rh_secret_key *key,
                            rh_error *error);
/* Make a pair and write both files, neither of which may exist; missing folders are made. With a
 * NULL passphrase the secret key is not encrypted. A failure leaves neither file. */
rh_status rh_keyfile_generate(const char *secret_path, const char *public_path,
                              const char *passphrase, rh_public_key *key, rh_error *error);

#endif
