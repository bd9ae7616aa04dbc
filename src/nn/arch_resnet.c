/* Residual networks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", arXiv 1512.03385; the stride of a
 * bottleneck sits in its 3 x 3 convolution, as in torchvision.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/arch_family.h"

#include <stdio.h>

struct resnet {
    int depths[4], widths[4]; /* blocks of a stage, and the channels inside them */
    bool bottleneck;          /* 1x1, 3x3, 1x1 with four times the channels at the end; else two 3x3 */
};

#define NAME_SIZE 40

/* One convolution of a block with its batch norm, "layer1.0.conv1" and "layer1.0.bn1". */
static int numbered(struct graph *graph, const char *block, int number, struct family_conv conv)
{
    char conv_name[NAME_SIZE], bn_name[NAME_SIZE];
    snprintf(conv_name, sizeof conv_name, "%s.conv%d", block, number);
    snprintf(bn_name, sizeof bn_name, "%s.bn%d", block, number);
    return family_conv_bn(graph, conv, conv_name, bn_name);
}

static int shortcut(struct graph *graph, const char *block, int in, int cin, int cout, int stride)
{
    if (cin == cout && stride == 1)
        return in;
    char conv_name[NAME_SIZE], bn_name[NAME_SIZE];
    snprintf(conv_name, sizeof conv_name, "%s.downsample.0", block);
    snprintf(bn_name, sizeof bn_name, "%s.downsample.1", block);
    struct family_conv conv = {in, cin, cout, 1, stride, 1, LAYER_BN};
    return family_conv_bn(graph, conv, conv_name, bn_name);
}

/* Both kinds of block; returns the last layer, sets *channels to its width. */
static int residual_block(struct graph *graph, const char *block, bool bottleneck, int in, int *channels, int width,
                          int stride)
{
    int cin = *channels, cout = bottleneck ? 4 * width : width, at;
    if (bottleneck) {
        at = numbered(graph, block, 1, (struct family_conv){in, cin, width, 1, 1, 1, LAYER_RELU});
        at = numbered(graph, block, 2, (struct family_conv){at, width, width, 3, stride, 1, LAYER_RELU});
        at = numbered(graph, block, 3, (struct family_conv){at, width, cout, 1, 1, 1, LAYER_BN});
    } else {
        at = numbered(graph, block, 1, (struct family_conv){in, cin, width, 3, stride, 1, LAYER_RELU});
        at = numbered(graph, block, 2, (struct family_conv){at, width, cout, 3, 1, 1, LAYER_BN});
    }
    int side = shortcut(graph, block, in, cin, cout, stride);
    struct layer sum = {.kind = LAYER_ADD, .in = at, .in2 = side, .cin = cout, .cout = cout};
    at = family_layer(graph, sum, "%s", "");
    *channels = cout;
    return family_layer(graph, (struct layer){.kind = LAYER_RELU, .in = at, .cin = cout, .cout = cout}, "%s", "");
}

static void expand(struct graph *graph, const struct arch *arch)
{
    const struct resnet *net = arch->family;
    int channels = net->widths[0];
    family_block(graph, "stem");
    int at = family_conv_bn(graph, (struct family_conv){-1, 3, channels, 7, 2, 1, LAYER_RELU}, "conv1", "bn1");
    struct layer pool = {.kind = LAYER_MAX_POOL, .in = at, .cin = channels, .cout = channels, .kernel = 3, .stride = 2,
                         .padding = 1};
    at = family_layer(graph, pool, "%s", "");
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < net->depths[stage]; i++) {
            char block[24];
            snprintf(block, sizeof block, "layer%d.%d", stage + 1, i);
            family_block(graph, "%s", block);
            at = residual_block(graph, block, net->bottleneck, at, &channels, net->widths[stage],
                                stage > 0 && i == 0 ? 2 : 1);
        }
    }
    family_head(graph, at, channels, "fc");
}

#define PLACE "https://download.pytorch.org/models/"

const struct arch arch_resnet10 = {
    .name = "resnet10",
    .title = "ResNet-10",
    .help = "One block a stage: half of ResNet-18's work; no ImageNet weights",
    .n_features = 512,
    .expand = expand,
    .family = &(const struct resnet){{1, 1, 1, 1}, {64, 128, 256, 512}, false},
};

const struct arch arch_resnet10_quarter = {
    .name = "resnet10-quarter",
    .title = "ResNet-10, quarter width",
    .help = "Tiny: for tests and pictures of 32 to 64 pixels",
    .n_features = 128,
    .expand = expand,
    .family = &(const struct resnet){{1, 1, 1, 1}, {16, 32, 64, 128}, false},
};

const struct arch arch_resnet18 = {
    .name = "resnet18",
    .title = "ResNet-18",
    .help = "The usual start: 11 million weights, 1.8 billion multiply-adds at 224 pixels",
    .weights_file = "resnet18-f37072fd.pth",
    .weights_url = PLACE "resnet18-f37072fd.pth",
    .weights_sha256_prefix = "f37072fd",
    .n_features = 512,
    .expand = expand,
    .family = &(const struct resnet){{2, 2, 2, 2}, {64, 128, 256, 512}, false},
};

const struct arch arch_resnet34 = {
    .name = "resnet34",
    .title = "ResNet-34",
    .help = "Twice ResNet-18's depth and work, a little more accurate",
    .weights_file = "resnet34-b627a593.pth",
    .weights_url = PLACE "resnet34-b627a593.pth",
    .weights_sha256_prefix = "b627a593",
    .n_features = 512,
    .expand = expand,
    .family = &(const struct resnet){{3, 4, 6, 3}, {64, 128, 256, 512}, false},
};

const struct arch arch_resnet50 = {
    .name = "resnet50",
    .title = "ResNet-50",
    .help = "Bottleneck blocks: 24 million weights, more accurate, 2.3 times ResNet-18's work",
    .weights_file = "resnet50-0676ba61.pth",
    .weights_url = PLACE "resnet50-0676ba61.pth",
    .weights_sha256_prefix = "0676ba61",
    .n_features = 2048,
    .expand = expand,
    .family = &(const struct resnet){{3, 4, 6, 3}, {64, 128, 256, 512}, true},
};
