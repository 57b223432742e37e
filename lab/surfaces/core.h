#pragma once

#include <spice.h>

extern SpiceCoreInterface glib_core;
