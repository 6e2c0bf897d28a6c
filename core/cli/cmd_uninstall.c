/* `rehedge uninstall`: removes one version of a policy that `rehedge install` put there, and the
 * note of who signed it. Which one is meant, and what is near, host/installed.c says. */
#include <stdio.h>

#include "cli/cli.h"
#include "host/installed.h"
#include "host/signer.h"

static rh_status uninstall(const char *spec, rh_error *error)
{
    char root[RH_PATH_MAX];
    rh_installed gone;
    RH_TRY(rh_installed_root(root, error));
    RH_TRY(rh_installed_remove(root, spec, &gone, error));
    rh_signer_remove(root, gone.name, gone.version);
    printf("removed: %s@%s from %s\n", gone.name, gone.version, root);
    return RH_OK;
}

int rh_cmd_uninstall(int argc, char **argv)
{
    const char *spec = NULL;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {{NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "uninstall NAME@VERSION",
                              "Remove an installed version of a policy. The name alone will do "
                              "while one version of it is installed. Run directories keep their "
                              "own copies of what they ran.",
                              "rehedge uninstall vol-band@1.0.0", &spec, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0)
        return rh_cli_usage("uninstall needs a policy: rehedge uninstall my-policy@1.0.0 (rehedge "
                            "policies lists what is installed)");
    return uninstall(spec, &error) == RH_OK ? 0 : rh_cli_fail(&error);
}
