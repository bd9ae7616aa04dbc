# The door to libtorch: a module opened at run time, never linked.
shimdir = $(pkglibdir)
shim_PROGRAMS =
EXTRA_DIST += shim/torch.m4
