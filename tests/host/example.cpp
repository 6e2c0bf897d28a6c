// The same from C++: every public header, a handle in a unique_ptr, options with a size.
// Must compile as C++11 without warnings.
#include <cstdio>
#include <memory>

#include <rehedge/pricing.h>
#include <rehedge/rehedge.h>
#include <rehedge/status.h>

int main(int argc, char **argv)
{
    std::printf("rehedge %s: %s\n", rh_version(), rh_status_text(RH_OK));
    if (argc < 2) return 0;
    rh_run_options options = rh_run_options();
    options.size = sizeof options;
    options.seed = "7";
    rh_outcome *made = nullptr;
    char message[RH_MESSAGE_BYTES];
    const rh_status status = rh_outcome_run(argv[1], &options, message, &made);
    const std::unique_ptr<rh_outcome, void (*)(rh_outcome *)> outcome(made, rh_outcome_free);
    if (status != RH_OK) {
        std::printf("%s\n", message);
        return 1;
    }
    std::printf("%s\n", rh_outcome_digest(outcome.get()));
    return 0;
}
