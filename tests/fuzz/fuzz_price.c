/* Option CSV as `rehedge price` reads it: every row gets its greeks, every file an end or a refusal
 * that names it. The first byte of the input chooses the default model; a header with all columns
 * is put in front where the second byte is even, so that rows are reached at once. */
#include <string.h>

#include "cli/price_csv.h"
#include "fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char header[] = "id,model,cp,S,K,T,r,q,sigma,power,L,pa,pb\n";
    static char text[1 << 20];
    static FILE *sink;
    rh_error error = {0};
    rh_price_columns all = {.status = true};
    if (length < 2) return 0;
    size_t lead = bytes[1] % 2 == 0 ? sizeof header - 1 : 0;
    if (length - 2 > sizeof text - lead) return 0;
    memcpy(text, header, lead);
    memcpy(text + lead, bytes + 2, length - 2);
    if (!sink) sink = fopen("/dev/null", "w");
    RH_ASSERT(sink != NULL && rh_price_columns_parse("all", &all, &error) == RH_OK);
    const char *path = fuzz_file(text, lead + length - 2);
    size_t models = 0;
    while (rh_price_model_at(models)) models++;
    const rh_price_model *model = rh_price_model_at(bytes[0] % models);
    rh_status status = rh_price_csv(path, model, &all, sink, &error);
    RH_ASSERT(status == RH_OK || status == RH_INPUT || status == RH_CORRUPT);
    RH_ASSERT(status == RH_OK || strstr(error.message, path) != NULL);
    return 0;
}
