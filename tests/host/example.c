/* What a host program looks like: run the scenario named on the command line, print its digest.
 * Built by the install test against the installed headers and library only, as C and as C++. */
#include <stdio.h>

#include <rehedge/rehedge.h>

int main(int argc, char **argv)
{
    char message[RH_MESSAGE_BYTES];
    rh_outcome *outcome;
    printf("rehedge %s with Lua %s\n", rh_version(), rh_lua_release());
    if (argc < 2) return 0;
    if (rh_outcome_run(argv[1], NULL, message, &outcome) != RH_OK) {
        printf("%s\n", message);
        return 1;
    }
    printf("%s\n", rh_outcome_digest(outcome));
    rh_outcome_free(outcome);
    return 0;
}
