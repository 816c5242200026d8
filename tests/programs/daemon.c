/* daemon.c: leaves its parents as a daemon does, then executes PROGRAM and writes how that ended.
 * Usage: daemon PROGRAM RESULT. The first process ends at once; RESULT appears whole, by renaming. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **v)
{
    if (count != 3) return 2;
    if (fork()) return 0;
    setsid();
    if (fork()) return 0;
    pid_t pid = fork();
    if (!pid) {
        execl(v[1], v[1], NULL);
        _exit(99);
    }
    int status;
    waitpid(pid, &status, 0);
    char spare[4096];
    snprintf(spare, sizeof spare, "%s.new", v[2]);
    FILE *file = fopen(spare, "w");
    if (!file) return 3;
    fprintf(file, "%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 255);
    fclose(file);
    return rename(spare, v[2]) != 0;
}
