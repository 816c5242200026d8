/* memfd.c: copies PROGRAM into memory and executes that. Usage: memfd PROGRAM. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

int main(int count, char **v)
{
    if (count != 2) return 2;
    int from = open(v[1], O_RDONLY), to = memfd_create("x", MFD_CLOEXEC);
    if (from < 0 || to < 0) return 3;
    while (sendfile(to, from, NULL, 1 << 20) > 0) {}
    char *arguments[] = {"x", NULL}, *environment[] = {NULL};
    fexecve(to, arguments, environment);
    perror("fexecve");
    return 4;
}
