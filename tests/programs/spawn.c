/* spawn.c: starts a program again and again. Usage: spawn TIMES PROGRAM [CPU]
 * Prints the microseconds of one start, from posix_spawn(3) to waitpid(2).
 */
#define _GNU_SOURCE
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
extern char **environ;

int main(int count, char **v)
{
    if (count < 3) return 2;
    int times = atoi(v[1]);
    if (count > 3) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(atoi(v[3]), &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    char *arguments[] = {v[2], NULL};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < times; i++) {
        pid_t pid;
        int status;
        if (posix_spawn(&pid, v[2], NULL, NULL, arguments, environ)) return 3;
        waitpid(pid, &status, 0);
        if (status) return 4;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.2f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / 1e3 / times);
    return 0;
}
