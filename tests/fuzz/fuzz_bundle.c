/* Archives: whatever the reader accepts obeys the rules for names and sizes, packs to bytes that read
 * back as the same files, and goes through the manifest without harm. Refusals are one line. */
#include <string.h>

#include "host/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_round_trip(const rh_bundle *bundle)
{
    rh_buffer packed = {0};
    rh_bundle again;
    rh_error error;
    RH_ASSERT(rh_bundle_write_archive(bundle, false, &packed, &error) == RH_OK);
    RH_ASSERT(rh_bundle_read_archive("again", packed.bytes, packed.length, &again, &error) ==
              RH_OK);
    RH_ASSERT(again.count == bundle->count && again.bytes == bundle->bytes);
    for (size_t i = 0; i < again.count; i++) {
        RH_ASSERT(strcmp(again.files[i].path, bundle->files[i].path) == 0);
        RH_ASSERT(strcmp(again.files[i].sha256, bundle->files[i].sha256) == 0);
    }
    rh_bundle_free(&again);
    rh_buffer_free(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    rh_bundle bundle;
    rh_manifest manifest;
    rh_policy_source source;
    rh_error error = {RH_OK, ""};
    if (rh_bundle_read_archive("fuzz", (const char *)bytes, length, &bundle, &error) != RH_OK) {
        RH_ASSERT(error.message[0] != '\0' && strchr(error.message, '\n') == NULL);
        return 0;
    }
    RH_ASSERT(bundle.count <= RH_BUNDLE_FILES_MAX && bundle.bytes <= RH_BUNDLE_BYTES_MAX);
    for (size_t i = 0; i < bundle.count; i++)
        RH_ASSERT(rh_bundle_check_path("fuzz", bundle.files[i].path, &error) == RH_OK);
    check_round_trip(&bundle);
    (void)rh_manifest_read(&bundle, true, &manifest, &error);
    (void)rh_manifest_read(&bundle, false, &manifest, &error);
    if (rh_bundle_source(&bundle, &source, &error) == RH_OK) rh_policy_source_free(&source);
    rh_bundle_free(&bundle);
    return 0;
}
