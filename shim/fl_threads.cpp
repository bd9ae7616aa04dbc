/* The engine's threads for loops of ours. libtorch's own loop is a header's OpenMP, which would tie this module to one
 * compiler's OpenMP library. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>

namespace fl
{

namespace
{

using Body = std::function<void(int64_t unit, int thread)>;

/* Threads that are kept between loops: an epoch has thousands of loops, and starting a thread costs more than waking one. One loop runs at
 * a time. */
class Pool
{
public:
    void run(int n_threads, int64_t n_units, const Body &body);

private:
    int helpers_for(int n_threads);
    void serve(int thread);
    void work(int thread);

    std::vector<std::thread> helpers; /* threads 1, 2, ...; thread 0 is the caller */
    std::mutex lock;
    std::condition_variable wake, done;
    /* the loop that runs; under the lock but next */
    uint64_t n_loops = 0;
    int n_wanted = 0, n_busy = 0;
    const Body *body = nullptr;
    int64_t n_units = 0;
    std::atomic<int64_t> next{0};
};

void Pool::work(int thread)
{
    for (int64_t unit = next++; unit < n_units; unit = next++)
        (*body)(unit, thread);
}

void Pool::serve(int thread)
{
    uint64_t n_seen = 0;
    std::unique_lock<std::mutex> hold(lock);
    for (;;) {
        wake.wait(hold, [&] { return n_loops != n_seen && thread < n_wanted; });
        n_seen = n_loops;
        hold.unlock();
        work(thread);
        hold.lock();
        if (--n_busy == 0)
            done.notify_one();
    }
}

/* The helpers that a loop on n_threads has; fewer where the system gives no more threads. */
int Pool::helpers_for(int n_threads)
{
    try {
        while ((int)helpers.size() < n_threads - 1)
            helpers.emplace_back(&Pool::serve, this, (int)helpers.size() + 1);
    } catch (const std::system_error &) {
    }
    return std::min(n_threads - 1, (int)helpers.size());
}

void Pool::run(int n_threads, int64_t units, const Body &unit_body)
{
    {
        std::lock_guard<std::mutex> hold(lock);
        body = &unit_body;
        n_units = units;
        next = 0;
        n_busy = helpers_for(n_threads);
        n_wanted = n_busy + 1;
        n_loops++;
    }
    wake.notify_all();
    work(0);
    std::unique_lock<std::mutex> hold(lock);
    done.wait(hold, [&] { return n_busy == 0; });
}

} // namespace

void on_threads(int n_threads, int64_t n_units, const Body &body)
{
    n_threads = (int)std::min<int64_t>(n_units, n_threads);
    if (n_threads > 1) {
        static Pool &pool = *new Pool; /* for as long as the process: libtorch is not unloaded either */
        pool.run(n_threads, n_units, body);
        return;
    }
    for (int64_t unit = 0; unit < n_units; unit++)
        body(unit, 0);
}

const fl_loop &our_loop()
{
    static fl_loop loop{1, [](int n_threads, int64_t n_units, void (*body)(void *job, int64_t unit, int thread), void *job) {
                            on_threads(n_threads, n_units, [=](int64_t unit, int thread) { body(job, unit, thread); });
                        }};
    loop.n_threads = state.config.n_threads;
    return loop;
}

} // namespace fl
