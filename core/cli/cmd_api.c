/* rehedge api: the reference of what a policy can call, and the editor definitions, from the table
 * that registers the functions. Must not know any of them itself. */
#include <stdio.h>

#include "base/buffer.h"
#include "cli/cli.h"
#include "lua/api.h"

int rh_cmd_api(int argc, char **argv)
{
    bool markdown = false, definitions = false;
    const rh_option options[] = {
        {"--markdown", NULL, "the reference, docs/lua-api.md (the default)", NULL, &markdown, NULL},
        {"--definitions", NULL, "types for an editor with lua-language-server", NULL, &definitions,
         NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "api [--markdown | --definitions]",
                              "Print what a policy can call: the reference for people, or the "
                              "definitions for an editor with a Lua language server.",
                              "rehedge api --definitions > rehedge.d.lua", NULL, 0, NULL);
    if (status != 0) return status < 0 ? 0 : status;
    if (markdown && definitions) return rh_cli_usage("--markdown or --definitions, not both");
    rh_buffer out = {0};
    if (definitions)
        rh_lua_api_definitions(&out);
    else
        rh_lua_api_markdown(&out);
    bool failed = out.failed || fwrite(out.bytes, 1, out.length, stdout) != out.length;
    rh_buffer_free(&out);
    return failed ? 1 : 0;
}
