/* The architecture tables: published counts, names, order, and the rules of blocks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <string.h>

#include "nn/arch.h"

/* Parameters with 1000 classes as torchvision publishes them for its weights; tensors as its state_dict has them;
 * multiply-adds at 224 pixels as published (GFLOPS of its weight tables), to the second digit. */
static void published_counts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t params;
        double gmac;
        size_t tensors;
        int blocks;
    } known[] = {
        {"resnet18", 11689512, 1.81, 122, 10},
        {"resnet34", 21797672, 3.66, 218, 18},
        {"resnet50", 25557032, 4.09, 320, 18},
        {"mobilenet_v2", 3504872, 0.30, 314, 20},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct graph *graph = arch_graph(arch_find(known[i].name), 1000);
        int64_t macs = graph_macs(graph, 224, -1);
        print_message("# %s: %lld parameters, %lld multiply-adds\n", known[i].name,
                      (long long)graph_params(graph, -1), (long long)macs);
        assert_int_equal(graph_params(graph, -1), known[i].params);
        assert_float_equal((double)macs / 1e9, known[i].gmac, 0.01);
        assert_int_equal(graph->n_tensors, known[i].tensors);
        assert_int_equal(graph->n_blocks, known[i].blocks);
        graph_free(graph);
    }
}

static void blocks_add_up(void **state)
{
    (void)state;
    for (size_t a = 0; a < arch_count(); a++) {
        struct graph *graph = arch_graph(arch_at(a), 5);
        int64_t params = 0, macs = 0;
        for (size_t b = 0; b < graph->n_blocks; b++) {
            params += graph_params(graph, (int)b);
            macs += graph_macs(graph, 96, (int)b);
        }
        assert_int_equal(params, graph_params(graph, -1));
        assert_int_equal(macs, graph_macs(graph, 96, -1));
        graph_free(graph);
    }
}

/* A block's layers are consecutive, use only the last layer of an earlier block, and all but the last one serve only
 * their own block: what freezing and cutting rely on. */
static void blocks_can_be_cut(void **state)
{
    (void)state;
    for (size_t a = 0; a < arch_count(); a++) {
        struct graph *graph = arch_graph(arch_at(a), 5);
        int next = 0;
        for (size_t b = 0; b < graph->n_blocks; b++) {
            const struct block_spec *block = &graph->blocks[b];
            assert_int_equal(block->first, next);
            assert_true(block->last >= block->first);
            next = block->last + 1;
            for (int i = block->first; i <= block->last; i++) {
                const struct layer *l = &graph->layers[i];
                assert_int_equal(l->block, b);
                assert_true(l->in >= block->first - 1 && l->in < i);
                if (l->kind == LAYER_ADD)
                    assert_true(l->in2 >= block->first - 1 && l->in2 < i);
            }
        }
        assert_int_equal(next, graph->n_layers);
        graph_free(graph);
    }
}

static void heads(void **state)
{
    (void)state;
    for (size_t a = 0; a < arch_count(); a++) {
        struct graph *graph = arch_graph(arch_at(a), 5);
        int last = (int)graph->n_blocks - 1, width = graph->n_features;
        int64_t inside;
        assert_string_equal(graph->blocks[last].name, "head");
        assert_int_equal(graph_params(graph, last), 5 * (width + 1));
        assert_int_equal(graph_cut_size(graph, 224, last - 1, &inside), width);
        assert_true(inside > width);
        assert_int_equal(graph_cut_size(graph, 224, last, NULL), 5);
        assert_int_equal(graph_least_size(graph), 32);
        graph_free(graph);
    }
}

static void names_are_torchvisions(void **state)
{
    (void)state;
    static const struct {
        const char *arch;
        int index;
        const char *name;
        int64_t dims[4];
    } known[] = {
        {"resnet18", 0, "conv1.weight", {64, 3, 7, 7}},
        {"resnet18", 5, "bn1.num_batches_tracked", {0}},
        {"resnet18", 42, "layer2.0.downsample.0.weight", {128, 64, 1, 1}},
        {"resnet18", 48, "layer2.1.conv1.weight", {128, 128, 3, 3}},
        {"resnet18", 121, "fc.bias", {5}},
        {"resnet50", 18, "layer1.0.conv3.weight", {256, 64, 1, 1}},
        {"resnet50", 24, "layer1.0.downsample.0.weight", {256, 64, 1, 1}},
        {"resnet50", 72, "layer2.0.conv2.weight", {128, 128, 3, 3}},
        {"mobilenet_v2", 0, "features.0.0.weight", {32, 3, 3, 3}},
        {"mobilenet_v2", 6, "features.1.conv.0.0.weight", {32, 1, 3, 3}},
        {"mobilenet_v2", 12, "features.1.conv.1.weight", {16, 32, 1, 1}},
        {"mobilenet_v2", 18, "features.2.conv.0.0.weight", {96, 16, 1, 1}},
        {"mobilenet_v2", 30, "features.2.conv.2.weight", {24, 96, 1, 1}},
        {"mobilenet_v2", 35, "features.2.conv.3.num_batches_tracked", {0}},
        {"mobilenet_v2", 312, "classifier.1.weight", {5, 1280}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct graph *graph = arch_graph(arch_find(known[i].arch), 5);
        const struct tensor_spec *t = &graph->tensors[known[i].index];
        assert_string_equal(t->name, known[i].name);
        assert_memory_equal(t->dims, known[i].dims, sizeof t->dims);
        assert_int_equal(graph_tensor(graph, known[i].name), known[i].index);
        graph_free(graph);
    }
}

static void registry(void **state)
{
    (void)state;
    assert_null(arch_find("resnet19"));
    for (size_t a = 0; a < arch_count(); a++) {
        const struct arch *arch = arch_at(a);
        assert_ptr_equal(arch_find(arch->name), arch);
        assert_true(arch->title && arch->help && *arch->help);
        if (arch->weights_file) { /* the hash is the one in the file's name, the address ends in it */
            assert_non_null(strstr(arch->weights_file, arch->weights_sha256_prefix));
            assert_non_null(strstr(arch->weights_url, arch->weights_file));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_counts), cmocka_unit_test(blocks_add_up),
        cmocka_unit_test(blocks_can_be_cut), cmocka_unit_test(heads),
        cmocka_unit_test(names_are_torchvisions), cmocka_unit_test(registry),
    };
    return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
