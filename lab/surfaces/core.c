/* What spice-server wants of its host's main loop, timers and watches on file descriptors, on GLib's default one. */
#include "core.h"

#include <glib-unix.h>
#include <glib.h>

struct SpiceTimer {
  SpiceTimerFunc call;
  void *opaque;
  guint source;
};

static SpiceTimer *timer_add(SpiceTimerFunc call, void *opaque) {
  SpiceTimer *timer = g_new0(SpiceTimer, 1);
  timer->call = call;
  timer->opaque = opaque;
  return timer;
}

static void timer_cancel(SpiceTimer *timer) {
  if (timer->source != 0) g_source_remove(timer->source);
  timer->source = 0;
}

static gboolean on_timer(gpointer data) {
  SpiceTimer *timer = data;
  timer->source = 0; /* before the call, which may start the timer again or free it */
  timer->call(timer->opaque);
  return G_SOURCE_REMOVE;
}

static void timer_start(SpiceTimer *timer, uint32_t ms) {
  timer_cancel(timer);
  timer->source = g_timeout_add(ms, on_timer, timer);
}

static void timer_remove(SpiceTimer *timer) {
  timer_cancel(timer);
  g_free(timer);
}

struct SpiceWatch {
  int fd;
  int mask;
  SpiceWatchFunc call;
  void *opaque;
  guint source;
};

static gboolean on_watch(gint fd, GIOCondition condition, gpointer data) {
  SpiceWatch *watch = data;
  int event = 0;
  if (condition & G_IO_IN) event |= SPICE_WATCH_EVENT_READ;
  if (condition & G_IO_OUT) event |= SPICE_WATCH_EVENT_WRITE;
  /* A broken connection is learnt by trying whatever was waited for. */
  if (condition & (G_IO_HUP | G_IO_ERR)) event |= watch->mask;
  watch->call(fd, event & watch->mask, watch->opaque);
  return G_SOURCE_CONTINUE;
}

static void watch_update_mask(SpiceWatch *watch, int mask) {
  if (watch->source != 0) g_source_remove(watch->source);
  watch->source = 0;
  watch->mask = mask;
  GIOCondition condition = 0;
  if (mask & SPICE_WATCH_EVENT_READ) condition |= G_IO_IN;
  if (mask & SPICE_WATCH_EVENT_WRITE) condition |= G_IO_OUT;
  if (condition != 0) watch->source = g_unix_fd_add(watch->fd, condition, on_watch, watch);
}

static SpiceWatch *watch_add(int fd, int mask, SpiceWatchFunc call, void *opaque) {
  SpiceWatch *watch = g_new0(SpiceWatch, 1);
  watch->fd = fd;
  watch->call = call;
  watch->opaque = opaque;
  watch_update_mask(watch, mask);
  return watch;
}

static void watch_remove(SpiceWatch *watch) {
  watch_update_mask(watch, 0);
  g_free(watch);
}

SpiceCoreInterface glib_core = {
    .base = {.major_version = SPICE_INTERFACE_CORE_MAJOR, .minor_version = SPICE_INTERFACE_CORE_MINOR},
    .timer_add = timer_add,
    .timer_start = timer_start,
    .timer_cancel = timer_cancel,
    .timer_remove = timer_remove,
    .watch_add = watch_add,
    .watch_update_mask = watch_update_mask,
    .watch_remove = watch_remove,
};
