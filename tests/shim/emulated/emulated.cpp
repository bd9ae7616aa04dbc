/* The emulated card. SPDX-License-Identifier: GPL-3.0-or-later */
#include "emulated.h"

#include "cuda_runtime.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <random>

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace
{

constexpr size_t STACK = 32 << 10;
constexpr unsigned char FRESH = 0xa5;
constexpr int LIMIT = 30; /* seconds of processor time that a kernel may take, sanitizers and all */

/* --- what was asked ----------------------------------------------------------------------- */

struct Card {
    emulated_state seen;
    const void *stream;
    int fail_at;
    cudaError_t error; /* that it fails with */
    cudaError_t last;  /* cudaGetLastError's */
    bool failed;
    std::deque<std::function<void(emulated_order)>> waiting;
};

Card card;

/* Counts a call of the runtime; what it returns. */
cudaError_t call()
{
    card.seen.n_calls++;
    card.seen.n_after_failure += card.failed;
    if (card.seen.n_calls != card.fail_at)
        return cudaSuccess;
    card.failed = true;
    return card.last = card.error;
}

void look_at_stream(cudaStream_t stream)
{
    card.seen.n_other_stream += stream != card.stream;
    card.seen.n_no_device += card.seen.device < 0;
}

/* --- a block ------------------------------------------------------------------------------ */

/* One thread of a block. */
struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack{new char[STACK]};
    dim3 index;
    bool done;
};

struct Block {
    std::vector<Fiber> fibers;
    const std::function<void()> *body;
    Fiber *running;
    ucontext_t scheduler;
};

Block block;

void run_fiber()
{
    (*block.body)();
    block.running->done = true;
}

void resume(Fiber &fiber)
{
    block.running = &fiber;
    threadIdx = fiber.index;
    swapcontext(&block.scheduler, &fiber.context);
}

void start(Fiber &fiber, dim3 index)
{
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = STACK;
    fiber.context.uc_link = &block.scheduler;
    makecontext(&fiber.context, run_fiber, 0);
    fiber.index = index;
    fiber.done = false;
}

void arrange(std::vector<unsigned> &list, emulated_order order, std::mt19937 &random)
{
    for (size_t i = 0; i < list.size(); i++)
        list[i] = (unsigned)(order == EMULATED_BACKWARD ? list.size() - 1 - i : i);
    if (order == EMULATED_SHUFFLED)
        std::shuffle(list.begin(), list.end(), random);
}

/* Each round takes the threads that are left to their next barrier, or their end. */
void run_block(emulated_order order, std::mt19937 &random)
{
    unsigned n = blockDim.x * blockDim.y * blockDim.z;
    std::vector<unsigned> list(n);
    if (block.fibers.size() < n)
        block.fibers = std::vector<Fiber>(n);
    for (unsigned i = 0; i < n; i++)
        start(block.fibers[i],
              dim3(i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y));
    for (unsigned left = n, before = n; left > 0; before = left) {
        arrange(list, order, random);
        for (unsigned i : list) {
            Fiber &fiber = block.fibers[i];
            if (fiber.done)
                continue;
            resume(fiber);
            left -= fiber.done;
        }
        card.seen.n_split_barriers +=
            left > 0 && left < before; /* some went on to a barrier, others ended */
    }
}

void run_grid(dim3 grid, dim3 threads, const std::function<void()> &body, emulated_order order)
{
    std::mt19937 random(grid.x * 31 + grid.y);
    std::vector<unsigned> list(grid.x * grid.y * grid.z);
    arrange(list, order, random);
    gridDim = grid;
    blockDim = threads;
    block.body = &body;
    for (unsigned i : list) {
        blockIdx = dim3(i % grid.x, i / grid.x % grid.y, i / grid.x / grid.y);
        run_block(order, random);
    }
}

/* The limits of every card since compute capability 3.0. */
bool possible(dim3 grid, dim3 threads, size_t shared)
{
    bool some = grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.x <= 2147483647u &&
                grid.y <= 65535 && grid.z <= 65535;
    bool few = threads.x > 0 && threads.y > 0 && threads.z > 0 && threads.x <= 1024 &&
               threads.y <= 1024 && threads.z <= 64 && threads.x * threads.y * threads.z <= 1024;
    return some && few && shared <= 48 << 10;
}

/* --- a kernel that does not end ----------------------------------------------------------- */

void give_up(int)
{
    static const char text[] = "Bail out! a kernel does not end\n";
    _exit(write(STDOUT_FILENO, text, sizeof text - 1) > 0 ? 1 : 2);
}

/* Counted in time of the processor: a busy machine is not a loop. 0: no limit any more. */
void limit_time(int seconds)
{
    signal(SIGVTALRM, give_up);
    struct itimerval left = {};
    left.it_value.tv_sec = seconds;
    setitimer(ITIMER_VIRTUAL, &left, nullptr);
}

/* --- memory ------------------------------------------------------------------------------- */

struct Mapping {
    char *start;
    size_t size, n;
};

std::map<const void *, Mapping> mappings;

size_t whole_pages(size_t n, size_t page)
{
    return (n + page - 1) / page * page;
}

} // namespace

/* --- what the kernels and their callers use ----------------------------------------------- */

void __syncthreads()
{
    Fiber *fiber = block.running;
    swapcontext(&fiber->context, &block.scheduler);
}

cudaError_t cudaSetDevice(int device)
{
    cudaError_t error = call();
    if (error == cudaSuccess)
        card.seen.device = device;
    return error;
}

/* From pageable memory: it has been read when the call returns, the device has it when the stream
 * is there. */
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    cudaError_t error = call();
    look_at_stream(stream);
    if (error != cudaSuccess)
        return error;
    if (kind != cudaMemcpyHostToDevice || !to || !from)
        return card.last = cudaErrorInvalidValue;
    card.seen.n_copies++;
    auto staged = std::make_shared<std::vector<char>>((const char *)from, (const char *)from + n);
    card.waiting.push_back([=](emulated_order) { memcpy(to, staged->data(), n); });
    return cudaSuccess;
}

cudaError_t cudaGetLastError()
{
    cudaError_t error = card.last;
    card.last = cudaSuccess;
    return error;
}

const char *cudaGetErrorString(cudaError_t error)
{
    switch (error) {
    case cudaSuccess:
        return "no error";
    case cudaErrorMemoryAllocation:
        return "out of memory";
    case cudaErrorInvalidDevice:
        return "invalid device ordinal";
    case cudaErrorNoKernelImageForDevice:
        return "no kernel image is available for execution on the device";
    case cudaErrorInvalidConfiguration:
        return "invalid configuration argument";
    default:
        return "invalid argument";
    }
}

cudaError_t emulated::ask_about_kernel()
{
    card.seen.n_no_device += card.seen.device < 0;
    return call();
}

void emulated::enqueue_kernel(dim3 grid, dim3 threads, size_t shared, cudaStream_t stream,
                              std::function<void()> body)
{
    cudaError_t error = call();
    look_at_stream(stream);
    if (error == cudaSuccess && !possible(grid, threads, shared))
        error = card.last = cudaErrorInvalidConfiguration;
    if (error != cudaSuccess)
        return;
    card.seen.n_kernels++;
    card.waiting.push_back([=](emulated_order order) { run_grid(grid, threads, body, order); });
}

/* --- what a test uses --------------------------------------------------------------------- */

extern "C" void emulated_reset(const void *stream, int fail_at, int error)
{
    card = Card{};
    card.seen.device = -1;
    card.stream = stream;
    card.fail_at = fail_at;
    card.error = (cudaError_t)error;
}

extern "C" void emulated_sync(enum emulated_order order)
{
    for (; !card.waiting.empty(); card.waiting.pop_front()) {
        limit_time(LIMIT);
        card.waiting.front()(order);
        limit_time(0);
    }
}

extern "C" struct emulated_state emulated_seen(void)
{
    return card.seen;
}

extern "C" void *emulated_alloc(size_t n, size_t align)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = whole_pages(n + align, page);
    void *at =
        mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || mprotect((char *)at + room, page, PROT_NONE) != 0) {
        perror("emulated_alloc");
        exit(1);
    }
    memset(at, FRESH, room);
    char *memory = (char *)at + (room - n) / align * align;
    mappings[memory] = {(char *)at, room + page, n};
    return memory;
}

extern "C" int emulated_intact(const void *memory)
{
    const Mapping &m = mappings.at(memory);
    const auto fresh = [](char c) { return (unsigned char)c == FRESH; };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const char *before = (const char *)memory, *behind = before + m.n;
    return std::all_of((const char *)m.start, before, fresh) &&
           std::all_of(behind, (const char *)m.start + m.size - page, fresh);
}

extern "C" void emulated_free(void *memory)
{
    if (!memory)
        return;
    const Mapping m = mappings.at(memory);
    munmap(m.start, m.size);
    mappings.erase(memory);
}
