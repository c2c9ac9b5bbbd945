/*
 * Shifts the wall clock of one process: loaded with LD_PRELOAD, it adds the nanoseconds in the first eight bytes of the file
 * $SHIFTED_CLOCK to what the system says. The file is mapped, so a change takes effect at once. The monotonic clock, and waits for
 * a point in time that the kernel measures, stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static volatile int64_t nothing;
static volatile int64_t *shift = &nothing;
static int (*real_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void open_shift(void) {
    real_clock = dlsym(RTLD_NEXT, "clock_gettime");
    const char *name = getenv("SHIFTED_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *mapped = mmap(0, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) {
        shift = mapped;
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real_clock) {
        real_clock = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real_clock(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t shifted = time->tv_sec * SECOND + time->tv_nsec + *shift;
        time->tv_sec = shifted / SECOND;
        time->tv_nsec = shifted % SECOND;
    }
    return result;
}

int gettimeofday(struct timeval *time, void *zone) {
    struct timespec now;
    (void) zone;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) {
        time->tv_sec = now.tv_sec;
        time->tv_usec = now.tv_nsec / 1000;
    }
    return result;
}

time_t time(time_t *time) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    if (time) {
        *time = now.tv_sec;
    }
    return now.tv_sec;
}
