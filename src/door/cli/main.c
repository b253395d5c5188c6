/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/main.c -- headwater's front door: find the command, run it, answer with its status.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "door/cli/cli.h"
#include "help_texts.h"

volatile sig_atomic_t hw_cli_stop;

enum { CLI_BYTES = 512 << 20, OUT_BYTES = 1 << 30 };

static void on_signal(int sig)
{
    (void)sig;
    if (hw_cli_stop) {
        _exit(HW_EXIT_FAILED); /* asked twice */
    }
    hw_cli_stop = 1;
}

/* Ctrl-C ends a scan after what is under way, so that the case closes whole. */
static void listen_for_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&a.sa_mask);
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error with words, not a death */
}

static int say_error(const struct hw_error *err)
{
    struct hw_buf b;
    if (err->text[0] == '\0') {
        return HW_EXIT_FAILED;
    }
    hw_buf_init(&b, 4096);
    hw_buf_str(&b, "headwater: ");
    hw_escape_str(&b, err->text, HW_ESCAPE_TERMINAL);
    hw_buf_char(&b, '\n');
    (void)!write(STDERR_FILENO, b.p, b.n);
    hw_buf_done(&b);
    return HW_EXIT_FAILED;
}

static int help(const struct hw_cli *cli, struct hw_error *err)
{
    const char *word = cli->command == NULL ? NULL : cli->command->word;
    const char *text = hw_help_text(word == NULL ? "" : word);
    struct hw_teller t = hw_cli_teller(cli);
    int rc = text == NULL
                 ? hw_fail(err, HW_E_MISSING, "there is no help for %s", word)
                 : t.put(t.state, (struct hw_span){(const uint8_t *)text, strlen(text)}, err);
    return rc == HW_OK ? HW_EXIT_FINE : rc;
}

static int run(struct hw_cli *cli, int argc, char **argv, struct hw_error *err)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    cli->now_ns = (int64_t)t.tv_sec * HW_NS_PER_SECOND + t.tv_nsec;
    int rc = hw_options_parse(cli, argc, argv, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (cli->as_of == HW_TIME_NONE) {
        cli->as_of = cli->now_ns;
    }
    if (cli->help) {
        return help(cli, err);
    }
    if (cli->command == NULL) {
        (void)help(cli, err);
        return HW_EXIT_FAILED;
    }
    return cli->command->run(cli, err);
}

int main(int argc, char **argv)
{
    struct hw_cli cli = {.argc = argc};
    struct hw_error err = {.code = HW_OK};
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return puts("headwater " HW_VERSION) < 0 ? HW_EXIT_FAILED : HW_EXIT_FINE;
    }
    listen_for_signals();
    cli.arena = hw_arena_new(CLI_BYTES);
    if (cli.arena == NULL) {
        fputs("headwater: no memory\n", stderr);
        return HW_EXIT_FAILED;
    }
    hw_buf_init(&cli.out, OUT_BYTES);
    int status = run(&cli, argc, argv, &err);
    if (status >= 0 && hw_cli_flush(&cli, &err) != HW_OK) {
        status = HW_E_IO;
    }
    if (status < 0) {
        status = say_error(&err);
    }
    hw_case_free(cli.c);
    hw_buf_done(&cli.out);
    hw_arena_free(cli.arena);
    return status;
}
