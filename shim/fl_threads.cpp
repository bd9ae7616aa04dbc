/* The engine's threads for loops of ours. libtorch's own loop is a header's OpenMP, which would tie this module to one
 * compiler's OpenMP library. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <algorithm>
#include <atomic>
#include <future>

namespace fl
{

void on_threads(int n_threads, int64_t n_units, const std::function<void(int64_t unit, int thread)> &body)
{
    std::atomic<int64_t> next{0};
    auto work = [&](int thread) {
        for (int64_t unit = next++; unit < n_units; unit = next++)
            body(unit, thread);
    };
    std::vector<std::future<void>> others;
    for (int t = 1; t < std::min<int64_t>(n_units, n_threads); t++)
        others.push_back(std::async(std::launch::async, work, t));
    work(0);
    for (std::future<void> &other : others)
        other.get();
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
