/* One run: a scenario file in, a summary (and a run directory) out. This is the whole face of the
 * engine towards the rooms above; nothing above sees its internals. No lua.h, no libuv, no wall
 * clock: the policy loader and the wall clock (for wall_s only) are handed in. */
#ifndef RH_ENGINE_ENGINE_H
#define RH_ENGINE_ENGINE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/hash.h"
#include "data/file.h"
#include "policy/policy.h"

#define RH_ENGINE_VERSION "0.1.0"

typedef struct rh_run_request {
    const char *scenario_path;
    const char *archive;     /* a run directory whose copies of scenario and scripts are read; data
                                are found from scenario_path and must be as they were; or NULL */
    const char *const *swaps; /* "TIME=POLICY" of --swap, after the scenario's own */
    int swap_count;
    const char *fork_at; /* a time at which the run waits for rh_live_branch; or NULL */
    const char *const *branches; /* what it may be given there */
    int branch_count;
    const char *policy;      /* replaces the policy block and drops swaps; NULL: as written,
                                "delta_band", "my.lua", "my/bundle", "name@1.0.0",
                                "native:none", "delta_band:band=0.4"; "actual:fills.csv": no
                                policy, but the hedges recorded there */
    const char *const *sets; /* "k=v" of --set: a var, or policy.PARAM */
    int set_count;
    const char *seed;           /* NULL: the scenario's */
    const char *from, *to; /* replace clock.from and clock.to; options alive at the end are then
                              marked. NULL: the scenario's */
    uint32_t without; /* frictions that are switched off, bits 1 << RH_FRICTION_*; a run directory
                         does not say so, hence none is written */
    uint32_t path;              /* index of the path: of every random stream */
    const char *const *allowed; /* --allow directories, NULL-terminated, or NULL */
    const char *out_dir;        /* NULL: no run directory */
    const rh_policy_loader *loader;
    const rh_policy_finder *finder; /* bundles and installed policies; may be NULL */
    bool trusted;            /* --trusted, from the command line only */
    const char *const *trusted_copies; /* of an archive's scripts those with these hashes are
                                          trusted, whatever the archive says; NULL: none */
    const char *lua_version; /* for summary.json */
    void (*progress)(void *context, double fraction, uint64_t events); /* may be NULL */
    void *progress_context;
    /* P&L and cost so far, numeraire: at each row of the ledger, and once more at the end. NULL:
     * nobody asks. */
    void (*row)(void *context, double pnl, double cost);
    void *row_context;
    int64_t (*wall_ns)(void); /* monotonic; NULL: wall_s is 0 */
    const volatile int *stop; /* non-zero ends the run with RH_INTERRUPTED; may be NULL */
} rh_run_request;

typedef struct rh_run_result {
    rh_buffer summary; /* summary.json, whole */
    char digest[RH_DIGEST_HEX];
    uint64_t events;
    uint32_t frictions; /* that the scenario has, switched off or not: bits 1 << RH_FRICTION_* */
    bool policy_failed;                        /* a policy was refused or killed: exit status 4 */
    char policy_message[RH_ERROR_MESSAGE_MAX]; /* why, when policy_failed */
    bool has_dir;   /* `dir` holds summary.json, fills.csv, ledger.csv, */
    rh_dir_out dir; /* journal.jsonl, not yet committed: add the report, commit */
} rh_run_result;

/* RH_OK with a whole result (policy_failed or not), or a failure with a message. RH_BROKEN: an
 * identity of the books did not hold; the directory was kept as OUT.failed. */
rh_status rh_run_scenario(const rh_run_request *request, rh_run_result *result, rh_error *error);
void rh_run_result_free(rh_run_result *result); /* abandons an uncommitted directory */

#endif
