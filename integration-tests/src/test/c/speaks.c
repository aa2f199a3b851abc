/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speaks SOCKET COMMAND [ARG...]: connects descriptor 9 to a socket for datagrams that somebody
 * else has bound (unix(7)), says a word, and becomes the command.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (argc < 3 || strlen(argv[1]) >= sizeof name.sun_path) return 2;
    strcpy(name.sun_path, argv[1]);
    int made = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (made < 0 || dup2(made, 9) < 0) return 2;
    if (made != 9) close(made);
    if (connect(9, (struct sockaddr *)&name, sizeof name) != 0) return 1;
    if (write(9, "<13>spoken", 10) != 10) return 1;
    execvp(argv[2], argv + 2);
    return 2;
}
