# The door to libtorch: a module opened at run time, never linked.
shimdir = $(pkglibdir)
shim_PROGRAMS =
EXTRA_DIST += shim/torch.m4 shim/fl_torch.map shim/fl_cuda.cu shim/fl_cuda_none.c

if HAVE_TORCH
shim_PROGRAMS += shim/fl_torch.so
endif
shim_fl_torch_so_SOURCES = shim/fl_torch.h shim/fl_entry.hpp shim/fl_internal.hpp shim/fl_compat.hpp shim/fl_compat.cpp \
	shim/fl_error.cpp shim/fl_tensor.cpp shim/fl_ops.cpp shim/fl_pictures.cpp shim/fl_convolution.cpp shim/fl_normalise.cpp shim/fl_threads.cpp shim/fl_optim.cpp shim/fl_device.cpp shim/fl_table.cpp \
	shim/fl_gpus.h shim/fl_gpus.c shim/fl_pixels.h shim/fl_pixels.c shim/fl_memory.h shim/fl_memory.c \
	shim/fl_loop.h shim/fl_lanes.h shim/fl_norm.h shim/fl_norm.c shim/fl_depthwise.h shim/fl_depthwise.c \
	shim/fl_conv.h shim/fl_conv.c shim/fl_conv_kernels.h shim/fl_conv_avx2.c shim/fl_cuda.h
shim_fl_torch_so_CPPFLAGS = $(AM_CPPFLAGS) -DAT_PER_OPERATOR_HEADERS $(TORCH_CPPFLAGS)
shim_fl_torch_so_CFLAGS = $(AM_CFLAGS) -fPIC -fvisibility=hidden
shim_fl_torch_so_CXXFLAGS = $(AM_CXXFLAGS) $(TORCH_CXXFLAGS) -fPIC -fvisibility=hidden
shim_fl_torch_so_LDFLAGS = $(AM_LDFLAGS) -shared -Wl,--version-script=$(srcdir)/shim/fl_torch.map
shim_fl_torch_so_LDADD = $(TORCH_LIBS) -ldl
shim_fl_torch_so_DEPENDENCIES = shim/fl_torch.map
$(shim_fl_torch_so_OBJECTS): config.h
if HAVE_CUDA
shim_fl_torch_so_LDADD += shim/fl_cuda.o $(CUDA_LIBS)
shim_fl_torch_so_DEPENDENCIES += shim/fl_cuda.o
else
shim_fl_torch_so_SOURCES += shim/fl_cuda_none.c
endif

# Kernels, by nvcc; they see no header of libtorch.
SUFFIXES = .cu
AM_V_NVCC = $(am__v_NVCC_@AM_V@)
am__v_NVCC_ = $(am__v_NVCC_@AM_DEFAULT_V@)
am__v_NVCC_0 = @echo "  NVCC    " $@;
am__v_NVCC_1 =
.cu.o:
	$(AM_V_NVCC)$(MKDIR_P) $(@D) && $(NVCC) -c -o $@ -O3 $(NVCC_FLAGS) -Xcompiler -fPIC,-fvisibility=hidden \
		-I$(top_srcdir)/src -I$(top_srcdir)/shim $<
shim/fl_cuda.o: config.h shim/fl_cuda.h shim/fl_torch.h src/base/err.h
CLEANFILES += shim/fl_cuda.o
