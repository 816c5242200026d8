/* threads.c: several threads, of which one that is not the first executes PROGRAM.
 * Usage: threads PROGRAM. The process becomes PROGRAM. */
#include <pthread.h>
#include <unistd.h>

static void *spin(void *unused)
{
    (void)unused;
    for (;;) usleep(1000);
    return NULL;
}

static void *execute(void *program)
{
    execl(program, program, NULL);
    _exit(99);
}

int main(int count, char **v)
{
    if (count != 2) return 2;
    pthread_t others[4], one;
    for (int i = 0; i < 4; i++) pthread_create(&others[i], NULL, spin, NULL);
    pthread_create(&one, NULL, execute, v[1]);
    pthread_join(one, NULL);
    return 98;
}
