/* get PORT PATH: asks the server on this machine, prints the status and the body. For scripts, as
 * not every machine has a program that speaks HTTP. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SIZE 4096
#define ANSWER_SIZE (8u << 20)

static char answer[ANSWER_SIZE + 1];

static int connected(const char *port)
{
    char *end = NULL;
    unsigned long number = strtoul(port, &end, 10);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*end != '\0' || number > UINT16_MAX || fd < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        perror("get: cannot connect");
        exit(2);
    }
    return fd;
}

static void ask(int fd, const char *path)
{
    char request[REQUEST_SIZE];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
    if (size < 0 || size >= REQUEST_SIZE || write(fd, request, (size_t)size) != size) {
        perror("get: cannot ask");
        exit(2);
    }
}

static void take(int fd)
{
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < ANSWER_SIZE) {
        got = read(fd, answer + size, ANSWER_SIZE - size);
        size += got > 0 ? (size_t)got : 0;
    }
    answer[size] = '\0';
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("get PORT PATH\n", stderr);
        return 2;
    }
    int fd = connected(argv[1]);
    ask(fd, argv[2]);
    take(fd);
    (void)close(fd);
    const char *body = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || body == NULL) {
        (void)fputs("get: no answer of HTTP\n", stderr);
        return 2;
    }
    (void)printf("%.3s\n%s\n", answer + 9, body + 4);
    return 0;
}
