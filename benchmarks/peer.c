/* A plain program for the same work: step through the rows, quote by hand, write CSV to stdout.
   Usage: peer DATABASE QUERY */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void field(FILE *out, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc_unlocked('"', out);
    for (; *text; text++) {
        if (*text == '"') putc_unlocked('"', out);
        putc_unlocked(*text, out);
    }
    putc_unlocked('"', out);
}

int main(int count, char **words) {
    static char buffer[1 << 20];
    sqlite3 *database;
    sqlite3_stmt *query;
    int columns, column, state;
    if (count != 3 || sqlite3_open_v2(words[1], &database, SQLITE_OPEN_READONLY, 0)) return 2;
    if (sqlite3_prepare_v2(database, words[2], -1, &query, 0)) return 3;
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    columns = sqlite3_column_count(query);
    for (column = 0; column < columns; column++)
        printf("%s%s", column ? "," : "", sqlite3_column_name(query, column));
    fputs("\r\n", stdout);
    while ((state = sqlite3_step(query)) == SQLITE_ROW) {
        for (column = 0; column < columns; column++) {
            const char *text = (const char *)sqlite3_column_text(query, column);
            if (column) putc_unlocked(',', stdout);
            if (text) field(stdout, text);
        }
        fputs("\r\n", stdout);
    }
    return state == SQLITE_DONE && fflush(stdout) == 0 ? 0 : 4;
}
