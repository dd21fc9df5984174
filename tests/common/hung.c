/* Makes every look at a path with "hung/" in it, and every write to such a file, wait while a file called `hang` is in the working directory,
   as a network mount does whose server is gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void wait_for(const char *path) {
    while (path && strstr(path, "hung/") && access("hang", F_OK) == 0) usleep(20000);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, name)

int statx(int dir, const char *path, int flags, unsigned mask, struct statx *out) {
    REAL(int, "statx", int, const char *, int, unsigned, struct statx *);
    wait_for(path);
    return real(dir, path, flags, mask, out);
}

int stat64(const char *path, struct stat64 *out) {
    REAL(int, "stat64", const char *, struct stat64 *);
    wait_for(path);
    return real(path, out);
}

int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    wait_for(path);
    return real(path, flags, mode);
}

static void wait_for_file(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    wait_for(path);
}

ssize_t write(int file, const void *bytes, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t);
    wait_for_file(file);
    return real(file, bytes, n);
}

/* Notes the path, so that a test can see that a power cut would take nothing. */
int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    wait_for_file(file);
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 2);
    if (length > 0) {
        path[length] = '\n';
        int out = open("synced", O_WRONLY | O_APPEND | O_CREAT, 0666);
        if (out >= 0) {
            if (write(out, path, length + 1)) {}
            close(out);
        }
    }
    return real(file);
}
