/* The list of installed policies, which two commands print.
 * A damaged policy is listed as such and does not hide the others. */
#ifndef RH_CLI_INSTALLED_H
#define RH_CLI_INSTALLED_H

#include "base/error.h"

rh_status rh_cli_list_installed(bool json, rh_error *error);

#endif
