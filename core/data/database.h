/* Results in one SQLite file, which people query with any SQLite tool. Only this unit sees
 * libsqlite3. A change is whole or absent, also when the process is killed; a file that is no
 * database of ours is refused and not touched. */
#ifndef RH_DATA_DATABASE_H
#define RH_DATA_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rh_database rh_database;

typedef enum rh_db_type { RH_DB_NULL, RH_DB_INTEGER, RH_DB_REAL, RH_DB_TEXT } rh_db_type;
typedef struct rh_db_value {
    rh_db_type type; /* a REAL that is NaN is stored as NULL */
    int64_t integer;
    double real;      /* of INTEGER as well when read; NaN of NULL and TEXT */
    const char *text; /* read: valid during the visit; "" of NULL */
} rh_db_value;
static inline rh_db_value rh_db_integer(int64_t value)
{
    return (rh_db_value){.type = RH_DB_INTEGER, .integer = value};
}
static inline rh_db_value rh_db_real(double value)
{
    return (rh_db_value){.type = RH_DB_REAL, .real = value};
}
static inline rh_db_value rh_db_text(const char *value)
{
    return (rh_db_value){.type = RH_DB_TEXT, .text = value};
}

/* Opens or makes the file. `kind` (not 0) marks whose it is: another one is RH_INPUT. *made: it was
 * empty. Somebody else writing it at the same time: RH_STATE, after a second. */
rh_status rh_database_open(const char *path, uint32_t kind, rh_database **database, bool *made,
                           rh_error *error);
/* One statement, its ?1, ?2 ... bound to values. */
rh_status rh_database_do(rh_database *database, const char *sql, const rh_db_value *values,
                         int count, rh_error *error);
/* Each row of a query; a visit that fails ends it. */
typedef rh_status rh_db_visit(void *context, const rh_db_value *columns, int count,
                              rh_error *error);
rh_status rh_database_each(rh_database *database, const char *sql, const rh_db_value *values,
                           int count, rh_db_visit *visit, void *context, rh_error *error);
void rh_database_close(rh_database *database); /* NULL is fine */

#endif
