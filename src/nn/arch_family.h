/* What a family of architectures builds its graph with. Private to arch*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_ARCH_FAMILY_H
#define FL_NN_ARCH_FAMILY_H

#include "nn/arch.h"

extern const struct arch arch_resnet18, arch_resnet34, arch_resnet50, arch_resnet10, arch_resnet10_quarter,
    arch_mobilenet_v2;

/* Starts a block; the layers that follow belong to it. */
void family_block(struct graph *graph, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a layer to the block begun last; returns its index. The name is given apart. */
int family_layer(struct graph *graph, struct layer layer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A convolution without bias and with "same" padding (kernel / 2), its batch norm, and relu after it (LAYER_RELU or
 * LAYER_RELU6; LAYER_BN for none). Returns the index of the last layer. */
struct family_conv {
    int in, cin, cout, kernel, stride, groups;
    enum layer_kind relu;
};
int family_conv_bn(struct graph *graph, struct family_conv conv, const char *conv_name, const char *bn_name);

/* Global average pool (still in the body block begun last), then the block "head": dropout and a linear layer. */
void family_head(struct graph *graph, int in, int channels, const char *linear_name);

#endif
