/* Tapes: an image is refused or every promise of tape.h holds. The last byte of the input decides
 * whether its checksums are put right first, so that the checks behind them are reached. */
#include <math.h>
#include <string.h>

#include "data/tape.h"
#include "fuzz_file.h"
#include "tape_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(const rh_tape *tape)
{
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape);
    for (uint64_t i = 0; i < info->records; i++) {
        RH_ASSERT(i == 0 || records[i].happened_ns >= records[i - 1].happened_ns);
        RH_ASSERT(records[i].known_ns >= records[i].happened_ns);
        RH_ASSERT(isfinite(records[i].price) && isfinite(records[i].size));
        RH_ASSERT(isfinite(records[i].extra) && records[i].kind < RH_RECORD_KINDS);
        RH_ASSERT(records[i].price > 0 || records[i].kind == RH_RECORD_FUNDING);
        RH_ASSERT(rh_tape_instrument(tape, records[i].instrument)[0] != '\0');
        RH_ASSERT(rh_tape_lower_bound(tape, records[i].happened_ns) <= i);
    }
    RH_ASSERT(strlen(info->origin) < sizeof info->origin);
    RH_ASSERT(strlen(info->source_sha256) == 64 && strlen(info->content_hash) == 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    rh_tape *tape;
    rh_error error = {0};
    if (length == 0) return 0;
    size_t count = length - 1;
    unsigned char *image = malloc(length);
    RH_ASSERT(image != NULL);
    memcpy(image, bytes, count);
    if (bytes[count] % 2 == 0) seal_tape(image, count);
    const char *path = fuzz_file(image, count);
    free(image);
    (void)rh_tape_is(path);
    rh_status status = rh_tape_open(path, &tape, &error);
    if (status == RH_OK) {
        check(tape);
        rh_tape_close(tape);
    } else {
        RH_ASSERT(status == RH_CORRUPT || status == RH_INPUT);
        RH_ASSERT(error.message[0] != '\0');
    }
    return 0;
}
