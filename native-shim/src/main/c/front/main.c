/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two lives of this program. As the front it starts the core, tells it who called, and obeys
 * its frames until one of them, or a program, says with which code to exit. As init, executed from
 * the sealed copy, it obeys one program that ends in the user's process; init speaks only if it
 * fails.
 */
#include "kernel.h"

static void fill_standard_descriptors(void) {
    long fd;
    do fd = sys(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2) sys(__NR_close, fd);
}

static long send_result(struct machine *m) {
    return frame_send(m->peer, FRAME_RESULT, &m->result, sizeof m->result, "", 0);
}

static long print(const struct frame *frame) {
    uint32_t fd;
    if (frame->size < sizeof fd) return -EPROTO;
    memcpy(&fd, frame->bytes, sizeof fd);
    if (fd != 1 && fd != 2) return -EPROTO;
    /* A reader that has gone away is not the core's business. */
    write_all((int)fd, frame->bytes + sizeof fd, frame->size - sizeof fd, NO_DEADLINE);
    return 0;
}

/*
 * A program may come in pieces, so that the core makes one while another runs. They have one
 * result: of the piece that failed, or of the last. What follows a piece that failed is not run.
 */
static long run_piece(struct machine *m, struct undo *u, const struct frame *frame, int *dropping) {
    int more = program_has_more(frame->bytes, frame->size);
    if (*dropping) {
        *dropping = more;
        return 0;
    }
    machine_run(m, frame->bytes, frame->size);
    int failed = m->result.error != 0;
    undo_note(u, m, failed || !more);
    if (m->result.error == CORE_GONE) return -EPIPE;
    if (failed) sealed_release(); /* undoing needs a descriptor, which may be what was wanting */
    *dropping = more && failed;
    return more && m->result.error == 0 ? 0 : send_result(m);
}

/* Obeys frames; gives the exit code, or minus an errno when the core broke off or broke the rules:
 * UNANSWERED or DECLINED if that was before it had asked for anything. A warm core that is stopped,
 * or no core at all, is not waited for; one that is at work says so. */
static long obey(struct machine *m, struct undo *u, uint64_t patience) {
    struct frame frame = {0};
    int dropping = 0, began = 0;
    int64_t deadline = deadline_after(m->core > 0 ? 0 : patience);
    for (;; began = 1, deadline = NO_DEADLINE) {
        uint32_t code;
        long type = frame_receive(m->peer, &frame, deadline, -1), error = 0;
        if (!began && type == FRAME_WORKING) {
            deadline = NO_DEADLINE;
            type = frame_receive(m->peer, &frame, deadline, -1);
        }
        if (!began && (type <= 0 || type == FRAME_DECLINE)) {
            return type == FRAME_DECLINE ? -DECLINED : -UNANSWERED;
        } else if (type == FRAME_PROGRAM) {
            error = run_piece(m, u, &frame, &dropping);
            if (m->code >= 0) return m->code; /* whether or not anybody reads the result */
        } else if (type == FRAME_UNDO) {
            error = undo_keep(u, &frame);
        } else if (type == FRAME_PRINT) {
            error = print(&frame);
        } else if (type == FRAME_EXIT && frame.size == sizeof code) {
            memcpy(&code, frame.bytes, sizeof code);
            return code & 0xff;
        } else {
            error = type == 0 ? -EPIPE : type < 0 ? type : -EPROTO;
        }
        if (error < 0) return error;
    }
}

struct invocation { /* how this program was called */
    int argc;
    char **argv, **envp;
    struct route route;
    struct result stored; /* of a stored program that failed, or empty */
};

static long serve(struct machine *m, const struct core *core, const struct invocation *call) {
    machine_start(m, ORIGIN_FRONT, core->channel, core->channel);
    m->core = core->pid;
    long code = context_send(core->channel, call->argc, call->argv, call->envp, &call->stored);
    /* While the core thinks; what fails here fails again where it is needed. These start nobody. */
    if (!call->route.command.verb) sealed_copy();
    if (code < 0) return core->pid == 0 ? -UNANSWERED : code;
    struct undo undo = {.over = 1};
    code = obey(m, &undo, call->route.core == CORE_WARM ? DEMANDED_ANSWER_MS : FIRST_ANSWER_MS);
    if (code < 0 && undo_run(&undo, m) < 0)
        say("jrun: what the command has made is not all gone: jrun delete --force removes it\n");
    undo_release(&undo);
    return code;
}

/* Asks a warm core; -UNANSWERED: a cold one is to do it all. */
static long ask_warm(struct machine *m, const struct invocation *call) {
    struct core core = {0, -1, -1, 0};
    long code = call->route.core == CORE_COLD ? -ECONNREFUSED : warm_start(&core, call->envp);
    if (code >= 0) {
        code = serve(m, &core, call);
        if (code >= 0) return code;
        if (code != -UNANSWERED && code != -DECLINED) {
            core_mourn(&core, call->route.debug);
            return 1;
        }
        sys(__NR_close, core.channel); /* nothing has been done */
    }
    if (call->route.core != CORE_WARM) return -UNANSWERED;
    warm_missed(code, call->envp);
    return 1;
}

static long ask_cold(struct machine *m, const struct invocation *call) {
    struct core core = {0, -1, -1, 0};
    long code = core_start(&core);
    if (code < 0) {
        core_missed(code);
        return 1;
    }
    code = serve(m, &core, call);
    core.status = core_end(m->core);
    if (code >= 0) return code;
    if (code == -DECLINED) {
        say("jrun: the core is of another build than the front: install both from one build\n");
        return 1;
    }
    if (code == -EPROTO || code == -EMSGSIZE) say("jrun: the core broke the protocol\n");
    core_mourn(&core, call->route.debug);
    return 1;
}

static int front(int argc, char **argv, char **envp) {
    static struct machine m;
    struct invocation call = {.argc = argc, .argv = argv, .envp = envp};
    fill_standard_descriptors();
    survive_writes();
    notice_children();
    route_read(&call.route, argv, envp);
    if (stored_run(&m, &call.route, envp)) return 0;
    call.stored = m.result;
    long code = ask_warm(&m, &call);
    return (int)(code == -UNANSWERED ? ask_cold(&m, &call) : code);
}

/* There is nobody to be told when this fails but whoever executed it by hand. */
static int init(const char *argument) {
    static struct machine m;
    struct frame frame = {0};
    int channel = 0;
    sys(__NR_prctl, PR_SET_DUMPABLE, 0);
    for (; *argument >= '0' && *argument <= '9' && channel < 1 << 20; argument++)
        channel = channel * 10 + (*argument - '0');
    if (*argument || channel < 3 || is_sealed() < 0 ||
        sys(__NR_fcntl, channel, F_SETFD, FD_CLOEXEC) < 0) {
        say("jrun: init is not started by hand\n");
        return 1;
    }
    signals_default();
    survive_writes();
    sys(__NR_umask, 0);
    if (frame_receive(channel, &frame, NO_DEADLINE, -1) != FRAME_PROGRAM) return 1;
    machine_start(&m, ORIGIN_INIT, channel, -1);
    m.reg[CHANNEL_REGISTER] = channel;
    machine_run(&m, frame.bytes, frame.size);
    if (m.code >= 0) return (int)m.code;
    if (m.result.error != 0) send_result(&m);
    return m.result.error != 0;
}

int jrun(int argc, char **argv, char **envp) {
#ifdef JRUN_FAULTS
    fault_arm(envp);
#endif
    if (argc == 2 && strlen(argv[0]) == sizeof INIT_NAME - 1 &&
        memcmp(argv[0], INIT_NAME, sizeof INIT_NAME) == 0)
        return init(argv[1]);
    if (argc > 1 && strlen(argv[1]) == 6 && memcmp(argv[1], "daemon", 6) == 0)
        return core_become(argv + 2, envp);
    return front(argc, argv, envp);
}
