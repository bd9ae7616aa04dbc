/* Exceptions into struct err.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <c10/util/Exception.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>

#include "fl_compat.hpp"

namespace fl
{

State state;

static std::string format_text(const char *format, va_list ap)
{
    char text[sizeof err{}.message];
    vsnprintf(text, sizeof text, format, ap);
    return text;
}

void refuse(err_code code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    std::string text = format_text(format, ap);
    va_end(ap);
    throw Refusal{code, std::move(text), ""};
}

void invalid(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    std::string text = format_text(format, ap);
    va_end(ap);
    throw Refusal{ERR_INVALID, std::move(text), ""};
}

std::string shape(const at::Tensor &t)
{
    std::string text = "[";
    for (int64_t d = 0; d < t.dim(); d++)
        text += (d ? ", " : "") + std::to_string(t.size(d));
    return text + "]";
}

static void copy_text(char *to, size_t size, const char *from, size_t n)
{
    n = n < size ? n : size - 1;
    memcpy(to, from, n);
    to[n] = 0;
}

/* First line without full stop, after "where: " unless the text names it already. */
static err_code store(struct err *err, const char *where, err_code code, const char *text,
                      const char *hint)
{
    if (!err)
        return code;
    size_t n = strcspn(text, "\n");
    while (n > 0 && (text[n - 1] == '.' || text[n - 1] == ' '))
        n--;
    memset(err, 0, sizeof *err);
    err->code = code;
    copy_text(err->where, sizeof err->where, where, strlen(where));
    copy_text(err->hint, sizeof err->hint, hint, strlen(hint));
    bool named = strncmp(text, where, strlen(where)) == 0 && text[strlen(where)] == ':';
    size_t start = named ? 0 : (size_t)snprintf(err->message, sizeof err->message, "%s: ", where);
    copy_text(err->message + start, sizeof err->message - start, text, n);
    return code;
}

static err_code no_device_memory(const char *where, struct err *err)
{
    return store(err, where, ERR_DEVICE_MEMORY, "out of GPU memory", "use a smaller batch");
}

/* libtorch has a type for its own allocator running out; what CUDA and its libraries allocate
 * themselves comes as text. cuDNN's answer where no algorithm gets the memory to work in is that
 * there is none. */
static bool tells_device_memory(const char *text, bool on_gpu)
{
    static const char *const texts[] = {"CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED",
                                        "CUDNN_STATUS_ALLOC_FAILED"};
    for (const char *t : texts)
        if (strstr(text, t))
            return true;
    return on_gpu && strstr(text, "unable to find an engine to execute");
}

static err_code torch_error(const c10::Error &e, const char *where, struct err *err)
{
    const char *text = e.what_without_backtrace();
    if (tells_device_memory(text, state.device.is_cuda()))
        return no_device_memory(where, err);
    /* the CPU allocator has no type of its own for running out */
    bool host = strstr(text, "DefaultCPUAllocator") != nullptr;
    return store(err, where, host ? ERR_MEMORY : ERR_TORCH, host ? "out of memory" : text, "");
}

err_code translate(const char *where, struct err *err) noexcept
{
    try {
        throw;
    } catch (const Refusal &e) {
        return store(err, where, e.code, e.text.c_str(), e.hint.c_str());
    } catch (const c10::OutOfMemoryError &) {
        return no_device_memory(where, err);
    } catch (const c10::Error &e) {
        return torch_error(e, where, err);
    } catch (const std::bad_alloc &) {
        return store(err, where, ERR_MEMORY, "out of memory", "");
    } catch (const std::exception &e) {
        return store(err, where, ERR_TORCH, e.what(), "");
    } catch (...) {
        return store(err, where, ERR_INTERNAL, "something unknown was thrown", "");
    }
}

namespace entry
{

err_code throw_for_test(int kind, struct err *err) noexcept
{
    return guard("throw_for_test", err, [&] {
        switch (kind) {
        case 0:
            break;
        case 1:
            throw std::bad_alloc();
        case 2:
            throw 2;
        case 3:
            TORCH_CHECK(false, "a check of libtorch.\nsecond line");
            break;
        case 4:
            throw std::runtime_error("a runtime error");
        case 5:
            compat::throw_out_of_memory();
            break;
        case 6:
            TORCH_CHECK(false, "CUDA error: out of memory\nsecond line");
            break;
        case 7:
            TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `create`");
            break;
        case 8:
            TORCH_CHECK(false, "cuDNN error: CUDNN_STATUS_ALLOC_FAILED");
            break;
        case 9:
            TORCH_CHECK(false, "GET was unable to find an engine to execute this computation");
            break;
        default:
            invalid("throw_for_test: kind %d is not 0 to 9", kind);
        }
    });
}

void warn_for_test(const char *text) noexcept
{
    TORCH_WARN(text);
}

} // namespace entry
} // namespace fl
