/*
 * A SPICE server whose display has as many surfaces as one asks for, as the source or as the target of a seamless
 * migration. A QEMU has one surface without a QXL driver in its guest; this program is that driver and the QEMU around
 * it, so that the display's migration data lists 2, 100 or 1,024 surfaces, some with a lossy rectangle.
 *
 * What it draws depends on a surface's id alone, so that two runs send the same. For stdin and stdout see usage below.
 */
#include <glib.h>
#include <signal.h>
#include <spice.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core.h"

static const char usage[] =
    "Lines it reads:                               Lines it writes:\n"
    "  migrate HOST PORT  (source) where to          ready      it listens\n"
    "  end                (source) the VM has moved  drawn      all was drawn and sent to the client\n"
    "  start              (target) the VM runs here  connected  the client has linked the target, or cannot\n"
    "                                                migrated   the client has left the source\n"
    "It ends when its input does.                    started    the target has the display's data\n"
    "                                                dropped    the target started without it: no data came";

enum {
  MAX_SURFACES = 1024, /* what spice-server itself has room for */
  SIDE = 128,          /* of an off-screen surface */
  PRIMARY_WIDTH = 640,
  PRIMARY_HEIGHT = 480,
  PICTURE = 96, /* the side of what is drawn on each surface */
  PICTURE_LEFT = 16,
  PICTURE_TOP = 8,
  PHOTOS = 8, /* different ones; where they come again they are from the client's cache */
  ROUNDS = 2, /* first the photos, then what covers them */
};

static gint port = 0, surfaces = 2, photos = -1;
static gboolean incoming = FALSE;
static gchar *jpeg = NULL;

static GMainLoop *loop;
static SpiceServer *server;

static void say(const char *line) {
  puts(line);
  fflush(stdout);
}

static void fail(const char *reason) {
  fprintf(stderr, "surfaces: %s\n", reason);
  exit(EXIT_FAILURE);
}

/* --- What the guest's driver would have in the card's memory. It lives as long as the program. --- */

static uint32_t primary[PRIMARY_WIDTH * PRIMARY_HEIGHT];
static uint32_t photo_pixels[PHOTOS][PICTURE * PICTURE], flat_pixels[PICTURE * PICTURE];
static QXLImage photo_images[PHOTOS], flat_image;
static QXLSurfaceCmd creations[MAX_SURFACES];
static QXLDrawable drawings[1 + ROUNDS][MAX_SURFACES];

static QXLCommandExt commands[(1 + ROUNDS) * MAX_SURFACES];
static int command_count = 0;
static int command_end[1 + ROUNDS]; /* of each round; nothing is to be done in round 0 */

static uint32_t pixel(int red, int green, int blue) {
  return (uint32_t)(red & 255) << 16 | (uint32_t)(green & 255) << 8 | (uint32_t)(blue & 255);
}

/* Gradients with a little noise: spice-server takes it for a photo, which QUIC or JPEG is for. */
static void paint_photo(uint32_t *pixels, int variant) {
  uint32_t noise = 12345u + (uint32_t)variant;
  for (int y = 0; y < PICTURE; y++)
    for (int x = 0; x < PICTURE; x++) {
      noise = noise * 1664525u + 1013904223u;
      int grain = (int)(noise >> 30);
      pixels[y * PICTURE + x] = pixel(40 + x + grain, 30 + y - grain, 20 * variant + x / 2);
    }
}

/* Stripes of hard edges: spice-server takes it for a drawing, which GLZ, without loss, is for. */
static void paint_flat(uint32_t *pixels) {
  for (int y = 0; y < PICTURE; y++)
    for (int x = 0; x < PICTURE; x++) pixels[y * PICTURE + x] = (x + y) & 1 ? pixel(255, 255, 255) : pixel(200, 0, 0);
}

static void make_image(QXLImage *image, uint32_t unique, uint8_t flags, uint32_t *pixels) {
  QXL_SET_IMAGE_ID(image, QXL_IMAGE_GROUP_DEVICE, unique);
  image->descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
  image->descriptor.flags = flags;
  image->descriptor.width = image->bitmap.x = PICTURE;
  image->descriptor.height = image->bitmap.y = PICTURE;
  image->bitmap.format = SPICE_BITMAP_FMT_32BIT;
  image->bitmap.flags = QXL_BITMAP_DIRECT | QXL_BITMAP_TOP_DOWN;
  image->bitmap.stride = PICTURE * 4;
  image->bitmap.data = (uintptr_t)pixels;
}

static void make_images(void) {
  for (int i = 0; i < PHOTOS; i++) {
    paint_photo(photo_pixels[i], i);
    make_image(&photo_images[i], (uint32_t)i + 1, QXL_IMAGE_CACHE, photo_pixels[i]);
  }
  paint_flat(flat_pixels);
  make_image(&flat_image, PHOTOS + 1, 0, flat_pixels); /* not cached: every use adds to the GLZ dictionary */
}

static void add_command(uint32_t type, void *data) {
  commands[command_count++] = (QXLCommandExt){.cmd = {.data = (uintptr_t)data, .type = type}};
}

static void create_surface(int id) {
  QXLSurfaceCmd *creation = &creations[id];
  creation->surface_id = (uint32_t)id;
  creation->type = QXL_SURFACE_CMD_CREATE;
  creation->u.surface_create = (QXLSurface){
      .format = SPICE_SURFACE_FMT_32_xRGB,
      .width = SIDE,
      .height = SIDE,
      .stride = SIDE * 4,
      .data = (uintptr_t)g_malloc0(SIDE * SIDE * 4),
  };
  add_command(QXL_CMD_SURFACE, creation);
}

static QXLDrawable *draw(int round, int id, uint8_t type, int left, int width) {
  QXLDrawable *drawable = &drawings[round][id];
  drawable->surface_id = (uint32_t)id;
  drawable->effect = QXL_EFFECT_OPAQUE;
  drawable->type = type;
  drawable->bbox = (QXLRect){
      .left = left, .top = PICTURE_TOP, .right = left + width, .bottom = PICTURE_TOP + PICTURE};
  for (int i = 0; i < 3; i++) drawable->surfaces_dest[i] = -1; /* it depends on no other surface */
  add_command(QXL_CMD_DRAW, drawable);
  return drawable;
}

static void draw_image(int round, int id, QXLImage *image) {
  QXLCopy *copy = &draw(round, id, QXL_DRAW_COPY, PICTURE_LEFT, PICTURE)->u.copy;
  copy->src_bitmap = (uintptr_t)image;
  copy->src_area = (QXLRect){.right = PICTURE, .bottom = PICTURE};
  copy->rop_descriptor = SPICE_ROPD_OP_PUT;
}

static void draw_right_half(int round, int id) {
  QXLFill *fill = &draw(round, id, QXL_DRAW_FILL, PICTURE_LEFT + PICTURE / 2, PICTURE / 2)->u.fill;
  fill->brush.type = SPICE_BRUSH_TYPE_SOLID;
  fill->brush.u.color = pixel(0, 0, 160);
  fill->rop_descriptor = SPICE_ROPD_OP_PUT;
}

/*
 * Photos on the first surfaces, then a third of them stays (the whole photo is lossy), a third is half covered (the
 * lossy rectangle shrinks) and a third is covered (it is empty, where the photo began). The others are empty at 0,0.
 */
static void make_commands(void) {
  for (int id = 1; id < surfaces; id++) create_surface(id);
  for (int id = 0; id < photos; id++) draw_image(1, id, &photo_images[id % PHOTOS]);
  command_end[1] = command_count;
  for (int id = 0; id < photos; id++) {
    if (id % 3 == 1) draw_right_half(2, id);
    if (id % 3 == 2) draw_image(2, id, &flat_image);
  }
  command_end[2] = command_count;
}

/* --- The display card: functions that spice-server calls in the thread of its worker --- */

static QXLInstance display;
static atomic_int round_now = 0;
static int taken = 0, round_done = 0; /* the worker's alone */

static gboolean on_round_done(gpointer data);
static gboolean on_client(gpointer data);
static gboolean on_started(gpointer data);

static int get_command(QXLInstance *instance, QXLCommandExt *command) {
  (void)instance;
  int round = atomic_load(&round_now);
  if (taken < command_end[round]) {
    *command = commands[taken++];
    return TRUE;
  }
  if (round_done < round) g_idle_add(on_round_done, NULL);
  round_done = round;
  return FALSE;
}

static int req_cmd_notification(QXLInstance *instance) {
  (void)instance;
  return taken == command_end[atomic_load(&round_now)];
}

static void set_client_capabilities(QXLInstance *instance, uint8_t present, uint8_t *capabilities) {
  (void)instance, (void)capabilities;
  /* It comes whenever the VM starts, at the target when the data has come or the wait for it is over, and, while the
   * VM runs, on every connection. */
  g_idle_add(incoming ? on_started : on_client, GINT_TO_POINTER(present));
}

static int get_cursor_command(QXLInstance *instance, QXLCommandExt *c) { return (void)instance, (void)c, FALSE; }
static int req_cursor_notification(QXLInstance *instance) { return (void)instance, TRUE; }
static int flush_resources(QXLInstance *instance) { return (void)instance, FALSE; }
static void release_resource(QXLInstance *instance, QXLReleaseInfoExt info) { (void)instance, (void)info; }
static void notify_update(QXLInstance *instance, uint32_t id) { (void)instance, (void)id; }
static void set_compression_level(QXLInstance *instance, int level) { (void)instance, (void)level; }
static void attached_worker(QXLInstance *instance) { (void)instance; }

static void get_init_info(QXLInstance *instance, QXLDevInitInfo *info) {
  (void)instance;
  *info = (QXLDevInitInfo){
      .num_memslots_groups = 1,
      .num_memslots = 1,
      .memslot_gen_bits = 1,
      .memslot_id_bits = 1,
      .n_surfaces = (uint32_t)surfaces,
  };
}

static QXLInterface display_interface = {
    .base = {.type = SPICE_INTERFACE_QXL,
             .description = "surfaces",
             .major_version = SPICE_INTERFACE_QXL_MAJOR,
             .minor_version = SPICE_INTERFACE_QXL_MINOR},
    {.attached_worker = attached_worker},
    .set_compression_level = set_compression_level,
    .get_init_info = get_init_info,
    .get_command = get_command,
    .req_cmd_notification = req_cmd_notification,
    .release_resource = release_resource,
    .get_cursor_command = get_cursor_command,
    .req_cursor_notification = req_cursor_notification,
    .notify_update = notify_update,
    .flush_resources = flush_resources,
    .set_client_capabilities = set_client_capabilities,
};

/* --- The machine --- */

static void create_primary(void) {
  QXLDevMemSlot everything = {.virt_end = UINTPTR_MAX, .qxl_ram_size = UINT32_MAX};
  spice_qxl_add_memslot(&display, &everything);
  QXLDevSurfaceCreate surface = {
      .width = PRIMARY_WIDTH,
      .height = PRIMARY_HEIGHT,
      .stride = PRIMARY_WIDTH * 4,
      .format = SPICE_SURFACE_FMT_32_xRGB,
      .mem = (uintptr_t)primary,
  };
  spice_qxl_create_primary_surface(&display, 0, &surface);
}

static void next_round(void) {
  atomic_fetch_add(&round_now, 1);
  spice_qxl_wakeup(&display);
}

/* Draws once, for the first client: only what is drawn while it is there becomes part of what it has. */
static gboolean on_client(gpointer present) {
  if (GPOINTER_TO_INT(present) && atomic_load(&round_now) == 0) next_round();
  return G_SOURCE_REMOVE;
}

static gboolean on_started(gpointer present) {
  static gboolean told = FALSE;
  if (!told) say(GPOINTER_TO_INT(present) ? "started" : "dropped");
  told = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean on_round_done(gpointer data) {
  (void)data;
  /* A stopped VM's drawings have all been sent. Without it a photo that is covered before its turn is never sent. */
  spice_server_vm_stop(server);
  spice_server_vm_start(server);
  if (atomic_load(&round_now) < ROUNDS)
    next_round();
  else
    say("drawn");
  return G_SOURCE_REMOVE;
}

static void migrate_connect_complete(SpiceMigrateInstance *instance) { (void)instance, say("connected"); }
static void migrate_end_complete(SpiceMigrateInstance *instance) { (void)instance, say("migrated"); }

static SpiceMigrateInterface migrate_interface = {
    .base = {.type = SPICE_INTERFACE_MIGRATION,
             .description = "surfaces",
             .major_version = SPICE_INTERFACE_MIGRATION_MAJOR,
             .minor_version = SPICE_INTERFACE_MIGRATION_MINOR},
    .migrate_connect_complete = migrate_connect_complete,
    .migrate_end_complete = migrate_end_complete,
};
static SpiceMigrateInstance migration = {.base = {.sif = &migrate_interface.base}};

/* As QEMU does: the state of its migration changes, the VM stops, the migration is complete. */
static void end_migration(void) {
  spice_server_migrate_start(server);
  spice_server_vm_stop(server);
  spice_server_migrate_end(server, TRUE);
}

/* The card's surfaces came with the VM's state, and the guest draws on: the last round again, on what was restored. */
static void start_incoming(void) {
  if (atomic_load(&round_now) != 0) return;
  spice_qxl_loadvm_commands(&display, commands, (uint32_t)surfaces - 1);
  taken = command_end[ROUNDS - 1];
  atomic_store(&round_now, ROUNDS);
  spice_server_vm_start(server);
}

static gboolean on_line(GIOChannel *input, GIOCondition condition, gpointer data) {
  (void)condition, (void)data;
  gchar *line = NULL;
  char host[256];
  int target;
  if (g_io_channel_read_line(input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
  }
  g_strchomp(line);
  if (!incoming && sscanf(line, "migrate %255s %d", host, &target) == 2)
    spice_server_migrate_connect(server, host, target, -1, NULL);
  else if (!incoming && g_str_equal(line, "end"))
    end_migration();
  else if (incoming && g_str_equal(line, "start"))
    start_incoming();
  else
    fprintf(stderr, "surfaces: not understood: %s\n", line);
  g_free(line);
  return G_SOURCE_CONTINUE;
}

static void start_server(spice_wan_compression_t compression) {
  server = spice_server_new();
  spice_server_set_addr(server, "127.0.0.1", SPICE_ADDR_FLAG_IPV4_ONLY);
  spice_server_set_port(server, port);
  spice_server_set_noauth(server);
  spice_server_set_name(server, "surfaces");
  spice_server_set_image_compression(server, SPICE_IMAGE_COMPRESSION_AUTO_GLZ);
  spice_server_set_jpeg_compression(server, compression);
  spice_server_set_streaming_video(server, SPICE_STREAM_VIDEO_OFF); /* a stream is no part of the data */
  spice_server_set_seamless_migration(server, TRUE);
  if (spice_server_init(server, &glib_core) != 0) fail("cannot listen");
  spice_server_vm_stop(server);
  display.base.sif = &display_interface.base;
  if (spice_server_add_interface(server, &migration.base) != 0) fail("no migration interface");
  if (spice_server_add_interface(server, &display.base) != 0) fail("no display interface");
  create_primary();
  if (!incoming) spice_server_vm_start(server);
}

static spice_wan_compression_t parse(int argc, char **argv) {
  const GOptionEntry entries[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "on 127.0.0.1", "PORT"},
      {"surfaces", 0, 0, G_OPTION_ARG_INT, &surfaces, "with the primary one, 1 to 1024; 2 if not given", "N"},
      {"photos", 0, 0, G_OPTION_ARG_INT, &photos, "the surfaces that are drawn on; all if not given", "N"},
      {"jpeg-wan-compression", 0, 0, G_OPTION_ARG_STRING, &jpeg, "auto if not given", "always|never|auto"},
      {"incoming", 0, 0, G_OPTION_ARG_NONE, &incoming, "be the target", NULL},
      {0},
  };
  GOptionContext *context = g_option_context_new(NULL);
  g_option_context_add_main_entries(context, entries, NULL);
  g_option_context_set_description(context, usage);
  GError *error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) fail(error->message);
  g_option_context_free(context);
  if (argc > 1 || port < 1 || port > 65535 || surfaces < 1 || surfaces > MAX_SURFACES) fail("see --help");
  if (photos < 0 || photos > surfaces) photos = surfaces;
  if (jpeg == NULL || g_str_equal(jpeg, "auto")) return SPICE_WAN_COMPRESSION_AUTO;
  if (g_str_equal(jpeg, "always")) return SPICE_WAN_COMPRESSION_ALWAYS;
  if (!g_str_equal(jpeg, "never")) fail("see --help");
  return SPICE_WAN_COMPRESSION_NEVER;
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* even when it waits for a client and does not see its input end */
  signal(SIGPIPE, SIG_IGN);
  spice_wan_compression_t compression = parse(argc, argv);
  make_images();
  make_commands();
  loop = g_main_loop_new(NULL, FALSE);
  start_server(compression);
  GIOChannel *input = g_io_channel_unix_new(STDIN_FILENO);
  g_io_add_watch(input, G_IO_IN | G_IO_HUP | G_IO_ERR, on_line, NULL);
  say("ready");
  g_main_loop_run(loop);
  _exit(EXIT_SUCCESS); /* spice_server_destroy would wait for a worker that may be waiting for its client */
}
