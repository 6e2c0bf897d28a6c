/* Installed policies: ROOT/NAME/VERSION/ holds the files of one packed bundle, as they were packed.
 * ROOT is rehedge/policies below the user's XDG data folder. A version is there whole or not. */
#ifndef RH_HOST_INSTALLED_H
#define RH_HOST_INSTALLED_H

#include "host/bundle.h"

typedef struct rh_installed { char name[RH_NAME_MAX], version[RH_NAME_MAX]; } rh_installed;

/* $XDG_DATA_HOME/rehedge/policies or ~/.local/share/rehedge/policies, and the folder of the user's
 * keys, $XDG_CONFIG_HOME/rehedge or ~/.config/rehedge, into out[RH_PATH_MAX]. RH_INPUT: neither
 * variable is set. */
rh_status rh_installed_root(char *out, rh_error *error);
rh_status rh_config_folder(char *out, rh_error *error);

/* All, by name, then version rising; the caller frees *list. No folder: none. */
rh_status rh_installed_list(const char *root, rh_installed **list, size_t *count, rh_error *error);
/* "name" (the newest version), "name@version" or "name@version#sha256" as a strict source set; its
 * files must have the hashes of its manifest, and the set the hash that is pinned. */
rh_status rh_installed_source(const char *root, const char *spec, rh_policy_source *source,
                              rh_error *error);
/* The same as the bundle it is; the caller frees it. */
rh_status rh_installed_bundle(const char *root, const char *spec, rh_bundle *bundle,
                              rh_error *error);
/* Remove "name@version", or "name" when one version of it is installed; what was removed into
 * *gone. The version disappears at once, before its files do. RH_INPUT: not installed, or several
 * versions are; the message says which, and what is near. */
rh_status rh_installed_remove(const char *root, const char *spec, rh_installed *gone,
                              rh_error *error);
/* Install a checked bundle. *already: this very content was there. Refused: a shipped policy's
 * name, other content under the same version, and an older version than the newest there unless
 * `allow_older`. */
rh_status rh_installed_add(const char *root, const rh_bundle *bundle, const rh_manifest *manifest,
                           bool allow_older, bool *already, rh_error *error);

#endif
