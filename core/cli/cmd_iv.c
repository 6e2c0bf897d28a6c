/* rehedge iv: implied volatilities of a CSV file of option prices, row by row. The reading is
 * option_csv.c's, the numbers are core/pricing's; here are only the words of the command line. */
#include "cli/option_csv.h"

#include "cli/cli.h"

int rh_cmd_iv(int argc, char **argv)
{
    const char *path = "-", *model_name = "bsm";
    const rh_option options[] = {
        {.name = "--csv", .value = "FILE", .about = "options, gzip too; - is standard input (-)",
         .text = &path},
        {.name = "--model", .value = "NAME",
         .about = "bsm (or european), black76 or inverse, where the file has no model column (bsm)",
         .text = &model_name},
        {0},
    };
    int count = 0;
    int parsed = rh_cli_parse(
        argc, argv, options, "rehedge iv [--csv FILE|-] [--model NAME]",
        "Print id,implied_vol,status of every row of a CSV file with the columns id, model, cp (C "
        "or P), S, K, T (years; or days), r, q and price (or price_dbl). status is ok, "
        "below_intrinsic, above_maximum, lost_in_rounding, zero_time or domain; only ok has an "
        "answer.",
        "rehedge iv --csv quotes.csv --model black76", NULL, 0, &count);
    if (parsed != 0) return parsed < 0 ? 0 : parsed;
    rh_option_model model;
    if (!rh_option_model_parse(model_name, &model))
        return rh_cli_usage("--model: \"%.40s\" is none of bsm, black76, inverse", model_name);
    rh_error error;
    if (rh_option_csv_vols(path, model, stdout, &error) != RH_OK) return rh_cli_fail(&error);
    return 0;
}
