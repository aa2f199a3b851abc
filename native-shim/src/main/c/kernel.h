/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own headers, for the constants and structures this program uses; it has no others.
 * Apart from jrun.h because they cannot meet a libc's headers, which the tests use.
 */
#ifndef JRUN_KERNEL_H
#define JRUN_KERNEL_H

#include <linux/close_range.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/signalfd.h>
#include <linux/stat.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <linux/un.h>
#include <linux/wait.h>

/* Of 7.2's linux/mount.h. */
#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE 2
#endif

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOL_SOCKET 1
#define SO_PEERCRED 17
#define SO_SNDTIMEO 21

#include "jrun.h"

#endif
