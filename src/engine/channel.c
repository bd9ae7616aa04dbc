/* Frames on a socket.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/hooks.h"
#include "engine/wire.h"

#define MAGIC 0x424c4c46u /* "FLLB" */
#define LENGTH 4          /* bytes of a frame's length */
#define READ_PIECE 65536

void channel_init(struct channel *c, int fd, size_t most)
{
    *c = (struct channel){.fd = fd, .most = most};
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void channel_done(struct channel *c)
{
    if (c->fd >= 0)
        close(c->fd);
    str_done(&c->in);
    str_done(&c->out);
    *c = (struct channel){.fd = -1};
}

/* --- in ------------------------------------------------------------------------------------------------------ */

static void drop_read(struct channel *c)
{
    size_t left = c->in.len - c->in_at;
    if (c->in_at && left)
        memmove(c->in.s, c->in.s + c->in_at, left);
    c->in.len = left;
    c->in_at = 0;
}

bool channel_read(struct channel *c)
{
    char bytes[READ_PIECE];
    drop_read(c);
    ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0)
        str_add_n(&c->in, bytes, (size_t)n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

int channel_next(struct channel *c, enum frame *kind, struct reader *r)
{
    size_t left = c->in.len - c->in_at;
    struct reader head = reader_of(left ? c->in.s + c->in_at : "", left);
    uint32_t length = get_u32(&head);
    if (head.bad)
        return 0;
    if (length < 1 || length > c->most)
        return -1;
    if (left - LENGTH < length)
        return 0;
    *kind = (enum frame)get_u8(&head);
    *r = reader_of(head.p, length - 1);
    c->in_at += LENGTH + length;
    return 1;
}

/* --- out ----------------------------------------------------------------------------------------------------- */

void channel_begin(struct channel *c, enum frame kind)
{
    c->frame_at = c->out.len;
    put_u32(&c->out, 0);
    put_u8(&c->out, (uint8_t)kind);
}

void channel_end(struct channel *c)
{
    size_t n = c->out.len - c->frame_at - LENGTH;
    for (size_t i = 0; i < LENGTH; i++)
        c->out.s[c->frame_at + i] = (char)(n >> (8 * i));
}

bool channel_idle(const struct channel *c)
{
    return c->out_at == c->out.len;
}

bool channel_flush(struct channel *c)
{
    while (!channel_idle(c)) {
        ssize_t n = send(c->fd, c->out.s + c->out_at, c->out.len - c->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        c->out_at += (size_t)n;
    }
    str_clear(&c->out);
    c->out_at = 0;
    return true;
}

/* --- who is there -------------------------------------------------------------------------------------------- */

void head_put(struct str *out)
{
    put_u32(out, MAGIC);
    put_u32(out, PROTOCOL);
    put_u64(out, wire_form());
    put_text(out, PACKAGE_VERSION);
}

bool head_get(struct channel_head *head, struct reader *r)
{
    uint32_t magic = get_u32(r);
    head->protocol = get_u32(r);
    head->form = get_u64(r);
    get_text_to(r, head->version, sizeof head->version);
    return !r->bad && magic == MAGIC;
}

bool head_fits(const struct channel_head *head)
{
    return head->protocol == PROTOCOL && head->form == wire_form();
}

static bool peer_user(int fd, uid_t *user)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (hook_peer_user)
        return hook_peer_user(fd, user);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    *user = peer.uid;
    return true;
}

enum err_code channel_check_user(int fd, struct err *err)
{
    uid_t user;
    if (!peer_user(fd, &user))
        return err_sys(err, errno, "the other side's user");
    if (user != geteuid())
        return err_set(err, ERR_INVALID, "the other side is user %ld, not %ld", (long)user, (long)geteuid());
    return ERR_OK;
}
