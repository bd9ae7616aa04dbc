/* What is asked of the GPUs, of a made-up CUDA runtime and a made-up NVML that this program has
 * under their names: who gets a context, which one is taken, what is left behind.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <string.h>

#include "fl_gpus.h"

#define GB 1000000000ull
#define NOWHERE "/nowhere/" FL_NVML

enum { GPUS = 4 };
enum { CUDA_INVALID_VALUE = 1, CUDA_UNAVAILABLE = 46 };

/* GPUs of 80 GB; the runtime counts them from behind, as it may. */
static struct {
    uint64_t free[GPUS];
    bool refused[GPUS]; /* another process's alone */
    bool context[GPUS];
    int current, last_error;
    bool nvml_fails;
    int nvml_open;
} machine;

static int fails(int error)
{
    return machine.last_error = error;
}

int cudaGetLastError(void);
int cudaSetDevice(int index);
int cudaMemGetInfo(size_t *free, size_t *total);
int cudaDeviceGetAttribute(int *value, int attribute, int index);
int cudaGetDeviceProperties(void *properties, int index);
int cudaDeviceGetPCIBusId(char *bus, int size, int index);
int nvmlInit_v2(void);
int nvmlShutdown(void);
int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **device);
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long bytes[3]);

int cudaGetLastError(void)
{
    int error = machine.last_error;
    machine.last_error = 0;
    return error;
}

/* As since CUDA 12. */
int cudaSetDevice(int index)
{
    if (index < 0 || index >= GPUS)
        return fails(CUDA_INVALID_VALUE);
    if (machine.refused[index])
        return fails(CUDA_UNAVAILABLE);
    machine.context[machine.current = index] = true;
    return 0;
}

int cudaMemGetInfo(size_t *free, size_t *total)
{
    machine.context[machine.current] = true;
    *free = machine.free[machine.current];
    *total = 80 * GB;
    return 0;
}

int cudaDeviceGetAttribute(int *value, int attribute, int index)
{
    if (index >= GPUS)
        return fails(CUDA_INVALID_VALUE);
    *value = attribute == 75 ? 8 : attribute == 76 ? 6 : 0;
    return 0;
}

int cudaGetDeviceProperties(void *properties, int index)
{
    if (index >= GPUS)
        return fails(CUDA_INVALID_VALUE);
    snprintf(properties, 256, "GPU number %d", index);
    return 0;
}

int cudaDeviceGetPCIBusId(char *bus, int size, int index)
{
    snprintf(bus, (size_t)size, "0000:%02x:00.0", GPUS - index);
    return index < GPUS ? 0 : fails(CUDA_INVALID_VALUE);
}

int nvmlInit_v2(void)
{
    return machine.nvml_fails ? 9 : (machine.nvml_open++, 0);
}

int nvmlShutdown(void)
{
    machine.nvml_open--;
    return 0;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **device)
{
    unsigned place;
    if (sscanf(bus, "0000:%02x:00.0", &place) != 1 || place < 1 || place > GPUS)
        return 6;
    *device = &machine.free[GPUS - place];
    return 0;
}

int nvmlDeviceGetMemoryInfo(void *device, unsigned long long bytes[3])
{
    bytes[0] = 80 * GB;
    bytes[1] = *(uint64_t *)device;
    bytes[2] = bytes[0] - bytes[1];
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof machine);
    for (int i = 0; i < GPUS; i++)
        machine.free[i] = (uint64_t)(10 + (i == 2 ? 50 : i)) * GB;
    return 0;
}

/* Each test: nothing of it is left. */
static int nothing_left(void **state)
{
    (void)state;
    return machine.last_error == 0 && machine.nvml_open == 0 ? 0 : -1;
}

static int contexts(void)
{
    int n = 0;
    for (int i = 0; i < GPUS; i++)
        n += machine.context[i];
    return n;
}

/* --- tests -------------------------------------------------------------------------------- */

static void what_it_is(void **state)
{
    (void)state;
    struct fl_device_info info;
    fl_gpus_describe(&info, 3);
    assert_string_equal(info.name, "cuda:3");
    assert_string_equal(info.title, "GPU number 3");
    assert_int_equal(info.index, 3);
    assert_int_equal(info.capability, 86);
    assert_true(info.bf16_fast);
    assert_true(info.memory_free == 0 && info.memory_total == 0);
    fl_gpus_describe(&info, 7); /* that there is not */
    assert_string_equal(info.title, "NVIDIA GPU");
    assert_int_equal(info.capability, 0);
    assert_int_equal(contexts(), 0);
}

static void memory_from_nvml(void **state)
{
    (void)state;
    struct fl_device_info list[GPUS];
    for (int i = 0; i < GPUS; i++)
        fl_gpus_describe(&list[i], i);
    fl_gpus_memory(list, GPUS, NULL);
    for (int i = 0; i < GPUS; i++)
        assert_true(list[i].memory_free == machine.free[i] && list[i].memory_total == 80 * GB);
    assert_int_equal(contexts(), 0);
}

static void memory_without_nvml(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        struct fl_device_info list[GPUS];
        fresh(NULL);
        machine.nvml_fails = how;
        machine.refused[1] = true;
        for (int i = 0; i < GPUS; i++)
            fl_gpus_describe(&list[i], i);
        fl_gpus_memory(list, GPUS, how ? NULL : NOWHERE);
        for (int i = 0; i < GPUS; i++)
            assert_true(list[i].memory_free == (i == 1 ? 0 : machine.free[i]));
        assert_int_equal(contexts(), GPUS - 1);
        assert_int_equal(machine.last_error, 0);
    }
}

static void the_freest(void **state)
{
    (void)state;
    assert_int_equal(fl_gpus_freest(GPUS, NULL), 2);
    assert_int_equal(contexts(), 1);
    assert_true(machine.context[2]);
    uint64_t free, total;
    fl_gpus_memory_here(&free, &total);
    assert_true(free == machine.free[2] && total == 80 * GB);
    fresh(NULL);
    assert_int_equal(fl_gpus_freest(GPUS, NOWHERE), 2);
}

/* Free memory is no use on one that others have for themselves. */
static void the_freest_that_can_be_had(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        fresh(NULL);
        machine.refused[2] = true;
        assert_int_equal(fl_gpus_freest(GPUS, how ? NULL : NOWHERE), 3);
        assert_int_equal(machine.current, 3);
        assert_int_equal(machine.last_error, 0);
    }
    for (int i = 0; i < GPUS; i++)
        machine.refused[i] = true;
    assert_int_equal(fl_gpus_freest(GPUS, NULL), 2);
}

static void of_one_nothing_is_asked(void **state)
{
    (void)state;
    assert_int_equal(fl_gpus_freest(1, NULL), 0);
    assert_int_equal(contexts(), 0);
}

#define GPUS_TEST(test) cmocka_unit_test_setup_teardown(test, fresh, nothing_left)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GPUS_TEST(what_it_is),
        GPUS_TEST(memory_from_nvml),
        GPUS_TEST(memory_without_nvml),
        GPUS_TEST(the_freest),
        GPUS_TEST(the_freest_that_can_be_had),
        GPUS_TEST(of_one_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
