/* leak.c: loses memory, which LeakSanitizer reports at the end by tracing the process itself. */
#include <stdlib.h>

static void *volatile kept;

int main(void)
{
    kept = malloc(1234);
    kept = 0;
    return 0;
}
