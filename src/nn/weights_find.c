/* Where weight files lie, and what a hash in a file name says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights.h"

#include <ctype.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

/* --- places ------------------------------------------------------------------------------------------------------ */

char *weights_cache_path(const char *file_name)
{
    char *cache = path_home(PATH_CACHE), *folder = path_join(cache, "weights"), *path = path_join(folder, file_name);
    free(cache);
    free(folder);
    return path;
}

#define MAX_FOLDERS 4

/* Our cache, then those of torch.hub in its order. */
static int list_folders(char *folders[MAX_FOLDERS])
{
    static const struct {
        const char *variable, *below;
    } places[] = {
        {"TORCH_HOME", "hub/checkpoints"},
        {"XDG_CACHE_HOME", "torch/hub/checkpoints"},
    };
    int n = 0;
    char *cache = path_home(PATH_CACHE);
    folders[n++] = path_join(cache, "weights");
    free(cache);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *value = getenv(places[i].variable);
        if (value && *value)
            folders[n++] = path_join(value, places[i].below);
    }
    char *home = path_user_home();
    if (home)
        folders[n++] = path_join(home, ".cache/torch/hub/checkpoints");
    free(home);
    return n;
}

/* torchvision publishes several sets of weights of one net as ARCH-HASH.pth; any of them serves. */
static char *find_other(const char *folder, const struct arch *arch)
{
    char hex[65], *found = NULL;
    size_t n = strlen(arch->name);
    DIR *d = opendir(folder);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        if (strncmp(e->d_name, arch->name, n) != 0 || !weights_name_hash(e->d_name, hex) ||
            strlen(e->d_name) != n + 1 + strlen(hex) + strlen(".pth"))
            continue;
        char *path = path_join(folder, e->d_name);
        if (!found || strcmp(path, found) < 0) { /* the same one whatever the folder's order */
            free(found);
            found = path;
        } else {
            free(path);
        }
    }
    if (d)
        closedir(d);
    return found;
}

static char *find_cached(const struct arch *arch)
{
    char *folders[MAX_FOLDERS], *found = NULL, *own = xasprintf("%s.safetensors", arch->name);
    int n = list_folders(folders);
    for (int i = 0; !found && i < n; i++) {
        found = path_join(folders[i], arch->weights_file ? arch->weights_file : own);
        if (!path_is_file(found)) {
            free(found);
            found = NULL;
        }
    }
    for (int i = 0; !found && arch->weights_file && i < n; i++)
        found = find_other(folders[i], arch);
    for (int i = 0; i < n; i++)
        free(folders[i]);
    free(own);
    return found;
}

enum err_code weights_find(char **path, const char *option, const struct arch *arch, struct err *err)
{
    if (option && *option) {
        char *given = path_expand(option);
        enum err_code code = ERR_OK;
        if (path_exists(given)) {
            *path = given;
        } else {
            code = err_sys(err, ENOENT, "weights %s", given);
            err_hint(err, "give the path of a .pth or .safetensors file");
            free(given);
        }
        return code;
    }
    *path = find_cached(arch);
    if (*path)
        return ERR_OK;
    if (arch->weights_file) {
        err_set(err, ERR_NOT_FOUND, "no pretrained weights of %s were found", arch->title);
        err_hint(err, "run: flowerlab weights get %s; or give --weights FILE, or --mode scratch", arch->name);
    } else {
        err_set(err, ERR_NOT_FOUND, "%s has no published weights", arch->title);
        err_hint(err, "give --weights FILE, or --mode scratch; flowerlab demo --pretrain trains resnet10 on drawn shapes");
    }
    return ERR_NOT_FOUND;
}

/* --- hashes ------------------------------------------------------------------------------------------------------ */

bool weights_name_hash(const char *path, char hex[65])
{
    const char *base = path_base(path), *dot = strrchr(base, '.'), *end = dot ? dot : base + strlen(base), *start = end;
    while (start > base && isxdigit((unsigned char)start[-1]) && !isupper((unsigned char)start[-1]))
        start--;
    size_t n = (size_t)(end - start);
    if (n < 8 || n > 64 || start == base || start[-1] != '-')
        return false;
    memcpy(hex, start, n);
    hex[n] = '\0';
    return true;
}

static enum err_code digest_file(int fd, EVP_MD_CTX *context, const char *path, struct err *err)
{
    static const size_t size = 1 << 16;
    uint8_t *buffer = xmalloc(size);
    ssize_t n;
    do {
        n = read(fd, buffer, size);
        if (n > 0)
            EVP_DigestUpdate(context, buffer, (size_t)n);
    } while (n > 0 || (n < 0 && errno == EINTR));
    int errnum = errno;
    free(buffer);
    return n < 0 ? err_sys(err, errnum, "%s", path) : ERR_OK;
}

enum err_code weights_sha256(const char *path, char hex[65], struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno, "%s", path);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(context);
        close(fd);
        return err_set(err, ERR_UNSUPPORTED, "%s: libcrypto offers no SHA-256", path);
    }
    enum err_code code = digest_file(fd, context, path, err);
    uint8_t digest[32] = {0};
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    close(fd);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return code;
}
