/* MobileNetV2 at width 1: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", arXiv 1801.04381, table 2.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/arch_family.h"

#include <stdio.h>

struct stage {
    int expansion, channels, repeats, stride;
};

static const struct stage stages[] = {
    {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
};

#define STEM_CHANNELS 32
#define LAST_CHANNELS 1280
#define NAME_SIZE 40

/* Convolution and batch norm named PREFIX.A and PREFIX.B. */
static int pair(struct graph *graph, const char *prefix, const char *a, const char *b, struct family_conv conv)
{
    char conv_name[NAME_SIZE], bn_name[NAME_SIZE];
    snprintf(conv_name, sizeof conv_name, "%s.%s", prefix, a);
    snprintf(bn_name, sizeof bn_name, "%s.%s", prefix, b);
    return family_conv_bn(graph, conv, conv_name, bn_name);
}

/* The first torchvision with this net had all modules of a block in one list: convolution, batch norm, relu, convolution, ... */
static void name_flat(struct graph *graph, const char *block, int first)
{
    for (int i = first; i < (int)graph->n_layers; i++)
        snprintf(graph->layers[i].old_name, sizeof graph->layers[i].old_name, "%s.conv.%d", block, i - first);
}

/* Widen by 1x1 (unless expansion is 1), filter each channel by 3x3, narrow by 1x1 without relu, add the input when the
 * shape allows. torchvision numbers the three inside "conv". */
static int inverted_residual(struct graph *graph, const char *block, int in, int cin, const struct stage *stage,
                             int stride)
{
    int wide = cin * stage->expansion, at = in, first = (int)graph->n_layers;
    bool widens = stage->expansion != 1;
    if (widens)
        at = pair(graph, block, "conv.0.0", "conv.0.1", (struct family_conv){at, cin, wide, 1, 1, 1, LAYER_RELU6});
    at = pair(graph, block, widens ? "conv.1.0" : "conv.0.0", widens ? "conv.1.1" : "conv.0.1",
              (struct family_conv){at, wide, wide, 3, stride, wide, LAYER_RELU6});
    at = pair(graph, block, widens ? "conv.2" : "conv.1", widens ? "conv.3" : "conv.2",
              (struct family_conv){at, wide, stage->channels, 1, 1, 1, LAYER_BN});
    name_flat(graph, block, first);
    if (stride != 1 || cin != stage->channels)
        return at;
    struct layer sum = {.kind = LAYER_ADD, .in = at, .in2 = in, .cin = cin, .cout = cin};
    return family_layer(graph, sum, "%s", "");
}

static void expand(struct graph *graph, const struct arch *arch)
{
    (void)arch;
    family_block(graph, "features.0");
    int at = pair(graph, "features.0", "0", "1", (struct family_conv){-1, 3, STEM_CHANNELS, 3, 2, 1, LAYER_RELU6});
    int cin = STEM_CHANNELS, number = 1;
    char block[24];
    for (size_t s = 0; s < sizeof stages / sizeof stages[0]; s++) {
        for (int i = 0; i < stages[s].repeats; i++) {
            snprintf(block, sizeof block, "features.%d", number++);
            family_block(graph, "%s", block);
            at = inverted_residual(graph, block, at, cin, &stages[s], i == 0 ? stages[s].stride : 1);
            cin = stages[s].channels;
        }
    }
    snprintf(block, sizeof block, "features.%d", number);
    family_block(graph, "%s", block);
    at = pair(graph, block, "0", "1", (struct family_conv){at, cin, LAST_CHANNELS, 1, 1, 1, LAYER_RELU6});
    family_head(graph, at, LAST_CHANNELS, "classifier.1");
}

const struct arch arch_mobilenet_v2 = {
    .name = "mobilenet_v2",
    .title = "MobileNetV2",
    .help = "Small and light: 2.2 million weights, a sixth of ResNet-18's work, good on a CPU",
    .weights_file = "mobilenet_v2-b0353104.pth",
    .weights_url = "https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
    .weights_sha256_prefix = "b0353104",
    .n_features = LAST_CHANNELS,
    .expand = expand,
};
