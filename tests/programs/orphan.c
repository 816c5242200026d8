/* orphan.c: outlives the supervisor, then tries to run PROGRAM without it. Usage: orphan PROGRAM.
 *
 * Prints "ready", waits for a line on standard input (the supervisor is dead by then), and prints
 * "listener=N exec=N": whether a listener of its own could be registered, and how PROGRAM ended; -N where
 * execve failed with error N. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(char *program)
{
    int report[2];
    if (pipe2(report, 02000000)) return 1000;
    pid_t pid = fork();
    if (!pid) {
        char *arguments[] = {program, NULL}, *environment[] = {NULL};
        execve(program, arguments, environment);
        int error = errno;
        if (write(report[1], &error, sizeof error) < 0) _exit(98);
        _exit(99);
    }
    close(report[1]);
    int error = 0, status;
    if (read(report[0], &error, sizeof error) < 0) return 1001;
    waitpid(pid, &status, 0);
    if (error) return -error;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

int main(int count, char **v)
{
    if (count != 2) return 2;
    char line[16];
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return 3;
    struct sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog program = {1, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) >= 0;
    printf("listener=%d ", listener);
    printf("exec=%d\n", run(v[1]));
    return 0;
}
