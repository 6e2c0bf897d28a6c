/* The program: one table of commands, help, and the check that the output was written.
 * Sets no locale (numbers read and print as in "C") and holds no logic of a command. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "math/kernels.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} command;

static const command commands[] = {
    {"run", rh_cmd_run, "replay a scenario and say what hedging it cost"},
    {"replay", rh_cmd_replay, "a run at a pace: pause, step, edit the policy, swap it"},
    {"ctl", rh_cmd_ctl, "talk to a replay that runs elsewhere"},
    {"compare", rh_cmd_compare, "several policies on one tape or the same simulated paths, ranked"},
    {"mc", rh_cmd_mc, "one policy over many simulated paths, with standard errors"},
    {"sweep", rh_cmd_sweep, "one policy over many values of its params: the best, the frontier"},
    {"fork", rh_cmd_fork, "run to a time once, then branch to several policies"},
    {"rerun", rh_cmd_rerun, "a recorded run once more: is every bit the same?"},
    {"import", rh_cmd_import, "turn market data files into a tape"},
    {"tape", rh_cmd_tape, "look into a tape: info, head, check"},
    {"synth", rh_cmd_synth, "write a tape of a simulated market"},
    {"new", rh_cmd_new, "start a policy: script, tests, README"},
    {"check", rh_cmd_check, "check a policy without running it"},
    {"test", rh_cmd_test, "run the tests beside a policy"},
    {"api", rh_cmd_api, "what a policy can call; definitions for editors"},
    {"pack", rh_cmd_pack, "make one archive of a policy's folder"},
    {"sign", rh_cmd_sign, "sign an archive, or make a pair of keys"},
    {"verify", rh_cmd_verify, "verify an archive and its signature"},
    {"install", rh_cmd_install, "verify an archive and install its policy"},
    {"uninstall", rh_cmd_uninstall, "remove an installed version of a policy"},
    {"policies", rh_cmd_policies, "list shipped and installed policies"},
    {"trust", rh_cmd_trust, "say which key may publish which policies"},
    {"report", rh_cmd_report, "render run directories again"},
    {"price", rh_cmd_price, "prices and greeks of a CSV file of options, or of one"},
    {"iv", rh_cmd_iv, "implied volatilities of a CSV file of option prices"},
    {"surface", rh_cmd_surface, "volatility surface of a chain of option quotes"},
    {"bench", rh_cmd_bench, "measure the published figures on this machine"},
    {"version", rh_cmd_version, "version, compiler, Lua, instruction set"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_overview(FILE *stream)
{
    fputs("Usage: rehedge COMMAND [arguments]\n"
          "\n"
          "Replay markets through an option portfolio with a hedging policy, and see what\n"
          "each choice costs.\n"
          "\n"
          "Commands:\n", stream);
    for (int i = 0; i < COMMANDS; i++) {
        fprintf(stream, "  %-9s %s\n", commands[i].name, commands[i].about);
    }
    fputs("\n"
          "rehedge COMMAND --help says more about one. Exit status: 0 done, 1 the run failed,\n"
          "2 usage, 3 bad input, 4 a policy was refused or killed.\n"
          "\n"
          "Example:\n"
          "  rehedge run examples/quickstart.json --policy delta_band --out runs/a\n", stream);
}

static const command *find_command(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

static int refuse_unknown(const char *name)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++) names[i] = commands[i].name;
    char shortened[RH_NAME_MAX];
    snprintf(shortened, sizeof shortened, "%s", name);
    const char *nearest = rh_nearest_name(shortened, names, COMMANDS);
    if (nearest) {
        return rh_cli_usage("unknown command %.200s; did you mean %s?", name, nearest);
    }
    return rh_cli_usage("unknown command %.200s; see rehedge help", name);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return 2;
    }
    const char *name = argv[1];
    bool help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    if (help && argc < 3) {
        print_overview(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0) name = "version";
    const command *chosen = find_command(help ? argv[2] : name);
    if (!chosen) return refuse_unknown(help ? argv[2] : name);
    char option[] = "--help";
    char *help_arguments[] = {argv[help ? 2 : 1], option, NULL};
    return help ? chosen->run(2, help_arguments) : chosen->run(argc - 1, argv + 1);
}

/* The library takes what it does not know for the widest set; a person is told. */
static int refuse_instruction_set(void)
{
    static const char *const known[] = {"", "baseline", "fma", "avx512"};
    const char *wanted = getenv("REHEDGE_ISA");
    if (!wanted) return 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(wanted, known[i]) == 0) return 0;
    return rh_cli_usage("REHEDGE_ISA=%.40s: expected baseline, fma or avx512", wanted);
}

/* A pipe whose reader went away: it has seen what it wanted, nobody is to be told. */
static bool reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

int main(int argc, char **argv)
{
    /* so that `| head` takes no run directory with it: a failed write is found below */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file grown to its limit is a failed write as well */
    rh_math_thread_init();
    int status = refuse_instruction_set();
    if (status == 0) status = dispatch(argc, argv);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (written) return status;
    if (!reader_is_gone()) fputs("rehedge: the output could not be written\n", stderr);
    return status != 0 ? status : 1;
}
