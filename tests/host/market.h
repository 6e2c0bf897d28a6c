/* A small generated market with a short call, written into a temporary folder for a test.
 * One hour of one-minute bars is long enough for policies to trade; the variable "to" makes it
 * longer. */
#ifndef RH_TESTS_HOST_MARKET_H
#define RH_TESTS_HOST_MARKET_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char market_text[] =
    "{\"rehedge\": 1, \"name\": \"an hour\", \"seed\": 7, \"numeraire\": \"USD\",\n"
    " \"clock\": {\"from\": \"2021-01-01T00:00:00Z\", \"to\": \"$to\",\n"
    "   \"end\": \"mark\", \"ledger\": \"1m\"},\n"
    " \"assets\": {\"BTC\": {\"rate\": 0, \"vol\":\n"
    "   {\"mark\": {\"kind\": \"flat\", \"sigma\": 0.8}, \"hedge\": \"mark\"}}},\n"
    " \"instruments\": {\"BTC-SPOT\": {\"kind\": \"spot\", \"asset\": \"BTC\"},\n"
    "   \"BTC-PERP\": {\"kind\": \"perp\", \"asset\": \"BTC\", \"settle\": \"USD\",\n"
    "   \"venue\": \"book\", \"lot\": 0.001}},\n"
    " \"feeds\": [{\"instrument\": \"BTC-SPOT\", \"synth\": {\"model\": \"gbm\", \"spot\": 45000,\n"
    "   \"vol\": 0.8, \"drift\": 0, \"interval\": \"1m\"}}],\n"
    " \"venues\": {\"book\": {\"kind\": \"book\", \"spread_bps\": 1, \"taker_bps\": 5,\n"
    "   \"latency_ms\": 80}},\n"
    " \"portfolio\": [{\"option\": \"call\", \"asset\": \"BTC\", \"strike\": 45000,\n"
    "   \"expiry\": \"2021-02-01T08:00:00Z\", \"qty\": -10}],\n"
    " \"hedge\": [\"BTC-PERP\"],\n"
    " \"policy\": {\"script\": \"delta_band\", \"params\": {\"band\": 0.1}},\n"
    " \"vars\": {\"to\": \"2021-01-01T01:00:00Z\"}}\n";

/* A policy that trades once and then makes a mistake. */
static const char broken_lua[] =
    "local st = rehedge.state { calls = 0 }\n"
    "return rehedge.policy {\n"
    "  api = 1, name = \"broken\", version = \"1.0.0\", license = \"MIT\",\n"
    "  about = \"Fails at its tenth call.\", params = {},\n"
    "  trigger = function(s, p)\n"
    "    st.calls = st.calls + 1\n"
    "    if st.calls == 10 then error(\"tenth call\") end\n"
    "    return false\n"
    "  end,\n"
    "  scale = function(s, p) return 0 end,\n"
    "}\n";

typedef struct market_folder { char path[64], scenario[96], broken[96], out[96]; } market_folder;

static inline int market_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file) return -1;
    int failed = fputs(text, file) < 0;
    return fclose(file) != 0 || failed ? -1 : 0;
}

static inline int market_begin(market_folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/rehedge-test-XXXXXX");
    if (!mkdtemp(folder->path)) return -1;
    snprintf(folder->scenario, sizeof folder->scenario, "%s/market.json", folder->path);
    snprintf(folder->broken, sizeof folder->broken, "%s/broken.lua", folder->path);
    snprintf(folder->out, sizeof folder->out, "%s/run", folder->path);
    if (market_write(folder->broken, broken_lua) != 0) return -1;
    return market_write(folder->scenario, market_text);
}

/* The copies of scripts are named by their hashes. */
static inline void market_remove_scripts(const char *run)
{
    char path[512], file[1024];
    snprintf(path, sizeof path, "%s/scripts", run);
    DIR *folder = opendir(path);
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.') unlink(file);
    }
    closedir(folder);
    rmdir(path);
}

static inline void market_remove_run(const char *run)
{
    static const char *const names[] = {"summary.json",  "fills.csv",     "ledger.csv",
                                        "journal.jsonl", "report.html",   "scenario.json",
                                        "inputs.json"};
    char path[512];
    market_remove_scripts(run);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", run, names[i]);
        unlink(path);
    }
    rmdir(run);
}

/* 0 when nothing else was left in the folder. */
static inline int market_end(const market_folder *folder)
{
    unlink(folder->scenario);
    unlink(folder->broken);
    return rmdir(folder->path);
}

#endif
