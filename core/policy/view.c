/* Names, units and meanings of the fields a policy may see, from the one table in view.h.
 * Must not hold anything else: a field added to RH_VIEW_FIELD_MAP appears here by itself. */
#include "policy/view.h"

#include <stddef.h>

#include "base/error.h"

typedef struct field_row { const char *name, *unit, *about; } field_row;

static const field_row rows[] = {
#define X(name, lua_name, unit, about) {lua_name, unit, about},
    RH_VIEW_FIELD_MAP(X)
#undef X
};

const char *const rh_hedge_field_names[] = {
#define X(name, lua_name, unit, about) lua_name,
    RH_HEDGE_FIELD_MAP(X)
#undef X
    NULL};

static const field_row *row_of(rh_view_field field)
{
    RH_ASSERT((unsigned)field < RH_VIEW_FIELDS);
    return &rows[field];
}

const char *rh_view_field_name(rh_view_field field)
{
    return row_of(field)->name;
}

const char *rh_view_field_unit(rh_view_field field)
{
    return row_of(field)->unit;
}

const char *rh_view_field_about(rh_view_field field)
{
    return row_of(field)->about;
}
