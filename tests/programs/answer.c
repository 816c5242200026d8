/* answer.c: ends with STATUS, or with 42 where its argument is "evil". */
#include <string.h>
int main(int count, char **v)
{
    return count > 1 && !strcmp(v[1], "evil") ? 42 : STATUS;
}
