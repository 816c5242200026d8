/* attack.c: attacks on the supervisor from inside. Usage: attack KIND TRIES [ARG]
 *
 *   listener   register a listener of one's own, as an agent would after the supervisor died
 *   limits     set a limit on every process above
 *   signals    send SIGKILL to every process above
 *   memory     open the memory of every process above, trace it, take a descriptor from it
 *   typing     push characters into the terminal
 *   hide       make oneself undumpable, then execute ARG
 *   int80      execute ARG by the 32-bit system call (static, non-PIE builds only)
 *
 * Prints "tries=N won=N". A win is a call that worked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int parent_of(int pid)
{
    char name[64], text[512];
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    FILE *file = fopen(name, "r");
    if (!file) return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *end = strrchr(text, ')');
    int parent = 0;
    if (end) sscanf(end + 2, "%*c %d", &parent);
    return parent;
}

/* The reaper and the supervisor: the processes above named tollgate. */
static int guards(int *out, int most)
{
    int found = 0;
    for (int pid = getppid(); pid > 1 && found < most; pid = parent_of(pid)) {
        char name[64], text[64] = {0};
        snprintf(name, sizeof name, "/proc/%d/comm", pid);
        FILE *file = fopen(name, "r");
        if (!file) continue;
        if (fgets(text, sizeof text, file) && !strncmp(text, "tollgate", 8)) out[found++] = pid;
        fclose(file);
    }
    return found;
}

static int new_listener(void)
{
    struct sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog program = {1, code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) >= 0;
}

static int attack(const char *kind)
{
    int pids[8], count = guards(pids, 8), won = 0;
    if (!strcmp(kind, "listener")) return new_listener();
    if (!strcmp(kind, "typing")) {
        int terminal = open("/dev/tty", O_RDWR);
        return ioctl(terminal < 0 ? 0 : terminal, TIOCSTI, "x") == 0;
    }
    if (count == 0) return 99;
    for (int i = 0; i < count; i++) {
        if (!strcmp(kind, "limits")) {
            struct rlimit none = {0, 0};
            won += prlimit(pids[i], RLIMIT_FSIZE, &none, NULL) == 0;
            won += prlimit(pids[i], RLIMIT_NOFILE, &none, NULL) == 0;
        } else if (!strcmp(kind, "signals")) {
            won += kill(pids[i], SIGKILL) == 0;
        } else if (!strcmp(kind, "memory")) {
            char name[64];
            snprintf(name, sizeof name, "/proc/%d/mem", pids[i]);
            int memory = open(name, O_RDWR);
            won += memory >= 0;
            if (memory >= 0) close(memory);
            won += ptrace(PTRACE_SEIZE, pids[i], 0, 0) == 0;
            int process = syscall(SYS_pidfd_open, pids[i], 0);
            int taken = syscall(SYS_pidfd_getfd, process, 0, 0);
            won += taken >= 0;
            if (process >= 0) close(process);
        }
    }
    return won;
}

#ifdef __x86_64__
static void int80(const char *program)
{
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) _exit(90);
    strcpy(low, program);
    uint32_t *arguments = (uint32_t *)(low + 1024);
    arguments[0] = (uint32_t)(uintptr_t)low;
    arguments[1] = 0;
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(11), "b"(arguments[0]), "c"((uint32_t)(uintptr_t)arguments), "d"(0) : "memory");
    _exit(91);
}
#endif

int main(int count, char **v)
{
    if (count < 3) return 2;
    const char *kind = v[1];
    int tries = atoi(v[2]), won = 0;
    for (int i = 0; i < tries; i++) {
        if (strcmp(kind, "hide") && strcmp(kind, "int80")) {
            won += attack(kind);
            continue;
        }
        pid_t pid = fork();
        if (!pid) {
#ifdef __x86_64__
            if (!strcmp(kind, "int80")) int80(v[3]);
#endif
            prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
            execl(v[3], "prog", NULL);
            _exit(92);
        }
        int status;
        waitpid(pid, &status, 0);
        won += WIFEXITED(status) && WEXITSTATUS(status) == 42;
    }
    printf("tries=%d won=%d\n", tries, won);
    return 0;
}
