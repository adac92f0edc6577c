/*
 * A plugin for qemu-user: counts the instructions that a guest's thread executes between two marks, and among them the 8-bit dot products.
 * A mark is a close() of a number that no file has; the numbers come as arguments. The thread that sets the first mark is the one counted.
 *
 * Blocks of translated code are counted as a whole when they are entered, per virtual processor, so the counts are exact and the same in every run.
 *
 * Distributions do not ship qemu-plugin.h for qemu 7; the few functions used of its interface (version 1) are declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
extern void qemu_plugin_register_vcpu_syscall_cb(
    qemu_plugin_id_t,
    void (*)(qemu_plugin_id_t, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
extern void qemu_plugin_outs(const char *);

EXPORTED int qemu_plugin_version = 1;

enum { NO_REGISTERS = 0, CLOSE_ON_ARM64 = 57, PROCESSORS_MAX = 1024 };

/* What a block holds; kept for as long as the process lives, as the block may be. */
struct block { uint64_t instructions, dots; };

/* A cache line each: threads count at the same time. */
static struct { struct block seen; char padding[48]; } processor[PROCESSORS_MAX];
static int mark_begin, mark_end;
static bool counting;
static unsigned counted;
static struct block at_begin;

/* SDOT, UDOT, USDOT of vectors and by element, on bytes. */
static bool is_dot(uint32_t word)
{
    return (word & 0x9fe0fc00) == 0x0e809400 /* by vector, signed or not */
        || (word & 0xbfe0fc00) == 0x0e809c00 /* mixed signs */
        || (word & 0x9fc0f400) == 0x0f80e000 /* by element */;
}

static void on_block(unsigned vcpu, void *data)
{
    const struct block *block = data;
    if (vcpu < PROCESSORS_MAX) {
        processor[vcpu].seen.instructions += block->instructions;
        processor[vcpu].seen.dots += block->dots;
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    struct block *block = calloc(1, sizeof *block);
    (void)id;
    if (!block)
        abort();
    block->instructions = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < block->instructions; i++) {
        uint32_t word;
        memcpy(&word, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i)), sizeof word);
        block->dots += is_dot(word);
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, NO_REGISTERS, block);
}

static void on_system_call(
    qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t first, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h)
{
    int file = (int)first;
    (void)id, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    if (number != CLOSE_ON_ARM64 || vcpu >= PROCESSORS_MAX)
        return;
    if (file == mark_begin) {
        counting = true;
        counted = vcpu;
        at_begin = processor[vcpu].seen;
    } else if (file == mark_end && counting && vcpu == counted) {
        char line[128];
        counting = false;
        snprintf(line, sizeof line, "region %" PRIu64 " instructions %" PRIu64 " dots\n",
            processor[vcpu].seen.instructions - at_begin.instructions, processor[vcpu].seen.dots - at_begin.dots);
        qemu_plugin_outs(line);
    }
}

/* Arguments: begin=N, end=N. The description of the emulator in between is not used, so its layout does not matter. */
EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const void *emulator, int count, char **arguments)
{
    (void)emulator;
    for (int i = 0; i < count; i++) {
        if (!strncmp(arguments[i], "begin=", 6))
            mark_begin = atoi(arguments[i] + 6);
        else if (!strncmp(arguments[i], "end=", 4))
            mark_end = atoi(arguments[i] + 4);
    }
    if (mark_begin >= 0 || mark_end >= 0)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_vcpu_syscall_cb(id, on_system_call);
    return 0;
}
