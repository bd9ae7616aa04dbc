dnl Macros of ours. SPDX-License-Identifier: GPL-3.0-or-later

dnl FL_ARG_WERROR: --enable-werror makes warnings errors.
AC_DEFUN([FL_ARG_WERROR], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
AS_IF([test "x$enable_werror" = xyes], [WERROR=-Werror], [WERROR=])
AC_SUBST([WERROR])])

dnl FL_ARG_SANITIZE: --enable-sanitize=address,undefined and the like.
AC_DEFUN([FL_ARG_SANITIZE], [
AC_ARG_ENABLE([sanitize], [AS_HELP_STRING([--enable-sanitize=LIST], [build with sanitizers, such as address,undefined])],
  [], [enable_sanitize=no])
AS_CASE([$enable_sanitize], [no], [SANITIZE=], [yes], [SANITIZE="-fsanitize=address,undefined -fno-omit-frame-pointer"],
  [SANITIZE="-fsanitize=$enable_sanitize -fno-omit-frame-pointer"])
AC_SUBST([SANITIZE])
AM_CONDITIONAL([HAVE_SANITIZE], [test -n "$SANITIZE"])])

dnl FL_CHECK_TORCH: sets TORCH_PREFIX, TORCH_CPPFLAGS, TORCH_LIBS; conditional HAVE_TORCH.
AC_DEFUN([FL_CHECK_TORCH], [
AC_ARG_WITH([libtorch], [AS_HELP_STRING([--with-libtorch=PREFIX],
  [a Debian prefix (/usr), an unpacked libtorch, or the torch folder of a Python installation; no builds without training])],
  [], [with_libtorch=auto])
HAVE_TORCH=no
AS_IF([test "x$with_libtorch" != xno], [
  AS_IF([test "x$with_libtorch" = xauto || test "x$with_libtorch" = xyes], [fl_try=/usr], [fl_try=$with_libtorch])
  AC_MSG_CHECKING([for libtorch])
  for fl_p in $fl_try; do
    AS_IF([test -f "$fl_p/include/ATen/ATen.h"], [TORCH_PREFIX=$fl_p; HAVE_TORCH=yes; break])
  done
  AC_MSG_RESULT([$HAVE_TORCH $TORCH_PREFIX])
])
AS_IF([test "x$HAVE_TORCH" = xyes], [
  AS_IF([test "x$TORCH_PREFIX" = x/usr], [TORCH_CPPFLAGS="-isystem /usr/include/torch/csrc/api/include"; TORCH_LIBDIR=],
    [TORCH_CPPFLAGS="-isystem $TORCH_PREFIX/include -isystem $TORCH_PREFIX/include/torch/csrc/api/include"
     TORCH_LIBDIR="-L$TORCH_PREFIX/lib -Wl,-rpath,$TORCH_PREFIX/lib"])
  TORCH_LIBS="$TORCH_LIBDIR -Wl,--push-state,--no-as-needed -ltorch -ltorch_cpu -lc10 -Wl,--pop-state"
])
AC_SUBST([TORCH_CXXFLAGS]) AC_SUBST([CUDA_LIBS]) AC_SUBST([NVCC_FLAGS]) AC_SUBST([TORCH_PREFIX]) AC_SUBST([TORCH_CPPFLAGS]) AC_SUBST([TORCH_LIBS])
AM_CONDITIONAL([HAVE_TORCH], [test "x$HAVE_TORCH" = xyes])])

dnl FL_ARG_CUDA: --enable-cuda=auto|yes|no, our kernels with nvcc; conditional HAVE_CUDA.
AC_DEFUN([FL_ARG_CUDA], [
AC_ARG_ENABLE([cuda], [AS_HELP_STRING([--enable-cuda], [build our CUDA kernels (default: when nvcc is found and libtorch has CUDA)])],
  [], [enable_cuda=auto])
AC_PATH_PROG([NVCC], [nvcc], [no])
HAVE_CUDA=no
AM_CONDITIONAL([HAVE_CUDA], [test "x$HAVE_CUDA" = xyes])])
