/* race.c: tries to run `evil` where `good` was judged. Usage: race KIND TRIES GOOD EVIL
 *
 *   path     a thread of the caller flips the path that a child sharing its memory executes
 *   argv     the same with an argument: GOOD is the program, EVIL the forbidden argument
 *   symlink  another process replaces a symbolic link while it is executed
 *   shared   another process flips a path on a shared page; the caller has one thread
 *
 * Prints "tries=N good=N evil=N refused=N other=N". The evil program ends with 42, the good one with 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *flipped;
static const char *good, *evil;
static volatile int going = 1;

static void *flip(void *unused)
{
    (void)unused;
    size_t length = strlen(good) > strlen(evil) ? strlen(good) : strlen(evil);
    char a[512] = {0}, b[512] = {0};
    strcpy(a, good);
    strcpy(b, evil);
    while (going) {
        for (volatile int i = 0; i < 40; i++) {}
        memcpy(flipped, b, length + 1);
        for (volatile int i = 0; i < 40; i++) {}
        memcpy(flipped, a, length + 1);
    }
    return NULL;
}

static char *path, *arguments[3];
static int child(void *unused)
{
    (void)unused;
    char *environment[] = {NULL};
    execve(path, arguments, environment);
    _exit(99);
}

int main(int count, char **v)
{
    if (count != 5) return 2;
    const char *kind = v[1];
    int tries = atoi(v[2]);
    good = v[3];
    evil = v[4];
    int is_path = !strcmp(kind, "path"), is_argv = !strcmp(kind, "argv");
    int is_link = !strcmp(kind, "symlink"), is_shared = !strcmp(kind, "shared");
    int flags = (is_shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS;
    flipped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    arguments[0] = "prog";
    pid_t other = 0;
    pthread_t thread;
    char link[64], spare[64];
    snprintf(link, sizeof link, "race-link-%d", getpid());
    snprintf(spare, sizeof spare, "race-spare-%d", getpid());
    if (is_link) {
        path = link;
        if (symlink(good, link)) return 2;
    } else if (is_argv) {
        path = v[3];
        arguments[1] = flipped;
        good = "fine";
        strcpy(flipped, good);
    } else {
        path = flipped;
        strcpy(flipped, good);
    }
    if (is_path || is_argv) {
        pthread_create(&thread, NULL, flip, NULL);
    } else {
        other = fork();
        if (!other) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (is_shared) flip(NULL);
            for (;;) {
                unlink(spare);
                if (!symlink(evil, spare)) rename(spare, link);
                if (!symlink(good, spare)) rename(spare, link);
            }
        }
    }
    int ok = 0, won = 0, refused = 0, rest = 0;
    static char stack[65536];
    for (int i = 0; i < tries; i++) {
        pid_t pid;
        if (is_path || is_argv) {
            pid = clone(child, stack + sizeof stack - 16, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
        } else {
            pid = fork();
            if (!pid) child(NULL);
        }
        int status;
        waitpid(pid, &status, 0);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
        if (code == 0) ok++;
        else if (code == 42) won++;
        else if (code == 126) refused++;
        else rest++;
    }
    going = 0;
    if (other) kill(other, SIGKILL);
    unlink(link);
    unlink(spare);
    printf("tries=%d good=%d evil=%d refused=%d other=%d\n", tries, ok, won, refused, rest);
    return 0;
}
