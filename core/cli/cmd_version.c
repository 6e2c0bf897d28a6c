/* `rehedge version`: what this program is made of, for bug reports and beside figures.
 * Prints what was linked, not what the headers said. */
#include "cli/commands.h"

#include "lua/lua_policy.h"
#include "math/kernels.h"

int rh_cmd_version(int argc, char **argv)
{
    static const rh_option none[] = {{NULL, NULL, NULL, NULL, NULL, NULL}};
    const char *operand = NULL;
    char system[160];
    int status = rh_cli_parse(argc, argv, none, "version",
                              "Print the version of rehedge, the Lua it runs policies with, the "
                              "compiler, its flags, and the instruction set in use.",
                              "rehedge version", &operand, 0, NULL);
    if (status != 0) return status < 0 ? 0 : status;
    printf("rehedge %s\n", RH_ENGINE_VERSION);
    printf("lua          %s\n", rh_lua_version());
    printf("compiler     %s\n", rh_build_compiler());
    printf("flags        %s\n", rh_build_flags());
    printf("instructions %s\n", rh_isa_name());
    printf("system       %s\n", rh_machine_system(system));
    return 0;
}
